"""达标路径: which smallest sets of unmet indicators would, if met, qualify the base.

A variant is the declaration with some of its unmet indicators met, one bit for each. Points and
weights become integers on one scale, so every total here is exactly the scorer's. Dimensions add up
independently: each is worked out once for its own subsets (at most 2^15), and the subsets of the
three are combined by their totals rather than one by one.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Context, Decimal
from itertools import islice, product

from evaluation.rulebook.methods import Step
from evaluation.rulebook.score import DimensionScore, Scorecard, score
from evaluation.rulebook.shapes import Edition, Indicator
from evaluation.rulebook.values import Clean

# Holds every number of points: they have at most a hundred decimal places.
_WIDE = Context(prec=250)


@dataclass(frozen=True, slots=True)
class Paths:
    """The smallest sets of unmet indicators that would qualify the base."""

    size: int
    """How many indicators each set has; 0 where the base qualifies as it is."""
    count: int
    """How many such sets there are."""
    sets: tuple[tuple[str, ...], ...]
    """The first of them, the highest resulting total first; codes in the standard's order."""
    variants: int
    """How many combinations of unmet indicators there are, of every size."""
    qualifying: int
    """How many of these would qualify."""


@dataclass(frozen=True, slots=True)
class _Part:
    """One dimension's subsets, each a bit mask over its own unmet indicators."""

    codes: tuple[str, ...]
    weighted: list[int]
    """Weighted points of each subset on the common scale, by mask."""
    stands: list[bool]
    """Whether the subset reaches the minimum of 10.1, by mask."""


@dataclass(frozen=True, slots=True)
class _Scale:
    """10 to this many places makes every number of points, weights and limits whole."""

    points: int
    weights: int

    def of_points(self, number: Decimal) -> int:
        return int(number.scaleb(self.points, context=_WIDE))

    def of_weight(self, number: Decimal) -> int:
        return int(number.scaleb(self.weights, context=_WIDE))

    def of_total(self, number: Decimal) -> int:
        return int(number.scaleb(self.points + self.weights, context=_WIDE))


def paths(edition: Edition, category: str, values: Mapping[str, Clean], most: int = 20) -> Paths:
    """The smallest sets for these values and this category, at most `most` of them listed."""
    card = score(edition, category, values)
    scale = _scale(card)
    parts = _parts(card, scale)
    above = scale.of_total(edition.qualification.total_above)
    variants = 1
    for part in parts:
        variants *= len(part.weighted)
    qualifying = _count_qualifying(parts, above)
    by_size = [_by_size(part) for part in parts]
    for size in range(sum(len(part.codes) for part in parts) + 1):
        found = [
            (totals, masks)
            for sizes in product(*by_size)
            if sum(sizes) == size
            for totals in product(*(groups[s] for groups, s in zip(by_size, sizes, strict=True)))
            if sum(totals) > above
            for masks in [
                [groups[s][t] for groups, s, t in zip(by_size, sizes, totals, strict=True)]
            ]
        ]
        if found:
            found.sort(key=lambda entry: -sum(entry[0]))
            count = sum(len(a) * len(b) * len(c) for _, (a, b, c) in found)
            first = islice((chosen for _, masks in found for chosen in product(*masks)), most)
            return Paths(
                size,
                count,
                tuple(_codes(parts, chosen) for chosen in first),
                variants,
                qualifying,
            )
    raise ValueError("no set of indicators qualifies: the edition's limits cannot be reached")


def every_total(
    edition: Edition, category: str, values: Mapping[str, Clean]
) -> tuple[tuple[str, ...], int, list[int]]:
    """The total A of every variant: the unmet codes, the number that 1 point is, and the totals.

    The variant at index i has the k-th code met where bit k of i is set. As many totals as two to
    the power of the unmet indicators: for looking into a case, not for a page.
    """
    card = score(edition, category, values)
    scale = _scale(card)
    first, second, third = _parts(card, scale)
    below = [a + b for b in second.weighted for a in first.weighted]
    totals = [c + d for c in third.weighted for d in below]
    codes = (*first.codes, *second.codes, *third.codes)
    return codes, scale.of_total(Decimal(1)), totals


