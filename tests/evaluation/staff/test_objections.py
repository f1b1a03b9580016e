"""Objections during the 公示: recorded, handled, answered, holding the certification."""

from datetime import date, datetime, time, timedelta

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.utils import timezone

from evaluation import workdays
from evaluation.actions import certification, objection_reminders, objections, publication
from evaluation.demo.files import example_pdf
from evaluation.models import Objection, ObjectionFile, ObjectionReminder, Publication
from portal.accounts.actions import administration
from portal.ledger import outbox
from portal.ledger.models import AuditEvent, OutboxEntry, RuntimeSetting
from portal.notifications.models import Notification
from portal.site.templatetags.ui import day
from tests.evaluation.cast import make_cast, signed_in
from tests.portal.site.copies import scored_case

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast():
    return make_cast()


@pytest.fixture
def case(cast):
    """Published, its period over at once."""
    scored = scored_case(cast)
    publication.publish(cast.chen, scored, working_days=0)
    return scored


@pytest.fixture
def chen(cast):
    return signed_in(cast.chen)


def page_of(case):
    return f"/cases/{case.number}/objections/"


def letter(**changed):
    return {
        "kind": "organisation", "objector": "示例邻里数据有限公司", "contact": "010-00000000",
        "email": "neighbour@example.org", "received_on": timezone.localdate().isoformat(),
        "content": "企业名单含已注销企业。",
    } | changed  # fmt: skip


def given(**changed):
    return objections.Given(
        **{"kind": "person", "objector": "邻里", "contact": "010", "content": "内容"} | changed
    )


def recorded(cast, case, **changed):
    return objections.record_objection(cast.chen, case, given(**changed), timezone.localdate())


def close(client, case, pk, answer, outcome="upheld"):
    sent = {"outcome": outcome, "answer": answer, "checked": "on"}
    return client.post(f"{page_of(case)}{pk}/close/", sent)


def test_a_letter_is_recorded_handled_answered_and_closed(case, chen):
    propose = f"/cases/{case.number}/moves/propose/"
    assert propose in chen.get(page_of(case)).content.decode()
    sent = letter(letters=[example_pdf("来函")])
    one = chen.post(page_of(case), sent)["Location"]
    kept = Objection.objects.get()
    assert one == f"{page_of(case)}{kept.pk}/"
    assert (kept.objector, kept.content, kept.channel, kept.closed_at) == (
        "示例邻里数据有限公司", "企业名单含已注销企业。", "letter", None,
    )  # fmt: skip
    file = kept.files.get()
    download = chen.get(f"{one}files/{file.pk}/")
    assert download["Content-Disposition"].startswith("attachment")
    assert download.getvalue() == file.stored.open().read()
    page = chen.get(page_of(case))
    assert page.context["still_open"] == 1
    assert propose not in page.content.decode()
    assert chen.post(propose).status_code == 422
    today = timezone.localdate().isoformat()
    assert chen.post(f"{one}steps/", {"taken_on": today, "text": " "}).status_code == 422
    chen.post(f"{one}steps/", {"taken_on": today, "text": "电话核实了来函单位。"})
    assert close(chen, case, kept.pk, " ").status_code == 422
    assert close(chen, case, kept.pk, "经核查，名单无误。").status_code == 302
    html = chen.get(one).content.decode()
    assert "经核查，名单无误。" in html
    assert "电话核实了来函单位。" in html
    assert close(chen, case, kept.pk, "再答一次").status_code == 422
    kept.refresh_from_db()
    assert (kept.answer, kept.outcome) == ("经核查，名单无误。", "upheld")
    # That the answer was posted may still be written down.
    posted = {"taken_on": today, "text": "答复已邮寄。"}
    assert chen.post(f"{one}steps/", posted).status_code == 302
    assert chen.post(propose).status_code == 302
    assert [e.action for e in AuditEvent.objects.filter(data__objection=kept.number)] == [
        "evaluation.record_objection",
        "evaluation.handle_objection",
        "evaluation.close_objection",
        "evaluation.handle_objection",
    ]


