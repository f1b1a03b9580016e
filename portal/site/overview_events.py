"""Security events of all bases, counted by kind, asset, level and state, from the rollups alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.core.cache import cache
from django.db.models import QuerySet, Sum
from django.utils import timezone
from redis.exceptions import RedisError

from dataaccess import windows
from dataaccess.models import Base, EventCount, EventTotal
from dataaccess.shapes import tables

SPANS = (30, 90, 365, 1095)
BASES_SHOWN = 20
FACETS = tables.FACETS


@dataclass(frozen=True, slots=True)
class Chosen:
    """The days that are counted, and a value for each facet that is narrowed down."""

    days: int
    facets: Mapping[str, str]

    @property
    def last(self) -> date:
        return windows.day_of(timezone.now())

    @property
    def first(self) -> date:
        return self.last - timedelta(days=self.days - 1)


def counts(chosen: Chosen) -> dict[str, dict[str, int]]:
    """For each facet how many events each of its values has. A facet's own choice does not narrow
    its own counts, so that the others stay in sight. One query."""
    rows = list(
        EventTotal.objects.filter(day__range=(chosen.first, chosen.last))
        .values(*FACETS)
        .annotate(n=Sum("events"))
        .values_list(*FACETS, "n")
    )
    names = list(FACETS)
    found = {facet: dict.fromkeys(values, 0) for facet, values in FACETS.items()}
    for *values, n in rows:
        row = dict(zip(names, values, strict=True))
        for facet in names:
            if all(row[name] == wanted for name, wanted in chosen.facets.items() if name != facet):
                found[facet][row[facet]] += n
    return found


def ongoing(chosen: Chosen) -> tuple[int, int]:
    """How many events there are as narrowed down, and how many of them still attack."""
    sums = _narrowed(EventTotal.objects.all(), chosen).aggregate(n=Sum("events"), m=Sum("ongoing"))
    return sums["n"] or 0, sums["m"] or 0


def by_month(chosen: Chosen) -> list[tuple[date, int]]:
    """Events of each month of the span, the latest first; months without any too."""
    days = (
        _narrowed(EventTotal.objects.all(), chosen)
        .values("day")
        .annotate(n=Sum("events"))
        .values_list("day", "n")
    )
    months: dict[date, int] = {}
    month = chosen.first.replace(day=1)
    while month <= chosen.last:
        months[month] = 0
        month = (month + timedelta(days=31)).replace(day=1)
    for day, n in days:
        months[day.replace(day=1)] += n
    return sorted(months.items(), reverse=True)


# From this many days on the bases' order is counted over a million rows, and hardly changes in a few
# minutes: it is kept for so long. Where the cache is away it is counted.
LONG = 365
KEPT_SECONDS = 300


def by_base(chosen: Chosen) -> list[dict[str, Any]]:
    """The bases with the most such events."""
    found = _kept(chosen) if chosen.days >= LONG else _most(chosen)
    bases = Base.objects.in_bulk([base for base, _n, _m in found])
    return [
        {"base": bases[base], "events": n, "ongoing": m} for base, n, m in found if base in bases
    ]


def _kept(chosen: Chosen) -> list[tuple[int, int, int]]:
    facets = urlencode(sorted(chosen.facets.items()))
    key = f"overview-most-events-{chosen.last}-{chosen.days}-{facets}"
    try:
        found: list[tuple[int, int, int]] | None = cache.get(key)
        if found is None:
            found = _most(chosen)
            cache.set(key, found, KEPT_SECONDS)
    except RedisError:
        return _most(chosen)
    return found


def _most(chosen: Chosen) -> list[tuple[int, int, int]]:
    rows = (
        _narrowed(EventCount.objects.filter(base__sandbox=False), chosen)
        .values("base")
        .annotate(n=Sum("events"), m=Sum("ongoing"))
        .filter(n__gt=0)
        .order_by("-n", "base")
        .values_list("base", "n", "m")[:BASES_SHOWN]
    )
    return list(rows)


def _narrowed(rows: QuerySet[Any], chosen: Chosen) -> QuerySet[Any]:
    return rows.filter(day__range=(chosen.first, chosen.last), **chosen.facets)