def with_met(
    edition: Edition, category: str, values: Mapping[str, Clean], codes: tuple[str, ...]
) -> dict[str, Clean]:
    """The values with these indicators just meeting the category's requirement."""
    met = {code: full_value(edition.indicator(code), category) for code in codes}
    return {**values, **met}


def full_value(indicator: Indicator, category: str) -> Clean:
    """A value that meets the category's requirement and hardly more."""
    requirement = indicator.requirement(category)
    match indicator.kind:
        case "threshold":
            assert requirement.limit is not None
            if indicator.comparison == "<":
                assert indicator.minimum is not None
                return (indicator.minimum + requirement.limit) / 2
            return requirement.limit
        case "ordinal":
            assert requirement.at_least is not None
            return requirement.at_least
        case "judged":
            assert indicator.points is not None
            return indicator.points
        case "proof":
            return True
        case "all_of":
            needs = requirement.needs or {}
            if indicator.input == "flag":
                return True
            if indicator.input == "list":
                return tuple(key for key in indicator.part_keys if key in needs)
            return dict(needs)


def _scale(card: Scorecard) -> _Scale:
    steps = [number for step in card.steps for number in (step.points, step.max) if number]
    limits = card.edition.qualification
    totals = [score.dimension.total for score in card.dimensions]
    return _Scale(
        max(map(_places, [*steps, *totals, limits.dimension_minimum, limits.total_above])),
        max(_places(score.dimension.weight) for score in card.dimensions),
    )


def _places(number: Decimal) -> int:
    exponent = number.as_tuple().exponent
    assert isinstance(exponent, int)
    return max(0, -exponent)


def _parts(card: Scorecard, scale: _Scale) -> tuple[_Part, _Part, _Part]:
    first, second, third = (_part(found, card, scale) for found in card.dimensions)
    return first, second, third


def _part(found: DimensionScore, card: Scorecard, scale: _Scale) -> _Part:
    """Work out one dimension for every subset of its unmet indicators."""
    dimension = found.dimension
    unmet = [
        step for step in card.steps if step.indicator.dimension == dimension.id and not step.met
    ]
    if dimension.all_or_nothing:
        points = [0] * (1 << len(unmet))
        points[-1] = scale.of_points(dimension.total)
    else:
        points = [scale.of_points(found.earned)]
        needed = 0
        for bit, step in enumerate(unmet):
            gain = _gain(step, scale)
            points += [earned + gain for earned in points]
            needed |= step.indicator.mandatory << bit
        if needed:
            points = [
                earned if mask & needed == needed else 0 for mask, earned in enumerate(points)
            ]
    weight = scale.of_weight(dimension.weight)
    least = scale.of_points(card.edition.qualification.dimension_minimum)
    return _Part(
        tuple(step.code for step in unmet),
        [earned * weight for earned in points],
        [earned >= least for earned in points],
    )


def _gain(step: Step, scale: _Scale) -> int:
    assert step.max is not None
    assert step.points is not None
    return scale.of_points(step.max) - scale.of_points(step.points)


def _by_size(part: _Part) -> dict[int, dict[int, list[int]]]:
    """The subsets that stand, by how many indicators they have and then by weighted points."""
    groups: dict[int, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for mask, (total, stands) in enumerate(zip(part.weighted, part.stands, strict=True)):
        if stands:
            groups[mask.bit_count()][total].append(mask)
    return groups


def _count_qualifying(parts: tuple[_Part, _Part, _Part], above: int) -> int:
    first, second, third = (
        Counter(total for total, stands in zip(part.weighted, part.stands, strict=True) if stands)
        for part in parts
    )
    return sum(
        first[a] * second[b] * third[c]
        for a, b, c in product(first, second, third)
        if a + b + c > above
    )


def _codes(parts: tuple[_Part, _Part, _Part], masks: tuple[int, ...]) -> tuple[str, ...]:
    return tuple(
        code
        for part, mask in zip(parts, masks, strict=True)
        for bit, code in enumerate(part.codes)
        if mask >> bit & 1
    )
