"""Telling people by mail what a base has not done. In Chinese, as all mail of the portal is."""

from collections.abc import Sequence
from datetime import date

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import translation
from django.utils.dateformat import format as format_date
from django.utils.translation import gettext as _

from dataaccess.models import Base
from portal.accounts.mail import put_mail
from portal.accounts.models import Role, User

# A mail names so many bases and gives the number of the others.
_MOST_NAMED = 50


def operators(base: Base) -> QuerySet[User]:
    """The people of the organisation that runs a base."""
    return User.objects.filter(
        is_active=True, role=Role.APPLICANT, organisation_id=base.organisation_id
    )


def centre() -> QuerySet[User]:
    """Those who watch every base: the command centre's part is the secretariat's."""
    return User.objects.filter(is_active=True, role=Role.SECRETARIAT)


def window_closed_empty(day: date, window: str, bases: Sequence[Base]) -> None:
    """One mail to each operator for each base, and one to each of the centre for all of them."""
    with translation.override(settings.LANGUAGE_CODE):
        told = {"day": format_date(day, _("Y年n月j日")), "window": window}
        for base in bases:
            words = told | {"base": base.name, "url": page(base)}
            for user in operators(base):
                put_mail(
                    user,
                    f"empty-window:{base.pk}:{day}:{user.pk}",
                    _("未收到%(base)s%(day)s的算力信息") % words,
                    _(
                        "%(base)s%(day)s的上报时段（%(window)s）已结束，尚未收到当天的算力信息。\n\n"
                        "请检查上报程序后尽快补送：当天送达记为窗口外，以后送达记为补报。"
                        "计划停机请事先在基地页面报备。\n\n%(url)s\n"
                    )
                    % words,
                )
        _tell_the_centre(told, f"empty-window:{day}:{window}", bases)


def _tell_the_centre(told: dict[str, str], key: str, bases: Sequence[Base]) -> None:
    names = [f"{base.name}（{base.code}）" for base in bases[:_MOST_NAMED]]
    if len(bases) > _MOST_NAMED:
        names.append(_("……等共%(count)s个") % {"count": len(bases)})
    words = told | {
        "count": str(len(bases)),
        "names": "\n".join(names),
        "url": settings.PUBLIC_URL + reverse("dataaccess:bases") + "?today=missing",
    }
    for user in centre():
        put_mail(
            user,
            f"{key}:{user.pk}",
            _("%(day)s %(window)s：%(count)s个基地未上报") % words,
            _("%(day)s的上报时段（%(window)s）已结束，以下基地未上报：\n\n%(names)s\n\n%(url)s\n")
            % words,
        )


def page(base: Base) -> str:
    return settings.PUBLIC_URL + reverse("dataaccess:base", args=[base.code])
