"""A scorecard as the components score_strip and indicator_table show it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from evaluation.edition import reader_language
from evaluation.rulebook import (
    Clean,
    Edition,
    Indicator,
    Scorecard,
    Step,
    in_language,
    plain,
    score,
)
from evaluation.views.lacking import Lack, lacking

Evidence = list[tuple[str, str]]


@dataclass(frozen=True)
class Bar:
    """One bar of the score strip."""

    code: str
    name: str
    points: Decimal
    would_have: Decimal
    mark: Decimal
    strict: bool
    passed: bool
    failures: list[str]

    @property
    def away(self) -> str:
        """How far from its mark, in words."""
        distance = self.points - self.mark
        if not distance:
            return _("恰为界限，须再高一些") if self.strict else _("恰好达到")
        words = _("高出 %(points)s") if distance > 0 else _("还差 %(points)s")
        return words % {"points": plain(abs(distance))}


@dataclass(frozen=True)
class SelfScore:
    """What the declared values come to before experts have judged anything."""

    card: Scorecard
    bars: list[Bar]
    judged_open: Decimal  # points that only experts can award
    conclusion: str
    conclusion_kind: str
    lacks: list[Lack]


def score_strip(card: Scorecard) -> list[Bar]:
    """A1, A2, A3 and A with the marks of 10.1 and the mandatory items that failed."""
    language = reader_language()
    limits = card.edition.qualification
    bars = [
        Bar(
            code=part.dimension.id,
            name=in_language(part.dimension, "name", language),
            points=part.points,
            would_have=part.earned,
            mark=limits.dimension_minimum,
            strict=False,
            passed=part.points >= limits.dimension_minimum,
            failures=[]
            if part.dimension.all_or_nothing
            else [
                in_language(card.edition.indicator(code), "name", language) for code in part.failed
            ],
        )
        for part in card.dimensions
    ]
    bars.append(
        Bar(
            code="A",
            name=_("总得分"),
            points=card.A,
            would_have=card.A,
            mark=limits.total_above,
            strict=True,
            passed=card.A > limits.total_above,  # noqa: SIM300 -- A is the score
            failures=[],
        )
    )
    return bars


def self_score(edition: Edition, category: str, values: Mapping[str, Clean]) -> SelfScore:
    """The score of a draft. What experts judge counts nothing yet; the conclusion says whether it
    could still qualify."""
    card = score(edition, category, values)
    judged = {
        indicator.code: indicator.points
        for indicator in edition.indicators
        if indicator.kind == "judged" and indicator.points and indicator.code not in values
    }
    best = score(edition, category, {**values, **judged})
    if card.qualified:
        conclusion, kind = _("按申报值已满足认定条件"), "met"
    elif best.qualified:
        conclusion, kind = _("专家评审项得分足够时可满足认定条件"), "attention"
    else:
        conclusion, kind = _("按申报值尚不满足认定条件"), "not_met"
    return SelfScore(
        card=card,
        bars=score_strip(card),
        judged_open=sum(judged.values(), Decimal(0)),
        conclusion=conclusion,
        conclusion_kind=kind,
        lacks=lacking(card),
    )


@dataclass(frozen=True)
class Row:
    """One indicator of the indicator table."""

    code: str
    clause: str
    name: str
    mandatory: bool
    requirement: str
    declared: str | None
    documented: str | None
    observed: str | None
    verdict: str
    verdict_label: str
    points: Decimal | None
    maximum: Decimal | None
    reading: str
    evidence: Evidence
    reason: str
    # The reader's own doubt about the verified value, with its answer: views.doubts.Doubt.
    doubt: Any = None


@dataclass(frozen=True)
class Rows:
    """One level-1 indicator with its rows."""

    name: str
    points: Decimal | None
    maximum: Decimal | None
    rows: list[Row]


def without_a_value(row: Row) -> Row:
    """The row of an indicator that the site team could not verify."""
    label = "" if row.verdict == "mandatory" else _("无法核验")
    return replace(row, observed=_("无法核验"), verdict_label=label)


def indicator_groups(
    card: Scorecard,
    *,
    declared: Mapping[str, Clean] | None = None,
    observed: Mapping[str, Clean] | None = None,
    evidence: Callable[[Indicator], Evidence] | None = None,
    judged_is_open: bool = False,
) -> list[Rows]:
    """The 29 rows of a scorecard in their groups. `declared` defaults to what was scored;
    `judged_is_open` says that the experts' points are still to come."""
    language = reader_language()
    groups = []
    for group in card.edition.groups:
        rows = []
        for indicator in group.indicators:
            step = card.step(indicator.code)
            row = _row(step, language, indicator, declared, observed)
            if judged_is_open and indicator.kind == "judged":
                row = replace(
                    row,
                    verdict="neutral",
                    verdict_label=_("待专家评审"),
                    declared=_("%(points)s（自评）") % {"points": row.declared}
                    if row.declared
                    else None,
                    reason="",
                )
            rows.append(replace(row, evidence=evidence(indicator)) if evidence else row)
        groups.append(
            Rows(
                name=in_language(group, "name", language),
                points=_sum(row.points for row in rows) if group.points is not None else None,
                maximum=group.points,
                rows=rows,
            )
        )
    return groups


def _row(
    step: Step,
    language: str,
    indicator: Indicator,
    declared: Mapping[str, Clean] | None,
    observed: Mapping[str, Clean] | None,
) -> Row:
    own = step.value if declared is None else declared.get(indicator.code)
    seen = None if observed is None else observed.get(indicator.code)
    kinds = {"met": "met", "partial": "attention", "not_met": "not_met", "missing": "missing"}
    fatal = indicator.mandatory and step.state in ("not_met", "missing")
    note = step.note(language)
    return Row(
        code=indicator.code,
        clause=indicator.clause,
        name=in_language(indicator, "name", language),
        mandatory=indicator.mandatory,
        requirement=in_language(step.requirement, "wording", language),
        declared=None if own is None else indicator.show(own, language),
        documented=None,
        observed=None if seen is None else indicator.show(seen, language),
        verdict="mandatory" if fatal else kinds[step.state],
        verdict_label=_("部分得分") if step.state == "partial" else "",
        points=step.points,
        maximum=step.max,
        reading=readings_text(indicator, language),
        evidence=[],
        reason="" if step.state in ("missing", "partial") else note,
    )


def readings_text(indicator: Indicator, language: str) -> str:
    """The decisions of this project that bear on the indicator, as one paragraph."""
    return " ".join(in_language(reading, "decision", language) for reading in indicator.readings)


def _sum(points: Iterable[Decimal | None]) -> Any:
    return sum((each for each in points if each is not None), Decimal(0))
