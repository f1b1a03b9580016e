"""A small delivery of events by one statement (at_once.py): new ones, unchanged ones, and those that
say something else than before. The first of a month that has no table yet goes the long way, and so
does a delivery that names an event twice."""

from typing import Any

from dataaccess import at_once, months, statements
from dataaccess import events_on_postgresql as parts
from dataaccess.models import ApiKey, Base
from dataaccess.sent import Batch, as_array
from dataaccess.storage import Counts

# Above this the round trips saved are nothing beside the work.
MOST = 100

_UNCHANGED = "%(accepted)s - n.created - n.updated"
STATEMENT = statements.Statement(f"""
    WITH agreed AS MATERIALIZED ({
    at_once.admitted("security_event", "b.id", "to_regclass(%(month)s) IS NOT NULL")
}),
    looked AS MATERIALIZED ({parts.LOOKED}),
    fresh AS MATERIALIZED ({parts.FRESH.format(source="agreed CROSS JOIN looked")}),
    other AS MATERIALIZED ({parts.OTHER.format(source="agreed CROSS JOIN looked")}),
    {parts.PARTS},
    numbers AS MATERIALIZED (
        SELECT (SELECT count(*)::int FROM fresh) AS created, count(*)::int AS updated FROM other
    ),
    told AS ({
    at_once.told(
        "agreed CROSS JOIN numbers n",
        timeliness="''",
        created="n.created",
        updated="n.updated",
        unchanged=_UNCHANGED,
        status="CASE WHEN %(refused)s > 0 THEN 207 WHEN n.created > 0 THEN 201 ELSE 200 END",
        answer="%(answer)s::jsonb || jsonb_build_object('created', n.created, "
        f"'updated', n.updated, 'unchanged', {_UNCHANGED})",
    )
}),
    used AS ({at_once.used("agreed")})
    SELECT n.created, n.updated, {parts.CERTAIN} FROM agreed CROSS JOIN numbers n""")


def keep(base: Base, batch: Batch, key: ApiKey | None, receipt: dict[str, Any]) -> Counts | None:
    """What was new and what was not, once the events and their receipt are committed; None where
    nothing was kept. `receipt` holds its columns without the counts and what follows from these."""
    if not months.partitioned() or len(batch.sent) > MOST or batch.accepted > len(batch.sent):
        return None
    row = at_once.run(
        STATEMENT,
        key,
        receipt,
        month=months.table_of(months.first_of(receipt["received_at"])),
        sent=as_array(batch.sent),
        totalled=not base.sandbox,
    )
    if row is None:
        return None
    created, updated, _certain = row
    return Counts(created, updated, batch.accepted - created - updated)
