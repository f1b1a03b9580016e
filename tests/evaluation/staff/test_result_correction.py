"""更正公布的内容: a withdrawn result's names are put right by two persons, and published anew."""

import pytest
from django.test import Client

from evaluation.actions import certification, publication, result_corrections
from evaluation.errors import NotAllowed, Refused, WrongState
from evaluation.models import Evaluation, Publication, ResultCorrection
from portal.accounts.models import Role, User
from portal.ledger.models import AuditEvent
from tests.evaluation.cast import Cast, make_cast, signed_in
from tests.portal.site.copies import scored_case, withdrawn_case

pytestmark = pytest.mark.django_db
TYPED = {"base_name": "示例更正智算基地", "place": "山东省", "reason": "申报名称少写“省”字。"}


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def case(cast: Cast) -> Evaluation:
    return withdrawn_case(cast)


def page_of(case: Evaluation) -> str:
    return f"/cases/{case.number}/result-correction/"


def test_it_is_proposed_decided_and_published_and_the_old_notice_stays(
    cast: Cast, case: Evaluation
) -> None:
    chen, zhou, public = signed_in(cast.chen), signed_in(cast.zhou), Client()
    first, before = Publication.objects.get(), case.base.name
    assert page_of(case) in chen.get(f"/cases/{case.number}/").content.decode()
    assert chen.post(page_of(case), TYPED).status_code == 302
    # Nothing changes, and nothing is published, before it is decided.
    case.refresh_from_db()
    assert (case.base.name, case.place) == (before, "山东")
    refused = chen.post(f"/cases/{case.number}/moves/publish/", {"working_days": "0"})
    assert "有一项更正待审批" in refused.content.decode()
    desk = zhou.get("/desk/").content.decode()
    assert "待审批的更正" in desk
    assert page_of(case) in desk
    shown = zhou.get(page_of(case)).content.decode()
    for words in (before, TYPED["base_name"], TYPED["reason"], cast.chen.name):
        assert words in shown
    assert zhou.post(page_of(case), {"decision": "approve"}).status_code == 302
    case = Evaluation.objects.get(pk=case.pk)
    assert (case.base.name, case.place) == (TYPED["base_name"], "山东省")
    assert TYPED["reason"] in signed_in(cast.lin).get(f"/cases/{case.number}/").content.decode()
    chen.post(f"/cases/{case.number}/moves/publish/", {"working_days": "0"})
    second = case.publication
    old = public.get(f"/notices/{first.number}/").content.decode()
    new = public.get(f"/notices/{second.number}/").content.decode()
    assert before in old
    assert TYPED["base_name"] not in old
    assert "（山东）" in old
    assert f"/notices/{second.number}/" in old
    assert TYPED["base_name"] in new
    assert "（山东省）" in new
    assert second.document is not None
    assert second.document.content["case"]["base"] == TYPED["base_name"]
    publication.propose(cast.chen, case)
    assert "（山东省）" in certification.certify(cast.zhou, case).name
    assert [e.action for e in AuditEvent.objects.filter(action__endswith="_correction")] == [
        "evaluation.propose_correction",
        "evaluation.approve_correction",
    ]


def test_one_who_declines_says_why_and_nothing_changes(cast: Cast, case: Evaluation) -> None:
    made = result_corrections.propose(cast.chen, case, **TYPED)
    zhou = signed_in(cast.zhou)
    assert zhou.post(page_of(case), {"decision": "decline"}).status_code == 422
    zhou.post(page_of(case), {"decision": "decline", "reason": "依据不足。"})
    made.refresh_from_db()
    assert (made.approved, made.note) == (False, "依据不足。")
    case.refresh_from_db()
    assert case.place == "山东"
    assert "依据不足。" in signed_in(cast.chen).get(page_of(case)).content.decode()
    publication.publish(cast.chen, case, working_days=0)  # as it was, it may be published


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"reason": " "}, "请填写更正的理由。"),
        ({"base_name": " "}, "请填写基地名称。"),
        ({"place": "河南"}, "基地位于"),
    ],
)
def test_what_cannot_be_is_refused(
    cast: Cast, case: Evaluation, changed: dict[str, str], words: str
) -> None:
    with pytest.raises(Refused, match=words):
        result_corrections.propose(cast.chen, case, **{**TYPED, **changed})
    unchanged = {"base_name": case.base.name, "place": case.place, "reason": "无"}
    with pytest.raises(Refused, match="没有改动"):
        result_corrections.propose(cast.chen, case, **unchanged)
    assert not ResultCorrection.objects.exists()


def test_who_may_do_what(cast: Cast, case: Evaluation) -> None:
    with pytest.raises(NotAllowed):
        result_corrections.propose(cast.zhou, case, **TYPED)
    made = result_corrections.propose(cast.chen, case, **TYPED)
    with pytest.raises(NotAllowed):
        result_corrections.approve(cast.chen, made)
    result_corrections.approve(cast.zhou, made)
    with pytest.raises(WrongState):
        result_corrections.approve(cast.zhou, made)


def test_whoever_proposed_it_does_not_decide_even_in_another_office(
    cast: Cast, case: Evaluation
) -> None:
    result_corrections.propose(cast.chen, case, **TYPED)
    User.objects.filter(pk=cast.chen.pk).update(role=Role.DECIDER)
    answer = signed_in(cast.chen).post(page_of(case), {"decision": "approve"})
    assert answer.status_code == 403
    assert "提请人与审批人须为两人。" in answer.content.decode()
    assert ResultCorrection.objects.get().approved is None


def test_only_a_withdrawn_result_is_corrected(cast: Cast) -> None:
    standing = scored_case(cast)
    publication.publish(cast.chen, standing, working_days=0)
    with pytest.raises(WrongState):
        result_corrections.propose(cast.chen, standing, **TYPED)


@pytest.mark.parametrize("back_to", ["panel_consolidation", "panel_scoring"])
def test_a_wrong_score_goes_back_to_the_panel(cast: Cast, back_to: str) -> None:
    """Also where it is found only while a withdrawn result is put right."""
    case = cast.case_in("published")
    publication.withdraw_result(cast.chen, case, "result_pending", "公布的名称有误。")
    client = signed_in(cast.chen)
    move = f"/cases/{case.number}/moves/reopen_result/"
    assert client.post(move, {"back_to": back_to, "reason": " "}).status_code == 422
    sent = {"back_to": back_to, "reason": "汇总漏计一项。"}
    assert client.post(move, sent).status_code == 302
    case.refresh_from_db()
    assert case.state == back_to
    event = AuditEvent.objects.get(action="evaluation.reopen_result")
    assert event.data["reason"] == "汇总漏计一项。"
    cast.carry(case, "published")
    second = case.publication
    assert second.corrects is not None
