"""score(edition, category, values) -> Scorecard: clauses 8.2 to 9.5 and 10.1, exact, explained.

A Scorecard and its Steps are plain tuples rather than pydantic models: they are made by this code
only, a million at a time if need be.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import cached_property
from statistics import median
from typing import Any, NamedTuple

from evaluation.rulebook.methods import ZERO, Judge, Step, compile_rule
from evaluation.rulebook.shapes import CATEGORY_CODES, Dimension, Edition, Indicator, in_language
from evaluation.rulebook.values import MOST_POINT_DECIMALS, Clean, plain

# Holds every sum of points exactly; a caller's context cannot change a result.
_SUMS = Context(prec=2 * MOST_POINT_DECIMALS + 50)


class DimensionScore(NamedTuple):
    """A1, A2 or A3 with what led to it."""

    dimension: Dimension
    points: Decimal
    earned: Decimal
    """What the indicators earned, before a mandatory item or 9.4 makes it zero."""
    failed_steps: tuple[Step, ...]
    """The mandatory items, or the proofs of 8.4, that make it zero."""

    @property
    def failed(self) -> tuple[str, ...]:
        """The codes of :attr:`failed_steps`."""
        return tuple(step.indicator.code for step in self.failed_steps)


@dataclass(frozen=True)
class Scorecard:
    """The result of one declaration, explained rule by rule."""

    edition: Edition
    category: str
    dimensions: tuple[DimensionScore, DimensionScore, DimensionScore]
    A: Decimal
    qualified: bool
    steps: tuple[Step, ...]
    """One for each indicator, in the standard's order."""

    @property
    def A1(self) -> Decimal:  # noqa: N802 -- the standard's own symbol
        return self.dimensions[0].points

    @property
    def A2(self) -> Decimal:  # noqa: N802
        return self.dimensions[1].points

    @property
    def A3(self) -> Decimal:  # noqa: N802
        return self.dimensions[2].points

    def step(self, code: str) -> Step:
        return next(step for step in self.steps if step.indicator.code == code)

    @property
    def failed_mandatory(self) -> tuple[str, ...]:
        """Codes of the 必备项 of Tables 2 and 3 that are not met."""
        return tuple(
            code
            for score in self.dimensions
            if not score.dimension.all_or_nothing
            for code in score.failed
        )

    @cached_property
    def reasons(self) -> tuple[str, ...]:
        """Why the base does not qualify: one Chinese sentence each, with its clause."""
        return tuple(_reasons(self, "zh"))

    @cached_property
    def reasons_en(self) -> tuple[str, ...]:
        return tuple(_reasons(self, "en"))

    def as_json(self) -> dict[str, Any]:
        """The result as JSON, every number a plain string; stable for equal input."""
        return {
            "category": self.category,
            "edition": self.edition.id,
            "A1": plain(self.A1),
            "A2": plain(self.A2),
            "A3": plain(self.A3),
            "A": plain(self.A),
            "qualified": self.qualified,
            "failed_mandatory": list(self.failed_mandatory),
            "reasons": list(self.reasons),
            "reasons_en": list(self.reasons_en),
            "dimensions": [_dimension_as_json(score) for score in self.dimensions],
            "indicators": [_step_as_json(step) for step in self.steps],
        }


def _dimension_as_json(score: DimensionScore) -> dict[str, Any]:
    return {
        "id": score.dimension.id,
        "points": plain(score.points),
        "earned": plain(score.earned),
        "max": plain(score.dimension.total),
        "weight": plain(score.dimension.weight),
        "failed": list(score.failed),
    }


def _step_as_json(step: Step) -> dict[str, Any]:
    indicator = step.indicator
    return {
        "code": indicator.code,
        "name": indicator.name,
        "dimension": indicator.dimension,
        "clause": indicator.clause,
        "mandatory": indicator.mandatory,
        "requirement": step.requirement.wording,
        "value": None if step.value is None else indicator.dump(step.value),
        "state": step.state,
        "met": step.met,
        "points": None if step.points is None else plain(step.points),
        "max": None if indicator.points is None else plain(indicator.points),
        "distance": None if step.distance is None else plain(step.distance),
        "note": step.note(),
        "note_en": step.note("en"),
    }


class _Rules(NamedTuple):
    """An edition compiled for one category: the judges of each dimension, in order."""

    edition: Edition  # keeps the edition alive, so that its id in the cache stays its own
    dimensions: tuple[tuple[Dimension, tuple[tuple[str, Judge, bool], ...]], ...]


_compiled: dict[tuple[int, str], _Rules] = {}


def _rules(edition: Edition, category: str) -> _Rules:
    key = id(edition), category
    rules = _compiled.get(key)
    if rules is None:
        if category not in CATEGORY_CODES:
            raise ValueError(f"unknown category {category!r}")
        rules = _compiled[key] = _Rules(
            edition,
            tuple(
                (dimension, tuple(_judges(edition, dimension, category)))
                for dimension in edition.dimensions
            ),
        )
    return rules


def _judges(edition: Edition, dimension: Dimension, category: str) -> list[tuple[str, Judge, bool]]:
    return [
        (
            indicator.code,
            compile_rule(
                indicator,
                indicator.requirement(category),
                partial_points=edition.policy.partial_points,
            ),
            indicator.mandatory or dimension.all_or_nothing,
        )
        for indicator in edition.indicators
        if indicator.dimension == dimension.id
    ]