def test_the_objector_is_told_by_mail_and_the_outbox_says_nothing_of_them(cast, case):
    kept = recorded(cast, case, email="who@example.org", objector="王实名")
    objections.take_step(cast.chen, kept, timezone.localdate(), "核实了身份。")
    objections.close_objection(cast.chen, kept, "upheld", "维持的理由")
    entries = OutboxEntry.objects.filter(kind="objection_mail")
    assert "who@example.org" not in str([entry.payload for entry in entries])
    for entry in entries:
        outbox.deliver(entry.pk)
        outbox.deliver(entry.pk)
    told = [m for m in mail.outbox if m.to == ["who@example.org"]]
    assert [kept.number in m.subject for m in told] == [True, True]
    assert "维持的理由" in told[1].body


@pytest.mark.parametrize("missing", ["objector", "contact", "content", "received_on"])
def test_an_anonymous_or_incomplete_one_is_refused_with_what_was_sent(case, chen, missing):
    sent = letter(**{missing: " "}) | {"letters": [example_pdf("来函")]}
    answer = chen.post(page_of(case), sent)
    assert answer.status_code == 422
    html = answer.content.decode()
    for name, typed in letter().items():
        assert (typed in html) or name == missing, name
    assert not Objection.objects.exists()
    # The file is kept: what was refused is put right without uploading it again.
    kept = answer.context["form"].data["kept"]
    assert chen.post(page_of(case), letter(kept=kept)).status_code == 302
    assert Objection.objects.get().files.count() == 1


def test_the_number_of_the_document_is_kept_sealed_and_shown_masked(case, chen):
    wrong = chen.post(page_of(case), letter(kind="person", identity="110105194912310021"))
    assert wrong.status_code == 422
    assert "居民身份证号的校验码不符" in wrong.content.decode()
    one = chen.post(page_of(case), letter(kind="person", identity="11010519491231002x"))["Location"]
    kept = Objection.objects.get()
    assert kept.identity == "11010519491231002X"
    with connection.cursor() as cursor:
        cursor.execute("SELECT identity FROM evaluation_objection")
        assert "11010519491231002X" not in cursor.fetchone()[0]
    page = chen.get(one).content.decode()
    assert "证件号码" in page
    assert "11010519491231002X" not in page
    shown = chen.post(f"/contacts/objection/{kept.pk}/show/").content.decode()
    assert "11010519491231002X" in shown


def test_nothing_is_closed_before_it_was_said_to_be_checked(case, chen, cast):
    kept = recorded(cast, case)
    one = f"{page_of(case)}{kept.pk}/"
    answer = chen.post(f"{one}close/", {"outcome": "upheld", "answer": "经核查，名单无误。"})
    assert answer.status_code == 422
    html = answer.content.decode()
    assert "请核对后勾选，再办结。" in html
    assert "经核查，名单无误。" in html
    kept.refresh_from_db()
    assert kept.closed_at is None


def test_who_calls_themselves_anonymous_is_refused(case, chen):
    answer = chen.post(page_of(case), letter(objector="匿名群众"))
    assert "匿名异议不予受理" in answer.content.decode()
    assert not Objection.objects.exists()


@pytest.mark.parametrize("days", [-1, 1])
def test_the_day_of_receipt_lies_within_the_period(case, chen, days):
    day = timezone.localdate() + timedelta(days=days)
    answer = chen.post(page_of(case), letter(received_on=day.isoformat()))
    assert answer.status_code == 422
    assert "收到日期须在公示开始之日至今天之间。" in answer.content.decode()
    assert not Objection.objects.exists()


def test_a_letter_that_came_after_the_period_is_not_admitted(case, chen):
    today = timezone.localdate()
    Publication.objects.filter(evaluation=case).update(
        working_days=3, starts_on=today - timedelta(days=9), ends_on=today - timedelta(days=1)
    )
    answer = chen.post(page_of(case), letter())
    assert "公示期满后收到的异议不予受理" in answer.content.decode()
    # One that lay in the letter box on the last day is.
    last = (today - timedelta(days=1)).isoformat()
    assert chen.post(page_of(case), letter(received_on=last)).status_code == 302


def test_the_period_is_told_with_the_days_left(cast):
    case = scored_case(cast)
    publication.publish(cast.chen, case, working_days=5)
    page = signed_in(cast.chen).get(page_of(case))
    period = page.context["publication"]
    left = (period.ends_on - timezone.localdate()).days
    html = page.content.decode()
    assert f"还剩 {left} 天" in html
    assert "5 个工作日" in html
    assert "公示中" in html
    assert "moves/propose" not in html


