"""Every kind of notification, as one table: what it is called, whether its mail can be switched
off, its words, and the variables that may stand in them.

To add a kind: write a `Kind` into the file of portal/notifications/table that fits, with its
subject and body inside gettext (the catalogue holds the English) and the variables that stand in
them (VARIABLES names each once). Then call, in the transaction of the cause,

    tell(users, "my_kind", f"thing:{thing.pk}", path=reverse(...), number=case.number)

Whatever is told of a case goes through `evaluation.notify.tell_of_case`, which keeps it from
experts who have not pledged. The settings page, the letters page and the inbox need nothing more.
"""

import string
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from django.utils.translation import gettext_lazy as _

Text = Any  # a lazy translation


class Group(StrEnum):
    """The headings of the settings page."""

    CASES = "cases"
    DEADLINES = "deadlines"
    EXPERTS = "experts"
    CERTIFICATES = "certificates"
    DATA = "data"
    ACCOUNTS = "accounts"


GROUP_NAMES: dict[str, Text] = {
    Group.CASES: _("申报与评估"),
    Group.DEADLINES: _("期限"),
    Group.EXPERTS: _("专家工作"),
    Group.CERTIFICATES: _("证书与年审"),
    Group.DATA: _("数据上报"),
    Group.ACCOUNTS: _("账号与单位"),
}


class Mail(StrEnum):
    """Whether the mail can be switched off. In the portal everything is told always."""

    BY_CHOICE = "by_choice"
    ALWAYS = "always"


@dataclass(frozen=True)
class Variable:
    """What may stand in a template as {name}."""

    meaning: Text
    example: Text


VARIABLES: Mapping[str, Variable] = MappingProxyType(
    {
        "name": Variable(_("收件人姓名"), _("示例林晓")),
        "number": Variable(_("案卷号"), "PG2026-0012"),
        "organisation": Variable(_("单位名称"), _("示例智算科技有限公司")),
        "base": Variable(_("基地名称"), _("济南示例基地")),
        "step": Variable(_("步骤名称"), _("材料初审")),
        "state": Variable(_("案卷状态"), _("材料初审中")),
        "awaits": Variable(_("等待办理的事项"), _("秘书处逐项审核表1的材料。")),
        "reason": Variable(_("理由"), _("请补充近三年的发展规划。")),
        "deadline": Variable(_("期限"), _("2026年8月7日")),
        "days": Variable(_("天数"), "7"),
        "count": Variable(_("数量"), "3"),
        "objection": Variable(_("异议编号"), "YY2026-0001"),
        "changes": Variable(
            _("更正的内容"),
            _("申请的名称：国家工业互联网大数据中心（鲁）→ 国家工业互联网大数据中心（山东）"),
        ),
        "before": Variable(_("原公示编号"), "GS2026-0003"),
        "items": Variable(_("补正事项"), _("材料4 算力机房等级证书")),
        "prefix": Variable(_("密钥前缀"), "gyzs_AbCdEf1"),
        "networks": Variable(_("来源网段"), "203.0.113.0/24"),
        "remark": Variable(_("处理意见"), _("电话核实，属计划停机。")),
        "names": Variable(_("基地名单"), _("济南示例基地（jinan）")),
        "certificate": Variable(_("证书编号"), "GYZS-2026-C-37-0001"),
        "title": Variable(_("名称"), _("国庆保障期算力统计")),
        "interfaces": Variable(_("接口"), _("算力信息")),
        "day": Variable(_("日期"), _("2026年7月21日")),
        "what": Variable(_("询问的内容"), _("内存总量从524288降到1800 GB，不足前一次的50%")),
        "window": Variable(_("上报时段"), "07:00-08:00"),
        "year": Variable(_("年次"), "1"),
        "person": Variable(_("相关人员姓名"), _("示例韩梅")),
        "email": Variable(_("相关人员邮箱"), "han@example.org"),
        "role": Variable(_("成员角色"), _("填报人")),
        "kind": Variable(_("事项"), _("单位登记申请")),
        "until": Variable(_("有效期至"), _("2026年8月7日 18:00")),
        "old": Variable(_("原名称"), _("示例智算有限公司")),
        "new": Variable(_("新名称"), _("示例智算科技有限公司")),
        "link": Variable(_("专用链接"), "https://portal.example.org/organisation/…"),
    }
)


@dataclass(frozen=True)
class Kind:
    """One kind of notification. `variables` are those that its words may use; those in
    `needed` must stand in the body, because the letter is useless without them."""

    code: str
    group: str
    label: Text
    subject: Text
    body: Text
    variables: tuple[str, ...] = ()
    needed: tuple[str, ...] = ()
    mail: Mail = Mail.BY_CHOICE
    why_always: Text = ""
    # Who may get it, and finds it among the settings.
    readers: tuple[str, ...] = ("applicant", "expert", "secretariat", "decider")
    # A letter to an address that may have no account: never in the portal, never switched off.
    letter: bool = False
    # Also posted in the secretariat's group chat, where one is set up.
    to_the_group: bool = False

    @property
    def allowed(self) -> tuple[str, ...]:
        """The variables that may stand in its words."""
        return ("name", *self.variables)

    def __post_init__(self) -> None:
        unknown = set(self.variables) - VARIABLES.keys()
        assert not unknown, (self.code, unknown)


def variables_in(text: str) -> list[str]:
    """The names in braces, in their order. Raises ValueError where braces do not match."""
    return [
        name for _before, name, _spec, _how in string.Formatter().parse(text) if name is not None
    ]


def _table() -> Mapping[str, Kind]:
    from portal.notifications.table import accounts, cases, certificates, data

    kinds = (*cases.KINDS, *certificates.KINDS, *data.KINDS, *accounts.KINDS)
    table = {kind.code: kind for kind in kinds}
    assert len(table) == len(kinds), "a kind's code is used twice"
    return MappingProxyType(table)


def table() -> Mapping[str, Kind]:
    """Every kind by its code, in the order of the settings page."""
    global _loaded
    if _loaded is None:
        _loaded = _table()
    return _loaded


_loaded: Mapping[str, Kind] | None = None
