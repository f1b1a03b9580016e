"""Objections during the 公示: recorded, handled, answered, holding the certification."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from evaluation.actions import certification, objections, publication
from evaluation.demo.files import example_pdf
from evaluation.models import Objection, ObjectionFile, Publication
from portal.ledger import outbox
from portal.ledger.models import AuditEvent, OutboxEntry
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
    return client.post(f"{page_of(case)}{pk}/close/", {"outcome": outcome, "answer": answer})


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