def test_who_may_see_record_and_close(cast, case):
    kept = recorded(cast, case, content="金丝雀异议")
    one = f"{page_of(case)}{kept.pk}/"
    got = {}
    for name, user in {
        "own": cast.lin, "other": cast.other, "idle": cast.idle_expert,
        "decider": cast.zhou, "sysadmin": cast.sysadmin,
    }.items():  # fmt: skip
        client = signed_in(user)
        page = client.get(one)
        got[name] = (
            page.status_code,
            "金丝雀异议" in page.content.decode(),
            client.post(page_of(case), letter()).status_code,
            close(client, case, kept.pk, "x").status_code,
        )
    assert got == {
        "own": (403, False, 403, 403),
        "other": (404, False, 404, 404),
        "idle": (404, False, 404, 404),
        "decider": (200, True, 403, 403),
        "sysadmin": (404, False, 404, 404),
    }
    assert Objection.objects.filter(closed_at=None).count() == 1
    assert "<textarea" not in signed_in(cast.zhou).get(one).content.decode()


def test_the_identity_documents_number_is_covered_and_reading_it_is_audited(cast, case, chen):
    kept = recorded(cast, case, identity="11010519491231002X")
    one = f"{page_of(case)}{kept.pk}/"
    html = chen.get(one).content.decode()
    assert "11010519491231002X" not in html
    assert "110*************2X" in html
    assert not AuditEvent.objects.filter(action="contacts.reveal").exists()
    show = f"/contacts/objection/{kept.pk}/show/"
    assert show in html
    assert "11010519491231002X" in chen.post(show).content.decode()
    event = AuditEvent.objects.get(action="contacts.reveal")
    assert (event.actor, event.subject, event.case) == (
        cast.chen, f"objection:{kept.pk}", case.number,
    )  # fmt: skip
    assert event.data == {"fields": ["identity", "contact"]}


def test_before_the_publication_there_is_no_page(cast):
    case = scored_case(cast)
    assert signed_in(cast.chen).get(page_of(case)).status_code == 404


def test_after_the_decision_nothing_is_recorded(cast, case):
    publication.propose(cast.chen, case)
    certification.certify(cast.zhou, case)
    client = signed_in(cast.chen)
    assert "<textarea" not in client.get(page_of(case)).content.decode()
    assert client.post(page_of(case), letter()).status_code == 302
    assert not Objection.objects.exists()


def test_files_of_forms_that_were_never_finished_are_forgotten(cast, case):
    recorded(cast, case)
    for days in (0, 2):
        kept = objections.keep_file(
            example_pdf("附件"), objections.Checked("附件.pdf", "application/pdf", 9, "0" * 64)
        )
        ObjectionFile.objects.filter(pk=kept.pk).update(
            uploaded_at=timezone.now() - timedelta(days=days)
        )
    assert objections.forget_the_unused() == 1
    assert ObjectionFile.objects.count() == 1
    assert not kept.stored.storage.exists(kept.stored.name)


def test_a_case_in_its_period_waits_apart_until_it_is_over_or_objected_to(cast, case, chen):
    """On its last day it still waits; one with an open objection is work."""

    def until(days):
        last = timezone.localdate() + timedelta(days=days)
        Publication.objects.filter(evaluation=case).update(
            working_days=3, starts_on=last - timedelta(days=5), ends_on=last
        )
        desk = chen.get("/desk/")
        return [[row.number for row in desk.context[part]] for part in ("waiting", "later")]

    propose = f"/cases/{case.number}/moves/propose/"
    assert until(0) == [[], [case.number]]
    assert "没有等您办理的事项" not in chen.get("/desk/").content.decode()
    assert propose not in chen.get(f"/cases/{case.number}/").content.decode()
    until(-1)
    assert until(-1) == [[case.number], []]
    assert propose in chen.get(f"/cases/{case.number}/").content.decode()
    until(0)
    chen.post(page_of(case), letter())
    assert until(0) == [[case.number], []]


