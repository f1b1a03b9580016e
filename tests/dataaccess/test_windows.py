from datetime import UTC, date, datetime, timedelta

import pytest

from dataaccess import windows

MS = timedelta(milliseconds=1)
DAY = date(2026, 7, 26)


def at(clock: str) -> datetime:
    return datetime.fromisoformat(f"2026-07-26T{clock}+08:00")


@pytest.mark.parametrize("window", windows.WINDOWS, ids=lambda window: window.name)
def test_both_ends_belong_to_the_window(window: windows.Window) -> None:
    start = datetime.combine(DAY, window.start, windows.SHANGHAI)
    end = datetime.combine(DAY, window.end, windows.SHANGHAI)
    judged = [
        windows.judge(moment.astimezone(UTC), window.name, DAY)
        for moment in (start - MS, start, start + MS, end - MS, end, end + MS)
    ]
    assert judged == [
        "out_of_window", "on_time", "on_time", "on_time", "on_time", "out_of_window",
    ]  # fmt: skip


def test_only_the_chosen_window_counts() -> None:
    assert windows.judge(at("12:30:00"), "07:00-08:00", DAY) == "out_of_window"
    assert windows.judge(at("12:30:00"), "12:00-13:00", DAY) == "on_time"


def test_a_report_for_an_earlier_day_is_a_makeup_at_any_hour() -> None:
    yesterday = DAY - timedelta(days=1)
    assert windows.judge(at("07:30:00"), "07:00-08:00", yesterday) == "makeup"
    assert windows.judge(at("00:00:00"), "07:00-08:00", yesterday) == "makeup"


def test_the_day_is_that_of_shanghai() -> None:
    late_in_utc = datetime(2026, 7, 25, 16, 0, tzinfo=UTC)
    assert windows.day_of(late_in_utc) == DAY
    assert windows.day_of(late_in_utc - MS) == DAY - timedelta(days=1)


def test_base_info_is_never_a_makeup() -> None:
    assert windows.judge(at("07:30:00"), "07:00-08:00") == "on_time"
    assert windows.judge(at("08:30:00"), "07:00-08:00") == "out_of_window"


def test_a_window_is_over_after_its_last_moment() -> None:
    assert windows.is_over("07:00-08:00", DAY, at("08:00:00")) is False
    assert windows.is_over("07:00-08:00", DAY, at("08:00:00") + MS) is True
    assert windows.is_over("07:00-08:00", DAY, at("06:00:00")) is False
