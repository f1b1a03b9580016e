"""What search engines are told: the public pages, and nothing else."""

import re
from urllib.robotparser import RobotFileParser

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from evaluation.models import Certificate
from portal.site.views.robots import LISTED
from tests.portal.site.copies import more_certificates

pytestmark = pytest.mark.django_db


def listed(client: Client) -> list[str]:
    page = client.get("/sitemap.xml")
    assert page["Content-Type"] == "application/xml"
    found = re.findall(r"<loc>(.*?)</loc>", page.content.decode())
    assert all(address.startswith(settings.PUBLIC_URL) for address in found)
    return [address.removeprefix(settings.PUBLIC_URL) for address in found]


def test_every_address_of_the_sitemap_is_open_and_allowed(
    client: Client, certificate: Certificate
) -> None:
    rules = RobotFileParser()
    rules.parse(client.get("/robots.txt").content.decode().replace("$", "").splitlines())
    paths = listed(client)
    assert reverse("site:certificate", args=[certificate.number]) in paths
    assert len(paths) == len(set(paths)) > len(LISTED)
    assert {client.get(path).status_code for path in paths} == {200}
    assert [path for path in paths if not rules.can_fetch("*", path)] == []


def test_what_is_not_public_is_disallowed(client: Client) -> None:
    text = client.get("/robots.txt").content.decode()
    # The start page alone, not what begins like it.
    rules = RobotFileParser()
    rules.parse([line for line in text.splitlines() if not line.endswith("$")])
    closed = [reverse(name) for name in ("evaluation:desk", "account_login", "site:audit")]
    assert [path for path in closed if rules.can_fetch("*", path)] == []
    assert f"Sitemap: {settings.PUBLIC_URL}/sitemap.xml" in text


def test_more_certificates_cost_no_more_queries(
    client: Client, certificate: Certificate, django_assert_num_queries: object
) -> None:
    more_certificates(certificate, 3)
    with django_assert_num_queries(2):  # type: ignore[operator]
        assert len(listed(client)) > 4


def test_a_missing_page_offers_search_and_the_public_doors(client: Client) -> None:
    page = client.get("/nowhere/").content.decode()
    main = page.partition("<main")[2].partition("</main>")[0]
    doors = ("site:search", "site:notices", "site:self_test", "site:register", "site:verify")
    assert [name for name in doors if f'"{reverse(name)}"' not in main] == []
