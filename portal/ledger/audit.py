"""Writing and checking the audit chain."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import UTC
from typing import Any

from django.db import connection
from django.utils import timezone

from portal.ledger.models import AuditEvent, AuditHead


def record(actor: Any, action: str, subject: str, *, case: str = "", **data: Any) -> AuditEvent:
    """Append one event, in the transaction of the change it tells of.

    `actor` is a user, or None for the system; `subject` names the thing, "evaluation:12";
    `data` must be JSON of strings, whole numbers, booleans, lists and objects."""
    if not connection.in_atomic_block:
        raise RuntimeError("An audit event belongs inside the transaction of its change.")
    head, _ = AuditHead.objects.select_for_update().get_or_create(pk=1)
    event = AuditEvent(
        seq=head.seq + 1,
        at=timezone.now(),
        actor=actor,
        actor_name=actor.get_username() if actor else "",
        action=action,
        subject=subject,
        case=case,
        data=json.loads(_canonical(data)),
        previous_hash=head.hash,
    )
    event.hash = digest(event)
    event.save()
    AuditHead.objects.filter(pk=1).update(seq=event.seq, hash=event.hash)
    return event


def digest(event: AuditEvent) -> str:
    """SHA-256 over everything the event says and the hash before it."""
    content = {
        "seq": event.seq,
        "at": event.at.astimezone(UTC).isoformat(),
        "actor": event.actor_id,
        "actor_name": event.actor_name,
        "action": event.action,
        "subject": event.subject,
        "case": event.case,
        "data": event.data,
        "previous": event.previous_hash,
    }
    return hashlib.sha256(_canonical(content).encode()).hexdigest()


def faults(anchors: Mapping[int, str] | None = None) -> Iterator[str]:
    """Walk the chain from its start and say the first place where it does not hold; `anchors`
    are numbers and hashes that were written down outside the database."""
    known = dict(anchors or {})
    seq, previous = 0, ""
    for event in AuditEvent.objects.order_by("seq").iterator(chunk_size=2000):
        if event.seq != seq + 1:
            if event.seq < 1:
                yield f"event {event.seq} was inserted"
            else:
                yield f"event {seq + 1} is missing: event {event.seq} follows event {seq}"
            return
        if event.previous_hash != previous:
            yield f"event {event.seq} does not follow from event {seq}"
            return
        if event.hash != digest(event):
            yield f"event {event.seq} was altered"
            return
        if known.pop(event.seq, event.hash) != event.hash:
            yield f"the chain was written anew: event {event.seq} is not the one of its anchor"
            return
        seq, previous = event.seq, event.hash
    head = AuditHead.objects.filter(pk=1).first()
    if (head.seq, head.hash) != (seq, previous) if head else seq:
        yield f"the chain ends at event {seq}, its head says {head.seq if head else 0}"
    if known:
        last = max(known)
        yield f"the chain ends at event {seq}, its anchor says {last}: {last - seq} were cut off"


# Made once: json.dumps would make one for each of 100,000 events.
_canonical = json.JSONEncoder(
    sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str
).encode
