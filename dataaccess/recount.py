"""Counting again what the rollups say, from what was reported."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import TruncDate, TruncMonth
from django.utils import timezone

from dataaccess import months, windows
from dataaccess.models import (
    ComputeReport,
    ComputeTotal,
    EarlierVersion,
    EventCount,
    EventKey,
    EventTotal,
    LatestReport,
    ReportingMonth,
    SecurityEvent,
)
from dataaccess.rollups import Slot
from dataaccess.shapes import tables

_SLOT = Slot._fields
_FIGURES = list(tables.FIGURES.values())
_STATUSES = ("on_time", "out_of_window", "makeup", "corrected")
Found = dict[tuple[Any, ...], tuple[Any, ...]]


def differences() -> list[str]:
    """Each place where a rollup says something else than a recount: what, kept, counted. All of
    them are read at one moment, so deliveries may come in meanwhile."""
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        if connection.vendor == "postgresql" and outermost:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        return list(_differences())


def _differences() -> Iterator[str]:
    for name, kept, counted in (
        ("EventCount", _event_counts(), _events()),
        ("EventTotal", _event_totals(), _events_of_all()),
        ("EventKey", _keys(), _rows()),
        ("SecurityEvent without a key", _without_key(), {}),
        ("ComputeTotal", _compute_totals(), _reports_of_all()),
        ("LatestReport", _latest(), _latest_days()),
        ("ReportingMonth", _months(), _days()),
        ("ComputeReport.corrected", _said_corrected(), _corrected()),
    ):
        for key in sorted(kept.keys() | counted.keys(), key=repr):
            if kept.get(key) != counted.get(key):
                yield (
                    f"{name} {_printed(key)}: kept {_printed(kept.get(key, ()))}, "
                    f"counted {_printed(counted.get(key, ()))}"
                )


def _printed(values: tuple[Any, ...]) -> str:
    return " ".join(map(str, values)) or "nothing"


def _found(rows: QuerySet[Any, Any], keys: int) -> Found:
    """The first columns as keys, the others as values; all zero counts for nothing."""
    return {row[:keys]: row[keys:] for row in rows if any(row[keys:])}


def _event_counts() -> Found:
    live = EventCount.objects.annotate(
        rows=F("events") - F("archived"), still=F("ongoing") - F("archived_ongoing")
    ).values_list("base__code", *_SLOT, "rows", "still")
    return _found(live, 6)


def _kept_events() -> QuerySet[SecurityEvent]:
    """Events with their key: retention takes the key first, the month's table afterwards."""
    key = EventKey.objects.filter(
        base_id=OuterRef("base_id"),
        event_id=OuterRef("event_id"),
        event=OuterRef("pk"),
        received_at=OuterRef("received_at"),
    )
    return SecurityEvent.objects.filter(Exists(key)).order_by()


def _events() -> Found:
    counted = (
        _kept_events()
        .annotate(day=TruncDate("occurred_at", tzinfo=windows.SHANGHAI))
        .values_list("base__code", *_SLOT)
        .annotate(events=Count("id"), still=Count("id", filter=Q(ongoing=True)))
    )
    return _found(counted, 6)


def _event_totals() -> Found:
    return _found(
        EventTotal.objects.values_list(*_SLOT).annotate(number=Sum("events"), still=Sum("ongoing")),
        5,
    )


def _events_of_all() -> Found:
    counts = EventCount.objects.filter(base__sandbox=False)
    return _found(
        counts.values_list(*_SLOT).annotate(number=Sum("events"), still=Sum("ongoing")), 5
    )


def _keys() -> Found:
    return _found(EventKey.objects.values_list("base__code").annotate(number=Count("event_id")), 1)


def _rows() -> Found:
    return _found(_kept_events().values_list("base__code").annotate(number=Count("id")), 1)


def _without_key() -> Found:
    """Events that no key leads to, unless they wait for their month to go."""
    keyed = EventKey.objects.filter(base_id=OuterRef("base_id"), event=OuterRef("pk"))
    rows = SecurityEvent.objects.exclude(Exists(keyed)).order_by()
    if settings.EVENT_RETENTION_MONTHS:
        now = months.first_of(timezone.now())
        first = months.later(now, -settings.EVENT_RETENTION_MONTHS)
        rows = rows.filter(received_at__gte=months.beginning(first))
    return _found(rows.values_list("base__code").annotate(number=Count("id")), 1)


def _compute_totals() -> Found:
    return _found(
        ComputeTotal.objects.values_list("date", "province", "category", "bases", *_FIGURES), 3
    )


def _reports_of_all() -> Found:
    """Added up here: the sum may be larger than the database's whole numbers."""
    sums: dict[tuple[Any, ...], list[int]] = defaultdict(lambda: [0] * (1 + len(_FIGURES)))
    reports = ComputeReport.objects.filter(base__sandbox=False).order_by()
    for day, province, category, *figures in reports.values_list(
        "date", "province", "category", *_FIGURES
    ).iterator():
        sums[day, province, category] = [
            total + figure
            for total, figure in zip(sums[day, province, category], [1, *figures], strict=True)
        ]
    return {key: tuple(total) for key, total in sums.items()}


def _latest() -> Found:
    return _found(LatestReport.objects.values_list("base__code", "date", "report__date"), 1)


def _latest_days() -> Found:
    found = ComputeReport.objects.order_by().values_list("base__code").annotate(last=Max("date"))
    return {(code,): (day, day) for code, day in found}


def _months() -> Found:
    return _found(ReportingMonth.objects.values_list("base__code", "month", *_STATUSES), 2)


def _days() -> Found:
    counted = (
        ComputeReport.objects.annotate(month=TruncMonth("date"))
        .order_by()
        .values_list("base__code", "month")
        .annotate(
            **{status: Count("id", filter=Q(timeliness=status)) for status in _STATUSES[:3]},
            changed=Count("id", filter=Q(corrected=True)),
        )
    )
    return _found(counted, 2)


def _said_corrected() -> Found:
    said = ComputeReport.objects.filter(corrected=True).order_by()
    return dict.fromkeys(said.values_list("base__code", "date"), (True,))


def _corrected() -> Found:
    earlier = EarlierVersion.objects.filter(kind="compute_report").order_by()
    return {
        (code, date.fromisoformat(key)): (True,)
        for code, key in earlier.values_list("base__code", "key")
    }
