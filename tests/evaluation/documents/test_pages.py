"""How the documents look on paper: size, margins, type, numbers, and nothing cut or run."""

import json
import re
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from django.conf import settings

from evaluation.documents import pages
from evaluation.models import Kind
from tests.evaluation.documents.conftest import Content, Printed, made

# The database is set up only where a test says that it needs one.
pytestmark = pytest.mark.django_db

KINDS = [kind.value for kind in Kind]
TURNED = {"certificate", "site_record", "score_sheet"}
MM = 72 / 25.4
PAYLOAD = '<img src="file:///etc/passwd"><script>alert(1)</script>{{ 7|add:7 }}&amp;\'"</td>'


@pytest.mark.parametrize("kind", KINDS)
def test_pages_are_a4_in_a_chinese_serif(kind: str, printed: Callable[[str], Printed]) -> None:
    paper = printed(kind)
    first = paper.reader.pages[0].mediabox
    size = sorted((round(first.width / MM), round(first.height / MM)))
    assert size == [210, 297]
    assert (first.width > first.height) == (kind in TURNED)
    assert "Noto-Serif-CJK-SC" in paper.fonts
    assert {name for name in paper.fonts if not name.startswith("Noto-S")} == set()


@pytest.mark.parametrize("kind", KINDS)
def test_every_page_carries_number_case_version_and_time(
    kind: str, printed: Callable[[str], Printed], issued: dict[str, tuple[Content, str]]
) -> None:
    frozen, code = issued[kind]
    document = frozen["document"]
    for page in printed(kind).pages:
        text = "".join(page.split())
        assert document["number"] in text
        assert f"案卷{document['case']}" in text
        assert f"版本{code}" in text
        assert f"{document['made_at'][:10]}{document['made_at'][11:16]}制作" in text
        assert "示例数据，不具效力" in text


@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"certificate"}))
def test_pages_are_numbered_on_the_outer_side(kind: str, printed: Callable[[str], Printed]) -> None:
    paper = printed(kind)
    covered = 1 if kind in ("application", "application_print", "report") else 0
    for index, page in enumerate(paper.pages[covered:], start=covered + 1):
        assert f"— {index} —" in page
        x = next(run.x for run in paper.runs(index - 1) if f"— {index} —" in run.text)
        width = float(paper.reader.pages[index - 1].mediabox.width) / MM
        assert (x > width / 2) == (index % 2 == 1)


def _plain(body: str) -> Printed:
    markup = f'<html lang="zh-CN"><body><p class="flush">{body}</p></body></html>'
    return Printed(pages.pdf("agreement", markup))


def test_the_type_area_holds_22_lines_of_28_characters() -> None:
    paper = _plain("国" * 28 * 44)
    assert [[len(line) for line in page.splitlines() if "国" in line] for page in paper.pages] == [
        [28] * 22,
        [28] * 22,
    ]


def test_margins_are_those_of_gb_t_9704() -> None:
    runs = [run for run in _plain("国" * 28 * 22).runs(0) if "国" in run.text]
    assert {round(run.x) for run in runs} == {28}
    # A line is 10.2 mm high and its baseline lies in its lower half.
    assert 297 - 37 - 10.2 < max(run.y for run in runs) < 297 - 37 - 5.1
    assert 35 < min(run.y for run in runs) < 35 + 5.1


def test_the_same_content_gives_the_same_bytes(issued: dict[str, tuple[Content, str]]) -> None:
    frozen, code = issued["report"]
    once, again = (pages.pdf("report", pages.html("report", frozen, code)) for _ in range(2))
    assert once == again


def test_the_pdf_says_what_it_is(
    printed: Callable[[str], Printed], issued: dict[str, tuple[Content, str]]
) -> None:
    reader = printed("report").reader
    assert reader.metadata is not None
    assert reader.metadata.title == f"评估报告 {issued['report'][0]['document']['number']}"
    assert reader.metadata.author == "中国工业互联网研究院"
    catalog = reader.trailer["/Root"]
    assert catalog["/Lang"] == "zh-CN"
    assert catalog["/MarkInfo"]["/Marked"].value is True
    assert "/StructTreeRoot" in catalog


