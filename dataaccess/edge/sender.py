"""Sending what is due, one delivery of an interface at a time and in its order.

Nothing is noted as sent before the centre's receipt is here, and each delivery keeps its
Idempotency-Key until then: what was cut off in between is sent again and counted once."""

import logging
import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import orjson

from dataaccess.edge import centre, doubts, notes, outbox, schedule
from dataaccess.edge.centre import Centre
from dataaccess.edge.clock import Clock
from dataaccess.edge.config import Config
from dataaccess.edge.store import Full, Store, Unusable
from dataaccess.shapes import KINDS, TABLES, Kind
from dataaccess.windows import WINDOWS, day_of

log = logging.getLogger(__name__)

ASK_EVERY = 1800.0
# Before something goes in its window, the centre's clock is asked unless it was asked just now.
FRESH = 600.0
LONGEST_SLEEP = 30.0
# While sending has stopped, so often the key file is looked at: a corrected one is used at once.
LOOK_AT_KEY = 2.0


@dataclass
class Lane:
    """How sending on one interface goes; one that is stuck does not hold up the others."""

    failures: int = 0
    not_before: float = 0
    trouble: str = ""
    since: datetime | None = None
    blocked: bool = False
    most: int = outbox.MOST_EVENTS  # events that the way has let through in one call


