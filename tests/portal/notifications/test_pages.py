"""The inbox, its count in the top bar, and the page of choices."""

import re

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from portal.accounts.models import User
from portal.ledger.models import AuditEvent
from portal.notifications import actions
from portal.notifications.kinds import table
from portal.notifications.models import Notification, SwitchedOff
from portal.notifications.telling import put_mail, tell
from tests.portal.accounts.organisations import person

pytestmark = pytest.mark.django_db


@pytest.fixture
def chen() -> User:
    return person("chen", "secretariat")


@pytest.fixture
def browser(chen: User) -> Client:
    client = Client()
    client.force_login(chen)
    return client


def told(user: User, *keys: str) -> None:
    with transaction.atomic():
        for key in keys:
            put_mail(user, key, f"标题{key}", f"正文{key}")


def titles(html: str) -> list[str]:
    return re.findall(r"标题\w+", html)


def unread_in(html: str) -> str:
    return re.search(r'class="inbox".*?visually-hidden">(.*?)</span>', html, re.S)[1]


def test_the_newest_stands_first_and_the_top_bar_counts_what_is_unread(chen, browser):
    assert "还没有通知" in browser.get(reverse("notifications:inbox")).content.decode()
    told(chen, "a", "b", "c")
    told(person("wu", "secretariat"), "x")
    page = browser.get(reverse("notifications:inbox")).content.decode()
    assert titles(page) == ["标题c", "标题b", "标题a"]
    assert unread_in(page) == "通知，3 条未读"
    assert unread_in(browser.get("/about/").content.decode()) == "通知，3 条未读"


def test_more_than_ninety_nine_are_said_to_be_more(chen, browser):
    told(chen, *(f"n{nth}" for nth in range(101)))
    page = browser.get(reverse("notifications:inbox")).content.decode()
    assert re.search(r'inbox-count" aria-hidden="true">(.*?)<', page)[1] == "99+"
    assert len(titles(page)) == 25
    last = browser.get(reverse("notifications:inbox"), {"page": 5}).content.decode()
    assert titles(last) == ["标题n0"]


def test_opening_one_leads_to_its_page_and_marks_it_read(chen, browser):
    with transaction.atomic():
        path = "/bases/?today=missing"
        tell([chen], "windows_missed", "1", path=path, day="1", window="2", count=3, names="甲")
    one = Notification.objects.get()
    response = browser.get(reverse("notifications:open", args=[one.pk]))
    assert (response.status_code, response["Location"]) == (302, path)
    assert unread_in(browser.get("/about/").content.decode()) == "通知"
    assert browser.get(reverse("notifications:open", args=[one.pk])).status_code == 302


def test_what_was_read_keeps_the_moment_when_all_is_marked(chen):
    told(chen, "a", "b")
    first, second = Notification.objects.order_by("pk")
    actions.mark_read(first)
    first.refresh_from_db()
    actions.mark_all_read(chen, second.pk)
    assert Notification.objects.get(pk=first.pk).read_at == first.read_at
    assert Notification.objects.get(pk=second.pk).read_at is not None


def test_marking_all_read_leaves_what_came_after_the_page_was_shown(chen, browser):
    told(chen, "a", "b")
    shown = browser.get(reverse("notifications:inbox")).content.decode()
    newest = re.search(r'name="newest" value="(\d+)"', shown)[1]
    told(chen, "c")
    page = browser.post(reverse("notifications:read_all"), {"newest": newest}, follow=True)
    assert "已将2条通知标为已读。" in page.content.decode()
    unread = browser.get(reverse("notifications:inbox"), {"show": "unread"}).content.decode()
    assert titles(unread) == ["标题c"]


def test_another_persons_notification_is_a_missing_one(chen, browser):
    wu = person("wu", "secretariat")
    told(wu, "x")
    theirs = Notification.objects.get()
    assert browser.get(reverse("notifications:open", args=[theirs.pk])).status_code == 404
    assert browser.post(reverse("notifications:read", args=[theirs.pk])).status_code == 404
    theirs.refresh_from_db()
    assert theirs.read_at is None


def test_the_choices_name_what_can_be_switched_off_and_why_the_rest_cannot(chen, browser):
    page = browser.get(reverse("notifications:choices")).content.decode()
    boxes = re.findall(
        r'<input class="form-check-input" type="checkbox" name="mail" value="(\w+)"([^>]*)>', page
    )
    mine = {kind.code for kind in table().values() if "secretariat" in kind.readers}
    assert {code for code, _more in boxes} == mine
    assert {code for code, more in boxes if "disabled" in more} == {
        "deadline_extended",
        "review_due",
        "rectification_due",
        "certificate_changed",
    }
    assert all("checked" in more for _code, more in boxes)
    assert "正式通知，须送达本人，不能关闭邮件。" in page


def test_choices_are_kept_and_audited_and_the_language_with_them(chen, browser):
    SwitchedOff.objects.create(user=person("wu", "secretariat"), kind="work_waits")
    browser.post(reverse("notifications:choices"), {"language": "en", "mail": ["work_waits"]})
    chen.refresh_from_db()
    off = {row.kind for row in SwitchedOff.objects.filter(user=chen)}
    assert (chen.language, "work_waits" in off, "review_due" in off) == ("en", False, False)
    assert "windows_missed" in off
    event = AuditEvent.objects.get(action="notifications.choose")
    assert event.data["before"] == {"language": "", "without_mail": []}
    assert event.data["after"] == {"language": "en", "without_mail": sorted(off)}
    browser.post(reverse("notifications:choices"), {"language": "en", "mail": ["work_waits"]})
    assert AuditEvent.objects.filter(action="notifications.choose").count() == 1


def test_an_unknown_language_changes_nothing_and_says_so(chen, browser):
    page = browser.post(reverse("notifications:choices"), {"language": "xx"}, follow=True)
    assert "请选择邮件的语言，设置没有保存。" in page.content.decode()
    assert not SwitchedOff.objects.exists()
