"""Values from raw quantities: worked by hand, cut rather than rounded, refused with a reason."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.rulebook.derive import (
    CannotDerive,
    CardRow,
    EnterpriseRow,
    MeterRow,
    RackRow,
    UsageRow,
    compute,
    consumption,
    cut,
    efficiency,
    energy,
    enterprise_count,
    racks,
)

D = Decimal
RACK = D("2.5")


def test_racks_are_converted_and_only_the_total_is_cut() -> None:
    count, share = racks([RackRow(D(5), 100, 80), RackRow(D("3.2"), 7, 7)], RACK)
    # 100 × 5 ÷ 2.5 = 200; 7 × 3.2 ÷ 2.5 = 8.96
    assert (count.code, count.value) == ("rack_count", 208)
    assert count.steps == (
        "100个×5kW÷2.5kW=200",
        "7个×3.2kW÷2.5kW=8.96",
        "合计208.96，舍去小数得208个标准机架",
    )
    assert share is not None
    # (160 + 8.96) ÷ 208.96, before any rounding
    assert (share.code, share.value) == ("rack_utilization", D("80.857580"))
    assert share.steps_en == ("168.96 in use ÷ 208.96 usable (standard racks) = 80.85758%",)


def test_fractions_of_a_rack_add_up_before_they_are_dropped() -> None:
    count, _ = racks([RackRow(D("1.25"), 1, 0), RackRow(D("1.25"), 1, 0)], RACK)
    assert count.value == 1


def test_no_racks_have_no_utilization() -> None:
    count, share = racks([RackRow(D(5), 0, 0)], RACK)
    assert (count.value, share) == (0, None)


def test_more_racks_in_use_than_there_are_is_refused() -> None:
    with pytest.raises(CannotDerive, match="额定5kW：在用3个多于可用2个") as refusal:
        racks([RackRow(D(5), 2, 3)], RACK)
    assert refusal.value.message_en == "5 kW: 3 in use of only 2"


def test_cards_give_the_peak_and_its_domestic_share() -> None:
    cards = [CardRow("甲", 1000, D("320.5"), True), CardRow("乙", 500, D("312"), False)]
    peak, share = compute(cards)
    assert (peak.code, peak.value) == ("fp16_peak", D("476.5"))
    assert peak.steps == (
        "甲：1000张×320.5TFLOPS=320.5PFLOPS",
        "乙：500张×312TFLOPS=156PFLOPS",
        "合计476.5PFLOPS",
    )
    assert share is not None
    assert share.value == D("67.261280")  # 320.5 ÷ 476.5 = 67.26128016…
    assert efficiency(cards, D(2000)).value == D("238.25")
    assert efficiency(cards, D(2000)).steps == ("476.5PFLOPS÷2000kW=238.25GFLOPS/W",)


def test_no_power_gives_no_efficiency() -> None:
    with pytest.raises(CannotDerive, match="IT设备总功耗须大于0"):
        efficiency([CardRow("甲", 1, D(1), True)], D(0))


def year(total: str = "130", it: str = "100", renewable: str = "26") -> list[MeterRow]:
    months = [f"2023-{m:02}" for m in range(3, 13)] + ["2024-01", "2024-02"]
    return [MeterRow(month, D(total), D(it), D(renewable)) for month in months]


def test_a_year_of_meters_gives_pue_and_rer() -> None:
    pue, rer = energy(year(), 12)
    assert (pue.code, pue.value, rer.code, rer.value) == (
        "pue",
        D("1.3"),
        "renewable_ratio",
        20,
    )
    assert pue.steps == ("2023-03至2024-02：总1560kWh÷IT设备1200kWh=1.3",)
    assert rer.steps_en == ("2023-03 to 2024-02: renewable 312 kWh ÷ total 1560 kWh = 20%",)


def test_a_pue_just_below_its_limit_stays_below() -> None:
    pue, _ = energy(year(total="129.9999999999"), 12)
    assert pue.value == D("1.299999")


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (year()[:11], "须为连续12个月、每月一行"),
        ([*year()[:11], year()[0]], "须为连续12个月、每月一行"),
        ([*year()[:11], MeterRow("2024-03", D(1), D(1), D(0))], "须为连续12个月、每月一行"),
        ([*year()[:11], MeterRow("2024-13", D(1), D(1), D(0))], "月份“2024-13”应写作2024-01的样式"),
        (year(it="131"), "2023-03：IT设备耗电量131kWh大于总耗电量130kWh，PUE将小于1"),
        (year(it="0"), "IT设备耗电量合计为0"),
        (year(renewable="131"), "2023-03：可再生能源电量131kWh大于总耗电量130kWh"),
    ],
)
def test_meters_that_do_not_add_up_are_refused(rows: list[MeterRow], message: str) -> None:
    with pytest.raises(CannotDerive) as refusal:
        energy(rows, 12)
    assert refusal.value.message == message


def test_one_month_may_not_hide_behind_the_sum_of_the_year() -> None:
    rows = year()
    rows[4] = MeterRow(rows[4].month, D(100), D(101), D(0))
    with pytest.raises(CannotDerive) as refusal:
        energy(rows, 12)
    assert refusal.value.row == 4
    rows[4] = MeterRow(rows[4].month, D(100), D(100), D(100))
    assert energy(rows, 12)[0].code == "pue"


def test_months_may_come_in_any_order() -> None:
    assert energy(year()[::-1], 12) == energy(year(), 12)


def test_card_hours_give_both_shares() -> None:
    industrial, domestic = consumption(
        [UsageRow(True, D(50), D(10)), UsageRow(False, D(20), D("0.5"))]
    )
    assert (industrial.code, industrial.value) == ("industrial_compute_share", D("74.534161"))
    assert (domestic.code, domestic.value) == ("domestic_consumption_share", D("86.956521"))
    with pytest.raises(CannotDerive, match="卡时合计为0"):
        consumption([UsageRow(True, D(0), D(0))])


def test_an_enterprise_counts_once() -> None:
    rows = [
        EnterpriseRow("示例机械有限公司", "91350100M000100Y43"),
        EnterpriseRow("示例机械 有限公司", "91350100m000100y43 "),
        EnterpriseRow("示例机械有限公司"),
        EnterpriseRow("示例电子有限公司"),
        EnterpriseRow("示例 电子有限公司"),
        EnterpriseRow("示例化工有限公司"),
        EnterpriseRow("  "),
    ]
    found = enterprise_count(rows)
    assert (found.value, found.steps) == (3, ("名单共7行，去除重复后3家",))


@settings(deadline=None)
@given(
    st.integers(0, 10**12),
    st.integers(1, 10**12),
    st.sampled_from(["1.2", "1.25", "1.3", "1.5", "5", "20", "60", "65", "70", "80"]),
)
def test_cutting_never_changes_which_side_of_a_limit(part: int, whole: int, text: str) -> None:
    ratio, limit = Fraction(part, whole), D(text)
    assert (cut(ratio) < limit) is (ratio < Fraction(limit))
    assert (cut(ratio) >= limit) is (ratio >= Fraction(limit))
    assert 0 <= ratio - Fraction(cut(ratio)) < Fraction(1, 10**6)
