"""Filling in Appendix A: everything typed is kept, faults stand beside their field."""

import json
import re
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from evaluation.actions import application
from evaluation.demo import journey
from evaluation.demo.tables import PROVINCE_VALUES, enterprises, usage
from evaluation.edition import edition_of
from evaluation.models import DraftTable, Evaluation
from evaluation.rulebook import load_edition
from portal.ledger.models import AuditEvent
from tests.evaluation.applicant.pages import read, sent_by, text_of
from tests.evaluation.cast import Cast, signed_in

KEYS = [table.key for table in load_edition("2024").form]


@pytest.fixture
def case(cast: Cast) -> Evaluation:
    return cast.new_case()


@pytest.fixture
def client(cast: Cast) -> Client:
    return signed_in(cast.lin)


def url(case: Evaluation, key: str) -> str:
    return f"/cases/{case.number}/form/{key}/"


def draft(case: Evaluation, key: str) -> DraftTable:
    return case.tables.get(key=key)


def post(client: Client, case: Evaluation, key: str, **typed: Any) -> Any:
    """Change some fields of the page as it stands, and save."""
    sent: dict[str, Any] = dict(sent_by(client.get(url(case, key))))
    return client.post(url(case, key), {**sent, **typed})


def test_every_table_sent_back_untouched_is_the_same_table(cast: Cast, case: Evaluation) -> None:
    journey.fill(case, cast.lin, PROVINCE_VALUES)
    before = {table.key: (table.content, table.version) for table in case.tables.all()}
    client = signed_in(cast.han)
    for key in KEYS:
        response = client.post(url(case, key), sent_by(client.get(url(case, key))))
        assert (key, response.status_code) == (key, 302)
    after = {table.key: (table.content, table.version) for table in case.tables.all()}
    assert after == before


@pytest.mark.parametrize(
    ("key", "field", "typed", "kept"),
    [
        ("cover", "applicant_name", "  示例单位 ", "示例单位"),
        ("cover", "filled_on", "2026-03-02", "2026-03-02"),
        ("cover", "phone", "010-88886666", "010-88886666"),
        ("head", "email", "head@example.org", "head@example.org"),
        ("organisation", "website", "https://example.org/a", "https://example.org/a"),
        ("organisation", "region", "370100", "370100"),
        ("organisation", "is_park", "false", False),
        ("base", "overview", "第一段\r\n\r\n第二段", "第一段\n\n第二段"),
        ("support", "industrial_policy", "4.5", "4.5"),
        ("service", "virtualization", ["compute", "network"], ["compute", "network"]),
        ("technical", "room_grade", "A", "A"),
        ("technical", "egress_bandwidth", "1,200", "1200"),
        ("technical", "energy_metering", "true", True),
        ("technical", "security_level", "3", "3"),
        ("technical", "fault_discovery_rate", "99.5", "99.5"),
        ("technical", "disaster_recovery", "5", "5"),
        ("data_access", "access_exchange", "commitment", "commitment"),
        ("opinion", "truthful", "true", True),
    ],
)
def test_every_kind_of_field_comes_back_as_it_was_typed(
    client: Client, case: Evaluation, key: str, field: str, typed: Any, kept: Any
) -> None:
    post(client, case, key, **{field: typed})
    assert draft(case, key).content[field] == kept
    again = sent_by(client.get(url(case, key)))
    assert client.post(url(case, key), again).status_code == 302
    assert draft(case, key).content[field] == kept


def test_rows_come_back_in_their_order_without_blank_ones(client: Client, case: Evaluation) -> None:
    post(
        client,
        case,
        "technical",
        **{
            "cards-4-model": "示例卡乙",
            "cards-4-count": "10",
            "cards-4-peak_tflops": "320",
            "cards-4-domestic": "true",
            "cards-5-model": " ",
            "cards-7-model": "示例卡\n甲",
            "cards-7-domestic": "false",
        },
    )
    assert draft(case, "technical").content["cards"] == [
        {"model": "示例卡乙", "count": "10", "peak_tflops": "320", "domestic": True},
        {"model": "示例卡 甲", "domestic": False},
    ]


