"""What every page about a base begins with."""

from datetime import date
from typing import Any

from django.http import Http404
from django.utils.dateformat import format as format_date
from django.utils.translation import gettext as _

from dataaccess import permissions, queries
from dataaccess.models import Base
from portal.accounts.models import User
from portal.accounts.requests import SignedInRequest


def reader(request: SignedInRequest) -> User:
    """The signed-in person; pages are behind login_required."""
    if not isinstance(request.user, User):
        raise Http404
    return request.user


def base_for(request: SignedInRequest, code: str) -> Base:
    """A base the reader may know of; another's answers exactly as a missing one."""
    base = queries.bases_for(reader(request)).filter(code=code).select_related("organisation")
    found = base.first()
    if found is None:
        raise Http404
    return found


def shown_day(day: date) -> str:
    """A day as the pages print it."""
    return format_date(day, _("Y年n月j日"))


def refuse_unless(allowed: bool) -> None:
    """A page the reader's role has no part in is as good as missing."""
    if not allowed:
        raise Http404


def base_context(request: SignedInRequest, base: Base, page: str = "") -> dict[str, Any]:
    """The head of a base's pages: the trail, and what the reader may do here."""
    user = reader(request)
    return {
        "base": base,
        "page": page,
        "may_read": permissions.can_read_data(user, base),
        "may_manage_keys": permissions.can_manage_keys(user, base),
        "may_choose_window": permissions.can_choose_window(user, base),
        "all_bases": _("基地数据"),
    }
