"""What waits for the centre, in its order: kept, sent, parked. Each function is one step inside
a transaction that its caller holds, or one read."""

import hashlib
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import orjson

from dataaccess.edge import schedule
from dataaccess.edge.store import Store
from dataaccess.shapes import KINDS, Kind, tables

Values = dict[str, Any]
# Places between two deliveries, so that one may be halved many times and keep its place.
_SPAN = 2**20
_LOOKED_AT = 200
# What goes in one call: less than the centre takes, so that little is sent again.
MOST_EVENTS = 1000
_MOST_BYTES = 2 * 1024 * 1024
STATES = ("pending", "sent", "parked", "discarded")


@dataclass(frozen=True, slots=True)
class Counts:
    created: int
    updated: int
    unchanged: int

    @property
    def accepted(self) -> int:
        return self.created + self.updated + self.unchanged


@dataclass(frozen=True, slots=True)
class Item:
    """One delivery of the outbox."""

    id: int
    seq: int
    kind: Kind
    day: date | None
    received_at: datetime
    source: str
    idempotency_key: str
    bodies: list[Values]
    state: str
    answer: str
    note: str
    receipt: str


@dataclass(frozen=True, slots=True)
class Call:
    """One call to the centre: a delivery, or several of events that go together. It is noted
    before it is made, and made with the same key and bytes until there is an answer."""

    kind: Kind
    idempotency_key: str
    items: list[Item]

    @property
    def bodies(self) -> list[Values]:
        return [values for item in self.items for values in item.bodies]

    def raw(self) -> bytes:
        bodies = self.bodies
        return orjson.dumps(bodies if self.kind == "security_event" else bodies[0])


def ident(kind: Kind, values: Values) -> str:
    """What a body is about: later ones about the same replace it."""
    if kind == "security_event":
        return str(values[tables.EVENT_ID])
    return str(values[tables.REPORT_DATE]) if kind == "compute_report" else ""


def keep(
    db: sqlite3.Connection,
    kind: Kind,
    bodies: Sequence[Values],
    *,
    at: datetime,
    source: str,
    receipt: str = "",
) -> Counts:
    """Queue what is new or changed; what was heard before in the same words is not sent again."""
    known = _digests(db, kind, {ident(kind, values) for values in bodies})
    fresh: dict[str, bytes] = {}
    queued: list[Values] = []
    created = updated = 0
    for values in bodies:
        name, digest = ident(kind, values), _digest(values)
        before = fresh.get(name, known.get(name))
        if before == digest:
            continue
        created, updated = (created + 1, updated) if before is None else (created, updated + 1)
        fresh[name] = digest
        queued.append(values)
    counts = Counts(created, updated, len(bodies) - len(queued))
    if not queued:
        return counts
    day = queued[0][tables.REPORT_DATE] if kind == "compute_report" else None
    seq = _insert(db, kind, day, at.isoformat(), source, queued, receipt=receipt)
    db.executemany(
        "INSERT INTO latest VALUES (?, ?, ?, ?, ?) ON CONFLICT (kind, ident)"
        " DO UPDATE SET digest = excluded.digest, seq = excluded.seq, seen_at = excluded.seen_at",
        [(kind, name, digest, seq, at.isoformat()) for name, digest in fresh.items()],
    )
    return counts


def is_latest(db: sqlite3.Connection, kind: Kind, values: Values) -> bool:
    """Whether these words were the last that was heard of their thing."""
    return _digests(db, kind, {ident(kind, values)}) == {ident(kind, values): _digest(values)}


def next_due(
    store: Store, kind: Kind, now: datetime, plan: schedule.Plan, *, at_once: bool = False
) -> Item | datetime | None:
    """The first delivery that may go now; else when the next may; None where none waits.

    Of one thing (a day, an event) the earlier delivery always goes first. `at_once`: without
    waiting for the window."""
    waiting = store.rows(
        "SELECT id, day, received_at FROM deliveries WHERE state = 'pending' AND kind = ?"
        " ORDER BY seq LIMIT ?",
        (kind, _LOOKED_AT),
    )
    passed: set[str | None] = set()
    soonest: datetime | None = None
    for row in waiting:
        day = date.fromisoformat(row["day"]) if row["day"] else None
        moment = schedule.due(kind, day, datetime.fromisoformat(row["received_at"]), now, plan)
        if (moment <= now or at_once) and row["day"] not in passed:
            return item(store, row["id"])
        passed.add(row["day"])
        soonest = min(soonest or moment, moment)
    return soonest


