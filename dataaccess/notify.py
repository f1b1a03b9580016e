"""Telling people by mail what a base has not done. In Chinese, as all mail of the portal is."""

from collections.abc import Sequence
from datetime import date

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.dateformat import format as format_date
from django.utils.translation import gettext as _

from dataaccess.models import Base, DataCall
from dataaccess.shapes import KINDS, TABLES
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
    words = told | {
        "count": str(len(bases)),
        "names": _names(bases),
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


def data_call(call: DataCall, bases: Sequence[Base], mark: str) -> None:
    """One mail to each operator for each base: of the call, its withdrawal, or a reminder."""
    with translation.override(settings.LANGUAGE_CODE):
        subjects = {
            "issued": _("数据统计要求：%(title)s"),
            "withdrawn": _("已撤回：%(title)s"),
            "overdue": _("已逾期：%(title)s"),
        }
        subject = subjects.get(mark, _("请尽快答复：%(title)s"))
        for base in bases:
            words = _about(call) | {"base": base.name, "url": page(base)}
            for user in operators(base):
                put_mail(
                    user,
                    f"data-call:{call.pk}:{mark}:{base.pk}:{user.pk}",
                    subject % words,
                    _(
                        "基地：%(base)s\n要求：%(title)s\n接口：%(interfaces)s\n事由：%(reason)s\n截止：%(deadline)s\n\n"
                        "调用所列接口上报最新数据即为答复，详见基地页面：%(url)s\n"
                    )
                    % words,
                )


def data_call_overdue(call: DataCall, bases: Sequence[Base]) -> None:
    """One mail to each of the centre: who has not answered by the deadline."""
    with translation.override(settings.LANGUAGE_CODE):
        words = _about(call) | {
            "count": str(len(bases)),
            "names": _names(bases),
            "url": settings.PUBLIC_URL + reverse("dataaccess:data_call", args=[call.pk]),
        }
        for user in centre():
            put_mail(
                user,
                f"data-call:{call.pk}:overdue:{user.pk}",
                _("%(title)s：%(count)s个基地逾期未答复") % words,
                _("截止时刻（%(deadline)s）已过，以下基地未答复：\n\n%(names)s\n\n%(url)s\n")
                % words,
            )


def _about(call: DataCall) -> dict[str, str]:
    deadline = timezone.localtime(call.deadline)
    return {
        "title": call.title,
        "reason": call.reason,
        "deadline": format_date(deadline, _("Y年n月j日 H:i")),
        "interfaces": _("、").join(
            TABLES[kind].title
            for kind in KINDS
            if kind in set(call.items.values_list("interface", flat=True))
        ),
    }


def _names(bases: Sequence[Base]) -> str:
    names = [f"{base.name}（{base.code}）" for base in bases[:_MOST_NAMED]]
    if len(bases) > _MOST_NAMED:
        names.append(_("……等共%(count)s个") % {"count": len(bases)})
    return "\n".join(names)


def page(base: Base) -> str:
    return settings.PUBLIC_URL + reverse("dataaccess:base", args=[base.code])
