"""From alerts to the 10 fields of 基地安全信息, each attack once however often its log is read.

Alerts of one rule between the same two parties within one span (an hour as delivered) are one
event. Its id is made from what the alerts say, so it is the same whoever reads them, whenever.
It is sent at once as going on, and again as over, with the number of alerts, when the span has
passed. A ban of fail2ban is one event that its Unban ends."""

import hashlib
import sqlite3
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import orjson

from dataaccess import shapes
from dataaccess.edge import outbox
from dataaccess.edge.collect import alerts, logs
from dataaccess.edge.collect.alerts import Alert
from dataaccess.edge.collect.mapping import SecurityMapping
from dataaccess.edge.config import SourceSettings
from dataaccess.edge.store import Store
from dataaccess.shapes import tables

# Alerts may reach their log a little after their time.
_GRACE = timedelta(minutes=5)
_DESCRIPTION = 512
Event = dict[str, Any]

NO_ATTACKER = "没有攻击者IP"
NO_TARGET = "没有攻击目标IP，请为来源填写 target"
BROKEN = "无法解析的行"
IGNORED = "按映射忽略"
NOT_VALID = "不符合表 B.1"


@dataclass
class Outcome:
    """What reading a log gave."""

    path: str
    lines: int = 0
    events: list[Event] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)
    problem: str = ""

    def words(self) -> str:
        skipped = "".join(f"，{why} {count}" for why, count in sorted(self.skipped.items()))
        return f"读取 {self.lines} 行，上报 {len(self.events)} 次{skipped}"


def collect(
    store: Store, source: SourceSettings, mapping: SecurityMapping, now: datetime
) -> Outcome:
    """Read a log on from where it was left, and queue what it tells. Position and events are
    kept together: neither is without the other."""
    outcome = Outcome(source.path)
    try:
        for block in logs.read_on(Path(source.path), position(store, source.path)):
            with store.writing(filling=True) as db:
                told = _take(db, source, mapping, block.lines, now, outcome)
                _queue(db, told, now, source)
                _move(db, source.path, block.position)
    except FileNotFoundError:
        outcome.problem = f"没有文件 {source.path}"
    except PermissionError:
        outcome.problem = f"无权读取 {source.path}，请把运行用户加入其所属组"
    except OSError as failure:
        outcome.problem = f"读不了 {source.path}（{failure.strerror}）"
    return outcome


def preview(
    store: Store, source: SourceSettings, mapping: SecurityMapping, now: datetime
) -> Outcome:
    """The same, keeping nothing."""
    outcome = Outcome(source.path)
    try:
        with store.writing() as db:
            for block in logs.read_on(Path(source.path), position(store, source.path)):
                _take(db, source, mapping, block.lines, now, outcome)
            raise _TakeBack
    except _TakeBack:
        pass
    except FileNotFoundError:
        outcome.problem = f"没有文件 {source.path}"
    except OSError as failure:
        outcome.problem = f"读不了 {source.path}（{failure.strerror}）"
    return outcome


class _TakeBack(Exception):
    pass


def close_over(store: Store, now: datetime) -> int:
    """Tell of every event whose span has passed that it is over; how many there were. One that
    somebody else has spoken of since is left as they said."""
    ended = store.rows(
        "SELECT * FROM incidents WHERE open = 1 AND ends_at < ? LIMIT 1000", (now.isoformat(),)
    )
    if not ended:
        return 0
    with store.writing(filling=True) as db:
        told = []
        for row in ended:
            event = orjson.loads(row["event"])
            if outbox.is_latest(db, "security_event", event):
                told.append(_ended(event, row["count"], datetime.fromisoformat(row["last_at"])))
            db.execute("UPDATE incidents SET open = 0 WHERE id = ?", (row["id"],))
        outbox.keep(db, "security_event", told, at=now, source="collector:closing")
    return len(told)


def position(store: Store, path: str) -> logs.Position:
    for row in store.rows("SELECT * FROM positions WHERE path = ?", (path,)):
        return logs.Position(row["head"], row["head_bytes"], row["offset"])
    return logs.Position()


def _take(
    db: sqlite3.Connection,
    source: SourceSettings,
    mapping: SecurityMapping,
    lines: list[bytes],
    now: datetime,
    outcome: Outcome,
) -> list[Event]:
    """The events that these lines call for, in their order; the incidents are noted."""
    told: list[Event] = []
    outcome.lines += len(lines)
    for line in lines:
        try:
            alert = alerts.read(source.type, line)
        except alerts.NoAlert:
            continue
        except alerts.Broken:
            outcome.skipped[BROKEN] += 1
            continue
        if mapping.ignores(source.type, alert.said):
            outcome.skipped[IGNORED] += 1
            continue
        event = _event(alert, source, mapping)
        if isinstance(event, str):
            outcome.skipped[event] += 1
            continue
        told += _note(db, alert, event, mapping)
    good, rejected = shapes.check_events(told, now)
    outcome.skipped[NOT_VALID] += len(rejected)
    outcome.skipped += Counter()  # drops what is zero
    outcome.events += good
    return good


