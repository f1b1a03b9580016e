"""Names of 10.2 and review dates of 10.4.1."""

from collections.abc import Iterator
from datetime import date
from itertools import count, islice

from evaluation.rulebook.shapes import Edition


def certificate_name(edition: Edition, category: str, place: str, language: str = "zh") -> str:
    """The name of a certified base (10.2): the declared category, with the place for （XX）.

    ValueError where the place is empty or brings its own brackets or line breaks.
    """
    place = place.strip()
    if not place or not place.isprintable() or any(mark in place for mark in "()（）"):
        raise ValueError(f"not a name for the brackets of 10.2: {place!r}")
    naming = edition.category(category).naming
    pattern = naming.pattern_en if language.startswith("en") else naming.pattern
    return pattern.replace("{place}", place)


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
