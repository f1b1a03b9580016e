"""Questions about implausible reports: 林 answers for the base jinan, 陈 of the secretariat closes;
周 of another organisation learns of nothing."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from dataaccess import windows
from dataaccess.actions import questions
from dataaccess.api.examples import BODIES
from dataaccess.models import Base, Question
from portal.accounts.models import Role, User
from portal.ledger import outbox
from portal.ledger.models import AuditEvent, OutboxEntry
from portal.notifications.models import Notification
from tests.dataaccess.bodies import event
from tests.dataaccess.conftest import Caller, person, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def chen(db: None) -> User:
    return person("chen", Role.SECRETARIAT)


def report(caller: Caller, days_ago: int, **changes: int) -> None:
    day = windows.day_of(timezone.now()) - timedelta(days=days_ago)
    body = {**BODIES["compute_report"], "统计日期": day.isoformat(), **changes}
    assert caller.report(body).status_code in (200, 201)


@pytest.fixture
def question(jinan: Base, lin: User, caller: Caller) -> Question:
    """The base reports the same for seven days."""
    for days_ago in range(7, 0, -1):
        report(caller, days_ago)
    assert questions.watch() == 1
    return Question.objects.get()


def test_what_is_asked_reaches_the_operator_once(
    jinan: Base, question: Question, lin: User, zhou: User
) -> None:
    assert (question.base, question.rule, question.state) == (jinan, "frozen", "open")
    assert questions.watch() == 0
    told = Notification.objects.filter(kind="question")
    assert [note.user for note in told] == [lin]
    page = signed_in(lin).get(f"/bases/{jinan.code}/").content.decode()
    assert "连续7次上报的24项数字完全相同" in page
    assert signed_in(zhou).get(f"/questions/{question.pk}/").status_code == 404
    assert question.base.name not in signed_in(zhou).get("/questions/").content.decode()


def test_it_is_answered_then_closed_and_stays_readable(
    question: Question, lin: User, chen: User
) -> None:
    page, operator, office = f"/questions/{question.pk}/", signed_in(lin), signed_in(chen)
    empty = operator.post(page, {"text": " "})
    assert empty.status_code == 422
    operator.post(page, {"text": "采集程序停在旧值，已修复。"})
    question.refresh_from_db()
    assert (question.state, question.answered_by) == ("answered", lin)
    assert Notification.objects.filter(kind="question_answered", user=chen).count() == 1
    office.post(page, {"text": ""})
    question.refresh_from_db()
    assert (question.state, question.closed_by) == ("closed", chen)
    late = operator.post(page, {"text": "再补充"}, follow=True).content.decode()
    assert "这项询问已经办结" in late
    question.refresh_from_db()
    assert question.answer == "采集程序停在旧值，已修复。"
    assert "采集程序停在旧值" in operator.get(page).content.decode()
    actions = AuditEvent.objects.filter(subject=f"question:{question.pk}").order_by("seq")
    assert [event.action for event in actions] == ["question.answered", "question.closed"]


def test_closing_without_an_answer_needs_a_reason(question: Question, chen: User) -> None:
    page, office = f"/questions/{question.pk}/", signed_in(chen)
    assert "尚未答复，办结时请写明理由" in office.post(page, {"text": ""}).content.decode()
    office.post(page, {"text": "电话核实，属计划停机。"})
    question.refresh_from_db()
    assert (question.state, question.remark) == ("closed", "电话核实，属计划停机。")


def test_a_closed_question_is_not_asked_again_a_new_occurrence_is(
    question: Question, caller: Caller, chen: User
) -> None:
    questions.close(question, "已知", actor=chen)
    assert questions.watch() == 0
    report(caller, 0)  # the run goes on
    assert questions.watch() == 0
    total = BODIES["compute_report"]["GPU总算力"]
    report(caller, 0, GPU总算力=total // 2 - 1, 空闲GPU算力=0)
    assert questions.watch() == 1
    asked = Question.objects.latest("pk")
    assert (asked.rule, asked.subject, asked.facts["before"]) == ("drop", "gpu", total)


def test_fp16_is_held_against_the_certificate(jinan: Base, lin: User, caller: Caller) -> None:
    report(caller, 0)
    reported = BODIES["compute_report"]["FP16总算力"]
    Base.objects.update(certified_fp16=reported)
    assert questions.watch() == 0
    Base.objects.update(certified_fp16=reported * 2)
    assert questions.watch() == 1
    assert Question.objects.get().facts == {"reported": reported, "certified": reported * 2}


def test_filters_show_one_state_each(question: Question, lin: User, chen: User) -> None:
    def shown(state: str) -> bool:
        page: Any = signed_in(chen).get(f"/questions/?state={state}")
        return f"/questions/{question.pk}/" in page.content.decode()

    assert [shown(state) for state in ("open", "answered", "closed")] == [True, False, False]
    questions.answer(question, "检修", actor=lin)
    assert [shown(state) for state in ("open", "answered", "closed")] == [False, True, False]


def test_a_doubtful_report_is_asked_about_right_away(
    jinan: Base, caller: Caller, lin: User
) -> None:
    report(caller, 1)
    body = {**BODIES["compute_report"], "内存空间总容量": 1800, "空闲内存空间容量": 900}
    answer = caller.report(body)
    assert answer.status_code == 201
    yesterday = windows.day_of(timezone.now()) - timedelta(days=1)
    assert answer.json()["warnings"] == [
        {
            "field": "内存空间总容量",
            "code": "drop",
            "message": f"“内存空间总容量”为1800，上一次（{yesterday}）为524288，不足其50%。"
            "数据已按所报保存；请核对数值与单位，有误请更正后重发，"
            "无误请在平台的“数据询问”中说明原因。",
        }
    ]
    assert outbox.sweep() == 1
    question = Question.objects.get()
    assert (question.rule, question.subject, question.state) == ("drop", "memory", "open")
    assert [note.user for note in Notification.objects.filter(kind="question")] == [lin]
    again = caller.report(body)
    assert [each["code"] for each in again.json()["warnings"]] == ["drop"]
    outbox.sweep()
    assert Question.objects.count() == 1


def test_what_is_corrected_before_anybody_looked_is_not_asked(jinan: Base, caller: Caller) -> None:
    report(caller, 1)
    report(caller, 0, 内存空间总容量=1800, 空闲内存空间容量=900)
    right = caller.report(BODIES["compute_report"])
    assert "warnings" not in right.json()
    outbox.sweep()
    assert not Question.objects.exists()


def test_an_open_question_speaks_of_the_newest_value_an_answered_one_is_asked_anew(
    jinan: Base, caller: Caller, lin: User
) -> None:
    report(caller, 1)
    report(caller, 0, 内存空间总容量=1800, 空闲内存空间容量=900)
    outbox.sweep()
    report(caller, 0, 内存空间总容量=2800, 空闲内存空间容量=900)
    outbox.sweep()
    question = Question.objects.get()
    assert question.facts["after"] == 2800
    page = signed_in(lin).get(f"/questions/{question.pk}/").content.decode()
    assert "从524288降到2800" in page
    questions.answer(question, "检修", actor=lin)
    report(caller, 0, 内存空间总容量=3800, 空闲内存空间容量=900)
    outbox.sweep()
    found = Question.objects.order_by("pk")
    assert [(each.state, each.facts["after"]) for each in found] == [
        ("answered", 2800),
        ("open", 3800),
    ]
    report(caller, 0, 内存空间总容量=2800, 空闲内存空间容量=900)
    outbox.sweep()
    assert Question.objects.count() == 2


def test_an_earlier_day_says_nothing_newer(jinan: Base, caller: Caller) -> None:
    report(caller, 3)
    report(caller, 0, 内存空间总容量=1800, 空闲内存空间容量=900)
    outbox.sweep()
    asked = Question.objects.get()
    report(caller, 1, 内存空间总容量=1000, 空闲内存空间容量=900)
    outbox.sweep()
    kept = Question.objects.get()
    assert (kept.day, kept.facts["after"]) == (asked.day, 1800)


def test_a_dry_run_warns_and_asks_nobody(jinan: Base, caller: Caller) -> None:
    report(caller, 1)
    body = {**BODIES["compute_report"], "CPU总核数": 96, "空闲CPU核数": 9}
    answer = caller.send("POST", "compute-reports?dry_run=true", body)
    assert [each["field"] for each in answer.json()["warnings"]] == ["CPU总核数"]
    assert not OutboxEntry.objects.exists()


def test_the_operator_is_told_when_a_question_is_closed(
    question: Question, lin: User, chen: User
) -> None:
    signed_in(chen).post(f"/questions/{question.pk}/", {"text": "电话核实，属计划停机。"})
    [note] = Notification.objects.filter(kind="question_closed")
    assert note.user == lin
    assert "处理意见：电话核实，属计划停机。" in note.body_zh


def test_contacts_by_which_nobody_could_be_reached_are_doubted(caller: Caller) -> None:
    answer = caller.info(
        {**BODIES["base_info"], "单位网址": "abc", "联系人联系电话": "abc", "联系人邮箱地址": "abc"}
    )
    assert answer.status_code == 201
    assert [(each["field"], each["code"]) for each in answer.json()["warnings"]] == [
        ("单位网址", "contact"),
        ("联系人联系电话", "contact"),
        ("联系人邮箱地址", "contact"),
    ]
    assert "warnings" not in caller.info(BODIES["base_info"]).json()
    assert not Question.objects.exists()


def test_events_that_are_dealt_with_and_go_on_are_doubted(caller: Caller, jinan: Base) -> None:
    odd = {"当前防御处理状态": "已处理", "是否仍在攻击": "是"}
    one = caller.events(event(攻击事件ID="e0", **odd))
    assert one.status_code == 201
    assert one.json()["warnings"] == [
        {
            "field": "是否仍在攻击",
            "code": "contradiction",
            "message": "1个事件（e0）的“当前防御处理状态”为“已处理”，“是否仍在攻击”却为“是”，两项矛盾。"
            "数据已按所报保存，请核对后更正重发。",
        }
    ]
    assert caller.send("GET", f"receipts/{one.json()['receipt']}").json()["warnings"]
    told = caller.events([event(攻击事件ID=f"e{n}", **odd) for n in range(7)]).json()["warnings"]
    assert [each["message"].split("的")[0] for each in told] == ["7个事件（e0, e1, e2, e3, e4, …）"]
    assert "warnings" not in caller.events(event(攻击事件ID="e0", 是否仍在攻击="否")).json()
    assert not Question.objects.exists()


WRONG = {"内存空间总容量": 1800, "空闲内存空间容量": 900}


def test_a_correction_settles_what_nobody_has_answered(
    jinan: Base, caller: Caller, lin: User, chen: User
) -> None:
    report(caller, 1)
    report(caller, 0, **WRONG)
    outbox.sweep()
    question = Question.objects.get()
    report(caller, 0)
    outbox.sweep()
    question.refresh_from_db()
    assert (question.state, question.closed_by, question.answer) == ("closed", None, "")
    [note] = Notification.objects.filter(kind="question_settled")
    assert note.user == lin
    assert "从524288降到1800" in note.body_zh
    assert "不必再说明" in note.subject_zh
    page = signed_in(lin).get(f"/questions/{question.pk}/").content.decode()
    assert "数据已更正，不再存疑。" in page
    assert "自动办结" in page
    [told] = AuditEvent.objects.filter(subject=f"question:{question.pk}")
    assert (told.action, told.actor) == ("question.settled", None)
    closed_at = question.closed_at
    for entry in OutboxEntry.objects.filter(kind="implausible_report"):
        questions.ask_about(entry.payload)
    assert questions.watch() == 0
    question.refresh_from_db()
    assert question.closed_at == closed_at
    assert Notification.objects.filter(kind="question_settled").count() == 1


def test_the_same_mistake_after_a_correction_is_asked_anew(
    jinan: Base, caller: Caller, lin: User, chen: User
) -> None:
    def states() -> list[str]:
        outbox.sweep()
        return [each.state for each in Question.objects.order_by("pk")]

    report(caller, 1)
    report(caller, 0, **WRONG)
    assert states() == ["open"]
    report(caller, 0)
    assert states() == ["closed"]
    report(caller, 0, **WRONG)
    assert states() == ["closed", "open"]
    # Closed by a person: the same goes on being known until it is corrected in between.
    questions.close(Question.objects.latest("pk"), "电话核实", actor=chen)
    questions.watch()
    assert states() == ["closed", "closed"]
    report(caller, 0)
    assert states() == ["closed", "closed"]
    report(caller, 0, **WRONG)
    assert states() == ["closed", "closed", "open"]
    assert Notification.objects.filter(kind="question", user=lin).count() == 3
    # An answer is the secretariat's to close, also where the data were corrected.
    questions.answer(Question.objects.latest("pk"), "已更正", actor=lin)
    report(caller, 0)
    assert states() == ["closed", "closed", "answered"]
    assert (
        "数据更正"
        in signed_in(chen).get(f"/questions/{Question.objects.latest('pk').pk}/").content.decode()
    )


def test_a_correction_that_leaves_the_doubt_settles_nothing(jinan: Base, caller: Caller) -> None:
    report(caller, 1)
    report(caller, 0, **WRONG, GPU总算力=1, 空闲GPU算力=1)
    outbox.sweep()
    report(caller, 0, 内存空间总容量=1900, 空闲内存空间容量=900)
    outbox.sweep()
    found = {each.subject: (each.state, each.facts["after"]) for each in Question.objects.all()}
    assert found == {"memory": ("open", 1900), "gpu": ("closed", 1)}


def test_a_wrong_day_between_is_settled_with_the_day_held_against_it(
    jinan: Base, caller: Caller
) -> None:
    report(caller, 2)
    report(caller, 1, **WRONG)
    report(caller, 0)
    outbox.sweep()
    asked = Question.objects.order_by("day")
    assert [each.rule for each in asked] == ["drop", "rise"]
    report(caller, 1)
    outbox.sweep()
    assert [each.state for each in asked.all()] == ["closed", "closed"]


def test_a_corrected_day_ends_a_run_of_frozen_figures(question: Question, caller: Caller) -> None:
    report(caller, 1, 空闲CPU核数=7)
    outbox.sweep()
    question.refresh_from_db()
    assert question.state == "closed"
    report(caller, 1)
    assert questions.watch() == 1


def test_one_report_is_asked_about_in_one_message(jinan: Base, caller: Caller, lin: User) -> None:
    report(caller, 1)
    wrong = {
        "GPU总算力": 2_600_000,
        "NPU总算力": 8,
        "空闲NPU算力": 0,
        "CPU总核数": 9,
        "空闲CPU核数": 9,
    }
    report(caller, 0, **wrong)
    outbox.sweep()
    assert Question.objects.count() == 3
    [note] = Notification.objects.filter(kind="question")
    assert "GPU 算力总量从2600升到2600000 PFLOPS" in note.body_zh
    assert "NPU 算力总量" in note.body_zh
    assert "CPU" in note.body_zh
    assert note.path == f"/questions/?state=open&base={jinan.code}"
    page = signed_in(lin).get(note.path).content.decode()
    assert page.count("row-link") == 3
    assert OutboxEntry.objects.filter(kind="mail", payload__of="question").count() == 1
    report(caller, 0)
    outbox.sweep()
    [told] = Notification.objects.filter(kind="question_settled")
    assert told.body_zh.count("\n") == 4
