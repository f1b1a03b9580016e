"""Working days of the Chinese calendar, with 调休."""

import tomllib
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import holidays

TABLE = Path(__file__).parent / "data" / "workdays.toml"


@cache
def _corrections() -> tuple[frozenset[date], frozenset[date]]:
    """Days that the State Council's yearly notice changes after the library was published."""
    table = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    return frozenset(table["days_off"]), frozenset(table["working_days"])


@cache
def _calendar() -> holidays.HolidayBase:
    return holidays.country_holidays("CN")


def is_working_day(day: date) -> bool:
    """Whether offices work on this day."""
    days_off, working = _corrections()
    if day in days_off or day in working:
        return day in working
    return bool(_calendar().is_working_day(day))


def after(start: date, working_days: int) -> date:
    """The last day of a period of so many working days that begins the day after `start`."""
    day = start
    while working_days > 0:
        day += timedelta(days=1)
        working_days -= is_working_day(day)
    return day
