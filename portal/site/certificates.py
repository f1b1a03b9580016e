"""What the register says of a certificate, in words that are true of its state."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from evaluation.models import CertificateState


@dataclass(frozen=True)
class Standing:
    """How a state is shown. `kind` is that of a status tag."""

    kind: str
    label: Any
    sentence: Any


STANDINGS: dict[str, Standing] = {
    CertificateState.VALID: Standing("met", _("有效"), _("本证书真实，认定有效。")),
    CertificateState.RECTIFICATION: Standing(
        "attention", _("整改中"), _("本证书真实，认定有效；持有单位正在限期整改。")
    ),
    CertificateState.SUSPENDED: Standing(
        "attention", _("已暂停"), _("本证书真实，但认定已暂停，暂停期间不得使用名称。")
    ),
    CertificateState.REVOKED: Standing(
        "not_met", _("已取消认定"), _("本证书曾经颁发，认定已被取消，不得再使用名称。")
    ),
    CertificateState.SUPERSEDED: Standing(
        "neutral", _("已换发"), _("本证书曾经颁发，已由新的证书代替。")
    ),
}
