"""The secretariat's own words: checked, previewed, used, and taken back."""

import re

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from portal.accounts.models import User
from portal.ledger.models import AuditEvent
from portal.notifications.kinds import table
from portal.notifications.models import Notification, Wording
from portal.notifications.telling import tell
from portal.notifications.wording import LANGUAGES, Words, default, faults
from tests.portal.accounts.organisations import person

pytestmark = pytest.mark.django_db

KIND = "deficiency_notice"


@pytest.fixture
def chen() -> User:
    return person("chen", "secretariat")


@pytest.fixture
def browser(chen: User) -> Client:
    client = Client()
    client.force_login(chen)
    return client


def given(**changes: str) -> dict[str, str]:
    """What the form sends when nothing was changed, and the changes."""
    words = {language: default(table()[KIND], language) for language in LANGUAGES}
    fields = {
        f"{f}-{language}": getattr(words[language], f)
        for language in LANGUAGES
        for f in ("subject", "body")
    }
    return fields | {
        name.replace("__", "-").replace("_", "-"): text for name, text in changes.items()
    }


def send(browser: Client, **changes: str) -> tuple[int, str]:
    response = browser.post(reverse("administration:letter", args=[KIND]), given(**changes))
    return response.status_code, response.content.decode()


def told() -> tuple[str, str, str]:
    with transaction.atomic():
        chen = User.objects.get(username="chen")
        tell(
            [chen],
            KIND,
            f"{Notification.objects.count()}",
            number="PG1",
            count=2,
            items="示例：材料4",
            deadline="8月7日",
        )
    row = Notification.objects.latest("id")
    return row.subject_zh, row.body_zh, row.subject_en


def test_changed_words_are_used_from_then_on_and_the_other_language_keeps_its_own(chen, browser):
    before = told()
    assert send(browser, body__zh_hans="请在{deadline}前补正，共{count}处。\r\n谢谢。")[0] == 302
    assert told() == (before[0], "请在8月7日前补正，共2处。\n谢谢。", before[2])
    assert [(row.kind, row.language, row.changed_by) for row in Wording.objects.all()] == [
        (KIND, "zh-hans", chen)
    ]
    event = AuditEvent.objects.get(action="letters.change")
    assert event.data["before"]["body"] == default(table()[KIND], "zh-hans").body
    assert event.data["after"]["body"] == "请在{deadline}前补正，共{count}处。\n谢谢。"
    assert Notification.objects.earliest("id").body_zh == before[1]  # as it was told that day


def test_back_to_the_default(chen, browser):
    before = told()
    send(browser, subject__en="Please correct case {number}")
    browser.post(reverse("administration:reset_letter", args=[KIND]))
    assert told() == before
    assert not Wording.objects.exists()
    assert AuditEvent.objects.filter(action="letters.change").count() == 2


def test_a_preview_shows_example_values_and_keeps_nothing(browser):
    status, page = send(browser, body__zh_hans="{name}，请在{deadline}前补正。", preview="1")
    assert status == 200
    assert "示例林晓，请在2026年8月7日前补正。" in page
    assert "{name}，请在{deadline}前补正。" in page  # still in the form
    assert not Wording.objects.exists()


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("请在{deadline}前到{city}补正。",
         "没有变量{city}；这类信函可用：{name}、{number}、{count}、{items}、{deadline}。"),
        ("请补正。", "正文缺少变量{deadline}（期限），没有它收件人无法办理。"),
        ("请在{deadline前补正。", "大括号不成对。"),
        ("请在{deadline!r}前补正。", "变量{deadline}不能带格式，请只写名称。"),
        ("请在{deadline:>99999999}前补正。", "变量{deadline}不能带格式，请只写名称。"),
        ("请在{deadline.__class__}前补正。", "没有变量{deadline.__class__}"),
        ("请在{0}前补正。", "没有变量{0}"),
        ("请在{}前补正。", "没有变量{}"),
    ],
)  # fmt: skip
def test_what_could_not_be_filled_in_is_refused_by_name(browser, body, said):
    status, page = send(browser, body__zh_hans=body)
    assert status == 422
    assert said in re.sub(r"&#x27;", "'", page)
    assert not Wording.objects.exists()


def test_braces_themselves_are_written_twice(browser):
    kind = table()[KIND]
    assert faults(kind, Words("{{{number}}}", "{deadline}")) == {}
    assert send(browser, subject__zh_hans="{{{number}}}")[0] == 302
    assert told()[0] == "{PG1}"


def test_both_languages_are_checked_at_once(browser):
    status, page = send(browser, body__zh_hans="{a}", body__en="{b}")
    assert status == 422
    assert "没有变量{a}" in page
    assert "没有变量{b}" in page


def test_the_list_names_every_kind_and_who_changed_it(browser):
    send(browser, subject__en="Please correct case {number}")
    page = browser.get(reverse("administration:letters")).content.decode()
    codes = re.findall(r'/admin/letters/(\w+)/"', page)
    assert sorted(codes) == sorted(table())
    assert page.count("chen 于") == 1


def test_an_unknown_kind_is_missing(browser):
    assert browser.get(reverse("administration:letter", args=["nothing"])).status_code == 404
