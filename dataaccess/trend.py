"""The geometry of a trend: a band from what is idle to what there is, over days. Pure.

Drawn by the server as SVG, so that a page needs no script and prints as it stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

WIDTH, HEIGHT = 960, 240
LEFT, TOP, BOTTOM = 112, 10, 34  # room for the scale and for the days
_STEPS = (1, 1.5, 2, 2.5, 3, 4, 5, 6, 7.5, 8, 10)
_MOST_LABELS = 12
GROUP = "\u202f"  # between groups of three, as in every figure of the portal


@dataclass(frozen=True, slots=True)
class Point:
    """A day with what there was and what of it was idle."""

    day: date
    total: int
    idle: int


@dataclass(frozen=True, slots=True)
class Mark:
    """A label of one of the two scales, where it stands."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Trend:
    """Paths in a drawing of WIDTH by a height; a day without figures leaves a gap in each."""

    points: Sequence[Point]
    total: str
    idle: str
    band: str
    values: tuple[Mark, ...]
    days: tuple[Mark, ...]
    last: date
    height: int = HEIGHT
    width: int = WIDTH
    left: int = LEFT


def trend(points: Sequence[Point], first: date, last: date, height: int = HEIGHT) -> Trend:
    """The days from first to last; `points` in their order, within these."""
    top = _round_up(max((point.total for point in points), default=0))
    span = max(1, (last - first).days)

    def x(day: date) -> float:
        return round(LEFT + (WIDTH - LEFT) * (day - first).days / span, 1)

    def y(value: int) -> float:
        return round(height - BOTTOM - (height - TOP - BOTTOM) * value / top, 1)

    runs = _runs(points)
    return Trend(
        points,
        total=" ".join(_line([(x(p.day), y(p.total)) for p in run]) for run in runs),
        idle=" ".join(_line([(x(p.day), y(p.idle)) for p in run]) for run in runs),
        band=" ".join(
            _line(
                [(x(p.day), y(p.total)) for p in run]
                + [(x(p.day), y(p.idle)) for p in reversed(run)]
            )
            + " Z"
            for run in runs
        ),
        values=tuple(
            Mark(y(round(top * part / 4)), f"{round(top * part / 4):,}".replace(",", GROUP))
            for part in range(5)
        ),
        days=tuple(Mark(x(day), label) for day, label in _day_labels(first, last)),
        last=last,
        height=height,
    )


def _runs(points: Sequence[Point]) -> list[list[Point]]:
    """Points of consecutive days."""
    numbered = enumerate(points)
    return [
        [point for _n, point in run]
        for _key, run in groupby(numbered, lambda pair: pair[1].day.toordinal() - pair[0])
    ]


def _line(places: list[tuple[float, float]]) -> str:
    if len(places) == 1:  # a day alone is a short stroke, or nothing would be seen
        (x, y), places = places[0], []
        return f"M{x - 1} {y} L{x + 1} {y}"
    return "M" + " L".join(f"{x} {y}" for x, y in places)


def _round_up(most: int) -> int:
    """The end of the scale: a round number that four equal steps lead to."""
    quarter = max(1, -(-most // 4))
    power: int = 10 ** (len(str(quarter)) - 1)
    return 4 * next(int(step * power) for step in _STEPS if step * power >= quarter)


def _day_labels(first: date, last: date) -> list[tuple[date, str]]:
    """The first days of months, as many as there is room for; days where the span is short."""
    days = (last - first).days
    if days <= 2 * 31:
        step = max(1, -(-days // 8))
        return [
            (day, f"{day.month}-{day.day}")
            for day in (first + timedelta(days=n) for n in range(0, days + 1, step))
        ]
    months = [day for day in (first + timedelta(days=n) for n in range(days + 1)) if day.day == 1]
    step = -(-len(months) // _MOST_LABELS)
    return [(day, f"{day.year}-{day.month:02}") for day in months[::step]]