def item(store: Store, number: int) -> Item | None:
    for row in store.rows("SELECT * FROM deliveries WHERE id = ?", (number,)):
        return _item(row)
    return None


def parked(store: Store, limit: int = 1000) -> list[Item]:
    rows = store.rows(
        "SELECT * FROM deliveries WHERE state = 'parked' ORDER BY seq LIMIT ?", (limit,)
    )
    return [_item(row) for row in rows]


def totals(store: Store) -> dict[Kind, dict[str, int]]:
    """For each interface how many bodies are in each state."""
    found: dict[Kind, dict[str, int]] = {kind: dict.fromkeys(STATES, 0) for kind in KINDS}
    for row in store.rows("SELECT kind, state, sum(count) AS n FROM deliveries GROUP BY 1, 2"):
        found[row["kind"]][row["state"]] = row["n"]
    return found


def oldest_pending(store: Store, kind: Kind) -> datetime | None:
    for row in store.rows(
        "SELECT received_at FROM deliveries WHERE state = 'pending' AND kind = ?"
        " ORDER BY seq LIMIT 1",
        (kind,),
    ):
        return datetime.fromisoformat(row["received_at"])
    return None


def of_receipt(store: Store, receipt: str) -> list[Item]:
    """What became of a delivery that this node took in: one row, or several after a refusal."""
    rows = store.rows("SELECT * FROM deliveries WHERE receipt = ? ORDER BY seq", (receipt,))
    return [_item(row) for row in rows]


# What the sender notes


def call_with(store: Store, first: Item, most: int = MOST_EVENTS) -> Call:
    """The call that a delivery is part of; where it is in none yet, one with it and the events
    that wait behind it, on the disk before it is made."""
    if not first.idempotency_key:
        with store.writing() as db:
            key = str(uuid4())
            db.execute(
                "UPDATE deliveries SET idempotency_key = ? WHERE id IN"
                " (SELECT value FROM json_each(?))",
                (key, orjson.dumps(_together(db, first, most)).decode()),
            )
    else:
        key = first.idempotency_key
    rows = store.rows(
        "SELECT * FROM deliveries WHERE state = 'pending' AND kind = ? AND idempotency_key = ?"
        " ORDER BY seq",
        (first.kind, key),
    )
    return Call(first.kind, key, [_item(row) for row in rows])


def _together(db: sqlite3.Connection, first: Item, most: int) -> list[int]:
    if first.kind != "security_event":
        return [first.id]
    rows = db.execute(
        "SELECT id, count, length(body) AS bytes, idempotency_key AS called FROM deliveries"
        " WHERE state = 'pending' AND kind = ? AND seq >= ? ORDER BY seq LIMIT ?",
        (first.kind, first.seq, most),
    )
    chosen: list[int] = []
    events = size = 0
    for row in rows:
        events, size = events + row["count"], size + row["bytes"]
        if chosen and (events > most or size > _MOST_BYTES or row["called"]):
            break
        chosen.append(row["id"])
    return chosen


def sent(db: sqlite3.Connection, call: Call, answer: Values, at: datetime) -> int:
    """The centre has it. What it refused of a batch is parked; how much that was."""
    refused = {each["index"]: each["errors"] for each in answer["rejected"]}
    told = {name: value for name, value in answer.items() if name != "rejected"}
    first = 0
    for item in call.items:
        bad = {
            place: refused[first + place]
            for place in range(len(item.bodies))
            if first + place in refused
        }
        first += len(item.bodies)
        if len(bad) == len(item.bodies):
            _park(db, item, _verdict(bad), at)
            continue
        if bad:
            _part(db, item, bad, at)
        good = [values for place, values in enumerate(item.bodies) if place not in bad]
        db.execute(
            "UPDATE deliveries SET state = 'sent', settled_at = ?, answer = ?, body = ?, count = ?"
            " WHERE id = ?",
            (at.isoformat(), _text(told), orjson.dumps(good), len(good), item.id),
        )
    return len(refused)


