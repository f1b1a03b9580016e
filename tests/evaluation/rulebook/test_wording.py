"""The data against itself: printed wordings against limits, English beside Chinese, the counts."""

import re
from collections.abc import Iterator
from decimal import Decimal

import pytest
from pydantic import BaseModel

from evaluation.rulebook import CATEGORY_CODES, Edition, Indicator

CHINESE = re.compile(r"[\u4e00-\u9fff]")
CHINESE_DIGITS = {"三": 3, "五": 5}


def printed_number(wording: str) -> Decimal:
    """The one number of a printed requirement, in the indicator's unit."""
    found = re.search(r"(\d+(?:\.\d+)?)(T)?", wording.replace("FP16", ""))
    if found:
        return Decimal(found[1]) * (1000 if found[2] else 1)
    digit = re.search(r"等级([三五])以上", wording)
    assert digit, wording
    return Decimal(CHINESE_DIGITS[digit[1]])


@pytest.mark.parametrize("category", CATEGORY_CODES)
def test_a_printed_limit_is_the_limit_that_counts(edition: Edition, category: str) -> None:
    for indicator in edition.indicators:
        requirement = indicator.requirement(category)
        if indicator.kind == "threshold":
            assert printed_number(requirement.wording) == requirement.limit, indicator.code
            assert ("＜" in requirement.wording) is (indicator.comparison == "<")
            if indicator.code != "disaster_recovery":
                assert ("≥" in requirement.wording or "不低于" in requirement.wording) is (
                    indicator.comparison == ">="
                )


@pytest.mark.parametrize("category", CATEGORY_CODES)
def test_a_printed_level_is_the_level_that_counts(edition: Edition, category: str) -> None:
    printed = {
        "room_grade": {"A": "A级以上", "B": "B级以上", "C": "C级以上"},
        "backbone_link": {"provincial": "与省级", "municipal": "与地市级"},
        "research_level": {"national": "国家级", "provincial": "省部级", "municipal": "地市级"},
    }
    for code, words in printed.items():
        requirement = edition.indicator(code).requirement(category)
        assert words[str(requirement.at_least)] in requirement.wording


@pytest.mark.parametrize("category", CATEGORY_CODES)
def test_a_printed_part_is_a_part_that_counts(edition: Edition, category: str) -> None:
    monitoring = edition.indicator("operations_monitoring").requirement(category)
    rate = re.search(r"故障发现率≥(\d+)%", monitoring.wording)
    assert rate is not None
    assert monitoring.needs == {
        "round_the_clock": True,
        "fault_discovery_rate": Decimal(rate[1]),
    }
    security = edition.indicator("security_protection").requirement(category)
    assert (security.needs or {}).get("assessed", False) is ("测评" in security.wording)
    assert (security.needs or {})["level"] == 3


def shapes_in(thing: object) -> Iterator[BaseModel]:
    if isinstance(thing, BaseModel):
        yield thing
        for name in type(thing).model_fields:
            yield from shapes_in(getattr(thing, name))
    elif isinstance(thing, (tuple, list)):
        for entry in thing:
            yield from shapes_in(entry)
    elif isinstance(thing, dict):
        for entry in thing.values():
            yield from shapes_in(entry)


def test_every_english_text_is_there_and_is_english(edition: Edition) -> None:
    allowed = {"名", "区"}  # quoted characters of the standard inside an English sentence
    for shape in shapes_in(edition):
        for name in type(shape).model_fields:
            if not name.endswith("_en"):
                continue
            chinese, english = getattr(shape, name.removesuffix("_en")), getattr(shape, name)
            assert bool(chinese) == bool(english), (type(shape).__name__, name, chinese)
            assert chinese != english or not CHINESE.search(chinese), (name, chinese)
            if name not in ("text_en", "decision_en", "why_en"):
                assert not set(CHINESE.findall(english)) - allowed, english


def test_the_counts_of_the_standard(edition: Edition) -> None:
    assert [(g.dimension, g.points) for g in edition.groups] == [
        *[("A1", 15), ("A1", 25), ("A1", 25), ("A1", 35)],
        *[("A2", 15), ("A2", 25), ("A2", 10), ("A2", 10), ("A2", 20), ("A2", 20)],
        ("A3", None),
    ]
    assert len(edition.indicators) == 29
    assert [d.weight for d in edition.dimensions] == [Decimal(n) for n in ("0.5", "0.3", "0.2")]


def test_each_material_proves_what_the_evidence_column_says(edition: Edition) -> None:
    proved = {m.number: [i.code for i in edition.proved_by(m.number)] for m in edition.materials}
    assert proved[1] == [
        i.code for i in edition.indicators if i.dimension == "A1" and i.code != "enterprise_count"
    ]
    assert {number: proved[number] for number in range(2, 11)} == {
        2: [],
        3: ["enterprise_count"],
        4: ["room_grade", "security_protection", "disaster_recovery"],
        5: ["egress_bandwidth", "backbone_link"],
        6: ["rack_count", "rack_utilization"],
        7: ["storage_capacity", "fp16_peak"],
        8: ["pue", "renewable_ratio"],
        9: ["domestic_compute_share", "domestic_consumption_share"],
        10: [
            "energy_metering",
            "operations_monitoring",
            "access_architecture",
            "access_data_types",
            "access_exchange",
            "access_timeliness",
        ],
    }


def test_every_reading_of_an_indicator_knows_it(edition: Edition) -> None:
    of_rules = [r for i in edition.indicators for r in i.readings]
    assert list(edition.readings[: len(of_rules)]) == of_rules
    for indicator in edition.indicators:
        for reading in indicator.readings:
            assert reading.codes == (indicator.code,)
    assert all(r.codes == () for r in edition.readings[len(of_rules) :])


def shown(indicator: Indicator, raw: object, language: str) -> str:
    value, faults = indicator.parse(raw)
    assert faults == []
    return indicator.show(value, language)


@pytest.mark.parametrize(
    ("code", "raw", "chinese", "english"),
    [
        ("enterprise_count", 26, "26家", "26 enterprises"),
        ("industrial_compute_share", "41.50", "41.5%", "41.5%"),
        ("egress_bandwidth", 600, "600 Gbps", "600 Gbps"),
        ("pue", "1.280", "1.28", "1.28"),
        ("research_level", "provincial", "省部级", "provincial or ministerial"),
        ("energy_metering", True, "是", "yes"),
        ("industrial_policy", "4.5", "4.5分", "4.5 points"),
        ("virtualization", ["network", "compute"], "计算资源虚拟化、网络资源虚拟化",
         "compute virtualisation, network virtualisation"),
        ("virtualization", [], "无", "none"),
        ("security_protection", {"level": 3}, "安全保护等级（第几级）：3；通过等级测评：未填报",
         "protection level: 3; assessment passed: not given"),
        ("operations_monitoring", {"round_the_clock": False, "fault_discovery_rate": "99.2"},
         "7×24小时实时在线监控：否；故障发现率：99.2%",
         "real-time monitoring around the clock: no; fault discovery rate: 99.2%"),
    ],
)  # fmt: skip
def test_values_are_shown_with_unit(
    edition: Edition, code: str, raw: object, chinese: str, english: str
) -> None:
    indicator = edition.indicator(code)
    assert (shown(indicator, raw, "zh"), shown(indicator, raw, "en")) == (chinese, english)
    assert (indicator.show(None), indicator.show(None, "en")) == ("未填报", "not given")
