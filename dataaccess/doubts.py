"""What a delivery just kept leaves in doubt: said in the answer. Of a compute report the operator is
asked as well, once the delivery is committed. Nothing is refused for it."""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from dataaccess import plausibility
from dataaccess.checking import Checked
from dataaccess.models import Base, ComputeReport
from dataaccess.plausibility import Reported, Suspicion
from dataaccess.shapes import tables
from dataaccess.shapes.text import shown
from portal.ledger import outbox

KIND = "implausible_report"
COLUMNS = tuple(tables.FIGURES.values())
_PAIRS = {pair.key: pair for pair in tables.PAIRS}


def of_report(base: Base, day: date, today: date, certified: int | None) -> list[Suspicion]:
    """A report of the last days against the one before it and the certified FP16. One query."""
    if base.sandbox or day <= today - timedelta(days=plausibility.DAYS):
        return []
    rows = ComputeReport.objects.filter(base=base, date__lte=day).order_by("-date")
    found = [
        Reported(at, dict(zip(COLUMNS, figures, strict=True)))
        for at, *figures in rows.values_list("date", *COLUMNS)[:2]
    ]
    return plausibility.suspicions(found[::-1], certified)


# What Table B.1 leaves free in form, and what a value hardly is without. No reason to refuse.
_CONTACTS = {
    "单位网址": (re.compile(r"[\w-]+(\.[\w-]+)+"), "不像网址，应如 https://www.example.org"),
    "负责人联系电话": (re.compile(r"(\d\D*){7}"), "不像电话号码，应至少有7位数字"),
    "负责人邮箱地址": (
        re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+"),
        "不像邮箱地址，应如 name@example.org",
    ),
}
_CONTACTS |= {
    name.replace("负责人", "联系人"): form
    for name, form in _CONTACTS.items()
    if name.startswith("负责人")
}


def of(checked: Checked) -> list[dict[str, str]]:
    """What a delivery leaves in doubt whatever came before it, as warnings of the answer."""
    if checked.base_info is not None:
        return _of_base_info(checked.base_info)
    return _of_events(checked.events) if checked.events is not None else []


# A warning names so many events; a batch of thousands gets an answer of reasonable size.
_MOST_NAMED = 5
DONE = tables.HANDLING[-1]


def _of_events(events: list[dict[str, Any]]) -> list[dict[str, str]]:
    """Events that are dealt with and still going on, as one warning."""
    odd = [
        event[tables.EVENT_ID]
        for event in events
        if event[tables.EVENT_HANDLING] == DONE and event[tables.EVENT_ONGOING] == tables.YES
    ]
    if not odd:
        return []
    named = ", ".join(shown(each) for each in odd[:_MOST_NAMED])
    more = ", …" if len(odd) > _MOST_NAMED else ""
    return [
        {
            "field": tables.EVENT_ONGOING,
            "code": "contradiction",
            "message": f"{len(odd)}个事件（{named}{more}）的“{tables.EVENT_HANDLING}”为“{DONE}”，"
            f"“{tables.EVENT_ONGOING}”却为“{tables.YES}”，两项矛盾。"
            "数据已按所报保存，请核对后更正重发。",
        }
    ]


def _of_base_info(values: Mapping[str, Any]) -> list[dict[str, str]]:
    """Contacts by which nobody could be reached, as warnings of the answer."""
    return [
        {
            "field": name,
            "code": "contact",
            "message": f"“{shown(values[name])}”{said}。数据已按所报保存，请核对后更正重发。",
        }
        for name, (form, said) in _CONTACTS.items()
        if not form.search(values[name])
    ]


def ask_after_commit(base: Base, day: date, receipt: Any) -> None:
    """Decide, in the delivery's transaction, that the operator is asked."""
    outbox.put(KIND, f"{KIND}:{receipt}", base=base.pk, day=day.isoformat())


def warnings(found: list[Suspicion]) -> list[dict[str, str]]:
    """As the answer tells them; Chinese like everything the interface says."""
    return [_warning(suspicion) for suspicion in found]


def _warning(suspicion: Suspicion) -> dict[str, str]:
    facts, field = suspicion.facts, _PAIRS[suspicion.subject].total
    if suspicion.rule == "drop":
        said = (
            f"“{field}”为{facts['after']}，上一次（{facts['day_before']}）为{facts['before']}，"
            f"不足其{plausibility.DROP_BELOW:.0%}"
        )
    else:
        low, high = plausibility.CERTIFIED_WITHIN
        said = (
            f"“{field}”为{facts['reported']}，认定时为{facts['certified']}，"
            f"不在其{low:.0%}至{high:.0%}之间"
        )
    return {
        "field": field,
        "code": suspicion.rule,
        "message": f"{said}。数据已按所报保存；请核对数值与单位，有误请更正后重发，"
        "无误请在平台的“数据询问”中说明原因。",
    }
