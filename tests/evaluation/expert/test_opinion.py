"""The opinion is put before the experts of the panel before it is handed in."""

import pytest
from django.utils import timezone

from evaluation.actions import dissent, opinions, panel
from evaluation.demo import journey
from evaluation.documents.content.common import moment
from evaluation.errors import NotAllowed, NotConfirmed, Refused
from evaluation.models import Dissent, Duty, Kind, Opinion, ScoreRun
from portal.ledger.models import AuditEvent
from portal.notifications.models import Notification
from tests.evaluation.cast import make_cast, signed_in
from tests.evaluation.expert.test_consolidation import all_read, as_shown, carried, page_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast():
    return make_cast()


@pytest.fixture
def case(cast):
    case = cast.case_in("panel_scoring")
    for expert, points in ((cast.experts[2], "4"), (cast.experts[3], "4.5")):
        scores = dict.fromkeys(journey.points(case), (points, f"{expert.name}的理由"))
        panel.save_scores(expert, case, scores)
        panel.submit_scores(expert, case)
    case.refresh_from_db()
    return case


def opinion_of(case):
    return f"/cases/{case.number}/opinion/"


def finals(case, points="4"):
    return dict.fromkeys(journey.points(case), (points, "合议后的意见"))


def test_members_read_final_points_and_changes_but_nobody_elses_scores(cast, case):
    leader, member = cast.experts[2:4]
    told = signed_in(member)
    assert told.get(opinion_of(case))["Location"] == f"/cases/{case.number}/"
    data = as_shown(signed_in(leader), case) | {"pue-value": "1.3", "pue-reason": "缺一个月"}
    signed_in(leader).post(page_of(case), data | {"check": "1"})
    page = told.get(opinion_of(case)).content.decode()
    assert [row["mine"] for row in told.get(opinion_of(case)).context["points"]] == [4.5] * 4
    assert "缺一个月" in page
    assert "1.28 → 1.3" in page
    assert "专家何的理由" not in page
    kinds = Notification.objects.filter(kind="opinion_shared")
    assert [note.user for note in kinds] == [member]


def test_it_waits_on_the_members_desk_until_that_version_was_read(cast, case):
    leader, member = cast.experts[2:4]
    told = "评审意见已送阅，请阅看"
    assert told not in signed_in(member).get("/desk/").content.decode()
    panel.share(leader, case, finals(case))
    assert told in signed_in(member).get("/desk/").content.decode()
    assert told not in signed_in(leader).get("/desk/").content.decode()
    opinions.read_opinion(member, case, 1)
    assert told not in signed_in(member).get("/desk/").content.decode()
    panel.share(leader, case, finals(case, "4.5"))
    assert told in signed_in(member).get("/desk/").content.decode()


def test_of_two_panels_the_one_waits_whose_last_version_was_not_read(cast, case):
    leader, member = cast.experts[2:4]
    read = cast.case_in("panel_consolidation")
    panel.share(leader, case, finals(case))
    for points in ("4", "4.5"):
        panel.share(leader, read, finals(read, points))
    opinions.read_opinion(member, read, 2)
    desk = signed_in(member)
    assert [row.number for row in desk.get("/desk/").context["waiting"]] == [case.number]
    # A result that was withdrawn leads back here; what was handed in then is read no more.
    Opinion.objects.filter(evaluation=case).update(handed_in_at=timezone.now())
    assert desk.get("/desk/").context["waiting"] == []


def test_only_who_has_scored_and_sits_may_read(cast, case):
    leader = cast.experts[2]
    panel.share(leader, case, finals(case))
    users = {
        "own": cast.lin, "other": cast.other, "idle": cast.idle_expert, "site": cast.experts[0],
        "member": cast.experts[3], "leader": leader,
        "secretariat": cast.chen, "decider": cast.zhou,
    }  # fmt: skip
    got = {name: signed_in(user).get(opinion_of(case)).status_code for name, user in users.items()}
    assert got == {
        "own": 403, "other": 404, "idle": 404, "site": 403, "member": 200, "leader": 200,
        "secretariat": 403, "decider": 403,
    }  # fmt: skip


def test_who_has_not_scored_does_not_read_what_the_others_came_to(cast, case):
    leader, member = cast.experts[2:4]
    panel.share(leader, case, finals(case))
    case.assignments.filter(duty=Duty.PANEL, expert=member).update(sheet_submitted_at=None)
    answer = signed_in(member).get(opinion_of(case))
    assert answer.status_code == 403
    assert "提交评分表后才能阅看评审意见。" in answer.content.decode()
    assert "评审意见已送阅，请阅看" not in signed_in(member).get("/desk/").content.decode()
    with pytest.raises(NotAllowed, match="提交评分表后才能阅看"):
        opinions.read_opinion(member, case, 1)


def test_what_was_not_put_before_the_panel_is_not_handed_in(cast, case):
    leader = cast.experts[2]
    with pytest.raises(Refused, match="送评审专家阅看"):
        panel.consolidate(leader, case, finals(case))
    panel.share(leader, case, finals(case))
    with pytest.raises(Refused, match="送评审专家阅看"):
        panel.consolidate(leader, case, finals(case, "3"))
    panel.share(leader, case, finals(case))
    assert Opinion.objects.count() == 1  # the same again is no new version
    opinions.read_opinion(cast.experts[3], case, 1)
    panel.consolidate(leader, case, finals(case))
    assert Opinion.objects.get().handed_in_at is not None


