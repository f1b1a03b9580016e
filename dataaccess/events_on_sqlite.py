"""Keeping events on SQLite: a handful of statements, however many events."""

from datetime import UTC, datetime
from typing import Any

import orjson
from django.db import connection

from dataaccess import rollups, windows
from dataaccess.models import EarlierVersion, EventKey, SecurityEvent
from dataaccess.rollups import Changes, Slot
from dataaccess.sent import COLUMNS, DIGEST, Sent, Values
from dataaccess.shapes import tables, text
from dataaccess.storage import Delivery

_EVENTS = SecurityEvent._meta.db_table
_KEYS = EventKey._meta.db_table
_VERSIONS = EarlierVersion._meta.db_table
_LIST = ", ".join(COLUMNS.values())
_INCOMING = (
    "(SELECT "
    + ", ".join(
        f"json_extract(value, '$.{name}') AS {name}"
        for name in ("event_id", *COLUMNS.values(), DIGEST, "id")
    )
    + " FROM json_each(%s)) AS x"
)
_KEEP = f"""
    INSERT INTO {_EVENTS} (id, base_id, event_id, {_LIST}, received_at, changed_at, receipt_id)
    SELECT id, %s, event_id, {_LIST}, %s, %s, %s FROM {_INCOMING}"""
_NAME = f"""
    INSERT INTO {_KEYS} (base_id, event_id, event, received_at, digest)
    SELECT %s, event_id, id, %s, digest FROM {_INCOMING}"""


def keep(delivery: Delivery, sent: list[Sent]) -> tuple[int, int]:
    """How many were new, and how many say something else than before."""
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
        cursor.execute(_KEEP, [base, at, at, receipt, new])
        cursor.execute(_NAME, [base, at, new])
    rollups.count_events(delivery.base, changes)
    changed = [
        (each, key)
        for each in sent
        if (key := known.get(each.event_id)) and key.digest.hex != each.digest
    ]
    if changed:
        _replace(delivery, changed)
    return len(fresh), len(changed)


def _known(delivery: Delivery, sent: list[Sent]) -> dict[str, EventKey]:
    ids = orjson.dumps([each.event_id for each in sent]).decode()
    found = EventKey.objects.filter(base=delivery.base).extra(
        where=["event_id IN (SELECT value FROM json_each(%s))"], params=[ids]
    )
    return {key.event_id: key for key in found}


def _as_columns(event: Values) -> dict[str, Any]:
    values = {column: event[name] for name, column in COLUMNS.items()}
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

_IN_HAND = "e.id IN (SELECT value FROM json_each(%s))"
_PRINTED = "datetime(e.occurred_at, '+8 hours')"
_SAID = ", ".join(
    {
        "occurred_at": f"'{name}', {_PRINTED}",
        "ongoing": f"'{name}', CASE WHEN e.ongoing THEN '{tables.YES}' ELSE '{tables.NO}' END",
    }.get(column, f"'{name}', e.{column}")
    for name, column in {tables.EVENT_ID: "event_id", **COLUMNS}.items()
)
_SET_ASIDE = f"""
    INSERT INTO {_VERSIONS} (base_id, kind, key, "values", received_at, replaced_at, replaced_by_id)
    SELECT e.base_id, 'security_event', e.event_id, json_object({_SAID}), e.changed_at, %s, %s
    FROM {_EVENTS} e WHERE {_IN_HAND}"""
_COUNT_OLD = f"""
    SELECT substr({_PRINTED}, 1, 10), method, asset_type, severity, handling,
        count(*), sum(CASE WHEN ongoing THEN 1 ELSE 0 END)
    FROM {_EVENTS} e WHERE {_IN_HAND} GROUP BY 1, 2, 3, 4, 5"""
_REPLACE = f"""
    UPDATE {_EVENTS} AS e SET {", ".join(f"{column} = x.{column}" for column in COLUMNS.values())},
        changed_at = %s, receipt_id = %s
    FROM {_INCOMING} WHERE e.id = x.id"""
_RENAME = f"""
    UPDATE {_KEYS} AS k SET digest = x.digest FROM {_INCOMING}
    WHERE k.base_id = %s AND k.event_id = x.event_id"""


def _replace(delivery: Delivery, changed: list[tuple[Sent, EventKey]]) -> None:
    """Five statements, however many events."""
    in_hand = orjson.dumps([key.event for _sent, key in changed]).decode()
    rows = _for_sqlite([(each, key.event) for each, key in changed])
    at, receipt = _in_utc(delivery.at), delivery.receipt.hex
    changes = Changes()
    with connection.cursor() as cursor:
        cursor.execute(_SET_ASIDE, [at, receipt, in_hand])
        cursor.execute(_COUNT_OLD, [in_hand])
        for *slot, count, ongoing in cursor.fetchall():
            changes.add(Slot(*slot), -count, -ongoing)
        cursor.execute(_REPLACE, [at, receipt, rows])
        cursor.execute(_RENAME, [rows, delivery.base.pk])
    for each, _key in changed:
        changes.add(*_counted(each.event))
    rollups.count_events(delivery.base, changes)


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
