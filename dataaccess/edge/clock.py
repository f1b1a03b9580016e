"""What time it is: by the centre's clock, which judges, as soon as the centre has told it.

The centre's moment is carried on by the machine's steady clock, so that a wall clock that is
wrong, or set back, moves nothing."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from dataaccess.windows import SHANGHAI


def _wall() -> datetime:
    return datetime.now(UTC)


def _steady() -> float:
    """Seconds that only go forward; on Linux also while the machine sleeps."""
    clock = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
    return time.clock_gettime(clock)


@dataclass
class Clock:
    wall: Callable[[], datetime] = _wall
    steady: Callable[[], float] = _steady
    _told: tuple[datetime, float] | None = field(default=None, init=False)

    def now(self) -> datetime:
        """This moment in Asia/Shanghai."""
        if self._told is None:
            return self.wall().astimezone(SHANGHAI)
        moment, at = self._told
        return (moment + timedelta(seconds=self.steady() - at)).astimezone(SHANGHAI)

    def learn(self, moment: datetime) -> None:
        """The centre has just said that it is this moment there."""
        self._told = (moment, self.steady())

    def age(self) -> float | None:
        """Seconds since the centre told its time; None where it never did."""
        return None if self._told is None else self.steady() - self._told[1]

    def skew(self) -> float | None:
        """Seconds by which this machine's wall clock is ahead of the centre's."""
        if self._told is None:
            return None
        return (self.wall() - self.now()).total_seconds()