def test_a_changed_mandatory_value_waits_for_every_member(cast, case):
    leader, member = cast.experts[2:4]
    changed = {"fp16_peak": ("999", "扣除未交付的服务器")}
    panel.share(leader, case, finals(case), changed)
    with pytest.raises(Refused, match="须待专家马阅看"):
        panel.consolidate(leader, case, finals(case), changed)
    signed_in(member).post(opinion_of(case), {"number": "1"})
    panel.consolidate(leader, case, finals(case), changed)
    assert ScoreRun.objects.count() == 1


def test_reading_counts_for_the_version_that_was_read(cast, case):
    leader, member = cast.experts[2:4]
    panel.share(leader, case, finals(case))
    panel.share(leader, case, finals(case, "3"))
    with pytest.raises(Refused, match="新的评审意见"):
        opinions.read_opinion(member, case, 1)
    opinions.read_opinion(member, case, 2)
    assert opinions.unread(case, opinions.standing_opinion(case)) == []
    with pytest.raises(NotAllowed):
        opinions.read_opinion(cast.chen, case, 2)


def test_a_dissent_that_comes_late_is_shown_before_anything_is_final(cast, case):
    leader, member = cast.experts[2:4]
    client = signed_in(leader)
    looked = client.post(page_of(case), as_shown(client, case) | {"check": "1"})
    seat = case.assignments.get(duty=Duty.PANEL, expert=member)
    dissent.record_dissent(member, case, seat, "public_service", "应评3分")
    answer = client.post(page_of(case), carried(looked))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "您打开本页之后有新增或改动：专家马对“公共服务能力”的保留意见" in page
    assert "应评3分" in page
    assert not ScoreRun.objects.exists()
    all_read(case)
    assert client.post(page_of(case), carried(answer)).status_code == 302
    assert Dissent.objects.get().confirmed_at is not None


def seat(case, expert):
    return case.assignments.get(duty=Duty.PANEL, expert=expert)


def test_what_a_member_has_not_read_is_asked_about_once_more(cast, case):
    leader, member = cast.experts[2:4]
    client = signed_in(leader)
    looked = client.post(page_of(case), as_shown(client, case) | {"check": "1"})
    asked = client.post(page_of(case), carried(looked))
    assert asked.status_code == 200
    assert [each.expert for each in asked.context["waiting"]] == [member]
    assert "专家马" in asked.content.decode()
    assert not ScoreRun.objects.exists()
    # The second yes names whom it is about; a yes about nobody is none.
    again = client.post(page_of(case), carried(looked) | {"unread": ["0"]})
    assert again.context["waiting"] == asked.context["waiting"]
    yes = {"unread": [seat(case, member).pk]}
    assert client.post(page_of(case), carried(asked) | yes).status_code == 302
    made = AuditEvent.objects.get(action="evaluation.consolidate")
    assert made.data["unread"] == [seat(case, member).pk]
    assert minutes_of(case)["reading"]["unread"] == ["专家马"]


def test_the_second_yes_is_asked_of_every_caller(cast, case):
    leader, member = cast.experts[2:4]
    panel.share(leader, case, finals(case))
    with pytest.raises(NotConfirmed, match="专家马还没有阅看评审意见"):
        panel.consolidate(leader, case, finals(case))
    assert not ScoreRun.objects.exists()
    panel.consolidate(leader, case, finals(case), despite_unread=[seat(case, member).pk])
    assert ScoreRun.objects.count() == 1


def minutes_of(case):
    return case.documents.get(kind=Kind.MINUTES).content


def test_the_minutes_say_who_read_it_and_when(cast, case):
    leader = cast.experts[2]
    journey.hand_in(leader, case, finals(case))
    opinion = Opinion.objects.get()
    assert minutes_of(case)["reading"] == {
        "number": 1,
        "shared_at": moment(opinion.shared_at),
        "read": [f"专家马（{moment(opinion.readings.get().read_at)}）"],
        "unread": [],
    }


def test_handed_in_it_stays_to_be_read_by_who_scored(cast, case):
    leader, member = cast.experts[2:4]
    journey.hand_in(leader, case, finals(case))
    case.refresh_from_db()
    client = signed_in(member)
    assert opinion_of(case) in client.get(f"/cases/{case.number}/").content.decode()
    page = client.get(opinion_of(case))
    assert page.status_code == 200
    html = page.content.decode()
    assert "合议后的意见" in html
    assert "已阅看本稿</button>" not in html
    assert "专家何的理由" not in html
    told = client.post(opinion_of(case), {"number": "1"}, follow=True).content.decode()
    assert "评审意见已提交，不能再确认阅看。" in told
    minutes = case.documents.get(kind=Kind.MINUTES)
    assert minutes.title == "专家评审意见（会议纪要）"
    download = f"/cases/{case.number}/documents/{minutes.pk}/"
    for page in (opinion_of(case), f"/cases/{case.number}/", f"/cases/{case.number}/meeting/"):
        assert f"{minutes.number} 专家评审意见（会议纪要）" in client.get(page).content.decode(), (
            page
        )
    assert client.get(download).status_code != 404
    assert signed_in(cast.experts[0]).get(download).status_code == 404
    for other, status in ((cast.experts[0], 403), (cast.chen, 403), (cast.idle_expert, 404)):
        assert signed_in(other).get(opinion_of(case)).status_code == status
