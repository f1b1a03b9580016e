"""自评: what is in the address is what is scored, and the score is the rulebook's."""

import html
import re
from decimal import Decimal
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.rulebook import all_categories, load_edition, plain, score
from evaluation.rulebook.whatif import full_value, paths
from portal.site.improvements import improvement
from portal.site.self_test import declared, read
from tests.evaluation.cast import make_cast, signed_in
from tests.evaluation.rulebook.conftest import EXAMPLES
from tests.long import examples
from tests.portal.site.reading import words

EDITION = load_edition("2024")
BY_NAME = {example["name"]: example for example in EXAMPLES}


def query_of(example: dict) -> str:
    values = EDITION.parse_values(example["values"]).values
    return declared(values, example["category"], EDITION)


def beside_the_form(page: str) -> str:
    """The live score's own panel; the phone's strip at the foot says the same again."""
    return page[page.index('id="score"') :].split('class="panel-categories"')[0]


def shown_scores(page: str) -> list[str]:
    """A1, A2, A3 and A of the score strip."""
    return re.findall(r'<p class="score-points"><strong>([^<]*)</strong>', beside_the_form(page))


def verdict(page: str, code: str) -> str:
    cell = re.search(rf'<div class="test-verdict" id="r-{code}"[^>]*>(.*?)</div>', page, re.DOTALL)
    assert cell is not None
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", cell.group(1)))).strip()


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example["name"])
def test_the_page_shows_the_exact_scores_of_a_known_declaration(
    client: Client, example: dict
) -> None:
    page = client.get(f"/self-test/?{query_of(example)}").content.decode()
    assert shown_scores(page) == example["scores"]
    assert ("按所填数值，本类别达标。" in page) is example["qualified"]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example["name"])
def test_a_keystroke_gets_the_same_scores_and_every_verdict(client: Client, example: dict) -> None:
    response = client.get(f"/self-test/score/?{query_of(example)}")
    page = response.content.decode()
    assert shown_scores(page) == example["scores"]
    assert re.findall(r'id="r-(\w+)" hx-swap-oob="true"', page) == [
        indicator.code for indicator in EDITION.indicators
    ]
    assert "<html" not in page


def test_the_link_restores_everything_that_was_typed(client: Client) -> None:
    typed = (
        "category=city&enterprise_count=12&virtualization=compute&virtualization=network"
        "&room_grade=B&security_protection.level=3&security_protection.assessed=1"
        "&operations_monitoring.fault_discovery_rate=95.5&access_exchange=1&pue=abc"
    )
    first = client.get(f"/self-test/score/?{typed}&rack_count=&unknown=1")
    link = first["HX-Replace-Url"]
    assert QueryDict(urlsplit(link).query) == QueryDict(typed)
    page = client.get(link).content.decode()
    assert f'value="http://testserver{html.escape(link)}"' in page
    assert 'name="category" value="city" checked' in page
    assert re.search(r'name="enterprise_count" value="12"', page)
    assert re.search(r'name="pue" value="abc"', page)
    ticked = re.findall(r'name="virtualization" value="(\w+)" checked', page)
    assert ticked == ["compute", "network"]
    assert '<option value="B" selected>' in page
    assert words(client.get(link)) == words(client.get(f"/self-test/?{typed}"))


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("pue=1.3", "PUE＜1.3 ✗ 不符合 0 / 15 恰为限值，须低于限值"),
        ("pue=1.29", "PUE＜1.3 ✓ 符合 15 / 15 低于限值0.01"),
        ("pue=", "PUE＜1.3 – 未填报 0 / 15"),
        ("pue=0.9", "PUE＜1.3 应为不小于1的数值，实际为0.9"),
        ("pue=x", "PUE＜1.3 应为不小于1的数值，实际为x"),
    ],
)
def test_each_row_says_how_far_it_is_from_its_limit(client: Client, typed: str, shown: str) -> None:
    page = client.get(f"/self-test/?category=province&{typed}").content.decode()
    assert verdict(page, "pue") == shown


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("2,600", "✓"),
        ("2 600", "✓"),
        ("２６００", "✓"),
        (" 2600 PFLOPS ", "✓"),
        ("2600pflops", "✓"),
        ("1e4", "应为不小于0的数值，实际为1e4"),
        ("26,00", "应为不小于0的数值，实际为26,00"),
        ("-1", "应为不小于0的数值，实际为-1"),
        ("NaN", "应为不小于0的数值，实际为NaN"),
    ],
)
def test_numbers_are_read_as_people_write_them(client: Client, typed: str, shown: str) -> None:
    response = client.get("/self-test/", {"category": "province", "fp16_peak": typed})
    assert shown in verdict(response.content.decode(), "fp16_peak")


