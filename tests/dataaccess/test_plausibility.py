"""What calls for a question: each rule from both sides of its bound."""

from datetime import date, timedelta

import pytest

from dataaccess import plausibility
from dataaccess.plausibility import Reported, in_another_unit, suspicions
from dataaccess.shapes import tables

FIRST = date(2026, 7, 1)


def reports(*changes: dict[str, int]) -> list[Reported]:
    """A report a day; what is not said is 1000 in total and 400 idle."""
    usual = {
        column: 400 if column.endswith("_idle") else 1000 for column in tables.FIGURES.values()
    }
    return [
        Reported(FIRST + timedelta(days=nth), usual | change) for nth, change in enumerate(changes)
    ]


def moving(count: int) -> list[dict[str, int]]:
    return [{"memory_idle": nth} for nth in range(count)]


def found(*changes: dict[str, int], certified: int | None = None) -> list[tuple[str, str, str]]:
    return [
        (each.rule, each.subject, each.mark) for each in suspicions(reports(*changes), certified)
    ]


def test_seven_equal_reports_are_asked_about_six_are_not() -> None:
    assert found(*[{}] * 6) == []
    assert found({"memory_idle": 1}, *[{}] * 7) == [("frozen", "", "2026-07-02")]
    # A run keeps its mark however long it goes on.
    assert found({"memory_idle": 1}, *[{}] * 9) == [("frozen", "", "2026-07-02")]
    assert found(*[{}] * 6, {"memory_idle": 1}) == []


def test_a_base_with_nothing_is_not_frozen() -> None:
    nothing = dict.fromkeys(tables.FIGURES.values(), 0)
    assert found(*[nothing] * 8) == []


def test_a_total_below_half_of_the_report_before_is_asked_about() -> None:
    half, less = {"gpu_total": 500}, {"gpu_total": 499}
    assert found(*moving(2), {"memory_idle": 9, **half}) == []
    assert found(*moving(2), {"memory_idle": 9, **less}) == [("drop", "gpu", "2026-07-03 499")]
    # Only the newest report is looked at, and only against the one before.
    assert found({}, less, {**less, "memory_idle": 1}) == []
    # Idle may fall as it likes.
    assert found({}, {"gpu_idle": 0}) == []


def test_a_total_ten_times_the_report_before_is_asked_about() -> None:
    tenfold, less = {"gpu_total": 10_000}, {"gpu_total": 9999}
    assert found(*moving(2), {"memory_idle": 9, **tenfold}) == [("rise", "gpu", "2026-07-03 10000")]
    assert found(*moving(2), {"memory_idle": 9, **less}) == []
    # What was not there before is new, not more.
    assert found({"gpu_total": 0, "gpu_idle": 0}, {"gpu_total": 10_000}) == []


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        (2600, 2_600_000, True),
        (2_662_400, 2600, True),  # 1024
        (2, 2_200_000, True),
        (2600, 26_000, False),
        (2600, 260_000, False),
        (2600, 2600, False),
        (0, 2600, False),
    ],
)
def test_a_power_of_a_thousand_looks_like_another_unit(one: int, other: int, alike: bool) -> None:
    assert in_another_unit(one, other) is alike


@pytest.mark.parametrize(
    ("reported", "asked"), [(899, True), (900, False), (1100, False), (1101, True)]
)
def test_fp16_is_held_against_the_certified_peak(reported: int, asked: bool) -> None:
    assert found({"fp16_total": reported}, certified=1000) == (
        [("certified", "fp16", str(reported))] if asked else []
    )
    assert found({"fp16_total": reported}) == []


def test_no_reports_give_nothing_to_ask() -> None:
    assert suspicions([], 1000) == []
    assert plausibility.DAYS >= plausibility.FROZEN_REPORTS
