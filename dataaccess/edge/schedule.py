"""When a delivery should go (8.4.4 a). Pure.

Security events go at once. Base info and compute reports wait for the base's window; what has
missed its window goes at once: late is better than a day later."""

import hashlib
import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from dataaccess import windows
from dataaccess.shapes import Kind

# A little after the window's start, so that two clocks need not agree to the second.
MARGIN = timedelta(seconds=60)
FIRST_RETRY = 2.0


@dataclass(frozen=True, slots=True)
class Plan:
    """A base's window, and the span after its start in which it begins to send."""

    node: str
    window: str
    spread: timedelta

    def begin(self, day: date) -> datetime:
        """When to begin on a day: the same moment however often it is asked, another one for
        each node and day, so that not all bases call in the same second."""
        digest = hashlib.sha256(f"{self.node} {day.isoformat()}".encode()).digest()
        share = int.from_bytes(digest[:4], "big") / 2**32
        start = datetime.combine(day, windows.window(self.window).start, windows.SHANGHAI)
        return start + MARGIN + share * max(self.spread - MARGIN, timedelta())

    def end(self, day: date) -> datetime:
        return datetime.combine(day, windows.window(self.window).end, windows.SHANGHAI)


def due(kind: Kind, day: date | None, received_at: datetime, now: datetime, plan: Plan) -> datetime:
    """The moment from which a delivery may go; one that is not after `now` means at once.

    `day` is the one that a compute report is for. Base info has none: its day is the one whose
    window was still to come when it was received."""
    if kind == "security_event":
        return now
    target = day or _next_window(min(received_at, now), plan)
    if now > plan.end(target):
        return now
    return plan.begin(target)


def _next_window(moment: datetime, plan: Plan) -> date:
    today = windows.day_of(moment)
    return today if moment <= plan.end(today) else today + timedelta(days=1)


def retry_after(failures: int, longest: float) -> float:
    """Seconds to wait after so many failures in a row: twice as long each time, and never the
    same for two nodes that failed together."""
    whole = min(FIRST_RETRY * 2 ** min(failures - 1, 30), longest)
    return whole * random.uniform(0.5, 1)  # noqa: S311 - spreads load, hides nothing
