"""How long each step may take: set when it begins, put off with a reason, reminded of once at each
distance, and paused while a correction is with the secretariat."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from evaluation import queries, workdays
from evaluation.actions import deadlines, publication, review
from evaluation.demo import journey
from evaluation.errors import NotAllowed, Refused
from evaluation.models import DeadlineReminder, Evaluation
from portal.accounts.actions import administration
from portal.accounts.models import Role
from portal.ledger.models import AuditEvent
from portal.notifications.models import Notification
from tests.evaluation.cast import Cast, make_cast

pytestmark = pytest.mark.django_db

SHANGHAI = ZoneInfo("Asia/Shanghai")
# Monday to Friday that week and the next are plain working days.
MONDAY = date(2026, 7, 13)


def at(day: date, hour: int = 9) -> time_machine.travel:
    return time_machine.travel(
        datetime(day.year, day.month, day.day, hour, tzinfo=SHANGHAI), tick=False
    )


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def set_days(cast: Cast, state: str, days: int) -> None:
    administration.change_setting(cast.sysadmin, f"deadline_{state}", days)


def told(kind: str) -> list[tuple[str, str]]:
    rows = Notification.objects.filter(kind=kind).order_by("id")
    return [(row.user.username, row.subject_zh) for row in rows]


# Set


def test_a_step_begins_with_the_deadline_of_its_setting(cast):
    set_days(cast, "submitted", 3)
    with at(MONDAY):
        case = cast.case_in("submitted")
    assert case.deadline == MONDAY + timedelta(days=3)


def test_the_desk_puts_the_nearest_deadline_first(cast, client):
    older, newer, without = (cast.case_in("submitted") for _ in range(3))
    for case, deadline in ((older, MONDAY + timedelta(days=9)), (newer, MONDAY), (without, None)):
        Evaluation.objects.filter(pk=case.pk).update(deadline=deadline)
    client.force_login(cast.chen)
    page = client.get("/desk/").content.decode()
    numbers = (newer.number, older.number, without.number)
    assert sorted(numbers, key=page.index) == list(numbers)


def test_a_setting_of_0_sets_no_deadline_and_an_ended_case_has_none(cast):
    set_days(cast, "submitted", 0)
    with at(MONDAY):
        assert cast.case_in("submitted").deadline is None
        assert cast.case_in("certified").deadline is None


def test_a_changed_setting_leaves_running_deadlines_as_they_are(cast):
    with at(MONDAY):
        case = cast.case_in("submitted")
    before = case.deadline
    set_days(cast, "submitted", 30)
    case.refresh_from_db()
    assert case.deadline == before == workdays.after(MONDAY, 5)


def test_the_objection_period_ends_when_its_own_rule_says_also_on_the_same_day(cast):
    set_days(cast, "result_pending", 5)
    with at(MONDAY):
        case = cast.case_in("result_pending")
        before = case.deadline
        publication.publish(cast.chen, case, working_days=5)
    assert case.deadline == before == case.publication.ends_on


# Put off


def test_a_deadline_is_put_off_with_its_reason_on_record(cast):
    with at(MONDAY):
        case = cast.case_in("agreement_signing")
        before = case.deadline
        later = before + timedelta(days=10)
        deadlines.extend(cast.chen, case, later, " 印章在外地。 ")
    assert case.deadline == later
    made = case.extensions.get()
    assert (made.before, made.after, made.reason, made.made_by) == (
        before, later, "印章在外地。", cast.chen,
    )  # fmt: skip
    event = AuditEvent.objects.get(action="evaluation.extend")
    assert (event.data["before"], event.data["after"], event.data["reason"]) == (
        str(before), str(later), "印章在外地。",
    )  # fmt: skip
    subject = f"案卷{case.number}：期限延长至{later.year}年{later.month}月{later.day}日"
    assert told("deadline_extended") == [("han", subject), ("lin", subject)]


def test_what_is_no_extension_is_refused(cast):
    with at(MONDAY):
        case = cast.case_in("submitted")
        day = case.deadline
        for deadline, reason, said in (
            (day + timedelta(days=1), " ", "请填写延期的理由。"),
            (day, "事", "新期限须晚于今天和原期限"),
            (MONDAY + timedelta(days=731), "事", "新期限不能超过730天以后。"),
        ):
            with pytest.raises(Refused, match=said):
                deadlines.extend(cast.chen, case, deadline, reason)
        with pytest.raises(NotAllowed):
            deadlines.extend(cast.lin, case, day + timedelta(days=1), "事")
        deadlines.extend(cast.chen, case, MONDAY + timedelta(days=730), "事")
    with at(day + timedelta(days=3)):
        late = cast.case_in("submitted")
        Evaluation.objects.filter(pk=late.pk).update(deadline=day)
        with pytest.raises(Refused, match="新期限须晚于今天"):
            deadlines.extend(cast.chen, late, day + timedelta(days=3), "事")
    with at(MONDAY), pytest.raises(Refused):
        deadlines.extend(cast.chen, cast.case_in("published"), day + timedelta(days=99), "事")


def test_the_page_keeps_what_was_typed_and_leads_back_to_the_case(cast):
    browser = Client()
    browser.force_login(cast.chen)
    with at(MONDAY):
        case = cast.case_in("submitted")
        path = reverse("evaluation:extend", args=[case.number])
        refused = browser.post(path, {"deadline": "2026-07-13", "reason": "材料太多"})
        assert refused.status_code == 422
        assert "材料太多" in refused.content.decode()
        page = browser.post(path, {"deadline": "2026-08-03", "reason": "材料太多"}, follow=True)
    assert "期限已延长至2026年8月3日，已告知办理人。" in page.content.decode()
    assert "2026年7月13日期限由2026年7月20日延长至2026年8月3日。" in page.content.decode()


# Overdue


def test_what_is_overdue_is_seen_by_all_who_wait(cast):
    with at(MONDAY):
        case = cast.case_in("submitted")
    with at(case.deadline, 23):
        assert list(queries.overdue(Evaluation.objects.all())) == []
    with at(case.deadline + timedelta(days=2)):
        assert list(queries.overdue(Evaluation.objects.all())) == [case]
        for user in (cast.lin, cast.chen, cast.zhou):
            browser = Client()
            browser.force_login(user)
            page = browser.get(reverse("evaluation:case", args=[case.number]))
            assert "已逾期 2 天" in page.content.decode()
            late = {"late": "1"} if user == cast.lin else {"show": "late"}
            found = browser.get(reverse("evaluation:cases"), late)
            assert case.number in found.content.decode()


# Reminders


@pytest.fixture
def submitted(cast: Cast) -> Evaluation:
    administration.change_setting(cast.sysadmin, "deadline_reminder_days", [3, 0, -2])
    with at(MONDAY):
        case = cast.case_in("submitted")
    assert case.deadline == date(2026, 7, 20)
    return case


def sent_on(*days: int) -> list[tuple[int, int]]:
    """What each of these days of July sends, and which distances are on record afterwards."""
    found = []
    for day in days:
        with at(date(2026, 7, day)):
            found.append((day, deadlines.remind_deadlines() + deadlines.remind_deadlines()))
    return found


def test_each_distance_is_reminded_of_once(submitted):
    assert sent_on(16, 17, 18, 20, 21, 22, 23) == [
        (16, 0), (17, 1), (18, 0), (20, 1), (21, 0), (22, 1), (23, 0),
    ]  # fmt: skip
    kept = DeadlineReminder.objects.order_by("id").values_list("days_before", flat=True)
    assert list(kept) == [3, 0, -2]
    number = submitted.number
    assert told("deadline_near") == [("chen", f"案卷{number}：“待受理”的期限为2026年7月20日")] * 2
    assert told("deadline_passed") == [("chen", f"案卷{number}：“待受理”已逾期")]


def test_after_days_without_a_beat_only_the_nearest_distance_is_sent(submitted):
    assert sent_on(16, 25, 26) == [(16, 0), (25, 1), (26, 0)]
    assert DeadlineReminder.objects.get().days_before == -2


def test_a_clock_set_back_sends_none_again(submitted):
    assert sent_on(17, 16, 17, 20, 18, 20, 22, 17, 22) == [
        (17, 1), (16, 0), (17, 0), (20, 1), (18, 0), (20, 0), (22, 1), (17, 0), (22, 0),
    ]  # fmt: skip


def test_an_extension_stops_the_old_reminders_and_plans_those_of_the_new_day(cast, submitted):
    assert sent_on(17) == [(17, 1)]
    with at(date(2026, 7, 18)):
        deadlines.extend(cast.chen, submitted, date(2026, 8, 3), "材料太多。")
    assert sent_on(20, 22, 30, 31) == [(20, 0), (22, 0), (30, 0), (31, 1)]


def test_a_case_that_moved_on_is_not_reminded_of(cast, submitted):
    cast.carry(submitted, "agreement_signing")
    Evaluation.objects.filter(pk=submitted.pk).update(deadline=None)
    assert sent_on(20, 25) == [(20, 0), (25, 0)]


def test_an_expert_who_pledged_is_reminded_of_the_case_with_a_link_to_it(cast):
    with at(MONDAY):
        case = cast.case_in("panel_consolidation")
    with at(case.deadline + timedelta(days=1)):
        deadlines.remind_deadlines()
    [leader] = Notification.objects.filter(kind="expert_deadline")
    assert leader.user.role == Role.EXPERT
    named = f"案卷{case.number}（{case.base.name}）的评估工作"
    assert (
        leader.subject_zh
        == f"{named}的期限为{case.deadline.year}年{case.deadline.month}月{case.deadline.day}日"
    )
    assert leader.path == f"/cases/{case.number}/"
    assert told("deadline_passed") == [("chen", f"案卷{case.number}：“待组长汇总”已逾期")]


# The clock of corrections


def test_the_time_for_corrections_stands_still_while_the_secretariat_has_the_case(cast):
    with at(MONDAY):
        case = cast.case_in("preliminary_review")
        journey.ask_for_correction(case, cast.players(), 4, "示例：缺机房等级证书。")
        Evaluation.objects.filter(pk=case.pk).update(deadline=workdays.after(MONDAY, 10))
    with at(MONDAY + timedelta(days=3)):  # Thursday: 3 of the 10 working days are used up
        case.refresh_from_db()
        _answer(cast, case)
        assert (case.state, case.correction_days_left) == ("preliminary_review", 7)
    with at(date(2026, 8, 3)):  # the secretariat took its time
        _find_another_defect(cast, case)
        earliest = review.earliest_correction_deadline(case)
        assert earliest == workdays.after(date(2026, 8, 3), 7) == date(2026, 8, 12)
        with pytest.raises(Refused, match="还余7个工作日，补正期限不得早于2026年8月12日"):
            review.request_correction(cast.chen, case, earliest - timedelta(days=1))
        review.request_correction(cast.chen, case, earliest)
    assert (case.deadline, case.correction_days_left) == (earliest, None)


@pytest.mark.parametrize(("resubmitted", "left"), [(10, 0), (9, 1), (14, 0)])
def test_who_used_the_time_up_still_gets_one_working_day(cast, resubmitted, left):
    with at(MONDAY):
        case = cast.case_in("preliminary_review")
        journey.ask_for_correction(case, cast.players(), 4, "示例：缺机房等级证书。")
        last = workdays.after(MONDAY, 10)
        Evaluation.objects.filter(pk=case.pk).update(deadline=last)
    with at(workdays.after(MONDAY, resubmitted)):
        case.refresh_from_db()
        _answer(cast, case)
    assert case.correction_days_left == left
    with at(date(2026, 8, 7)):  # a Friday
        assert review.earliest_correction_deadline(case) == date(2026, 8, 10)


def _answer(cast: Cast, case: Evaluation) -> None:
    review.answer_defects(cast.lin, case, {"s4": "示例：已附说明，请查。"})
    review.resubmit(cast.lin, case)


def _find_another_defect(cast: Cast, case: Evaluation) -> None:
    for slot in range(1, 11):
        review.judge_slot(cast.chen, case, slot, accepted=slot != 4, reason="示例：仍缺证书。")
