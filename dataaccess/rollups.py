"""Keeping the rollups, inside intake's transaction and under the base's lock."""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

import orjson
from django.db import connection, transaction
from django.db.models import F

from dataaccess import windows
from dataaccess.models import (
    Base,
    ComputeReport,
    ComputeTotal,
    EventCount,
    EventTotal,
    LatestReport,
    ReportingMonth,
)
from dataaccess.shapes import tables


class Slot(NamedTuple):
    """What events are counted by. `day` is that of 攻击时间."""

    day: str
    method: str
    asset_type: str
    severity: str
    handling: str


class Changes:
    """By how much each slot changes: events, and of these the ongoing ones."""

    def __init__(self) -> None:
        self.events: Counter[Slot] = Counter()
        self.ongoing: Counter[Slot] = Counter()

    def add(self, slot: Slot, events: int, ongoing: int) -> None:
        self.events[slot] += events
        self.ongoing[slot] += ongoing

    def rows(self) -> list[dict[str, object]]:
        """Sorted; without those where nothing changes."""
        return [
            {**slot._asdict(), "events": self.events[slot], "ongoing": self.ongoing[slot]}
            for slot in sorted(self.events)
            if self.events[slot] or self.ongoing[slot]
        ]


_COUNTS = EventCount._meta.db_table
_TOTALS = EventTotal._meta.db_table
_SLOT = ", ".join(Slot._fields)
_ROWS = {
    "postgresql": (
        "json_to_recordset(%s::json) AS x(day date, method text, asset_type text, "
        "severity text, handling text, events bigint, ongoing bigint)"
    ),
    "sqlite": "(SELECT "
    + ", ".join(f"json_extract(value, '$.{name}') AS {name}" for name in Slot._fields)
    + ", json_extract(value, '$.events') AS events, json_extract(value, '$.ongoing') AS ongoing"
    " FROM json_each(%s)) AS x",
}
# Taken by the statements of the intake on PostgreSQL too (event_store.py).
COUNT_INTO = (
    f"INSERT INTO {_COUNTS} AS c (base_id, {_SLOT}, events, ongoing, archived, archived_ongoing)"
)
COUNTED_ALREADY = f"""
    ON CONFLICT (base_id, {_SLOT}) DO UPDATE
    SET events = c.events + excluded.events, ongoing = c.ongoing + excluded.ongoing"""
TOTAL_INTO = f"INSERT INTO {_TOTALS} ({_SLOT}, events, ongoing, folded)"


def count_events(base: Base, changes: Changes) -> None:
    """Two statements, however many events."""
    rows = changes.rows()
    if not rows:
        return
    sent, source = orjson.dumps(rows).decode(), _ROWS[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(
            f"{COUNT_INTO} SELECT %s, {_SLOT}, events, ongoing, 0, 0 FROM {source} WHERE true "
            f"ORDER BY {_SLOT} {COUNTED_ALREADY}",
            [base.pk, sent],
        )
        if not base.sandbox:
            cursor.execute(
                f"{TOTAL_INTO} SELECT {_SLOT}, events, ongoing, %s FROM {source}",
                [False, sent],
            )


def archive_events(base: Base, changes: Changes) -> None:
    """Events whose rows go: counted as ever, and from now on without a row to recount."""
    same = " AND ".join(f"c.{name} = x.{name}" for name in Slot._fields)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {_COUNTS} AS c SET archived = archived + x.events, "
            "archived_ongoing = archived_ongoing + x.ongoing "
            f"FROM {_ROWS[connection.vendor]} WHERE c.base_id = %s AND {same}",
            [orjson.dumps(changes.rows()).decode(), base.pk],
        )