@dataclass
class Sender:
    config: Config
    store: Store
    clock: Clock
    centre: Centre
    wake: threading.Event = field(default_factory=threading.Event)
    lanes: dict[Kind, Lane] = field(default_factory=lambda: {kind: Lane() for kind in KINDS})
    _asked_at: float | None = None
    _key_seen: str | None = None

    def step(self, *, regardless: bool = False) -> float:
        """Send all that may go now; seconds until there may be something again. `regardless`
        of the window for a person who says now."""
        self._heed_new_key()
        self._ask_centre(ASK_EVERY)
        waits = [self._drain(kind, regardless) for kind in KINDS]
        return min(waits)

    def run(self, stop: threading.Event) -> None:
        while not stop.is_set():
            self.wake.clear()
            try:
                wait = self.step()
            except (Full, Unusable) as failure:
                log.error("the outbox cannot be used: %s", failure or "no room")
                wait = LONGEST_SLEEP
            except Exception:
                log.exception("sending failed")
                wait = LONGEST_SLEEP
            stopped = any(lane.blocked for lane in self.lanes.values())
            self.wake.wait(max(0.05, min(wait, LOOK_AT_KEY if stopped else LONGEST_SLEEP)))

    def plan(self) -> schedule.Plan:
        """By the window that the centre has on record, for by that it judges."""
        told = self._chosen()[0]
        known = {window.name for window in WINDOWS}
        return schedule.Plan(
            self.config.node.name,
            told if told in known else self.config.centre.window,
            timedelta(minutes=self.config.centre.spread_minutes),
        )

    def next_window(self) -> dict[str, Any] | None:
        """A window that the base has chosen at the centre and that does not hold yet: from when."""
        return self._chosen()[1]

    def _chosen(self) -> tuple[Any, dict[str, Any] | None]:
        """The centre's window of today and the next, also where its last word is days old."""
        told = self.centre_says()
        change = told.get("next_window")
        if not isinstance(change, dict) or not {"window", "since"} <= change.keys():
            return told.get("window"), None
        if str(change["since"]) <= day_of(self.clock.now()).isoformat():
            return change["window"], None
        return told.get("window"), change

    def centre_says(self) -> dict[str, Any]:
        """The centre's last word on this base."""
        found: dict[str, Any] = orjson.loads(notes.read(self.store, "centre") or "{}")
        return found

    def _heed_new_key(self) -> None:
        """What stopped under an earlier key file may go now, and the reason is no longer known
        to hold, whichever process noted it."""
        if self._key_seen is None:
            self._key_seen = notes.read(self.store, "key_file")
        stamp = self.centre.key_stamp()
        if stamp == self._key_seen:
            return
        self._key_seen, self._asked_at = stamp, None
        notes.write(self.store, "key_file", stamp)
        for kind, lane in self.lanes.items():
            kept = orjson.loads(notes.read(self.store, f"trouble:{kind}") or "null")
            if lane.blocked or (kept and kept["blocked"]):
                lane.not_before = 0
                self._well(kind, lane)

    def _ask_centre(self, oldest: float) -> None:
        now = self.clock.steady()
        if self._asked_at is not None and now - self._asked_at < min(oldest, ASK_EVERY):
            return
        self._asked_at = now
        status = self.centre.status()
        moment = centre.centre_time(status) if status else None
        if status is None or moment is None:
            return
        self.clock.learn(moment)
        notes.write(self.store, "centre", orjson.dumps(status).decode())

    def _drain(self, kind: Kind, regardless: bool) -> float:
        lane = self.lanes[kind]
        while True:
            rest = lane.not_before - self.clock.steady()
            if rest > 0:
                return rest
            now = self.clock.now()
            plan = self.plan()
            found = outbox.next_due(self.store, kind, now, plan, at_once=regardless)
            if found is None:
                self._well(kind, lane)  # nothing waits: sent by another process, or set aside
                return LONGEST_SLEEP
            if isinstance(found, datetime):
                return max((found - now).total_seconds(), 0.05)
            if kind != "security_event" and (self.clock.age() or FRESH) >= FRESH:
                asked = self._asked_at
                self._ask_centre(FRESH)
                if self._asked_at != asked and (self.clock.age() or FRESH) < FRESH:
                    continue  # by the centre's clock it may not be due
            self._deliver(kind, lane, found)

    def _deliver(self, kind: Kind, lane: Lane, first: outbox.Item) -> None:
        call = outbox.call_with(self.store, first, lane.most)
        outcome = self.centre.deliver(call)
        at = self.clock.now()
        match outcome:
            case centre.Accepted(answer):
                with self.store.writing() as db:
                    refused = outbox.sent(db, call, answer, at)
                    doubted = doubts.note(db, call, answer, at)
                log.info("%s: %s sent, receipt %s", kind, len(call.bodies), answer["receipt"])
                if refused:
                    log.error("%s: the centre refused %s of them", kind, refused)
                if doubted:
                    log.warning("%s: the centre has %s warnings", kind, doubted)
                if kind != "security_event":
                    self._asked_at = None  # its days have changed
            case centre.Refused(problem):
                with self.store.writing() as db:
                    if not outbox.refused(db, call, problem, at):
                        lane.most = outbox.split(db, call)
                log.error("%s: refused: %s", kind, problem.get("title"))
            case centre.TooLarge():
                with self.store.writing() as db:
                    lane.most = outbox.split(db, call)
                log.info("%s: too large for the way, at most %s from now on", kind, lane.most)
            case centre.Later(reason, wait):
                self._failed(kind, lane, reason, wait=wait)
                return
            case centre.Blocked(reason):
                self._failed(kind, lane, reason, blocked=True)
                return
        self._well(kind, lane)

    def _well(self, kind: Kind, lane: Lane) -> None:
        """No fault is known any more; also none that an earlier or another process noted."""
        notes.forget(self.store, f"trouble:{kind}")
        lane.failures, lane.trouble, lane.since, lane.blocked = 0, "", None, False

    def _failed(
        self, kind: Kind, lane: Lane, reason: str, *, wait: float = 0, blocked: bool = False
    ) -> None:
        longest = float(self.config.centre.retry_max_seconds)
        lane.failures += 1
        pause = longest if blocked else schedule.retry_after(lane.failures, longest)
        lane.not_before = self.clock.steady() + max(pause, wait)
        lane.since = lane.since or self.clock.now()
        if (reason, blocked) != (lane.trouble, lane.blocked):
            log.warning("%s: %s", TABLES[kind].title, reason)
            lane.trouble, lane.blocked = reason, blocked
        note = {"reason": reason, "blocked": blocked, "since": lane.since.isoformat()}
        notes.write(self.store, f"trouble:{kind}", orjson.dumps(note).decode())
