"""The audit chain in words: subjects by name, details as label and value. What the reader may not
open is named, not linked; what is not known any more keeps its number."""

import re
from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dataaccess.models import Base
from evaluation.edition import current_edition, reader_language
from evaluation.models import CATEGORIES, CertificateState, Duty
from evaluation.rulebook import in_language
from evaluation.steps import STATES
from evaluation.steps_after import CHANGES, REVIEW_STATES
from portal.accounts.models import MemberRole, Organisation, Role, User
from portal.ledger.models import AuditEvent

KINDS = {
    "audit": gettext_lazy("审计日志"),
    "base": gettext_lazy("基地"),
    "centre_key": gettext_lazy("中央节点密钥"),
    "certificate": gettext_lazy("证书"),
    "data_call": gettext_lazy("数据统计要求"),
    "day": gettext_lazy("日期"),
    "evaluation": gettext_lazy("案卷"),
    "evidence": gettext_lazy("证明文件"),
    "expert": gettext_lazy("专家"),
    "expert_import": gettext_lazy("专家名册导入"),
    "letter": gettext_lazy("通知模板"),
    "misuse": gettext_lazy("名称滥用举报"),
    "organisation": gettext_lazy("单位"),
    "outbox": gettext_lazy("待发邮件"),
    "question": gettext_lazy("数据疑问"),
    "registration": gettext_lazy("单位登记"),
    "setting": gettext_lazy("系统参数"),
    "sign_in": gettext_lazy("登录页"),
    "user": gettext_lazy("账号"),
    "usual_reason": gettext_lazy("常用问题"),
    "view": gettext_lazy("案卷视图"),
}
LABELS = {
    "A": gettext_lazy("总得分A"),
    "accepted": gettext_lazy("合格"),
    "address": gettext_lazy("网络地址"),
    "after": gettext_lazy("修改后"),
    "archive": gettext_lazy("归档编号"),
    "answer": gettext_lazy("答复"),
    "answer_by": gettext_lazy("答复期限"),
    "assignment": gettext_lazy("指派编号"),
    "base": gettext_lazy("基地代码"),
    "bases": gettext_lazy("基地代码"),
    "before": gettext_lazy("修改前"),
    "category": gettext_lazy("申报类别"),
    "cause": gettext_lazy("原因"),
    "certificate": gettext_lazy("证书编号"),
    "change": gettext_lazy("变更"),
    "changed": gettext_lazy("修改的内容"),
    "clause": gettext_lazy("条款"),
    "credit_code": gettext_lazy("统一社会信用代码"),
    "day": gettext_lazy("日期"),
    "deadline": gettext_lazy("期限"),
    "declaration": gettext_lazy("申报书版本"),
    "defects": gettext_lazy("不合格项"),
    "digest": gettext_lazy("摘要"),
    "document": gettext_lazy("文书"),
    "duty": gettext_lazy("职责"),
    "ends_on": gettext_lazy("截止"),
    "expert": gettext_lazy("专家编号"),
    "field": gettext_lazy("项目"),
    "file": gettext_lazy("文件"),
    "files": gettext_lazy("文件"),
    "filters": gettext_lazy("查询条件"),
    "finding": gettext_lazy("存在的问题"),
    "first": gettext_lazy("首月"),
    "first_day": gettext_lazy("首日"),
    "form_code": gettext_lazy("版本码"),
    "grounds": gettext_lazy("依据"),
    "indicator": gettext_lazy("指标"),
    "indicators": gettext_lazy("指标"),
    "interfaces": gettext_lazy("上报接口"),
    "invitation": gettext_lazy("邀请编号"),
    "item": gettext_lazy("项目"),
    "items": gettext_lazy("项目"),
    "kind": gettext_lazy("种类"),
    "label": gettext_lazy("名称"),
    "last": gettext_lazy("末月"),
    "last_day": gettext_lazy("末日"),
    "leader": gettext_lazy("组长"),
    "met": gettext_lazy("合格"),
    "name": gettext_lazy("名称"),
    "new_name": gettext_lazy("新名称"),
    "number": gettext_lazy("编号"),
    "objection": gettext_lazy("异议编号"),
    "observed": gettext_lazy("核验值"),
    "old_name": gettext_lazy("原名称"),
    "outcome": gettext_lazy("结论"),
    "passed": gettext_lazy("通过"),
    "people": gettext_lazy("账号编号"),
    "place": gettext_lazy("申报地区或行业"),
    "prefix": gettext_lazy("密钥前缀"),
    "publication": gettext_lazy("公示编号"),
    "reason": gettext_lazy("理由"),
    "receipt": gettext_lazy("回执编号"),
    "remark": gettext_lazy("说明"),
    "request": gettext_lazy("申请编号"),
    "role": gettext_lazy("角色"),
    "seed": gettext_lazy("随机种子"),
    "sha256": gettext_lazy("SHA-256"),
    "shared": gettext_lazy("共享"),
    "side": gettext_lazy("签署方"),
    "slot": gettext_lazy("材料"),
    "solved": gettext_lazy("已完成整改"),
    "source": gettext_lazy("原状态"),
    "state": gettext_lazy("状态"),
    "table": gettext_lazy("表"),
    "target": gettext_lazy("新状态"),
    "text": gettext_lazy("内容"),
    "title": gettext_lazy("标题"),
    "user": gettext_lazy("账号编号"),
    "username": gettext_lazy("登录名"),
    "version": gettext_lazy("版本"),
    "year": gettext_lazy("年次"),
}
# Long enough to be told apart; the export has all of it.
HASH = re.compile(r"[0-9a-f]{40,64}")
Named = tuple[str, str]  # words, and an address or ""