def test_a_half_filled_faulty_table_is_saved_and_says_what_is_wrong(
    client: Client, case: Evaluation
) -> None:
    response = post(
        client,
        case,
        "technical",
        egress_bandwidth="约六百",
        **{"racks-0-rated_kw": "八千瓦", "racks-0-count": "10"},
    )
    assert response.status_code == 302
    assert draft(case, "technical").content == {
        "egress_bandwidth": "约六百",
        "racks": [{"rated_kw": "八千瓦", "count": "10"}],
    }
    page = client.get(url(case, "technical"))
    assert sent_by(page)["egress_bandwidth"] == ["约六百"]
    assert sent_by(page)["racks-0-rated_kw"] == ["八千瓦"]
    html = page.content.decode()
    bandwidth = html[html.index('id="id_egress_bandwidth_error"') :][:200]
    assert "应为数字，单位Gbps，如1000" in bandwidth
    assert "实际为" not in bandwidth
    assert "应为数字，单位kW，如1000" in html[html.index('id="id_racks-0-rated_kw_error"') :][:200]
    assert "请填写“其中上电在用”" in html[html.index('id="id_racks-0-in_use_error"') :][:200]


def test_a_text_too_long_is_kept_and_measured(client: Client, case: Evaluation) -> None:
    text = "长" * 2049
    post(client, case, "base", overview=text)
    page = client.get(url(case, "base"))
    assert sent_by(page)["overview"] == [text]
    assert "“待评估基地概况”应在2048字以内，实际2049字" in text_of(page)


def test_what_was_typed_is_never_run_as_markup(client: Client, case: Evaluation) -> None:
    evil = '</textarea><script>alert(1)</script>"'
    post(client, case, "technical", **{"cards-0-model": evil})
    page = client.get(url(case, "technical"))
    assert "<script>alert" not in page.content.decode()
    assert sent_by(page)["cards-0-model"] == [evil]


def test_without_scripts_rows_are_added_and_removed_by_submitting(
    client: Client, case: Evaluation
) -> None:
    rows = usage(Decimal(40), Decimal(60))[:3]
    typed = {f"usage-{i}-{k}": v for i, row in enumerate(rows) for k, v in row.items()}
    response = post(client, case, "service", **typed, add_row="usage")
    assert response["Location"] == f"{url(case, 'service')}?rows=usage#id_usage"
    more = sent_by(client.get(response["Location"]))
    assert [k for k in more if k.endswith("-sector")] == [f"usage-{i}-sector" for i in range(8)]
    post(client, case, "service", remove_row="usage-1")
    assert draft(case, "service").content == {"usage": [rows[0], rows[2]]}


def test_a_derived_value_stands_beside_its_rows_and_no_typed_one_behind_it(
    cast: Cast, client: Client, case: Evaluation
) -> None:
    application.save_table(cast.lin, case, "clustering", {"enterprises": enterprises(21)}, 0)
    post(client, case, "clustering", enterprise_count="3")
    page = client.get(url(case, "clustering"))
    assert "21 家 名单共21行，去除重复后21家" in text_of(page)
    assert draft(case, "clustering").content == {}
    assert case.enterprises.count() == 21


def test_a_computed_value_goes_with_its_rows(cast: Cast, case: Evaluation, client: Client) -> None:
    """Cards give the peak, its domestic share and, with the power of table 8, the efficiency."""
    journey.fill(case, cast.lin, PROVINCE_VALUES)
    computed = ("fp16_peak", "domestic_compute_share")
    stale = {**draft(case, "technical").content, **dict.fromkeys(computed, "500")}
    # As drafts were saved before, and as an old page may still send it.
    case.tables.filter(key="technical").update(content=stale)
    page: dict[str, Any] = dict(sent_by(client.get(url(case, "technical"))))
    assert [page[key] for key in computed] == [[""], [""]]
    cleared = {**page, **{key: "" for key in page if key.startswith("cards-")}}
    told = autosave(client, case, "technical", cleared).json()
    saved = draft(case, "technical").content
    assert [key for key in ("cards", *computed) if key in saved] == []
    assert "compute_efficiency" not in draft(case, "development").content
    assert "“FP16算力峰值”为必备项，须填报" in told["parts"]
    assert "A2 得 0 分" in told["parts"]
    cleared |= {"version": told["version"], "base": json.dumps(told["base"])}
    autosave(client, case, "technical", {**cleared, "fp16_peak": "450"})
    assert draft(case, "technical").content["fp16_peak"] == "450"


