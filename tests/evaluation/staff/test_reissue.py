"""Between a withdrawn result and its new notice: who acts, what is next, what was changed."""

import io
from datetime import datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook

from evaluation import workdays
from evaluation.actions import deadlines, objections, publication, queue, result_corrections
from evaluation.models import Evaluation
from portal.accounts.actions import administration
from portal.notifications.models import Notification
from portal.site.templatetags.ui import day
from tests.evaluation.cast import Cast, make_cast, signed_in
from tests.portal.site.copies import scored_case, withdrawn_case

pytestmark = pytest.mark.django_db
TYPED = {"base_name": "示例更正智算基地", "place": "山东省", "reason": "申报名称少写“省”字。"}
TO_DECIDE = "等待审批人审批更正"
APPROVED = "更正已批准，请重新公布。"
UNCHANGED = "没有更正任何内容"


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def case(cast: Cast) -> Evaluation:
    return withdrawn_case(cast)


def read(client: Client, path: str) -> str:
    return client.get(path).content.decode()


def holder_on(page: str) -> str:
    return page.split("当前办理：")[1].split("<")[0]


def test_case_desk_and_queue_say_who_acts_and_what_is_next(cast: Cast, case: Evaluation) -> None:
    chen, lin = signed_in(cast.chen), signed_in(cast.lin)
    page, queue = f"/cases/{case.number}/", "/cases/"
    assert holder_on(read(chen, page)) == "秘书处"
    made = result_corrections.propose(cast.chen, case, **TYPED)
    assert holder_on(read(chen, page)) == "审批人"
    assert holder_on(read(lin, page)) == "审批人"
    for path in (page, "/desk/", queue):
        assert TO_DECIDE in read(chen, path), path
        assert APPROVED not in read(chen, path), path
    # It is nothing that the secretariat can do now.
    assert "项工作等您办理" not in read(chen, "/desk/")
    assert "审批人办理期限" in read(signed_in(cast.zhou), "/desk/").split("待审批的更正")[1]
    result_corrections.approve(cast.zhou, made)
    assert holder_on(read(chen, page)) == "秘书处"
    for path in (page, "/desk/", queue):
        assert APPROVED in read(chen, path), path
        assert TO_DECIDE not in read(chen, path), path
    assert "有 1 项工作等您办理" in read(chen, "/desk/")


def numbers(client: Client, query: str) -> list[str]:
    return [line.case.number for line in client.get(f"/cases/?{query}").context["lines"]]


def count_on(client: Client, chip: str) -> int:
    shows = client.get("/cases/").context["shows"]
    return next(each["count"] for each in shows if each["label"] == chip)


def standing_with(client: Client, case: Evaluation) -> dict[str, Any]:
    """Where the queue's filters and figures put the case."""
    found = {
        holder: case.number in numbers(client, f"holder={holder}")
        for holder in ("secretariat", "decider")
    }
    ours = (case.number in numbers(client, "show=ours"), count_on(client, "待秘书处办理"))
    export = load_workbook(io.BytesIO(client.get("/cases/export.xlsx").content)).active
    [head, row] = export.iter_rows(values_only=True)
    return {**found, "ours": ours, "exported": dict(zip(head, row, strict=True))["办理方"]}


def test_the_queue_has_the_case_where_it_has_to_be_decided(cast: Cast, case: Evaluation) -> None:
    chen = signed_in(cast.chen)
    office = {"secretariat": True, "decider": False, "ours": (True, 1), "exported": "秘书处"}
    decider = {"secretariat": False, "decider": True, "ours": (False, 0), "exported": "审批人"}
    assert standing_with(chen, case) == office
    made = result_corrections.propose(cast.chen, case, **TYPED)
    assert standing_with(chen, case) == decider
    result_corrections.decline(cast.zhou, made, "依据不足。")
    assert standing_with(chen, case) == office
    again = result_corrections.propose(cast.chen, case, **TYPED)
    assert standing_with(chen, case) == decider
    result_corrections.approve(cast.zhou, again)
    assert standing_with(chen, case) == office


def test_the_secretariat_reminds_whoever_decides(cast: Cast, case: Evaluation) -> None:
    assert queue.remind(cast.chen, [case.number]) == 0
    result_corrections.propose(cast.chen, case, **TYPED)
    line = signed_in(cast.chen).get("/cases/").context["lines"][0]
    assert line.can_remind
    assert queue.remind(cast.chen, [case.number]) == 1
    told = Notification.objects.filter(kind="cases_reminder")
    assert [each.user for each in told] == [cast.zhou]


def test_the_decision_has_a_day_of_its_own(cast: Cast, case: Evaluation) -> None:
    administration.change_setting(cast.sysadmin, "deadline_result_correction", 3)
    administration.change_setting(cast.sysadmin, "deadline_result_pending", 7)
    today, zhou = timezone.localdate(), signed_in(cast.zhou)
    made = result_corrections.propose(cast.chen, case, **TYPED)
    assert case.deadline == workdays.after(today, 3)
    page = f"/cases/{case.number}/result-correction/"
    for path in ("/desk/", page, f"/cases/{case.number}/", "/cases/"):
        assert day(case.deadline) in read(zhou, path), path
    assert "审批人办理期限" in read(zhou, "/desk/")
    assert "审批人办理期限" in read(signed_in(cast.chen), "/desk/")
    assert "审批人办理期限" in read(signed_in(cast.lin), "/cases/")
    result_corrections.decline(cast.zhou, made, "依据不足。")
    case.refresh_from_db()
    assert case.deadline == workdays.after(today, 7)
    assert "秘书处办理期限" in read(signed_in(cast.chen), "/desk/")
    administration.change_setting(cast.sysadmin, "deadline_result_correction", 0)
    result_corrections.propose(cast.chen, case, **TYPED)
    assert case.deadline is None


