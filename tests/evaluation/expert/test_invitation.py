"""The expert's own answer: whether there is time, then pledge or recusal; or no answer at all."""

from datetime import date, timedelta

import pytest

from evaluation.actions import experts, site
from evaluation.models import Document, Kind, Left
from evaluation.tasks import mark_unanswered
from portal.ledger.models import AuditEvent, OutboxEntry
from tests.evaluation.cast import make_cast, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast():
    return make_cast()


@pytest.fixture
def case(cast):
    return cast.case_in("site_preparation")


@pytest.fixture
def invited(cast, case):
    return experts.assign(
        cast.chen, case, cast.experts[0], "site", is_leader=True, reason="示例：首次评估"
    )


@pytest.fixture
def accepted(cast, invited):
    """The names are shown: the expert has time."""
    experts.accept(cast.experts[0], invited)
    return invited


NAMES = ("示例智算科技有限公司", "示例齐鲁工业智算基地", "济南", "山东")


def test_first_it_is_asked_whether_there_is_time_and_no_name_is_told(cast, case, invited):
    client = signed_in(cast.experts[0])
    html = client.get(f"/invitations/{invited.pk}/").content.decode()
    for shown in ("现场评估", "（组长）", "答复期限"):
        assert shown in html
    desk = client.get("/desk/").content.decode()
    mails = [
        f"{entry.payload['subject']} {entry.payload['body']}"
        for entry in OutboxEntry.objects.filter(kind="mail", payload__user=cast.experts[0].pk)
    ]
    assert len(mails) == 1
    for hidden in (*NAMES, case.number):
        assert hidden not in html + desk + mails[0]
    # Neither pledge nor recusal before one knows what it is about.
    for answer in ("pledge", "recuse"):
        sent = client.post(f"/invitations/{invited.pk}/", {"answer": answer, "reason": "x"})
        assert sent["Location"] == f"/invitations/{invited.pk}/"
    invited.refresh_from_db()
    assert (invited.pledged_at, invited.recused_at) == (None, None)


def test_the_record_names_the_duty_in_which_somebody_declined(cast, case, invited):
    member = experts.assign(cast.chen, case, cast.experts[1], "site", reason="示例")
    experts.decline(cast.experts[1], member, "")
    experts.decline(cast.experts[0], invited, "")
    roles = case.transitions.filter(move="expert_declined").order_by("pk")
    assert list(roles.values_list("actor_role", flat=True)) == ["site_expert", "site_leader"]
    page = signed_in(cast.chen).get(f"/cases/{case.number}/").content.decode()
    assert "谢绝了邀请" in page
    assert "现场评估组成员" in page


def test_who_declines_has_seen_no_name_and_sees_none_later(cast, case, invited):
    client = signed_in(cast.experts[0])
    words = {"answer": "decline", "words": "出国访问"}
    assert client.post(f"/invitations/{invited.pk}/", words)["Location"] == "/desk/"
    pages = (f"/invitations/{invited.pk}/", "/desk/", "/cases/", "/my-work/")
    for page in pages:
        html = client.get(page).content.decode()
        for hidden in (*NAMES, case.number):
            assert hidden not in html, page
    assert "谢绝这项邀请" in client.get(pages[0]).content.decode()
    invited.refresh_from_db()
    assert (invited.left, invited.release_reason) == (Left.DECLINED, "出国访问")
    # The secretariat is told, and finds the seat on the desk and the reason on the page.
    office = signed_in(cast.chen)
    assert [seat.key for seat, _ in office.get("/desk/").context["open_seats"]] == [str(invited.pk)]
    assert "出国访问" in office.get(f"/cases/{case.number}/experts/").content.decode()
    assert OutboxEntry.objects.filter(key=f"mail:expert_left:{invited.pk}:{cast.chen.pk}").exists()
    # The reason is not for the audit trail, and the applicant's timeline tells nothing.
    assert "出国访问" not in str([event.data for event in AuditEvent.objects.all()])
    page = signed_in(cast.lin).get(f"/cases/{case.number}/").content.decode()
    assert "谢绝" not in page
    assert "谢绝了邀请" in office.get(f"/cases/{case.number}/").content.decode()
    # Somebody else is asked: the seat is off the desk.
    experts.assign(cast.chen, case, cast.experts[1], "site", reason="示例：替补")
    assert office.get("/desk/").context["open_seats"] == []


def test_no_answer_by_the_end_of_the_last_day(cast, case, invited):
    day = invited.answer_by
    assert experts.mark_unanswered(day) == 0
    assert experts.mark_unanswered(day + timedelta(days=1)) == 1
    assert experts.mark_unanswered(day + timedelta(days=1)) == 0
    invited.refresh_from_db()
    assert (invited.left, invited.release_reason) == (Left.LAPSED, "逾期未答复")
    client = signed_in(cast.experts[0])
    assert "已到期" in client.get(f"/invitations/{invited.pk}/").content.decode()
    client.post(f"/invitations/{invited.pk}/", {"answer": "accept"})
    invited.refresh_from_db()
    assert invited.accepted_at is None
    event = AuditEvent.objects.get(action="evaluation.lapse_invitation")
    assert (event.actor, event.data["assignment"]) == (None, invited.pk)
    assert [t.move for t in case.transitions.all()][-1] == "expert_lapsed"
    office = signed_in(cast.chen)
    assert [seat.key for seat, _ in office.get("/desk/").context["open_seats"]] == [str(invited.pk)]


