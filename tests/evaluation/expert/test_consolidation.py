"""The leader's consolidation and the score it gives."""

import re
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from evaluation.actions import experts, meeting, opinions, panel
from evaluation.edition import edition_of
from evaluation.models import Consolidation, ScoreRun
from evaluation.rulebook import score
from tests.evaluation.cast import make_cast, signed_in

pytestmark = pytest.mark.django_db
CODES = ["industrial_policy", "development_plan", "operation_plan", "public_service"]


@pytest.fixture
def cast():
    return make_cast()


@pytest.fixture
def case(cast):
    """The leader gave 4, the other 4.5: the mean 4.25 is a number no expert could give."""
    case = cast.case_in("panel_scoring")
    for expert, points in ((cast.experts[2], "4"), (cast.experts[3], "4.5")):
        panel.save_scores(expert, case, dict.fromkeys(CODES, (points, f"{expert.name}的理由")))
        panel.submit_scores(expert, case)
    case.refresh_from_db()
    return case


@pytest.fixture
def leader(cast):
    return signed_in(cast.experts[2])


def page_of(case):
    return f"/cases/{case.number}/consolidation/"


def as_shown(client, case):
    """What a browser would send from the page as it is."""
    context = client.get(page_of(case)).context
    data = {}
    for shown in (*context["items"], *context["verified"]):
        for field in shown.form:
            value = field.value()
            if value not in (None, ""):
                data[field.html_name] = value
    return data


def hand_in(client, case, data):
    """Put it before the panel, have everyone read it, then submit what the page of the last look
    carries."""
    looked = client.post(page_of(case), data | {"check": "1"})
    all_read(case)
    return client.post(page_of(case), carried(looked)) if looked.context else looked


def all_read(case):
    """Every other expert says that the opinion before the panel was read."""
    if standing := opinions.standing_opinion(case):
        for member in opinions.unread(case, standing):
            opinions.read_opinion(member.expert, case, standing.number)


def carried(looked):
    """What the page of the last look would send."""
    sent: dict[str, list[str]] = {}
    for name, value in looked.context["sent"]:
        sent.setdefault(name, []).append(value)
    return sent | {
        "seen": looked.context["seen"],
        "opinion": [str(looked.context["opinion"].number)],
    }


def test_every_experts_points_stand_side_by_side_with_the_proposal(cast, case, leader):
    items = leader.get(page_of(case)).context["items"]
    assert [item.code for item in items] == CODES
    for item in items:
        assert [(a.name, a.is_leader, a.points, a.reason) for a in item.awards] == [
            ("专家何", True, Decimal("4"), "专家何的理由"),
            ("专家马", False, Decimal("4.5"), "专家马的理由"),
        ]
        assert (item.lowest, item.highest) == (Decimal("4"), Decimal("4.5"))
        assert item.proposal == Decimal("4.25")


def test_the_proposal_is_accepted_as_it_stands_and_gives_the_exact_run(case, leader):
    answer = hand_in(leader, case, as_shown(leader, case))
    assert answer["Location"] == f"/cases/{case.number}/"
    run = ScoreRun.objects.get(evaluation=case)
    edition = edition_of(case)
    values = {**case.declarations.get().values, **dict.fromkeys(CODES, "4.25")}
    card = score(edition, "province", edition.parse_values(values).values)
    assert run.result == card.as_json()
    # 100 less four times 0.75.
    assert (run.result["A1"], run.result["A2"], run.result["A3"]) == ("97", "100", "100")
    assert (run.result["A"], run.total, run.qualified) == ("98.5", Decimal("98.5"), True)
    assert run.inputs == edition.dump_values(edition.parse_values(values).values)
    assert run.digest == panel.run_digest("province", run.inputs, run.result)
    assert dict(Consolidation.objects.values_list("indicator", "value")) == dict.fromkeys(
        CODES, "4.25"
    )


def test_departing_from_the_proposal_needs_its_reason(case, leader):
    data = as_shown(leader, case) | {"operation_plan-value": "5"}
    answer = leader.post(page_of(case), data)
    assert answer.status_code == 422
    assert "最终得分与专家评分的汇总值不同，请写明理由。" in answer.content.decode()
    assert not ScoreRun.objects.exists()
    data["operation_plan-reason"] = "答辩时补充了运营主体协议"
    assert hand_in(leader, case, data).status_code == 302
    assert Consolidation.objects.get(indicator="operation_plan").value == "5"


def test_the_last_look_shows_what_becomes_final_and_loses_nothing(case, leader):
    typed = {
        "operation_plan-value": "5",
        "operation_plan-reason": "答辩时补充了运营主体协议",
        "pue-value": "1.3",
        "pue-reason": "电表数据缺一个月",
    }
    looked = leader.post(page_of(case), as_shown(leader, case) | typed | {"check": "1"})
    assert not ScoreRun.objects.exists()
    sent = carried(looked)
    assert {name: sent[name] for name in typed} == {name: [text] for name, text in typed.items()}
    assert "check" not in sent
    page = looked.content.decode()
    assert "答辩时补充了运营主体协议" in page
    assert "1.3（电表数据缺一个月）" in re.sub(r"\s+", "", page)
    shown = [bar.points for bar in looked.context["preview"].bars]
    back = leader.post(page_of(case), sent | {"preview": ["1"]})
    assert 'value="1.3"' in back.content.decode()
    all_read(case)
    assert leader.post(page_of(case), sent).status_code == 302
    run = ScoreRun.objects.get(evaluation=case)
    assert shown == [Decimal(run.result[code]) for code in ("A1", "A2", "A3", "A")]


