"""Signing in and out: what an intruder learns and may try, and when a session is over."""

import base64
import re
import time
from datetime import timedelta
from html import unescape
from urllib.parse import urlsplit

import pytest
import time_machine
from allauth.mfa.totp.internal import auth as totp
from django.contrib.auth.hashers import MD5PasswordHasher
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from portal.accounts.models import User
from portal.ledger import outbox
from portal.ledger.models import AuditEvent
from tests.portal.accounts.organisations import PASSWORD, person

pytestmark = pytest.mark.django_db
NOON = "2026-06-01T04:00:00Z"
SECRET = base64.b32encode(b"only for this test..").decode()


@pytest.fixture(autouse=True)
def _no_failures_yet():
    cache.clear()


@pytest.fixture
def chen() -> User:
    return person("chen", "secretariat")


def sign_in(name: str = "chen", password: str = PASSWORD, browser: Client | None = None) -> Client:
    browser = browser or Client()
    browser.last = browser.post(reverse("account_login"), {"login": name, "password": password})
    return browser


def is_in(browser: Client) -> bool:
    return browser.get(reverse("evaluation:desk")).status_code == 200


# What the page says


def errors(browser: Client) -> list[str]:
    """The sentences in the list of errors and beside the fields, in their order."""
    page = browser.last.content.decode()
    return [unescape(re.sub("<.*?>", "", li)) for li in re.findall(r"<li>(.*?)</li>", main(page))]


def main(page: str) -> str:
    return page.partition("<main")[2].partition("</main>")[0]


def test_an_empty_form_asks_for_each_field_by_its_label():
    asked = ["请填写用户名或邮箱地址。", "请填写密码。"]
    browser = sign_in("", "")
    assert errors(browser) == [*asked, *asked]  # listed once, and once beside each field
    assert "<title>错误：登录 · 工业智算基地评估平台</title>" in browser.last.content.decode()
    english = Client()
    english.cookies["django_language"] = "en"
    asked = ["Enter username or email address.", "Enter password."]
    assert errors(sign_in("", "", english)) == [*asked, *asked]
    assert "<title>Error: Sign in" in english.last.content.decode()


@pytest.mark.parametrize("name", ["chen", "chen@example.org", "nobody"])
def test_what_was_wrong_is_said_in_one_sentence(chen, name):
    assert errors(sign_in(name, "wrong-horse-8")) == ["用户名（或邮箱地址）或密码不正确。"]


def test_signing_up_leads_to_registering_an_organisation(client):
    answer = client.get(reverse("account_signup"))
    assert (answer.status_code, answer["Location"]) == (302, reverse("accounts:register"))


def test_a_dead_link_of_the_library_speaks_as_the_portal_does(client):
    page = client.get(reverse("account_confirm_email", args=["xxx"])).content.decode()
    assert "<title>链接已失效 · 工业智算基地评估平台</title>" in page
    assert (main(page).count("重新登记"), "Email地址" in page) == (2, False)


# The second factor


