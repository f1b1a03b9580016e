"""What all bases have and what of it is idle (3.9: 可管、可用、可视), read from the rollups alone."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Max, Min, QuerySet, Sum
from django.utils import timezone

from dataaccess import windows
from dataaccess.models import Base, ComputeTotal, LatestReport
from dataaccess.shapes import tables
from dataaccess.trend import HEIGHT, Point, Trend, trend
from dataaccess.views.bases import SPANS
from dataaccess.views.narrowing import NO_CATEGORY

# Figures of a base that fell silent for longer say nothing of what it has now.
CURRENT_DAYS = 7
PAIRS = {pair.key: pair for pair in tables.PAIRS}
# The kinds of accelerator of Table B.1; FP16 is the sum across kinds.
ACCELERATORS = ("gpu", "npu", "dpu", "fpga", "asic")


@dataclass(frozen=True, slots=True)
class Scope:
    """What is looked at: a province and a category, or all; one resource over some days."""

    province: str = ""
    category: str = ""
    resource: str = "fp16"
    days: int = SPANS[0]


@dataclass(slots=True)
class Sums:
    """Total and idle of each resource, over some bases, and the days that they were reported for."""

    bases: int = 0
    oldest: date | None = None
    newest: date | None = None
    total: dict[str, int] = field(default_factory=lambda: dict.fromkeys(PAIRS, 0))
    idle: dict[str, int] = field(default_factory=lambda: dict.fromkeys(PAIRS, 0))

    def add(self, row: Mapping[str, Any]) -> None:
        self.bases += row["bases"]
        self.oldest = min(filter(None, (self.oldest, row["oldest"])), default=None)
        self.newest = max(filter(None, (self.newest, row["newest"])), default=None)
        for key in PAIRS:
            self.total[key] += int(row[f"{key}_total"])
            self.idle[key] += int(row[f"{key}_idle"])


@dataclass(frozen=True, slots=True)
class Now:
    """The latest report of every base that is not silent, added up."""

    all: Sums
    by_province: dict[str, Sums]
    by_category: dict[str, Sums]

    @property
    def oldest(self) -> date | None:
        return self.all.oldest

    @property
    def newest(self) -> date | None:
        return self.all.newest


def now(scope: Scope) -> Now:
    """One query, a row for each province and category."""
    reports = _current(scope)
    keys = [f"report__{key}_{part}" for key in PAIRS for part in ("total", "idle")]
    rows = reports.values("base__province", "base__category").annotate(
        bases=Count("pk"),
        oldest=Min("date"),
        newest=Max("date"),
        **{key.removeprefix("report__"): Sum(key) for key in keys},
    )
    everything = Sums()
    provinces: dict[str, Sums] = {}
    categories: dict[str, Sums] = {}
    for row in rows:
        everything.add(row)
        provinces.setdefault(row["base__province"], Sums()).add(row)
        categories.setdefault(row["base__category"], Sums()).add(row)
    return Now(everything, provinces, categories)


def _current(scope: Scope) -> QuerySet[LatestReport]:
    since = windows.day_of(timezone.now()) - timedelta(days=CURRENT_DAYS)
    reports = LatestReport.objects.filter(base__sandbox=False, date__gte=since)
    if scope.province:
        reports = reports.filter(base__province=scope.province)
    if scope.category:
        reports = reports.filter(base__category=_stored(scope.category))
    return reports


def bases_in(scope: Scope) -> QuerySet[Base]:
    """The bases that are looked at, whether they report or not."""
    bases = Base.objects.all()
    if scope.province:
        bases = bases.filter(province=scope.province)
    if scope.category:
        bases = bases.filter(category=_stored(scope.category))
    return bases


def silent_bases(scope: Scope) -> int:
    """How many bases reported once, but not lately: left out of the sums."""
    since = windows.day_of(timezone.now()) - timedelta(days=CURRENT_DAYS)
    return bases_in(scope).filter(latest_report__date__lt=since).count()


def over_time(scope: Scope, height: int = HEIGHT) -> Trend:
    """The chosen resource over the chosen days, until yesterday: today is still coming in."""
    last = windows.day_of(timezone.now()) - timedelta(days=1)
    first = last - timedelta(days=scope.days - 1)
    totals = ComputeTotal.objects.filter(date__range=(first, last))
    if scope.province:
        totals = totals.filter(province=scope.province)
    if scope.category:
        totals = totals.filter(category=_stored(scope.category))
    rows = (
        totals.values("date")
        .annotate(total=Sum(f"{scope.resource}_total"), idle=Sum(f"{scope.resource}_idle"))
        .order_by("date")
        .values_list("date", "total", "idle")
    )
    points = [Point(day, int(total), int(idle)) for day, total, idle in rows]
    return trend(points, first, last, height)


def _stored(category: str) -> str:
    return "" if category == NO_CATEGORY else category


def by_size(groups: Mapping[str, Sums], resource: str) -> list[tuple[str, Sums]]:
    """The groups with the most of a resource first."""
    return sorted(groups.items(), key=lambda each: (-each[1].total[resource], each[0]))


def levels(amounts: Mapping[str, int], steps: int = 4) -> dict[str, int]:
    """Each amount as a level from 0 (nothing) to `steps` (the most there is)."""
    most = max(amounts.values(), default=0)
    return {
        key: 0 if not amount else max(1, -(-amount * steps // most))
        for key, amount in amounts.items()
    }


def used_percent(total: int, idle: int) -> int | None:
    """The share in use, rounded; None where there is nothing."""
    return round((total - idle) * 100 / total) if total else None


def rows_of(sums: Sums, keys: Iterable[str] = PAIRS) -> list[dict[str, Any]]:
    """The resources as rows of a table or bars of a chart."""
    return [
        {
            "key": key,
            "pair": PAIRS[key],
            "total": sums.total[key],
            "idle": sums.idle[key],
            "used": sums.total[key] - sums.idle[key],
            "percent": used_percent(sums.total[key], sums.idle[key]),
        }
        for key in keys
    ]