def test_a_value_typed_beside_rows_that_give_it_is_sent_back_empty(
    cast: Cast, case: Evaluation, client: Client
) -> None:
    post(client, case, "technical", fp16_peak="500")
    assert draft(case, "technical").content == {"fp16_peak": "500"}
    page: dict[str, Any] = dict(sent_by(client.get(url(case, "technical"))))
    card = {"model": "示例卡", "count": "10", "peak_tflops": "300", "domestic": "true"}
    rows = {f"cards-0-{key}": value for key, value in card.items()}
    lines = autosave(client, case, "technical", {**page, **rows}).json()["lines"]
    assert list(lines) == ["fp16_peak"]
    assert 'name="fp16_peak"' in lines["fp16_peak"]
    assert "500" not in lines["fp16_peak"]


def test_what_the_portal_knows_is_offered_once(client: Client, case: Evaluation) -> None:
    sent = sent_by(client.get(url(case, "organisation")))
    assert {key: sent[key] for key in ("name", "region")} == {
        "name": ["示例智算科技有限公司"],
        "region": ["370100"],
    }
    post(client, case, "organisation", name="")
    assert sent_by(client.get(url(case, "organisation")))["name"] == [""]


def test_what_the_case_says_is_shown_and_not_asked_again(
    cast: Cast, client: Client, case: Evaluation
) -> None:
    page = client.get(url(case, "organisation"))
    assert not {"entity_type", "place_name"} & sent_by(page).keys()
    assert "主体类型 省级节点 更改申报类别" in text_of(page)
    assert "拟认定名称中的（XX） 山东 更改申报类别" in text_of(page)
    post(client, case, "organisation", entity_type="city", place_name="济南市")
    application.change_scope(cast.lin, case, category="industry", place="钢铁")
    said = application.tables_of(case)["organisation"]
    assert (said["entity_type"], said["place_name"]) == ("industry", "钢铁")


def test_the_foot_says_who_saved_it_and_when(client: Client, case: Evaluation) -> None:
    assert "尚未保存" in text_of(client.get(url(case, "other")))
    post(client, case, "other", features_text="余热供暖。")
    saved = draft(case, "other")
    assert saved.saved_at is not None
    when = timezone.localtime(saved.saved_at)
    clock = f"{when.year}年{when.month}月{when.day}日 {when:%H:%M}"
    assert f"已保存 {clock} 林工" in text_of(client.get(url(case, "other")))


def test_the_form_leads_to_the_first_table_that_is_not_complete(
    cast: Cast, client: Client, case: Evaluation
) -> None:
    assert client.get(f"/cases/{case.number}/form/")["Location"] == url(case, "cover")
    journey.fill(case, cast.lin, PROVINCE_VALUES)
    # Nothing is left to fill in: to the table that was saved last, not away from the form.
    last = edition_of(case).form[-1].key
    assert client.get(f"/cases/{case.number}/form/")["Location"] == url(case, last)
    application.save_table(cast.lin, case, "head", {}, draft(case, "head").version)
    assert client.get(f"/cases/{case.number}/form/")["Location"] == url(case, "head")


# Two people, one table


@pytest.fixture
def quarrel(cast: Cast, case: Evaluation) -> tuple[Client, dict[str, Any]]:
    """韩梅 has opened the table; meanwhile 林工 saved it with a new plan and other points."""
    begun = {
        "development_plan_text": "旧规划",
        "development_plan": "3",
        "operation_plan_text": "旧计划",
    }
    application.save_table(cast.lin, case, "support", begun, 0)
    han = signed_in(cast.han)
    open_page: dict[str, Any] = dict(sent_by(han.get(url(case, "support"))))
    theirs = {**begun, "development_plan_text": "林工的规划", "development_plan": "5"}
    application.save_table(cast.lin, case, "support", theirs, 1)
    return han, open_page


