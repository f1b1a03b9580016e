"""The result explained point by point, for those who may read it, from what was stored."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from evaluation import workdays
from evaluation.actions import materials
from evaluation.demo import journey
from evaluation.demo.files import example_pdf
from evaluation.models import ScoreRun
from tests.evaluation.cast import FAILING_VALUES, make_cast, signed_in

pytestmark = pytest.mark.django_db


def page_of(case):
    return f"/cases/{case.number}/result/"


def rows(answer):
    return {row.code: row for group in answer.context["groups"] for row in group.rows}


def test_every_point_is_shown_as_it_was_stored():
    cast = make_cast()
    case = cast.case_in("result_pending")
    run = ScoreRun.objects.get(evaluation=case)
    answer = signed_in(cast.chen).get(page_of(case))
    shown = rows(answer)
    assert [
        (code, None if row.points is None else str(row.points), row.clause)
        for code, row in shown.items()
    ] == [(i["code"], i["points"], i["clause"]) for i in run.result["indicators"]]
    assert [(bar.code, str(bar.points)) for bar in answer.context["bars"]] == [
        (key, run.result[key]) for key in ("A1", "A2", "A3", "A")
    ]
    assert run.digest in answer.content.decode()
    file = case.files.get(slot=8)
    assert shown["pue"].evidence == [("材料8", f"/cases/{case.number}/files/{file.pk}/")]
    assert (shown["pue"].declared, shown["pue"].observed) == ("1.28", "1.28")


def test_nothing_is_recalculated():
    cast = make_cast()
    case = cast.case_in("result_pending")
    # As if another rulebook had computed it: the page shows the record, not a new sum.
    ScoreRun.objects.filter(evaluation=case).update(
        result={**ScoreRun.objects.get(evaluation=case).result, "A": "12.34"}
    )
    bars = signed_in(cast.chen).get(page_of(case)).context["bars"]
    assert bars[-1].points == Decimal("12.34")


def test_a_failed_mandatory_item_and_the_reasons_of_10_1_are_named():
    cast = make_cast()
    case = cast.case_in("published", FAILING_VALUES)
    answer = signed_in(cast.lin).get(page_of(case))
    html = answer.content.decode()
    assert answer.context["reasons"] == [
        "必备项“垂类工业产业链上下游企业数量”不满足要求（要求数量≥20，填报为19家），"
        "产业价值评估计分为零（9.2）。",
        "产业价值评估得分A1为0分，少于60分（10.1）。",
        "总得分A为50分，未超过80分（10.1）。",
    ]
    for reason in answer.context["reasons"]:
        assert reason in html
    assert rows(answer)["enterprise_count"].verdict == "mandatory"
    # 19 enterprises are enough for a city or an industry: said as advice, never done.
    assert answer.context["advice"] == ["地市级区域", "行业"]
    assert "未满足10.1的认定条件" in html


def test_differences_and_overrules_are_explained_with_their_reasons():
    cast = make_cast()
    case = cast.case_in("site_visit")
    from evaluation.actions import site

    declared = case.declarations.get().values
    leader = cast.experts[0]
    for indicator in site.verified_on_site(case):
        if indicator.code == "storage_capacity":
            site.record(leader, case, indicator.code, "11", reason="一组存储未启用")
        else:
            site.record(leader, case, indicator.code, declared[indicator.code])
    site.close_visit(leader, case)
    cast.carry(case, "panel_consolidation")
    journey.hand_in(
        cast.experts[2], case, journey.points(case), {"pue": ("1.29", "扣除办公用电后重算")}
    )
    shown = rows(signed_in(cast.chen).get(page_of(case)))
    assert (shown["storage_capacity"].declared, shown["storage_capacity"].observed) == (
        "12 PB", "11 PB",
    )  # fmt: skip
    assert shown["storage_capacity"].reason == "现场核验：一组存储未启用"
    assert shown["pue"].observed == "1.29"
    assert shown["pue"].reason == "评审专家组将核验值由“1.28”改定：扣除办公用电后重算"
    assert shown["operation_plan"].reason.startswith(
        "各专家评分的汇总值（算术平均）为4分；评审意见："
    )


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("panel_consolidation", {"own": 403, "secretariat": 403, "decider": 403, "leader": 403}),
        ("result_pending", {"own": 403, "secretariat": 200, "decider": 200, "leader": 200}),
        ("published", {"own": 200, "secretariat": 200, "decider": 200, "leader": 200}),
        ("certified", {"own": 200, "secretariat": 200, "decider": 200, "leader": 200}),
    ],
)
def test_who_may_read_it_and_when(state, expected):
    cast = make_cast()
    case = cast.case_in(state)
    users = {
        "own": cast.lin, "secretariat": cast.chen, "decider": cast.zhou, "leader": cast.experts[2],
        "other": cast.other, "idle": cast.idle_expert, "member": cast.experts[3],
        "site": cast.experts[0], "sysadmin": cast.sysadmin,
    }  # fmt: skip
    got = {name: signed_in(user).get(page_of(case)).status_code for name, user in users.items()}
    assert got == expected | {
        "other": 404, "idle": 404, "member": 403, "site": 403, "sysadmin": 404,
    }  # fmt: skip


def applicant_sees(cast, case):
    client = signed_in(cast.lin)
    html = ""
    for page in (
        "", "result/", "site-visit/", "consolidation/", "scoring/", "objections/", "experts/",
        "versions/1/",
    ):  # fmt: skip
        html += client.get(f"/cases/{case.number}/{page}").content.decode()
    for document in case.documents.all():
        html += client.get(f"/cases/{case.number}/documents/{document.pk}/row/").content.decode()
    return html + client.get("/desk/").content.decode() + client.get("/cases/").content.decode()


def test_the_applicant_sees_no_score_before_publication_and_never_a_panelists_name():
    cast = make_cast()
    case = cast.case_in("panel_consolidation")
    finals = dict.fromkeys(journey.points(case), ("4.5", "金丝雀合议意见"))
    journey.hand_in(cast.experts[2], case, finals)
    case.refresh_from_db()
    total = ScoreRun.objects.get(evaluation=case).result["A"]
    html = applicant_sees(cast, case)
    assert "金丝雀合议意见" not in html
    assert f">{total}<" not in html
    cast.carry(case, "certified")
    html = applicant_sees(cast, case)
    assert "金丝雀合议意见" in html  # the reason is the applicant's now
    assert f">{total}<" in html
    for expert in cast.experts[2:]:  # the panel; the site team signed with the applicant
        assert expert.name not in html, expert.name


def test_queries_do_not_grow_with_files():
    cast = make_cast()
    few, many = cast.case_in("draft"), cast.case_in("draft")
    for nth in range(5):
        materials.add_material(cast.lin, many, 10, example_pdf(f"示例截图{nth}"))
    client = signed_in(cast.chen)
    client.get("/cases/")  # the session is written once
    counts = []
    for case in (few, many):
        cast.carry(case, "result_pending")
        with CaptureQueriesContext(connection) as queries:
            assert client.get(page_of(case)).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_what_will_be_published_stands_before_the_button():
    cast = make_cast()
    case = cast.case_in("result_pending")
    run = ScoreRun.objects.get(evaluation=case)
    client = signed_in(cast.chen)
    page = f"/cases/{case.number}/moves/publish/"

    def last_day(answer):
        return answer.context["published"]["ends_on"]

    answer = client.get(page)
    published = answer.context["published"]
    today = timezone.localdate()
    assert published["name"] == "国家工业互联网大数据中心工业智算基地（山东）省级节点"
    assert published["category"] == "省级区域"
    assert [(bar.code, str(bar.points)) for bar in published["bars"]] == [
        (key, run.result[key]) for key in ("A1", "A2", "A3", "A")
    ]
    assert last_day(answer) == workdays.after(today, published["working_days"])
    html = answer.content.decode()
    for words in (published["name"], published["category"], "满足10.1的认定条件"):
        assert words in html
    day = last_day(answer)
    assert f"至{day.year}年{day.month}月{day.day}日（" in html
    assert last_day(client.post(page, {"working_days": "61"})) == day  # refused: the usual period
    # The last day follows what is typed.
    asked = {"HTTP_HX_REQUEST": "true"}
    typed = client.get(page, {"working_days": "9"}, **asked)
    later = workdays.after(today, 9)
    assert f"至{later.year}年{later.month}月{later.day}日（9 个工作日）" in typed.content.decode()
    assert "<html" not in typed.content.decode()
    for nonsense in ("", "61", "x"):
        told = client.get(page, {"working_days": nonsense}, **asked).content.decode()
        assert "填写工作日数后显示截止日。" in told
    client.post(page, {"working_days": str(published["working_days"])})
    assert case.publication.ends_on == day
