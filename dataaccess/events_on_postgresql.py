"""Keeping events on PostgreSQL: one statement for a batch's new ones, and a second where some say
something else than before: where all is new, making ready for these costs more than asking again.
events_at_once.py puts the same parts into one: what is sent, with what is known of it already
(LOOKED), and what is kept and counted of the `fresh` and the `other` ones (PARTS). Each row is read,
looked up and handed on in one pass."""

from dataaccess import rollups, statements
from dataaccess.models import EarlierVersion, EventKey, SecurityEvent
from dataaccess.rollups import Slot
from dataaccess.sent import COLUMNS, DIGEST, Sent, as_rows
from dataaccess.shapes import tables
from dataaccess.storage import Delivery

_EVENTS = SecurityEvent._meta.db_table
_KEYS = EventKey._meta.db_table
_VERSIONS = EarlierVersion._meta.db_table
_LIST = ", ".join(COLUMNS.values())
_SLOT = ", ".join(Slot._fields)
_AS_COLUMNS = f'"{tables.EVENT_ID}" AS event_id, ' + ", ".join(
    {
        "occurred_at": f"(\"{name}\" AT TIME ZONE 'Asia/Shanghai') AS occurred_at",
        "ongoing": f"(\"{name}\" = '{tables.YES}') AS ongoing",
    }.get(column, f'"{name}" AS {column}')
    for name, column in COLUMNS.items()
)
_FIELDS = ", ".join(
    f'"{field.name}" {"timestamp" if field.name == tables.EVENT_TIME else "text"}'
    for field in tables.SECURITY_EVENT.fields
)
_RECORDSET = f"json_to_recordset(%(sent)s::json) AS sent({_FIELDS}, {DIGEST} uuid)"
# OFFSET 0: each event is looked up by the index, however many the planner takes the base to have.
_LOOKED = f"""
        SELECT {_AS_COLUMNS}, "{tables.EVENT_TIME}"::date AS day, sent.{DIGEST},
            k.event AS known, k.received_at AS known_since, k.{DIGEST} AS said,
            k.{DIGEST} <> sent.{DIGEST} AS changed
        FROM {{sent}} LEFT JOIN LATERAL (
            SELECT event, received_at, {DIGEST} FROM {_KEYS}
            WHERE base_id = %(base_id)s::bigint AND event_id = "{tables.EVENT_ID}" OFFSET 0
        ) k ON true"""
LOOKED = _LOOKED.format(sent=_RECORDSET)
# A batch comes by COPY: objects of JSON are read one by one into a table of names each, which takes
# longer than keeping them. The table is the connection's own, and empty between transactions.
SENT = "events_sent"
MAKE_ROOM = f"""
    CREATE TEMPORARY TABLE IF NOT EXISTS {SENT} ({DIGEST} uuid, {_FIELDS}) ON COMMIT DELETE ROWS;
    DELETE FROM {SENT}"""
_COPY = f"COPY {SENT} FROM STDIN"
FRESH = f"""
        SELECT nextval('{_EVENTS}_id_seq') AS id, looked.* FROM {{source}} WHERE known IS NULL"""
OTHER = "SELECT looked.* FROM {source} WHERE changed"
# `fresh` takes its ids from the table's own sequence, so that the key can be written beside it.
_KEEP = f"""kept AS (
        INSERT INTO {_EVENTS}
            (id, base_id, event_id, {_LIST}, received_at, changed_at, receipt_id)
        SELECT id, %(base_id)s::bigint, event_id, {_LIST}, %(received_at)s::timestamptz,
            %(received_at)s::timestamptz, %(id)s::uuid FROM fresh
    ),
    named AS (
        INSERT INTO {_KEYS} (base_id, event_id, event, received_at, digest)
        SELECT %(base_id)s::bigint, event_id, id, %(received_at)s::timestamptz, digest FROM fresh
    )"""
# The rows of those that changed, found by their index and in their months alone: told as arrays,
# because a join would be planned for any number of them.
_IN_HAND = """e.id = ANY (ARRAY(SELECT known FROM other))
            AND e.received_at >= (SELECT min(known_since) FROM other)
            AND e.received_at <= (SELECT max(known_since) FROM other)"""
