"""达标路径: which smallest sets of unmet indicators would, if met, qualify the base.

Points and weights become integers on one scale, so every total here is exactly the scorer's.
Dimensions add up independently: for each, its subsets are counted by how many indicators they have
and what they earn, which are few even where the subsets are half a billion, and the three are
combined by these. Sets are only written out once it is known that they are among the smallest.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
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
    needed: tuple[str, ...]
    """What is in every qualifying set: unmet mandatory items and proofs of 8.4."""
    variants: int
    """How many combinations of unmet indicators there are, of every size."""
    qualifying: int
    """How many of these would qualify."""


@dataclass(frozen=True, slots=True)
class _Item:
    """An unmet indicator: the weighted points it would add, and whether it has to be met."""

    code: str
    gain: int
    needed: bool


# How many subsets of some items there are, by their size and by what they add up to.
_Counts = dict[tuple[int, int], int]


@dataclass(frozen=True, slots=True)
class _Part:
    """One dimension: its weighted points as they are, and the unmet indicators."""

    earned: int
    least: int
    """The weighted points that reach the minimum of 10.1."""
    items: tuple[_Item, ...]
    counts: tuple[_Counts, ...]
    """counts[i]: the subsets of items[i:] that hold every needed one of these."""

    def standing(self) -> dict[int, dict[int, int]]:
        """The subsets that reach the minimum: by size, then by weighted points, how many."""
        found: dict[int, dict[int, int]] = defaultdict(dict)
        for (size, gain), count in self.counts[0].items():
            if self.earned + gain >= self.least:
                found[size][self.earned + gain] = count
        return found

    def subsets(self, size: int, points: int) -> Iterator[tuple[str, ...]]:
        """The subsets of this size that come to these weighted points, in the standard's order."""
        return self._from(0, size, points - self.earned)

    def _from(self, start: int, size: int, gain: int) -> Iterator[tuple[str, ...]]:
        if start == len(self.items):
            yield ()
            return
        item, after = self.items[start], self.counts[start + 1]
        if (size - 1, gain - item.gain) in after:
            for rest in self._from(start + 1, size - 1, gain - item.gain):
                yield (item.code, *rest)
        if not item.needed and (size, gain) in after:
            yield from self._from(start + 1, size, gain)


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
    parts = tuple(_part(found, card, scale) for found in card.dimensions)
    above = scale.of_total(edition.qualification.total_above)
    standing = [part.standing() for part in parts]
    smallest: dict[int, list[tuple[int, tuple[int, ...], tuple[int, ...]]]] = defaultdict(list)
    counted: dict[int, int] = defaultdict(int)
    for sizes in product(*standing):
        by_points = [found[size] for found, size in zip(standing, sizes, strict=True)]
        for points in product(*by_points):
            if sum(points) > above:
                smallest[sum(sizes)].append((sum(points), sizes, points))
                first, second, third = (
                    found[reached] for found, reached in zip(by_points, points, strict=True)
                )
                counted[sum(sizes)] += first * second * third
    if not smallest:
        raise ValueError("no set of indicators qualifies: the edition's limits cannot be reached")
    size = min(smallest)
    best = sorted(smallest[size], key=lambda entry: -entry[0])
    sets = (
        tuple(code for subset in chosen for code in subset)
        for _, sizes, points in best
        for chosen in product(
            *(part.subsets(s, p) for part, s, p in zip(parts, sizes, points, strict=True))
        )
    )
    return Paths(
        size,
        counted[size],
        tuple(islice(sets, most)),
        tuple(item.code for part in parts for item in part.items if item.needed),
        2 ** sum(len(part.items) for part in parts),
        sum(counted.values()),
    )


def every_total(
    edition: Edition, category: str, values: Mapping[str, Clean]
) -> tuple[tuple[str, ...], int, list[int]]:
    """The total A of every variant: the unmet codes, the number that 1 point is, and the totals.

    The variant at index i has the k-th code met where bit k of i is set. As many totals as two to
    the power of the unmet indicators: for looking into a case, not for a page.
    """
    card = score(edition, category, values)
    scale = _scale(card)
    totals = [0]
    codes: tuple[str, ...] = ()
    for found in card.dimensions:
        part = _part(found, card, scale)
        own = _every_total_of(part)
        totals = [above + below for above in own for below in totals]
        codes += tuple(item.code for item in part.items)
    return codes, scale.of_total(Decimal(1)), totals


def _every_total_of(part: _Part) -> list[int]:
    """The weighted points of every subset, by bit mask: nothing where a needed item is not met."""
    totals = [part.earned]
    needed = 0
    for bit, item in enumerate(part.items):
        totals += [earned + item.gain for earned in totals]
        needed |= item.needed << bit
    if not needed:
        return totals
    return [earned if mask & needed == needed else 0 for mask, earned in enumerate(totals)]


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


def _part(found: DimensionScore, card: Scorecard, scale: _Scale) -> _Part:
    dimension = found.dimension
    weight = scale.of_weight(dimension.weight)
    least = weight * scale.of_points(card.edition.qualification.dimension_minimum)
    unmet = [s for s in card.steps if s.indicator.dimension == dimension.id and not s.met]
    if dimension.all_or_nothing:
        # 9.4: nothing before all hold, so the last of them brings the whole.
        whole = weight * scale.of_points(dimension.total)
        items = tuple(
            _Item(step.code, 0 if step is not unmet[-1] else whole, True) for step in unmet
        )
        earned = 0 if unmet else whole
    else:
        items = tuple(
            _Item(step.code, weight * _gain(step, scale), step.indicator.mandatory)
            for step in unmet
        )
        earned = weight * scale.of_points(found.earned)
    return _Part(earned, least, items, _counts(items))


def _gain(step: Step, scale: _Scale) -> int:
    assert step.max is not None
    assert step.points is not None
    return scale.of_points(step.max) - scale.of_points(step.points)


def _counts(items: tuple[_Item, ...]) -> tuple[_Counts, ...]:
    tables: list[_Counts] = [{(0, 0): 1}]
    for item in reversed(items):
        after = tables[-1]
        table: _Counts = {} if item.needed else dict(after)
        for (size, gain), count in after.items():
            key = size + 1, gain + item.gain
            table[key] = table.get(key, 0) + count
        tables.append(table)
    return tuple(reversed(tables))
