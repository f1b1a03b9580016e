"""Each expert's own sheet; and that nobody else's is ever seen."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from evaluation.actions import experts, panel
from evaluation.demo import journey
from evaluation.models import PanelScore
from tests.evaluation.cast import make_cast, signed_in

pytestmark = pytest.mark.django_db
CODES = ["industrial_policy", "development_plan", "operation_plan", "public_service"]


@pytest.fixture
def cast():
    return make_cast()


@pytest.fixture
def case(cast):
    return cast.case_in("panel_scoring")


@pytest.fixture
def expert(cast):
    return signed_in(cast.experts[3])


def page_of(case):
    return f"/cases/{case.number}/scoring/"


def sheet(points, reason="示例：依据材料评定。"):
    given = dict.fromkeys(CODES, points) if isinstance(points, str) else points
    return {
        **{f"{code}-points": value for code, value in given.items()},
        **{f"{code}-reason": reason for code, value in given.items() if value},
    }


def kept(user):
    return {
        s.indicator: (str(s.points), s.reason)
        for s in PanelScore.objects.filter(assignment__expert=user)
    }


def test_shows_the_judged_indicators_what_was_written_and_the_verified_values(case, expert):
    answer = expert.get(page_of(case))
    assert [item.code for item in answer.context["items"]] == CODES
    tables = case.declarations.get().tables
    html = answer.content.decode()
    for text in (
        tables["support"]["industrial_policy_text"],
        tables["support"]["development_plan_text"],
        tables["support"]["operation_plan_text"],
        tables["development"]["public_service_text"],
    ):
        assert text in html
    rows = [row.code for group in answer.context["verified"] for row in group.rows]
    assert len(rows) == 25
    assert not set(CODES) & set(rows)
    file = case.files.get(slot=1)
    assert f"/cases/{case.number}/files/{file.pk}/" in html


def test_points_are_kept_exactly_and_then_submitted(cast, case, expert):
    assert expert.post(page_of(case), sheet("4.5"))["Location"] == page_of(case)
    assert kept(cast.experts[3]) == dict.fromkeys(CODES, ("4.5", "示例：依据材料评定。"))
    link = f"/cases/{case.number}/moves/submit_scores/"
    assert link in expert.get(page_of(case)).content.decode()
    assert expert.post(link).status_code == 302
    html = expert.get(page_of(case)).content.decode()
    assert "已提交并锁定" in html
    assert "保存评分" not in html
    assert expert.post(page_of(case), sheet("5")).status_code == 422
    assert kept(cast.experts[3])["public_service"][0] == "4.5"


def test_a_draft_may_be_partial_and_says_what_is_missing(cast, case, expert):
    expert.post(page_of(case), sheet({"industrial_policy": "5", "development_plan": ""}, reason=""))
    assert kept(cast.experts[3]) == {"industrial_policy": ("5.0", "")}
    answer = expert.get(page_of(case))
    assert answer.context["missing"] == [
        "“发展规划”还没有打分。", "“运营计划”还没有打分。", "“公共服务能力”还没有打分。",
    ]  # fmt: skip
    assert "moves/submit_scores" not in answer.content.decode()
    expert.post(page_of(case), sheet("4", reason=""))
    assert expert.get(page_of(case)).context["missing"][0] == "“产业政策”未给满分，请写明理由。"
    expert.post(page_of(case), sheet(""))
    assert kept(cast.experts[3]) == {}


@pytest.mark.parametrize(
    ("points", "sentence"),
    [
        ("5.5", "请填0至5之间、以0.5分为一档的分数，您填的是5.5。"),
        ("-0.5", "您填的是-0.5。"),
        ("4.2", "您填的是4.2。"),
        ("很好", "您填的是很好。"),
        ("1e-1", "您填的是1e-1。"),
    ],
)
def test_all_faults_are_shown_at_once_and_nothing_is_saved(cast, case, expert, points, sentence):
    answer = expert.post(
        page_of(case), sheet({CODES[0]: points, CODES[1]: points, CODES[2]: "4.5"}, "打字的理由")
    )
    html = answer.content.decode()
    assert answer.status_code == 422
    assert html.count(f'<li><a href="#id_{CODES[0]}-points">') == 1
    assert html.count(f'<li><a href="#id_{CODES[1]}-points">') == 1
    assert sentence in html
    assert f'value="{points}"' in html
    assert 'value="4.5"' in html
    assert html.count("打字的理由") == 3
    assert kept(cast.experts[3]) == {}


def test_a_reason_alone_is_not_lost(case, expert):
    answer = expert.post(page_of(case), {"operation_plan-reason": "运营主体未定"})
    assert answer.status_code == 422
    assert "运营主体未定" in answer.content.decode()
    assert "已写理由，请同时给出分数。" in answer.content.decode()


def test_who_may_open_it(cast, case):
    got = {
        name: (
            signed_in(user).get(page_of(case)).status_code,
            signed_in(user).post(page_of(case), sheet("5")).status_code,
        )
        for name, user in {
            "own": cast.lin, "other": cast.other, "idle": cast.idle_expert,
            "site": cast.experts[0], "secretariat": cast.chen, "decider": cast.zhou,
        }.items()
    }  # fmt: skip
    assert got == {
        "own": (403, 403), "other": (404, 404), "idle": (404, 404),
        "site": (403, 403), "secretariat": (403, 403), "decider": (403, 403),
    }  # fmt: skip
    assert not PanelScore.objects.exists()


def test_before_the_panel_is_convened_nothing_is_scored(cast):
    case = cast.case_in("panel_preparation")
    from evaluation.actions import experts

    mine = experts.assign(cast.chen, case, cast.experts[3], "panel", reason="示例")
    experts.pledge(cast.experts[3], mine)
    client = signed_in(cast.experts[3])
    assert client.get(page_of(case)).status_code == 302
    assert client.post(page_of(case), sheet("5")).status_code == 302
    assert not PanelScore.objects.exists()


def every_page(case):
    pages = [
        "", "scoring/", "consolidation/", "site-visit/", "result/", "experts/", "review/",
        "objections/", "moves/submit_scores/", "moves/consolidate/", "versions/1/",
    ]  # fmt: skip
    return [f"/cases/{case.number}/{page}" for page in pages] + ["/desk/", "/cases/"]


def seen(user, case):
    client = signed_in(user)
    html = "".join(
        answer.content.decode()
        for answer in (client.get(page, follow=True) for page in every_page(case))
        if answer.status_code == 200 and not answer.streaming
    )
    for document in case.documents.all():
        address = f"/cases/{case.number}/documents/{document.pk}/row/"
        html += client.get(address).content.decode()
    return html


def test_nobody_sees_anothers_points_or_reasons_while_the_panel_scores(cast, case):
    canary = "金丝雀-发展规划缺资金安排"
    panel.save_scores(cast.experts[3], case, dict.fromkeys(CODES, ("1.5", canary)))
    for user in (cast.experts[2], cast.experts[0], cast.chen, cast.zhou, cast.lin):
        assert canary not in seen(user, case), user.username
    panel.submit_scores(cast.experts[3], case)
    for user in (cast.experts[2], cast.experts[0], cast.chen, cast.zhou, cast.lin):
        assert canary not in seen(user, case), user.username
    assert canary in seen(cast.experts[3], case)
    # The sheet's document is its owner's and the secretariat's.
    document = case.documents.get(kind="score_sheet")
    address = f"/cases/{case.number}/documents/{document.pk}/row/"
    assert signed_in(cast.experts[2]).get(address).status_code == 404
    assert signed_in(cast.lin).get(address).status_code == 404
    # When all have submitted, the leader sees it and the others still do not.
    panel.save_scores(cast.experts[2], case, dict.fromkeys(CODES, ("5", "")))
    panel.submit_scores(cast.experts[2], case)
    case.refresh_from_db()
    assert case.state == "panel_consolidation"
    assert canary in seen(cast.experts[2], case)
    for user in (cast.experts[0], cast.lin, cast.zhou, cast.chen):
        assert canary not in seen(user, case), user.username


def test_a_second_expert_does_not_see_the_leaders_reasons_even_afterwards(cast, case):
    canary = "金丝雀-组长的理由"
    for expert, reason in ((cast.experts[2], canary), (cast.experts[3], "另一理由")):
        panel.save_scores(expert, case, dict.fromkeys(CODES, ("2.5", reason)))
        panel.submit_scores(expert, case)
    assert canary not in seen(cast.experts[3], case)
    finals = dict.fromkeys(CODES, ("2.5", "合议结论"))
    journey.hand_in(cast.experts[2], case, finals)
    assert canary not in seen(cast.experts[3], case)
    assert canary in seen(cast.chen, case)


def test_queries_are_the_same_with_few_and_many_scores(case, expert):
    def count():
        with CaptureQueriesContext(connection) as queries:
            assert expert.get(page_of(case)).status_code == 200
        return len(queries)

    count()  # the session is written once
    expert.post(page_of(case), sheet({CODES[0]: "4"}))
    one = count()
    expert.post(page_of(case), sheet("4"))
    assert count() == one


def test_only_the_last_sheet_is_said_to_close_the_round(cast, case, expert):
    for code in CODES:
        panel.save_scores(cast.experts[2], case, {code: ("1", "示例：依据材料评定。")})
        panel.save_scores(cast.experts[3], case, {code: ("1", "示例：依据材料评定。")})
    address = f"/cases/{case.number}/moves/submit_scores/"
    assert "待组长汇总" not in expert.get(address).content.decode()
    panel.submit_scores(cast.experts[2], case)
    assert "待组长汇总" in expert.get(address).content.decode()


def test_an_open_invitation_counts_as_work_of_ones_own(cast):
    case = cast.case_in("site_preparation")
    experts.assign(cast.chen, case, cast.idle_expert, "site", reason="示例")
    assert "有 1 项工作等您办理" in signed_in(cast.idle_expert).get("/desk/").content.decode()