def test_the_decider_is_reminded_once_and_what_is_overdue_is_seen(
    cast: Cast, case: Evaluation
) -> None:
    administration.change_setting(cast.sysadmin, "deadline_reminder_days", [1, -1])
    result_corrections.propose(cast.chen, case, **TYPED)
    told: list[tuple[str, str, str]] = []
    assert case.deadline is not None
    for days in (-2, -1, 0, 1, 2):
        when = datetime.combine(case.deadline + timedelta(days=days), time(9))
        with time_machine.travel(timezone.make_aware(when), tick=False):
            deadlines.remind_deadlines()
            deadlines.remind_deadlines()
            assert (case.number in numbers(signed_in(cast.chen), "show=late")) == (days > 0)
            late = "已逾期" in read(signed_in(cast.zhou), "/desk/")
            assert late == (days > 0)
    for each in Notification.objects.filter(kind__startswith="deadline_").order_by("pk"):
        told.append((each.user.username, each.kind, each.subject_zh))
    number, until = case.number, day(case.deadline)
    assert told == [
        ("zhou", "deadline_near", f"案卷{number}：“更正待审批”的期限为{until}"),
        ("zhou", "deadline_passed", f"案卷{number}：“更正待审批”已逾期"),
        ("chen", "deadline_passed", f"案卷{number}：“更正待审批”已逾期"),
    ]


def test_an_open_objection_does_not_hide_what_is_next(cast: Cast, case: Evaluation) -> None:
    publication.publish(cast.chen, case, working_days=5)
    given = objections.Given(kind="person", objector="王实名", contact="0531-1", content="漏计")
    objections.record_objection(cast.chen, case, given, timezone.localdate())
    publication.withdraw_result(cast.chen, case, "result_pending", "公布的名称有误。")
    result_corrections.approve(cast.zhou, result_corrections.propose(cast.chen, case, **TYPED))
    desk = read(signed_in(cast.chen), "/desk/")
    assert APPROVED in desk
    assert "另有 1 件异议未办结" in desk
    assert "才能提请认定" not in desk


def test_each_hand_of_a_correction_stands_in_the_record(cast: Cast, case: Evaluation) -> None:
    chen, lin, page = signed_in(cast.chen), signed_in(cast.lin), f"/cases/{case.number}/"
    made = result_corrections.propose(cast.chen, case, **TYPED)
    assert "提请了更正公布的内容" in read(chen, page)
    assert "提请了更正公布的内容" not in read(lin, page)
    # What cannot be done now says so of itself, not of another action.
    assert "有一项更正待审批，审批后才能退回重新评审。" in read(chen, page)
    result_corrections.decline(cast.zhou, made, "依据不足。")
    assert "不予批准更正公布的内容" in read(chen, page)


def test_the_withdrawal_says_first_what_follows(cast: Cast) -> None:
    scored = scored_case(cast)
    publication.publish(cast.chen, scored, working_days=0)
    page = read(signed_in(cast.chen), f"/cases/{scored.number}/moves/withdraw_result/")
    assert "可以更正的只有基地名称和申报地区（行业）" in page
    assert "撤回由秘书处决定，立即生效，不须审批人批准" in page


def test_the_new_notice_and_the_mail_say_what_changed(cast: Cast, case: Evaluation) -> None:
    chen, publish = signed_in(cast.chen), f"/cases/{case.number}/moves/publish/"
    assert UNCHANGED in read(chen, publish)
    result_corrections.approve(cast.zhou, result_corrections.propose(cast.chen, case, **TYPED))
    asked = read(chen, publish)
    assert UNCHANGED not in asked
    assert "示例更正智算基地" in asked
    old = case.publications.get()
    case.refresh_from_db()
    publication.publish(cast.chen, case, working_days=5)
    new = case.publication
    shown = read(Client(), f"/notices/{new.number}/")
    for words in ("更正的内容", old.base_name, "示例更正智算基地", "公布的名称有误。"):
        assert words in shown
    assert new.document is not None
    changed = new.document.content["corrects"]["changes"]
    assert changed[0] == f"待评估基地由“{old.base_name}”更正为“示例更正智算基地”"
    assert [line.split("由")[0] for line in changed] == ["待评估基地", "申请的名称"]
    first, second = Notification.objects.filter(
        user=cast.lin, kind__in=("result_published", "result_corrected")
    ).order_by("pk")
    assert (first.kind, second.kind) == ("result_published", "result_corrected")
    assert "更正后的评估结果已公布" in second.subject_zh
    assert changed[0] in second.body_zh
    assert f"from “{old.base_name}” to “示例更正智算基地”" in second.body_en


def test_a_notice_that_changed_nothing_says_so(cast: Cast, case: Evaluation) -> None:
    publication.publish(cast.chen, case, working_days=0)
    shown = read(Client(), f"/notices/{case.publication.number}/")
    assert "公布的内容与原公示相同。" in shown


def test_an_open_objection_beside_a_waiting_correction_is_work(
    cast: Cast, case: Evaluation
) -> None:
    publication.publish(cast.chen, case, working_days=5)
    given = objections.Given(kind="person", objector="王实名", contact="0531-1", content="漏计")
    objections.record_objection(cast.chen, case, given, timezone.localdate())
    publication.withdraw_result(cast.chen, case, "result_pending", "公布的名称有误。")
    result_corrections.propose(cast.chen, case, **TYPED)
    desk = read(signed_in(cast.chen), "/desk/")
    assert "有 1 项工作等您办理" in desk
    assert TO_DECIDE in desk
    assert f"/cases/{case.number}/objections/" in desk