def test_a_conflict_keeps_mine_and_shows_theirs(
    case: Evaluation, quarrel: tuple[Client, dict[str, Any]]
) -> None:
    han, page = quarrel
    mine = {**page, "development_plan_text": "韩梅的规划", "operation_plan_text": "韩梅的计划"}
    response = han.post(url(case, "support"), mine)
    assert response.status_code == 422
    assert draft(case, "support").content["development_plan_text"] == "林工的规划"
    sent = sent_by(response)
    assert sent["development_plan_text"] == ["韩梅的规划"]
    assert sent["operation_plan_text"] == ["韩梅的计划"]
    words = text_of(response)
    assert "用我填写的 韩梅的规划 用 林工 保存的 林工的规划" in words
    # What only one of us changed is not asked.
    assert sent["development_plan"] == ["5"]
    # Nothing is chosen beforehand: nobody overwrites by habit.
    choices = {k: v for k, v in sent.items() if k.startswith("choose-")}
    assert (sent["disputed"], choices) == (["development_plan_text"], {})
    assert "请先选择一边" not in words.split("保存本表", 1)[0]


def test_changes_in_different_fields_are_joined_without_a_question(
    case: Evaluation, quarrel: tuple[Client, dict[str, Any]]
) -> None:
    han, page = quarrel
    both = {
        "development_plan_text": "林工的规划",
        "development_plan": "5",
        "operation_plan_text": "韩梅的计划",
    }
    answer = autosave(han, case, "support", {**page, "operation_plan_text": "韩梅的计划"})
    assert (answer.status_code, draft(case, "support").content) == (200, both)
    told = answer.json()
    assert told["merged"] == "林工 同时改了待评估基地的发展规划、发展规划自评分，已一并保存。"
    assert {key: text in told["lines"][key] for key, text in list(both.items())[:2]} == {
        "development_plan_text": True,
        "development_plan": True,
    }
    # The page goes on from what it shows now: it takes nothing back.
    shown = {**page, **{k: v for k, v in both.items() if k != "operation_plan_text"}}
    shown |= {"version": told["version"], "base": json.dumps(told["base"])}
    assert (
        autosave(han, case, "support", {**shown, "operation_plan_text": "再改"}).status_code == 200
    )
    assert draft(case, "support").content == {**both, "operation_plan_text": "再改"}


def test_without_scripts_the_joined_table_comes_back_and_says_so(
    case: Evaluation, quarrel: tuple[Client, dict[str, Any]]
) -> None:
    han, page = quarrel
    response = han.post(url(case, "support"), {**page, "operation_plan_text": "韩梅的计划"})
    assert response.status_code == 302
    again = han.get(url(case, "support"))
    assert "林工 同时改了待评估基地的发展规划、发展规划自评分，已一并保存。" in text_of(again)
    assert sent_by(again)["development_plan_text"] == ["林工的规划"]


def test_two_begin_an_empty_table_at_once(cast: Cast, case: Evaluation, client: Client) -> None:
    han = signed_in(cast.han)
    pages = [dict(sent_by(each.get(url(case, "organisation")))) for each in (client, han)]
    client.post(url(case, "organisation"), {**pages[0], "name": "林工写的单位"})
    han.post(url(case, "organisation"), {**pages[1], "website": "https://example.org/"})
    assert draft(case, "organisation").content == {
        "name": "林工写的单位",
        "region": "370100",
        "website": "https://example.org/",
    }


@pytest.mark.parametrize(("choice", "plan"), [("mine", "韩梅的规划"), ("theirs", "林工的规划")])
def test_choosing_and_saving_again_settles_a_conflict(
    case: Evaluation, quarrel: tuple[Client, dict[str, Any]], choice: str, plan: str
) -> None:
    han, page = quarrel
    response = han.post(url(case, "support"), {**page, "development_plan_text": "韩梅的规划"})
    chosen = {**sent_by(response), "choose-development_plan_text": choice}
    assert han.post(url(case, "support"), chosen).status_code == 302
    assert draft(case, "support").content == {
        "development_plan_text": plan,
        "development_plan": "5",
        "operation_plan_text": "旧计划",
    }


