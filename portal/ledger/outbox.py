"""Effects outside the database: written as rows, delivered after the commit, taken up again
when a worker or the broker was away."""

import logging
import re
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Q
from django.utils import timezone

from portal.ledger.models import OutboxEntry

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)
MAX_ATTEMPTS = 8
SWEEP_SECONDS = 20.0
Handler = Callable[[dict[str, Any]], None]
# A mail server's refusal names the recipient: kept without most of the address.
ADDRESS = re.compile(r"([\w.+-])[\w.+-]*(@[\w-]+(?:\.[\w-]+)+)")
_handlers: dict[str, Handler] = {}
_untold: ContextVar[bool] = ContextVar("untold", default=False)


def handles(kind: str) -> Callable[[Handler], Handler]:
    """Name the function that delivers entries of a kind. It must be safe to run twice."""

    def register(handler: Handler) -> Handler:
        _handlers[kind] = handler
        return handler

    return register


def put(kind: str, key: str, **payload: Any) -> OutboxEntry:
    """Decide an effect, in the transaction of its cause. The same key is one effect."""
    if not connection.in_atomic_block:
        raise RuntimeError("An outbox entry belongs inside the transaction of its cause.")
    now = timezone.now()
    entry, created = OutboxEntry.objects.get_or_create(
        key=key, defaults={"kind": kind, "payload": payload, "created_at": now, "not_before": now}
    )
    if created and not _untold.get():
        transaction.on_commit(lambda: _tell(entry.pk), robust=True)
    return entry


def _tell(pk: int) -> None:
    from portal.ledger.tasks import deliver_entry

    try:
        deliver_entry.delay(pk)
    except Exception:  # whatever the broker's client raises: the sweep makes up for it
        log.warning("the broker did not take outbox entry %s; the sweep will", pk)


def deliver(pk: int) -> bool:
    """Claim one entry and run its handler. False where another worker has it or it is over."""
    now = timezone.now()
    claimed = waiting().filter(pk=pk).update(claimed_until=now + LEASE, attempts=F("attempts") + 1)
    if not claimed:
        return False
    entry = OutboxEntry.objects.get(pk=pk)
    try:
        _handlers[entry.kind](entry.payload)
    except Exception as failure:
        log.exception("outbox entry %s (%s) failed", entry.pk, entry.kind)
        _note_failure(entry, failure)
        return False
    OutboxEntry.objects.filter(pk=pk).update(done_at=timezone.now(), claimed_until=None, error="")
    return True


def _note_failure(entry: OutboxEntry, failure: Exception) -> None:
    now = timezone.now()
    told = "".join(traceback.format_exception_only(failure))
    entry.error = ADDRESS.sub(r"\1***\2", told)[:2000]
    entry.claimed_until = None
    entry.not_before = now + timedelta(seconds=min(3600, 10 * 2**entry.attempts))
    if entry.attempts >= MAX_ATTEMPTS:
        entry.failed_at = now
    entry.save(update_fields=["error", "claimed_until", "not_before", "failed_at"])


def waiting() -> Any:
    """Entries that may be delivered now."""
    now = timezone.now()
    return OutboxEntry.objects.filter(
        Q(claimed_until__isnull=True) | Q(claimed_until__lt=now),
        done_at__isnull=True,
        failed_at__isnull=True,
        stopped_at__isnull=True,
        not_before__lte=now,
    )


def hold(entry: OutboxEntry, until: datetime) -> None:
    """Let an entry go no earlier, while nobody has tried it."""
    OutboxEntry.objects.filter(pk=entry.pk, attempts=0).update(not_before=until)


def stop(pk: int) -> bool:
    """Stop an entry before it goes. False where it is over or a worker has it."""
    now = timezone.now()
    unclaimed = Q(claimed_until__isnull=True) | Q(claimed_until__lt=now)
    still = OutboxEntry.objects.filter(
        unclaimed, pk=pk, done_at__isnull=True, failed_at__isnull=True, stopped_at__isnull=True
    )
    return bool(still.update(stopped_at=now, claimed_until=None))


def send_again(pk: int) -> bool:
    """Let an entry go now, whether it is over, was stopped or waits for its next attempt. False
    where a worker has it. Call it in a transaction; it is told after the commit."""
    now = timezone.now()
    unclaimed = Q(claimed_until__isnull=True) | Q(claimed_until__lt=now)
    changed = OutboxEntry.objects.filter(unclaimed, pk=pk).update(
        done_at=None,
        failed_at=None,
        stopped_at=None,
        claimed_until=None,
        attempts=0,
        not_before=now,
    )
    if changed:
        transaction.on_commit(lambda: _tell(pk), robust=True)
    return bool(changed)


def sweep(seconds: float = SWEEP_SECONDS) -> int:
    """Deliver what was not told, or whose worker was lost. Returns how many were delivered. Ends
    after some seconds: the next sweep goes on, and a backlog leaves room for what is new."""
    until = time.monotonic() + seconds
    delivered = 0
    for pk in list(waiting().values_list("pk", flat=True)[:1000]):
        if time.monotonic() > until:
            break
        delivered += deliver(pk)
    return delivered


@contextmanager
def left_to_the_sweep() -> Iterator[None]:
    """What is decided in this block is delivered by the sweep, behind what people wait for."""
    token = _untold.set(True)
    try:
        yield
    finally:
        _untold.reset(token)
