"""Putting checked values into the tables, inside intake's transaction and under the base's lock.

One current row for each thing; what it said before goes to EarlierVersion; sent again unchanged,
nothing is written. Events go in with one statement for the whole batch (two on SQLite), never
row by row."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import orjson
from django.db import connection

from dataaccess import windows
from dataaccess.models import (
    Base,
    BaseInfo,
    ComputeReport,
    EarlierVersion,
    SecurityEvent,
)
from dataaccess.shapes import tables, text

Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Delivery:
    """What every row that a delivery writes needs to know of it."""

    base: Base
    receipt: UUID
    at: datetime
    window: str


@dataclass(frozen=True, slots=True)
class Counts:
    created: int = 0
    updated: int = 0
    unchanged: int = 0

    @property
    def accepted(self) -> int:
        return self.created + self.updated + self.unchanged


CREATED, UPDATED, UNCHANGED = Counts(created=1), Counts(updated=1), Counts(unchanged=1)


def keep_base_info(delivery: Delivery, values: Values) -> Counts:
    current = BaseInfo.objects.filter(base=delivery.base).first()
    if current is None:
        BaseInfo.objects.create(
            base=delivery.base, values=values, received_at=delivery.at, receipt_id=delivery.receipt
        )
        return CREATED
    if current.values == values:
        return UNCHANGED
    _set_aside(delivery, "base_info", [("", current.values, current.received_at)])
    BaseInfo.objects.filter(pk=current.pk).update(
        values=values, received_at=delivery.at, receipt=delivery.receipt
    )
    return UPDATED


def keep_compute_report(
    delivery: Delivery, day: date, values: Values, timeliness: windows.Timeliness
) -> Counts:
    columns = {tables.FIGURES[name]: value for name, value in values.items()}
    current = ComputeReport.objects.filter(base=delivery.base, date=day).first()
    if current is None:
        ComputeReport.objects.create(
            base=delivery.base,
            date=day,
            received_at=delivery.at,
            changed_at=delivery.at,
            timeliness=timeliness,
            receipt_id=delivery.receipt,
            **columns,
        )
        return CREATED
    same = ComputeReport.objects.filter(pk=current.pk)
    if timeliness == windows.ON_TIME and current.timeliness != windows.ON_TIME:
        same.update(timeliness=timeliness, received_at=delivery.at)
    figures = current.figures()
    if figures == values:
        return UNCHANGED
    _set_aside(delivery, "compute_report", [(day.isoformat(), figures, current.changed_at)])
    same.update(changed_at=delivery.at, receipt=delivery.receipt, **columns)
    return UPDATED


def keep_events(delivery: Delivery, events: list[Values]) -> Counts:
    """The same id twice: the later one wins and counts as an update, the earlier stays in the
    history."""
    latest: dict[str, Values] = {}
    overtaken: list[Values] = []
    for event in events:
        earlier = latest.pop(event[tables.EVENT_ID], None)
        if earlier is not None and earlier != event:
            overtaken.append(earlier)
        latest[event[tables.EVENT_ID]] = event
    _set_aside(
        delivery,
        "security_event",
        [(event[tables.EVENT_ID], event, delivery.at) for event in overtaken],
    )
    replaced, written = _upsert_events(delivery, list(latest.values()))
    return Counts(
        created=written - replaced,
        updated=replaced + len(events) - len(latest),
        unchanged=len(latest) - written,
    )


def _set_aside(
    delivery: Delivery, kind: str, versions: Iterable[tuple[str, Values, datetime]]
) -> None:
    EarlierVersion.objects.bulk_create(
        EarlierVersion(
            base=delivery.base,
            kind=kind,
            key=key,
            values=values,
            received_at=received_at,
            replaced_at=delivery.at,
            replaced_by_id=delivery.receipt,
        )
        for key, values, received_at in versions
    )


# The columns of an event after its id: name of Table B.1 → column.
_COLUMNS = {
    field.name: field.english
    for field in tables.SECURITY_EVENT.fields
    if field.name != tables.EVENT_ID
}
_EVENTS = SecurityEvent._meta.db_table
_VERSIONS = EarlierVersion._meta.db_table
_LIST = ", ".join(_COLUMNS.values())
_OLD = ", ".join(f"e.{column}" for column in _COLUMNS.values())
_SENT = ", ".join(f"x.{column}" for column in _COLUMNS.values())
_NEW = ", ".join(f"excluded.{column}" for column in _COLUMNS.values())
_SET = ", ".join(f"{column} = excluded.{column}" for column in _COLUMNS.values())

# What an event said, as JSON under the names of Table B.1; {time} is the vendor's way to print.
_AS_JSON = ", ".join(
    {
        "occurred_at": f"'{name}', {{time}}",
        "ongoing": f"'{name}', CASE WHEN e.ongoing THEN '是' ELSE '否' END",
    }.get(column, f"'{name}', e.{column}")
    for name, column in {tables.EVENT_ID: "event_id", **_COLUMNS}.items()
)

# CROSS JOIN, because SQLite then reads what came once and looks each event up by its index; the
# other way round it would read the whole batch again for every event.
_SET_ASIDE = f"""
    INSERT INTO {_VERSIONS}
        (base_id, kind, key, "values", received_at, replaced_at, replaced_by_id)
    SELECT e.base_id, 'security_event', e.event_id, {{json}}, e.changed_at, %s, %s
    FROM incoming x CROSS JOIN {_EVENTS} e
    WHERE e.base_id = %s AND e.event_id = x.event_id AND ({_OLD}) <> ({_SENT})"""  # noqa: S608  names of our own tables
# Sorted, so that two batches never wait for each other's rows crosswise.
_KEEP = f"""
    INSERT INTO {_EVENTS} AS e
        (base_id, event_id, {_LIST}, received_at, changed_at, receipt_id)
    SELECT %s, x.event_id, {_SENT}, %s, %s, %s FROM incoming x WHERE true ORDER BY x.event_id
    ON CONFLICT (base_id, event_id) DO UPDATE
    SET {_SET}, changed_at = excluded.changed_at, receipt_id = excluded.receipt_id
    WHERE ({_OLD}) <> ({_NEW})"""  # noqa: S608


def _column_from(name: str, column: str, value: str) -> str:
    return f"({value} = '是') AS {column}" if column == "ongoing" else f"{value} AS {column}"


_INCOMING_POSTGRESQL = (
    f'SELECT "{tables.EVENT_ID}" AS event_id, '  # noqa: S608
    + ", ".join(
        f"(\"{name}\"::timestamp AT TIME ZONE 'Asia/Shanghai') AS {column}"
        if column == "occurred_at"
        else _column_from(name, column, f'"{name}"')
        for name, column in _COLUMNS.items()
    )
    + " FROM json_to_recordset(%s::json) AS sent("
    + ", ".join(f'"{field.name}" text' for field in tables.SECURITY_EVENT.fields)
    + ")"
)
_POSTGRESQL = f"""
    WITH incoming AS MATERIALIZED ({_INCOMING_POSTGRESQL}),
    set_aside AS ({
    _SET_ASIDE.format(
        json="jsonb_build_object("
        + _AS_JSON.format(
            time="to_char(e.occurred_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI:SS')"
        )
        + ")"
    )
} RETURNING 1),
    kept AS ({_KEEP} RETURNING 1)
    SELECT (SELECT count(*) FROM set_aside), (SELECT count(*) FROM kept)"""  # noqa: S608

_INCOMING_SQLITE = (
    f"SELECT json_extract(value, '$.{tables.EVENT_ID}') AS event_id, "  # noqa: S608
    + ", ".join(
        _column_from(name, column, f"json_extract(value, '$.{name}')")
        for name, column in _COLUMNS.items()
    )
    + " FROM json_each(%s)"
)
# A subquery where PostgreSQL has WITH: sqlite3 counts the rows only of what begins with INSERT.
_SQLITE_SET_ASIDE = _SET_ASIDE.format(
    json="json_object(" + _AS_JSON.format(time="datetime(e.occurred_at, '+8 hours')") + ")"
).replace("incoming x", f"({_INCOMING_SQLITE}) x")
_SQLITE_KEEP = _KEEP.replace("incoming x", f"({_INCOMING_SQLITE}) x")


def _upsert_events(delivery: Delivery, events: list[Values]) -> tuple[int, int]:
    """How many rows were replaced, and how many were written in all."""
    base, receipt, at = delivery.base.pk, delivery.receipt, delivery.at
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            sent = orjson.dumps(events).decode()
            cursor.execute(_POSTGRESQL, [sent, at, receipt, base, base, at, at, receipt])
            replaced, written = cursor.fetchone()
            return replaced, written
        moment = at.astimezone(UTC).replace(tzinfo=None).isoformat(" ")
        sent = orjson.dumps(
            [{**event, tables.EVENT_TIME: _in_utc(event[tables.EVENT_TIME])} for event in events]
        ).decode()
        cursor.execute(_SQLITE_SET_ASIDE, [moment, receipt.hex, sent, base])
        replaced = cursor.rowcount
        cursor.execute(_SQLITE_KEEP, [base, moment, moment, receipt.hex, sent])
        return replaced, cursor.rowcount


def _in_utc(local: str) -> str:
    """A time of Shanghai as Django writes it into SQLite."""
    moment = text.as_time(local).replace(tzinfo=windows.SHANGHAI)
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(" ")