@pytest.mark.parametrize("outcome", ["upheld", "corrected"])
def test_an_inquiry_is_not_closed_without_a_step_on_record(cast, case, chen, outcome):
    kept = recorded(cast, case)
    hint = "维持、更正或撤回结果的，须先在“办理经过”中至少记录一步。"
    page = f"/cases/{case.number}/objections/{kept.pk}/"
    assert hint in chen.get(page).content.decode()
    publication.withdraw_result(cast.chen, case, "result_pending", "公布的名称有误。")
    refused = close(chen, case, kept.pk, "经核查，名单无误。", outcome)
    assert refused.status_code == 422
    html = refused.content.decode()
    assert "还没有办理经过" in html
    assert "经核查，名单无误。" in html
    objections.take_step(cast.chen, kept, timezone.localdate(), "电话核实了身份。")
    assert hint not in chen.get(page).content.decode()
    assert close(chen, case, kept.pk, "经核查，名单无误。", outcome).status_code == 302


def test_open_ones_stand_before_those_that_are_closed(cast, case, chen):
    first, second = recorded(cast, case), recorded(cast, case)
    close(chen, case, first.pk, "撤回了异议。", "taken_back")
    listed = chen.get(f"/cases/{case.number}/objections/").content.decode()
    assert listed.index(second.number) < listed.index(first.number)


def test_what_is_not_admitted_or_taken_back_needs_no_inquiry(cast, case, chen):
    for outcome in ("not_admitted", "taken_back"):
        kept = recorded(cast, case)
        assert close(chen, case, kept.pk, "已告知。", outcome).status_code == 302


def test_the_handling_day_stands_on_list_page_and_desk(cast, case, chen):
    RuntimeSetting.objects.create(
        name="objection_handling_working_days",
        value=3,
        changed_at=timezone.now(),
        changed_by=cast.sysadmin,
    )
    kept = recorded(cast, case)
    assert kept.due_on == workdays.after(timezone.localdate(), 3)
    said = day(kept.due_on)
    for path in (page_of(case), f"{page_of(case)}{kept.pk}/", "/desk/"):
        html = chen.get(path).content.decode()
        assert "办理期限" in html, path
        assert said in html, path


def test_a_letter_chooses_nothing_beforehand_and_a_person_has_no_contact_person(case, chen):
    assert "checked" not in chen.get(page_of(case)).content.decode().split('id="record"')[1]
    unsaid = letter()
    del unsaid["kind"]
    assert chen.post(page_of(case), unsaid).status_code == 422
    sent = letter(kind="person", objector="王实名", contact_person="李工")
    assert chen.post(page_of(case), sent).status_code == 302
    assert Objection.objects.get().contact_person == ""


def test_the_button_names_the_identity_number_that_it_shows(cast, case, chen):
    kept = recorded(cast, case, identity="11010519491231002X")
    assert "显示证件号码和联系方式" in chen.get(f"{page_of(case)}{kept.pk}/").content.decode()


def remind_each_day(first: date, days: int) -> list[tuple[int, int]]:
    """On which of these days, counted from the first, how many objections are reminded of; beat runs
    twice a day."""
    sent = []
    for nth in range(days):
        when = datetime.combine(first + timedelta(days=nth), time(9))
        with time_machine.travel(timezone.make_aware(when), tick=False):
            count = objection_reminders.remind_objections()
            sent.append((nth, count + objection_reminders.remind_objections()))
    return [(nth, count) for nth, count in sent if count]


def told_of(kind: str) -> list[tuple[str, str, str]]:
    rows = Notification.objects.filter(kind=kind).order_by("pk")
    return [(row.user.username, row.subject_zh, row.path) for row in rows]


def test_the_handling_day_is_reminded_of_once_at_each_distance(cast, case):
    administration.change_setting(cast.sysadmin, "deadline_reminder_days", [3, 0, -2])
    kept = recorded(cast, case)
    first, last = kept.received_on, (kept.due_on - kept.received_on).days
    assert remind_each_day(first, last + 9) == [(last - 3, 1), (last, 1), (last + 2, 1)]
    named, path = f"案卷{case.number}：异议{kept.number}", f"{page_of(case)}{kept.pk}/"
    near = ("chen", f"{named}的办理期限为{day(kept.due_on)}", path)
    assert told_of("objection_due") == [near, near]
    assert told_of("objection_overdue") == [("chen", f"{named}已逾期", path)]
    mails = OutboxEntry.objects.filter(
        key__startswith=f"mail:objection_due:objection-due:{kept.pk}:"
    )
    assert mails.count() == 2


