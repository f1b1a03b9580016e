"""The outbox: every mail can be looked at, stopped before it goes, and sent again."""

import re

import pytest
import time_machine
from django.core import mail
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.accounts.actions import administration, members
from portal.accounts.models import User
from portal.ledger import outbox
from portal.ledger.models import AuditEvent, OutboxEntry
from portal.notifications.telling import put_mail
from tests.portal.accounts.organisations import people, person  # noqa: F401  a fixture

pytestmark = pytest.mark.django_db


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def put(user: User, key: str = "1") -> OutboxEntry:
    with transaction.atomic():
        put_mail(user, key, f"标题{key}", f"正文{key}")
    return OutboxEntry.objects.latest("id")


def listed(client: Client, **query: str) -> list[str]:
    page = client.get(reverse("administration:outbox"), query).content.decode()
    return re.findall(r">(标题\w+)<", page)


def press(client: Client, what: str, entry: OutboxEntry) -> str:
    path = reverse(f"administration:{what}_entry", args=[entry.pk])
    return client.post(path, follow=True).content.decode()


@pytest.fixture
def chen() -> User:
    return person("chen", "secretariat")


def test_a_mail_is_stopped_before_it_goes_and_sent_after_all(chen):
    office, entry = browser(chen), put(chen)
    assert "已中止，这封邮件不会发出。" in press(office, "stop", entry)
    assert outbox.sweep() == 0
    assert listed(office, state="stopped") == ["标题1"]
    assert "不能再中止" in press(office, "stop", entry)
    assert "已交付发送" in press(office, "send", entry)
    assert outbox.sweep() == 1
    assert [letter.subject for letter in mail.outbox] == ["标题1"]
    events = AuditEvent.objects.filter(action__startswith="outbox.").order_by("seq")
    assert [(e.action, e.actor, e.data.get("state", "")) for e in events] == [
        ("outbox.stop", chen, ""), ("outbox.send_again", chen, "stopped"),
    ]  # fmt: skip


def test_a_mail_that_went_is_sent_once_more(chen):
    entry = put(chen)
    outbox.sweep()
    assert "不能再中止" in press(browser(chen), "stop", entry)
    press(browser(chen), "send", entry)
    outbox.sweep()
    outbox.sweep()
    assert [letter.subject for letter in mail.outbox] == ["标题1", "标题1"]


def test_what_failed_for_good_shows_why_and_begins_anew(chen, settings):
    entry = put(chen)
    settings.EMAIL_BACKEND = "no.such.Backend"
    for _attempt in range(outbox.MAX_ATTEMPTS):
        OutboxEntry.objects.update(not_before=timezone.now())
        outbox.sweep()
    office = browser(chen)
    assert listed(office, state="failed") == ["标题1"]
    page = office.get(reverse("administration:outbox_entry", args=[entry.pk])).content.decode()
    assert "No module named" in page
    assert f"<dt>发送次数</dt><dd>{outbox.MAX_ATTEMPTS}</dd>" in page
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    press(office, "send", entry)
    assert outbox.sweep() == 1
    entry.refresh_from_db()
    assert (entry.state, entry.attempts, entry.error) == ("done", 1, "")


def test_what_a_worker_has_is_neither_stopped_nor_sent(chen):
    entry = put(chen)
    OutboxEntry.objects.update(claimed_until=timezone.now() + outbox.LEASE)
    assert "正在发送或已经中止，不能再中止" in press(browser(chen), "stop", entry)
    assert "这封邮件正在发送，请稍后再看。" in press(browser(chen), "send", entry)


def test_mails_are_held_back_so_long_that_they_can_be_stopped(chen):
    administration.change_setting(person("sysadmin", "system_admin"), "mail_hold_minutes", 10)
    with time_machine.travel("2026-07-21 08:00:00+08:00", tick=False):
        entry = put(chen)
        assert (entry.state, outbox.sweep()) == ("planned", 0)
    with time_machine.travel("2026-07-21 08:09:59+08:00", tick=False):
        assert outbox.sweep() == 0
    with time_machine.travel("2026-07-21 08:10:00+08:00", tick=False):
        assert outbox.sweep() == 1


def test_the_list_is_filtered_by_state_and_searched_by_recipient_and_subject(chen):
    wu = person("wu", "secretariat")
    put(chen, "1")
    outbox.sweep()
    put(wu, "2")
    office = browser(chen)
    assert listed(office) == ["标题2", "标题1"]
    assert listed(office, state="done") == ["标题1"]
    assert listed(office, state="unsent") == ["标题2"]
    assert listed(office, q="wu") == ["标题2"]
    assert listed(office, q="标题1") == ["标题1"]
    page = office.get(reverse("administration:outbox"), {"q": "无此人"}).content.decode()
    assert "没有符合条件的邮件" in page


def test_a_letter_is_shown_without_the_link_that_is_for_its_recipient(people):  # noqa: F811
    with transaction.atomic():
        members.invite(
            people.lin, name="示例新人", email="new@example.org", member_role="editor", language=""
        )
    entry = OutboxEntry.objects.get(kind="letter")
    page = browser(people.chen).get(reverse("administration:outbox_entry", args=[entry.pk]))
    text = page.content.decode()
    assert "示例新人" in text
    assert "〔链接只寄给收件人〕" in text
    assert "/organisation/invitation/" not in text
    outbox.sweep()
    assert "/organisation/invitation/" in mail.outbox[-1].body


def test_the_system_administrator_sees_whether_mail_goes_and_not_what_it_says(chen):
    entry = put(chen)
    administrator = browser(person("sysadmin", "system_admin"))
    pages = [
        administrator.get(reverse("administration:outbox")).content.decode(),
        administrator.get(reverse("administration:outbox_entry", args=[entry.pk])).content.decode(),
    ]
    for page in pages:
        assert "chen" in page
        assert "标题1" not in page
        assert "正文1" not in page
    assert listed(administrator, q="标题1") == []
    assert "已中止" in press(administrator, "stop", entry)


def test_what_goes_to_an_objector_is_stopped_and_sent_without_being_read(chen):
    with transaction.atomic():
        entry = outbox.put(
            "objection_mail", "objection_mail:1:received", objection=1, what="received"
        )
    page = browser(chen).get(reverse("administration:outbox_entry", args=[entry.pk]))
    assert "内容涉及异议人身份，请在案卷的异议办理页查看。" in page.content.decode()
    assert "已中止" in press(browser(chen), "stop", entry)


def test_other_effects_are_no_mail(chen):
    with transaction.atomic():
        made = outbox.put("document", "document:x", document="x")
    assert (
        browser(chen).get(reverse("administration:outbox_entry", args=[made.pk])).status_code == 404
    )


def test_the_system_administrator_sees_that_it_goes_not_what_it_says(chen):
    entry = put(chen)
    OutboxEntry.objects.filter(pk=entry.pk).update(error="550 no such user chen@example.org")
    clerk = browser(person("sysadmin", "system_admin"))
    pages = [
        clerk.get(reverse("administration:outbox")).content.decode(),
        clerk.get(reverse("administration:outbox_entry", args=[entry.pk])).content.decode(),
    ]
    for page in pages:
        assert "标题1" not in page
        assert "正文1" not in page
        assert chen.email not in page
        assert "c***@example.org" in page
    assert "主题和内容由秘书处查阅" in pages[0]
    assert "职责分离" in pages[1]
