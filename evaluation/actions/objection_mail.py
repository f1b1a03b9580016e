"""Mails to objectors. The outbox keeps which objection one is about and is written when it is
sent: no name, no address and no code of an objector lies in the outbox."""

from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from evaluation.models import Objection
from portal.ledger import outbox
from portal.notifications.channels.letter import Letter


def put(objection: Objection, what: str) -> None:
    """Decide a mail, in the transaction of its cause: "received" or "answered". None to an
    objector who gave no address: that one is answered by letter."""
    if objection.email:
        key = f"objection_mail:{objection.pk}:{what}"
        outbox.put("objection_mail", key, objection=objection.pk, what=what)


def deliver(payload: dict[str, Any]) -> None:
    """Write and send one."""
    objection = Objection.objects.select_related("publication__evaluation__base").get(
        pk=payload["objection"]
    )
    with translation.override(objection.language or settings.LANGUAGE_CODE):
        subject, body = _words(objection, payload["what"])
        Letter(subject, body, to=[objection.email]).send()


def _words(objection: Objection, what: str) -> tuple[str, str]:
    told = {
        "number": objection.number,
        "notice": objection.publication.number,
        "base": objection.publication.evaluation.base.name,
        "url": settings.PUBLIC_URL + "/objections/",
        "name": objection.objector,
        "site": _("工业智算基地评估平台"),
    }
    if what == "received":
        return (
            _("异议%(number)s已收到") % told,
            _(
                "%(name)s：\n\n您对公示%(notice)s（%(base)s）的异议已收到，编号%(number)s。"
                "办理结果将寄往本邮箱。\n\n凭编号和提交时显示的查询码，可随时查看办理进展："
                "%(url)s\n\n您的身份只有秘书处和审批人可以看到。\n\n%(site)s\n"
            )
            % told,
        )
    told |= {"outcome": objection.get_outcome_display(), "answer": objection.answer}
    return (
        _("异议%(number)s的答复") % told,
        _(
            "%(name)s：\n\n您对公示%(notice)s（%(base)s）的异议已办结：%(outcome)s。\n\n"
            "%(answer)s\n\n%(site)s\n"
        )
        % told,
    )
