"""举报名称滥用 (10.3): the form, its receipt, and the secretariat's handling."""

from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from evaluation.demo.files import example_pdf
from evaluation.models import Certificate, MisuseReport
from portal.accounts.models import Evidence, NameChange
from portal.ledger.models import AuditEvent, OutboxEntry
from tests.evaluation.cast import Cast, signed_in
from tests.portal.site.reading import words

pytestmark = pytest.mark.django_db
SENT = {
    "kind": "commercial",
    "about": "示例招商有限公司",
    "content": "示例：以基地名义举办招商会。",
    "where": "2026年7月，济南",
    "reporter": "示例举报人",
    "contact": "13000000000",
}


def sent(client: Client, **changed: Any) -> MisuseReport:
    answer = client.post("/misuse/", {**SENT, **changed})
    assert answer.status_code == 302, words(answer)
    return MisuseReport.objects.latest("pk")


def test_anybody_reports_and_gets_a_receipt_that_tells_nothing_of_the_report(
    client: Client, cast: Cast
) -> None:
    report = sent(client, attachments=[example_pdf("照片一"), example_pdf("照片二")])
    page = words(client.get(f"/misuse/{report.receipt}/"))
    assert report.receipt in page
    assert "已收到" in page
    for hidden in ("示例招商有限公司", "招商会", "示例举报人", "13000000000", "照片一"):
        assert hidden not in page
    assert report.files.count() == 2
    told = OutboxEntry.objects.filter(key__startswith=f"mail:misuse_reported:misuse:{report.pk}:")
    assert [mail.payload["user"] for mail in told] == [cast.chen.pk]
    audited = AuditEvent.objects.filter(subject=f"misuse:{report.pk}")
    assert "示例举报人" not in str([event.data for event in audited])


def test_the_receipt_is_found_as_it_was_typed_and_cannot_be_guessed(client: Client) -> None:
    report = sent(client)
    typed = f" {report.receipt.lower()} "
    assert client.get("/misuse/receipt/", {"receipt": typed}).url == f"/misuse/{report.receipt}/"
    assert client.get(f"/misuse/{report.receipt[:-6]}AAAAAA/").status_code == 404


