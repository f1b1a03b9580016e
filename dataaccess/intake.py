"""The one way in for what bases report (Appendix B): accept(base, kind, raw) → Answer.

Checks everything first, then keeps what holds and its receipt in one transaction: when the
answer is given, the data are committed. Nothing else writes these tables."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone

from dataaccess import (
    at_sight,
    calls,
    doubts,
    endings,
    event_store,
    events_at_once,
    receipts,
    report_at_once,
    storage,
    windows,
)
from dataaccess.admission import admit
from dataaccess.checking import MAX_BYTES, MAX_EVENTS, Checked, Refused, check, too_large
from dataaccess.models import ApiKey, Base, Receipt
from dataaccess.sent import Batch
from dataaccess.shapes import Fault, Kind
from dataaccess.shapes.faults import fault

# A sender's clock may be off by so many seconds before the answer speaks of it.
CLOCK_TOLERANCE = 60

__all__ = [
    "CLOCK_TOLERANCE",
    "MAX_BYTES",
    "MAX_EVENTS",
    "Answer",
    "KeyEnded",
    "Refused",
    "accept",
    "receipt_of",
    "too_large",
]


class KeyEnded(Exception):
    """The key a delivery came with no longer holds."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a delivery is told: 200 or 201, or 207 where some events were refused."""

    status: int
    body: dict[str, Any]
    replayed: bool = False


def accept(
    base: Base,
    kind: Kind,
    raw: bytes,
    *,
    key: ApiKey | None = None,
    content_type: str = "application/json",
    received_at: datetime | None = None,
    idempotency_key: str = "",
    dry_run: bool = False,
    client_ahead: int | None = None,
) -> Answer:
    """Check a body and keep it. Raises Refused where nothing could be kept.

    `received_at` is the server's clock at receipt (now where absent); `dry_run` does all of the
    work and takes it back. The same idempotency key with the same body gets the first answer
    again; with another body it is refused. `client_ahead`: by how many seconds the sender's
    clock was ahead, where it told its time. Raises KeyEnded where the key was revoked or ran out
    since it was checked: nothing is kept then."""
    at = received_at or timezone.now()
    checked = check(kind, raw, content_type, at)
    receipt: dict[str, Any] = {
        "id": uuid4(),
        "base_id": base.pk,
        "key_id": key.pk if key else None,
        "interface": kind,
        "received_at": at,
        "refused": len(checked.rejected),
        "clock_ahead": client_ahead,
        "idempotency_key": idempotency_key,
        "body_digest": hashlib.sha256(raw).hexdigest(),
    }
    odd = at_sight.of(checked, windows.day_of(at), _registered(base, checked))
    batch = Batch(checked.events) if checked.events is not None else None
    if not dry_run:
        kept = _at_once(base, checked, batch, key, receipt, odd)
        if kept is not None:
            return kept
    with transaction.atomic():
        admission = admit(base, kind, at, key)
        if not admission.key_holds:
            raise KeyEnded
        if idempotency_key and not dry_run:
            earlier = _first_answer(base, kind, idempotency_key, receipt["body_digest"])
            if earlier is not None:
                return earlier
        delivery = storage.Delivery(base, receipt["id"], at, admission)
        counts, timeliness, standing = _keep(delivery, checked, batch)
        answer = _answer(receipt, checked, odd, counts, timeliness, admission.window)
        if standing is not None:
            answer.body["day"] = _written(standing)
        if checked.day is not None:
            found = doubts.of_report(
                base, checked.day, windows.day_of(at), admission.certified_fp16
            )
            if found:
                answer.body["warnings"] = [*odd, *doubts.warnings(found)]
            if found or (counts.updated and doubts.may_settle(base, checked.day)):
                doubts.ask_after_commit(base, checked.day, delivery.receipt)
        if dry_run:
            transaction.set_rollback(True)
            tried = {**answer.body, "receipt": None, "dry_run": True}
            if "warnings" in tried:
                tried["warnings"] = endings.in_trial(tried["warnings"])
            return Answer(207 if checked.rejected else 200, tried)
        receipts.write(
            **receipt,
            accepted=counts.accepted,
            created=counts.created,
            updated=counts.updated,
            unchanged=counts.unchanged,
            timeliness=timeliness or "",
            status=answer.status,
            answer=answer.body,
        )
        if admission.awaited:
            calls.answer(base, kind, delivery.receipt, at, checked.day)
    return answer


