"""What a compute report just kept gives to ask: said in the answer, and asked of the operator once
the delivery is committed. A report is never refused for it."""

from datetime import date, timedelta
from typing import Any

from dataaccess import certified, plausibility
from dataaccess.models import Base, ComputeReport
from dataaccess.plausibility import Reported, Suspicion
from dataaccess.shapes import tables
from portal.ledger import outbox

KIND = "implausible_report"
COLUMNS = tuple(tables.FIGURES.values())
_PAIRS = {pair.key: pair for pair in tables.PAIRS}


def of_report(base: Base, day: date, today: date) -> list[Suspicion]:
    """A report of the last days against the one before it and the certificate. Two queries."""
    if base.sandbox or day <= today - timedelta(days=plausibility.DAYS):
        return []
    rows = ComputeReport.objects.filter(base=base, date__lte=day).order_by("-date")
    found = [
        Reported(at, dict(zip(COLUMNS, figures, strict=True)))
        for at, *figures in rows.values_list("date", *COLUMNS)[:2]
    ]
    return plausibility.suspicions(found[::-1], certified.fp16_of(base.pk))


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
