"""What the register says of a certificate, in words that are true of its state."""

import string
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from evaluation.edition import edition_of, reader_language
from evaluation.models import CertificateState, Publication
from evaluation.rulebook.certificates import certificate_name
from portal.ledger import runtime


@dataclass(frozen=True)
class Standing:
    """How a state is shown and what it means. `kind` is that of a status tag; a number alone says
    only what the register holds under it, a file that was checked also that it is genuine."""

    kind: str
    label: Any
    sentence: Any  # of a number
    of_file: Any
    meaning: Any
    use: Any  # whether the name may be used now


# What is not the standard's (suspending, replacing) is the portal's, and rests on the clauses named.
STANDINGS: dict[str, Standing] = {
    CertificateState.VALID: Standing(
        "met",
        _("有效"),
        _("名录中有此编号，认定有效。"),
        _("本证书真实，认定有效。"),
        _("已获认定并按期年审（10.4.1）。"),
        _("可以；以此名义从事商业活动须经批准（10.3.1）。"),
    ),
    CertificateState.RECTIFICATION: Standing(
        "attention",
        _("整改中"),
        _("名录中有此编号，认定有效；持有单位正在限期整改。"),
        _("本证书真实，认定有效；持有单位正在限期整改。"),
        _("年审不合格，正在限期整改（10.4.3），认定仍然有效。"),
        _("可以；以此名义从事商业活动须经批准（10.3.1）。"),
    ),
    CertificateState.SUSPENDED: Standing(
        "attention",
        _("已暂停"),
        _("名录中有此编号，但认定已暂停，暂停期间不得使用名称。"),
        _("本证书真实，但认定已暂停，暂停期间不得使用名称。"),
        _("因10.3或10.4.3所述情形暂停认定，之后恢复或者取消。"),
        _("暂停期间不可以。"),
    ),
    CertificateState.REVOKED: Standing(
        "not_met",
        _("已取消认定"),
        _("名录中有此编号，但认定已被取消，不得再使用名称。"),
        _("本证书曾经颁发，认定已被取消，不得再使用名称。"),
        _("拒绝整改、整改后仍达不到要求（10.4.3）或违反10.3，认定已被取消。"),
        _("不可以。"),
    ),
    CertificateState.SUPERSEDED: Standing(
        "neutral",
        _("已换发"),
        _("名录中有此编号，已由新的证书代替。"),
        _("本证书曾经颁发，已由新的证书代替。"),
        _("基地已获颁新的证书，本证书不再使用。"),
        _("以新证书的状态为准。"),
    ),
}
# The parts of a certificate's number, in words.
NUMBER_PARTS = {
    "year": pgettext_lazy("证书编号", "年份"),
    "type": pgettext_lazy("证书编号", "类别"),
    "province": pgettext_lazy("证书编号", "地区"),
    "serial": pgettext_lazy("证书编号", "序号"),
}


def number_shape() -> str:
    """How a certificate's number is made, in words: no number that might be one."""
    parts = string.Formatter().parse(str(runtime.read("certificate_number_pattern")))
    return "".join(f"{text}{NUMBER_PARTS[name] if name else ''}" for text, name, *_how in parts)


def name_applied_for(notice: Publication) -> str:
    """The name of 10.2 that the base of a notice would bear."""
    case = notice.evaluation
    return certificate_name(edition_of(case), case.category, notice.place, reader_language())
