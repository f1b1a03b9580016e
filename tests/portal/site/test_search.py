"""搜索: what the words of a query find, and for whom."""

import html
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from dataaccess import regions
from evaluation.models import Certificate, Publication
from portal.accounts.models import Organisation, User
from portal.site import pages
from portal.site import words as matching
from tests.evaluation.cast import Cast, signed_in
from tests.portal.site.copies import more_certificates, more_notices
from tests.portal.site.reading import words


def found(client: Client, query: str) -> dict[str, list[str]]:
    """The groups of the page, each with the titles of its hits."""
    page = client.get("/search/", {"q": query}).content.decode()
    groups = re.findall(r'<section class="section found".*?</section>', page, re.DOTALL)
    return {
        _text(re.findall(r"<h2.*?</h2>", group, re.DOTALL)[0]): [
            _text(hit) for hit in re.findall(r"<li>(<a .*?</a>)", group, re.DOTALL)
        ]
        for group in groups
    }


def _text(markup: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", "", markup)).strip()


# Words


@pytest.mark.parametrize(
    ("query", "pieces"),
    [
        ("滨海 智算", ["滨海", "智算"]),
        ("滨海，智算（示例）", ["滨海", "智算", "示例"]),
        ("ＰＧ2026-0001号案卷", ["PG2026-0001", "号案卷"]),
        ("8.2.1 a)", ["8.2.1", "a"]),
        ("智算 智算", ["智算"]),
        ("山东的证书", ["山东", "证书"]),  # 的 joins two words; elsewhere it is part of one
        ("评估目的", ["评估目的"]),
        ("怎样申请", ["申请"]),
        ("如何提出异议？", ["提出异议"]),
        ("How to apply", ["apply"]),
        ("什么", ["什么"]),  # nothing else is left
        ("，。 -- %_", []),
        ("", []),
    ],
)
def test_a_query_is_cut_into_pieces(query: str, pieces: list[str]) -> None:
    assert matching.pieces(query) == pieces


@pytest.mark.parametrize(
    ("query", "text", "there"),
    [
        ("滨海", "示例滨海工业智算基地", True),
        ("滨海智算基地", "示例滨海工业智算基地", True),  # its pairs are there
        ("滨海智算会", "示例滨海工业智算基地", False),
        ("海滨", "示例滨海工业智算基地", False),
        ("智滨", "示例滨海工业智算基地", False),  # shorter pieces are not taken apart
        ("基地 滨海", "示例滨海工业智算基地", True),
        ("gyzs 山东", "GYZS-2026 山东", True),
        ("一二三四五", "一二 三四 四五", True),
        ("一二三四五", "一二三 四五", True),  # words of any length beside each other
        ("一二三四五六七", "五六七 一二 三四", True),
        ("一二三四五", "一二 四五", False),  # 三 stands beside no neighbour of its own
        ("一二三四五", "三 一二 四五", False),
    ],
)
def test_every_piece_has_to_be_there(query: str, text: str, there: bool, db: None) -> None:
    """In a text at hand and in the database alike."""
    organisation = Organisation.objects.create(name=text, credit_code="91110000MA0000001R")
    condition = matching.condition(query, "name")
    assert condition is not None
    in_database = Organisation.objects.filter(condition).exists()
    assert (matching.found_in(query, text), in_database) == (there, there)
    organisation.delete()


def test_what_was_looked_for_is_marked_and_nothing_is_markup(client: Client, db: None) -> None:
    assert matching.marked("示例滨海工业智算基地", "滨海智算") == [
        ("示例", False), ("滨海", True), ("工业", False), ("智算", True), ("基地", False),
    ]  # fmt: skip
    # What overlaps is marked as one.
    assert matching.marked("工业智算（山东省）", "山东省工业智算") == [
        ("工业智算", True), ("（", False), ("山东省", True), ("）", False),
    ]  # fmt: skip
    page = client.get("/search/", {"q": "<script>alert(1)</script>"}).content.decode()
    assert "<script>alert" not in page


# Who finds what


@pytest.fixture
def reviewed(cast: Cast) -> Any:
    """A submitted case; the site team has not been asked yet."""
    return cast.case_in("preliminary_review")


def test_a_case_is_found_by_who_may_see_it_and_nobody_else(cast: Cast, reviewed: Any) -> None:
    title = f"{reviewed.number} 示例齐鲁工业智算基地"
    people: dict[str, User] = {
        name: getattr(cast, name)
        for name in (
            "lin", "han", "wen", "other", "chen", "zhou",
            "idle_expert", "sysadmin", "secadmin", "auditor",
        )
    }  # fmt: skip
    people["expert"] = cast.experts[0]
    for query in (reviewed.number, "齐鲁工业", "齐鲁 基地"):
        who = {
            n
            for n, user in people.items()
            if title in found(signed_in(user), query).get("案卷", [])
        }
        assert who == {"lin", "han", "wen", "chen", "zhou"}
    assert found(Client(), reviewed.number) == {}


def test_a_draft_is_the_applicants_own(cast: Cast) -> None:
    draft = cast.new_case()
    assert found(signed_in(cast.lin), draft.number) == {
        "案卷": [f"{draft.number} 示例齐鲁工业智算基地"]
    }
    for user in (cast.other, cast.chen, cast.zhou, cast.experts[0], cast.auditor):
        assert found(signed_in(user), draft.number) == {}
        assert "案卷" not in found(signed_in(user), "齐鲁工业智算")  # public pages by its halves


def test_an_expert_finds_a_case_once_the_pledge_is_signed(cast: Cast) -> None:
    case = cast.case_in("site_visit")
    assert list(found(signed_in(cast.experts[0]), case.number)) == ["案卷"]
    assert found(signed_in(cast.idle_expert), case.number) == {}


def test_organisations_are_found_by_who_may_see_them(cast: Cast, reviewed: Any) -> None:
    own, foreign = cast.organisation.name, cast.other_organisation.name

    def organisations(user: User) -> set[str]:
        return {
            name
            for query in (own, foreign)
            for name in found(signed_in(user), query).get("单位", [])
        }

    assert organisations(cast.lin) == {own}
    assert organisations(cast.other) == {foreign}
    # The office sees those whose cases it has; the other one has applied for nothing.
    assert organisations(cast.chen) == {own}
    assert organisations(cast.sysadmin) >= {own, foreign}
    assert organisations(cast.experts[0]) == organisations(cast.auditor) == set()


def test_what_is_public_is_found_by_everybody(client: Client, certificate: Certificate) -> None:
    bare = certificate.number
    assert found(client, bare)["证书"] == [certificate.name]
    assert found(client, "齐鲁工业智算") == {
        "证书": [certificate.name],
        "公示": ["示例齐鲁工业智算基地"],
    }


def test_the_standard_is_found(client: Client, db: None) -> None:
    assert found(client, "算力虚拟化")["评估指标"] == ["8.2.3 b) 算力虚拟化能力"]


def test_a_certificate_and_its_notice_are_found_by_their_place(
    client: Client, certificate: Certificate
) -> None:
    """Which is kept as codes; beside other words too."""
    base = "示例齐鲁工业智算基地"
    for query in (
        "山东", "山东省", "济南市", "山东省济南市", "Jinan", "shandong", "山东 齐鲁", "济南工业智算",
        "山东省工业智算", "山东省齐鲁智算基地", "济南市的智算基地",
    ):  # fmt: skip
        hits = found(client, query)
        assert (hits["证书"], hits["公示"]) == ([certificate.name], [base])
    for query in ("北京市", "北京市工业智算", "广东省工业智算", "山东省农业智算"):
        assert found(client, query).keys() & {"证书", "公示"} == set()
    assert found(client, "市").keys() & {"证书"} == set()


def test_a_case_is_found_by_its_place(cast: Cast, reviewed: Any) -> None:
    title = f"{reviewed.number} 示例齐鲁工业智算基地"
    assert found(signed_in(cast.chen), "济南")["案卷"] == [title]
    assert "案卷" not in found(signed_in(cast.other), "济南")


def test_a_notice_is_found_by_the_name_applied_for_and_by_what_it_is(
    client: Client, certificate: Certificate
) -> None:
    base = ["示例齐鲁工业智算基地"]
    assert found(client, "省级节点")["公示"] == base
    assert found(client, "Provincial Node")["公示"] == base
    assert found(client, "国家工业互联网大数据中心工业智算基地（山东省）省级节点")["公示"] == base
    assert "公示" not in found(client, "城市节点")
    assert found(client, "公示")["公示"] == base
    for query in ("济南 公示", "济南市公示", "山东省评估结果"):
        assert found(client, query)["公示"] == base
    for query in ("济南 证书", "山东省证书", "山东的证书"):
        assert found(client, query)["证书"] == [certificate.name]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("query", "page"),
    [
        ("公示", "公示"),
        ("异议", "异议办理进展"),
        ("异议办理", "异议办理进展"),
        ("名录", "名录"),
        ("证书查验", "证书查验"),
        ("验真", "证书查验"),
        ("评估流程", "评估流程"),
        ("自评", "自评"),
        ("规范释义", "规范释义"),
        ("注册", "登记单位"),
        ("certificate", "证书查验"),
        ("Verify certificate", "证书查验"),
        ("objection", "异议办理进展"),
        ("怎样申请", "评估流程"),
        ("How to apply", "评估流程"),
    ],
)
def test_a_page_is_the_first_to_be_found_by_its_name_and_usual_words(
    client: Client, query: str, page: str
) -> None:
    assert next(iter(found(client, query).items())) == ("页面", found(client, query)["页面"])
    assert page in found(client, query)["页面"][:2]


