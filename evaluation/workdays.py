"""Working days of the Chinese calendar, with 调休: the library's calendar, corrected by the
shipped table, corrected by what an administrator entered."""

import tomllib
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import holidays

from evaluation.models import CalendarDay

TABLE = Path(__file__).parent / "data" / "workdays.toml"


@cache
def _shipped() -> Mapping[date, bool]:
    """Days that the State Council's yearly notice changes after the library was published."""
    table = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    return dict.fromkeys(table["days_off"], False) | dict.fromkeys(table["working_days"], True)


@cache
def _calendar(language: str = "zh_CN") -> holidays.HolidayBase:
    return holidays.country_holidays("CN", language=language)


def as_shipped(day: date) -> bool:
    """Whether offices work on this day, without what an administrator entered."""
    shipped = _shipped()
    return shipped[day] if day in shipped else bool(_calendar().is_working_day(day))


def holiday_name(day: date, language: str) -> str:
    """The name of a public holiday in "zh" or "en"; empty for any other day."""
    return str(_calendar({"zh": "zh_CN", "en": "en_US"}[language]).get(day) or "")


def entered(first: date, last: date) -> dict[date, bool]:
    """What an administrator entered between two days, both included. One query."""
    return dict(CalendarDay.objects.filter(day__range=(first, last)).values_list("day", "works"))


def is_working_day(day: date) -> bool:
    """Whether offices work on this day."""
    return entered(day, day).get(day, as_shipped(day))


def after(start: date, working_days: int) -> date:
    """The last day of a period of so many working days that begins the day after `start`."""
    if working_days <= 0:
        return start
    for nth, day in enumerate(_working_days_after(start), start=1):
        if nth == working_days:
            return day
    raise AssertionError("there is always a next working day")


def between(start: date, end: date) -> int:
    """How many working days there are after `start`, up to and with `end`."""
    known = entered(start, end)
    days = (start + timedelta(days=n) for n in range(1, (end - start).days + 1))
    return sum(known.get(day, as_shipped(day)) for day in days)


def _working_days_after(start: date) -> Iterator[date]:
    """One query for each quarter of a year."""
    first = start + timedelta(days=1)
    while True:
        last = first + timedelta(days=91)
        known = entered(first, last)
        for n in range(92):
            day = first + timedelta(days=n)
            if known.get(day, as_shipped(day)):
                yield day
        first = last + timedelta(days=1)
