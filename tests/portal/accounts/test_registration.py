"""登记: from a stranger's form to an organisation whose owner signs in."""

import hashlib
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.accounts.actions import evidence
from portal.accounts.models import Evidence, Organisation, Registration, User
from portal.ledger import audit
from portal.ledger.models import AuditEvent
from tests.portal.accounts.organisations import CODE, OTHER_CODE, letters, link, people, photo

__all__ = ["people"]
pytestmark = pytest.mark.django_db


def asked(**changes) -> dict[str, object]:
    return {
        "name": "示例滨海智算有限公司",
        "credit_code": CODE,
        "person_name": "林晓",
        "email": "new@example.org",
        "phone": "010-00000000",
        "committed": "on",
        "scan": photo(),
    } | changes


def register(client, **changes):
    return client.post(reverse("accounts:register"), asked(**changes))


def confirmed(client, **changes) -> Registration:
    """A registration whose address is confirmed."""
    register(client, **changes)
    client.post(link(letters()[changes.get("email", "new@example.org")][1]))
    return Registration.objects.latest("pk")


def decide(client, people, row, **data):
    client.force_login(people.chen)
    return client.post(reverse("accounts:admission", args=["registration", row.pk]), data)


def test_from_the_form_to_the_owner_who_signs_in(client, people):
    sent = register(client, credit_code=" 91350100m000100y43 ")
    assert sent.url == reverse("accounts:register_sent")
    row = Registration.objects.get()
    assert (row.credit_code, row.confirmed_at) == (CODE, None)
    assert row.licence.sha256 == hashlib.sha256(photo().read()).hexdigest()
    assert row.commitment.splitlines()[0] == "真实性承诺书"
    # Nothing waits for the secretariat before the address is confirmed, and by a button only.
    to_confirm = link(letters()["new@example.org"][1])
    assert "确认并送交秘书处" in client.get(to_confirm).content.decode()
    assert letters() == {}
    followed = client.post(to_confirm, follow=True)
    assert "秘书处核对中" in followed.content.decode()
    told = letters()
    assert set(told) == {"new@example.org", "chen@example.org"}
    decide(client, people, row)
    organisation = Organisation.objects.get(credit_code=CODE)
    assert organisation.name == "示例滨海智算有限公司"
    invited = letters()
    assert set(invited) == {"new@example.org"}
    client.logout()
    client.post(
        link(invited["new@example.org"][1]),
        {
            "name": "林晓",
            "phone": "010-00000000",
            "password1": "sea-otter-27",
            "password2": "sea-otter-27",
        },
    )
    owner = User.objects.get(email="new@example.org")
    assert (owner.organisation, owner.is_owner, owner.username) == (organisation, True, "new")
    signed_in = client.post(
        reverse("account_login"), {"login": "new@example.org", "password": "sea-otter-27"}
    )
    assert signed_in.url == reverse("evaluation:desk")
    assert list(AuditEvent.objects.order_by("seq").values_list("action", flat=True)) == [
        "accounts.register",
        "accounts.confirm_registration",
        "accounts.accept_registration",
        "accounts.invite",
        "accounts.join",
        "accounts.sign_in",
    ]
    assert list(audit.faults()) == []


def test_only_the_browser_that_sent_the_form_sees_where_the_mail_went(client, people):
    register(client)
    page = client.get(reverse("accounts:register_sent"))
    assert "确认邮件已寄往 <strong>new@example.org</strong>。" in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    elsewhere = Client().get(reverse("accounts:register_sent")).content.decode()
    assert "确认邮件已寄往您填写的邮箱地址。" in elsewhere
    forged = Client()
    forged.cookies["registration_sent"] = "new@example.org"
    assert "new@example.org" not in forged.get(reverse("accounts:register_sent")).content.decode()


def test_the_list_of_errors_names_each_field_once(client):
    page = register(client, credit_code="91350100M000100Y44").content.decode()
    summary = page.partition('class="error-summary"')[2].partition("</div>")[0]
    assert summary.count("统一社会信用代码") == 1
    assert "<title>错误：登记单位" in page
    assert page.count("为必填项") == 1


def test_a_returned_registration_is_put_right_not_typed_anew(client, people):
    row = confirmed(client)
    decide(client, people, row, refuse="1", **{"refusal-reason": "执照看不清。"})
    subject, body = letters()["new@example.org"]
    assert (subject, "执照看不清。" in body) == ("单位登记申请未通过", True)
    client.logout()
    page = client.get(link(body)).content.decode()
    assert "执照看不清。" in page
    again = client.get(f"{reverse('accounts:register')}?{link(body).partition('?')[2]}")
    assert 'value="示例滨海智算有限公司"' in again.content.decode()


def test_a_return_needs_its_reason(client, people):
    row = confirmed(client)
    refused = decide(client, people, row, refuse="1", **{"refusal-reason": "  "})
    assert refused.status_code == 422
    row.refresh_from_db()
    assert row.outcome == ""


