"""Judging windows after they closed: which connected base has not reported, told once.

Safe to run twice, by two beats at once, and late: a row for each window of each day is made first,
and whoever makes it tells."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from dataaccess import days, notify, windows
from dataaccess.models import EmptyWindow, WindowClosing

# After longer without a beat the older days stand on the pages, but nobody is told by mail.
LOOK_BACK = timedelta(days=7)


def judge_closed_windows(now: datetime | None = None) -> int:
    """Judge every window that closed and was not judged yet. Returns how many bases were found
    without a report."""
    moment = now or timezone.now()
    judged = set(
        WindowClosing.objects.filter(date__gte=windows.day_of(moment) - LOOK_BACK).values_list(
            "date", "window"
        )
    )
    return sum(
        _judge(day, window, moment)
        for day, window in _closed(moment, bool(judged))
        if (day, window) not in judged
    )


def _closed(now: datetime, began: bool) -> Iterator[tuple[date, str]]:
    """The windows that are over. A portal that never judged before begins with today."""
    today = windows.day_of(now)
    first = today - LOOK_BACK if began else today
    for number in range((today - first).days + 1):
        day = first + timedelta(days=number)
        for window in windows.WINDOWS:
            if windows.is_over(window.name, day, now):
                yield day, window.name


@transaction.atomic
def _judge(day: date, window: str, now: datetime) -> int:
    closing, first = WindowClosing.objects.get_or_create(
        date=day, window=window, defaults={"judged_at": now, "expected": 0, "empty": 0}
    )
    if not first:
        return 0
    expected = days.with_window(days.connected(day), day).filter(window=window)
    empty = list(days.without_report(expected, day).select_related("organisation").order_by("code"))
    closing.expected, closing.empty = expected.count(), len(empty)
    closing.save(update_fields=["expected", "empty"])
    EmptyWindow.objects.bulk_create(
        EmptyWindow(base=base, closing=closing, date=day) for base in empty
    )
    if empty:
        notify.window_closed_empty(day, window, empty)
    return len(empty)
