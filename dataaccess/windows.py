"""The reporting windows of clause 8.4.4 a, and how a delivery is judged by them. Pure.

Reading: a base chooses one of the three; both ends belong to it; what counts is the server's
clock at receipt in Asia/Shanghai. Nothing is refused for being late: a delivery outside the
window is kept as 窗口外, one for an earlier day as 补报."""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Literal
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")

Timeliness = Literal["on_time", "out_of_window", "makeup"]
ON_TIME: Timeliness = "on_time"
OUT_OF_WINDOW: Timeliness = "out_of_window"
MAKEUP: Timeliness = "makeup"


@dataclass(frozen=True, slots=True)
class Window:
    """A span of every day, both ends included. Its name is what the contract prints."""

    name: str
    start: time
    end: time


# Of so many days pages and answers tell how they were reported.
DAYS_SHOWN = 60
WINDOWS = (
    Window("07:00-08:00", time(7), time(8)),
    Window("12:00-13:00", time(12), time(13)),
    Window("19:00-20:00", time(19), time(20)),
)
DEFAULT_WINDOW = WINDOWS[0].name
_BY_NAME = {window.name: window for window in WINDOWS}


def window(name: str) -> Window:
    """The window of a name; KeyError where the standard has none of that name."""
    return _BY_NAME[name]


def day_of(moment: datetime) -> date:
    """The calendar day of a moment in Asia/Shanghai."""
    return moment.astimezone(SHANGHAI).date()


def judge(received_at: datetime, chosen: str, report_date: date | None = None) -> Timeliness:
    """How a delivery stands: on time, outside the window, or for an earlier day.

    `report_date` is the day a compute report is for; base info has none and is never 补报."""
    local = received_at.astimezone(SHANGHAI)
    if report_date is not None and report_date < local.date():
        return MAKEUP
    span = window(chosen)
    return ON_TIME if span.start <= local.time() <= span.end else OUT_OF_WINDOW


def opens_at(chosen: str, day: date) -> datetime:
    """The first moment of a day's window."""
    return datetime.combine(day, window(chosen).start, SHANGHAI)


def closes_at(chosen: str, day: date) -> datetime:
    """The last moment of a day's window, which belongs to it."""
    return datetime.combine(day, window(chosen).end, SHANGHAI)


def is_over(chosen: str, day: date, now: datetime) -> bool:
    """Whether a day's window has closed."""
    return now > closes_at(chosen, day)
