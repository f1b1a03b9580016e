"""What in a base's reports calls for a question to its operator. A question, not a refusal: the
figures are kept as sent. None of the bounds is from the standard. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from dataaccess.shapes import tables

Rule = Literal["frozen", "drop", "rise", "certified"]
RULES: tuple[Rule, ...] = ("frozen", "drop", "rise", "certified")
# So many reports in a row that agree in all 24 figures were hardly measured.
FROZEN_REPORTS = 7
# A total that falls below this share of the report before.
DROP_BELOW = 0.5
# A total that is so many times the report before: a digit or a unit too many, or a great extension.
RISE_FROM = 10
# FP16 reported outside these shares of the certified peak (Table 3, FP16算力峰值).
CERTIFIED_WITHIN = (0.9, 1.1)
# Days of reports that the rules look at.
DAYS = 14


@dataclass(frozen=True, slots=True)
class Reported:
    """A day's report: its 24 figures by column."""

    day: date
    figures: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Suspicion:
    """Something to ask about. `mark` tells one occurrence from the next: the same is asked once."""

    rule: Rule
    subject: str  # the resource it is about; empty: the whole report
    day: date
    mark: str
    facts: Mapping[str, int | str] = field(default_factory=dict)


def suspicions(reports: Sequence[Reported], certified_fp16: int | None = None) -> list[Suspicion]:
    """What the newest of these reports (in order of days) gives to ask."""
    if not reports:
        return []
    return [*_frozen(reports), *_jumps(reports), *_off_the_certificate(reports[-1], certified_fp16)]


def _frozen(reports: Sequence[Reported]) -> list[Suspicion]:
    newest = reports[-1]
    if not any(newest.figures.values()):
        return []  # a base with nothing has nothing to change
    same = 0
    for report in reversed(reports):
        if report.figures != newest.figures:
            break
        same += 1
    if same < FROZEN_REPORTS:
        return []
    # Asked once for a run, however long it goes on: the day it began is its mark. Where the run is
    # longer than what is looked at, its beginning moves; the actions know the open question then.
    since = reports[-same].day
    facts: dict[str, int | str] = {"reports": same, "since": since.isoformat()}
    return [Suspicion("frozen", "", newest.day, since.isoformat(), facts)]


def _jumps(reports: Sequence[Reported]) -> list[Suspicion]:
    if len(reports) < 2:
        return []
    before, newest = reports[-2:]
    found = []
    for pair in tables.PAIRS:
        column = f"{pair.key}_total"
        was, now = before.figures[column], newest.figures[column]
        if rule := _jump(was, now):
            facts: dict[str, int | str] = {
                "before": was,
                "after": now,
                "day_before": before.day.isoformat(),
            }
            found.append(Suspicion(rule, pair.key, newest.day, f"{newest.day} {now}", facts))
    return found


def _jump(was: int, now: int) -> Rule | None:
    if now < was * DROP_BELOW:
        return "drop"
    return "rise" if was and now >= was * RISE_FROM else None


def _off_the_certificate(newest: Reported, certified: int | None) -> list[Suspicion]:
    reported = newest.figures["fp16_total"]
    low, high = CERTIFIED_WITHIN
    if not certified or certified * low <= reported <= certified * high:
        return []
    facts = {"reported": reported, "certified": certified}
    return [Suspicion("certified", "fp16", newest.day, str(reported), facts)]


def in_another_unit(one: int, other: int) -> bool:
    """Whether two figures differ as MB and GB do, or TFLOPS and PFLOPS: by about a power of 1000."""
    if not one or not other:
        return False
    times = max(one, other) / min(one, other)
    return any(0.5 <= times / 1000**power <= 2 for power in (1, 2, 3))
