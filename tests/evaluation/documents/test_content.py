"""What the documents say: everything that each must hold, frozen as JSON."""

import json
from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation

from evaluation.actions import application as actions
from evaluation.demo import journey
from evaluation.demo.tables import PROVINCE_VALUES
from evaluation.documents.content import application, panel
from evaluation.documents.content.common import day, filled, number, numeral, size
from evaluation.documents.order import version_code
from evaluation.edition import edition_of
from evaluation.models import Kind, PanelScore, ScoreRun
from evaluation.rulebook import load_edition
from tests.evaluation.cast import make_cast
from tests.evaluation.documents.conftest import A_DAY

# The database is set up only where a test says that it needs one.
pytestmark = pytest.mark.django_db

Said = Callable[[str], dict[str, Any]]


def test_each_kind_is_issued_and_is_json(issued: dict[str, Any]) -> None:
    assert set(issued) == {kind.value for kind in Kind}
    for kind, (frozen, code) in issued.items():
        assert json.loads(json.dumps(frozen)) == frozen
        # The application carries the code of its form instead, as on the sealed paper.
        assert (version_code(frozen) == code) == (kind not in ("application", "application_print"))


def test_a_document_names_itself_and_its_case(said: Said) -> None:
    document = said("report")["document"]
    assert document["kind"] == "report"
    assert document["number"].startswith("工智评报〔")
    assert document["case"] == said("report")["case"]["number"]
    assert document["example"] is True


def test_the_version_code_changes_with_one_character(said: Said) -> None:
    frozen = said("minutes")
    before = version_code(frozen)
    frozen["leader"] += "。"
    assert version_code(frozen) != before


def test_the_application_has_the_cover_as_printed_and_all_indicators(said: Said) -> None:
    frozen = said("application")
    assert [label for label, _text in frozen["cover"]] == [
        "申报单位名称",
        "地址及邮编",
        "单位负责人",
        "申报联系人",
        "联系电话",
        "填报日期",
    ]
    assert frozen["made_by"] == "2024 年制"
    assert [c["title"] for c in frozen["conditions"]] == [
        "组织与保障",
        "产业集聚",
        "服务能力",
        "高质量发展",
    ]
    assert [len(section["rows"]) for section in frozen["sections"]] == [10, 15, 4]
    assert [m["number"] for m in frozen["materials"]] == [str(n) for n in range(1, 11)]
    assert all(
        len(m["files"]) == 1 and len(m["files"][0]["sha256"]) == 64 for m in frozen["materials"]
    )


def test_the_agreement_names_parties_and_seven_steps_and_no_fee(said: Said) -> None:
    frozen = said("agreement")
    steps = [p["steps"] for s in frozen["sections"] for p in s["paragraphs"] if "steps" in p]
    assert len(steps) == 1
    assert [line[0] for line in steps[0]] == list("1234567")
    assert frozen["case"]["applicant"] == "示例智算科技有限公司"
    text = json.dumps(frozen, ensure_ascii=False)
    assert "{" not in frozen["preamble"]
    assert "元" not in text
    assert frozen["sections"][0]["title"] == "第一条　评估对象与申报类别"


def test_the_pledge_holds_seven_promises_of_this_expert(said: Said) -> None:
    frozen = said("pledge")
    assert [item["title"] for item in frozen["items"]] == [
        "一、回避",
        "二、胜任",
        "三、独立公正",
        "四、保密",
        "五、廉洁纪律",
        "六、报告干预",
        "七、承担责任",
    ]
    assert frozen["expert"] == "专家马"
    assert frozen["duty"] == "专家评审"
    assert frozen["case"]["number"] in frozen["preamble"]


