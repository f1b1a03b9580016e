"""A delivery in one statement that is a transaction of its own: admission, rows, rollups and receipt,
one round trip and one commit. PostgreSQL only; the statements are in events_at_once.py and
report_at_once.py, what they share is here.

Each keeps all or nothing, and nothing where anything but the plain case is at hand: the key has
ended, a data call waits for an answer, an Idempotency-Key was seen before. `run` then says None, and
intake goes the long way, which looks again under the base's lock and knows what to do.

The lock comes before the first row is written: everything written starts from the base's locked row.
What was read may be older than the lock; the unique indexes refuse what a delivery that held it
meanwhile has written, and that is the long way again."""

from collections.abc import Mapping
from typing import Any

import orjson
from django.db import DatabaseError, InterfaceError, connection

from dataaccess import last_use, receipts, statements
from dataaccess.models import ApiKey, Base, DataCall, DataCallItem, Receipt
from dataaccess.shapes import Kind

_BASES = Base._meta.db_table
_KEYS = ApiKey._meta.db_table
_RECEIPTS = Receipt._meta.db_table


def admitted(kind: Kind, columns: str, conditions: str) -> str:
    """The base's row, locked, where nothing speaks against the delivery."""
    return f"""
        SELECT {columns} FROM {_BASES} b
        WHERE b.id = %(base_id)s::bigint
            AND NOT EXISTS (
                SELECT 1 FROM {_KEYS} k
                WHERE k.id = %(key_id)s::bigint
                    AND (k.revoked_at IS NOT NULL OR k.valid_until <= %(received_at)s::timestamptz)
            )
            AND NOT EXISTS (
                SELECT 1 FROM {DataCallItem._meta.db_table} i
                JOIN {DataCall._meta.db_table} c ON c.id = i.call_id
                WHERE i.base_id = b.id AND i.interface = '{kind}'
                    AND i.answered_at IS NULL AND c.withdrawn_at IS NULL
            )
            AND NOT EXISTS (
                SELECT 1 FROM {_RECEIPTS} r
                WHERE r.base_id = b.id AND r.interface = '{kind}'
                    AND r.idempotency_key = %(idempotency_key)s::varchar
                    AND r.idempotency_key <> ''
            )
            AND {conditions}
        FOR NO KEY UPDATE OF b"""


_GIVEN = {
    "id": "uuid", "base_id": "bigint", "key_id": "bigint", "interface": "varchar",
    "received_at": "timestamptz", "accepted": "int", "refused": "int", "clock_ahead": "int",
    "idempotency_key": "varchar", "body_digest": "varchar",
}  # fmt: skip


def told(source: str, **found: str) -> str:
    """The receipt. `found` holds what only the statement knows of it, by column."""
    values = ", ".join(
        found.get(column) or f"%({column})s::{_GIVEN[column]}" for column in receipts.COLUMNS
    )
    return f"""
        INSERT INTO {_RECEIPTS} ({", ".join(receipts.COLUMNS)}) SELECT {values} FROM {source}"""


def used(source: str) -> str:
    """The key's use is noted on the way, unless somebody is at its row just now."""
    return f"""
        UPDATE {_KEYS} SET last_used_at = %(received_at)s::timestamptz
        WHERE id = (
            SELECT k.id FROM {source}, {_KEYS} k
            WHERE k.id = %(key_id)s::bigint AND %(use_due)s::boolean
            FOR NO KEY UPDATE OF k SKIP LOCKED
        )"""


def run(
    statement: statements.Statement,
    key: ApiKey | None,
    receipt: Mapping[str, Any],
    **values: Any,
) -> tuple[Any, ...] | None:
    """What the statement found, once everything is committed; None where nothing was kept.
    `receipt` holds its columns, as far as they are known before."""
    at = receipt["received_at"]
    due = key is not None and last_use.is_due(key, at)
    answer = orjson.dumps(receipt["answer"]).decode()
    try:
        row = statements.run_named(
            statement, {**receipt, "answer": answer, "use_due": due, **values}
        )
    except (DatabaseError, InterfaceError):
        # Of two deliveries at once the other was first, or the connection has gone. What is sent
        # twice is kept once, so it may be tried again.
        if connection.in_atomic_block:
            raise
        return None
    if row is not None and key is not None and due:
        key.last_used_at = at
    return row