def _registered(base: Base, checked: Checked) -> str:
    """Whose name a base info is to carry: asked for these alone, which come once a day. In a sandbox
    the names may be invented."""
    return base.organisation.name if checked.base_info is not None and not base.sandbox else ""


def _at_once(
    base: Base,
    checked: Checked,
    batch: Batch | None,
    key: ApiKey | None,
    receipt: dict[str, Any],
    odd: list[Fault],
) -> Answer | None:
    """Everything by one statement, where nothing speaks against it (at_once.py)."""
    if batch is not None:
        told = _answer(receipt, checked, odd, storage.Counts(created=batch.accepted)).body
        counts = events_at_once.keep(
            base, batch, key, {**receipt, "accepted": batch.accepted, "answer": told}
        )
        return _answer(receipt, checked, odd, counts) if counts else None
    if checked.report is None or checked.day is None:
        return None
    told = _answer(receipt, checked, odd, storage.CREATED).body
    judged = report_at_once.keep(
        base, checked.day, checked.report, key, {**receipt, "accepted": 1, "answer": told}
    )
    if judged is None:
        return None
    return _answer(receipt, checked, odd, storage.CREATED, *judged)


def _keep(
    delivery: storage.Delivery, checked: Checked, batch: Batch | None
) -> tuple[storage.Counts, windows.Timeliness | None, storage.Standing | None]:
    if batch is not None:
        return event_store.keep_events(delivery, batch), None, None
    timeliness = windows.judge(delivery.at, delivery.admission.window, checked.day)
    if checked.base_info is not None:
        return storage.keep_base_info(delivery, checked.base_info), timeliness, None
    if checked.report is None or checked.day is None:
        raise AssertionError("a checked delivery holds one of the three")
    counts, standing = storage.keep_compute_report(
        delivery, checked.day, checked.report, timeliness
    )
    return counts, timeliness, standing


def _written(standing: storage.Standing) -> dict[str, Any]:
    """As GET /status lists the day."""
    return {
        "date": standing.day.isoformat(),
        "status": standing.timeliness,
        "corrected": standing.corrected,
    }


def _answer(
    receipt: dict[str, Any],
    checked: Checked,
    odd: list[Fault],
    counts: storage.Counts,
    timeliness: windows.Timeliness | None = None,
    window: str = "",
) -> Answer:
    at, ahead = receipt["received_at"], receipt["clock_ahead"]
    body: dict[str, Any] = {
        "receipt": str(receipt["id"]),
        "received_at": at.astimezone(windows.SHANGHAI).isoformat(timespec="milliseconds"),
        "accepted": counts.accepted,
        "created": counts.created,
        "updated": counts.updated,
        "unchanged": counts.unchanged,
        "rejected": checked.rejected,
    }
    if timeliness is not None:
        body["timeliness"] = {"status": timeliness, "window": window}
    if ahead is not None and abs(ahead) > CLOCK_TOLERANCE:
        body["clock"] = _clock_warning(ahead)
    if odd:
        body["warnings"] = odd
    return Answer(_status(checked, counts.created), body)


def _status(checked: Checked, created: int) -> int:
    return 207 if checked.rejected else 201 if created else 200


def _clock_warning(ahead: int) -> dict[str, Any]:
    said = "快" if ahead > 0 else "慢"
    return {
        "ahead_seconds": ahead,
        "message": f"您的时钟比服务器{said}{abs(ahead)}秒，请校准（如启用 NTP）；"
        "上报时段以服务器的北京时间为准。",
    }


def _first_answer(base: Base, kind: Kind, idempotency_key: str, digest: str) -> Answer | None:
    first = Receipt.objects.filter(
        base=base, interface=kind, idempotency_key=idempotency_key
    ).first()
    if first is None:
        return None
    if first.body_digest != digest:
        raise Refused(
            422,
            "Idempotency-Key 已用于另一份数据",
            "同一个 Idempotency-Key 只能用于重发同一份正文；发送新的数据请换一个键。",
            [fault("Idempotency-Key", "reused", "请为新的数据换一个 Idempotency-Key。")],
        )
    return Answer(first.status, first.answer, replayed=True)


def receipt_of(base: Base, identifier: UUID) -> Receipt | None:
    """One of a base's own receipts."""
    return Receipt.objects.filter(base=base, pk=identifier).first()
