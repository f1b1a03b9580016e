"""Issuing, replacing and revoking a base's keys. A new key is shown once, on the answer to the
POST itself, because it must not be stored for a page after a redirect."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dataaccess import queries
from dataaccess.actions import keys
from dataaccess.errors import Invalid
from dataaccess.forms import KeyForm, KeyUseForm
from dataaccess.models import ApiKey, Base
from dataaccess.shapes import tables
from dataaccess.views.shared import base_context, base_for, reader, refuse_unless
from dataaccess.words import printed
from portal.accounts.models import Role
from portal.accounts.requests import SignedInRequest

# How long a replaced key goes on, so that the base can change its configuration in between.
OVERLAP = timedelta(days=7)


KEYS_A_PAGE = 50
SOON = timedelta(days=14)


@login_required
@require_safe
def every(request: SignedInRequest) -> HttpResponse:
    """The keys of all bases the reader looks after: the own ones, or everybody's."""
    user = reader(request)
    refuse_unless(user.may_write or user.role == Role.SECURITY_ADMIN)
    now = timezone.now()
    found = queries.keys_for(user)
    wanted = request.GET.get("q", "").replace("\x00", "").strip()
    if wanted:
        shown = wanted.rstrip("…")
        found = found.filter(
            Q(prefix__startswith=shown[: keys.SHOWN])
            | Q(prefix__startswith=f"{keys.PREFIX}{shown}"[: keys.SHOWN])
            | Q(purpose__icontains=wanted)
            | Q(base__name__icontains=wanted)
            | Q(base__code__icontains=wanted)
            | Q(base__organisation__name__icontains=wanted)
        )
    states = _states(now)
    state = request.GET.get("state", "")
    if state in states:
        found = found.filter(states[state][1])
    context = {
        "page_obj": Paginator(found, KEYS_A_PAGE).get_page(request.GET.get("page")),
        "wanted": wanted,
        "state": state,
        "chips": [
            {"label": _("全部"), "url": _chip("", wanted), "current": state not in states},
            *(
                {"label": label, "url": _chip(code, wanted), "current": state == code}
                for code, (label, _filter) in states.items()
            ),
        ],
        "scope_names": {kind: printed(table.title) for kind, table in tables.TABLES.items()},
    }
    return render(request, "dataaccess/keys.html", context)


def _states(now: datetime) -> dict[str, tuple[str, Q]]:
    """What keys can be picked by: code → words and condition."""
    alive = Q(revoked_at__isnull=True) & (Q(valid_until__isnull=True) | Q(valid_until__gt=now))
    return {
        "valid": (_("有效"), alive),
        "ending": (_("14天内到期"), alive & Q(valid_until__lte=now + SOON)),
        "unused": (_("未使用"), alive & Q(last_used_at__isnull=True)),
        "expired": (_("已过期"), Q(revoked_at__isnull=True, valid_until__lte=now)),
        "revoked": (_("已吊销"), Q(revoked_at__isnull=False)),
    }


def _chip(state: str, wanted: str) -> str:
    asked = {name: value for name, value in (("state", state), ("q", wanted)) if value}
    here = reverse("dataaccess:keys")
    return f"{here}?{urlencode(asked)}" if asked else here


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
            purpose=form.cleaned_data["purpose"],
            valid_until=form.cleaned_data["until"],
        )
        return _shown_once(request, base, key, text)
    context = base_context(request, base, _("签发密钥")) | {"form": form}
    status = 422 if request.method == "POST" else 200
    return render(request, "dataaccess/new_key.html", context, status=status)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    """Purpose and networks of a key that stands, anew."""
    base = _managed_base(request, code)
    key = get_object_or_404(ApiKey, pk=pk, base=base)
    from_list = request.GET.get("back") == "keys"
    back = reverse("dataaccess:keys") if from_list else reverse("dataaccess:base", args=[base.code])
    initial = {"purpose": key.purpose, "networks": "\n".join(key.networks)}
    form = KeyUseForm(request.POST if request.method == "POST" else None, initial=initial)
    if key.state != "valid":
        messages.error(request, _("这个密钥已经失效，不能再修改。"))
        return redirect(back)
    if request.method == "POST" and form.is_valid():
        _change(request, key, form.cleaned_data)
        return redirect(back)
    context = base_context(request, base, _("修改密钥")) | {"form": form, "key": key, "back": back}
    status = 422 if request.method == "POST" else 200
    return render(request, "dataaccess/change_key.html", context, status=status)


def _change(request: SignedInRequest, key: ApiKey, said: dict[str, Any]) -> None:
    prefix = {"prefix": key.prefix}
    try:
        if keys.change(key, actor=reader(request), **said):
            told = _("密钥 %(prefix)s… 已修改；来源网段在10秒内生效。")
            messages.success(request, told % prefix)
        else:
            messages.info(request, _("密钥 %(prefix)s… 没有改动。") % prefix)
    except Invalid as fault:
        messages.error(request, str(fault))


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
    base = get_object_or_404(queries.bases_with_keys(reader(request)), code=code)
    key = get_object_or_404(ApiKey, pk=pk, base=base)
    if keys.revoke(key, actor=reader(request)):
        messages.success(request, _("密钥 %(prefix)s… 已吊销，立即失效。") % {"prefix": key.prefix})
    else:
        messages.info(request, _("密钥 %(prefix)s… 此前已吊销。") % {"prefix": key.prefix})
    if base.sandbox or request.POST.get("back") == "keys":
        return redirect("dataaccess:keys")
    return redirect("dataaccess:base", base.code)


def _managed_base(request: SignedInRequest, code: str) -> Base:
    base = base_for(request, code)
    refuse_unless(base_context(request, base)["may_manage_keys"])
    return base


def _shown_once(request: SignedInRequest, base: Base, key: ApiKey, text: str) -> HttpResponse:
    context = base_context(request, base, _("新密钥")) | {"key": key, "text": text}
    return render(request, "dataaccess/key_shown.html", context, status=201)
