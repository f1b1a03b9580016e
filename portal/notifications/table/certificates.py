"""What is told of a certificate after step 7: its annual reviews, its state, misuse of the name."""

from django.utils.translation import gettext_lazy as _

from portal.notifications.kinds import Group, Kind, Mail
from portal.notifications.table.cases import STATUTORY

HOLDER_AND_OFFICE = ("applicant", "secretariat")
OFFICE = ("secretariat",)

KINDS = (
    Kind(
        "review_moved",
        Group.CERTIFICATES,
        _("年审进展"),
        _("证书{certificate}第{year}年年审：{state}"),
        _("证书{certificate}第{year}年年审：{state}。{awaits}\n{reason}"),
        ("certificate", "year", "state", "awaits", "reason"),
        readers=HOLDER_AND_OFFICE,
    ),
    Kind(
        "rectification_set",
        Group.CERTIFICATES,
        _("整改通知"),
        _("证书{certificate}第{year}年年审：限期整改"),
        _(
            "证书{certificate}第{year}年年审不合格，请于{deadline}（含）前完成整改（规范10.4.3）。\n{reason}"
        ),
        ("certificate", "year", "deadline", "reason"),
        needed=("deadline",),
        mail=Mail.ALWAYS,
        why_always=STATUTORY,
        readers=("applicant",),
    ),
    Kind(
        "rectification_due",
        Group.CERTIFICATES,
        _("整改提醒"),
        _("整改提醒：{title}"),
        _("证书{certificate}第{year}年年审的整改应于{deadline}（含）前完成（规范10.4.3）。"),
        ("title", "certificate", "year", "deadline"),
        needed=("deadline",),
        mail=Mail.ALWAYS,
        why_always=STATUTORY,
        readers=HOLDER_AND_OFFICE,
    ),
    Kind(
        "review_with_office",
        Group.CERTIFICATES,
        _("待秘书处办理的年审提醒"),
        _("年审{state}：{title}"),
        _("证书{certificate}第{year}年年审{state}，应于{deadline}（含）前办理。"),
        ("title", "certificate", "year", "state", "deadline"),
        needed=("deadline",),
        readers=("secretariat",),
    ),
    Kind(
        "certificate_to_decide",
        Group.CERTIFICATES,
        _("待审批的证书事项"),
        _("待审批：证书{certificate}{title}"),
        _("证书{certificate}{title}，待您审批。"),
        ("certificate", "title"),
        readers=("decider",),
    ),
    Kind(
        "certificate_changed",
        Group.CERTIFICATES,
        _("证书状态变更"),
        _("证书{certificate}的状态：{state}"),
        _("名录记载：证书{certificate}{state}。\n{reason}"),
        ("certificate", "state", "reason"),
        mail=Mail.ALWAYS,
        why_always=STATUTORY,
        readers=HOLDER_AND_OFFICE,
    ),
    Kind(
        "misuse_reported",
        Group.CERTIFICATES,
        _("收到举报"),
        _("收到名称滥用举报{title}"),
        _("收到名称滥用举报{title}，请核查办理。"),
        ("title",),
        readers=OFFICE,
        to_the_group=True,
    ),
)
