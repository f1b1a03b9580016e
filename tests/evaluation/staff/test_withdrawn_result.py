"""A published result that was wrong: withdrawn with its reason on record, worked on anew,
published again; the earlier one stays readable with its mark."""

import pytest
from django.test import Client
from django.utils import timezone

from evaluation.actions import objections, panel, publication
from evaluation.demo import journey
from evaluation.errors import Refused
from evaluation.models import Publication
from portal.ledger.models import AuditEvent
from tests.evaluation.cast import make_cast, signed_in
from tests.portal.site.copies import scored_case

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast():
    return make_cast()


@pytest.fixture
def case(cast):
    """Published; how the panel scored does not matter here."""
    scored = scored_case(cast)
    publication.publish(cast.chen, scored, working_days=0)
    return scored


@pytest.fixture
def judged(cast):
    """Published after a panel's real work."""
    return cast.case_in("published")


def withdraw(cast, case, back_to="result_pending", reason="公示中的申报名称有误。"):
    return signed_in(cast.chen).post(
        f"/cases/{case.number}/moves/withdraw_result/", {"back_to": back_to, "reason": reason}
    )


def test_what_was_published_wrongly_is_published_again_and_the_earlier_one_stays(cast, case):
    first = case.publication
    assert withdraw(cast, case).status_code == 302
    case.refresh_from_db()
    assert case.state == "result_pending"
    public = Client()
    html = public.get(f"/notices/{first.number}/").content.decode()
    assert "本结果已撤回" in html
    assert "公示中的申报名称有误。" in html
    assert "结果正在重新办理" in html
    assert "不再受理异议" in public.get(f"/notices/{first.number}/object/").content.decode()
    publication.publish(cast.chen, case, working_days=5)
    second = case.publication
    assert (second.corrects, second.score_run) == (first, first.score_run)
    assert second.document.content["corrects"]["reason"] == "公示中的申报名称有误。"
    assert f"/notices/{second.number}/" in public.get(f"/notices/{first.number}/").content.decode()
    assert f"/notices/{first.number}/" in public.get(f"/notices/{second.number}/").content.decode()
    rows = public.get("/notices/").context["rows"]
    assert [(row[0].number, row[2]) for row in rows] == [
        (second.number, True),
        (first.number, False),
    ]
    event = AuditEvent.objects.get(action="evaluation.withdraw_result")
    assert (event.data["publication"], event.data["reason"]) == (
        first.number,
        "公示中的申报名称有误。",
    )


def test_the_leader_consolidates_anew_and_the_score_follows(cast, judged):
    case, first = judged, judged.publication
    withdraw(cast, case, "panel_consolidation", "汇总时漏计一项。")
    case.refresh_from_db()
    assert case.state == "panel_consolidation"
    # While it is worked on anew, the applicant reads no score.
    assert signed_in(cast.lin).get(f"/cases/{case.number}/result/").status_code == 403
    finals = journey.points(case)
    code = next(iter(finals))
    finals[code] = (str(panel.judged(case)[0].points - 1), "漏计已补。")
    journey.hand_in(cast.experts[2], case, finals)
    publication.publish(cast.chen, case, working_days=5)
    assert case.publication.score_run.total < first.score_run.total
    first.refresh_from_db()
    assert first.score_run != case.publication.score_run
    assert case.documents.filter(kind="minutes").count() == 2


def test_the_experts_score_anew_from_their_earlier_sheets(cast, judged):
    case = judged
    withdraw(cast, case, "panel_scoring", "打分依据的材料有误。")
    case.refresh_from_db()
    sheet = case.assignments.get(duty="panel", expert=cast.experts[3])
    assert (case.state, sheet.sheet_submitted_at) == ("panel_scoring", None)
    assert sheet.scores.exists()
    cast.carry(case, "published")
    assert Publication.objects.filter(evaluation=case).count() == 2


def test_an_objection_is_closed_against_the_result_only_once_it_is_withdrawn(cast, case):
    given = objections.Given(kind="person", objector="王实名", contact="0531-1", content="漏计")
    kept = objections.record_objection(cast.chen, case, given, timezone.localdate())
    with pytest.raises(Refused, match="请先撤回评估结果"):
        objections.close_objection(cast.chen, kept, "corrected", "成立。")
    refused = withdraw(cast, case, reason="王实名提出的异议成立。")
    assert "不能写出异议人的姓名" in refused.content.decode()
    assert "王实名提出的异议成立。" in refused.content.decode()
    withdraw(cast, case, reason="名单核对有误。")
    case.refresh_from_db()
    # Open still: the corrected result is not certified over it.
    publication.publish(cast.chen, case, working_days=0)
    with pytest.raises(Refused, match="还有1件异议未办结"):
        publication.propose(cast.chen, case)
    objections.take_step(cast.chen, kept, timezone.localdate(), "核实了身份。")
    objections.close_objection(cast.chen, kept, "corrected", "成立，已更正。")
    publication.propose(cast.chen, case)
    assert case.state == "decision_pending"


@pytest.mark.parametrize(
    ("back_to", "reason"), [("certified", "理由"), ("", "理由"), ("result_pending", " ")]
)
def test_without_a_reason_or_a_way_on_nothing_is_withdrawn(cast, case, back_to, reason):
    assert withdraw(cast, case, back_to, reason).status_code == 422
    assert case.publication.withdrawn_at is None
