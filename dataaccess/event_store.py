"""Keeping a batch of events, inside intake's transaction and under the base's lock.

New ones go in with one statement for the whole batch, never row by row, together with their keys
and counts; one sent again unchanged costs one look at its key; one that changed goes to the history
as it stood, and its counts move."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from django.db import connection

from dataaccess import months, rollups, statements, windows
from dataaccess.models import EarlierVersion, EventKey, SecurityEvent
from dataaccess.rollups import Changes, Slot
from dataaccess.shapes import tables, text
from dataaccess.storage import Counts, Delivery, Values, set_aside

_COLUMNS = {
    field.name: field.english
    for field in tables.SECURITY_EVENT.fields
    if field.name != tables.EVENT_ID
}
_EVENTS = SecurityEvent._meta.db_table
_KEYS = EventKey._meta.db_table
_VERSIONS = EarlierVersion._meta.db_table
_LIST = ", ".join(_COLUMNS.values())
_SLOT = ", ".join(Slot._fields)
DIGEST = "digest"


@dataclass(frozen=True, slots=True)
class _Known:
    """An event that is kept already and now says something else: its row, and the month of it."""

    event: int
    received_at: datetime


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
    if overtaken:
        set_aside(
            delivery,
            "security_event",
            [(event[tables.EVENT_ID], event, delivery.at) for event in overtaken],
        )
    if not delivery.admission.month_exists:
        months.make(months.first_of(delivery.at))
    sent = list(map(sent_as, latest.values()))
    keep = _keep_on_postgresql if months.partitioned() else _keep_on_sqlite
    created, changed = keep(delivery, sent)
    if changed:
        _replace(delivery, [each for each in sent if each.event_id in changed], changed)
    return Counts(
        created=created,
        updated=len(changed) + len(events) - len(latest),
        unchanged=len(latest) - created - len(changed),
    )


class Sent(NamedTuple):
    """An event with its ten fields as JSON, always in the order of the table, and the digest."""

    event_id: str
    event: Values
    said: bytes
    digest: str


def sent_as(event: Values) -> Sent:
    said = orjson.dumps(event)
    return Sent(
        event[tables.EVENT_ID], event, said, hashlib.blake2b(said, digest_size=16).hexdigest()
    )


def as_array(sent: Sequence[Sent]) -> str:
    """What is sent with its digest, as one JSON array: written once, not again for the database."""
    rows = [f'{{"{DIGEST}":"{each.digest}",{each.said[1:].decode()}' for each in sent]
    return f"[{','.join(rows)}]"


# --- New events on PostgreSQL: one statement ------------------------------------------------

_RECORDSET = (
    "json_to_recordset(%s::json) AS sent("
    + ", ".join(f'"{field.name}" text' for field in tables.SECURITY_EVENT.fields)
    + f", {DIGEST} uuid, id bigint)"
)
_AS_COLUMNS = f'"{tables.EVENT_ID}" AS event_id, ' + ", ".join(
    {
        "occurred_at": f"(\"{name}\"::timestamp AT TIME ZONE 'Asia/Shanghai') AS occurred_at",
        "ongoing": f"(\"{name}\" = '{tables.YES}') AS ongoing",
    }.get(column, f'"{name}" AS {column}')
    for name, column in _COLUMNS.items()
)
# OFFSET 0: each event is looked up by the index, however many the planner takes the base to have.
# `fresh` takes its ids from the table's own sequence, so that the key can be written beside it.
_COUNTS = f""",
    counts AS MATERIALIZED (
        SELECT {_SLOT}, count(*) AS events, count(*) FILTER (WHERE ongoing) AS ongoing
        FROM fresh GROUP BY {_SLOT} ORDER BY {_SLOT}
    ),
    counted AS (
        {rollups.COUNT_INTO}
        SELECT %s, {_SLOT}, events, ongoing, 0, 0 FROM counts {rollups.COUNTED_ALREADY}
    ),
    totalled AS (
        {rollups.TOTAL_INTO} SELECT {_SLOT}, events, ongoing, false FROM counts WHERE %s
    )"""


def statement(*, counting: bool = True) -> str:
    """Keeps what is new of a batch. Without counting only to be measured (benchmarks)."""
    counts = _COUNTS if counting else ", none AS (SELECT %s::bigint, %s::boolean)"
    return f"""WITH incoming AS MATERIALIZED (
        SELECT {_AS_COLUMNS}, left("{tables.EVENT_TIME}", 10)::date AS day, {DIGEST}
        FROM {_RECORDSET}
    ),
    known AS MATERIALIZED (
        SELECT x.event_id, k.event, k.received_at, k.digest <> x.digest AS changed
        FROM incoming x CROSS JOIN LATERAL (
            SELECT event, received_at, digest FROM {_KEYS}
            WHERE base_id = %s AND event_id = x.event_id OFFSET 0
        ) k
    ),
    fresh AS MATERIALIZED (
        SELECT nextval('{_EVENTS}_id_seq') AS id, x.*
        FROM incoming x
        WHERE NOT EXISTS (SELECT 1 FROM known WHERE known.event_id = x.event_id)
    ),
    kept AS (
        INSERT INTO {_EVENTS}
            (id, base_id, event_id, {_LIST}, received_at, changed_at, receipt_id)
        SELECT id, %s, event_id, {_LIST}, %s, %s, %s FROM fresh
    ),
    named AS (
        INSERT INTO {_KEYS} (base_id, event_id, event, received_at, digest)
        SELECT %s, event_id, id, %s, digest FROM fresh
    ){counts}
    SELECT (SELECT count(*) FROM fresh),
        ARRAY(SELECT event_id FROM known WHERE changed ORDER BY event_id),
        ARRAY(SELECT event FROM known WHERE changed ORDER BY event_id),
        ARRAY(SELECT received_at FROM known WHERE changed ORDER BY event_id)"""


POSTGRESQL = statement()


def _keep_on_postgresql(delivery: Delivery, sent: list[Sent]) -> tuple[int, dict[str, _Known]]:
    base, receipt, at = delivery.base.pk, delivery.receipt, delivery.at
    totalled = not delivery.base.sandbox
    row = statements.run(
        POSTGRESQL,
        [
            as_array(sent), base,
            base, at, at, receipt,
            base, at,
            base, totalled,
        ],
    )  # fmt: skip
    created, ids, rows, moments = row or (0, [], [], [])
    return created, {
        event_id: _Known(row, moment)
        for event_id, row, moment in zip(ids, rows, moments, strict=True)
    }


# --- New events on SQLite: three statements and the counts ----------------------------------

_INCOMING = {
    "postgresql": f"(SELECT {_AS_COLUMNS}, {DIGEST}, id FROM {_RECORDSET}) AS x",
    "sqlite": "(SELECT "
    + ", ".join(
        f"json_extract(value, '$.{name}') AS {name}"
        for name in ("event_id", *_COLUMNS.values(), DIGEST, "id")
    )
    + " FROM json_each(%s)) AS x",
}
_SQLITE_KEEP = f"""
    INSERT INTO {_EVENTS} (id, base_id, event_id, {_LIST}, received_at, changed_at, receipt_id)
    SELECT id, %s, event_id, {_LIST}, %s, %s, %s FROM {_INCOMING["sqlite"]}"""
_SQLITE_NAME = f"""
    INSERT INTO {_KEYS} (base_id, event_id, event, received_at, digest)
    SELECT %s, event_id, id, %s, digest FROM {_INCOMING["sqlite"]}"""


def _keep_on_sqlite(delivery: Delivery, sent: list[Sent]) -> tuple[int, dict[str, _Known]]:
    known = _known(delivery, sent)
    fresh = [each for each in sent if each.event_id not in known]
    base, receipt, at = delivery.base.pk, delivery.receipt.hex, _in_utc(delivery.at)
    changes = Changes()
    for each in fresh:
        changes.add(*_counted(each.event))
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(seq) FROM sqlite_sequence WHERE name = %s", [_EVENTS])
        last = cursor.fetchone()[0] or 0
        new = _for_sqlite([(each, last + nth) for nth, each in enumerate(fresh, start=1)])
        cursor.execute(_SQLITE_KEEP, [base, at, at, receipt, new])
        cursor.execute(_SQLITE_NAME, [base, at, new])
    rollups.count_events(delivery.base, changes)
    return len(fresh), {
        each.event_id: _Known(key.event, key.received_at)
        for each in sent
        if (key := known.get(each.event_id)) and key.digest.hex != each.digest
    }


def _known(delivery: Delivery, sent: list[Sent]) -> dict[str, EventKey]:
    ids = orjson.dumps([each.event_id for each in sent]).decode()
    found = EventKey.objects.filter(base=delivery.base).extra(
        where=["event_id IN (SELECT value FROM json_each(%s))"], params=[ids]
    )
    return {key.event_id: key for key in found}


def _as_columns(event: Values) -> dict[str, Any]:
    values = {column: event[name] for name, column in _COLUMNS.items()}
    moment = text.as_time(event[tables.EVENT_TIME])
    values["occurred_at"] = moment.replace(tzinfo=windows.SHANGHAI)
    values["ongoing"] = values["ongoing"] == tables.YES
    return values


def _counted(event: Values) -> tuple[Slot, int, int]:
    """Where an event is counted, and as what: one event, ongoing or not."""
    slot = Slot(
        event[tables.EVENT_TIME][:10],
        event[tables.EVENT_METHOD],
        event[tables.EVENT_ASSET],
        event[tables.EVENT_SEVERITY],
        event[tables.EVENT_HANDLING],
    )
    return slot, 1, int(event[tables.EVENT_ONGOING] == tables.YES)


# --- Events that say something else ---------------------------------------------------------

_IN_HAND = {
    "postgresql": "e.id = ANY(%s) AND e.received_at BETWEEN %s AND %s",
    "sqlite": "e.id IN (SELECT value FROM json_each(%s)) AND e.received_at BETWEEN %s AND %s",
}
_OBJECT = {"postgresql": "jsonb_build_object", "sqlite": "json_object"}
_PRINTED = {
    "postgresql": "to_char(e.occurred_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI:SS')",
    "sqlite": "datetime(e.occurred_at, '+8 hours')",
}


def _set_aside_sql(vendor: str) -> str:
    said = ", ".join(
        {
            "occurred_at": f"'{name}', {_PRINTED[vendor]}",
            "ongoing": f"'{name}', CASE WHEN e.ongoing THEN '{tables.YES}' ELSE '{tables.NO}' END",
        }.get(column, f"'{name}', e.{column}")
        for name, column in {tables.EVENT_ID: "event_id", **_COLUMNS}.items()
    )
    return f"""
        INSERT INTO {_VERSIONS}
            (base_id, kind, key, "values", received_at, replaced_at, replaced_by_id)
        SELECT e.base_id, 'security_event', e.event_id, {_OBJECT[vendor]}({said}),
            e.changed_at, %s, %s
        FROM {_EVENTS} e WHERE {_IN_HAND[vendor]}"""


def _counts_sql(vendor: str) -> str:
    return f"""
        SELECT substr({_PRINTED[vendor]}, 1, 10), method, asset_type, severity, handling,
            count(*), sum(CASE WHEN ongoing THEN 1 ELSE 0 END)
        FROM {_EVENTS} e WHERE {_IN_HAND[vendor]} GROUP BY 1, 2, 3, 4, 5"""


_SET = ", ".join(f"{column} = x.{column}" for column in _COLUMNS.values())


def _replace_sql(vendor: str) -> str:
    return f"""
        UPDATE {_EVENTS} AS e SET {_SET}, changed_at = %s, receipt_id = %s
        FROM {_INCOMING[vendor]}
        WHERE e.id = x.id AND e.received_at BETWEEN %s AND %s"""


def _rename_sql(vendor: str) -> str:
    return f"""
        UPDATE {_KEYS} AS k SET digest = x.digest FROM {_INCOMING[vendor]}
        WHERE k.base_id = %s AND k.event_id = x.event_id"""


_SQL = {
    vendor: (_set_aside_sql(vendor), _counts_sql(vendor), _replace_sql(vendor), _rename_sql(vendor))
    for vendor in ("postgresql", "sqlite")
}


def _replace(delivery: Delivery, sent: list[Sent], changed: dict[str, _Known]) -> None:
    """Six statements, however many events; each looks only into the months they lie in."""
    vendor, base = connection.vendor, delivery.base
    where = [each.event for each in changed.values()]
    moments = [each.received_at for each in changed.values()]
    in_hand: list[Any] = [where, min(moments), max(moments)]
    at: Any = delivery.at
    receipt: UUID | str = delivery.receipt
    ids = [(each, changed[each.event_id].event) for each in sent]
    if vendor == "sqlite":
        in_hand = [orjson.dumps(where).decode(), _in_utc(min(moments)), _in_utc(max(moments))]
        at, receipt, rows = _in_utc(delivery.at), delivery.receipt.hex, _for_sqlite(ids)
    else:
        rows = _for_postgresql(ids)
    set_old_aside, count_old, replace, rename = _SQL[vendor]
    changes = Changes()
    with connection.cursor() as cursor:
        cursor.execute(set_old_aside, [at, receipt, *in_hand])
        cursor.execute(count_old, in_hand)
        for *slot, count, ongoing in cursor.fetchall():
            changes.add(Slot(*slot), -count, -ongoing)
        cursor.execute(replace, [at, receipt, rows, *in_hand[1:]])
        cursor.execute(rename, [rows, base.pk])
    for each in sent:
        changes.add(*_counted(each.event))
    rollups.count_events(base, changes)


def _for_postgresql(ids: list[tuple[Sent, int]]) -> str:
    rows = [{**each.event, DIGEST: each.digest, "id": row} for each, row in ids]
    return orjson.dumps(rows).decode()


def _for_sqlite(ids: list[tuple[Sent, int]]) -> str:
    rows = []
    for each, row in ids:
        columns = _as_columns(each.event)
        columns["occurred_at"] = _in_utc(columns["occurred_at"])
        rows.append({"event_id": each.event_id, **columns, DIGEST: each.digest, "id": row})
    return orjson.dumps(rows).decode()


def _in_utc(moment: datetime) -> str:
    """A time as Django writes it into SQLite."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(" ")
