"""The fewest indicators that would have to be met for a declaration to qualify under 10.1.

evaluation.rulebook.whatif counts every combination and takes tens of milliseconds where most of
the form is empty; a keystroke has ten. This looks for a few of the shortest ways only, the largest
gains first, and is tested against it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations, islice, product

from evaluation.rulebook import DimensionScore, Indicator, Scorecard, Step

Enough = Callable[[Sequence[Sequence[Step]]], bool]
MOST_WAYS = 3
MOST_TRIES = 60


@dataclass(frozen=True)
class Improvement:
    """What is missing to qualify. `needed` has to be met in any case: mandatory items and the
    proofs of 8.4. Beyond it one of `ways` is enough, each of them as short as can be."""

    needed: tuple[Indicator, ...]
    ways: tuple[tuple[Indicator, ...], ...]

    @property
    def count(self) -> int:
        return len(self.needed) + (len(self.ways[0]) if self.ways else 0)


def improvement(card: Scorecard) -> Improvement | None:
    """The shortest ways to qualify; None where the declaration already does."""
    if card.qualified:
        return None
    needed = [card.step(code) for score in card.dimensions for code in score.failed]
    first, second, access = card.dimensions
    reached = [
        score.earned + sum((gain(step) for step in needed if _belongs(step, score)), Decimal(0))
        for score in (first, second)
    ]
    base = access.dimension.total * access.dimension.weight
    open_steps = [
        sorted(
            (s for s in card.steps if _belongs(s, score) and s not in needed and gain(s) > 0),
            key=gain,
            reverse=True,
        )
        for score in (first, second)
    ]

    def enough(chosen: Sequence[Sequence[Step]]) -> bool:
        limits = card.edition.qualification
        points = [
            have + sum((gain(step) for step in steps), Decimal(0))
            for have, steps in zip(reached, chosen, strict=True)
        ]
        total = base + sum(
            (p * s.dimension.weight for p, s in zip(points, (first, second), strict=True)),
            Decimal(0),
        )
        return min(points) >= limits.dimension_minimum and total > limits.total_above

    ways = _shortest(open_steps, enough)
    return Improvement(
        tuple(step.indicator for step in needed),
        tuple(tuple(step.indicator for part in way for step in part) for way in ways),
    )


def gain(step: Step) -> Decimal:
    """The points still to be had from an indicator."""
    if step.max is None or step.points is None:
        return Decimal(0)
    return step.max - step.points


def _belongs(step: Step, score: DimensionScore) -> bool:
    return step.indicator.dimension == score.dimension.id


def _shortest(open_steps: list[list[Step]], enough: Enough) -> list[tuple[Sequence[Step], ...]]:
    """The ways of least length. Taking the largest gains first shows for each split between the
    two dimensions whether it can be enough at all."""
    one, two = open_steps
    for size in range(1 + len(one) + len(two)):
        splits = [
            (k, size - k)
            for k in range(size + 1)
            if k <= len(one) and size - k <= len(two) and enough((one[:k], two[: size - k]))
        ]
        if splits:
            return [] if size == 0 else list(islice(_ways(one, two, splits, enough), MOST_WAYS))
    return []


def _ways(
    one: list[Step], two: list[Step], splits: list[tuple[int, int]], enough: Enough
) -> Iterator[tuple[Sequence[Step], ...]]:
    """The largest gains of each split, which are enough, then what else is near them."""
    yield from ((one[:k], two[:rest]) for k, rest in splits)
    others = (
        (first, second)
        for k, rest in splits
        for first, second in islice(product(combinations(one, k), combinations(two, rest)), 1, None)
    )
    yield from (way for way in islice(others, MOST_TRIES) if enough(way))