def test_the_columns_of_the_panel_stand_side_by_side(printed: Callable[[str], Printed]) -> None:
    """Fixed widths wider than the type area would print one column over another."""
    first = {run.text.strip(): run.x for run in reversed(printed("minutes").runs(0))}
    columns = [first[head] for head in ("姓名", "工作单位", "签署承诺书", "签到", "提交评分表")]
    assert columns == sorted(columns)
    gaps = [right - left for left, right in pairwise(columns)]
    assert min(gaps) > 20
    assert columns[-1] < 28 + 156 - 20


@pytest.mark.parametrize("kind", KINDS)
def test_whatever_was_typed_is_printed_literally(kind: str, said: Callable[[str], Content]) -> None:
    """Markup in every text of the content, at any depth, is text on the page."""
    frozen = said(kind)
    document = frozen.pop("document")

    def spoil(value: Any) -> Any:
        if isinstance(value, dict):
            return {
                # These three choose what is printed, or are drawn rather than printed.
                key: part if key in ("share", "verify_url", "file") else spoil(part)
                for key, part in value.items()
            }
        if isinstance(value, list):
            return [spoil(part) for part in value]
        return PAYLOAD if isinstance(value, str) else value

    paper = made(kind, {**spoil(frozen), "document": document})
    assert "".join(PAYLOAD.split()) in paper.text
    assert "root:" not in paper.text
    assert "14" not in re.findall(r"\{\{7\|add:7\}\}|14(?=&amp;)", paper.text)
    markup = pages.html(kind, {**spoil(frozen), "document": document}, "X")
    assert "<script" not in markup
    assert '<img src="file:' not in markup


@pytest.mark.parametrize("kind", KINDS)
def test_names_of_256_characters_stay_on_the_page(
    kind: str, said: Callable[[str], Content]
) -> None:
    name = "超长单位名称" * 42 + "名称公司"
    assert len(name) == 256
    frozen = said(kind)
    case = frozen["case"]
    text = json.dumps(frozen, ensure_ascii=False)
    frozen = json.loads(text.replace(case["applicant"], name).replace(case["base"], name))
    # The actions measure the names when they order.
    for measure in {"cover_length", "names_length"} & frozen.keys():
        frozen[measure] = 2 * len(name)
    paper = made(kind, frozen)
    assert name in paper.text
    if kind == "certificate":
        assert len(paper.pages) == 1
    if kind in ("application", "report"):
        assert "中国工业互联网研究院" in paper.bodies[0]
        assert paper.bodies[1].startswith(("单位名称", "一、评估结论"))
    _nothing_leaves_the_page(paper)


def _nothing_leaves_the_page(paper: Printed) -> None:
    for number, page in enumerate(paper.reader.pages):
        width, height = float(page.mediabox.width) / MM, float(page.mediabox.height) / MM
        outside = [
            run
            for run in paper.runs(number)
            if not (7 < run.x < width - 7 and 7 < run.y < height - 7)
        ]
        assert outside == []


def test_two_hundred_enterprises_are_all_listed_under_repeated_heads(
    said: Callable[[str], Content],
) -> None:
    frozen = said("application")
    annex = frozen["annexes"][0]
    annex["rows"] = [[[f"企业第{n:03d}号", False], *annex["rows"][0][1:]] for n in range(200)]
    paper = made("application", frozen)
    assert [n for n in range(200) if f"企业第{n:03d}号" not in paper.text] == []
    listing = [page for page in paper.pages if "企业第" in page]
    assert len(listing) > 3
    assert all("企业名称" in page for page in listing)


