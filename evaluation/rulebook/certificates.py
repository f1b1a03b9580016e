"""Names of 10.2 and review dates of 10.4.1."""

import tomllib
from collections.abc import Iterator
from datetime import date
from functools import cache
from itertools import count, islice
from pathlib import Path

from evaluation.rulebook.shapes import Edition


def certificate_name(edition: Edition, category: str, place: str, language: str = "zh") -> str:
    """The name of a certified base (10.2): the declared category, with the place for （XX）.

    ValueError where the place is empty or brings its own brackets or line breaks.
    """
    place = place.strip()
    if not place or not place.isprintable() or any(mark in place for mark in "()（）"):
        raise ValueError(f"not a name for the brackets of 10.2: {place!r}")
    naming = edition.category(category).naming
    if language.startswith("en"):
        return naming.pattern_en.replace("{place}", english_place(place))
    return naming.pattern.replace("{place}", place)


# What a place may be written with: 山东省, 广西壮族自治区, 钢铁行业.
ENDINGS = (
    "特别行政区",
    "壮族自治区",
    "回族自治区",
    "维吾尔自治区",
    "自治区",
    "省",
    "市",
    "枢纽",
    "行业",
)


def english_place(place: str) -> str:
    """What stands in the brackets of 10.2, in English; as it is where no English name is known."""
    names = _english_places()
    for ending in ("", *ENDINGS):
        found = names.get(place.removesuffix(ending))
        if found:
            return found
    return place


@cache
def _english_places() -> dict[str, str]:
    groups = tomllib.loads((Path(__file__).parent / "places_en.toml").read_text("utf-8"))
    return {place: name for group in groups.values() for place, name in group.items()}


def review_years(edition: Edition) -> Iterator[int]:
    """The anniversaries on which reviews fall due, without end: 1, 2, 3, 5, 7, 9 … (10.4.1)."""
    yield from range(1, edition.review.yearly + 1)
    yield from count(edition.review.yearly + edition.review.then_every, edition.review.then_every)


def review_date(edition: Edition, certified_on: date, nth: int) -> date:
    """When the nth review (1, 2, 3 …) of a base certified on this day falls due.

    An anniversary of 29 February falls on 28 February in other years. ValueError for nth < 1, or
    where the date would lie beyond the year 9999.
    """
    if nth < 1:
        raise ValueError(f"reviews are counted from 1, not {nth}")
    return anniversary(certified_on, next(islice(review_years(edition), nth - 1, None)))


def anniversary(day: date, years: int) -> date:
    """The same day some years later; 29 February becomes 28 February where there is none."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        if (day.month, day.day) != (2, 29):
            raise
        return day.replace(year=day.year + years, day=28)
