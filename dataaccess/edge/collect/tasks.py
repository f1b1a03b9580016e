"""What the node collects, each part by itself: one that fails leaves the others alone. How the
last run went is noted for the status page."""

import logging
import threading
from datetime import datetime, timedelta
from pathlib import Path

import orjson

from dataaccess import windows
from dataaccess.checking import Refused, check
from dataaccess.edge import intake, notes, outbox
from dataaccess.edge.collect import compute, mapping, security
from dataaccess.edge.node import Node
from dataaccess.edge.store import Full, Unusable
from dataaccess.shapes import tables

log = logging.getLogger(__name__)

_RETRY_SECONDS = 300.0
NO_ROOM = "存储空间不足，没有保存，腾出空间后会自动补上"


class Tasks:
    def __init__(self, node: Node) -> None:
        """ConfigError where the files of queries or of the mapping do not hold."""
        settings = node.config
        self.node = node
        self.queries: compute.Queries | None = None
        self.mapping: mapping.SecurityMapping | None = None
        if settings.compute:
            self.queries = compute.load(_path(settings.compute.queries))
        if settings.security:
            self.mapping = mapping.load(_path(settings.security.mapping))
        self._tried: dict[str, float] = {}

    def run(self, stop: threading.Event) -> None:
        every = self.node.config.security.every_seconds if self.node.config.security else 30
        while not stop.is_set():
            try:
                self.step()
            except Exception:
                log.exception("collecting failed")
            stop.wait(every)

    def step(self) -> None:
        """What is to be collected at this moment."""
        self.security_events()
        if self._compute_is_due():
            self.compute_report()
        if self._pause_over("base_info"):
            self.base_info()
        if self._pause_over("prune", 6 * 3600):
            with self.node.store.writing() as db:
                outbox.prune(db, self.node.clock.now(), self.node.config.outbox.keep_days)

    # Each answers whether all is well.

    def base_info(self) -> bool:
        values, problem = self.base_info_file()
        if problem:
            return self._note("base_info", problem=problem)
        return self._keep("base_info", "base_info", [values]) if values else True

    def base_info_file(self) -> tuple[outbox.Values, str]:
        """What the file says, checked as the centre would, or what is wrong with it; neither
        where none is configured."""
        settings = self.node.config.base_info
        if settings is None:
            return {}, ""
        try:
            checked = check(
                "base_info", Path(settings.file).read_bytes(), "application/json", self._now()
            )
        except OSError as failure:
            return {}, f"读不了 {settings.file}（{failure.strerror}）"
        except Refused as refused:
            said = "；".join(f"{each['field']}：{each['message']}" for each in refused.errors)
            return {}, f"{settings.file}：{said or refused.detail}"
        return intake.bodies_of(checked)[0], ""

    def compute_report(self) -> bool:
        settings = self.node.config.compute
        if settings is None or self.queries is None:
            return True
        collected = compute.collect(settings, self.queries, self._now())
        problems = collected.problems()
        if problems:
            more = f"等{len(problems)}项" if len(problems) > 3 else ""
            return self._note("compute", problem=f"{'；'.join(problems[:3])}{more}，未上报")
        return self._keep("compute", "compute_report", [collected.values], collected.warnings)

    def security_events(self) -> bool:
        settings = self.node.config.security
        if settings is None or self.mapping is None:
            return True
        good = True
        for source in settings.sources:
            name = f"{source.type} {source.path}"
            try:
                outcome = security.collect(self.node.store, source, self.mapping, self._now())
            except Full:
                good = self._note(name, problem=NO_ROOM)
                continue
            if outcome.problem:
                good = self._note(name, problem=outcome.problem)
            elif outcome.lines or self._has_problem(name):
                self._note(name, done=outcome.words())
        security.close_over(self.node.store, self._now())
        self.node.sender.wake.set()
        return good

    def _compute_is_due(self) -> bool:
        """Some minutes before the window, and once a day; after a failure again and again."""
        settings = self.node.config.compute
        if settings is None or not self._pause_over("compute", _RETRY_SECONDS, look=True):
            return False
        now, plan = self._now(), self.node.sender.plan()
        today = windows.day_of(now)
        start = datetime.combine(today, windows.window(plan.window).start, windows.SHANGHAI)
        if now < start - timedelta(minutes=settings.minutes_before_window):
            return False
        if notes.read(self.node.store, "collected:compute") == today.isoformat():
            return False
        return self._pause_over("compute", _RETRY_SECONDS)

    def _keep(
        self,
        name: str,
        kind: tables.Kind,
        bodies: list[outbox.Values],
        warnings: list[str] = [],  # noqa: B006
    ) -> bool:
        now = self._now()
        try:
            with self.node.store.writing(filling=True) as db:
                counts = outbox.keep(db, kind, bodies, at=now, source=f"collector:{name}")
                if kind == "compute_report":
                    db.execute(
                        "INSERT OR REPLACE INTO notes VALUES ('collected:compute', ?)",
                        (bodies[0][tables.REPORT_DATE],),
                    )
        except Full:
            return self._note(name, problem=NO_ROOM)
        self.node.sender.wake.set()
        done = "与上次相同，不必再报" if counts.unchanged else "已取得，等待发送"
        return self._note(name, done="；".join([done, *warnings]))

    def _note(self, name: str, *, done: str = "", problem: str = "") -> bool:
        told = {"at": self._now().isoformat(timespec="seconds"), "done": done, "problem": problem}
        if problem:
            log.warning("%s: %s", name, problem)
        try:
            notes.write(self.node.store, f"collector:{name}", orjson.dumps(told).decode())
        except (Full, Unusable):
            log.exception("the outbox cannot be used")
        return not problem

    def _has_problem(self, name: str) -> bool:
        told = orjson.loads(notes.read(self.node.store, f"collector:{name}") or "{}")
        return bool(told.get("problem"))

    def _pause_over(self, name: str, pause: float = _RETRY_SECONDS, *, look: bool = False) -> bool:
        now = self.node.clock.steady()
        if name in self._tried and now - self._tried[name] < pause:
            return False
        if not look:
            self._tried[name] = now
        return True

    def _now(self) -> datetime:
        return self.node.clock.now()


def _path(text: str | None) -> Path | None:
    return Path(text) if text else None
