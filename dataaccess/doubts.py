"""What a compute report just kept leaves in doubt beside what came before it and what was certified:
said in the answer, and asked of the operator once the delivery is committed. Nothing is refused for
it. What can be doubted at sight is in at_sight.py."""

from datetime import date, timedelta
from typing import Any

from dataaccess import endings, plausibility
from dataaccess.models import Base, ComputeReport, Question
from dataaccess.plausibility import Reported, Suspicion
from dataaccess.shapes import Fault, tables
from portal.ledger import outbox

KIND = "implausible_report"
COLUMNS = tuple(tables.FIGURES.values())
_PAIRS = {pair.key: pair for pair in tables.PAIRS}


def of_report(base: Base, day: date, today: date, certified: int | None) -> list[Suspicion]:
    """A report of the last days against the one before it and the certified FP16. One query."""
    if base.sandbox or day <= today - timedelta(days=plausibility.DAYS):
        return []
    return plausibility.suspicions(with_the_one_before(base, day), certified)


def with_the_one_before(base: Base, day: date) -> list[Reported]:
    """The report of a day and the one that it is held against, in order of days. One query."""
    rows = ComputeReport.objects.filter(base=base, date__lte=day).order_by("-date")
    found = [
        Reported(at, dict(zip(COLUMNS, figures, strict=True)))
        for at, *figures in rows.values_list("date", *COLUMNS)[:2]
    ]
    return found[::-1]


def may_settle(base: Base, day: date) -> bool:
    """Whether a question was asked that a correction of this day may settle."""
    return Question.objects.filter(base=base, day__gte=day, corrected_at__isnull=True).exists()


def ask_after_commit(base: Base, day: date, receipt: Any) -> None:
    """Decide, in the delivery's transaction, that somebody looks what is to be asked, and what no
    longer."""
    outbox.put(KIND, f"{KIND}:{receipt}", base=base.pk, day=day.isoformat())


def warnings(found: list[Suspicion]) -> list[Fault]:
    """As the answer tells them; Chinese like everything the interface says."""
    return [_warning(suspicion) for suspicion in found]


def _warning(suspicion: Suspicion) -> Fault:
    facts, pair = suspicion.facts, _PAIRS[suspicion.subject]
    if suspicion.rule == "certified":
        low, high = plausibility.CERTIFIED_WITHIN
        sent, expected = int(facts["reported"]), int(facts["certified"])
        said = f"认定时为{expected}，不在其{low:.0%}至{high:.0%}之间"
    else:
        sent, expected = int(facts["after"]), int(facts["before"])
        said = f"上一次（{facts['day_before']}）为{expected}，" + (
            f"不足其{plausibility.DROP_BELOW:.0%}"
            if suspicion.rule == "drop"
            else f"是其{sent // expected}倍"
        )
    if plausibility.in_another_unit(sent, expected):
        said += f"，像是用了别的单位（本字段以 {pair.unit} 计）"
    return {
        "field": pair.total,
        "code": suspicion.rule,
        "message": f"“{pair.total}”为{sent}，{said}{endings.ASKED}",
    }
