"""Issuing, replacing and revoking a base's keys. A new key is shown once, on the answer to the
POST itself, because it must not be stored for a page after a redirect."""

from datetime import timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from dataaccess.actions import keys
from dataaccess.errors import Invalid
from dataaccess.forms import KeyForm
from dataaccess.models import ApiKey, Base
from dataaccess.views.shared import base_context, base_for, reader, refuse_unless
from portal.accounts.requests import SignedInRequest

# How long a replaced key goes on, so that the base can change its configuration in between.
OVERLAP = timedelta(days=7)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: SignedInRequest, code: str) -> HttpResponse:
    base = _managed_base(request, code)
    form = KeyForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        key, text = keys.issue(
            base,
            actor=reader(request),
            scopes=form.cleaned_data["scopes"],
            networks=form.cleaned_data["networks"],
            valid_until=form.cleaned_data["until"],
        )
        return _shown_once(request, base, key, text)
    context = base_context(request, base, _("签发密钥")) | {"form": form}
    status = 422 if request.method == "POST" else 200
    return render(request, "dataaccess/new_key.html", context, status=status)


@login_required
@require_POST
def rotate(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    base = _managed_base(request, code)
    old = get_object_or_404(ApiKey, pk=pk, base=base)
    try:
        key, text = keys.rotate(old, actor=reader(request), overlap=OVERLAP)
    except Invalid as fault:
        messages.error(request, str(fault))
        return redirect("dataaccess:base", base.code)
    return _shown_once(request, base, key, text)


@login_required
@require_POST
def revoke(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    base = _managed_base(request, code)
    key = get_object_or_404(ApiKey, pk=pk, base=base)
    if keys.revoke(key, actor=reader(request)):
        messages.success(request, _("密钥 %(prefix)s… 已吊销，立即失效。") % {"prefix": key.prefix})
    else:
        messages.info(request, _("密钥 %(prefix)s… 此前已吊销。") % {"prefix": key.prefix})
    return redirect("dataaccess:base", base.code)


def _managed_base(request: SignedInRequest, code: str) -> Base:
    base = base_for(request, code)
    refuse_unless(base_context(request, base)["may_manage_keys"])
    return base


def _shown_once(request: SignedInRequest, base: Base, key: ApiKey, text: str) -> HttpResponse:
    context = base_context(request, base, _("新密钥")) | {"key": key, "text": text}
    return render(request, "dataaccess/key_shown.html", context, status=201)