def test_an_overrule_counts_and_is_explained(cast, case, leader):
    data = as_shown(leader, case) | {"pue-value": "1.3"}
    refused = leader.post(page_of(case), data)
    assert refused.status_code == 422
    assert "改变了核验值，请写明理由。" in refused.content.decode()
    data["pue-reason"] = "电表数据缺一个月"
    assert hand_in(leader, case, data).status_code == 302
    run = ScoreRun.objects.get(evaluation=case)
    assert run.inputs["pue"] == "1.3"
    assert run.result["A2"] == "85"  # 15 points for PUE are gone: 1.3 is not below 1.3
    assert case.site_records.get(indicator="pue").observed == "1.28"
    html = signed_in(cast.chen).get(page_of(case)).content.decode()
    assert "电表数据缺一个月" in html
    assert "专家马的理由" in html
    assert "最低 4，中位数 4.25，最高 4.5" in html


def test_all_faults_are_shown_at_once_with_what_was_typed(case, leader):
    data = as_shown(leader, case) | {
        "industrial_policy-value": "6", "industrial_policy-reason": "打字甲",
        "development_plan-value": "4.123",
        "public_service-value": "",
        "pue-value": "0.8", "pue-reason": "打字乙",
        "room_grade-reason": "没有改动却写了理由",
    }  # fmt: skip
    answer = leader.post(page_of(case), data)
    html = answer.content.decode()
    assert answer.status_code == 422
    for sentence in (
        "应为0至5之间的数值",
        "最终得分以0.01分为最小单位。",
        "请填写此项。",
        "应为不小于1的数值",
        "写了理由，但没有改变核验值。",
    ):
        assert sentence in html, sentence
    for typed in ("打字甲", "打字乙", "没有改动却写了理由", 'value="4.123"', 'value="0.8"'):
        assert typed in html, typed
    assert not Consolidation.objects.exists()


def test_the_preview_is_the_servers_and_keeps_nothing(case, leader):
    shown = leader.get(page_of(case)).context["preview"]
    assert [str(bar.points) for bar in shown.bars] == ["97.00", "100", "100", "98.500"]
    data = as_shown(leader, case) | {"preview": "1", "fp16_peak-value": "999"}
    answer = leader.post(page_of(case), data, headers={"HX-Request": "true"})
    html = answer.content.decode()
    assert answer.status_code == 200
    assert "必备项不满足：FP16算力峰值" in html
    assert "未满足10.1的认定条件" in html
    assert "<html" not in html
    whole = leader.post(page_of(case), data)
    assert whole.status_code == 200
    assert 'value="999"' in whole.content.decode()
    broken = leader.post(
        page_of(case), data | {"fp16_peak-value": "x"}, headers={"HX-Request": "true"}
    )
    assert "改正后显示得分" in broken.content.decode()
    assert not ScoreRun.objects.exists()
    case.refresh_from_db()
    assert case.state == "panel_consolidation"


def test_who_may_open_it_before_and_after(cast, case, leader):
    users = {
        "own": cast.lin, "other": cast.other, "idle": cast.idle_expert, "site": cast.experts[0],
        "member": cast.experts[3], "leader": cast.experts[2],
        "secretariat": cast.chen, "decider": cast.zhou,
    }  # fmt: skip

    def got():
        return {n: signed_in(u).get(page_of(case)).status_code for n, u in users.items()}

    closed = {"own": 403, "other": 404, "idle": 404, "site": 403, "member": 403}
    assert got() == closed | {"leader": 200, "secretariat": 403, "decider": 403}
    data = as_shown(leader, case)
    for name, user in users.items():
        if name != "leader":
            assert signed_in(user).post(page_of(case), data).status_code in (403, 404), name
    assert not ScoreRun.objects.exists()
    hand_in(leader, case, data)
    assert got() == closed | {"leader": 200, "secretariat": 200, "decider": 200}
    leader.post(page_of(case), data)
    assert ScoreRun.objects.count() == 1


def test_the_leader_sees_nothing_while_others_still_score(cast):
    case = cast.case_in("panel_scoring")
    panel.save_scores(cast.experts[3], case, dict.fromkeys(CODES, ("4", "金丝雀")))
    panel.submit_scores(cast.experts[3], case)
    answer = signed_in(cast.experts[2]).get(page_of(case))
    assert (answer.status_code, answer["Location"]) == (302, f"/cases/{case.number}/")


def test_queries_do_not_grow_with_experts(cast):
    few, many = cast.case_in("panel_preparation"), cast.case_in("panel_preparation")
    counts = []
    leader = signed_in(cast.experts[2])
    leader.get("/cases/")  # the session is written once
    for case, panelists in ((few, cast.experts[2:4]), (many, (*cast.experts, cast.idle_expert))):
        for expert in panelists:
            leads = expert == cast.experts[2]
            experts.pledge(
                expert,
                experts.assign(cast.chen, case, expert, "panel", is_leader=leads, reason="示例"),
            )
        panel.convene_panel(cast.chen, case)
        for expert in panelists:
            meeting.sign_in(expert, case)
            panel.save_scores(expert, case, dict.fromkeys(CODES, ("4", "理由")))
            panel.submit_scores(expert, case)
        with CaptureQueriesContext(connection) as queries:
            assert leader.get(page_of(case)).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
