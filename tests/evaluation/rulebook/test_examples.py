"""Ten declarations whose scores were worked out by hand, and the words that explain them."""

from decimal import Decimal
from typing import Any

from evaluation.rulebook import Edition, Scorecard, all_categories, other_categories, score
from tests.evaluation.rulebook.conftest import EXAMPLES, figures


def card(edition: Edition, category: str, raw: dict[str, Any]) -> Scorecard:
    parsed = edition.parse_values(raw)
    assert parsed.faults == ()
    return score(edition, category, parsed.values)


def test_the_ten_examples_score_as_worked_out(edition: Edition, example: dict[str, Any]) -> None:
    result = card(edition, example["category"], example["values"])
    points = [result.A1, result.A2, result.A3, result.A]
    assert points == [Decimal(number) for number in example["scores"]]
    assert result.qualified is example["qualified"]
    shown = result.as_json()
    assert [shown[key] for key in ("A1", "A2", "A3", "A")] == example["scores"]


def test_there_are_ten_examples() -> None:
    assert len(EXAMPLES) == 10


def test_a_qualified_base_has_no_reasons(edition: Edition) -> None:
    result = card(edition, "computing_hub", figures("everything_met"))
    assert (result.reasons, result.reasons_en, result.failed_mandatory) == ((), (), ())


def test_a_mandatory_failure_is_named_with_its_clause(edition: Edition) -> None:
    result = card(edition, "city", figures("fp16_just_short"))
    assert result.failed_mandatory == ("fp16_peak",)
    assert result.reasons == (
        "必备项“FP16算力峰值”不满足要求（要求算力峰值≥500PFlops，填报为499.9 PFLOPS），"
        "技术能力评测计分为零（9.3）。",
        "技术能力评测得分A2为0分，少于60分（10.1）。",
        "总得分A为70分，未超过80分（10.1）。",
    )
    assert result.reasons_en == (
        "The mandatory item “FP16 peak” is not met (required: peak of at least 500 PFLOPS; "
        "given: 499.9 PFLOPS), so Technical capability scores zero (9.3).",
        "Technical capability A2 is 0, less than 60 (10.1).",
        "The total A is 70, not above 80 (10.1).",
    )


def test_a_failed_dimension_still_shows_what_its_indicators_earned(edition: Edition) -> None:
    result = card(edition, "city", figures("fp16_just_short"))
    technical = result.dimensions[1]
    assert (technical.points, technical.earned, technical.failed) == (0, 90, ("fp16_peak",))
    assert result.step("pue").points == 15


def test_a_missing_proof_is_named(edition: Edition) -> None:
    result = card(edition, "computing_hub", figures("one_proof_missing"))
    assert result.reasons[0] == (
        "数据接入的各项指标未同时满足（数据上报时限），数据接入要求计分为零（9.4）。"
    )
    assert result.failed_mandatory == ()


def test_an_empty_declaration_scores_nothing_and_says_so(edition: Edition) -> None:
    result = score(edition, "industry", {})
    assert (result.A1, result.A2, result.A3, result.A) == (0, 0, 0, 0)
    assert {step.state for step in result.steps} == {"missing"}
    assert {step.note() for step in result.steps} == {"未填报"}
    assert result.reasons[0] == (
        "必备项“垂类工业产业链上下游企业数量”不满足要求（要求数量≥10，未填报），"
        "产业价值评估计分为零（9.2）。"
    )


def test_every_step_knows_how_far_from_its_limit(edition: Edition) -> None:
    result = card(edition, "computing_hub", figures("pue_exactly_at_limit"))
    pue = result.step("pue")
    assert (pue.met, pue.distance) == (False, 0)
    assert pue.note() == "恰为限值，须低于限值"
    research = result.step("rd_investment")
    assert research.distance == 10
    assert research.note() == "还差10万元/年"
    assert research.note("en") == "CNY 100,000 a year short"
    assert result.step("fp16_peak").distance == -600
    assert result.step("fp16_peak").distance_text() == "高于要求600 PFLOPS"


def test_the_part_that_fails_is_named(edition: Edition) -> None:
    raw = figures("everything_met")
    raw["operations_monitoring"]["fault_discovery_rate"] = "98.9"
    raw["virtualization"] = ["compute"]
    result = card(edition, "computing_hub", raw)
    assert result.step("operations_monitoring").note() == "未满足：故障发现率≥99%"
    assert result.step("virtualization").note() == "未满足：存储资源虚拟化、网络资源虚拟化"
    assert result.step("virtualization").note("en") == (
        "not met: storage virtualisation, network virtualisation"
    )


def test_the_json_has_one_entry_for_each_rule_in_order(edition: Edition) -> None:
    shown = card(edition, "city", figures("city_at_its_limits")).as_json()
    assert [entry["code"] for entry in shown["indicators"]] == [
        indicator.code for indicator in edition.indicators
    ]
    assert shown["indicators"][3] == {
        "code": "enterprise_count",
        "name": "垂类工业产业链上下游企业数量",
        "dimension": "A1",
        "clause": "8.2.2",
        "mandatory": True,
        "requirement": "数量≥10",
        "value": "10",
        "state": "met",
        "met": True,
        "points": "25",
        "max": "25",
        "distance": "0",
        "note": "",
        "note_en": "",
    }
    proofs = shown["indicators"][25:]
    assert [(entry["points"], entry["max"]) for entry in proofs] == [(None, None)] * 4


def test_the_other_categories_are_advice(edition: Edition) -> None:
    values = edition.parse_values(figures("everything_met")).values
    assert other_categories(edition, "computing_hub", values) == ("province", "city", "industry")
    cards = all_categories(edition, values)
    assert {code: result.A for code, result in cards.items()} == {
        "economic_region": 50,  # 46 enterprises are too few
        "computing_hub": 100,
        "province": 100,
        "city": 100,
        "industry": Decimal("92.5"),  # 55 % is less than an industry's share
    }
