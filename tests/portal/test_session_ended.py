"""A session that is over: a page leads to the login page, a script's request never does."""

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db

PAGE = "/cases/PG2026-0001/form/contact/"
SCORE = PAGE + "autosave/"


def test_a_page_leads_to_the_login_page_and_back() -> None:
    assert Client().get(PAGE)["Location"] == f"/accounts/login/?next={PAGE}"


@pytest.mark.parametrize("sign", [{"HX-Request": "true"}, {"Sec-Fetch-Dest": "empty"}])
def test_a_request_of_a_script_is_refused_in_a_sentence(sign: dict[str, str]) -> None:
    response = Client(headers=sign).post(SCORE)
    assert response.status_code == 401
    assert response.content.decode() == "登录已过期，请重新登录。"


@pytest.mark.parametrize(
    ("referer", "back"),
    [
        (f"http://testserver{PAGE}?rows=racks", f"{PAGE}%3Frows%3Dracks"),
        ("http://elsewhere.example/cases/", "/desk/"),
        ("", "/desk/"),
    ],
)
def test_after_a_sent_form_login_leads_to_a_page_that_opens(referer: str, back: str) -> None:
    response = Client(headers={"Referer": referer} if referer else {}).post(SCORE)
    assert response["Location"] == f"/accounts/login/?next={back}"