@pytest.mark.parametrize("typed", ["1Tbps", "１Ｔｂｐｓ", "1 tbps", "1000", "1000Gbps"])
def test_a_unit_that_the_hint_names_is_converted(client: Client, typed: str) -> None:
    page = client.get("/self-test/", {"category": "province", "egress_bandwidth": typed})
    exact = client.get("/self-test/", {"category": "province", "egress_bandwidth": "1000"})
    shown = verdict(page.content.decode(), "egress_bandwidth")
    assert shown == verdict(exact.content.decode(), "egress_bandwidth")
    assert "✓ 符合" in shown


@pytest.mark.parametrize(
    ("typed", "question"),
    [
        ("0.45", "所填为0.45%。如果指的是比例，请填45。"),
        ("1", "所填为1%。如果指的是比例，请填100。"),
        ("0", ""),
        ("1.1", ""),
        ("45", ""),
    ],
)
def test_a_share_written_as_a_fraction_is_asked_about(
    client: Client, typed: str, question: str
) -> None:
    page = client.get(f"/self-test/?category=province&renewable_ratio={typed}").content.decode()
    found = re.findall(r'test-question">([^<]*)<', page)
    assert found == ([question] if question else [])


def conclusion(page: str) -> str:
    part = page[page.index('<section class="outcome"') : page.index('<div class="share">')]
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", part))).strip()


def test_with_little_filled_in_the_conclusion_says_what_to_do_first(client: Client) -> None:
    typed = "pue=x&enterprise_count=19&renewable_ratio=0.45"
    page = client.get(f"/self-test/?category=province&{typed}").content.decode()
    said = conclusion(page)
    assert said.startswith("结论 先核对或改正这几项 电能利用效率")
    # What was likely meant otherwise is asked about here too, and not counted as a gap.
    assert said.count("如果指的是比例，请填45。") == 1
    assert "百分点" not in said
    assert "A1为0分：" in said
    assert "先补这几项：" in said
    assert "还差1家" in said
    assert ("任选其一" in said, "总得分A" in said, "少于60分" in said) == (False, False, False)


def test_a_mandatory_item_that_fails_is_named_in_the_bar(client: Client) -> None:
    text = words(client.get("/self-test/?category=province&enterprise_count=19"))
    assert "! 必备项不满足：垂类工业产业链上下游企业数量、算力虚拟化能力" in text


def test_an_empty_form_accuses_nobody(client: Client) -> None:
    text = words(client.get("/self-test/"))
    assert "尚未填写" in text
    assert "必备项不满足" not in text


def test_an_unknown_category_is_said_and_the_default_taken(client: Client) -> None:
    page = client.get("/self-test/?category=galaxy").content.decode()
    assert "没有这个类别，已按默认类别计算。" in page
    assert 'name="category" value="province" checked' in page


def test_the_five_categories_are_compared(client: Client) -> None:
    example = BY_NAME["just_qualifies"]
    page = client.get(f"/self-test/?{query_of(example)}").content.decode()
    listed = re.search(r'<ul class="panel-categories">(.*?)</ul>', page, re.DOTALL)
    assert listed is not None
    shown = re.findall(
        r'<span class="tabular">([^<]*)</span>.*?visually-hidden">(\w+)<', listed.group(1)
    )
    cards = all_categories(EDITION, EDITION.parse_values(example["values"]).values)
    assert shown == [
        (plain(card.A), "达标" if card.qualified else "未达标") for card in cards.values()
    ]


@settings(max_examples=examples(60, 0.1), deadline=None)
@given(
    example=st.sampled_from(EXAMPLES),
    category=st.sampled_from([c.code for c in EDITION.categories]),
    drop=st.sets(st.sampled_from([i.code for i in EDITION.indicators]), max_size=12),
)
def test_the_ways_to_qualify_do_qualify_and_are_the_shortest(
    example: dict, category: str, drop: set[str]
) -> None:
    parsed = EDITION.parse_values(example["values"]).values
    values = {code: value for code, value in parsed.items() if code not in drop}
    found = improvement(score(EDITION, category, values))
    shortest = paths(EDITION, category, values)
    assert (found.count if found else 0) == shortest.size
    if found is None:
        return
    assert len(found.ways) <= 3
    for way in found.ways or ((),):
        mended = {**values, **{i.code: full_value(i, category) for i in (*found.needed, *way)}}
        assert score(EDITION, category, mended).qualified
        assert len({i.code for i in (*found.needed, *way)}) == shortest.size