def test_empty_optional_fields_are_dashes(said: Callable[[str], Content]) -> None:
    frozen = said("application")
    frozen["organisation"]["website"] = "—"
    frozen["other"]["items"] = []
    frozen["annexes"] = []
    for material in frozen["materials"]:
        material["files"] = []
    paper = made("application", frozen)
    assert "单位网址—" in paper.text
    assert "附表1" not in paper.text
    assert "单位意见" in paper.text


def test_a_long_account_runs_over_pages_without_losing_a_word(
    said: Callable[[str], Content],
) -> None:
    frozen = said("application")
    sentences = [f"第{n:04d}句。" for n in range(700)]
    frozen["conditions"][0]["items"][0]["text"] = "".join(sentences)
    # The head of the table comes again on each page.
    text = made("application", frozen).text.replace("申报条件具备情况", "")
    assert [s for s in sentences if s not in text] == []


def test_headings_are_never_left_alone_at_the_foot(printed: Callable[[str], Printed]) -> None:
    for kind in ("report", "minutes", "notice", "deficiency_notice", "agreement"):
        for page in printed(kind).pages:
            lines = [
                line
                for line in page.splitlines()
                if line.strip() and "版本" not in line and not re.fullmatch(r"\s*— \d+ —\s*", line)
            ]
            assert not re.match(r"^([一二三四五六七八九]、|第.条)", lines[-1].strip()), lines[-1]


def test_the_signature_never_stands_alone(printed: Callable[[str], Printed]) -> None:
    for kind in (
        "notice",
        "deficiency_notice",
        "review_notice",
        "rectification_notice",
        "revocation_notice",
        "minutes",
    ):
        paper = printed(kind)
        page = next(text for text in reversed(paper.bodies) if re.search(r"年\d*月\d*日$", text))
        assert len(page) > len("中国工业互联网研究院2026年12月31日") + 15, page


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("application", ["申报条件具备情况", "附件1各项指标说明", "（单位印章）", "2024年制"]),
        ("agreement", ["甲方（盖章）", "乙方（盖章）", "第五条保密", "本页无正文"]),
        ("pledge", ["廉洁纪律", "承诺人（签字）"]),
        ("deficiency_notice", ["应提交", "示例：缺机房等级证书。"]),
        ("visit_plan", ["集合地点", "核验内容和分工", "示例基地东门"]),
        (
            "site_record",
            [
                "网络测试仪N-1，读数480Gbps",
                "读数：479.6",
                "与申报值不一致的指标",
                "申报单位代表（签字、盖章）：示例联络人（示例主任）",
                "现场照片",
            ],
        ),
        ("score_sheet", ["得分／满分", "评审专家（签字）", "评5分的理由。"]),
        ("minutes", ["专家评分与最终得分的差异", "合议取整。", "评审专家组（签字）"]),
        ("report", ["一级指标得分", "10／15", "附表指标评估明细", "达标合格"]),
        ("notice", ["公示期由评估机构确定", "匿名异议", "省级节点"]),
        ("certificate", ["证书", "CERTIFICATE", "ProvincialNode", "（印章）"]),
        ("review_notice", ["10.4.1", "限期整改", "年审结果的效力"]),
        ("rectification_notice", ["每日数据上报", "连续缺报", "2026年3月1日", "有权取消"]),
        ("revocation_notice", ["取消工业智算基地认定", "整改后仍达不到要求", "10.3.1", "查验"]),
    ],
)
def test_what_must_be_there_is_printed(
    kind: str, words: list[str], printed: Callable[[str], Printed]
) -> None:
    text = printed(kind).text
    assert [word for word in words if word not in text] == []


def test_the_certificate_is_one_page_with_a_qr_code(
    printed: Callable[[str], Printed], said: Callable[[str], Content]
) -> None:
    assert len(printed("certificate").pages) == 1
    markup = pages.html("certificate", said("certificate"), "X")
    assert markup.count("<svg") == 1


def test_the_notice_says_how_to_reach_the_secretariat(
    printed: Callable[[str], Printed],
) -> None:
    said = f"受理方式：{settings.ISSUER_CONTACT}".replace(" ", "")
    assert said in printed("notice").text