@pytest.mark.django_db
def test_who_asks_how_to_apply_is_led_to_steps_registering_and_guides(client: Client) -> None:
    assert found(client, "怎样申请")["页面"] == ["评估流程", "登记单位", "使用帮助"]


@pytest.mark.django_db
def test_every_page_that_is_found_is_there_for_everybody(client: Client) -> None:
    for page in pages.PAGES:
        assert client.get(reverse(page.url)).status_code == 200


@pytest.mark.django_db
def test_steps_and_readings_are_found(client: Client) -> None:
    assert found(client, "材料初审")["评估流程"] == ["3 材料初审"]
    assert "7.1" in found(client, "公示期")["规范释义"][0]


@pytest.mark.django_db
def test_a_hit_of_the_help_shows_the_word_where_it_stands(client: Client) -> None:
    page = client.get("/search/", {"q": "营业执照"}).content.decode()
    assert "上传<mark>营业执照</mark>" in page


# What the page says


@pytest.mark.django_db
def test_without_a_query_the_page_says_what_can_be_searched(client: Client, cast: Cast) -> None:
    assert "证书：编号、证书名称" in words(client.get("/search/"))
    assert "案卷：案卷号" not in words(client.get("/search/"))
    assert "案卷：案卷号" in words(signed_in(cast.lin).get("/search/"))