def test_after_days_without_beat_only_the_nearest_is_sent_and_none_once_it_is_closed(cast, case):
    administration.change_setting(cast.sysadmin, "deadline_reminder_days", [3, 0, -2])
    kept = recorded(cast, case)
    assert remind_each_day(kept.due_on + timedelta(days=5), 3) == [(0, 1)]
    assert ObjectionReminder.objects.get().days_before == -2
    closed = recorded(cast, case)
    objections.close_objection(cast.chen, closed, "taken_back", "已告知。")
    assert remind_each_day(closed.received_on, 40) == []


def test_a_distance_as_long_as_the_whole_time_is_not_told_twice(cast, case):
    administration.change_setting(cast.sysadmin, "objection_handling_working_days", 1)
    administration.change_setting(cast.sysadmin, "deadline_reminder_days", [30, 0])
    kept = recorded(cast, case)
    last = (kept.due_on - kept.received_on).days
    assert remind_each_day(kept.received_on, last + 5) == [(last, 1)]
    administration.change_setting(cast.sysadmin, "deadline_reminder_days", [])
    recorded(cast, case)
    assert remind_each_day(kept.received_on, last + 5) == []


def extend(client, case, pk, deadline, reason="示例：等待公证处答复。"):
    sent = {"deadline": deadline.isoformat(), "reason": reason}
    return client.post(f"{page_of(case)}{pk}/extend/", sent)


def test_the_handling_day_is_put_off_with_its_reason_on_record(cast, case, chen):
    kept = recorded(cast, case)
    before, later = kept.due_on, kept.due_on + timedelta(days=30)
    assert extend(chen, case, kept.pk, later).status_code == 302
    shown = chen.get(f"{page_of(case)}{kept.pk}/").content.decode()
    assert f"办理期限延长至{day(later)}：示例：等待公证处答复。" in shown
    kept.refresh_from_db()
    assert (kept.due_on, kept.steps.get().extends_to) == (later, later)
    event = AuditEvent.objects.get(action="evaluation.extend_objection")
    assert {name: event.data[name] for name in ("objection", "before", "after")} == {
        "objection": kept.number, "before": str(before), "after": str(later),
    }  # fmt: skip
    # To put it off is no inquiry: the result cannot be upheld on that alone.
    assert close(chen, case, kept.pk, "维持原结果。").status_code == 422


def test_reminders_follow_the_new_handling_day(cast, case, chen):
    administration.change_setting(cast.sysadmin, "deadline_reminder_days", [3, 0])
    kept = recorded(cast, case)
    assert remind_each_day(kept.due_on - timedelta(days=3), 3) == [(0, 1)]
    later = kept.due_on + timedelta(days=10)
    extend(chen, case, kept.pk, later)
    assert remind_each_day(kept.due_on, 20) == [(7, 1), (10, 1)]
    near = f"案卷{case.number}：异议{kept.number}的办理期限为{day(later)}"
    assert [subject for _who, subject, _path in told_of("objection_due")][1:] == [near, near]


@pytest.mark.parametrize(
    ("days", "reason", "says"),
    [
        (0, "事", "新期限须晚于今天和原期限"),
        (800, "事", "天以后"),
        (5, " ", "请填写延期理由。"),
    ],
)
def test_what_is_no_extension_is_refused_beside_what_was_typed(
    cast, case, chen, days, reason, says
):
    kept = recorded(cast, case)
    answer = extend(chen, case, kept.pk, kept.due_on + timedelta(days=days), reason)
    shown = answer.content.decode()
    typed = (kept.due_on + timedelta(days=days)).isoformat()
    assert (answer.status_code, says in shown, f'value="{typed}"' in shown) == (422, True, True)
    kept.refresh_from_db()
    assert not kept.steps.exists()


def test_a_closed_one_is_not_put_off(cast, case, chen):
    kept = recorded(cast, case)
    objections.close_objection(cast.chen, kept, "taken_back", "已告知。")
    answer = extend(chen, case, kept.pk, kept.due_on + timedelta(days=9))
    assert (answer.status_code, "该异议已经办结。" in answer.content.decode()) == (422, True)
    assert "延长办理期限" not in chen.get(f"{page_of(case)}{kept.pk}/").content.decode()