def names_of(events: Iterable[AuditEvent]) -> dict[str, Named]:
    """What each subject of the events is called; three queries however many there are."""
    asked: dict[str, set[str]] = {}
    events = list(events)
    for event in events:
        kind, _colon, key = event.subject.partition(":")
        asked.setdefault(kind, set()).add(key)
    users = User.objects.filter(pk__in=_numbers(asked.get("user", ())))
    organisations = Organisation.objects.filter(pk__in=_numbers(asked.get("organisation", ())))
    bases = Base.everything.filter(code__in=asked.get("base", ()))
    known = {
        **{f"user:{pk}": name for pk, name in users.values_list("pk", "name")},
        **{f"organisation:{pk}": name for pk, name in organisations.values_list("pk", "name")},
        **{f"base:{code}": name for code, name in bases.values_list("code", "name")},
    }
    return {event.subject: _named(event, known) for event in events}


def _numbers(keys: Iterable[str]) -> list[int]:
    return [int(key) for key in keys if key.isdigit()]


def _named(event: AuditEvent, known: dict[str, str]) -> Named:
    kind, _colon, key = event.subject.partition(":")
    label = str(KINDS.get(kind, kind))
    if event.subject in known:
        return _("%(kind)s：%(name)s") % {"kind": label, "name": known[event.subject]}, ""
    if kind == "certificate" and event.data.get("number"):
        number = event.data["number"]
        return _("%(kind)s：%(name)s") % {"kind": label, "name": number}, reverse(
            "site:certificate", args=[number]
        )
    if kind == "evaluation" and event.case:
        return _("%(kind)s：%(name)s") % {"kind": label, "name": event.case}, ""
    return (_("%(kind)s：%(name)s") % {"kind": label, "name": key}, "") if key else (label, "")


def facts_of(event: AuditEvent) -> list[tuple[str, str]]:
    """The details of an event; empty ones, and what its subject says already, are left out."""
    return [
        (str(LABELS.get(key, key)), told)
        for key, value in event.data.items()
        if (told := _value(event, key, value))
    ]


def _value(event: AuditEvent, key: str, value: Any) -> str:
    match value:
        case bool():
            return _("是") if value else _("否")
        case list():
            return _("、").join(filter(None, (_value(event, key, each) for each in value)))
        case dict():
            pairs = ((LABELS.get(k, k), _value(event, k, v)) for k, v in value.items())
            return _("；").join(f"{label} {told}" for label, told in pairs if told)
        case None:
            return ""
    text = str(value)
    if HASH.fullmatch(text):
        return f"{text[:12]}…"
    return str(_words(event, key, text)) if text else ""


def _words(event: AuditEvent, key: str, text: str) -> Any:
    if key in ("source", "target", "state"):
        if event.action.startswith("certificate.review_") and text in REVIEW_STATES:
            return REVIEW_STATES[text].label
        if event.action.startswith("certificate.") and text in CertificateState.values:
            return CertificateState(text).label
        return STATES[text].label if text in STATES else text
    if key == "role":
        labels = {**dict(Role.choices), **dict(MemberRole.choices)}
        return labels.get(text, text)
    if key == "duty" and text in Duty.values:
        return Duty(text).label
    if key == "change" and text in CHANGES:
        return CHANGES[text].proposed
    if key == "category" and text in CATEGORIES:
        return in_language(current_edition().category(text), "name", reader_language())
    if key in ("indicator", "indicators"):
        named = {i.code: i for i in current_edition().indicators}
        return in_language(named[text], "name", reader_language()) if text in named else text
    if key == "slot":
        return _("材料%(slot)s") % {"slot": text}
    return text
