"""What went wrong, and what to do now: every error is a page that says both, in both languages."""

import re
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from portal import urls as portal_urls
from tests.evaluation.cast import Cast, make_cast, signed_in
from tests.portal.accounts.organisations import letters, link
from tests.portal.site.reading import words

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.portal.test_error_pages")]

LANGUAGES = ("zh-hans", "en")
FORM = {"content_type": "application/x-www-form-urlencoded"}
MENU = 'class="menu wide-only"'


def broken(request: HttpRequest) -> HttpResponse:
    raise ValueError("a secret of the code")


handler400, handler500 = portal_urls.handler400, portal_urls.handler500
urlpatterns = [path("broken/", broken), *portal_urls.urlpatterns]


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def speaking(client: Client, language: str) -> Client:
    client.cookies["django_language"] = language
    return client


def read(answer: Any) -> tuple[int, str]:
    """The status, and the page's words."""
    return answer.status_code, words(answer)


@pytest.mark.parametrize(
    ("language", "what", "now"),
    [
        ("zh-hans", "没有找到这个页面", "返回首页"),
        ("en", "Page not found", "Back to home"),
    ],
)
def test_a_missing_page(language: str, what: str, now: str) -> None:
    answer = speaking(Client(), language).get("/nowhere/")
    status, text = read(answer)
    assert (status, what in text, now in text) == (404, True, True)
    assert MENU in answer.content.decode()


@pytest.mark.parametrize(
    ("language", "what", "now"),
    [
        ("zh-hans", "当前账号的角色不能办理这一事项。", "请退出后用相应角色的账号登录"),
        (
            "en",
            "The role of your account does not allow this.",
            "sign out and sign in with an account of the right role",
        ),
    ],
)
def test_a_page_of_another_role(cast: Cast, language: str, what: str, now: str) -> None:
    """It names as whom one is signed in, with the menu that leads on."""
    answer = speaking(signed_in(cast.lin), language).get("/admin/settings/")
    status, text = read(answer)
    assert (status, what in text, now in text, cast.lin.name in text) == (403, True, True, True)
    assert MENU in answer.content.decode()


@pytest.mark.parametrize(
    ("language", "now"),
    [("zh-hans", "刷新后重新提交"), ("en", "refresh the page and submit again")],
)
def test_a_form_that_is_too_old(language: str, now: str) -> None:
    client = speaking(Client(enforce_csrf_checks=True), language)
    status, text = read(client.post("/verify/", {"number": "GYZS"}))
    assert (status, now in text) == (403, True)


@pytest.mark.parametrize(
    ("language", "what", "now"),
    [
        ("zh-hans", "没有保存", "一次不超过 100.0 MB"),
        ("en", "Nothing was saved", "up to 100.0 MB"),
    ],
)
def test_more_than_one_request_may_hold(settings: Any, language: str, what: str, now: str) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    answer = speaking(Client(), language).post("/misuse/", {"content": "x" * 101}, **FORM)
    assert (answer.status_code, MENU in answer.content.decode()) == (413, True)
    text = words(answer).replace("\xa0", " ")
    assert (what in text, now in text) == (True, True)


@pytest.mark.parametrize(
    ("language", "what", "now"),
    [
        ("zh-hans", "操作过于频繁", "请等五分钟"),
        ("en", "Too many attempts", "Wait five minutes"),
    ],
)
def test_too_many_attempts(settings: Any, language: str, what: str, now: str) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"login": "1/m/ip"}
    client = speaking(Client(), language)
    answers = [
        client.post("/accounts/login/", {"login": "nobody", "password": "x"}) for _ in range(2)
    ]
    assert answers[0].status_code == 200
    status, text = read(answers[1])
    assert (status, what in text, now in text) == (429, True, True)


@pytest.mark.parametrize(
    ("language", "now"), [("zh-hans", "把下面的编号"), ("en", "tell the secretariat the number")]
)
def test_a_fault_of_the_portal_names_its_number_and_nothing_else(language: str, now: str) -> None:
    """The number finds the log lines of this very request."""
    answer = speaking(Client(raise_request_exception=False), language).get("/broken/")
    status, text = read(answer)
    assert (status, now in text) == (500, True)
    assert re.findall(r"\b[0-9a-f]{32}\b", text) == [answer["X-Request-ID"]]
    assert "a secret" not in answer.content.decode()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("page", ["invitation", "register_confirm", "register_status"])
def test_a_mailed_link_that_was_cut_off(language: str, page: str) -> None:
    addresses = {
        "invitation": "/organisation/invitation/?t=WzEsMV0:1tcut",
        "register_confirm": "/organisation/register/confirm/?t=",
        "register_status": "/organisation/register/status/?t=",
    }
    status, text = read(speaking(Client(), language).get(addresses[page]))
    what = {"zh-hans": "请打开最近一封邮件", "en": "Open the latest mail"}[language]
    assert (status, what in text) == (404, True)


@pytest.mark.parametrize(
    ("language", "what"),
    [("zh-hans", "请联系邀请您的人"), ("en", "contact whoever invited you")],
)
def test_a_revoked_invitation(cast: Cast, language: str, what: str) -> None:
    owner = signed_in(cast.lin)
    sent = {"name": "马兰", "email": "ma@example.org", "member_role": "editor"}
    owner.post("/organisation/invite/", sent)
    mailed = link(letters()["ma@example.org"][1])
    owner.post(f"/organisation/invitations/{cast.organisation.invitations.get().pk}/revoke/")
    status, text = read(speaking(Client(), language).get(mailed))
    assert (status, what in text) == (410, True)


@pytest.mark.parametrize(
    ("language", "what", "now"),
    [
        ("zh-hans", "这个重置链接已经用过", "重新申请重置"),
        ("en", "was used already, or has run out", "Ask for a new link"),
    ],
)
def test_a_password_link_that_is_over(language: str, what: str, now: str) -> None:
    client = speaking(Client(), language)
    status, text = read(client.get("/accounts/password/reset/key/1-abc-def/", follow=True))
    assert (status, what in text, now in text) == (200, True, True)
