"""The start page: where to go, and how the register stands."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from evaluation.models import Certificate, Publication
from tests.evaluation.cast import Cast, signed_in
from tests.portal.site.copies import enter, more_certificates, more_notices
from tests.portal.site.reading import words


def figures(client: Client) -> list[tuple[str, str]]:
    page = client.get("/").content.decode()
    return [
        (name, re.sub(r"<[^>]+>", "", value))
        for name, value in re.findall(r"<dt>(\w+)</dt><dd>(.*?)</dd>", page)
    ]


@pytest.mark.django_db
def test_an_empty_register_says_so(client: Client) -> None:
    assert figures(client) == [
        ("有效证书", "0"), ("整改中", "0"), ("所在省份", "0"), ("正在公示", "0"),
    ]  # fmt: skip
    text = words(client.get("/"))
    assert "目前没有正在公示的评估结果。" in text
    assert "名录中还没有获认定的基地。" in text


def test_the_figures_follow_the_register(client: Client, certificate: Certificate) -> None:
    more = more_certificates(certificate, 3, province="110000")
    enter(more[0], "rectification", "年审发现问题，限期整改。")
    enter(more[1], "revoked", "整改后仍未达到要求。")
    more_notices(Publication.objects.get(), 1, working_days=5, ends_on="2999-01-01")
    assert figures(client) == [
        ("有效证书", "2"), ("整改中", "1"), ("所在省份", "2"), ("正在公示", "1"),
    ]  # fmt: skip
    assert f"{certificate.holder} · " in words(client.get("/"))


def test_a_signed_in_reader_is_led_to_the_desk(cast: Cast) -> None:
    text = words(signed_in(cast.lin).get("/"))
    assert "进入待办" in text
    assert "登录申报" not in text


def test_queries_do_not_grow_with_the_register(client: Client, certificate: Certificate) -> None:
    with CaptureQueriesContext(connection) as few:
        client.get("/")
    more_certificates(certificate, 50)
    more_notices(Publication.objects.get(), 50, working_days=5, ends_on="2999-01-01")
    with CaptureQueriesContext(connection) as many:
        client.get("/")
    assert len(many) == len(few) == 4


@pytest.mark.django_db
def test_every_door_is_one_click_away(client: Client) -> None:
    page = client.get("/").content.decode()
    main = page[page.index("<main") : page.index("</main>")]
    links = set(re.findall(r'href="([^"#?]+)', main))
    doors = {
        "/self-test/", "/accounts/login/", "/organisation/register/", "/verify/", "/register/",
        "/notices/", "/standard/", "/standard/steps/", "/standard/readings/", "/api/docs",
        "/help/applicant/", "/help/expert/", "/help/secretariat/", "/help/operator/",
    }  # fmt: skip
    assert links == doors
    steps = re.findall(r'href="/standard/steps/#(\w+)"', main)
    there = client.get("/standard/steps/").content.decode()
    assert len(steps) == 7
    assert [step for step in steps if f'id="{step}"' not in there] == []


def test_a_number_is_verified_from_here(client: Client, certificate: Certificate) -> None:
    page = client.get("/").content.decode()
    action, name = re.findall(r'<form[^>]*action="(/verify/)".*?name="(number)"', page, re.DOTALL)[
        0
    ]
    answer = client.get(action, {name: certificate.number.lower()})
    assert answer.url == f"/verify/{certificate.number}/"


@pytest.mark.django_db
def test_the_fields_of_the_login_repeat_no_label_and_the_contact_line_is_in_the_readers_language(
    client: Client, settings: Any
) -> None:
    settings.ISSUER_CONTACT, settings.ISSUER_CONTACT_EN = "示例秘书处", "Example Secretariat"
    page = client.get("/accounts/login/").content.decode()
    for address in ("/accounts/login/", "/accounts/password/reset/"):
        form = client.get(address).context["form"]
        assert [field.name for field in form if "placeholder" in field.as_widget()] == [], address
    assert "示例秘书处" in page
    client.cookies["django_language"] = "en"
    english = client.get("/accounts/login/").content.decode()
    assert "Example Secretariat" in english
    assert "示例秘书处" not in english