def score(edition: Edition, category: str, values: Mapping[str, Clean]) -> Scorecard:
    """Score clean values (from `edition.parse_values`) for a category.

    9.2, 9.3: a mandatory item that is not met makes its dimension zero. 9.4: 8.4 counts whole or
    not at all. 9.5: the weighted sum. 10.1: each dimension at least 60, the total above 80.
    ValueError for an unknown category.
    """
    rules = _rules(edition, category)
    get, add = values.get, _SUMS.add
    steps: list[Step] = []
    scores: list[DimensionScore] = []
    total = ZERO
    lowest = edition.qualification.dimension_minimum
    qualified = True
    for dimension, judges in rules.dimensions:
        earned = ZERO
        failed: tuple[Step, ...] = ()
        for code, judge, needed in judges:
            step = judge(get(code))
            steps.append(step)
            points = step[4]
            if points:
                earned = add(earned, points)
            if needed and step[3] != "met":
                failed += (step,)
        if dimension.all_or_nothing:
            earned = ZERO if failed else dimension.total
        counted = ZERO if failed else earned
        scores.append(DimensionScore(dimension, counted, earned, failed))
        total = _SUMS.fma(counted, dimension.weight, total)
        if counted < lowest:
            qualified = False
    return Scorecard(
        edition,
        category,
        (scores[0], scores[1], scores[2]),
        total,
        qualified and total > edition.qualification.total_above,
        tuple(steps),
    )


def _reasons(card: Scorecard, language: str) -> list[str]:
    if card.qualified:
        return []
    english = language == "en"
    limits = card.edition.qualification
    sentences = []
    for found in card.dimensions:
        dimension = found.dimension
        name = in_language(dimension, "name", language)
        if dimension.all_or_nothing and found.failed_steps:
            listed = [in_language(s.indicator, "name", language) for s in found.failed_steps]
            sentences.append(
                f"{name} scores zero because not all of its indicators hold: "
                f"{', '.join(listed)} ({dimension.method_clause})."
                if english
                else f"数据接入的各项指标未同时满足（{'、'.join(listed)}），"
                f"{name}计分为零（{dimension.method_clause}）。"
            )
        else:
            sentences += [_mandatory(step, dimension, language) for step in found.failed_steps]
        if found.points < limits.dimension_minimum:
            least = plain(limits.dimension_minimum)
            sentences.append(
                f"{name} {dimension.id} is {plain(found.points)}, less than {least} "
                f"({limits.clause})."
                if english
                else f"{name}得分{dimension.id}为{plain(found.points)}分，少于{least}分"
                f"（{limits.clause}）。"
            )
    total = card.A
    if total <= limits.total_above:
        above = plain(limits.total_above)
        sentences.append(
            f"The total A is {plain(total)}, not above {above} ({limits.clause})."
            if english
            else f"总得分A为{plain(total)}分，未超过{above}分（{limits.clause}）。"
        )
    return sentences


def _mandatory(step: Step, dimension: Dimension, language: str) -> str:
    name = in_language(step.indicator, "name", language)
    asked = in_language(step.requirement, "wording", language)
    given = step.value_text(language)
    if language == "en":
        return (
            f"The mandatory item “{name}” is not met (required: {asked}; given: {given}), so "
            f"{dimension.name_en} scores zero ({dimension.method_clause})."
        )
    given = given if step.value is None else f"填报为{given}"
    return (
        f"必备项“{name}”不满足要求（要求{asked}，{given}），"
        f"{dimension.name}计分为零（{dimension.method_clause}）。"
    )


def all_categories(edition: Edition, values: Mapping[str, Clean]) -> dict[str, Scorecard]:
    """The same values scored for each of the five categories, in the standard's order."""
    return {category: score(edition, category, values) for category in CATEGORY_CODES}


def other_categories(
    edition: Edition, category: str, values: Mapping[str, Clean]
) -> tuple[str, ...]:
    """The other categories for which these values would qualify; advice only (10.2)."""
    return tuple(
        other
        for other, card in all_categories(edition, values).items()
        if other != category and card.qualified
    )


AGGREGATIONS = {
    "mean": ("算术平均", "arithmetic mean"),
    "median": ("中位数", "median"),
    "trimmed_mean": (
        "去掉一个最高分和一个最低分后的算术平均",
        "mean without one highest and one lowest",
    ),
}


def aggregation_name(method: str, language: str = "zh") -> str:
    """What a policy's way to combine points is called."""
    return AGGREGATIONS[method][language == "en"]


class Spread(NamedTuple):
    """How far several experts' points for one indicator lie apart."""

    lowest: Decimal
    median: Decimal
    highest: Decimal
    far: tuple[bool, ...]
    """For each award, in the given order: whether it is far from the median."""


def spread(edition: Edition, indicator: Indicator, awards: Sequence[Decimal]) -> Spread:
    """Median, ends, and who is further from the median than the policy's share of the points.

    The median is exact (half of the middle two). ValueError without awards."""
    if not awards:
        raise ValueError("no awards to compare")
    middle = Decimal(median(awards))
    allowed = edition.policy.far_share * (indicator.points or ZERO)
    return Spread(
        min(awards), middle, max(awards), tuple(abs(each - middle) > allowed for each in awards)
    )


def aggregate(edition: Edition, awards: Sequence[Decimal]) -> Decimal:
    """Several experts' points for one indicator as one, by the policy of clause_9.toml.

    "mean", "median", or "trimmed_mean" (without one highest and one lowest, where there are at
    least three); rounded half up to the policy's places. ValueError without awards.
    """
    if not awards:
        raise ValueError("no awards to aggregate")
    counted = sorted(awards)
    if edition.policy.aggregation == "median":
        middle = Decimal(median(counted))
    else:
        if edition.policy.aggregation == "trimmed_mean" and len(counted) >= 3:
            counted = counted[1:-1]
        middle = _SUMS.divide(sum(counted, ZERO), Decimal(len(counted)))
    step = Decimal(1).scaleb(-edition.policy.places)
    return middle.quantize(step, rounding=ROUND_HALF_UP, context=_SUMS)