def code_now() -> str:
    return totp.format_hotp_value(totp.hotp_value(SECRET, int(time.time()) // 30))


def second_step(browser: Client, code: str) -> bool:
    browser.post(reverse("mfa_authenticate"), {"code": code})
    return is_in(browser)


@pytest.mark.parametrize("later", [0, 1, 29, 30, 59])
def test_a_code_lets_in_once(chen, later):
    totp.TOTP.activate(chen, SECRET)
    with time_machine.travel(NOON, tick=False) as clock:
        code = code_now()
        assert second_step(sign_in(), code) is True
        clock.shift(later)
        assert second_step(sign_in(), code) is False


def test_the_next_code_lets_in_again_and_another_persons_code_never(chen):
    totp.TOTP.activate(chen, SECRET)
    with time_machine.travel(NOON, tick=False) as clock:
        first = code_now()
        assert second_step(sign_in(), first) is True
        clock.shift(30)
        assert (code_now() != first, second_step(sign_in(), code_now())) == (True, True)
    han = person("han", "secretariat")
    totp.TOTP.activate(han, base64.b32encode(b"another for the test").decode())
    assert second_step(sign_in("han"), code_now()) is False


def test_without_the_second_step_nobody_is_in(chen):
    totp.TOTP.activate(chen, SECRET)
    browser = sign_in()
    assert (browser.last["Location"], is_in(browser)) == (reverse("mfa_authenticate"), False)


# What an intruder learns


class Counted(MD5PasswordHasher):
    """A hasher that says how often it worked: its work is the time of an answer."""

    algorithm = "counted"
    worked = 0

    def encode(self, password: str, salt: str) -> str:
        type(self).worked += 1
        return super().encode(password, salt)


@pytest.fixture
def hashing(settings):
    settings.PASSWORD_HASHERS = [f"{__name__}.Counted"]
    return Counted


def said(browser: Client, name: str) -> str:
    """The page, without what is new each time and what was typed."""
    token = browser.last.context["csrf_token"]
    page = browser.last.content.decode().replace(str(token), "")
    return page.replace(f'value="{name}"', 'value="NAME"')


@pytest.mark.parametrize(
    ("known", "name"),
    [("chen", name) for name in ("nobody", "CHEN", "gone", "opened")]
    + [("chen@example.org", f"{name}@example.org") for name in ("nobody", "Chen", "gone")],
)
def test_a_failure_says_and_costs_the_same_whoever_is_named(hashing, known, name):
    person("chen", "secretariat")
    person("gone", "secretariat", is_active=False)
    opened = person("opened", "secretariat", is_active=False)
    opened.set_unusable_password()
    opened.save()
    hashing.worked = 0
    first = sign_in(known, "wrong-horse-8")
    wanted = (hashing.worked, first.last.status_code, said(first, known))
    assert wanted[0] == 1
    hashing.worked = 0
    tried = sign_in(name, "wrong-horse-8")
    assert (hashing.worked, tried.last.status_code, said(tried, name)) == wanted


def test_five_failures_lock_however_the_person_is_named(chen):
    """By login name and by address one has five attempts, not five of each."""
    for name in ("chen", "chen@example.org", "CHEN", "Chen@Example.org", " chen "):
        sign_in(name, "wrong-horse-8")
    for name in ("chen", "chen@example.org"):
        assert is_in(sign_in(name)) is False
    assert AuditEvent.objects.filter(action="accounts.sign_in_failed").count() == 5


def test_a_name_that_nobody_has_is_locked_like_one_that_somebody_has(chen):
    pages = []
    for name in ("chen", "nobody"):
        cache.clear()
        for _attempt in range(6):
            browser = sign_in(name, "wrong-horse-8")
        pages.append((browser.last.status_code, said(browser, name)))
    assert pages[0] == pages[1]


def test_an_address_that_was_made_up_frees_nobody(chen, settings):
    """Without a proxy of our own no header is believed."""
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 0
    for nth in range(6):
        browser = Client(headers={"X-Forwarded-For": f"203.0.113.{nth}", "X-Real-IP": "::1"})
        sign_in("chen", PASSWORD if nth == 5 else "wrong-horse-8", browser)
    assert is_in(browser) is False


def test_behind_one_proxy_only_what_that_proxy_said_counts(chen, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    for nth in range(6):
        browser = Client(headers={"X-Forwarded-For": f"203.0.113.{nth}, 198.51.100.9"})
        sign_in("chen", PASSWORD if nth == 5 else "wrong-horse-8", browser)
    assert is_in(browser) is False
    assert is_in(sign_in(browser=Client(headers={"X-Forwarded-For": "198.51.100.10"}))) is True


# Sessions


def test_a_session_is_over_when_nothing_was_asked_for_so_long(chen, settings):
    idle = timedelta(seconds=settings.SESSION_COOKIE_AGE)
    with time_machine.travel(NOON, tick=False) as clock:
        browser = sign_in()
        assert is_in(browser) is True
        clock.shift(idle - timedelta(seconds=1))
        assert is_in(browser) is True  # and from here it counts anew
        clock.shift(idle - timedelta(seconds=1))
        assert is_in(browser) is True
        clock.shift(idle)
        assert is_in(browser) is False


def test_a_session_that_somebody_planted_is_not_the_one_that_is_signed_in(chen):
    planted = Client()
    planted.session.save()
    before = planted.session.session_key
    sign_in(browser=planted)
    intruder = Client()
    intruder.cookies["sessionid"] = before
    assert (is_in(planted), is_in(intruder)) == (True, False)
    assert planted.cookies["sessionid"].value != before


def test_a_session_that_was_left_opens_no_more(chen):
    browser = sign_in()
    kept = browser.cookies["sessionid"].value
    browser.post(reverse("account_logout"))
    again = Client()
    again.cookies["sessionid"] = kept
    assert (is_in(again), Session.objects.filter(pk=kept).exists()) == (False, False)


def test_a_new_password_ends_every_other_session(chen):
    here, elsewhere = sign_in(), sign_in()
    here.post(
        reverse("account_change_password"),
        {"oldpassword": PASSWORD, "password1": "quiet-river-42", "password2": "quiet-river-42"},
    )
    assert (is_in(here), is_in(elsewhere)) == (True, False)


def test_a_password_set_by_the_mailed_link_ends_every_session(chen, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    before = sign_in()
    owner = Client()
    owner.post(reverse("account_reset_password"), {"email": "chen@example.org"})
    outbox.sweep()
    link = next(word for word in mail.outbox[0].body.split() if "/password/reset/key/" in word)
    form = owner.get(urlsplit(link).path, follow=True).redirect_chain[-1][0]
    owner.post(form, {"password1": "quiet-river-42", "password2": "quiet-river-42"})
    assert (is_in(before), is_in(sign_in(password="quiet-river-42"))) == (False, True)
    # The link is used up.
    used = Client().get(urlsplit(link).path, follow=True)
    assert "password1" not in used.content.decode()