_PRINTED = "to_char(e.occurred_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI:SS')"
_SAID = ", ".join(
    {
        "occurred_at": f"'{name}', {_PRINTED}",
        "ongoing": f"'{name}', CASE WHEN e.ongoing THEN '{tables.YES}' ELSE '{tables.NO}' END",
    }.get(column, f"'{name}', e.{column}")
    for name, column in {tables.EVENT_ID: "event_id", **COLUMNS}.items()
)
_SET = ", ".join(f"{column} = x.{column}" for column in COLUMNS.values())
# A key that another delivery changed meanwhile is not `renamed`: see CERTAIN.
_REPLACE = f"""before AS MATERIALIZED (SELECT e.* FROM {_EVENTS} e WHERE {_IN_HAND}),
    aside AS (
        INSERT INTO {_VERSIONS}
            (base_id, kind, key, "values", received_at, replaced_at, replaced_by_id)
        SELECT e.base_id, 'security_event', e.event_id, jsonb_build_object({_SAID}),
            e.changed_at, %(received_at)s::timestamptz, %(id)s::uuid FROM before e
    ),
    replaced AS (
        UPDATE {_EVENTS} AS e
        SET {_SET}, changed_at = %(received_at)s::timestamptz, receipt_id = %(id)s::uuid
        FROM other x WHERE {_IN_HAND} AND e.id = x.known
    ),
    renamed AS (
        UPDATE {_KEYS} AS k SET digest = x.digest FROM other x
        WHERE k.base_id = %(base_id)s::bigint AND k.event_id = ANY (
            ARRAY(SELECT event_id FROM other)
        ) AND k.event_id = x.event_id AND k.digest = x.said RETURNING 1
    )"""
# Divides by zero, and so takes everything back, where what was read of an event had been changed
# before this statement got the base's lock.
CERTAIN = "1 / ((SELECT count(*) FROM renamed) = (SELECT count(*) FROM other))::int"
_OF_BEFORE = ", ".join(
    {"day": "(occurred_at AT TIME ZONE 'Asia/Shanghai')::date"}.get(name, name)
    for name in Slot._fields
)
_FRESH_ONES = f"""
                SELECT {_SLOT}, count(*) AS n, count(*) FILTER (WHERE ongoing) AS o
                FROM fresh GROUP BY {_SLOT}"""
_OTHER_ONES = f"""
                SELECT {_SLOT}, 1, ongoing::int FROM other
                UNION ALL SELECT {_OF_BEFORE}, -1, -(ongoing::int) FROM before"""


def _count(moves: str) -> str:
    """The parts that bring the counts up to date by what moved into a slot and out of it."""
    return f"""counts AS MATERIALIZED (
        SELECT * FROM (
            SELECT {_SLOT}, sum(n)::bigint AS events, sum(o)::bigint AS ongoing
            FROM ({moves}) AS moves({_SLOT}, n, o)
            GROUP BY {_SLOT} HAVING sum(n) <> 0 OR sum(o) <> 0 OFFSET 0
        ) unsorted ORDER BY {_SLOT}
    ),
    counted AS (
        {rollups.COUNT_INTO}
        SELECT %(base_id)s::bigint, {_SLOT}, events, ongoing, 0, 0
        FROM counts {rollups.COUNTED_ALREADY}
    ),
    totalled AS (
        {rollups.TOTAL_INTO}
        SELECT {_SLOT}, events, ongoing, false FROM counts WHERE %(totalled)s::boolean
    )"""


PARTS = f"{_KEEP}, {_REPLACE}, {_count(f'{_FRESH_ONES} UNION ALL {_OTHER_ONES}')}"
_ALL = _LOOKED.format(sent=f"{SENT} sent")


def statement(*, counting: bool = True) -> statements.Statement:
    """Keeps what is new of a batch. Without counting only to be measured (benchmarks)."""
    return statements.Statement(f"""
    WITH looked AS MATERIALIZED ({_ALL}),
    fresh AS MATERIALIZED ({FRESH.format(source="looked")}),
    {_KEEP},
    {_count(_FRESH_ONES) if counting else "none AS (SELECT %(totalled)s::boolean)"}
    SELECT (SELECT count(*) FROM fresh), (SELECT count(*) FROM looked WHERE changed)""")


POSTGRESQL = statement()
_CHANGED = statements.Statement(f"""
    WITH looked AS MATERIALIZED ({_ALL}),
    other AS MATERIALIZED ({OTHER.format(source="looked")}),
    {_REPLACE},
    {_count(_OTHER_ONES)}
    SELECT {CERTAIN}""")


def keep(delivery: Delivery, sent: list[Sent]) -> tuple[int, int]:
    """How many were new, and how many say something else than before."""
    statements.copy(MAKE_ROOM, _COPY, as_rows(sent))
    named = {
        "base_id": delivery.base.pk,
        "received_at": delivery.at,
        "id": delivery.receipt,
        "totalled": not delivery.base.sandbox,
    }
    created, changed = statements.run_named(POSTGRESQL, named) or (0, 0)
    if changed:
        statements.run_named(_CHANGED, named)
    return created, changed