def test_who_accepted_without_the_pledge_lapses_too_and_who_pledged_does_not(cast, case, accepted):
    pledged = experts.assign(cast.chen, case, cast.experts[1], "site", reason="示例")
    experts.pledge(cast.experts[1], pledged)
    assert experts.mark_unanswered(accepted.answer_by + timedelta(days=1)) == 1
    pledged.refresh_from_db()
    assert pledged.released_at is None
    mark_unanswered()  # as beat runs it: nothing is late today
    assert case.assignments.filter(left=Left.LAPSED).count() == 1


def test_the_deadline_counts_working_days(settings):
    settings.EXPERT_ANSWER_WORKING_DAYS = 1
    # 30 September 2026 is followed by the holidays; the next working day is the 8th.
    assert experts.answer_deadline(date(2026, 9, 30)) == date(2026, 10, 8)


def test_who_was_released_may_be_asked_again_and_who_recused_may_not(cast, case, accepted):
    experts.release(cast.chen, accepted, "日程冲突")
    again = experts.assign(cast.chen, case, cast.experts[0], "site", reason="示例：时间已协调")
    assert again.pk != accepted.pk
    experts.pledge(cast.experts[0], again)
    assert signed_in(cast.experts[0]).get(f"/cases/{case.number}/").status_code == 200


def test_shows_what_a_conflict_is_judged_by_and_nothing_more(cast, case, accepted):
    invited = accepted
    client = signed_in(cast.experts[0])
    html = client.get(f"/invitations/{invited.pk}/").content.decode()
    for shown in ("示例智算科技有限公司", "示例齐鲁工业智算基地", "现场评估", "（组长）"):
        assert shown in html
    for promise in ("回避", "胜任", "保密", "廉洁纪律", "报告干预", "承担责任"):
        assert f"<strong>{promise}</strong>" in html
    assert case.number not in html
    assert client.get(f"/cases/{case.number}/").status_code == 404


def test_the_pledge_opens_the_case(cast, case, accepted):
    invited = accepted
    client = signed_in(cast.experts[0])
    answer = client.post(f"/invitations/{invited.pk}/", {"answer": "pledge"})
    assert answer["Location"] == f"/cases/{case.number}/"
    assert client.get(f"/cases/{case.number}/").status_code == 200
    assert Document.objects.get(kind=Kind.PLEDGE).owner == cast.experts[0]
    html = client.get(f"/invitations/{invited.pk}/").content.decode()
    assert "您已于" in html
    assert "申请回避" not in html


def test_a_recusal_needs_its_reason_and_keeps_what_was_typed(cast, accepted):
    invited = accepted
    client = signed_in(cast.experts[0])
    answer = client.post(f"/invitations/{invited.pk}/", {"answer": "recuse", "reason": " "})
    assert answer.status_code == 422
    long = "长" * 2001
    answer = client.post(f"/invitations/{invited.pk}/", {"answer": "recuse", "reason": long})
    assert answer.status_code == 422
    assert long in answer.content.decode()
    invited.refresh_from_db()
    assert invited.recused_at is None


def test_after_a_recusal_nothing_of_the_case_is_left(cast, case, accepted):
    invited = accepted
    client = signed_in(cast.experts[0])
    answer = client.post(f"/invitations/{invited.pk}/", {"answer": "recuse", "reason": "曾任顾问"})
    assert answer["Location"] == "/desk/"
    pages = [f"/invitations/{invited.pk}/", "/desk/", "/cases/"]
    for page in pages:
        html = client.get(page).content.decode()
        assert "示例智算科技有限公司" not in html, page
        assert "示例齐鲁工业智算基地" not in html, page
        assert case.number not in html, page
    for page in ("", "site-visit/", "scoring/", "consolidation/", "result/", "experts/", "review/"):
        assert client.get(f"/cases/{case.number}/{page}").status_code == 404, page
    # The answer stands.
    client.post(f"/invitations/{invited.pk}/", {"answer": "pledge"})
    invited.refresh_from_db()
    assert invited.pledged_at is None


def test_a_released_expert_reads_nothing_of_the_case(cast, case, invited):
    experts.release(cast.chen, invited, "日程冲突")
    html = signed_in(cast.experts[0]).get(f"/invitations/{invited.pk}/").content.decode()
    assert "秘书处已解除这项指派" in html
    assert "示例齐鲁工业智算基地" not in html
    assert "日程冲突" not in html


def test_anothers_invitation_is_a_missing_one(cast, invited):
    address = f"/invitations/{invited.pk}/"
    for user in (cast.experts[1], cast.chen, cast.zhou, cast.lin, cast.sysadmin):
        assert signed_in(user).get(address).status_code == 404
        assert signed_in(user).post(address, {"answer": "pledge"}).status_code == 404
    assert signed_in(cast.experts[0]).get("/invitations/99999/").status_code == 404
    invited.refresh_from_db()
    assert invited.pledged_at is None


def test_an_invitation_that_is_no_longer_needed_opens_nothing(cast, case, invited):
    second = experts.assign(cast.chen, case, cast.idle_expert, "site", reason="示例")
    experts.pledge(cast.experts[0], invited)
    site.dispatch_team(cast.chen, case)
    cast.carry(case, "panel_preparation")
    client = signed_in(cast.idle_expert)
    html = client.get(f"/invitations/{second.pk}/").content.decode()
    assert "这项工作已经结束，不再需要答复。" in html
    client.post(f"/invitations/{second.pk}/", {"answer": "pledge"})
    assert client.get(f"/cases/{case.number}/").status_code == 404
    assert "示例齐鲁工业智算基地" not in client.get("/desk/").content.decode()
