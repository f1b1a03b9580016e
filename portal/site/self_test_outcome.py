"""What the self-test concludes, in as few lines as it takes: what is typed wrong, why the base does
not qualify, and what to do first. What follows from another reason is not said again."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from evaluation.rulebook import DimensionScore, Indicator, Scorecard, in_language, plain
from portal.site.self_test import Row, SelfTest

# More names than these are told by their number: the list below has each with its gap.
MOST_NAMED = 3
# Alternatives of more items than these are no choice that anybody weighs.
LONGEST_WAY = 3


@dataclass(frozen=True)
class Gap:
    """An indicator to mend, and what is wanting."""

    indicator: Indicator
    wanting: str


@dataclass(frozen=True)
class Outcome:
    wrong: tuple[Gap, ...]  # and what was likely meant otherwise
    reasons: tuple[str, ...]
    count: int
    first: tuple[Gap, ...]
    ways: tuple[tuple[Indicator, ...], ...]


def outcome(test: SelfTest, language: str) -> Outcome:
    """For a test that is begun; one that qualifies has wrong entries at most."""
    rows = {row.indicator.code: row for row in test.rows}
    wrong = tuple(
        Gap(row.indicator, row.faults[0] if row.faults else row.question)
        for row in test.rows
        if row.faults or row.question
    )
    to_correct = {gap.indicator.code for gap in wrong}
    found = test.improvement
    if found is None:
        return Outcome(wrong, (), 0, (), ())
    choice = len(found.ways) > 1 and all(len(way) <= LONGEST_WAY for way in found.ways)
    first = found.needed if choice or not found.ways else (*found.needed, *found.ways[0])
    return Outcome(
        wrong,
        reasons(test.card, language),
        found.count,
        tuple(
            Gap(indicator, _wanting(rows[indicator.code]))
            for indicator in first
            if indicator.code not in to_correct
        ),
        found.ways if choice else (),
    )


def _wanting(row: Row) -> str:
    """The gap where a value is given, what is asked where none is."""
    if row.step.state == "missing" or not row.note:
        return _("要求%(wording)s") % {"wording": row.wording}
    return row.note


def reasons(card: Scorecard, language: str) -> tuple[str, ...]:
    """One line for each dimension that fails. A zero brings the total down: then the total is
    not a reason of its own."""
    limits = card.edition.qualification
    lines = [
        _zero(found, language) if found.failed else _too_low(found, card, language)
        for found in card.dimensions
        if found.failed or found.points < limits.dimension_minimum
    ]
    if limits.total_above >= card.A and not any(found.failed for found in card.dimensions):
        lines.append(
            _("总得分A为%(total)s分，未超过%(above)s分（%(clause)s）。")
            % {
                "total": plain(card.A),
                "above": plain(limits.total_above),
                "clause": limits.clause,
            }
        )
    return tuple(lines)


def _zero(found: DimensionScore, language: str) -> str:
    dimension = found.dimension
    names = [in_language(step.indicator, "name", language) for step in found.failed_steps]
    told = {
        "name": in_language(dimension, "name", language),
        "id": dimension.id,
        "n": len(names),
        "items": _("、").join(names),
        "clause": dimension.method_clause,
    }
    if len(names) > MOST_NAMED:
        return (
            ngettext(
                "%(name)s%(id)s为0分：有%(n)s项必须满足的指标尚未满足（%(clause)s）。",
                "%(name)s%(id)s为0分：有%(n)s项必须满足的指标尚未满足（%(clause)s）。",
                len(names),
            )
            % told
        )
    return _("%(name)s%(id)s为0分：必须满足的%(items)s尚未满足（%(clause)s）。") % told


def _too_low(found: DimensionScore, card: Scorecard, language: str) -> str:
    limits = card.edition.qualification
    return _("%(name)s%(id)s为%(points)s分，少于%(least)s分（%(clause)s）。") % {
        "name": in_language(found.dimension, "name", language),
        "id": found.dimension.id,
        "points": plain(found.points),
        "least": plain(limits.dimension_minimum),
        "clause": limits.clause,
    }
