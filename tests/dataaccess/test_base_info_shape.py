from typing import Any

import pytest

from dataaccess.shapes import check_base_info, tables
from tests.dataaccess.bodies import base_info, without

LIMITS = {
    "单位名称": 256,
    "单位网址": 256,
    "负责人姓名": 32,
    "负责人职务": 64,
    "负责人联系电话": 32,
    "负责人邮箱地址": 64,
    "联系人姓名": 32,
    "联系人职务": 64,
    "联系人联系电话": 32,
    "联系人邮箱地址": 64,
    "单位联系地址": 256,
    "基地概况": 2048,
}


def faults(payload: Any) -> list[tuple[str, str]]:
    return [(fault["field"], fault["code"]) for fault in check_base_info(payload)[1]]


def message(payload: Any) -> str:
    [fault] = check_base_info(payload)[1]
    return fault["message"]


def test_the_table_has_17_fields_and_a_body_with_all_of_them_holds() -> None:
    assert len(tables.BASE_INFO.fields) == 17
    assert check_base_info(base_info()) == (base_info(), [])


@pytest.mark.parametrize("name", [field.name for field in tables.BASE_INFO.fields])
def test_every_field_is_required_and_not_empty(name: str) -> None:
    assert faults(without(base_info(), name)) == [(name, "required")]
    for empty in ("", "   ", "\u3000\n"):
        assert faults(base_info(**{name: empty})) == [(name, "empty")]
    assert faults(base_info(**{name: None})) == [(name, "type")]
    assert faults(base_info(**{name: 5})) == [(name, "type")]


@pytest.mark.parametrize(("name", "limit"), LIMITS.items())
def test_limits_are_characters_not_bytes_and_inclusive(name: str, limit: int) -> None:
    assert faults(base_info(**{name: "基" * (limit - 1)})) == []
    assert faults(base_info(**{name: "基" * limit})) == []
    assert faults(base_info(**{name: "😀" * limit})) == []
    assert faults(base_info(**{name: "基" * (limit + 1)})) == [(name, "too_long")]


def test_a_text_that_is_too_long_says_by_how_much() -> None:
    assert message(base_info(单位名称="基" * 257)) == "最多256个字符，当前257个，请缩短。"


@pytest.mark.parametrize(("value", "code"), [("示例\x00公司", "nul"), ("示例\ud800", "surrogate")])
def test_characters_that_cannot_be_kept_are_refused(value: str, code: str) -> None:
    assert faults(base_info(单位名称=value)) == [("单位名称", code)]
    assert faults(base_info(主体类型=value)) == [("主体类型", code)]


@pytest.mark.parametrize(
    "value", ["经济聚集区域节点", "省级节点", "城市节点", "行业节点", "算力网络枢纽节点"]
)
def test_the_printed_entity_types_and_the_extension(value: str) -> None:
    assert faults(base_info(主体类型=value)) == []


def test_another_entity_type_is_told_the_choices() -> None:
    assert message(base_info(主体类型="市级节点")) == (
        "“市级节点”不在可选值之中，请填写以下之一："
        "经济聚集区域节点、省级节点、城市节点、行业节点、算力网络枢纽节点。"
    )


def test_the_misprint_and_its_correction_name_the_same_field() -> None:
    printed = "是否为国家级省级产业园区或新型工业化师范基地"
    body = without(base_info(), tables.PARK)
    assert check_base_info({**body, printed: "否"}) == ({**body, tables.PARK: "否"}, [])
    assert faults({**body, printed: "否", tables.PARK: "否"}) == [(tables.PARK, "duplicate_name")]


@pytest.mark.parametrize(
    ("province", "city", "expected"),
    [
        ("370000", "370100", []),
        ("110000", "110100", []),
        ("410000", "410881", []),
        ("810000", "810000", []),
        ("110000", "110000", [("所在城市", "region")]),
        ("110000", "110105", [("所在城市", "region")]),
        ("110000", "370100", [("所在城市", "city_not_in_province")]),
        ("520000", "520500", [("所在城市", "region")]),
        ("370100", "370100", [("所在省份", "region")]),
        ("37", "3701", [("所在省份", "region"), ("所在城市", "region")]),
        ("山东省", "济南市", [("所在省份", "region"), ("所在城市", "region")]),
    ],
)
def test_places_are_codes_of_2007_and_a_city_lies_in_its_province(
    province: str, city: str, expected: list[tuple[str, str]]
) -> None:
    assert faults(base_info(所在省份=province, 所在城市=city)) == expected


def test_wrong_places_are_told_what_to_send() -> None:
    assert message(base_info(所在省份="520000", 所在城市="520500")) == (
        "520500（毕节市）是2007年之后的代码，本接口采用 GB/T 2260-2007，请填写 522400。"
    )
    assert message(base_info(所在省份="110000", 所在城市="110000")) == (
        "“110000”不是地市级代码，请填写 110100（北京市）。"
    )
    assert message(base_info(所在省份="110000")) == (
        "370100（济南市）不在110000（北京市），请核对省份与城市代码。"
    )


@pytest.mark.parametrize(
    ("value", "stored"),
    [
        ("116.43351,39.90851", "116.43351,39.90851"),
        ("116.43351, 39.90851", "116.43351,39.90851"),
        ("116.43351，39.90851", "116.43351,39.90851"),
        ("87,43", "87,43"),
    ],
)
def test_a_location_is_longitude_then_latitude(value: str, stored: str) -> None:
    values, found = check_base_info(base_info(基地所在位置=value))
    assert (values["基地所在位置"], found) == (stored, [])


def test_a_pair_the_wrong_way_round_is_told_so() -> None:
    assert message(base_info(基地所在位置="39.90851,116.43351")) == (
        "经度与纬度写反了，应为“116.43351,39.90851”："
        "请按“经度,纬度”填写 BD-09ll 坐标，如 116.43351,39.90851。"
    )


@pytest.mark.parametrize(
    "value", ["116.4", "116.4,39.9,1", "东经116,北纬39", "1e2,39", "2.35,48.85"]
)
def test_what_is_no_place_in_china_is_refused(value: str) -> None:
    assert faults(base_info(基地所在位置=value)) == [("基地所在位置", "format")]


def test_every_fault_is_named_at_once() -> None:
    body = without(
        base_info(单位名称="", 所在城市="520500", 主体类型="x", 基地所在位置="39,116"), "基地概况"
    )
    assert sorted(faults({**body, "备注": "y"})) == [
        ("主体类型", "choice"),
        ("单位名称", "empty"),
        ("基地所在位置", "swapped"),
        ("基地概况", "required"),
        ("备注", "unknown"),
        ("所在城市", "region"),
    ]


@pytest.mark.parametrize("payload", [None, [], "x", 5, True])
def test_what_is_no_object_is_refused(payload: Any) -> None:
    assert faults(payload) == [("", "type")]