def test_without_a_choice_nothing_is_saved_and_nothing_is_lost(
    case: Evaluation, quarrel: tuple[Client, dict[str, Any]]
) -> None:
    han, page = quarrel
    mine = {**page, "development_plan_text": "韩梅的规划", "operation_plan_text": "韩梅的计划"}
    before = draft(case, "support").content
    undecided = sent_by(han.post(url(case, "support"), mine))
    again = han.post(url(case, "support"), undecided)
    assert (again.status_code, draft(case, "support").content) == (422, before)
    assert "待评估基地的发展规划 ：请先选择一边" in text_of(again)
    assert "用我填写的 韩梅的规划 用 林工 保存的 林工的规划" in text_of(again)
    chosen = {**sent_by(again), "choose-development_plan_text": "theirs"}
    assert han.post(url(case, "support"), chosen).status_code == 302
    assert draft(case, "support").content == {**before, "operation_plan_text": "韩梅的计划"}


def test_my_own_other_window_is_called_so(cast: Cast, case: Evaluation, client: Client) -> None:
    page: dict[str, Any] = dict(sent_by(client.get(url(case, "other"))))
    application.save_table(cast.lin, case, "other", {"features_text": "余热供暖"}, 0)
    words = text_of(client.post(url(case, "other"), {**page, "features_text": "液冷"}))
    assert "您在另一个窗口于" in words
    assert "用我填写的 液冷 用另一个窗口保存的 余热供暖" in words


def test_rows_of_both_sides_can_be_joined(cast: Cast, case: Evaluation) -> None:
    one, two, three = usage(Decimal(40), Decimal(60))[:3]
    application.save_table(cast.lin, case, "service", {"usage": [one]}, 0)
    han = signed_in(cast.han)
    page: dict[str, Any] = dict(sent_by(han.get(url(case, "service"))))
    application.save_table(cast.lin, case, "service", {"usage": [one, two]}, 1)
    page |= {f"usage-1-{k}": v for k, v in three.items()}
    response = han.post(url(case, "service"), page)
    assert two["other_card_hours"] in text_of(response)
    han.post(url(case, "service"), {**sent_by(response), "choose-usage": "both"})
    assert draft(case, "service").content == {"usage": [one, three, two]}


def test_a_row_that_both_changed_is_shown_as_one_row_with_what_differs(
    cast: Cast, case: Evaluation
) -> None:
    row = usage(Decimal(40), Decimal(60))[0]
    application.save_table(cast.lin, case, "service", {"usage": [row]}, 0)
    han = signed_in(cast.han)
    page: dict[str, Any] = dict(sent_by(han.get(url(case, "service"))))
    mine = {"usage": [{**row, "other_card_hours": "81"}]}
    application.save_table(cast.lin, case, "service", mine, 1)
    response = han.post(url(case, "service"), {**page, "usage-0-other_card_hours": "82"})
    words = text_of(response)
    assert words.count("同一行两边填得不同，共 1 行") == 2
    assert "另一边没有的" not in words
    assert "两边填得不同的同一行会各留一份，共出现两次。" in words
    assert re.findall(r"<mark>(.*?)</mark>", response.content.decode()) == ["82", "81"]


def test_saving_the_same_again_is_no_conflict(case: Evaluation, client: Client) -> None:
    page = sent_by(client.get(url(case, "other")))
    typed = {**page, "features_text": "余热供暖。"}
    assert client.post(url(case, "other"), typed).status_code == 302
    assert client.post(url(case, "other"), typed).status_code == 302
    assert draft(case, "other").version == 1


def test_a_table_saved_without_content_says_what_it_lacks(case: Evaluation, client: Client) -> None:
    assert post(client, case, "head").status_code == 302
    assert (draft(case, "head").version, draft(case, "head").content) == (1, {})
    page = text_of(client.get(url(case, "head")))
    assert "还有 4 处需要填写或改正，不影响保存" in page
    assert "还有 4 处需填写或改正 ↑" in page  # at the foot, beside the button
    post(client, case, "head")
    assert draft(case, "head").version == 1


# A table that saves itself


def autosave(client: Client, case: Evaluation, key: str, sent: dict[str, Any]) -> Any:
    return client.post(f"{url(case, key)}autosave/", sent)


