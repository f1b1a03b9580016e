"""Reads of bases and of what they reported. Every page starts from bases_for."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from dataaccess import windows
from dataaccess.models import Base, ComputeReport, SecurityEvent
from portal.accounts.models import Role, User

DAYS_SHOWN = 60
EVENTS_A_PAGE = 50

DayStatus = Literal["on_time", "out_of_window", "makeup", "missing", "pending"]


@dataclass(frozen=True, slots=True)
class Day:
    """How a base's report of one day stands; pending while the day's window may still be met."""

    date: date
    status: DayStatus
    received_at: datetime | None = None


def bases_for(user: User) -> QuerySet[Base]:
    """The bases a person may know of: an applicant those of the own organisation, the
    secretariat, the deciders and the security administrator all of them."""
    if user.role == Role.APPLICANT:
        # A database constraint gives every applicant an organisation.
        return Base.objects.filter(organisation_id=user.organisation_id)  # type: ignore[misc]
    if user.role in (Role.SECRETARIAT, Role.DECIDER, Role.SECURITY_ADMIN):
        return Base.objects.all()
    return Base.objects.none()


def with_latest_report(bases: QuerySet[Base]) -> QuerySet[Base]:
    """Each base with the day of its latest report and how that was judged."""
    latest = ComputeReport.objects.filter(base=OuterRef("pk")).order_by("-date")
    return bases.select_related("organisation").annotate(
        last_report=Subquery(latest.values("date")[:1]),
        last_timeliness=Subquery(latest.values("timeliness")[:1]),
    )


def reporting_days(
    base: Base, until: date | None = None, count: int = DAYS_SHOWN, now: datetime | None = None
) -> list[Day]:
    """The days up to `until` (today), oldest first, from when the base began: its first report
    or its entry in the portal, whichever was earlier. One query."""
    moment = now or timezone.now()
    last = until or windows.day_of(moment)
    first = last - timedelta(days=count - 1)
    reports = {
        day: (status, received_at)
        for day, status, received_at in ComputeReport.objects.filter(
            base=base, date__range=(first, last)
        ).values_list("date", "timeliness", "received_at")
    }
    began = min([windows.day_of(base.created_at), *reports])
    return [
        _day(base, day, reports.get(day), moment)
        for day in (first + timedelta(days=number) for number in range(count))
        if day >= began
    ]


def _day(base: Base, day: date, report: tuple[str, datetime] | None, now: datetime) -> Day:
    if report is not None:
        status, received_at = report
        return Day(day, _status(status), received_at)
    return Day(day, "missing" if windows.is_over(base.window, day, now) else "pending")


def _status(timeliness: str) -> DayStatus:
    if timeliness == windows.ON_TIME:
        return "on_time"
    return "makeup" if timeliness == windows.MAKEUP else "out_of_window"


@dataclass(frozen=True, slots=True)
class EventPage:
    """Some events, newest attack first, and the cursor of the next older ones."""

    events: list[SecurityEvent]
    older: str


def events_page(base: Base, before: str = "", size: int = EVENTS_A_PAGE) -> EventPage:
    """A page by keyset: what it costs does not grow with how far back it lies. `before` is the
    cursor of the page above it; one that is none begins at the newest."""
    events = SecurityEvent.objects.filter(base=base)
    cursor = _read_cursor(before)
    if cursor is not None:
        moment, pk = cursor
        events = events.filter(
            Q(occurred_at__lt=moment) | Q(occurred_at=moment, id__lt=pk),
            occurred_at__lte=moment,  # lets the index be entered at the cursor
        )
    found = list(events.order_by("-occurred_at", "-id")[: size + 1])
    page = found[:size]
    last = page[-1] if len(found) > size else None
    return EventPage(page, f"{last.occurred_at.timestamp():.0f}-{last.pk}" if last else "")


def _read_cursor(text: str) -> tuple[datetime, int] | None:
    seconds, _, pk = text.rpartition("-")
    try:
        moment = datetime.fromtimestamp(int(seconds), windows.SHANGHAI)
        return (moment, int(pk)) if 0 <= int(pk) < 2**63 else None
    except (ValueError, OverflowError, OSError):
        return None
