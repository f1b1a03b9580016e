"""A table of the archive: words for people in the page, and beside it the same as JSON with the
exact values that stand behind the words."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils import timezone


@dataclass(frozen=True)
class Link:
    """A cell that leads to a file of the archive; only its words where the file is not in it."""

    words: str
    path: str = ""

    def __str__(self) -> str:
        return self.words


Row = list[Any]  # words, whole numbers, links and lists of links


@dataclass(frozen=True)
class Table:
    """`path` without its ending: the archive has it as a page and as JSON."""

    path: str
    title: str
    head: tuple[str, ...]
    rows: list[Row]
    values: Any = field(default=None)  # what the words were made from, exactly, for the JSON
    shown: bool = True  # in the index; others are reached from a table


def verdict(value: bool | None, yes: str, no: str) -> str:
    return "" if value is None else yes if value else no


def moment(value: datetime | None) -> str:
    return f"{timezone.localtime(value):%Y-%m-%d %H:%M:%S}" if value else ""


def day(value: date | None) -> str:
    return value.isoformat() if value else ""