def test_an_autosave_keeps_what_is_typed_and_tells_the_score_of_it(
    cast: Cast, case: Evaluation, client: Client
) -> None:
    journey.fill(case, cast.lin, PROVINCE_VALUES)
    sent: dict[str, Any] = dict(sent_by(client.get(url(case, "technical"))))
    sent |= {
        "pue": "1.31",
        "renewable_ratio": "22",
        **{k: "" for k in sent if k.startswith("meters-")},
    }
    answer = autosave(client, case, "technical", sent).json()
    saved = draft(case, "technical")
    assert saved.content["pue"] == "1.31"
    assert answer["version"] == saved.version
    assert "A2 得 85 分" in answer["parts"]
    assert 'id="derived-pue"></div>' in answer["parts"]
    when = timezone.localtime(saved.saved_at)
    clock = f"{when.year}年{when.month}月{when.day}日 {when:%H:%M}"
    words = " ".join(re.sub(r"<[^>]+>", " ", answer["parts"]).split())
    assert f"已保存 {clock} 林工" in words


def test_an_autosave_tells_faults_by_the_inputs_as_they_are_numbered_in_the_page(
    case: Evaluation, client: Client
) -> None:
    sent: dict[str, Any] = dict(sent_by(client.get(url(case, "technical"))))
    sent |= {"pue": "甚低", "cards-1-model": " ", "cards-7-model": "示例卡", "cards-7-count": "2.5"}
    assert autosave(client, case, "technical", sent).json()["faults"] == {
        "id_cards-7-count": ["应为不小于0的整数"],
        "id_cards-7-peak_tflops": ["请填写“单卡FP16稠密峰值”"],
        "id_pue": ["应为数字，如1000"],
    }
    assert draft(case, "technical").content == {
        "cards": [{"model": "示例卡", "count": "2.5"}],
        "pue": "甚低",
    }


def test_a_sitting_of_autosaves_is_one_event_and_a_press_one_more(
    cast: Cast, case: Evaluation, client: Client
) -> None:
    def events() -> list[dict[str, Any]]:
        found = AuditEvent.objects.filter(action="evaluation.save_table", case=case.number)
        return [{"actor": event.actor_name, **event.data} for event in found.order_by("seq")]

    page: dict[str, Any] = dict(sent_by(client.get(url(case, "other"))))
    del page["writer"]
    for version, text in enumerate(["余", "余热", "余热供暖"]):
        autosave(client, case, "other", {**page, "features_text": text, "version": version})
    autosave(signed_in(cast.han), case, "other", {**page, "features_text": "无", "version": 3})
    pressed = {**page, "features_text": "有", "version": 4, "pressed": "1"}
    autosave(signed_in(cast.han), case, "other", pressed)
    assert events() == [
        {"actor": "lin", "table": "other", "version": 1},
        {"actor": "han", "table": "other", "version": 4},
        {"actor": "han", "table": "other", "version": 5},
    ]


def test_a_page_of_another_account_is_not_saved(
    cast: Cast, case: Evaluation, client: Client
) -> None:
    page = {**sent_by(client.get(url(case, "other"))), "features_text": "余热"}
    assert autosave(signed_in(cast.han), case, "other", page).status_code == 403
    assert signed_in(cast.han).post(url(case, "other"), page).status_code == 403
    assert draft(case, "other").content == {}


def test_a_page_whose_answer_was_lost_does_not_conflict_with_itself(
    case: Evaluation, client: Client
) -> None:
    page: dict[str, Any] = {**sent_by(client.get(url(case, "other"))), "tab": "one"}
    assert autosave(client, case, "other", {**page, "features_text": "余热"}).status_code == 200
    again = {**page, "features_text": "余热供暖"}  # still of version 0
    assert autosave(client, case, "other", again).status_code == 200
    assert draft(case, "other").content == {"features_text": "余热供暖"}
    elsewhere = {**page, "features_text": "风冷", "tab": "two"}
    assert autosave(client, case, "other", elsewhere).status_code == 409