def test_a_registered_code_leads_to_the_ways_in(client, people):
    refused = register(client, credit_code=OTHER_CODE)
    assert refused.url == f"{reverse('accounts:recover')}?code={OTHER_CODE}"
    page = client.get(refused.url).content.decode()
    for name in ("account_reset_password", "accounts:join", "accounts:owner_gone"):
        assert reverse(name) in page
    assert Registration.objects.count() == 0


def test_whether_an_address_has_an_account_only_its_mailbox_learns(client, people):
    known, unknown = register(client, email="LIN@example.org"), register(client)
    assert known.url == unknown.url == reverse("accounts:register_sent")
    assert {to: words[0] for to, words in letters().items()} == {
        "lin@example.org": "此邮箱地址已有平台账号",
        "new@example.org": "请确认邮箱地址，完成单位登记",
    }


def test_a_telephone_that_cannot_be_called_is_refused(client):
    refused = register(client, phone="1")
    assert (refused.status_code, "电话号码不完整或写法不对" in refused.content.decode()) == (
        422,
        True,
    )
    assert Registration.objects.count() == 0


def test_a_refused_form_keeps_what_was_typed_and_the_scan(client):
    refused = register(client, credit_code="91350100M000100Y44", phone="")
    page = refused.content.decode()
    assert refused.status_code == 422
    assert "统一社会信用代码的校验位不正确，请对照营业执照或登记证书逐位核对。" in page
    assert 'value="示例滨海智算有限公司"' in page
    assert f"已上传“{photo().name}”，无需重新选择；如选择新文件则替换。" in page
    kept = refused.context["form"]["kept"].value()
    put_right = asked(kept=kept)
    del put_right["scan"]
    client.post(reverse("accounts:register"), put_right)
    assert Registration.objects.get().licence == Evidence.objects.get()
    # Once it serves a registration, the same token names nothing.
    used = client.post(reverse("accounts:register"), put_right | {"email": "b@example.org"})
    assert used.context["form"].errors["scan"] == ["请上传营业执照。"]


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("执照.pdf", b"", "提交的是空文件。"),
        (
            "执照.png",
            b"<html><script>alert(1)</script></html>",
            "文件“执照.png”的内容不是 PDF、JPG 或 PNG，请上传扫描件或照片。",
        ),
        (
            "执照.pdf",
            b"MZ\x90\x00%PDF-1.7",
            "文件“执照.pdf”的内容不是 PDF、JPG 或 PNG，请上传扫描件或照片。",
        ),
        (
            "../../执照.exe",
            b"%PDF-1.7\n%%EOF",
            "文件“执照.exe”的扩展名与其内容不符，内容应以.pdf结尾，请更正后重新上传。",
        ),
    ],
)
def test_what_is_no_scan_is_refused_with_a_sentence(client, name, content, sentence):
    refused = register(client, scan=SimpleUploadedFile(name, content))
    assert refused.context["form"].errors["scan"] == [sentence]
    assert Evidence.objects.count() == 0


def test_a_scan_may_have_its_limit_and_not_one_byte_more(client, settings):
    settings.SCAN_MAX_BYTES = photo().size
    assert register(client).url == reverse("accounts:register_sent")
    settings.SCAN_MAX_BYTES = photo().size - 1
    assert "超过上限" in register(client).context["form"].errors["scan"][0]


def test_what_nobody_confirmed_is_forgotten_with_its_scan(client, people, time_machine):
    register(client)
    evidence.forget_the_unused()
    assert Registration.objects.count() == 1
    time_machine.move_to(timezone.now() + timedelta(days=7, minutes=1))
    assert evidence.forget_the_unused() == 1
    assert (Registration.objects.count(), Evidence.objects.count()) == (0, 0)


def test_a_second_registration_of_one_code_is_told_of_the_first(client, people):
    """Told once the address is confirmed by its link; the secretariat sees both."""
    first = confirmed(client)
    register(client, email="second@example.org", person_name="韩梅")
    to_confirm = link(letters()["second@example.org"][1])
    told = "该单位已有一份登记正在核对"
    assert told in client.get(to_confirm).content.decode()
    assert told in client.post(to_confirm, follow=True).content.decode()
    second = Registration.objects.latest("pk")
    client.force_login(people.chen)
    queue = client.get(reverse("accounts:admissions", args=["registration"])).content.decode()
    assert queue.count("同一代码有两份") == 2
    page = client.get(reverse("accounts:admission", args=["registration", second.pk]))
    assert page.context["others"] == [first]


def test_two_of_the_secretariat_answer_once(client, people):
    row = confirmed(client)
    decide(client, people, row)
    again = decide(client, people, row, refuse="1", **{"refusal-reason": "示例"})
    assert again.url == reverse("accounts:admission", args=["registration", row.pk])
    row.refresh_from_db()
    assert row.outcome == "accepted"


def test_one_address_sends_ten_forms_a_minute(client):
    answers = [client.post(reverse("accounts:join"), {}).status_code for _ in range(11)]
    assert answers == [422] * 10 + [429]


def test_who_reads_a_licence_is_kept(client, people):
    row = confirmed(client)
    client.force_login(people.chen)
    answer = client.get(reverse("accounts:evidence", args=[row.licence.pk]))
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer.getvalue() == photo().read()
    assert AuditEvent.objects.latest("seq").action == "accounts.read_evidence"