def test_the_site_record_has_the_difference_beside_the_declared_value(said: Said) -> None:
    rows = {r["code"]: r for s in said("site_record")["sections"] for r in s["rows"]}
    assert len(rows) == 25
    bandwidth = rows["egress_bandwidth"]
    assert (bandwidth["declared"], bandwidth["observed"]) == ("600 Gbps", "480 Gbps")
    assert bandwidth["verdict"] == "不符合"
    assert bandwidth["instrument"] == "网络测试仪 N-1，读数480 Gbps"
    assert bandwidth["difference"] == "两条链路中的一条未开通。"
    assert rows["room_grade"]["verdict"] == "符合"
    assert rows["room_grade"]["photos"] == 1
    assert said("site_record")["different"] == 1
    assert rows["egress_bandwidth"]["documented_value"] == "600 Gbps（合同）"
    assert [d["name"] for d in said("site_record")["differences"]] == [
        rows["egress_bandwidth"]["name"]
    ]


def test_the_site_record_carries_what_was_signed_on_site(said: Said) -> None:
    team, applicant = said("site_record")["signatures"]
    assert (team["label"], team["position"], len(team["lines"])) == ("现场评估组", "组长", 2)
    assert (applicant["name"], applicant["lines"]) == ("示例联络人", [])
    assert applicant["signed_at"] != ""


def test_the_visit_plan_says_who_comes_when_and_verifies_what(said: Said) -> None:
    plan = said("visit_plan")
    assert [member["leader"] for member in plan["team"]] == [True, False]
    assert [row["begins"] for row in plan["schedule"]] == ["09:00", "09:30", "14:00", "17:30"]
    names = {member["name"] for member in plan["team"]}
    assert {row["verifier"] for group in plan["groups"] for row in group["rows"]} == names


def test_a_score_sheet_shows_its_own_points_only(said: Said) -> None:
    frozen = said("score_sheet")
    rows = {row["code"]: row for row in frozen["judged"]}
    assert frozen["expert"] == "专家马"
    assert (rows["industrial_policy"]["points"], rows["industrial_policy"]["max"]) == ("5", "5")
    assert "评3分的理由" not in json.dumps(frozen, ensure_ascii=False)
    verified = {r["code"]: r for s in frozen["sections"] for r in s["rows"]}
    assert (verified["egress_bandwidth"]["points"], verified["egress_bandwidth"]["met"]) == (
        "0",
        False,
    )
    assert verified["access_exchange"]["points"] == "—"


def test_the_minutes_tell_consolidation_overruling_and_dissent(said: Said) -> None:
    frozen = said("minutes")
    policy = next(r for r in frozen["consolidated"] if r["name"] == "产业政策")
    assert (policy["awards"], policy["aggregate"], policy["final"]) == ("3、5", "4", "4")
    assert policy["reason"] == "合议取整。"
    assert [(r["name"], r["final"], r["reason"]) for r in frozen["overruled"]] == [
        ("机架利用率", "70%", "按物理空间重新折算。")
    ]
    assert frozen["dissent"] == [
        "（一）产业政策：一位专家评3分，最终得分4分。其理由：评3分的理由。",
        "（二）产业政策：一位专家评5分，最终得分4分。其理由：评5分的理由。",
    ]
    assert [m["name"] for m in frozen["panel"]] == ["专家何", "专家马"]
    assert frozen["leader"] == "专家何"


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ([("5", "无。")], []),  # above the final points, and nothing said
        ([("5", "")], []),
        ([("5", "措施完备")], ["评5分，最终得分4分。其理由：措施完备。"]),
        ([("3", "缺文件！")], ["评3分，最终得分4分。其理由：缺文件！"]),
        ([("4", "与最终得分相同")], []),
    ],
)
def test_the_minutes_name_what_is_lower_or_has_a_reason(
    given: list[tuple[str, str]], told: list[str]
) -> None:
    scores = [PanelScore(points=Decimal(p), reason=r) for p, r in given]
    edition = load_edition()
    points = [{"code": indicator.code, "points": "4"} for indicator in edition.indicators]
    run = ScoreRun(result={"indicators": points})
    said = panel._dissent(edition, defaultdict(list, industrial_policy=scores), run)
    assert [sentence.split("一位专家")[1] for sentence in said] == told