def fold_event_totals(at_most: int = 50_000) -> int:
    """Take up what deliveries appended into one row for each key. Safe to run twice at once: rows
    are taken up by whoever locks them. Returns how many were."""
    with transaction.atomic():
        loose = EventTotal.objects.filter(folded=False).order_by("id")
        if connection.features.has_select_for_update_skip_locked:
            loose = loose.select_for_update(skip_locked=True)
        taken = list(loose[:at_most])
        changes = Changes()
        for row in taken:
            slot = Slot(row.day.isoformat(), row.method, row.asset_type, row.severity, row.handling)
            changes.add(slot, row.events, row.ongoing)
        rows = changes.rows()
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {_TOTALS} AS c ({_SLOT}, events, ongoing, folded) "
                f"SELECT {_SLOT}, events, ongoing, %s FROM {_ROWS[connection.vendor]} WHERE true "
                f"ORDER BY {_SLOT} ON CONFLICT ({_SLOT}) WHERE folded DO UPDATE SET "
                "events = c.events + excluded.events, ongoing = c.ongoing + excluded.ongoing",
                [True, orjson.dumps(rows).decode()],
            )
        EventTotal.objects.filter(pk__in=[row.pk for row in taken]).delete()
    return len(taken)


def report_created(base: Base, report: ComputeReport) -> None:
    _add_to_total(base, report, 1, report.figures())
    _count_days(base, report.date, {report.timeliness: 1})
    if LatestReport.objects.filter(base=base).exists():
        LatestReport.objects.filter(base=base, date__lt=report.date).update(
            date=report.date, report=report
        )
    else:
        LatestReport.objects.create(base=base, date=report.date, report=report)


def report_changed(base: Base, before: ComputeReport, figures: dict[str, int]) -> None:
    """Figures of a day that were corrected. `before` is the report as it stood."""
    old = before.figures()
    _add_to_total(base, before, 0, {name: figures[name] - old[name] for name in figures})
    if not before.corrected:
        _count_days(base, before.date, {"corrected": 1})


def report_in_time_after_all(base: Base, before: ComputeReport) -> None:
    """A day that came outside its window was reported again within it."""
    _count_days(base, before.date, {before.timeliness: -1, windows.ON_TIME: 1})


_SUMS = list(tables.FIGURES.values())
_COMPUTE = ComputeTotal._meta.db_table
# Taken by the statement of report_at_once.py too.
COMPUTE_INTO = f"INSERT INTO {_COMPUTE} AS t (date, province, category, bases, {', '.join(_SUMS)})"
COMPUTED_ALREADY = f"""
    ON CONFLICT (date, province, category) DO UPDATE
    SET bases = t.bases + excluded.bases,
        {", ".join(f"{name} = t.{name} + excluded.{name}" for name in _SUMS)}"""
_ADD_TO_TOTAL = f"""
    {COMPUTE_INTO} VALUES (%s, %s, %s, %s, {", ".join(["%s"] * len(_SUMS))}) {COMPUTED_ALREADY}"""


def _add_to_total(base: Base, report: ComputeReport, bases: int, figures: dict[str, int]) -> None:
    if base.sandbox:
        return
    values = [figures[name] for name in tables.FIGURES]
    with connection.cursor() as cursor:
        cursor.execute(
            _ADD_TO_TOTAL,
            [report.date.isoformat(), report.province, report.category, bases, *values],
        )


def _count_days(base: Base, day: date, changes: dict[str, int]) -> None:
    row, _made = ReportingMonth.objects.get_or_create(base=base, month=day.replace(day=1))
    ReportingMonth.objects.filter(pk=row.pk).update(
        **{status: F(status) + change for status, change in changes.items()}
    )


def summed(totals: Iterable[EventTotal]) -> dict[Slot, tuple[int, int]]:
    """Totals by slot, of the folded rows and those that are not yet."""
    changes = Changes()
    for row in totals:
        slot = Slot(row.day.isoformat(), row.method, row.asset_type, row.severity, row.handling)
        changes.add(slot, row.events, row.ongoing)
    return {slot: (changes.events[slot], changes.ongoing[slot]) for slot in changes.events}
