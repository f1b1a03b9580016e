"""The application form: what it declares, what it derives, what is still missing."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from evaluation.rulebook import Edition, score
from evaluation.rulebook.form import SOURCES, declared_values, missing, table_faults

D = Decimal


def complete() -> dict[str, dict[str, Any]]:
    """A form in which nothing is missing, by raw rows where there are any."""
    person = {
        "name": "张三",
        "position": "主任",
        "phone": "010-12345678",
        "email": "zhang@example.cn",
    }
    months = [f"2023-{month:02}" for month in range(1, 13)]
    return {
        "cover": {
            "applicant_name": "示例智算有限公司",
            "address": "示例市示例路1号 100000",
            "head_name": "李四",
            "contact_name": "张三",
            "phone": "010-12345678",
            "filled_on": "2024-07-26",
        },
        "organisation": {
            "name": "示例智算有限公司",
            "region": "370700",
            "entity_type": "city",
            "website": "https://example.cn",
            "is_park": False,
            "place_name": "潍坊",
        },
        "head": person,
        "contact": person,
        "base": {
            "contact_address": "示例市示例路1号",
            "location": "示例市示例园区",
            "overview": "占地十亩。",
        },
        "support": {
            "industrial_policy_text": "符合。",
            "industrial_policy": "5",
            "development_plan_text": "有。",
            "development_plan": "4.5",
            "operation_plan_text": "有。",
            "operation_plan": "",
        },
        "clustering": {
            "enterprises": [
                {"name": f"示例企业{n}", "field": "机械", "document_kind": "contract"}
                for n in range(12)
            ],
            "enterprise_count": "99",
        },
        "service": {
            "consumption_text": "服务机械行业。",
            "usage": [
                {
                    "sector": "machinery",
                    "domestic_card_hours": "60",
                    "other_card_hours": "10",
                },
                {
                    "sector": "non_industrial",
                    "domestic_card_hours": "10",
                    "other_card_hours": "20",
                },
            ],
            "virtualization_text": "有。",
            "virtualization": ["compute", "storage", "network"],
        },
        "development": {
            "efficiency_text": "见清单。",
            "it_power_kw": "2000",
            "public_service_text": "有平台。",
            "public_service": "3",
            "rd_text": "持续投入。",
            "rd_investment": "350",
            "research_text": "有课题。",
            "research_level": "municipal",
        },
        "other": {},
        "technical": {
            "room_grade": "B",
            "egress_bandwidth": "160",
            "backbone_link": "provincial",
            "storage_capacity": "6",
            "racks": [{"rated_kw": "5", "count": "300", "in_use": "240"}],
            "cards": [
                {"model": "甲", "count": "1000", "peak_tflops": "400", "domestic": True},
                {"model": "乙", "count": "500", "peak_tflops": "312"},
            ],
            "energy_metering": True,
            "round_the_clock": True,
            "fault_discovery_rate": "99.2",
            "security_level": "3",
            "security_assessed": False,
            "disaster_recovery": "3",
            "meters": [
                {"month": month, "total_kwh": "130", "it_kwh": "100", "renewable_kwh": "13"}
                for month in months
            ],
        },
        "data_access": {
            "access_architecture": "technical",
            "access_data_types": "commitment",
            "access_exchange": "technical",
            "access_timeliness": "none",
        },
        "opinion": {"opinion": "同意申报。", "truthful": True, "signed_on": "2024-07-26"},
    }


def test_a_form_declares_what_the_scorer_takes(edition: Edition) -> None:
    declared = declared_values(edition, complete())
    assert declared.faults == ()
    assert declared.values == {
        "industrial_policy": 5,
        "development_plan": D("4.5"),
        "enterprise_count": 12,
        "industrial_compute_share": 70,
        "virtualization": ("compute", "storage", "network"),
        "compute_efficiency": 278,
        "public_service": 3,
        "rd_investment": 350,
        "research_level": "municipal",
        "room_grade": "B",
        "egress_bandwidth": 160,
        "backbone_link": "provincial",
        "storage_capacity": 6,
        "rack_count": 600,
        "rack_utilization": 80,
        "fp16_peak": 556,
        "energy_metering": True,
        "operations_monitoring": {"round_the_clock": True, "fault_discovery_rate": D("99.2")},
        "security_protection": {"level": 3, "assessed": False},
        "disaster_recovery": 3,
        "pue": D("1.3"),
        "renewable_ratio": 10,
        "domestic_compute_share": D("71.942446"),
        "domestic_consumption_share": 70,
        "access_architecture": True,
        "access_data_types": True,
        "access_exchange": True,
        "access_timeliness": False,
    }
    assert list(declared.values) == [
        i.code for i in edition.indicators if i.code in declared.values
    ]
    assert declared.commitments == ("access_data_types",)
    card = score(edition, "city", declared.values)
    dimensions = [found.points for found in card.dimensions]
    assert dimensions == [D("92.5"), 100, 0]


def test_every_derived_value_shows_its_working(edition: Edition) -> None:
    declared = declared_values(edition, complete())
    assert {d.code for d in declared.derivations} == {
        field.indicator for table in edition.form for field in table.fields if field.derived_by
    }
    for derivation in declared.derivations:
        assert declared.values[derivation.code] == derivation.value
        assert derivation.steps
        assert len(derivation.steps) == len(derivation.steps_en)
    assert declared.derivation("room_grade") is None


def test_without_rows_what_was_typed_counts(edition: Edition) -> None:
    tables = complete()
    tables["clustering"]["enterprises"] = []
    tables["technical"] |= {"racks": None, "cards": [], "rack_count": "510", "fp16_peak": "499.9"}
    values = declared_values(edition, tables).values
    assert (values["enterprise_count"], values["rack_count"], values["fp16_peak"]) == (
        99,
        510,
        D("499.9"),
    )
    assert "compute_efficiency" not in values
    assert "rack_utilization" not in values


def test_faulty_rows_derive_nothing_and_are_named(edition: Edition) -> None:
    tables = complete()
    tables["technical"]["racks"] = [
        {"rated_kw": "5", "count": "300", "in_use": "240"},
        {"rated_kw": "abc", "count": "1.5"},
    ]
    tables["technical"]["rack_count"] = "510"
    declared = declared_values(edition, tables)
    assert declared.values["rack_count"] == 510
    assert [fault.path for fault in declared.faults] == [
        "technical.racks[1].rated_kw",
        "technical.racks[1].count",
        "technical.racks[1].in_use",
    ]
    found = [entry for entry in missing(edition, tables) if entry.level == "error"]
    assert [(entry.field, entry.row) for entry in found] == [("racks", 1)] * 3


def test_rows_that_do_not_add_up_are_an_error(edition: Edition) -> None:
    tables = complete()
    tables["technical"]["meters"] = tables["technical"]["meters"][:11]
    tables["technical"]["pue"] = "1.1"
    declared = declared_values(edition, tables)
    assert declared.values["pue"] == D("1.1")
    errors = [entry for entry in missing(edition, tables) if entry.level == "error"]
    assert [(e.table, e.field, e.message) for e in errors] == [
        ("technical", "meters", "须为连续12个月、每月一行")
    ]


def test_meter_data_of_a_month_to_come_are_an_error(edition: Edition) -> None:
    tables = complete()
    last = max(row["month"] for row in tables["technical"]["meters"])
    year, month = map(int, last.split("-"))
    assert missing(edition, tables, date(year, month, 1)) == ()
    (found,) = missing(edition, tables, date(year, month, 1) - timedelta(days=1))
    assert (found.field, found.message) == ("meters", f"{last}尚未到来，须为已有的电表数据")


def test_it_power_is_above_zero(edition: Edition) -> None:
    tables = complete()
    tables["development"]["it_power_kw"] = "0"
    assert [e.message for e in missing(edition, tables) if e.level == "error"] == [
        "IT设备总功耗须大于0"
    ]


def test_an_indicator_of_several_fields_is_named_once(edition: Edition) -> None:
    tables = complete()
    del tables["technical"]["security_level"], tables["technical"]["security_assessed"]
    assert [entry.field for entry in missing(edition, tables)] == ["security_level"]


def test_a_complete_form_misses_nothing(edition: Edition) -> None:
    assert missing(edition, complete()) == ()


def test_an_empty_form_names_every_required_field(edition: Edition) -> None:
    found = missing(edition, {})
    errors = [(entry.table, entry.field) for entry in found if entry.level == "error"]
    required = [
        (table.key, field.key) for table in edition.form for field in table.fields if field.required
    ]
    mandatory = [
        ("clustering", "enterprise_count"),
        ("service", "virtualization"),
        ("technical", "fp16_peak"),
    ]
    assert sorted(errors) == sorted(required + mandatory)
    advice = {entry.field for entry in found if entry.level == "advice"}
    assert "pue" in advice
    assert "industrial_policy" not in advice
    assert [edition.form_table(entry.table).number for entry in found] == sorted(
        edition.form_table(entry.table).number for entry in found
    )


def test_a_message_is_a_sentence(edition: Edition) -> None:
    tables = complete()
    del tables["cover"]["phone"]
    tables["organisation"]["is_park"] = None
    tables["opinion"]["truthful"] = False
    del tables["technical"]["room_grade"]
    assert [(e.field, e.level, e.message) for e in missing(edition, tables)] == [
        ("phone", "error", "请填写“联系电话”"),
        ("is_park", "error", "请选择“是否为国家级、省级产业园区或新型工业化产业示范基地”"),
        ("room_grade", "advice", "“机房环境建设”未填报，将按不满足计"),
        ("truthful", "error", "须勾选“我单位承诺所填内容和所附材料真实、准确、完整”"),
    ]


@pytest.mark.parametrize(
    ("table", "field", "raw", "message"),
    [
        ("cover", "applicant_name", "示" * 257, "应在256字以内，实际257字"),
        ("cover", "applicant_name", 7, "应为文字，实际为7"),
        ("cover", "filled_on", "2024-02-30",
         '应为如2024-07-26的日期，实际为字符串"2024-02-30"'),
        ("cover", "filled_on", "20240726", '应为如2024-07-26的日期，实际为字符串"20240726"'),
        ("cover", "phone", "一二三", '应为电话号码，实际为字符串"一二三"'),
        ("head", "email", "a@b", '应为邮箱地址，实际为字符串"a@b"'),
        ("organisation", "website", "javascript:alert(1)",
         '应为以http://或https://开头的网址，实际为字符串"javascript:alert(1)"'),
        ("organisation", "region", "37070", '应为六位行政区划代码，实际为字符串"37070"'),
        ("organisation", "is_park", "yes", '应为true或false，实际为字符串"yes"'),
        ("technical", "room_grade", "D", '应为none、C、B、A之一，实际为字符串"D"'),
        ("technical", "pue", "0.99", '应为不小于1的数值，实际为字符串"0.99"'),
        ("technical", "fp16_peak", "1e16", '应为不超过10的15次方的数值，实际为字符串"1e16"'),
        ("technical", "security_level", "6", '应为0至5之间的整数，实际为字符串"6"'),
        ("development", "rd_investment", "0.0000000000001",
         '应为小数不超过12位的数值，实际为字符串"0.0000000000001"'),
        ("support", "industrial_policy", "5.5", '应为0至5之间的数值，实际为字符串"5.5"'),
        ("technical", "racks", "3", '应为若干行，实际为字符串"3"'),
        ("technical", "racks", [3], "应为一行，实际为3"),
        ("technical", "racks", [{}] * 201, "应至多200行，实际201行"),
    ],
)  # fmt: skip
def test_a_fault_says_what_was_expected(
    edition: Edition, table: str, field: str, raw: Any, message: str
) -> None:
    faults = table_faults(edition.form_table(table), {field: raw})
    assert [fault.message for fault in faults] == [message]


def test_blanks_are_no_faults_and_answers_are_no_blanks(edition: Edition) -> None:
    table = edition.form_table("technical")
    assert table_faults(table, {"racks": [], "room_grade": "", "pue": None}) == ()
    tables = complete()
    tables["technical"]["energy_metering"] = False
    tables["technical"]["disaster_recovery"] = "0"
    values = declared_values(edition, tables).values
    assert (values["energy_metering"], values["disaster_recovery"]) == (False, 0)


def test_a_field_of_an_indicator_asks_what_the_indicator_takes(edition: Edition) -> None:
    technical = edition.form_table("technical")
    grade, level = technical.field("room_grade"), technical.field("security_level")
    assert [choice.key for choice in grade.choices] == ["none", "C", "B", "A"]
    assert (level.kind, level.minimum, level.maximum) == ("integer", 0, 5)
    points = edition.form_table("support").field("industrial_policy")
    assert (points.kind, points.maximum, points.unit) == ("decimal", 5, "分")


def test_the_tables_follow_appendix_a(edition: Edition) -> None:
    assert [table.title for table in edition.form] == [
        "封面",
        "单位信息",
        "负责人",
        "联系人",
        "待评估基地概况",
        "组织与保障",
        "产业集聚",
        "服务能力",
        "高质量发展",
        "其他",
        "技术能力（附页）",
        "数据接入",
        "单位意见",
    ]


def test_every_derivation_of_the_form_names_what_it_reads(edition):
    derived = {f.derived_by for table in edition.form for f in table.fields if f.derived_by}
    assert SOURCES.keys() == derived
    for sources in SOURCES.values():
        for table, field in sources:
            assert edition.form_table(table).field(field)
