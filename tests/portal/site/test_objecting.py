"""Objecting as anybody: with identity, a receipt, and the state for who holds it."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from evaluation.actions import objections
from evaluation.demo.files import example_pdf
from evaluation.errors import NotAllowed
from evaluation.models import Objection, ObjectionFile, Publication
from portal.ledger.models import AuditEvent, OutboxEntry
from tests.evaluation.cast import signed_in

pytestmark = pytest.mark.django_db


def person(**changed):
    return {
        "kind": "person", "objector": "王实名", "identity": "11010519491231002x",
        "contact": "0531-00000001", "email": "", "content": "机架数与实际不符。",
    } | changed  # fmt: skip


def organisation(**changed):
    return {
        "kind": "organisation", "objector": "示例邻里数据有限公司",
        "identity": "91350100M000100Y43", "contact_person": "李工", "contact": "010-00000000",
        "email": "li@example.org", "content": "名单重复计数。",
    } | changed  # fmt: skip


def form_of(notice):
    return f"/notices/{notice.number}/object/"


def test_a_person_objects_and_follows_the_state_with_number_and_code(cast, notice):
    browser = Client()
    assert "匿名异议不予受理" in browser.get(form_of(notice)).content.decode()
    answer = browser.post(form_of(notice), person())
    assert answer["Location"] == "/objections/received/"
    kept = Objection.objects.get()
    assert (kept.channel, kept.objector, kept.identity, kept.received_on) == (
        "portal", "王实名", "11010519491231002X", timezone.localdate(),
    )  # fmt: skip
    receipt = browser.get("/objections/received/").content.decode()
    secret = browser.session["objection_receipt"][1]
    shown = f"{secret[:4]}-{secret[4:8]}-{secret[8:]}"
    assert kept.number in receipt
    assert shown in receipt
    assert secret not in kept.secret_digest
    # Nobody else's browser shows it.
    assert Client().get("/objections/received/").status_code == 404

    def state(number, code):
        return Client().post("/objections/", {"number": number, "secret": code})

    opened = state(kept.number.lower(), shown.lower())
    html = opened.content.decode()
    assert "等待秘书处核实身份并开始核查" in html
    assert "王实名" not in html
    wrong, unknown = state(kept.number, "A" * 12), state("YY2000-0001", secret)
    assert (wrong.status_code, unknown.status_code) == (422, 422)
    assert "没有找到这件异议" in wrong.content.decode()
    objections.take_step(cast.chen, kept, timezone.localdate(), "核实了身份。")
    objections.close_objection(cast.chen, kept, "upheld", "经核查无误。")
    assert "经核查无误。" in state(kept.number, secret).content.decode()


def test_it_holds_the_certification_and_the_secretariat_is_told_without_the_name(cast, notice):
    Client().post(form_of(notice), person())
    case = notice.evaluation
    assert [row.number for row in signed_in(cast.chen).get("/desk/").context["waiting"]] == [
        case.number
    ]
    told = OutboxEntry.objects.get(key__contains="objection_received")
    event = AuditEvent.objects.get(action="evaluation.lodge_objection")
    assert "王实名" not in f"{told.payload} {event.data} {event.actor_name}"


def test_an_organisation_sends_a_sealed_letter_and_keeps_it_through_a_refusal(notice):
    browser = Client()
    refused = browser.post(form_of(notice), organisation())
    assert "请上传加盖公章的异议书。" in refused.content.decode()
    with_letter = organisation(contact_person="", letters=[example_pdf("异议书")])
    refused = browser.post(form_of(notice), with_letter)
    html = refused.content.decode()
    assert "单位提出异议的，请填写联系人。" in html
    assert "异议书.pdf" in html
    assert "名单重复计数。" in html
    kept = refused.context["form"].data["kept"]
    assert browser.post(form_of(notice), organisation(kept=kept)).status_code == 302
    made = Objection.objects.get()
    assert [file.name for file in made.files.all()] == ["异议书.pdf"]
    # The token of a lodged objection brings its files to no other.
    again = browser.post(form_of(notice), organisation(kept=kept))
    assert "请上传加盖公章的异议书。" in again.content.decode()


def test_of_two_objections_sent_with_the_same_files_at_once_one_has_them(notice):
    """The second one's page was read before the first was lodged: the action looks again."""
    sealed = organisation(contact_person="", letters=[example_pdf("异议书")])
    Client().post(form_of(notice), sealed)
    file = ObjectionFile.objects.get()
    given = objections.Given("person", "王实名", "0531-00000001", "内容", "11010519491231002X")
    first, _code = objections.lodge(notice, given, [file])
    with pytest.raises(NotAllowed, match="附件已随另一件异议提交"):
        objections.lodge(notice, given, [file])
    assert list(Objection.objects.all()) == [first]


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"objector": ""}, "请填写姓名或单位名称。"),
        ({"objector": "匿名"}, "匿名异议不予受理"),
        ({"identity": "110105194912310021"}, "居民身份证号的校验码不符"),
        ({"identity": "无"}, "居民身份证号的校验码不符"),
        ({"kind": "organisation", "identity": "91350100M000100Y44"}, "校验位不正确"),
        ({"contact": ""}, "请填写联系电话。"),
        ({"contact": "1"}, "照此联系不上"),
    ],
)
def test_who_does_not_say_who_they_are_is_refused_with_what_was_typed(notice, changed, sentence):
    answer = Client().post(form_of(notice), person(**changed))
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert "机架数与实际不符。" in answer.content.decode()
    assert not Objection.objects.exists()


