from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from dataaccess.shapes import check_compute_report, tables
from tests.dataaccess.bodies import report, without

TODAY = date(2026, 7, 26)
LARGEST = 2**63 - 1


def faults(payload: Any) -> list[tuple[str, str]]:
    return [(fault["field"], fault["code"]) for fault in check_compute_report(payload, TODAY)[2]]


def test_the_table_has_24_figures_and_all_are_required() -> None:
    assert len(tables.FIGURES) == 24
    assert faults({}) == [(name, "required") for name in tables.FIGURES]


def test_decimals_are_floored() -> None:
    values, day, found = check_compute_report(report(空闲GPU算力=Decimal("610.999")), TODAY)
    assert found == []
    assert day == TODAY
    assert values == report(空闲GPU算力=610)


@pytest.mark.parametrize("name", tables.FIGURES)
def test_only_numbers_that_are_not_negative(name: str) -> None:
    for wrong in ("5", True, [], {}, Decimal("NaN"), Decimal("Infinity"), float("nan")):
        assert (name, "type") in faults(report(**{name: wrong}))
    assert (name, "empty") in faults(report(**{name: None}))
    assert (name, "negative") in faults(report(**{name: -1}))
    assert (name, "negative") in faults(report(**{name: Decimal("-0.5")}))
    assert (name, "too_large") in faults(report(**{name: LARGEST + 1}))
    assert (name, "too_large") in faults(report(**{name: Decimal("1e400")}))
    assert (name, "too_large") in faults(report(**{name: Decimal("1e999999")}))


@pytest.mark.parametrize("pair", tables.PAIRS, ids=lambda pair: pair.key)
def test_idle_is_at_most_the_total(pair: tables.Pair) -> None:
    def with_pair(idle: Any, total: Any) -> list[tuple[str, str]]:
        return faults(report(**{pair.idle: idle, pair.total: total}))

    both = [(pair.total, "idle_exceeds_total"), (pair.idle, "idle_exceeds_total")]
    assert with_pair(0, 0) == []
    assert with_pair(99, 100) == []
    assert with_pair(100, 100) == []
    assert with_pair(101, 100) == both
    assert with_pair(Decimal("100.6"), Decimal("100.5")) == both
    assert with_pair(LARGEST, LARGEST) == []


def test_traffic_has_no_total_to_compare_with() -> None:
    assert faults(report(空闲上行网络流量=LARGEST, 空闲下行网络流量=LARGEST)) == []


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-07-26", []),
        ("2026-07-25", []),
        ("2024-02-29", []),
        ("2026-07-27", [("统计日期", "future")]),
        ("2023-02-29", [("统计日期", "format")]),
        ("2026-7-26", [("统计日期", "format")]),
        ("20260726", [("统计日期", "format")]),
        ("2026-W30-7", [("统计日期", "format")]),
        ("2026-07-26\n", [("统计日期", "format")]),
        ("0000-01-01", [("统计日期", "format")]),
        ("", [("统计日期", "empty")]),
        (None, [("统计日期", "type")]),
        (20260726, [("统计日期", "type")]),
    ],
)
def test_the_day_is_optional_and_exact(value: Any, expected: list[tuple[str, str]]) -> None:
    assert faults(report(统计日期=value)) == expected


def test_names_with_spaces_and_in_english() -> None:
    spaced = {name.replace("CPU", " CPU "): value for name, value in report().items()}
    english = {tables.FIGURES[name]: value for name, value in report().items()}
    expected = check_compute_report(report(), TODAY)
    assert check_compute_report(spaced, TODAY) == expected
    assert check_compute_report(english, TODAY) == expected
    mixed = {**without(report(), "CPU总核数"), "cpu_cores_total": 40960}
    assert check_compute_report(mixed, TODAY) == expected


def test_one_field_under_two_names_is_an_error() -> None:
    [fault] = check_compute_report({**report(), "CPU 总核数": 40960}, TODAY)[2]
    assert (fault["field"], fault["code"]) == ("CPU总核数", "duplicate_name")
    assert fault["message"] == ("同一字段以“CPU总核数”和“CPU 总核数”两个名称出现，请只保留一个。")


@pytest.mark.parametrize(
    ("unknown", "nearest"),
    [("GPU算力总量", "GPU总算力"), ("gpu_totl", "gpu_total"), ("空闲NPU", "空闲NPU算力")],
)
def test_an_unknown_field_is_told_the_nearest_one(unknown: str, nearest: str) -> None:
    [fault] = check_compute_report({**report(), unknown: 1}, TODAY)[2]
    assert (fault["field"], fault["code"]) == (unknown, "unknown")
    assert fault["message"] == (
        f"基地算力信息接口没有这个字段，最接近的是“{nearest}”；请改用该名称，或去掉这个字段。"
    )


def test_a_field_of_something_else_is_not_taken_for_a_slip() -> None:
    [fault] = check_compute_report({**report(), "备注": 1}, TODAY)[2]
    assert fault["message"].startswith("基地算力信息接口没有这个字段，请去掉；如为笔误，")


def test_a_million_unknown_fields_get_an_answer_of_reasonable_size() -> None:
    found = faults({**report(), **{f"x{number}": 1 for number in range(1000)}})
    assert len(found) == 101
    assert found[-1] == ("", "unknown")
