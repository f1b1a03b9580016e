"""Keeping events, inside intake's transaction and under the base's lock (a few of them by one
statement that is a transaction of its own: events_at_once.py).

They go in with one statement for the whole batch, never row by row, together with their keys and
counts; one sent again unchanged costs one look at its key; one that changed goes to the history as
it stood, and its counts move."""

from dataaccess import events_on_postgresql, events_on_sqlite, months
from dataaccess.sent import Batch
from dataaccess.shapes import tables
from dataaccess.storage import Counts, Delivery, set_aside


def keep_events(delivery: Delivery, batch: Batch) -> Counts:
    if batch.overtaken:
        set_aside(
            delivery,
            "security_event",
            [(event[tables.EVENT_ID], event, delivery.at) for event in batch.overtaken],
        )
    if not delivery.admission.month_exists:
        months.make(months.first_of(delivery.at))
    keep = events_on_postgresql.keep if months.partitioned() else events_on_sqlite.keep
    created, changed = keep(delivery, batch.sent)
    return Counts(
        created=created,
        updated=changed + batch.accepted - len(batch.sent),
        unchanged=len(batch.sent) - created - changed,
    )
