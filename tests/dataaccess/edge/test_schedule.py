"""When a delivery goes (8.4.4 a): each edge of the window, late days, and clocks that jump."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from dataaccess.edge import schedule
from dataaccess.edge.schedule import Plan
from dataaccess.windows import WINDOWS
from tests.dataaccess.edge.nodes import Hands, at

PLAN = Plan("jinan-edge", "07:00-08:00", timedelta())  # no spread: it begins a minute in
TODAY = date(2026, 7, 26)


def due(kind: Any, now: str, *, day: date | None = None, received: str = "") -> datetime:
    moment = at(now)
    return schedule.due(kind, day, at(received) if received else moment, moment, PLAN)


def test_an_event_goes_at_once() -> None:
    assert due("security_event", "2026-07-26 03:00") == at("2026-07-26 03:00")


@pytest.mark.parametrize(
    ("now", "goes"),
    [
        ("2026-07-26 00:00", "2026-07-26 07:01"),
        ("2026-07-26 07:00", "2026-07-26 07:01"),
        ("2026-07-26 07:30", "2026-07-26 07:01"),  # past: at once
        ("2026-07-26 08:00", "2026-07-26 07:01"),  # the end belongs to the window
        ("2026-07-26 08:00:00.000001", "2026-07-26 08:00:00.000001"),
        ("2026-07-26 23:59", "2026-07-26 23:59"),
    ],
)
def test_todays_report_waits_for_the_window_and_no_longer(now: str, goes: str) -> None:
    assert due("compute_report", now, day=TODAY) == at(goes)


def test_an_earlier_days_report_goes_at_once_and_a_later_days_in_its_window() -> None:
    assert due("compute_report", "2026-07-26 03:00", day=date(2026, 7, 25)) == at(
        "2026-07-26 03:00"
    )
    assert due("compute_report", "2026-07-26 03:00", day=date(2026, 7, 27)) == at(
        "2026-07-27 07:01"
    )


@pytest.mark.parametrize(
    ("received", "now", "goes"),
    [
        ("2026-07-26 06:00", "2026-07-26 06:30", "2026-07-26 07:01"),
        ("2026-07-26 09:00", "2026-07-26 09:00", "2026-07-27 07:01"),
        ("2026-07-26 09:00", "2026-07-27 08:00:01", "2026-07-27 08:00:01"),  # missed: at once
        ("2036-07-26 09:00", "2026-07-26 06:00", "2026-07-26 07:01"),  # the clock was set back
    ],
)
def test_base_info_goes_in_the_next_window_after_it_came(
    received: str, now: str, goes: str
) -> None:
    assert due("base_info", now, received=received) == at(goes)


@pytest.mark.parametrize("window", WINDOWS, ids=lambda window: window.name)
def test_nodes_begin_at_different_moments_within_the_spread(window: Any) -> None:
    spread = timedelta(minutes=20)
    begins = {Plan(f"n{number}", window.name, spread).begin(TODAY) for number in range(200)}
    start = at(f"2026-07-26 {window.start}")
    assert len(begins) == 200
    assert start + schedule.MARGIN <= min(begins) < start + timedelta(minutes=2)
    assert start + timedelta(minutes=19) < max(begins) <= start + spread
    again = Plan("n7", window.name, spread).begin(TODAY)
    assert again in begins


def test_waiting_after_failures_doubles_up_to_its_limit() -> None:
    for failures, longest in ((1, 2), (2, 4), (3, 8), (8, 256), (9, 300), (1000, 300)):
        waits = [schedule.retry_after(failures, 300) for _ in range(50)]
        assert longest / 2 <= min(waits) < max(waits) <= longest


def test_the_centres_time_goes_on_whatever_happens_to_the_wall_clock() -> None:
    hands = Hands(at("2026-07-26 06:00"))
    clock = hands.clock()
    assert (clock.now(), clock.skew()) == (at("2026-07-26 06:00"), None)
    clock.learn(at("2026-07-26 06:05"))
    hands.go(minutes=10)
    assert (clock.now(), clock.skew(), clock.age()) == (at("2026-07-26 06:15"), -300, 600)
    hands.wall -= timedelta(days=3650)
    assert clock.now() == at("2026-07-26 06:15")
