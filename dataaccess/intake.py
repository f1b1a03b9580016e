"""The one way in for what bases report (Appendix B): accept(base, kind, raw) → Answer.

Checks everything first, then keeps what holds and its receipt in one transaction: when the
answer is given, the data are committed. Nothing else writes these tables."""

import hashlib
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone

from dataaccess import parsing, shapes, storage, windows
from dataaccess.models import ApiKey, Base, Receipt
from dataaccess.shapes import Fault, Kind, Rejected
from dataaccess.shapes.faults import fault

MAX_BYTES = 10 * 1024 * 1024
MAX_EVENTS = 5000


@dataclass(frozen=True, slots=True)
class Answer:
    """What a delivery is told: 200 or 201, or 207 where some events were refused."""

    status: int
    body: dict[str, Any]
    replayed: bool = False


@dataclass
class Refused(Exception):
    """Nothing was kept. `errors` name the fields; in a batch `rejected` has them by event."""

    status: int
    title: str
    detail: str
    errors: list[Fault] = field(default_factory=list)
    rejected: list[Rejected] | None = None

    def __str__(self) -> str:
        return f"{self.status} {self.title}: {self.detail}"


@dataclass(frozen=True, slots=True)
class _Checked:
    """What holds of a delivery and what does not, before anything is written."""

    base_info: dict[str, Any] | None = None
    report: dict[str, Any] | None = None
    day: date | None = None
    events: list[dict[str, Any]] | None = None
    rejected: list[Rejected] = field(default_factory=list)


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
) -> Answer:
    """Check a body and keep it. Raises Refused where nothing could be kept.

    `received_at` is the server's clock at receipt (now where absent); `dry_run` does all of the
    work and takes it back. The same idempotency key with the same body gets the first answer
    again; with another body it is refused."""
    at = received_at or timezone.now()
    checked = _check(kind, raw, content_type, at)
    digest = hashlib.sha256(raw).hexdigest()
    with transaction.atomic():
        # One delivery of a base at a time: counts and history are exact, and of two with the
        # same idempotency key the second finds the first.
        Base.objects.select_for_update(no_key=True).values_list("pk").get(pk=base.pk)
        if idempotency_key and not dry_run:
            earlier = _first_answer(base, kind, idempotency_key, digest)
            if earlier is not None:
                return earlier
        delivery = storage.Delivery(base, uuid4(), at)
        counts, timeliness = _keep(delivery, checked)
        answer = _answer(delivery, checked, counts, timeliness)
        if dry_run:
            transaction.set_rollback(True)
            return Answer(
                207 if checked.rejected else 200,
                {**answer.body, "receipt": None, "dry_run": True},
            )
        Receipt.objects.create(
            id=delivery.receipt,
            base=base,
            key=key,
            interface=kind,
            received_at=at,
            accepted=counts.accepted,
            created=counts.created,
            updated=counts.updated,
            unchanged=counts.unchanged,
            refused=len(checked.rejected),
            timeliness=timeliness or "",
            idempotency_key=idempotency_key,
            body_digest=digest,
            status=answer.status,
            answer=answer.body,
        )
    return answer


def _check(kind: Kind, raw: bytes, content_type: str, at: datetime) -> _Checked:
    if len(raw) > MAX_BYTES:
        raise too_large()
    try:
        if kind == "security_event":
            return _check_events(raw, content_type, at)
        payload = parsing.parse(raw)
    except parsing.NotJson as failure:
        raise Refused(400, "请求正文不是有效的 JSON", str(failure)) from None
    if kind == "base_info":
        values, faults = shapes.check_base_info(payload)
        checked = _Checked(base_info=values)
    else:
        values, day, faults = shapes.check_compute_report(payload, windows.day_of(at))
        checked = _Checked(report=values, day=day)
    if faults:
        raise _unprocessable(faults)
    return checked


def _check_events(raw: bytes, content_type: str, at: datetime) -> _Checked:
    if content_type == parsing.NDJSON:
        payloads = parsing.parse_lines(raw)
    else:
        document = parsing.parse_quickly(raw)
        if not isinstance(document, list):
            return _check_one_event(document, at)
        payloads = document
    if not payloads:
        raise _unprocessable(
            [fault("", "empty_batch", "批量为空，请至少发送一个事件；没有事件时不必调用。")]
        )
    if len(payloads) > MAX_EVENTS:
        raise Refused(
            413,
            "批量过大",
            f"每次最多{MAX_EVENTS}个事件，本次{len(payloads)}个，请分批发送。",
        )
    good, rejected = shapes.check_events(payloads, at)
    for each in rejected:
        if payloads[each["index"]] is parsing.BROKEN_LINE:
            each["errors"] = [
                fault("", "json", "这一行不是有效的 JSON，请每行发送一个 JSON 对象。")
            ]
    if not good:
        raise _all_refused(rejected)
    return _Checked(events=good, rejected=rejected)


def _check_one_event(document: Any, at: datetime) -> _Checked:
    good, rejected = shapes.check_events([document], at)
    if rejected:
        raise _unprocessable(rejected[0]["errors"])
    return _Checked(events=good)


def _keep(
    delivery: storage.Delivery, checked: _Checked
) -> tuple[storage.Counts, windows.Timeliness | None]:
    if checked.events is not None:
        return storage.keep_events(delivery, checked.events), None
    timeliness = windows.judge(delivery.at, delivery.base.window, checked.day)
    if checked.base_info is not None:
        return storage.keep_base_info(delivery, checked.base_info), timeliness
    if checked.report is None or checked.day is None:
        raise AssertionError("a checked delivery holds one of the three")
    counts = storage.keep_compute_report(delivery, checked.day, checked.report, timeliness)
    return counts, timeliness


def _answer(
    delivery: storage.Delivery,
    checked: _Checked,
    counts: storage.Counts,
    timeliness: windows.Timeliness | None,
) -> Answer:
    body: dict[str, Any] = {
        "receipt": str(delivery.receipt),
        "received_at": delivery.at.astimezone(windows.SHANGHAI).isoformat(timespec="milliseconds"),
        "accepted": counts.accepted,
        "created": counts.created,
        "updated": counts.updated,
        "unchanged": counts.unchanged,
        "rejected": checked.rejected,
    }
    if timeliness is not None:
        body["timeliness"] = {"status": timeliness, "window": delivery.base.window}
    status = 207 if checked.rejected else 201 if counts.created else 200
    return Answer(status, body)


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


def too_large() -> Refused:
    return Refused(413, "请求正文过大", f"每次最多 {MAX_BYTES // 1024 // 1024} MiB，请分批发送。")


def _unprocessable(faults: list[Fault]) -> Refused:
    return Refused(
        422,
        "数据不符合要求",
        f"共{len(faults)}处错误，数据未保存；请按 errors 逐项修改后重发。",
        faults,
    )


def _all_refused(rejected: list[Rejected]) -> Refused:
    return Refused(
        422,
        "批量中没有一个事件符合要求",
        f"{len(rejected)}个事件全部有误，数据未保存；请按 rejected 逐个修改后重发。",
        [error for each in rejected for error in each["errors"]],
        rejected,
    )