def test_a_total_of_exactly_80_needs_one_more_of_any(client: Client) -> None:
    text = words(client.get(f"/self-test/?{query_of(BY_NAME['total_exactly_80'])}"))
    assert "总得分A为80分，未超过80分（10.1）。" in text
    assert "最少再满足 1 项即可达标 下列组合任选其一：" in text


def test_nothing_is_asked_of_the_database(client: Client) -> None:
    """Without the db mark, a query would fail the test."""
    assert client.get("/self-test/").status_code == 200
    assert client.get("/self-test/score/?pue=1.2").status_code == 200


@pytest.mark.django_db
def test_a_keystroke_of_a_signed_in_reader_writes_nothing() -> None:
    browser = signed_in(make_cast().lin)
    browser.get("/self-test/")
    with CaptureQueriesContext(connection) as queries:
        response = browser.get("/self-test/score/?pue=1.2")
    assert shown_scores(response.content.decode()) == ["0", "0", "0", "0"]
    assert [q["sql"].split()[0] for q in queries] == ["SELECT", "SELECT"]  # session, user


names = st.sampled_from(
    [
        "category",
        *(i.code for i in EDITION.indicators),
        "security_protection.level",
        "security_protection.assessed",
        "operations_monitoring.round_the_clock",
        "operations_monitoring.fault_discovery_rate",
        "nothing",
    ]
)
texts = st.one_of(
    st.text(max_size=30),
    st.sampled_from(["1", "0", "-1", "1.5", "1e9", "9" * 400, "0." + "1" * 300, "٣", "\x00", "²"]),
)


@settings(max_examples=examples(150, 0.1), deadline=None)
@given(pairs=st.lists(st.tuples(names, texts), max_size=12))
def test_no_input_breaks_the_page(pairs: list[tuple[str, str]]) -> None:
    query = QueryDict(mutable=True)
    for name, text in pairs:
        query.appendlist(name, text)
    browser = Client()
    for path in ("/self-test/", "/self-test/score/"):
        response = browser.get(f"{path}?{query.urlencode()}")
        assert response.status_code == 200
        assert len(shown_scores(response.content.decode())) == 4


@settings(max_examples=examples(100, 0.1), deadline=None)
@given(
    example=st.sampled_from(EXAMPLES),
    drop=st.sets(st.sampled_from([i.code for i in EDITION.indicators])),
)
def test_a_declaration_goes_into_a_link_and_comes_back(example: dict, drop: set[str]) -> None:
    values = {
        code: value
        for code, value in EDITION.parse_values(example["values"]).values.items()
        if code not in drop
    }
    test = read(EDITION, QueryDict(declared(values, example["category"], EDITION)), "zh")
    card = score(EDITION, example["category"], values)
    assert (test.card.A1, test.card.A2, test.card.A3, test.card.A) == (
        card.A1, card.A2, card.A3, card.A,
    )  # fmt: skip
    assert test.faulty == 0
    assert isinstance(test.card.A, Decimal)


def test_points_that_only_a_mean_can_have_are_told_so(client: Client) -> None:
    told = "专家按0.5分一档给分；多位专家的均值可以介于其间。"
    judged = next(i.code for i in EDITION.indicators if i.kind == "judged")
    for points, said in (("4.7", True), ("4.5", False)):
        page = client.get(f"/self-test/?category=city&{judged}={points}").content.decode()
        assert (told in verdict(page, judged)) is said


@pytest.mark.django_db
def test_an_empty_form_is_judged_nowhere_and_the_score_is_at_the_foot(client: Client) -> None:
    blank = client.get("/self-test/").content.decode()
    assert "✗" not in blank
    given = client.get("/self-test/", {"pue": "1.2"}).content.decode()
    assert "✗" in given
    live = client.get("/self-test/score/", {"pue": "1.2"}).content.decode()
    for page in (given, live):
        assert page.count('id="score-line"') == page.count('id="score-fold-body"') == 1
