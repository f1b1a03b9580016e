"""评估指标, 评估流程, 规范释义: made from the data that is scored."""

import re

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from evaluation.rulebook import load_edition
from evaluation.steps import STATES
from portal.accounts.actions import administration
from tests.evaluation.cast import make_cast
from tests.portal.site.reading import words

EDITION = load_edition("2024")


@pytest.mark.parametrize("category", [c.code for c in EDITION.categories])
def test_each_indicator_shows_clause_wording_and_points_of_the_category(
    client: Client, category: str
) -> None:
    page = client.get("/standard/", {"category": category}).content.decode()
    shown = {
        code: [re.sub(r"<[^>]+>", "", cell).strip() for cell in cells]
        for code, *cells in re.findall(
            r'<tr id="(\w+)">\s*<td class="clause"[^>]*>(.*?)</td>.*?'
            r'<td data-label="本类别要求">(.*?)</td>\s*<td class="num"[^>]*>(.*?)</td>',
            page,
            re.DOTALL,
        )
    }
    assert shown == {
        i.code: [
            i.clause,
            i.requirement(category).wording.replace("&", "&amp;"),
            f"{i.points}" if i.points is not None else "四项同时满足",
        ]
        for i in EDITION.indicators
    }


def test_all_five_categories_stand_side_by_side_and_equal_neighbours_share_a_cell(
    client: Client,
) -> None:
    page = client.get("/standard/").content.decode()
    row = re.search(r'<tr id="pue">.*?</tr>', page, re.DOTALL)
    assert row is not None
    cells = re.findall(r'<td data-label="(.*?)"(?: colspan="(\d)")?>(.*?)</td>', row.group())
    assert cells == [
        ("经济聚集区域", "", "PUE＜1.25"),
        ("算力网络枢纽节点", "", "PUE＜1.2"),
        ("省级区域", "", "PUE＜1.3"),
        ("地市级区域、行业", "2", "PUE＜1.5"),
    ]
    shared = re.search(r'<tr id="domestic_compute_share">.*?</tr>', page, re.DOTALL)
    assert shared is not None
    assert re.findall(r'data-label="(.*?)" colspan="(\d)"', shared.group()) == [("五类相同", "5")]


def test_mandatory_items_are_marked(client: Client) -> None:
    page = client.get("/standard/", {"category": "city"}).content.decode()
    marked = re.findall(r'<tr id="(\w+)">(?:(?!</tr>).)*?mandatory-mark', page, re.DOTALL)
    assert marked == ["enterprise_count", "virtualization", "fp16_peak"]


def test_weights_and_the_pass_rule_are_quoted(client: Client) -> None:
    text = words(client.get("/standard/"))
    for id_ in ("9.1", "9.2", "9.3", "9.4", "9.5", "10.1"):
        assert EDITION.clause(id_).text in text


def test_an_unknown_category_shows_all_five(client: Client) -> None:
    assert "五类要求对照" in words(client.get("/standard/", {"category": "galaxy"}))


@pytest.mark.django_db
def test_figures_say_that_they_are_drawn_from_the_text(client: Client) -> None:
    assert "评估指标体系（据正文绘制）" in words(client.get("/standard/"))
    assert "评估流程图（据正文绘制）" in words(client.get("/standard/steps/"))


@pytest.mark.django_db
def test_the_steps_page_names_every_state_an_applicant_may_see(client: Client) -> None:
    page = client.get("/standard/steps/").content.decode()
    for step in EDITION.steps:
        section = page.split(f'id="{step.key}"')[1].split("</section>")[0]
        shown = re.findall(r'<th scope="row">(.*?)</th>', section)
        assert shown == [str(s.applicant_label) for s in STATES.values() if s.step == step.number]


@pytest.mark.django_db
def test_the_length_of_the_notice_is_not_said_to_be_the_standards(client: Client) -> None:
    assert (
        "公示期为 5 个工作日，按国务院放假与调休安排计算。公示期长度由本平台设定，不是规范的规定。"
        in words(client.get("/standard/steps/"))
    )


def test_every_reading_stands_with_clause_text_decision_and_reason(client: Client) -> None:
    page = client.get("/standard/readings/").content.decode()
    assert re.findall(r'<article class="reading-entry" id="([^"]+)"', page) != []
    text = words(client.get("/standard/readings/"))
    for reading in EDITION.readings:
        assert page.count(f'id="{reading.id}"') == 1
        for said in (reading.clause, reading.text, reading.decision, reading.why):
            assert re.sub(r"\s+", " ", said) in text


def test_readings_are_found_by_clause_or_word(client: Client) -> None:
    page = client.get("/standard/readings/", {"q": "10.4.1"}).content.decode()
    assert re.findall(r'<article class="reading-entry" id="([^"]+)"', page) == [
        reading.id
        for reading in EDITION.readings
        if "10.4.1" in reading.clause + reading.text + reading.decision + reading.why
    ]
    assert "没有找到相符的释义" in words(client.get("/standard/readings/", {"q": "月球"}))


@pytest.mark.django_db
def test_the_steps_tell_the_lengths_that_an_administrator_set(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    sysadmin = make_cast().sysadmin
    for name, days in {"deadline_submitted": 7, "deadline_correction": 0}.items():
        administration.change_setting(sysadmin, name, days)
    with django_assert_num_queries(2):
        page = client.get("/standard/steps/").content.decode()
    rows = re.findall(r'<th scope="row">([^<]+)</th>.*?data-label="办理时限">(.*?)</td>', page)
    told = dict(rows)
    assert (told["待受理"], told["待补正"], told["待申报单位签章"]) == (
        "7 个工作日",
        "",
        "10 个工作日",
    )


@pytest.mark.parametrize("path", ["/standard/", "/standard/readings/"])
def test_the_standard_asks_no_database(client: Client, path: str) -> None:
    """Without the db mark, a query would fail the test."""
    assert client.get(path).status_code == 200


def test_english_readers_get_the_english_texts(client: Client) -> None:
    client.cookies["django_language"] = "en"
    text = words(client.get("/standard/readings/"))
    assert EDITION.readings[0].decision_en in text
    assert EDITION.readings[0].decision not in text


@pytest.mark.django_db
def test_the_menu_marks_one_page_only(client: Client) -> None:
    page = client.get("/standard/steps/").content.decode()
    menu = re.search(r'<nav class="menu wide-only".*?</nav>', page, re.DOTALL)
    assert menu is not None
    assert re.findall(r'href="([^"]+)" aria-current', menu.group()) == ["/standard/steps/"]