def test_the_form_says_what_organisations_must_add_and_where_letters_go(notice, settings):
    settings.POSTAL_ADDRESS = "北京市示例路1号"
    for path in (form_of(notice), f"/notices/{notice.number}/"):
        assert "收件地址：北京市示例路1号" in Client().get(path).content.decode(), path
    html = Client().get(form_of(notice)).content.decode()
    assert "异议书和证明材料（单位必填）" in html
    assert "单位提出的必填；个人提出的不填。" in html


def test_a_bad_file_is_refused_by_what_is_in_it(notice):
    fake = example_pdf("异议书")
    fake.name = "异议书.png"
    answer = Client().post(form_of(notice), person(letters=[fake]))
    assert "扩展名与其内容不符" in answer.content.decode()
    assert not Objection.objects.exists()


def test_the_receipt_is_shown_for_half_an_hour(notice):
    browser, lodged = Client(), timezone.now()
    with time_machine.travel(lodged, tick=False) as clock:
        browser.post(form_of(notice), person())
        met = []
        for seconds in (1800, 1801):
            clock.move_to(lodged + timedelta(seconds=seconds))
            met.append(browser.get("/objections/received/").status_code)
    assert met == [200, 404]


@pytest.mark.parametrize(("days", "taken"), [(0, 1), (-1, 0)])
def test_the_last_day_counts_and_the_next_does_not(notice, days, taken):
    last = timezone.localdate() + timedelta(days=days)
    Publication.objects.filter(pk=notice.pk).update(
        starts_on=last - timedelta(days=7), ends_on=last
    )
    answer = Client().post(form_of(notice), person())
    assert Objection.objects.count() == taken
    assert ("不能再通过平台提出异议" in answer.content.decode()) == (not taken)


def test_one_address_sends_ten_a_minute(notice):
    browser = Client()
    for _nth in range(10):
        browser.post("/objections/", {"number": "YY2026-0001", "secret": "A"})
    answer = browser.post(form_of(notice), person())
    assert answer.status_code == 429
    assert "机架数与实际不符。" in answer.content.decode()


def test_the_applicant_objects_from_its_case_and_reads_the_answer(cast, notice):
    case = notice.evaluation
    lin, page = signed_in(cast.lin), f"/cases/{case.number}/objection/"
    assert page in lin.get(f"/cases/{case.number}/").content.decode()
    said = {"contact_person": "林工", "contact": "0531-0000001", "email": "lin@example.org",
            "content": "漏计一项。", "letters": [example_pdf("说明")]}  # fmt: skip
    assert lin.post(page, said | {"content": "", "letters": []}).status_code == 422
    assert lin.post(page, said)["Location"] == page
    kept = Objection.objects.get()
    assert (kept.channel, kept.objector, kept.identity, kept.files.count()) == (
        "applicant", cast.organisation.name, cast.organisation.credit_code, 1,
    )  # fmt: skip
    # Another's objection to the same result is not theirs to read.
    Client().post(form_of(notice), person())
    objections.take_step(cast.chen, kept, timezone.localdate(), "核实了身份。")
    objections.close_objection(cast.chen, kept, "upheld", "答复申报单位。")
    html = lin.get(page).content.decode()
    assert "答复申报单位。" in html
    assert "机架数与实际不符。" not in html
    assert signed_in(cast.wen).post(page, said).status_code == 403