def test_the_report_gives_every_indicator_with_its_values(said: Said) -> None:
    frozen = said("report")
    rows = {r["code"]: r for s in frozen["sections"] for r in s["rows"]}
    assert len(rows) == 29
    assert rows["egress_bandwidth"] | {"group": "", "evidence": ""} == {
        "code": "egress_bandwidth",
        "group": "",
        "clause": "8.3.1 b)",
        "name": "网络带宽能力",
        "mandatory": False,
        "requirement": "数据中心出口总带宽≥500Gbps",
        "declared": "600 Gbps",
        "observed": "480 Gbps",
        "final": "480 Gbps",
        "evidence": "",
        "points": "0",
        "max": "5",
        "met": False,
        "state": "不符合",
        "note": "还差20 Gbps",
    }
    assert rows["egress_bandwidth"]["evidence"] == "材料5（1份）"
    assert [d["name"] for d in frozen["differences"]] == ["网络带宽能力"]
    assert [row["id"] for row in frozen["scores"]] == ["A1", "A2", "A3", "A"]
    assert frozen["conclusion"]["qualified"] is True


def test_the_chart_adds_up_to_the_dimensions(said: Said) -> None:
    frozen = said("report")
    groups = frozen["groups"]
    assert [(g["name"], g["max"]) for g in groups][:4] == [
        ("组织与保障", "15"),
        ("产业集聚", "25"),
        ("服务能力", "25"),
        ("高质量发展", "35"),
    ]
    facility = next(g for g in groups if g["name"] == "基础设施环境")
    assert (facility["points"], facility["share"]) == ("10", "66.67")
    technical = sum(float(g["points"]) for g in groups if g["dimension"] == "A2")
    assert technical == float(frozen["scores"][1]["points"])


def test_the_deficiency_notice_says_what_is_wrong_and_what_to_send(said: Said) -> None:
    (defect,) = said("deficiency_notice")["defects"]
    assert defect["what"].startswith("材料4　")
    assert defect["clauses"] == ["表1", "8.3.1 a)", "8.3.4 a)", "8.3.4 b)"]
    assert defect["wrong"] == "示例：缺机房等级证书。"
    assert defect["send"] == "待评估基地机房环境建设等级评估证明材料，1份（纸质/电子版）"


def test_the_notice_names_the_place_applied_for_and_the_period(said: Said) -> None:
    frozen = said("notice")
    assert (
        frozen["case"]["name_applied_for"] == "国家工业互联网大数据中心工业智算基地（山东）省级节点"
    )
    assert frozen["case"]["name_applied_for"] in frozen["outcome"]
    assert frozen["starts_on"] == frozen["dated"]
    assert frozen["working_days"].isdigit()


def test_the_certificate_points_to_its_verification(said: Said) -> None:
    frozen = said("certificate")
    assert frozen["verify_url"] == f"http://localhost:8000/verify/{frozen['number']}/"
    assert frozen["name_en"].endswith("Provincial Node")
    assert frozen["holder"] == "示例智算科技有限公司"


def test_the_review_notice_cites_its_grounds(said: Said) -> None:
    frozen = said("review_notice")
    assert [g["clause"] for g in frozen["grounds"]] == ["10.4.1", "10.4.2", "10.4.3"]
    assert frozen["topics"][0] == (
        "（一）遵守相关法律法规（遵守国家法律法规、名义的使用、收费行为）；"
    )
    assert frozen["topics"][-1] == "（五）申报时以承诺材料满足的数据接入要求的兑现情况。"
    assert frozen["year"] == "1"


def test_the_rectification_notice_lists_what_is_wrong_with_its_clause(said: Said) -> None:
    frozen = said("rectification_notice")
    assert [(i["number"], i["name"], i["clause"], i["wrong"]) for i in frozen["items"]] == [
        ("1", "每日数据上报", "8.4.4 a)", "示例：连续缺报，请恢复每日上报。")
    ]
    assert frozen["deadline"] == "2026年3月1日"
    assert [g["clause"] for g in frozen["grounds"]] == ["10.4.3"]


