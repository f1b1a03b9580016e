import ipaddress
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dataaccess.shapes import check_events, tables
from dataaccess.shapes.types import AssetType, Method
from tests.dataaccess.bodies import event, without

NOW = datetime(2026, 7, 26, 2, 0, 0, 500_000, tzinfo=UTC)  # 10:00:00.5 in Shanghai


def faults(payload: Any) -> list[tuple[str, str]]:
    good, rejected = check_events([payload], NOW)
    assert len(good) + len(rejected) == 1
    return [(fault["field"], fault["code"]) for each in rejected for fault in each["errors"]]


def said(payload: Any) -> str:
    _good, [rejected] = check_events([payload], NOW)
    [fault] = rejected["errors"]
    return fault["message"]


def test_the_table_has_10_fields_all_required() -> None:
    assert len(tables.SECURITY_EVENT.fields) == 10
    assert faults(event()) == []
    for field in tables.SECURITY_EVENT.fields:
        assert faults(without(event(), field.name)) == [(field.name, "required")]
        assert faults(event(**{field.name: ""})) == [(field.name, "empty")]
        assert faults(event(**{field.name: 1})) == [(field.name, "type")]


@pytest.mark.parametrize(("name", "limit"), [("攻击事件ID", 128), ("攻击事件描述", 512)])
def test_limits(name: str, limit: int) -> None:
    assert faults(event(**{name: "事" * (limit - 1)})) == []
    assert faults(event(**{name: "事" * limit})) == []
    assert faults(event(**{name: "事" * (limit + 1)})) == [(name, "too_long")]


@pytest.mark.parametrize("name", ["攻击者IP", "攻击目标IP"])
def test_a_list_of_addresses_may_have_256_characters(name: str) -> None:
    full = ",".join(["10.0.0.1"] * 28)  # 251
    assert faults(event(**{name: full + ",::12"})) == []  # 256
    assert faults(event(**{name: full + ",::123"})) == [(name, "too_long")]


@pytest.mark.parametrize(
    ("value", "stored"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("203.0.113.7, 203.0.113.8", "203.0.113.7,203.0.113.8"),
        ("203.0.113.7，2001:db8::7", "203.0.113.7,2001:db8::7"),
        (" 203.0.113.7 ，\u3000::1 ", "203.0.113.7,::1"),
        ("::ffff:203.0.113.7", "::ffff:203.0.113.7"),
    ],
)
def test_addresses_are_stored_with_ascii_commas_and_no_blanks(value: str, stored: str) -> None:
    [good], rejected = check_events([event(攻击者IP=value)], NOW)
    assert (good["攻击者IP"], rejected) == (stored, [])


@pytest.mark.parametrize(
    "value",
    [
        "203.0.113.256",
        "203.0.113",
        "203.0.113.07",
        "0203.0.113.7",
        "203.0.113.7,",
        ",203.0.113.7",
        "203.0.113.7,,203.0.113.8",
        "203.0.113.7;203.0.113.8",
        "203.0.113.0/24",
        "fe80::1%eth0",
        "2001:db8::7::1",
        "1:2:3:4:5:6:7:8:9",
        "12345::",
        "[::1]",
        "example.org",
        "２０３.0.113.7",
        "203.0.113.7\n",
    ],
)
def test_what_is_no_address_is_refused(value: str) -> None:
    assert faults(event(攻击者IP=value)) == [("攻击者IP", "ip")]


def test_the_address_at_fault_is_named() -> None:
    assert said(event(攻击者IP="203.0.113.7,203.0.113.08")) == (
        "第2个地址“203.0.113.08”不是 IPv4 或 IPv6 地址，"
        "请填写如 203.0.113.7 或 2001:db8::7，各段不带前导零，多个地址用逗号分隔。"
    )
    assert said(event(攻击者IP="203.0.113.7,,::1")) == "第2个地址为空，请去掉多余的逗号。"


hex_groups = st.lists(st.text("0123456789abcdefABCDEF", max_size=5), min_size=1, max_size=9)
nearly_ipv6 = st.tuples(hex_groups, st.sampled_from(["", ":", "::", ":1.2.3.4", ":1.2.3"])).map(
    lambda parts: ":".join(parts[0]) + parts[1]
)
nearly_ipv4 = st.lists(st.integers(0, 300).map(str) | st.just("01"), min_size=3, max_size=5).map(
    ".".join
)


@given(
    st.one_of(
        st.ip_addresses().map(str), st.ip_addresses(v=6).map(lambda ip: ip.exploded),
        nearly_ipv6, nearly_ipv4,
    )
)  # fmt: skip
def test_an_address_is_what_the_standard_library_takes_for_one(text: str) -> None:
    try:
        ipaddress.ip_address(text)
        expected: list[tuple[str, str]] = []
    except ValueError:
        expected = [("攻击者IP", "ip" if text else "empty")]
    assert faults(event(攻击者IP=text)) == expected


