"""A mailed link that opens nothing. 404, as for any address that is none; but whoever holds it came
by a mail and is told what to do now."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _


def to_registration(request: HttpRequest) -> HttpResponse:
    """登记: unconfirmed registrations are forgotten after a while."""
    return _dead(
        request,
        _("一直没有确认邮箱的登记会被清除，此时请重新登记单位。"),
        reverse("accounts:register"),
        _("重新登记单位"),
    )


def to_invitation(request: HttpRequest) -> HttpResponse:
    """邀请: each time it is sent again, the link before is over."""
    return _dead(
        request,
        _("仍打不开时，请联系邀请您的人重新寄送；由秘书处寄出的，请联系秘书处。"),
        reverse("account_login"),
        _("登录平台"),
    )


def _dead(request: HttpRequest, otherwise: str, way: str, label: str) -> HttpResponse:
    context = {"otherwise": otherwise, "way": way, "way_label": label}
    return render(request, "accounts/link_over.html", context, status=404)