def test_an_autosave_against_anothers_save_changes_nothing_and_names_the_fields(
    case: Evaluation, quarrel: tuple[Client, dict[str, Any]]
) -> None:
    han, page = quarrel
    before = draft(case, "support").content
    answer = autosave(han, case, "support", {**page, "development_plan_text": "韩梅的规划"})
    assert answer.status_code == 409
    assert draft(case, "support").content == before
    told = " ".join(answer.json()["meanwhile"].split())
    assert "林工 于" in told
    assert "待评估基地的发展规划。您的内容还在本页，没有覆盖对方。" in told


def test_saves_in_different_fields_that_agree_need_no_choice(cast: Cast, case: Evaluation) -> None:
    """The other page brought nothing that this one would take away."""
    application.save_table(cast.lin, case, "support", {"operation_plan": "3"}, 0)
    han = signed_in(cast.han)
    page: dict[str, Any] = dict(sent_by(han.get(url(case, "support"))))
    changed = {"operation_plan": "3", "development_plan": "4"}
    application.save_table(cast.lin, case, "support", changed, 1)
    mine = {**page, "development_plan": "4", "industrial_policy": "2"}
    assert autosave(han, case, "support", mine).status_code == 200
    assert draft(case, "support").content == {**changed, "industrial_policy": "2"}


def test_whoever_comes_back_is_led_to_the_table_they_left(
    cast: Cast, client: Client, case: Evaluation
) -> None:
    post(client, case, "contact", name="林工")
    post(signed_in(cast.han), case, "head", name="韩总")
    assert client.get(f"/cases/{case.number}/form/")["Location"] == f"{url(case, 'contact')}#here"


def test_a_mandatory_item_that_fails_is_named_in_the_score(
    cast: Cast, case: Evaluation, client: Client
) -> None:
    journey.fill(case, cast.lin, {**PROVINCE_VALUES, "enterprise_count": "19"})
    words = text_of(client.get(url(case, "cover")))
    assert "必备项不满足：垂类工业产业链上下游企业数量" in words
    assert "按申报值尚不满足认定条件" in words


def test_the_score_says_what_each_gap_costs_and_leads_to_it(
    cast: Cast, case: Evaluation, client: Client
) -> None:
    values = {
        k: v for k, v in PROVINCE_VALUES.items() if k not in ("egress_bandwidth", "fp16_peak")
    }
    journey.fill(case, cast.lin, {**values, "pue": "1.31", "access_exchange": False})
    page = client.get(url(case, "cover"))
    words = text_of(page)
    assert "A2 技术能力评测" in words
    lacks = {lack.name: (lack.kind, lack.why, lack.cost) for lack in page.context["score"].lacks}
    assert lacks == {
        "数据交换方式": ("mandatory", "", "四项缺一，A3 计 0 分"),
        "FP16算力峰值": ("mandatory", "未填报", "必备项不满足，A2 计 0 分"),
        "电能利用效率": ("not_met", "高出限值0.01", "A2 少 15 分，总得分少 4.5 分"),
        "网络带宽能力": ("missing", "未填报", "A2 少 5 分，总得分少 1.5 分"),
    }
    assert f"{url(case, 'technical')}#line-egress_bandwidth" in read(page).links
    assert "line-egress_bandwidth" in read(client.get(url(case, "technical"))).ids
    away = {bar.code: bar.away for bar in page.context["score"].bars}
    assert away == {"A1": "高出 37", "A2": "还差 60", "A3": "还差 60", "A": "还差 31.5"}


def test_the_page_asks_the_database_the_same_for_1_and_for_300_rows(
    cast: Cast, case: Evaluation, client: Client
) -> None:
    def queries(count: int) -> int:
        version = draft(case, "clustering").version
        content = {"enterprises": enterprises(count)}
        application.save_table(cast.lin, case, "clustering", content, version)
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert client.get(url(case, "clustering")).status_code == 200
        return len(captured)

    client.get(url(case, "clustering"))
    assert queries(1) == queries(300)


def test_an_unknown_table_is_missing(client: Client, case: Evaluation) -> None:
    assert client.get(url(case, "nothing")).status_code == 404
    assert client.post(url(case, "nothing"), {}).status_code == 404


def test_every_table_has_its_page_with_all_its_fields(client: Client, case: Evaluation) -> None:
    for table in edition_of(case).form:
        ids = read(client.get(url(case, table.key))).ids
        assert {f"id_{field.key}" for field in table.fields} - ids == set()