EVERY_PROVINCE = "".join(region.name for region in regions.provinces())


def test_a_question_finds_what_its_words_find(client: Client, db: None) -> None:
    assert found(client, "怎样提出异议") == found(client, "提出异议") != {}


def test_where_all_words_find_nothing_most_of_them_do_and_it_is_said(
    client: Client, db: None
) -> None:
    shown = found(client, "自评 无此词语")
    assert "自评" in shown["页面"]
    text = words(client.get("/search/", {"q": "自评 无此词语"}))
    assert "没有同时包含“自评 无此词语”全部词语的内容；以下按“自评”找到。" in text
    assert found(client, "智算基地费用") != {}


def test_a_single_letter_finds_nothing_and_is_told_why(client: Client, db: None) -> None:
    assert found(client, "a") == {}
    assert "请至少输入两个字符。" in words(client.get("/search/", {"q": "a"}))


def test_the_help_keeps_the_names_of_buttons_in_quotes(client: Client, db: None) -> None:
    text = words(client.get("/search/", {"q": "公示期内"}))
    assert "按“提出异议”" in text


@pytest.mark.django_db
@pytest.mark.parametrize("query", ["没有这样的词", "\x00", "%", "x" * 5000, EVERY_PROVINCE])
def test_nothing_found_says_how_to_go_on(client: Client, query: str) -> None:
    answer = client.get("/search/", {"q": query})
    assert answer.status_code == 200
    assert "可以搜索" in words(answer)


def test_of_many_the_first_are_shown_and_no_number(
    client: Client, certificate: Certificate
) -> None:
    more_certificates(certificate, 14)
    with CaptureQueriesContext(connection) as few:
        client.get("/search/", {"q": "齐鲁"})
    more_certificates(certificate, 20)
    more_notices(Publication.objects.get(), 20)
    with CaptureQueriesContext(connection) as many:
        page = words(client.get("/search/", {"q": "齐鲁"}))
    assert len(many) == len(few) == 2
    assert {name: len(hits) for name, hits in found(client, "齐鲁").items()} == {
        "证书": 10,
        "公示": 10,
    }
    assert "还有更多" in page
