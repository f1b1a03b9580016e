"""The keys of the command centre's programs: issued, changed and revoked by the security administrator."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from dataaccess.actions import centre_keys
from dataaccess.errors import Invalid
from dataaccess.forms import CentreKeyForm
from dataaccess.models import CentreKey
from dataaccess.permissions import can_manage_centre_keys
from dataaccess.views.shared import reader, refuse_unless
from portal.accounts.requests import SignedInRequest

KEYS_A_PAGE = 50


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def every(request: SignedInRequest) -> HttpResponse:
    """All of them, with the form for a new one. A new key is shown once, on the answer to the
    POST itself: it must not be stored for a page after a redirect."""
    user = reader(request)
    refuse_unless(can_manage_centre_keys(user))
    form = CentreKeyForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        key, text = centre_keys.issue(
            label=form.cleaned_data["label"],
            networks=form.cleaned_data["networks"],
            actor=user,
        )
        return render(
            request, "dataaccess/centre_key_shown.html", {"key": key, "text": text}, status=201
        )
    found = CentreKey.objects.select_related("created_by", "revoked_by")
    page = Paginator(found, KEYS_A_PAGE).get_page(request.GET.get("page"))
    status = 422 if request.method == "POST" else 200
    context = {"page_obj": page, "form": form}
    return render(request, "dataaccess/centre_keys.html", context, status=status)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: SignedInRequest, pk: int) -> HttpResponse:
    """Purpose and networks of a key that stands, anew."""
    user = reader(request)
    refuse_unless(can_manage_centre_keys(user))
    key = get_object_or_404(CentreKey, pk=pk)
    initial = {"label": key.label, "networks": "\n".join(key.networks)}
    form = CentreKeyForm(request.POST if request.method == "POST" else None, initial=initial)
    if key.revoked_at is not None:
        messages.error(request, _("这个密钥已经失效，不能再修改。"))
        return redirect("dataaccess:centre_keys")
    if request.method == "POST" and form.is_valid():
        _change(request, key, form.cleaned_data)
        return redirect("dataaccess:centre_keys")
    context = {"form": form, "key": key, "back": reverse("dataaccess:centre_keys")}
    status = 422 if request.method == "POST" else 200
    return render(request, "dataaccess/change_centre_key.html", context, status=status)


def _change(request: SignedInRequest, key: CentreKey, said: dict[str, Any]) -> None:
    prefix = {"prefix": key.prefix}
    try:
        if centre_keys.change(key, actor=reader(request), **said):
            messages.success(request, _("密钥 %(prefix)s… 已修改，立即生效。") % prefix)
        else:
            messages.info(request, _("密钥 %(prefix)s… 没有改动。") % prefix)
    except Invalid as fault:  # revoked since
        messages.error(request, str(fault))


@login_required
@require_POST
def revoke(request: SignedInRequest, pk: int) -> HttpResponse:
    user = reader(request)
    refuse_unless(can_manage_centre_keys(user))
    key = get_object_or_404(CentreKey, pk=pk)
    if centre_keys.revoke(key, actor=user):
        messages.success(request, _("密钥 %(prefix)s… 已吊销，立即失效。") % {"prefix": key.prefix})
    else:
        messages.info(request, _("密钥 %(prefix)s… 此前已吊销。") % {"prefix": key.prefix})
    return redirect("dataaccess:centre_keys")
