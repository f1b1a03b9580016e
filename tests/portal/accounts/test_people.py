"""Accounts: the system administrator opens, the security administrator enables; neither alone."""

from urllib.parse import urlsplit

import pytest
from django.contrib.sessions.models import Session
from django.core import mail
from django.urls import reverse

from portal.accounts.models import Organisation, User
from portal.ledger import audit, outbox
from portal.ledger.models import AuditEvent

pytestmark = pytest.mark.django_db
PASSWORD = "correct-horse-9"


def person(username: str, role: str, **more) -> User:
    user = User(
        username=username, email=f"{username}@example.org", name=username, role=role, **more
    )
    user.set_password(PASSWORD)
    user.save()
    return user


@pytest.fixture
def system(client):
    client.force_login(person("sys", "system_admin"))
    return client


@pytest.fixture
def security(client):
    client.force_login(person("sec", "security_admin"))
    return client


def account(**changes) -> dict[str, str]:
    return {
        "username": "lin",
        "name": "林晓",
        "email": "lin@example.org",
        "phone": "",
        "role": "secretariat",
        "organisation": "",
        "member_role": "editor",
    } | changes


def test_an_opened_account_has_no_effect_until_it_is_enabled(system, client):
    system.post(reverse("accounts:create_person"), account())
    lin = User.objects.get(username="lin")
    assert (lin.is_active, lin.has_usable_password()) == (False, False)
    client.force_login(person("sec", "security_admin"))
    client.post(reverse("accounts:enable_person", args=[lin.pk]))
    lin.refresh_from_db()
    assert lin.is_active is True
    assert list(AuditEvent.objects.values_list("action", flat=True)) == [
        "accounts.create_user",
        "accounts.enable_user",
    ]
    assert list(audit.faults()) == []


def test_its_owner_sets_the_password_by_the_mailed_link(system, client, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    system.post(reverse("accounts:create_person"), account())
    User.objects.filter(username="lin").update(is_active=True)
    client.logout()
    client.post(reverse("account_reset_password"), {"email": "lin@example.org"})
    outbox.sweep()
    link = next(word for word in mail.outbox[0].body.split() if "/password/reset/key/" in word)
    form = client.get(urlsplit(link).path, follow=True)
    client.post(form.redirect_chain[-1][0], {"password1": PASSWORD, "password2": PASSWORD})
    lin = User.objects.get(username="lin")
    assert lin.check_password(PASSWORD)


def test_an_applicant_without_an_organisation_is_refused_in_words(system):
    answer = system.post(reverse("accounts:create_person"), account(role="applicant"))
    assert answer.status_code == 422
    assert "申报单位的账号须选择所属单位。" in answer.content.decode()
    assert not User.objects.filter(username="lin").exists()


def test_the_security_administrator_opens_no_accounts(security):
    assert security.post(reverse("accounts:create_person"), account()).status_code == 403
    assert not User.objects.filter(username="lin").exists()


def test_the_system_administrator_enables_no_accounts(system):
    lin = person("lin", "secretariat", is_active=False)
    assert system.post(reverse("accounts:enable_person", args=[lin.pk])).status_code == 403
    lin.refresh_from_db()
    assert lin.is_active is False


def test_disabling_ends_the_sessions(security, client):
    lin = person("lin", "secretariat")
    other = type(client)()
    other.force_login(lin)
    assert other.get(reverse("evaluation:desk")).status_code == 200
    security.post(reverse("accounts:disable_person", args=[lin.pk]))
    assert other.get(reverse("evaluation:desk")).status_code == 302
    assert {s.get_decoded()["_auth_user_id"] for s in Session.objects.all()} == {
        str(User.objects.get(username="sec").pk)
    }


def test_the_last_security_administrator_stays(security):
    sec = User.objects.get(username="sec")
    answer = security.post(reverse("accounts:disable_person", args=[sec.pk]), follow=True)
    sec.refresh_from_db()
    assert sec.is_active is True
    assert "是最后一位安全管理员，不能停用；请先启用另一位。" in answer.content.decode()


def test_an_organisation_with_a_false_code_is_refused(system):
    answer = system.post(
        reverse("accounts:create_organisation"),
        {"name": "示例单位", "credit_code": "91350100M000100Y44"},
    )
    assert (
        "统一社会信用代码的校验位不正确，请对照营业执照或登记证书逐位核对。"
        in answer.content.decode()
    )
    assert not Organisation.objects.exists()


def test_a_code_in_small_letters_is_put_right(system):
    system.post(
        reverse("accounts:create_organisation"),
        {"name": "示例单位", "credit_code": " 91350100m000100y43 "},
    )
    assert Organisation.objects.get().credit_code == "91350100M000100Y43"


@pytest.mark.parametrize("count", [1, 50])
def test_the_lists_cost_the_same_at_one_row_and_at_fifty(
    security, count, django_assert_num_queries
):
    for n in range(count):
        person(f"u{n}", "secretariat")
    security.get(reverse("accounts:people"))
    with django_assert_num_queries(4):  # session, user with unread notifications, count, page
        security.get(reverse("accounts:people"))


# Putting details right


def details(user: User, **changes) -> dict[str, str]:
    return {"name": user.name, "email": user.email, "phone": user.phone} | changes


def test_a_corrected_name_is_kept_with_both_in_the_audit(system):
    lin = person("lin", "secretariat")
    path = reverse("accounts:edit_person", args=[lin.pk])
    system.post(path, details(lin, name="林晓", phone="010-1"))
    system.post(path, details(lin, name="林晓", phone="010-1"))  # the same: nothing to record
    lin.refresh_from_db()
    assert (lin.name, lin.phone, lin.is_active, lin.role) == ("林晓", "010-1", True, "secretariat")
    event = AuditEvent.objects.get(action="accounts.change_user")
    assert (event.data["before"]["name"], event.data["after"]["name"]) == ("lin", "林晓")


def test_a_new_mail_address_needs_the_security_administrator_again(system, client):
    lin = person("lin", "secretariat")
    path = reverse("accounts:edit_person", args=[lin.pk])
    page = system.post(path, details(lin, email="else@example.org"), follow=True)
    assert "邮箱已更改，账号停用，待安全管理员重新启用。" in page.content.decode()
    lin.refresh_from_db()
    assert (lin.email, lin.is_active) == ("else@example.org", False)
    client.force_login(person("sec", "security_admin"))
    client.post(reverse("accounts:enable_person", args=[lin.pk]))
    lin.refresh_from_db()
    assert lin.is_active is True


def test_the_last_administrators_address_and_a_taken_one_are_refused(system):
    person("lin", "secretariat")
    alone = User.objects.get(username="sys")
    path = reverse("accounts:edit_person", args=[alone.pk])
    page = system.post(path, details(alone, email="else@example.org"))
    assert (page.status_code, "是最后一位系统管理员" in page.content.decode()) == (422, True)
    page = system.post(path, details(alone, email="LIN@example.org"))
    assert page.status_code == 422
    alone.refresh_from_db()
    assert (alone.email, alone.is_active) == ("sys@example.org", True)
