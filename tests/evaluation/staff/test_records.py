"""The case page leads to what was done; every way it offers can be gone."""

import re

import pytest

from tests.evaluation.cast import make_cast, signed_in

pytestmark = pytest.mark.django_db


def offered(client, case):
    html = client.get(f"/cases/{case.number}/").content.decode()
    main = html[html.index("<main") : html.index("</main")]
    return sorted(set(re.findall(rf'href="(/cases/{case.number}/[^"]+)"', main)))


@pytest.mark.parametrize(
    "state",
    ["returned", "preliminary_review", "site_visit", "panel_scoring", "panel_consolidation",
     "published", "not_certified"],
)  # fmt: skip
def test_every_way_that_is_offered_can_be_gone(state):
    cast = make_cast()
    case = cast.case_in(state)
    for user in (cast.lin, cast.chen, cast.zhou, *cast.experts):
        client = signed_in(user)
        if client.get(f"/cases/{case.number}/").status_code == 404:
            continue
        for address in offered(client, case):
            if "/documents/" not in address:  # not rendered here
                answer = client.get(address, follow=True)
                last = answer.request["PATH_INFO"]
                assert (answer.status_code, last == f"/cases/{case.number}/") == (200, False), (
                    user.username,
                    address,
                )


def test_afterwards_each_reader_finds_the_records_that_are_theirs():
    cast = make_cast()
    case = cast.case_in("certified")
    pages = ("review", "experts", "site-visit", "scoring", "consolidation", "objections", "result")
    found = {
        user.username: {
            page
            for page in pages
            if f"/cases/{case.number}/{page}/" in offered(signed_in(user), case)
        }
        for user in (cast.lin, cast.chen, cast.zhou, *cast.experts)
    }
    staff = {"review", "experts", "site-visit", "consolidation", "objections", "result"}
    assert found == {
        "lin": {"site-visit", "result"},
        "chen": staff,
        "zhou": staff,
        "expert1": {"site-visit"},
        "expert2": {"site-visit"},
        "expert3": {"site-visit", "scoring", "consolidation", "result"},
        "expert4": {"site-visit", "scoring"},
    }
