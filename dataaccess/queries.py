"""Reads of bases and of what they reported. Every page starts from bases_for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from django.db.models import OuterRef, Q, QuerySet, Subquery

from dataaccess import windows
from dataaccess.models import (
    ApiKey,
    Base,
    ComputeReport,
    ConformanceRun,
    EarlierVersion,
    Question,
    SecurityEvent,
)
from dataaccess.shapes import tables
from portal.accounts.models import Role, User

EVENTS_A_PAGE = 50


def bases_for(user: User) -> QuerySet[Base]:
    """The bases a person may know of: an applicant those of the own organisation, the
    secretariat, the deciders and the security administrator all of them."""
    if user.role == Role.APPLICANT:
        # A database constraint gives every applicant an organisation.
        return Base.objects.filter(organisation_id=user.organisation_id)  # type: ignore[misc]
    if user.role in (Role.SECRETARIAT, Role.DECIDER, Role.SECURITY_ADMIN):
        return Base.objects.all()
    return Base.objects.none()


def bases_with_keys(user: User) -> QuerySet[Base]:
    """The bases whose keys a person looks after, sandboxes among them."""
    if user.role == Role.SECURITY_ADMIN:
        return Base.everything.all()
    if user.may_write:
        return Base.everything.filter(organisation_id=user.organisation_id)  # type: ignore[misc]
    return Base.everything.none()


def runs_for(user: User) -> QuerySet[ConformanceRun]:
    """The conformance runs of the reader's organisation."""
    if user.role != Role.APPLICANT:
        return ConformanceRun.objects.none()
    own = ConformanceRun.objects.filter(base__organisation=user.organisation)
    return own.select_related("base__organisation", "started_by")


def questions_for(user: User) -> QuerySet[Question]:
    """Questions about the bases whose data a person may read."""
    if user.role == Role.SECURITY_ADMIN:
        return Question.objects.none()
    return Question.objects.filter(base__in=bases_for(user)).select_related(
        "base", "answered_by", "closed_by"
    )


def keys_for(user: User) -> QuerySet[ApiKey]:
    """The keys a person may look after: the own organisation's, or all of them."""
    keys = ApiKey.objects.select_related("base__organisation", "created_by", "revoked_by")
    return keys.filter(base__in=bases_with_keys(user))


def with_latest_report(bases: QuerySet[Base]) -> QuerySet[Base]:
    """Each base with the day of its latest report and how that was judged."""
    latest = ComputeReport.objects.filter(base=OuterRef("pk")).order_by("-date")
    return bases.select_related("organisation").annotate(
        last_report=Subquery(latest.values("date")[:1]),
        last_timeliness=Subquery(latest.values("timeliness")[:1]),
    )


@dataclass(frozen=True, slots=True)
class EventPage:
    """Some events, newest attack first, and the cursor of the next older ones."""

    events: list[SecurityEvent]
    older: str


def events_page(
    base: Base,
    before: str = "",
    size: int = EVENTS_A_PAGE,
    only: Mapping[str, str] | None = None,
) -> EventPage:
    """A page by keyset: what it costs does not grow with how far back it lies. `before` is the
    cursor of the page above it; one that is none begins at the newest. `only` narrows down to
    values of columns."""
    events = SecurityEvent.objects.filter(base=base, **(only or {}))
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


@dataclass(frozen=True, slots=True)
class EventVersion:
    """A delivery of an event: when it came, and the fields it changed (name, old, new); none for
    the first."""

    at: datetime
    changes: list[tuple[str, str, str]]


def as_sent(event: SecurityEvent) -> dict[str, str]:
    """The ten fields as the base sent them."""
    moment = event.occurred_at.astimezone(windows.SHANGHAI)
    shown = {
        "occurred_at": f"{moment:%Y-%m-%d %H:%M:%S}",
        "ongoing": tables.YES if event.ongoing else tables.NO,
    }
    return {
        field.name: shown.get(field.english) or getattr(event, field.english)
        for field in tables.SECURITY_EVENT.fields
    }


def versions(event: SecurityEvent) -> list[EventVersion]:
    """What became of an event, newest first. One query."""
    earlier = EarlierVersion.objects.filter(
        base_id=event.base_id, kind="security_event", key=event.event_id
    )
    said = [(each.received_at, each.values) for each in earlier]
    said.append((event.changed_at, as_sent(event)))
    found = [EventVersion(said[0][0], [])]
    for (_then, before), (at, after) in pairwise(said):
        changes = [
            (name, before.get(name, ""), value)
            for name, value in after.items()
            if before.get(name) != value
        ]
        found.append(EventVersion(at, changes))
    return found[::-1]


def _read_cursor(text: str) -> tuple[datetime, int] | None:
    seconds, _, pk = text.rpartition("-")
    try:
        moment = datetime.fromtimestamp(int(seconds), windows.SHANGHAI)
        return (moment, int(pk)) if 0 <= int(pk) < 2**63 else None
    except (ValueError, OverflowError, OSError):
        return None
