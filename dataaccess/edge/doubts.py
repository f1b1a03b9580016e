"""What the centre took but doubts: the warnings of the last delivery of each interface that it
answered. The next delivery of that interface takes their place, also where it has none."""

import sqlite3
from datetime import datetime
from typing import Any

import orjson

from dataaccess.edge import notes, outbox
from dataaccess.edge.store import Store
from dataaccess.shapes import Kind

_MOST = 50


def note(db: sqlite3.Connection, call: outbox.Call, answer: dict[str, Any], at: datetime) -> int:
    """In the transaction that notes the delivery as sent; how many there are."""
    name = f"warnings:{call.kind}"
    warnings = _read(answer.get("warnings"))
    if not warnings:
        db.execute("DELETE FROM notes WHERE name = ?", (name,))
        return 0
    document = {"sent_at": at.isoformat(timespec="seconds"), "warnings": warnings}
    db.execute(
        "INSERT OR REPLACE INTO notes VALUES (?, ?)", (name, orjson.dumps(document).decode())
    )
    return len(warnings)


def of(store: Store, kind: Kind) -> dict[str, Any] | None:
    """When it was sent, and the warnings; None where the last delivery had none."""
    found: dict[str, Any] | None = orjson.loads(notes.read(store, f"warnings:{kind}") or "null")
    return found


def _read(told: Any) -> list[dict[str, str]]:
    """As the contract has them; anything else on the way is no reason to lose a receipt."""
    if not isinstance(told, list):
        return []
    return [
        {name: str(each.get(name, "")) for name in ("field", "code", "message")}
        for each in told[:_MOST]
        if isinstance(each, dict) and each.get("message")
    ]