@pytest.mark.parametrize(
    "value",
    [
        "2024-07-26T10:20:35",
        "2024-07-26 10:20",
        "2024-07-26 10:20:35.5",
        "2024-07-26 10:20:35Z",
        "2024-07-26 10:20:35+08:00",
        "2024/07/26 10:20:35",
        "2024-7-26 10:20:35",
        "24-07-26 10:20:35",
        "2024-W30-5 10:20:35",
        "2024-07-26  10:20:35",
        " 2024-07-26 10:20:35",
        "2024-07-26 10:20:35\n",
        "２０２４-07-26 10:20:35",
        "2023-02-29 10:20:35",
        "2024-02-30 10:20:35",
        "2024-04-31 10:20:35",
        "2024-13-01 10:20:35",
        "2024-00-01 10:20:35",
        "2024-01-00 10:20:35",
        "1900-02-29 10:20:35",
        "2024-07-26 24:00:00",
        "2024-07-26 10:60:00",
        "2024-07-26 10:20:60",
        "0000-01-01 00:00:00",
        "1899-12-31 23:59:59",
        "1900-02-29 00:00:00",
    ],
)
def test_a_time_has_exactly_one_form_and_exists(value: str) -> None:
    assert faults(event(攻击时间=value)) == [("攻击时间", "format")]


@given(st.dates(date(1900, 1, 1), date(2999, 12, 31)), st.times())
def test_every_real_time_up_to_tomorrow_is_accepted(day: Any, time: Any) -> None:
    moment = datetime.combine(day, time.replace(microsecond=0))
    text = f"{moment.year:04}-{moment:%m-%d %H:%M:%S}"
    late = moment > datetime(2026, 7, 27, 10, 0, 0)
    assert faults(event(攻击时间=text)) == ([("攻击时间", "future")] if late else [])


def test_more_than_24_hours_ahead_is_an_error() -> None:
    assert faults(event(攻击时间="2026-07-27 10:00:00")) == []
    assert faults(event(攻击时间="2026-07-27 10:00:01")) == [("攻击时间", "future")]
    on_the_second = NOW.replace(microsecond=0)
    ahead = event(攻击时间="2026-07-27 10:00:00")
    assert check_events([ahead], on_the_second)[1] == []
    assert len(check_events([ahead], on_the_second - timedelta(milliseconds=1))[1]) == 1


def test_codes_are_those_of_tables_b2_and_b3() -> None:
    assert list(Method.__args__) == list(tables.ATTACK_METHODS)
    assert list(AssetType.__args__) == list(tables.ASSET_TYPES)
    for number in range(1, 13):
        assert faults(event(攻击手段=f"G{number:03}")) == []
    for wrong in ("G000", "G013", "g001", "G1", "系统漏洞"):
        assert faults(event(攻击手段=wrong)) == [("攻击手段", "choice")]
    for number in range(1, 8):
        assert faults(event(被攻击资产类型=f"Z{number:03}")) == []
    for wrong in ("Z000", "Z008"):
        assert faults(event(被攻击资产类型=wrong)) == [("被攻击资产类型", "choice")]


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("是否仍在攻击", ["是", "否"]),
        ("当前防御处理状态", ["未处理", "处理中", "已处理"]),
        ("攻击危险程度", ["低", "中", "高"]),
    ],
)
def test_choices(name: str, values: list[str]) -> None:
    assert [faults(event(**{name: value})) for value in values] == [[] for _ in values]
    assert faults(event(**{name: "未知"})) == [(name, "choice")]
    assert faults(event(**{name: True})) == [(name, "type")]


def test_a_batch_keeps_its_order_and_names_the_refused_by_their_place() -> None:
    english = {field.english: event()[field.name] for field in tables.SECURITY_EVENT.fields} | {
        "event_id": "second"
    }
    good, rejected = check_events(
        [event(攻击事件ID="first"), 5, english, event(攻击手段="G099"), event(攻击事件ID="last")],
        NOW,
    )
    assert [each["攻击事件ID"] for each in good] == ["first", "second", "last"]
    assert [each["index"] for each in rejected] == [1, 3]


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from([f.name for f in tables.SECURITY_EVENT.fields]), anything))
def test_whatever_comes_is_either_clean_or_refused_with_reasons(changes: dict[str, Any]) -> None:
    good, rejected = check_events([event(**changes)], NOW)
    if rejected:
        assert {fault["field"] for fault in rejected[0]["errors"]} <= set(changes)
        assert all(fault["message"] for fault in rejected[0]["errors"])
    else:
        assert set(good[0]) == {field.name for field in tables.SECURITY_EVENT.fields}