def test_the_revocation_notice_says_what_why_and_on_which_clauses(said: Said) -> None:
    frozen = said("revocation_notice")
    assert frozen["certificate"] == said("certificate")["number"]
    assert frozen["reason"] == "示例：整改后仍达不到要求。"
    assert [g["clause"] for g in frozen["grounds"]] == ["10.4.3", "10.3.1"]
    assert "有权取消" in frozen["grounds"][0]["text"]


def test_documents_are_chinese_for_an_english_reader() -> None:
    from tests.evaluation.cast import make_cast

    with translation.override("en"):
        document = make_cast().case_in("submitted").documents.get(kind="application")
    assert document.title == "评估申报书"
    assert document.content["sections"][0]["name"] == "产业价值评估"


def test_braces_in_a_name_are_not_filled_in() -> None:
    assert filled("甲方{applicant}在{place}", {"applicant": "{place}公司", "place": "山东"}) == (
        "甲方{place}公司在山东"
    )
    with pytest.raises(KeyError):
        filled("{nobody}", {})


@pytest.mark.parametrize(
    ("count", "text"),
    [(1, "一"), (9, "九"), (10, "十"), (11, "十一"), (20, "二十"), (35, "三十五"), (99, "九十九")],
)
def test_numerals(count: int, text: str) -> None:
    assert numeral(count) == text


def test_small_texts() -> None:
    assert day(A_DAY) == "2026年3月1日"
    assert [number(value) for value in ("4.50", "10", "0.0")] == ["4.5", "10", "0"]
    assert [size(count) for count in (1, 1023, 1024, 1536 * 1024)] == [
        "1 B",
        "1023 B",
        "1.0 KB",
        "1.5 MB",
    ]


def test_the_application_prints_what_was_computed_and_not_what_was_typed_before() -> None:
    """A number typed before the list took over is dropped when the version is frozen, and every
    computed field prints its value."""
    cast = make_cast()
    case = cast.new_case()
    journey.fill(case, cast.lin, PROVINCE_VALUES)
    table = case.tables.get(key="clustering")
    typed = {**table.content, "enterprise_count": "20"}
    actions.save_table(cast.lin, case, "clustering", typed, table.version)
    declaration = actions.submit(cast.lin, case)
    assert "enterprise_count" not in declaration.tables["clustering"]
    frozen = application(declaration)
    printed = {
        item["label"]: item["text"]
        for items in (
            *(condition["items"] for condition in frozen["conditions"]),
            frozen["technical"]["items"],
        )
        for item in items
    }
    wanted = ["enterprise_count", "industrial_compute_share", "compute_efficiency", "pue"]
    edition = edition_of(case)
    form = [field for table in edition.form for field in table.fields]
    labels = {field.derived_by: field.label for field in form if field.derived_by in wanted}
    assert {code: printed[labels[code]] for code in wanted} == {
        "enterprise_count": "26 家",
        "industrial_compute_share": "41.5 %",
        "compute_efficiency": "120 GFLOPS/W",
        "pue": "1.28",
    }


def test_the_application_tells_proof_from_commitment() -> None:
    cast = make_cast()
    case = cast.new_case()
    journey.fill(case, cast.lin, PROVINCE_VALUES)
    table = case.tables.get(key="data_access")
    chosen = {**table.content, "access_exchange": "commitment", "access_timeliness": "technical"}
    actions.save_table(cast.lin, case, "data_access", chosen, table.version)
    frozen = application(actions.submit(cast.lin, case))
    said = {row["code"]: row["declared"] for row in frozen["sections"][-1]["rows"]}
    assert (said["access_exchange"], said["access_timeliness"]) == ("承诺材料", "技术证明材料")
