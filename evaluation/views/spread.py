"""The spread of the experts' points as a dot chart: one line for each judged indicator."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from evaluation.edition import edition_of, reader_language
from evaluation.models import Assignment, Evaluation
from evaluation.rulebook import in_language, spread

ROW, DOT = 14, 14  # height of a line with one dot, and of each further dot on the same points


@dataclass(frozen=True)
class Dot:
    """One award: where it stands on the line, how high it is stacked, whose it is."""

    points: Decimal
    y: int
    far: bool


@dataclass(frozen=True)
class Line:
    """One indicator: the dots, the median, the ends, and who is far from the median."""

    code: str
    name: str
    maximum: Decimal
    lowest: Decimal
    median: Decimal
    highest: Decimal
    far: list[str]
    dots: list[Dot]
    height: int


def lines(evaluation: Evaluation, counted: Sequence[Assignment]) -> list[Line]:
    """The lines of the chart, in the standard's order. `counted`: the sheets that count."""
    edition, language = edition_of(evaluation), reader_language()
    given: dict[str, list[tuple[Decimal, str]]] = {}
    for sheet in counted:
        for item in sheet.scores.all():
            given.setdefault(item.indicator, []).append((item.points, sheet.expert.name))
    found = []
    for indicator in edition.indicators:
        awards = given.get(indicator.code)
        if indicator.kind != "judged" or not awards:
            continue
        shape = spread(edition, indicator, [points for points, _name in awards])
        stacked: Counter[Decimal] = Counter()
        dots = []
        for (points, _name), far in zip(awards, shape.far, strict=True):
            dots.append(Dot(points, ROW + DOT * stacked[points], far))
            stacked[points] += 1
        found.append(
            Line(
                code=indicator.code,
                name=in_language(indicator, "name", language),
                maximum=indicator.points or Decimal(0),
                lowest=shape.lowest,
                median=shape.median,
                highest=shape.highest,
                far=[name for (_p, name), far in zip(awards, shape.far, strict=True) if far],
                dots=dots,
                height=ROW + DOT * max(stacked.values()),
            )
        )
    return found