def _event(alert: Alert, source: SourceSettings, mapping: SecurityMapping) -> Event | str:
    """The ten fields, but for the id; or why there are none."""
    attacker, target = mapping.parties(alert.source, alert.said)
    attacker = attacker or str(mapping.otherwise.attacker or "")
    target = target or str(source.target or "")
    if not attacker:
        return NO_ATTACKER
    if not target:
        return NO_TARGET
    return {
        tables.EVENT_ID: "",
        tables.EVENT_TIME: alert.at.strftime("%Y-%m-%d %H:%M:%S"),
        "攻击者IP": attacker,
        "攻击目标IP": target,
        "是否仍在攻击": "是",
        "攻击事件描述": _clean(alert.words),
        **mapping.codes(alert.source, alert.said),
    }


def _note(
    db: sqlite3.Connection, alert: Alert, event: Event, mapping: SecurityMapping
) -> list[Event]:
    """Note an alert with its incident: what is to be told now."""
    parties = f"{event['攻击者IP']} {event['攻击目标IP']}"
    thing = f"{alert.source} {alert.group} {parties}"
    if alert.source == "fail2ban":
        return _note_ban(db, alert, event, thing)
    begin, ends = _span(alert.at, mapping.group_minutes)
    number = _id(alert.source, f"{thing} {begin.isoformat()}")
    row = db.execute("SELECT * FROM incidents WHERE id = ?", (number,)).fetchone()
    if row is None:
        event[tables.EVENT_ID] = number
        _open(db, number, thing, alert.at, event, ends + _GRACE)
        return [event]
    if alert.at.isoformat() <= row["last_at"]:
        return []  # seen before
    before = orjson.loads(row["event"])
    worse = _rank(event) > _rank(before)
    if worse:
        before["攻击危险程度"] = event["攻击危险程度"]
    db.execute(
        "UPDATE incidents SET count = count + 1, last_at = ?, event = ? WHERE id = ?",
        (alert.at.isoformat(), orjson.dumps(before).decode(), number),
    )
    return [before] if worse else []


def _note_ban(db: sqlite3.Connection, alert: Alert, event: Event, thing: str) -> list[Event]:
    open_ = db.execute(
        "SELECT * FROM incidents WHERE source = ? AND open = 1 ORDER BY last_at DESC", (thing,)
    ).fetchone()
    if alert.ends:
        if open_ is None or alert.at.isoformat() < open_["last_at"]:
            return []
        db.execute(
            "UPDATE incidents SET open = 0, last_at = ? WHERE id = ?",
            (alert.at.isoformat(), open_["id"]),
        )
        before = orjson.loads(open_["event"])
        return [{**before, "是否仍在攻击": "否", "当前防御处理状态": "已处理"}]
    number = _id(alert.source, f"{thing} {alert.at.isoformat()}")
    known = db.execute("SELECT 1 FROM incidents WHERE id = ?", (number,)).fetchone()
    if open_ is not None or known is not None:
        return []
    event[tables.EVENT_ID] = number
    _open(db, number, thing, alert.at, event, None)
    return [event]


def _open(
    db: sqlite3.Connection,
    number: str,
    thing: str,
    at: datetime,
    event: Event,
    ends_at: datetime | None,
) -> None:
    db.execute(
        "INSERT INTO incidents VALUES (?, ?, ?, 1, ?, ?, 1)",
        (
            number,
            thing,
            ends_at.isoformat() if ends_at else None,
            at.isoformat(),
            orjson.dumps(event).decode(),
        ),
    )


def _ended(event: Event, count: int, last_at: datetime) -> Event:
    more = f"；至少{count}次告警，最后一次 {last_at.strftime('%Y-%m-%d %H:%M:%S')}"
    words = event["攻击事件描述"][: _DESCRIPTION - len(more)] + (more if count > 1 else "")
    return {**event, "是否仍在攻击": "否", "攻击事件描述": words}


def _queue(
    db: sqlite3.Connection, told: list[Event], now: datetime, source: SourceSettings
) -> None:
    for first in range(0, len(told), 1000):
        outbox.keep(
            db,
            "security_event",
            told[first : first + 1000],
            at=now,
            source=f"collector:{source.type}",
        )


def _move(db: sqlite3.Connection, path: str, position: logs.Position) -> None:
    db.execute(
        "INSERT OR REPLACE INTO positions (path, head, head_bytes, offset) VALUES (?, ?, ?, ?)",
        (path, position.head, position.head_bytes, position.offset),
    )


def _span(at: datetime, minutes: int) -> tuple[datetime, datetime]:
    """The span that a moment lies in; spans begin at midnight."""
    midnight = at.replace(hour=0, minute=0, second=0, microsecond=0)
    length = timedelta(minutes=minutes)
    begin = midnight + (at - midnight) // length * length
    return begin, begin + length


def _id(source: str, told: str) -> str:
    return f"{source}-{hashlib.sha256(told.encode()).hexdigest()[:32]}"


def _rank(event: Event) -> int:
    return tables.SEVERITIES.index(event["攻击危险程度"])


def _clean(words: str) -> str:
    """What detectors quote may hold anything; an event may not."""
    text = words.encode("utf-8", "replace").decode().replace("\x00", "")
    return text[:_DESCRIPTION]