@pytest.mark.parametrize("path", ["/misuse/receipt/?receipt=abc123", "/misuse/abc123/"])
def test_a_receipt_that_does_not_exist_is_said_at_the_field(client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert "没有这个回执编号" in words(answer)
    assert 'id="receipt" name="receipt" value="abc123"' in answer.content.decode()
    empty = client.get("/misuse/receipt/", {"receipt": " "})
    assert (empty.status_code, "请填写回执编号。" in words(empty)) == (422, True)


def test_the_number_of_a_forged_certificate_need_not_be_in_the_register(
    client: Client, cast: Cast
) -> None:
    page = client.get("/misuse/", {"number": "GYZS-2026-SJ-37-9999"})
    asked = page.context["form"]
    assert (asked["number"].value(), asked["kind"].value()) == ("GYZS-2026-SJ-37-9999", "forged")
    report = sent(client, kind="forged", number="GYZS-2026-SJ-37-9999")
    assert (report.certificate, report.unknown_number) == (None, "GYZS-2026-SJ-37-9999")
    chen = signed_in(cast.chen)
    assert "GYZS-2026-SJ-37-9999（名录中没有这个编号）" in words(
        chen.get(f"/misuse-reports/{report.pk}/")
    )
    assert report.receipt in words(chen.get("/misuse-reports/", {"q": "37-9999"}))
    refused = client.post("/misuse/", {**SENT, "number": "GYZS-2026-SJ-37-9999"})
    assert refused.status_code == 422
    assert "问题类型请选“伪造、变造证书或冒用名称”" in words(refused)


def test_everything_wrong_is_said_at_once_and_what_was_typed_is_kept(client: Client) -> None:
    answer = client.post("/misuse/", {"content": "示例情况", "number": "GYZS-0"})
    assert answer.status_code == 422
    page = words(answer)
    for wrong in ("请选择问题类型。", "请填写涉及的单位或基地。", "名录中没有这个编号"):
        assert wrong in page
    assert "示例情况" in page
    bad = SimpleUploadedFile("说明.exe", b"MZ....")
    refused = client.post("/misuse/", {**SENT, "attachments": bad})
    assert "文件“说明.exe”的内容不是可接受的类型" in words(refused)
    six = [example_pdf(f"附件{n}") for n in range(6)]
    assert "附件最多5个" in words(client.post("/misuse/", {**SENT, "attachments": six}))
    assert not MisuseReport.objects.exists()


def test_it_is_limited_and_says_so_with_all_that_was_typed(client: Client, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "public_form": "2/m/ip"}
    sent(client)
    sent(client)
    answer = client.post("/misuse/", SENT)
    assert answer.status_code == 429
    assert "示例：以基地名义举办招商会。" in words(answer)
    assert MisuseReport.objects.count() == 2


def test_the_secretariat_takes_it_on_notes_and_answers(
    client: Client, cast: Cast, certificate: Certificate
) -> None:
    report = sent(client, number=certificate.number.lower())
    assert report.certificate == certificate
    chen = signed_in(cast.chen)
    here = f"/misuse-reports/{report.pk}/"
    page = words(chen.get(here))
    for said in ("示例：以基地名义举办招商会。", "示**", certificate.number):
        assert said in page
    assert report.receipt in words(chen.get("/misuse-reports/"))
    chen.post(here, {"take": "1"})
    chen.post(here, {"note": "1", "text": "示例：已电话核实。"})
    refused = chen.post(here, {"close": "1", "answer": "示例：已责令停止。"})
    assert refused.status_code == 422
    assert "示例：已责令停止。" in words(refused)
    closing = {"close": "1", "outcome": "found", "answer": "示例：已责令停止。"}
    unchecked = chen.post(here, closing)
    assert unchecked.status_code == 422
    assert "请核对后勾选，再办结。" in words(unchecked)
    chen.post(here, {**closing, "checked": "on"})
    public = words(client.get(f"/misuse/{report.receipt}/"))
    assert "情况属实" in public
    assert "示例：已责令停止。" in public
    assert "已电话核实" not in public
    again = words(chen.post(here, {"take": "1"}, follow=True))
    assert "现为“已办结”，不能进行此操作" in again
    actions = AuditEvent.objects.filter(subject=f"misuse:{report.pk}").order_by("seq")
    assert [event.action for event in actions] == [
        "misuse.reported",
        "misuse.taken_on",
        "misuse.noted",
        "misuse.closed",
    ]


@pytest.mark.parametrize("who", ["lin", "zhou", "sysadmin", "auditor"])
def test_nobody_else_learns_of_reports(client: Client, cast: Cast, who: str) -> None:
    report = sent(client, attachments=[example_pdf("照片")])
    file = report.files.get()
    other = signed_in(getattr(cast, who))
    for path in (
        "/misuse-reports/",
        f"/misuse-reports/{report.pk}/",
        f"/misuse-reports/{report.pk}/files/{file.pk}/",
    ):
        assert other.get(path).status_code == 404


def test_who_reads_an_attachment_is_kept(client: Client, cast: Cast) -> None:
    report = sent(client, attachments=[example_pdf("照片")])
    file = report.files.get()
    answer = signed_in(cast.chen).get(f"/misuse-reports/{report.pk}/files/{file.pk}/")
    assert answer["Content-Disposition"].startswith("attachment")
    event = AuditEvent.objects.latest("seq")
    assert (event.action, event.actor) == ("misuse.read_file", cast.chen)


def test_the_limit_is_that_of_public_forms() -> None:
    assert settings.ACCOUNT_RATE_LIMITS["public_form"] == "10/m/ip,100/h/ip"


def test_an_open_report_and_affairs_of_organisations_wait_on_the_desk(
    client: Client, cast: Cast
) -> None:
    chen = signed_in(cast.chen)
    assert chen.get("/desk/").context["affairs"] == []
    sent(client)
    sent(client)
    letter = Evidence.objects.create(
        name="更名.pdf",
        content_type="application/pdf",
        size=1,
        sha256="0" * 64,
        uploaded_at=timezone.now(),
    )
    NameChange.objects.create(
        organisation=cast.organisation,
        old_name=cast.organisation.name,
        new_name="示例新名有限公司",
        evidence=letter,
        asked_by=cast.lin,
        created_at=timezone.now(),
    )
    desk = chen.get("/desk/")
    counted = {affair.kind: affair.count for affair in desk.context["affairs"]}
    assert counted == {"misuse": 2, "name": 1}
    assert desk.context["waiting_count"] == 3
    assert "有 3 项工作等您办理" in words(desk)
    MisuseReport.objects.all().delete()
    assert [affair.kind for affair in chen.get("/desk/").context["affairs"]] == ["name"]
    assert signed_in(cast.zhou).get("/desk/").context["affairs"] == []
