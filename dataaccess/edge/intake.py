"""What the base hands to the node: checked as the centre checks it, kept, and answered alike."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

import orjson

from dataaccess import at_sight, endings, windows
from dataaccess.checking import Checked, Refused, check
from dataaccess.edge import outbox, schedule
from dataaccess.edge.clock import Clock
from dataaccess.edge.store import Store
from dataaccess.shapes import Kind, tables
from dataaccess.shapes.faults import fault


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: dict[str, Any]
    replayed: bool = False


def accept(
    store: Store,
    clock: Clock,
    plan: schedule.Plan,
    kind: Kind,
    raw: bytes,
    *,
    content_type: str = "application/json",
    idempotency_key: str = "",
    source: str = "",
    dry_run: bool = False,
) -> Answer:
    """Check a body and queue it; when this returns, it is on the disk. Raises checking.Refused."""
    at = clock.now()
    checked = check(kind, raw, content_type, at)
    digest = hashlib.sha256(raw).hexdigest()
    bodies = bodies_of(checked)
    receipt = str(uuid4())
    with store.writing(filling=not dry_run) as db:
        if idempotency_key and not dry_run:
            earlier = _first_answer(db, kind, idempotency_key, digest)
            if earlier is not None:
                return earlier
        db.execute("SAVEPOINT delivery")
        counts = outbox.keep(db, kind, bodies, at=at, source=source, receipt=receipt)
        body: dict[str, Any] = {
            "receipt": receipt,
            "received_at": at.isoformat(timespec="milliseconds"),
            "accepted": counts.accepted,
            "created": counts.created,
            "updated": counts.updated,
            "unchanged": counts.unchanged,
            "rejected": checked.rejected,
        }
        if kind != "security_event":
            goes = max(at, schedule.due(kind, checked.day, at, at, plan))
            body["timeliness"] = _not_yet_judged(counts, goes, plan)
        odd = at_sight.of(checked, windows.day_of(at))
        if odd:
            body["warnings"] = endings.in_trial(odd) if dry_run else odd
        status = 207 if checked.rejected else 201 if counts.created else 200
        if dry_run:
            db.execute("ROLLBACK TO delivery")
            status = 207 if checked.rejected else 200
            return Answer(status, {**body, "receipt": None, "dry_run": True})
        db.execute(
            "INSERT INTO receipts VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                receipt,
                kind,
                at.isoformat(),
                idempotency_key,
                digest,
                status,
                orjson.dumps(body).decode(),
            ),
        )
    return Answer(status, body)


def _not_yet_judged(counts: outbox.Counts, goes: datetime, plan: schedule.Plan) -> dict[str, Any]:
    """Whether a report is in time the centre says when it has it; the node only says what it
    will do."""
    if counts.unchanged:
        said = "与本节点上次收到的相同，不再发送；是否按时见上次的回执。"
        return {"status": "unchanged", "window": plan.window, "detail": said}
    return {
        "status": "queued",
        "window": plan.window,
        "sends_at": goes.isoformat(timespec="seconds"),
        "detail": f"已存入边缘节点，计划于{goes:%Y-%m-%d %H:%M:%S}发往中心；是否按时由中心收到后判定。",
    }


def bodies_of(checked: Checked) -> list[dict[str, Any]]:
    """What is to be handed on. A report gets its day now: on its way it may pass midnight."""
    if checked.events is not None:
        return checked.events
    if checked.report is not None and checked.day is not None:
        return [{**checked.report, tables.REPORT_DATE: checked.day.isoformat()}]
    return [checked.base_info or {}]


def receipt_of(store: Store, identifier: str) -> dict[str, Any] | None:
    """What this node answered, and what has become of it since."""
    for row in store.rows("SELECT * FROM receipts WHERE id = ?", (identifier,)):
        parts = [
            {
                "state": item.state,
                "count": len(item.bodies),
                "centre": orjson.loads(item.answer or "null"),
            }
            for item in outbox.of_receipt(store, identifier)
        ]
        judged = [part["centre"] for part in parts if _judged(part)][:1]
        return {
            **orjson.loads(row["answer"]),
            **{
                name: said[name]
                for said in judged
                for name in ("timeliness", "day")
                if name in said
            },
            "interface": row["interface"],
            "status": row["status"],
            "forwarded": parts,
        }
    return None


def _judged(part: dict[str, Any]) -> bool:
    return part["state"] == "sent" and "timeliness" in (part["centre"] or {})


def _first_answer(db: Any, kind: Kind, idempotency_key: str, digest: str) -> Answer | None:
    row = db.execute(
        "SELECT * FROM receipts WHERE interface = ? AND idempotency_key = ?",
        (kind, idempotency_key),
    ).fetchone()
    if row is None:
        return None
    if row["body_digest"] != digest:
        raise Refused(
            422,
            "Idempotency-Key 已用于另一份数据",
            "同一个 Idempotency-Key 只能用于重发同一份正文；发送新的数据请换一个键。",
            [fault("Idempotency-Key", "reused", "请为新的数据换一个 Idempotency-Key。")],
        )
    return Answer(row["status"], orjson.loads(row["answer"]), replayed=True)
