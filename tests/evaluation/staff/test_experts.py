"""Assigning experts, naming a leader, taking experts off, and closing the round."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from evaluation.actions import experts, meeting, panel, site
from evaluation.demo import journey
from evaluation.errors import Refused
from evaluation.models import Assignment
from portal.accounts.models import Role, User
from portal.ledger.models import AuditEvent, OutboxEntry
from tests.evaluation.cast import make_cast, signed_in

pytestmark = pytest.mark.django_db


def page_of(case):
    return f"/cases/{case.number}/experts/"


def conflicted(cast):
    return User.objects.create_user(
        "insider", "insider@example.org", "x",
        name="内部专家", role=Role.EXPERT, organisation=cast.organisation,
    )  # fmt: skip


def assigned(case):
    return {
        (a.expert.username, a.duty, a.is_leader)
        for a in case.assignments.filter(released_at=None, recused_at=None)
    }


def test_the_pool_says_who_cannot_be_chosen_and_why():
    cast = make_cast()
    conflicted(cast)
    case = cast.case_in("site_preparation")
    experts.assign(cast.chen, case, cast.experts[0], "site", is_leader=True, reason="示例")
    context = signed_in(cast.chen).get(page_of(case)).context
    refusals = {c.expert.username: c.refusal for c in context["candidates"]}
    assert refusals == {
        "expert1": "已邀请过", "expert2": "", "expert3": "", "expert4": "", "idle": "",
        "insider": "应回避：任职于申报单位",
    }  # fmt: skip


def test_an_expert_is_assigned_and_a_leader_named():
    cast = make_cast()
    case = cast.case_in("site_preparation")
    client = signed_in(cast.chen)
    answer = client.post(
        f"{page_of(case)}assign/",
        {"expert": cast.experts[0].pk, "leader": "1", "q": "专家", "reason": "示例：熟悉液冷"},
    )
    assert answer["Location"] == f"{page_of(case)}?q=%E4%B8%93%E5%AE%B6"
    other = {"expert": cast.experts[1].pk, "reason": " "}
    refused = client.post(f"{page_of(case)}assign/", other)
    assert (refused.status_code, assigned(case)) == (422, {("expert1", "site", True)})
    client.post(f"{page_of(case)}assign/", {**other, "reason": "示例：须懂电力"})
    reasons = list(case.assignments.order_by("pk").values_list("manual_reason", flat=True))
    assert reasons == ["示例：熟悉液冷", "示例：须懂电力"]
    assert assigned(case) == {("expert1", "site", True), ("expert2", "site", False)}


@pytest.mark.parametrize("who", ["insider", "lin", "chen", "nobody"])
def test_whoever_may_not_serve_is_refused(who):
    cast = make_cast()
    conflicted(cast)
    case = cast.case_in("site_preparation")
    user = User.objects.filter(username=who).first()
    answer = signed_in(cast.chen).post(
        f"{page_of(case)}assign/", {"expert": user.pk if user else 99999, "reason": "x"}
    )
    assert answer.status_code == 302
    assert assigned(case) == set()


def test_another_leader_takes_over_with_an_audit_event():
    cast = make_cast()
    case = cast.case_in("site_preparation")
    first = experts.assign(cast.chen, case, cast.experts[0], "site", is_leader=True, reason="示例")
    second = experts.assign(cast.chen, case, cast.experts[1], "site", reason="示例")
    answer = signed_in(cast.chen).post(f"{page_of(case)}{second.pk}/lead/")
    assert answer["Location"] == page_of(case)
    assert assigned(case) == {("expert1", "site", False), ("expert2", "site", True)}
    event = AuditEvent.objects.filter(action="evaluation.appoint_leader").get()
    assert event.data["assignment"] == second.pk
    # One who is gone cannot lead.
    experts.recuse(cast.experts[0], first, "近亲属在申报单位任职")
    signed_in(cast.chen).post(f"{page_of(case)}{first.pk}/lead/")
    assert assigned(case) == {("expert2", "site", True)}


def test_when_the_leader_recuses_a_new_one_can_be_assigned_as_leader():
    cast = make_cast()
    case = cast.case_in("site_preparation")
    first = experts.assign(cast.chen, case, cast.experts[0], "site", is_leader=True, reason="示例")
    experts.recuse(cast.experts[0], first, "曾任顾问")
    client = signed_in(cast.chen)
    page = client.get(f"{page_of(case)}assign/?expert={cast.experts[1].pk}")
    assert page.context["has_leader"] is False
    client.post(
        f"{page_of(case)}assign/", {"expert": cast.experts[1].pk, "leader": "1", "reason": "x"}
    )
    assert assigned(case) == {("expert2", "site", True)}


def test_the_leader_can_change_while_the_panel_consolidates():
    cast = make_cast()
    case = cast.case_in("panel_consolidation")
    other = case.assignments.get(expert=cast.experts[3])
    address = f"/cases/{case.number}/meeting/leader/"
    refused = signed_in(cast.chen).post(address, {"leader": other.pk, "reason": " "})
    assert refused.status_code == 422
    # The panel has met: the button of the page of experts does not do it without a reason.
    signed_in(cast.chen).post(f"{page_of(case)}{other.pk}/lead/")
    assert signed_in(cast.experts[2]).get(f"/cases/{case.number}/consolidation/").status_code == 200
    signed_in(cast.chen).post(address, {"leader": other.pk, "reason": "原组长突发疾病"})
    other.refresh_from_db()
    assert other.leader_reason == "原组长突发疾病"
    assert signed_in(cast.experts[2]).get(f"/cases/{case.number}/consolidation/").status_code == 403
    assert signed_in(cast.experts[3]).get(f"/cases/{case.number}/consolidation/").status_code == 200


def test_a_release_needs_its_reason_and_closes_the_case_to_the_expert():
    cast = make_cast()
    case = cast.case_in("site_visit")
    member = case.assignments.get(expert=cast.experts[1])
    client, expert = signed_in(cast.chen), signed_in(cast.experts[1])
    address = f"{page_of(case)}{member.pk}/release/"
    assert client.get(address).status_code == 200
    assert client.post(address, {"reason": " "}).status_code == 422
    assert expert.get(f"/cases/{case.number}/").status_code == 200
    assert client.post(address, {"reason": "日程冲突"}).status_code == 302
    assert expert.get(f"/cases/{case.number}/").status_code == 404
    member.refresh_from_db()
    assert member.release_reason == "日程冲突"
    shown = client.get(page_of(case)).content.decode()
    assert "已解除" in shown
    assert "日程冲突" in shown


def test_each_answer_has_its_word_and_no_points():
    cast = make_cast()
    case = cast.case_in("panel_preparation")
    players = cast.experts
    waiting = experts.assign(cast.chen, case, players[0], "panel", reason="示例")
    recused = experts.assign(cast.chen, case, players[1], "panel", reason="示例")
    experts.recuse(players[1], recused, "曾合作")
    for expert in players[2:]:
        experts.pledge(
            expert,
            experts.assign(
                cast.chen, case, expert, "panel", is_leader=expert == players[2], reason="示例"
            ),
        )
    panel.convene_panel(cast.chen, case)
    codes = [i.code for i in panel.judged(case)]
    meeting.sign_in(players[2], case)
    panel.save_scores(players[2], case, dict.fromkeys(codes, ("3.5", "金丝雀理由")))
    panel.submit_scores(players[2], case)
    answer = signed_in(cast.chen).get(page_of(case))
    team = next(team for team in answer.context["teams"] if team.duty == "panel")
    assert {m.assignment.expert.username: m.label for m in team.members} == {
        "expert1": "待答复", "expert2": "已回避", "expert3": "已提交评分表", "expert4": "已承诺",
    }  # fmt: skip
    html = answer.content.decode()
    assert "3.5" not in html
    assert "金丝雀理由" not in html
    assert waiting.pk


def test_the_round_is_closed_after_the_last_missing_expert_was_released():
    cast = make_cast()
    case = cast.case_in("panel_preparation")
    for expert in (cast.experts[1], cast.experts[2], cast.experts[3]):
        experts.pledge(
            expert,
            experts.assign(
                cast.chen, case, expert, "panel", is_leader=expert == cast.experts[2], reason="示例"
            ),
        )
    panel.convene_panel(cast.chen, case)
    client = signed_in(cast.chen)
    move = f"/cases/{case.number}/moves/close_scoring/"
    for expert in cast.experts[2:]:
        meeting.sign_in(expert, case)
        panel.save_scores(expert, case, journey.points(case))
        panel.submit_scores(expert, case)
    before = client.get(move).content.decode()
    assert f"还有1位专家未提交评分表（{cast.experts[1].name}），请等待其提交或解除指派。" in before
    assert re.search(r"<button disabled[^>]*>结束打分</button>", before)
    refused = client.post(move)
    assert refused.status_code == 422
    assert (
        f"还有1位专家未提交评分表（{cast.experts[1].name}），请等待其提交或解除指派。"
        in refused.content.decode()
    )
    case.refresh_from_db()
    assert case.state == "panel_scoring"
    experts.release(cast.chen, case.assignments.get(expert=cast.experts[1], duty="panel"), "生病")
    assert move in client.get(page_of(case)).content.decode()
    assert client.post(move).status_code == 302
    case.refresh_from_db()
    assert case.state == "panel_consolidation"


def test_one_sheet_is_not_enough_to_close_the_round():
    cast = make_cast()
    case = cast.case_in("panel_scoring")
    panel.save_scores(cast.experts[2], case, journey.points(case))
    panel.submit_scores(cast.experts[2], case)
    experts.release(cast.chen, case.assignments.get(expert=cast.experts[3]), "生病")
    refused = signed_in(cast.chen).post(f"/cases/{case.number}/moves/close_scoring/")
    assert refused.status_code == 422
    assert "至少需要2位专家提交评分表" in refused.content.decode()
    expert = signed_in(cast.experts[2])
    assert expert.post(f"/cases/{case.number}/moves/close_scoring/").status_code == 403


def test_the_pool_is_searched_by_name_and_employer():
    cast = make_cast()
    conflicted(cast)
    case = cast.case_in("site_preparation")
    client = signed_in(cast.chen)

    def found(text):
        candidates = client.get(page_of(case), {"q": text}).context["candidates"]
        return [candidate.expert.username for candidate in candidates]

    assert found("专家高") == ["idle"]
    assert found("示例智算") == ["insider"]
    assert found("无此人\x00") == []


def test_who_may_open_and_assign():
    cast = make_cast()
    case = cast.case_in("site_visit")
    member = case.assignments.get(expert=cast.experts[1])
    data = {"expert": cast.idle_expert.pk, "reason": "x"}
    got = {
        name: (
            signed_in(user).get(page_of(case)).status_code,
            signed_in(user).post(f"{page_of(case)}assign/", data).status_code,
            signed_in(user).post(f"{page_of(case)}{member.pk}/lead/").status_code,
            signed_in(user)
            .post(f"{page_of(case)}{member.pk}/release/", {"reason": "x"})
            .status_code,
        )
        for name, user in {
            "own": cast.lin, "other": cast.other, "serving": cast.experts[0],
            "idle": cast.idle_expert, "decider": cast.zhou,
        }.items()
    }  # fmt: skip
    assert got == {
        "own": (403, 403, 403, 403),
        "other": (404, 404, 404, 404),
        "serving": (403, 403, 403, 403),
        "idle": (404, 404, 404, 404),
        "decider": (200, 403, 403, 403),
    }
    assert assigned(case) == {("expert1", "site", True), ("expert2", "site", False)}


def test_an_assignment_of_another_case_is_not_found():
    cast = make_cast()
    case, other = cast.case_in("site_visit"), cast.case_in("site_visit")
    member = other.assignments.get(expert=cast.experts[1])
    answer = signed_in(cast.chen).post(f"{page_of(case)}{member.pk}/release/", {"reason": "x"})
    assert answer.status_code == 404


def test_queries_do_not_grow_with_experts():
    cast = make_cast()
    case = cast.case_in("site_preparation")
    client = signed_in(cast.chen)
    experts.assign(cast.chen, case, cast.experts[0], "site", is_leader=True, reason="示例")

    def count():
        with CaptureQueriesContext(connection) as queries:
            assert client.get(page_of(case)).status_code == 200
        return len(queries)

    count()  # the session is written once
    one = count()
    for expert in [*cast.experts[1:], cast.idle_expert]:
        experts.assign(cast.chen, case, expert, "site", reason="示例")
    assert Assignment.objects.count() == 5
    assert count() == one


def test_who_recused_once_is_never_asked_again_on_the_case():
    cast = make_cast()
    case = cast.case_in("site_preparation")
    expert = cast.experts[3]
    experts.recuse(
        expert, experts.assign(cast.chen, case, expert, "site", reason="示例"), "示例：有合作。"
    )
    cast.carry(case, "panel_preparation")
    context = signed_in(cast.chen).get(page_of(case)).context
    refusals = {c.expert.username: c.refusal for c in context["candidates"]}
    assert refusals["expert4"] == "已声明回避"
    with pytest.raises(Refused) as refused:
        experts.assign(cast.chen, case, expert, "panel", reason="示例")
    assert str(refused.value) == "专家马已对本案卷声明回避，不能再指派。"


def test_a_team_leaves_only_with_a_leader_who_signed_the_pledge():
    cast = make_cast()
    case = cast.case_in("site_preparation")
    asked = experts.assign(cast.chen, case, cast.experts[0], "site", is_leader=True, reason="示例")
    with pytest.raises(Refused) as refused:
        site.dispatch_team(cast.chen, case)
    assert "还没有签署承诺书" in str(refused.value)
    experts.pledge(cast.experts[0], asked)
    site.dispatch_team(cast.chen, case)
    assert case.state == "site_visit"


def test_a_panel_begins_only_when_two_signed_the_pledge():
    cast = make_cast()
    case = cast.case_in("panel_preparation")
    leader = experts.assign(cast.chen, case, cast.experts[2], "panel", reason="示例")
    member = experts.assign(cast.chen, case, cast.experts[3], "panel", reason="示例")
    experts.pledge(cast.experts[3], member)
    with pytest.raises(Refused) as refused:
        panel.convene_panel(cast.chen, case)
    assert str(refused.value) == ("至少2位专家签署承诺书后才能启动评审，目前已签署1位。")
    experts.pledge(cast.experts[2], leader)
    panel.convene_panel(cast.chen, case)
    assert case.state == "panel_scoring"


def desk_of(user):
    context = signed_in(user).get("/desk/").context
    return {(case.number, case.lacks_experts) for case in context["waiting"]}


def test_a_case_that_lost_an_expert_it_needs_comes_to_the_secretariats_desk():
    cast = make_cast()
    case = cast.case_in("panel_scoring")
    assert desk_of(cast.chen) == set()
    sitting = case.assignments.filter(duty="panel").order_by("is_leader").first()
    experts.release(cast.chen, sitting, "示例：临时出差")
    assert desk_of(cast.chen) == {(case.number, True)}
    html = signed_in(cast.chen).get("/desk/").content.decode()
    assert "需补派专家" in html
    page = signed_in(cast.chen).get(f"/cases/{case.number}/").content.decode()
    assert "评估队伍有变动，须补派专家" in page
    keys = OutboxEntry.objects.filter(key__contains=f"experts-lacking:{sitting.pk}")
    assert keys.count() == User.objects.filter(role=Role.SECRETARIAT, is_active=True).count()
    # Another one is asked and signs: nothing is lacking any more.
    experts.assign(cast.chen, case, cast.idle_expert, "panel", reason="示例")
    assert desk_of(cast.chen) == {(case.number, True)}
    experts.pledge(cast.idle_expert, case.assignments.get(expert=cast.idle_expert))
    assert desk_of(cast.chen) == set()


def test_one_who_recuses_after_all_others_scored_leaves_the_case_with_the_secretariat():
    cast = make_cast()
    case = cast.case_in("panel_preparation")
    cast.carry(case, "panel_scoring")
    asked = experts.assign(cast.chen, case, cast.idle_expert, "panel", reason="示例")
    case.assignments.filter(duty="panel", pledged_at__isnull=False).update(
        signed_in_at=case.state_since, sheet_submitted_at=case.state_since
    )
    assert desk_of(cast.chen) == {(case.number, True)}  # waits for an answer that may never come
    experts.recuse(cast.idle_expert, asked, "亲属任职")
    assert [t.move for t in case.transitions.all()][-1] == "experts_lacking"


def test_a_move_that_came_too_late_names_the_last_move_and_not_what_happened_since():
    """Whoever recuses makes no move: the case is where the secretariat's move took it."""
    cast = make_cast()
    case = cast.case_in("panel_scoring")
    asked = experts.assign(cast.chen, case, cast.idle_expert, "panel", reason="示例")
    experts.recuse(cast.idle_expert, asked, "亲属任职")
    assert case.transitions.order_by("-at", "-pk")[0].move == "expert_recused"
    late = f"/cases/{case.number}/moves/convene_panel/"
    html = signed_in(cast.chen).post(late, follow=True).content.decode()
    assert f"{cast.chen.name}已于" in html
    assert "启动了专家评审，案卷" in html
    assert f"{cast.idle_expert.name}已于" not in html


def test_a_move_that_came_too_late_names_who_was_quicker_and_keeps_the_reason():
    cast = make_cast()
    case = cast.case_in("submitted")
    cast.carry(case, "agreement_signing")
    answer = signed_in(cast.chen).post(
        f"/cases/{case.number}/moves/return_application/", {"reason": "示例：请补全表3"}
    )
    html = answer.content.decode()
    assert answer.status_code == 422
    assert f"{cast.chen.name}已于" in html
    assert "受理了申报，案卷" in html
    assert "示例：请补全表3</textarea>" in html
    assert '<button class="btn btn-primary" type="submit">退回修改' not in html
    case.refresh_from_db()
    assert case.state == "agreement_signing"
