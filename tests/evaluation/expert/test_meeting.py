"""The panel's meeting: sign-in, the leader, doubts, dissent, and the signed sheets."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from evaluation.actions import challenges, dissent, experts, meeting, panel
from evaluation.demo import journey
from evaluation.demo.files import example_pdf
from evaluation.errors import Refused
from evaluation.models import CaseFile, Challenge, Dissent, Kind, PanelScore
from portal.ledger.models import AuditEvent, OutboxEntry
from tests.evaluation.cast import make_cast, signed_in

pytestmark = pytest.mark.django_db
CODES = ["industrial_policy", "development_plan", "operation_plan", "public_service"]


@pytest.fixture
def cast():
    return make_cast()


def convened(cast, panelists, leader=None):
    """A panel that has just been convened; nobody has signed in."""
    case = cast.case_in("panel_preparation")
    for expert in panelists:
        asked = experts.assign(
            cast.chen, case, expert, "panel", is_leader=expert == leader, reason="示例"
        )
        experts.pledge(expert, asked)
    panel.convene_panel(cast.chen, case)
    return case


def page_of(case, tail=""):
    return f"/cases/{case.number}/meeting/{tail}"


def seat(case, expert):
    return case.assignments.get(expert=expert, duty="panel")


def leaders(case):
    return [a.expert for a in case.assignments.filter(duty="panel", is_leader=True)]


def test_who_has_not_signed_in_scores_nothing(cast):
    case = convened(cast, cast.experts[2:4], cast.experts[2])
    client = signed_in(cast.experts[3])
    scoring = f"/cases/{case.number}/scoring/"
    assert client.get(scoring)["Location"] == page_of(case)
    with pytest.raises(Refused, match="请先在评审会签到"):
        panel.save_scores(cast.experts[3], case, journey.points(case))
    assert "签到" in client.get(page_of(case)).content.decode()
    assert client.post(page_of(case, "sign-in/"))["Location"] == page_of(case)
    first = seat(case, cast.experts[3]).signed_in_at
    client.post(page_of(case, "sign-in/"))
    assert seat(case, cast.experts[3]).signed_in_at == first is not None
    assert AuditEvent.objects.filter(action="evaluation.sign_in").count() == 1
    assert client.get(scoring).status_code == 200


def test_the_panel_elects_its_leader_by_more_than_half_and_with_their_consent(cast):
    panelists = (*cast.experts[1:4], cast.idle_expert)
    case = convened(cast, panelists)
    wanted = seat(case, cast.experts[2])
    with pytest.raises(Refused, match="请先在评审会签到"):
        meeting.vote(cast.experts[1], case, wanted)
    for expert in panelists[:3]:
        meeting.sign_in(expert, case)
    with pytest.raises(Refused, match="只能推选已签到的评审专家"):
        meeting.vote(cast.experts[1], case, seat(case, cast.idle_expert))
    meeting.sign_in(cast.idle_expert, case)
    # Three of four must agree, the elected among them.
    assert not meeting.vote(cast.experts[1], case, wanted)
    assert not meeting.vote(cast.experts[3], case, wanted)
    assert not meeting.vote(cast.idle_expert, case, wanted)
    assert leaders(case) == []
    answer = signed_in(cast.experts[2]).post(page_of(case, f"votes/{wanted.pk}/"), follow=True)
    assert "专家何当选组长。" in answer.content.decode()
    assert leaders(case) == [cast.experts[2]]
    with pytest.raises(Refused, match="组长已是专家何"):
        meeting.vote(cast.experts[3], case, seat(case, cast.experts[1]))


def test_a_vote_may_change_and_two_of_two_must_agree(cast):
    case = convened(cast, cast.experts[2:4])
    one, other = cast.experts[2:4]
    for expert in (one, other):
        meeting.sign_in(expert, case)
    assert not meeting.vote(one, case, seat(case, one))
    assert not meeting.vote(other, case, seat(case, other))
    assert meeting.vote(one, case, seat(case, other))
    assert leaders(case) == [other]


def test_a_sheet_is_not_handed_in_before_there_is_a_leader(cast):
    case = convened(cast, cast.experts[2:4])
    for expert in cast.experts[2:4]:
        meeting.sign_in(expert, case)
        panel.save_scores(expert, case, journey.points(case))
    with pytest.raises(Refused, match="还没有组长"):
        panel.submit_scores(cast.experts[2], case)
    client = signed_in(cast.chen)
    assert "还没有组长" in client.get(page_of(case)).content.decode()
    named = {"leader": seat(case, cast.experts[3]).pk, "reason": "专家意见不一，由秘书处指定"}
    assert client.post(page_of(case, "leader/"), named).status_code == 302
    assert leaders(case) == [cast.experts[3]]
    for expert in cast.experts[2:4]:
        panel.submit_scores(expert, case)
    case.refresh_from_db()
    assert case.state == "panel_consolidation"
    journey.hand_in(cast.experts[3], case, journey.points(case))
    frozen = case.documents.get(kind=Kind.MINUTES).content
    assert frozen["leader_chosen"] == "由秘书处指定，理由：专家意见不一，由秘书处指定"
    assert all(member["signed_in_at"] != "—" for member in frozen["panel"])


@pytest.fixture
def scoring(cast):
    return cast.case_in("panel_scoring")


def challenge_page(case, code="pue"):
    return f"/cases/{case.number}/scoring/challenges/{code}/"


def test_a_verified_value_may_be_doubted_until_the_own_sheet_is_in(cast, scoring):
    client = signed_in(cast.experts[3])
    assert "质疑此值" in client.get(f"/cases/{scoring.number}/scoring/").content.decode()
    same = client.post(challenge_page(scoring), {"pue-value": "1.28", "pue-reason": "无"})
    assert same.status_code == 422
    assert "您写的值与核验值相同" in same.content.decode()
    wrong = client.post(challenge_page(scoring), {"pue-value": "0.9", "pue-reason": ""})
    html = wrong.content.decode()
    assert "应为不小于1的数值" in html
    assert 'value="0.9"' in html
    assert not Challenge.objects.exists()
    typed = {"pue-value": "1.35", "pue-reason": "漏计冷却塔用电"}
    assert client.post(challenge_page(scoring), typed).status_code == 302
    made = Challenge.objects.get()
    assert (made.indicator, made.value, made.reason) == ("pue", "1.35", "漏计冷却塔用电")
    assert "漏计冷却塔用电" in client.get(f"/cases/{scoring.number}/scoring/").content.decode()
    assert client.get(challenge_page(scoring, "public_service")).status_code == 404
    assert client.post(challenge_page(scoring), {"withdraw": "1"}).status_code == 302
    assert not Challenge.objects.exists()
    panel.save_scores(cast.experts[3], scoring, journey.points(scoring))
    panel.submit_scores(cast.experts[3], scoring)
    assert client.post(challenge_page(scoring), typed).status_code == 302
    assert not Challenge.objects.exists()


def test_the_form_of_a_doubt_begins_blank(cast, scoring):
    client = signed_in(cast.experts[3])
    fields = client.get(challenge_page(scoring)).context["form"].value_fields
    assert [field.value() for field in fields] == [None]
    challenges.challenge(cast.experts[3], scoring, "pue", "1.35", "漏计冷却塔用电")
    fields = client.get(challenge_page(scoring)).context["form"].value_fields
    assert [field.value() for field in fields] == ["1.35"]


def own_row(client, case, code="pue"):
    groups = client.get(f"/cases/{case.number}/scoring/").context["verified"]
    return next(row for group in groups for row in group.rows if row.code == code)


def test_an_own_doubt_is_shown_before_locking_and_stands_in_its_row_with_the_answer(cast, scoring):
    expert, page = cast.experts[3], f"/cases/{scoring.number}/scoring/"
    client = signed_in(expert)
    challenges.challenge(expert, scoring, "pue", "1.35", "漏计冷却塔用电")
    panel.save_scores(expert, scoring, journey.points(scoring))
    asked = client.get(f"/cases/{scoring.number}/moves/submit_scores/")
    assert [(d.indicator, d.value) for d in asked.context["doubts"]] == [("电能利用效率", "1.35")]
    assert "漏计冷却塔用电" in asked.content.decode()
    to_consolidation(cast, scoring)
    assert own_row(client, scoring).doubt.value == "1.35"
    assert own_row(signed_in(cast.experts[2]), scoring).doubt is None
    assert "组长汇总时答复，答复后显示在这里。" in client.get(page).content.decode()
    answers = {made.pk: "冷却塔用电已计入" for made in challenges.counted_challenges(scoring)}
    journey.hand_in(cast.experts[2], scoring, journey.points(scoring), {}, answers)
    assert "冷却塔用电已计入" in client.get(page).content.decode()


def test_a_dissent_may_be_about_the_opinion_as_a_whole(cast, scoring):
    to_consolidation(cast, scoring)
    client = signed_in(cast.experts[3])
    typed = {"indicator": "opinion", "text": "不同意认定的结论。"}
    assert client.post(f"/cases/{scoring.number}/meeting/dissent/", typed).status_code == 302
    told = client.get(f"/cases/{scoring.number}/meeting/").content.decode()
    assert "<strong>整个评审意见</strong>" in told
    journey.hand_in(cast.experts[2], scoring, journey.points(scoring))
    frozen = scoring.documents.get(kind=Kind.MINUTES).content["reservations"]
    assert [(row["name"], row["text"]) for row in frozen] == [
        ("整个评审意见", "不同意认定的结论。")
    ]


def to_consolidation(cast, case):
    for expert in cast.experts[2:4]:
        panel.save_scores(expert, case, journey.points(case))
        panel.submit_scores(expert, case)
    case.refresh_from_db()


def test_every_doubt_is_answered_in_the_record(cast, scoring):
    challenges.challenge(cast.experts[3], scoring, "pue", "1.35", "漏计冷却塔用电")
    challenges.challenge(cast.experts[3], scoring, "rack_count", 1500, "两排机柜未通电")
    to_consolidation(cast, scoring)
    leader = signed_in(cast.experts[2])
    page = f"/cases/{scoring.number}/consolidation/"
    html = leader.get(page).content.decode()
    assert "漏计冷却塔用电" in html
    assert "专家马认为应为 1.35" in html
    doubts = {made.indicator: made.pk for made in challenges.counted_challenges(scoring)}
    overrules = {"rack_count": (1500, "复核通电记录后改定")}
    with pytest.raises(Refused) as refused:
        journey.hand_in(cast.experts[2], scoring, journey.points(scoring), overrules)
    assert list(refused.value.sentences) == ["“电能利用效率”的质疑还没有答复。"]
    answers = {doubts["pue"]: "冷却塔用电已计入，见能耗台账第3页"}
    journey.hand_in(cast.experts[2], scoring, journey.points(scoring), overrules, answers)
    # The reason of an overruled value answers the doubt about it.
    assert dict(Challenge.objects.values_list("indicator", "answer")) == {
        "pue": "冷却塔用电已计入，见能耗台账第3页",
        "rack_count": "复核通电记录后改定",
    }
    frozen = scoring.documents.get(kind=Kind.MINUTES).content["challenges"]
    assert [(row["value"], row["answer"]) for row in frozen] == [
        ("1.35", "冷却塔用电已计入，见能耗台账第3页"),
        ("1500标准机架", "复核通电记录后改定"),
    ]


@pytest.fixture
def consolidating(cast):
    return cast.case_in("panel_consolidation")


def test_dissent_is_recorded_by_the_leader_and_confirmed_by_its_expert(cast, consolidating):
    leader, expert = signed_in(cast.experts[2]), signed_in(cast.experts[3])
    held = {
        "expert": seat(consolidating, cast.experts[3]).pk,
        "indicator": "public_service",
        "text": "认为应评3分",
    }
    empty = leader.post(page_of(consolidating, "dissent/"), held | {"text": "", "indicator": ""})
    assert empty.status_code == 422
    assert leader.post(page_of(consolidating, "dissent/"), held).status_code == 302
    kept = Dissent.objects.get()
    assert OutboxEntry.objects.filter(key__contains=f"dissent:{kept.pk}:").count() == 1
    with pytest.raises(Refused, match="专家马对“公共服务能力”的保留意见尚未经其本人确认"):
        journey.hand_in(cast.experts[2], consolidating, journey.points(consolidating))
    waiting = [case.number for case in expert.get("/desk/").context["waiting"]]
    assert waiting == [consolidating.number]
    address = page_of(consolidating, f"dissent/{kept.pk}/")
    # The leader cannot confirm for the expert; the expert may ask for other words first.
    assert leader.post(address, {"answer": "confirm"}).status_code == 403
    remark = {"answer": "remark", f"{kept.pk}-remark": "应写：认为应评3.5分"}
    assert expert.post(address, remark).status_code == 302
    assert "应写：认为应评3.5分" in leader.get(page_of(consolidating)).content.decode()
    leader.post(page_of(consolidating, "dissent/"), held | {"text": "认为应评3.5分"})
    assert expert.post(address, {"answer": "confirm"}).status_code == 302
    kept.refresh_from_db()
    assert (kept.text, kept.remark, kept.confirmed_at is None) == ("认为应评3.5分", "", False)
    # Confirmed, it is the expert's: the leader may neither change nor remove it.
    assert leader.post(page_of(consolidating, "dissent/"), held).status_code == 422
    leader.post(address, {"answer": "remove"})
    assert Dissent.objects.get().text == "认为应评3.5分"
    journey.hand_in(cast.experts[2], consolidating, journey.points(consolidating))
    frozen = consolidating.documents.get(kind=Kind.MINUTES).content["reservations"]
    assert [(row["expert"], row["name"], row["text"]) for row in frozen] == [
        ("专家马", "公共服务能力", "认为应评3.5分")
    ]
    assert "认为应评3.5分" in signed_in(cast.chen).get(page_of(consolidating)).content.decode()
    with pytest.raises(Refused):
        dissent.remove_dissent(cast.experts[3], consolidating, kept)


def test_an_experts_own_dissent_needs_no_confirmation_and_no_other_sees_it(cast):
    case = convened(cast, cast.experts[1:4], cast.experts[2])
    for expert in cast.experts[1:4]:
        meeting.sign_in(expert, case)
        panel.save_scores(expert, case, journey.points(case))
        panel.submit_scores(expert, case)
    mine = {"indicator": "pue", "text": "金丝雀-保留"}
    assert signed_in(cast.experts[3]).post(page_of(case, "dissent/"), mine).status_code == 302
    kept = Dissent.objects.get()
    assert kept.confirmed_at is not None
    assert "金丝雀-保留" in signed_in(cast.experts[2]).get(page_of(case)).content.decode()
    for other in (cast.experts[1], cast.chen, cast.zhou):
        assert "金丝雀-保留" not in signed_in(other).get(page_of(case)).content.decode()
    address = page_of(case, f"dissent/{kept.pk}/")
    assert signed_in(cast.experts[1]).post(address, {"answer": "remove"}).status_code == 404
    assert signed_in(cast.experts[3]).post(address, {"answer": "remove"}).status_code == 302
    assert not Dissent.objects.exists()


def scan(name="评分表.pdf"):
    return SimpleUploadedFile(name, example_pdf(f"示例{name}").read(), "application/pdf")


def test_a_signed_sheet_is_tied_to_the_version_code_on_its_pages(cast, consolidating):
    own = consolidating.documents.get(kind=Kind.SCORE_SHEET, owner=cast.experts[3])
    address = page_of(consolidating, f"sheets/{own.pk}/")
    expert = signed_in(cast.experts[3])
    wrong = expert.post(address, {"code": "ABCDEF012345", "upload": scan()})
    assert wrong.status_code == 422
    assert f"页脚的版本码应为{own.version_code}，您填写的是ABCDEF012345" in wrong.content.decode()
    typed = own.version_code[:6].lower() + " " + own.version_code[6:]
    assert expert.post(address, {"code": typed, "upload": scan()}).status_code == 302
    kept = CaseFile.objects.get(scan_of=own)
    again = expert.post(address, {"code": typed, "upload": scan()})
    assert "这份扫描件已经上传过" in again.content.decode()
    file = f"/cases/{consolidating.number}/files/{kept.pk}/"
    got = {
        name: signed_in(user).get(file).status_code
        for name, user in {
            "own": cast.experts[3], "leader": cast.experts[2], "secretariat": cast.chen,
            "applicant": cast.lin,
        }.items()
    }  # fmt: skip
    assert got == {"own": 200, "leader": 404, "secretariat": 404, "applicant": 404}
    # Before the panel has given its opinion the secretariat sees no sheet at all.
    assert signed_in(cast.chen).get(address).status_code == 404
    journey.hand_in(cast.experts[2], consolidating, journey.points(consolidating))
    assert signed_in(cast.chen).get(file).status_code == 200
    assert signed_in(cast.zhou).post(address, {"code": typed, "upload": scan()}).status_code == 403
    newer = {"code": typed, "upload": scan("评分表2.pdf")}
    assert signed_in(cast.chen).post(address, newer).status_code == 302
    kept.refresh_from_db()
    assert kept.removed_at is not None
    assert CaseFile.objects.filter(scan_of=own, removed_at=None).count() == 1


def test_what_the_leader_typed_is_kept_for_the_leader_alone(cast, consolidating):
    page = f"/cases/{consolidating.number}/consolidation/"
    leader = signed_in(cast.experts[2])
    typed = {"operation_plan-value": "3.25", "operation_plan-reason": "金丝雀-暂存", "preview": "1"}
    sent = {f"{code}-value": "4" for code in CODES} | typed
    leader.post(page, sent, headers={"HX-Request": "true"})
    shown = leader.get(page).content.decode()
    assert "金丝雀-暂存" in shown
    assert 'value="3.25"' in shown
    named = {"leader": seat(consolidating, cast.experts[3]).pk, "reason": "原组长离会"}
    signed_in(cast.chen).post(page_of(consolidating, "leader/"), named)
    assert "金丝雀-暂存" not in signed_in(cast.experts[3]).get(page).content.decode()
    journey.hand_in(cast.experts[3], consolidating, journey.points(consolidating))
    assert not consolidating.consolidation_drafts.exists()


def test_the_spread_names_who_is_far_from_the_median(cast):
    case = convened(cast, cast.experts[1:4], cast.experts[2])
    for expert, points in zip(cast.experts[1:4], ("4.5", "4", "1.5"), strict=True):
        meeting.sign_in(expert, case)
        panel.save_scores(expert, case, dict.fromkeys(CODES, (points, "理由")))
        panel.submit_scores(expert, case)
    answer = signed_in(cast.experts[2]).get(f"/cases/{case.number}/consolidation/")
    line = answer.context["lines"][0]
    assert [str(n.normalize()) for n in (line.lowest, line.median, line.highest)] == [
        "1.5", "4", "4.5",
    ]  # fmt: skip
    assert line.far == ["专家马"]
    assert [(str(dot.points), dot.far) for dot in line.dots] == [
        ("4.0", False), ("4.5", False), ("1.5", True),
    ]  # fmt: skip
    assert "no-store" in answer["Cache-Control"]
    assert PanelScore.objects.count() == 12