def refused(db: sqlite3.Connection, call: Call, problem: Values, at: datetime) -> bool:
    """The centre will not have it as it is: set aside for a person, out of the others' way.
    False where several deliveries were together and which is at fault was not said."""
    told = problem.get("rejected")
    if told and len(told) == len(call.bodies):
        return sent(db, call, problem, at) > 0
    if len(call.items) > 1:
        return False
    _park(db, call.items[0], problem, at)
    return True


def split(db: sqlite3.Connection, call: Call) -> int:
    """A call that is too large for the way is made as two; how many bodies may go in one."""
    if len(call.items) > 1:
        db.execute(
            "UPDATE deliveries SET idempotency_key = '' WHERE state = 'pending' AND"
            " idempotency_key = ?",
            (call.idempotency_key,),
        )
    else:
        _halve(db, call.items[0])
    return max(len(call.bodies) // 2, 1)


def set_aside(db: sqlite3.Connection, item: Item, reason: str, at: datetime) -> None:
    """A person takes a delivery out of the way; those that it would have gone with go anew."""
    if item.idempotency_key:
        db.execute(
            "UPDATE deliveries SET idempotency_key = '' WHERE state = 'pending' AND"
            " idempotency_key = ?",
            (item.idempotency_key,),
        )
    _park(db, item, {"title": reason}, at, note=reason)


def _park(
    db: sqlite3.Connection, item: Item, verdict: Values, at: datetime, note: str = ""
) -> None:
    db.execute(
        "UPDATE deliveries SET state = 'parked', settled_at = ?, answer = ?, note = ? WHERE id = ?",
        (at.isoformat(), _text(verdict), note, item.id),
    )
    _forget(db, item.kind, item.bodies, item.seq)


def _part(db: sqlite3.Connection, item: Item, bad: dict[int, Any], at: datetime) -> None:
    """The refused events of a delivery, parked by themselves, one place behind it."""
    bodies = [item.bodies[place] for place in sorted(bad)]
    _insert(
        db,
        item.kind,
        None,
        item.received_at.isoformat(),
        item.source,
        bodies,
        seq=item.seq + 1,
        state="parked",
        settled_at=at.isoformat(),
        answer=_text(_verdict(bad)),
        receipt=item.receipt,
    )
    _forget(db, item.kind, bodies, item.seq)


def _verdict(bad: dict[int, Any]) -> Values:
    """The faults, numbered as the events stand in the parked part."""
    told = [{"index": new, "errors": bad[old]} for new, old in enumerate(sorted(bad))]
    return {"title": "中心认为这些事件不符合要求", "rejected": told}


def _halve(db: sqlite3.Connection, item: Item) -> None:
    middle = len(item.bodies) // 2
    (following,) = db.execute(
        "SELECT min(seq) FROM deliveries WHERE seq > ?", (item.seq,)
    ).fetchone()
    gap = (following or item.seq + _SPAN) - item.seq
    first, second = item.bodies[:middle], item.bodies[middle:]
    db.execute(
        "UPDATE deliveries SET body = ?, count = ?, idempotency_key = '' WHERE id = ?",
        (orjson.dumps(first), len(first), item.id),
    )
    seq = item.seq + gap // 2
    _insert(
        db,
        item.kind,
        None,
        item.received_at.isoformat(),
        item.source,
        second,
        seq=seq,
        receipt=item.receipt,
    )
    db.executemany(
        "UPDATE latest SET seq = ? WHERE kind = ? AND ident = ? AND seq = ?",
        [(seq, item.kind, ident(item.kind, values), item.seq) for values in second],
    )


# What a person decides


def retry(db: sqlite3.Connection, item: Item) -> tuple[int, int]:
    """Queue parked bodies again, but none of which a later one was queued since: the centre must
    not be taken back to an older state. How many go, and how many are overtaken."""
    current = [values for values in item.bodies if not _overtaken(db, item, values)]
    overtaken = len(item.bodies) - len(current)
    if not current:
        db.execute(
            "UPDATE deliveries SET state = 'discarded', note = ? WHERE id = ?",
            ("已有更新的上报，不再发送", item.id),
        )
        return 0, overtaken
    db.execute(
        "UPDATE deliveries SET state = 'pending', settled_at = NULL, answer = '', note = '',"
        " body = ?, count = ?, idempotency_key = '' WHERE id = ?",
        (orjson.dumps(current), len(current), item.id),
    )
    return len(current), overtaken


def discard(db: sqlite3.Connection, item: Item, reason: str) -> None:
    """It will not be sent; it stays on record, with the reason."""
    db.execute(
        "UPDATE deliveries SET state = 'discarded', note = ? WHERE id = ?", (reason, item.id)
    )


def prune(db: sqlite3.Connection, now: datetime, days: int) -> int:
    """Forget what was settled so long ago. What is pending or parked is never forgotten."""
    limit = (now - timedelta(days=days)).isoformat()
    gone = db.execute(
        "DELETE FROM deliveries WHERE state IN ('sent', 'discarded') AND settled_at < ?", (limit,)
    ).rowcount
    db.execute("DELETE FROM receipts WHERE received_at < ?", (limit,))
    db.execute("DELETE FROM latest WHERE seen_at < ?", (limit,))
    db.execute("DELETE FROM incidents WHERE open = 0 AND last_at < ?", (limit,))
    return gone


def _overtaken(db: sqlite3.Connection, item: Item, values: Values) -> bool:
    row = db.execute(
        "SELECT seq FROM latest WHERE kind = ? AND ident = ?",
        (item.kind, ident(item.kind, values)),
    ).fetchone()
    # A parked part stands one place behind its whole.
    return row is not None and row["seq"] > item.seq


def _forget(db: sqlite3.Connection, kind: Kind, bodies: Iterable[Values], seq: int) -> None:
    """The same words again shall be tried again, now that the centre did not take them."""
    db.executemany(
        "UPDATE latest SET digest = x'' WHERE kind = ? AND ident = ? AND seq = ?",
        [(kind, ident(kind, values), seq) for values in bodies],
    )


def _insert(
    db: sqlite3.Connection,
    kind: Kind,
    day: str | None,
    received_at: str,
    source: str,
    bodies: Sequence[Values],
    *,
    seq: int | None = None,
    state: str = "pending",
    settled_at: str | None = None,
    answer: str = "",
    receipt: str = "",
) -> int:
    cursor = db.execute(
        "INSERT INTO deliveries (seq, kind, day, received_at, source, body, count, state, settled_at,"
        " answer, receipt) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            seq or 0,
            kind,
            day,
            received_at,
            source,
            orjson.dumps(bodies),
            len(bodies),
            state,
            settled_at,
            answer,
            receipt,
        ),
    )
    if seq is not None:
        return seq
    placed = int(cursor.lastrowid or 0) * _SPAN
    db.execute("UPDATE deliveries SET seq = ? WHERE id = ?", (placed, cursor.lastrowid))
    return placed


def _digests(db: sqlite3.Connection, kind: Kind, idents: set[str]) -> dict[str, bytes]:
    rows = db.execute(
        "SELECT ident, digest FROM latest WHERE kind = ?"
        " AND ident IN (SELECT value FROM json_each(?))",
        (kind, orjson.dumps(sorted(idents)).decode()),
    )
    return {row["ident"]: row["digest"] for row in rows}


def _digest(values: Values) -> bytes:
    return hashlib.sha256(orjson.dumps(values, option=orjson.OPT_SORT_KEYS)).digest()[:16]


def _text(document: Values) -> str:
    return orjson.dumps(document).decode()


def _item(row: sqlite3.Row) -> Item:
    return Item(
        id=row["id"],
        seq=row["seq"],
        kind=row["kind"],
        day=date.fromisoformat(row["day"]) if row["day"] else None,
        received_at=datetime.fromisoformat(row["received_at"]),
        source=row["source"],
        idempotency_key=row["idempotency_key"],
        bodies=orjson.loads(row["body"]),
        state=row["state"],
        answer=row["answer"],
        note=row["note"],
        receipt=row["receipt"],
    )
