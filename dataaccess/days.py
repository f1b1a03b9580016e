"""Judging days: which window a base had on a day, and how each of its days was reported.

Nothing of this is stored twice. A day with a report is what the intake found it to be; one without
is planned, missing or pending by the base's window of that very day."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Literal

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from dataaccess import windows
from dataaccess.models import Base, ComputeReport, Downtime, WindowChoice

DAYS_SHOWN = windows.DAYS_SHOWN
DayStatus = Literal[
    "on_time", "out_of_window", "makeup", "missing", "planned", "pending", "early"
]  # fmt: skip
# In the order they are listed; the first four are what a rate is made of.
STATUSES: tuple[DayStatus, ...] = (
    "on_time", "out_of_window", "makeup", "missing", "planned", "pending", "early",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Day:
    """How a base's report of one day stands; while the day's window may still be met, pending, or
    early where one came before it: another one within it is what the day is judged by then.
    `corrected`: its figures were changed by a later delivery."""

    date: date
    status: DayStatus
    window: str
    received_at: datetime | None = None
    corrected: bool = False


@dataclass(frozen=True, slots=True)
class Tally:
    """So many days of each status, and the share that was on time of those that were due."""

    counts: dict[str, int]
    corrected: int

    @property
    def due(self) -> int:
        return sum(self.counts[status] for status in STATUSES[:4])

    @property
    def rate(self) -> Decimal | None:
        """On time in percent with one decimal; None where no day was due."""
        if not self.due:
            return None
        return (Decimal(100 * self.counts["on_time"]) / self.due).quantize(Decimal("0.1"))


@dataclass(frozen=True, slots=True)
class Month:
    first: date
    days: list[Day]
    tally: Tally


class Windows:
    """Which window a base has on which day."""

    def __init__(self, choices: Iterable[tuple[date, str]]) -> None:
        self._choices = sorted(choices)

    def on(self, day: date) -> str:
        held = [window for since, window in self._choices if since <= day]
        return held[-1] if held else windows.DEFAULT_WINDOW

    def after(self, day: date) -> tuple[date, str] | None:
        """The next change after a day, where one was chosen."""
        return next((choice for choice in self._choices if choice[0] > day), None)


def windows_of(base: Base) -> Windows:
    return Windows(base.window_choices.values_list("since", "window"))


def with_window(bases: QuerySet[Base], day: date) -> QuerySet[Any]:
    """Each base with its `window` of a day."""
    held = WindowChoice.objects.filter(base=OuterRef("pk"), since__lte=day).order_by("-since")
    return bases.annotate(
        window=Coalesce(Subquery(held.values("window")[:1]), Value(windows.DEFAULT_WINDOW))
    )


def reporting_days(
    base: Base, until: date | None = None, count: int = DAYS_SHOWN, now: datetime | None = None
) -> list[Day]:
    """The days up to `until` (today), oldest first, from when the base began: its first report
    here, or the first window that opened after its entry in the portal, whichever was earlier.
    Of the days since it need no longer report, those on which it did. Three queries, however many
    days."""
    moment = now or timezone.now()
    last = until or windows.day_of(moment)
    first = last - timedelta(days=count - 1)
    chosen = windows_of(base)
    reports: dict[date, tuple[str, datetime | None, bool]] = {
        day: (status, received_at, corrected)
        for day, status, received_at, corrected in ComputeReport.objects.filter(
            base=base, date__range=(first, last)
        ).values_list("date", "timeliness", "received_at", "corrected")
    }
    planned = list(downtimes(base).filter(last_day__gte=first, first_day__lte=last))
    began = min([_first_day_due(base, chosen), *reports])
    days = []
    for number in range(count):
        day = first + timedelta(days=number)
        released = base.released_on is not None and day >= base.released_on
        if day >= began and (day in reports or not released):
            window = chosen.on(day)
            status, received_at, corrected = reports.get(day) or (
                _without_report(day, window, planned, moment),
                None,
                False,
            )
            days.append(
                Day(day, _judged(status, day, window, moment), window, received_at, corrected)
            )
    return days


def _first_day_due(base: Base, chosen: Windows) -> date:
    entered = windows.day_of(base.created_at)
    if windows.opens_at(chosen.on(entered), entered) < base.created_at:
        return entered + timedelta(days=1)
    return entered


def _without_report(
    day: date, window: str, planned: Sequence[Downtime], now: datetime
) -> DayStatus:
    if any(downtime.first_day <= day <= downtime.last_day for downtime in planned):
        return "planned"
    return "missing" if windows.is_over(window, day, now) else "pending"


def _judged(status: str, day: date, window: str, now: datetime) -> DayStatus:
    """What came outside its window is not judged until the window has closed."""
    if status == "out_of_window" and not windows.is_over(window, day, now):
        return "early"
    return _known(status)


def _known(status: str) -> DayStatus:
    return next(known for known in STATUSES if known == status)


def downtimes(base: Base) -> QuerySet[Downtime]:
    """What a base announced and did not take back."""
    return Downtime.objects.filter(base=base, cancelled_at__isnull=True)


def connected(day: date) -> QuerySet[Base]:
    """Bases that report: those with a report for an earlier day. A base that is still being
    prepared owes nobody one, nor does one whose certification was revoked."""
    return Base.objects.filter(
        Q(released_on__isnull=True) | Q(released_on__gt=day),
        Exists(ComputeReport.objects.filter(base=OuterRef("pk"), date__lt=day)),
    )


def without_report(bases: QuerySet[Base], day: date) -> QuerySet[Base]:
    """Of these bases those that have not reported for a day, nor announced that they would not."""
    reports = ComputeReport.objects.filter(base=OuterRef("pk"), date=day)
    return bases.exclude(Exists(reports)).exclude(Exists(planned_on(day)))


def with_today(bases: QuerySet[Base], now: datetime) -> QuerySet[Any]:
    """Each base with its window of today and what `today` needs to know."""
    today = windows.day_of(now)
    report = ComputeReport.objects.filter(base=OuterRef("pk"), date=today)
    return with_window(bases, today).annotate(
        today_timeliness=Subquery(report.values("timeliness")[:1]),
        today_planned=Exists(planned_on(today)),
    )


def today_of(base: Any, now: datetime) -> DayStatus:
    """How a base from with_today() stands today."""
    if base.today_timeliness:
        return _judged(base.today_timeliness, windows.day_of(now), base.window, now)
    if base.today_planned:
        return "planned"
    return "missing" if windows.is_over(base.window, windows.day_of(now), now) else "pending"


def planned_on(day: date) -> QuerySet[Downtime]:
    """Downtime of a day, for a query of bases around it."""
    return Downtime.objects.filter(
        base=OuterRef("pk"), first_day__lte=day, last_day__gte=day, cancelled_at__isnull=True
    )


def tally(days: Iterable[Day]) -> Tally:
    found = list(days)
    counts: Counter[str] = Counter(day.status for day in found)
    return Tally(
        {status: counts[status] for status in STATUSES}, sum(day.corrected for day in found)
    )


def months(days: Sequence[Day]) -> list[Month]:
    """The days by month, oldest first."""
    by_month: dict[date, list[Day]] = {}
    for day in days:
        by_month.setdefault(day.date.replace(day=1), []).append(day)
    return [Month(first, each, tally(each)) for first, each in by_month.items()]


def weeks(days: Sequence[Day]) -> list[dict[str, Any]]:
    """The days by weeks from Monday, each with its seven places, empty where no day stands."""
    rows: dict[tuple[int, int], list[Day | None]] = {}
    for day in days:
        year, week, weekday = day.date.isocalendar()
        rows.setdefault((year, week), [None] * 7)[weekday - 1] = day
    return [
        {"first": next(day.date for day in places if day), "days": places}
        for places in rows.values()
    ]
