"""Who sees addresses in full, and that seeing masked ones in full is on record."""

import pytest
from django.test import Client

from portal.accounts.models import MemberRole, User
from portal.ledger import audit
from portal.ledger.models import AuditEvent
from tests.evaluation.cast import Cast, make_cast, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    made = make_cast()
    User.objects.filter(pk=made.lin.pk).update(phone="13812341234", email="lin@example.org")
    return made


def sees(client: Client, path: str) -> tuple[bool, bool]:
    """Whether a page shows the address in full, and masked."""
    html = client.get(path).content.decode()
    return "lin@example.org" in html, "l***@example.org" in html


def test_administrators_find_masked_addresses_and_show_one_by_a_button(cast: Cast) -> None:
    client = signed_in(cast.secadmin)
    assert sees(client, "/admin/people/") == (False, True)
    show = f"/contacts/person/{cast.lin.pk}/show/"
    part = client.post(show, {"inline": "1"}, headers={"HX-Request": "true"}).content.decode()
    assert "13812341234" in part
    assert "lin@example.org" in part
    assert "<html" not in part
    event = AuditEvent.objects.get(action="contacts.reveal")
    assert (event.actor, event.subject, event.data) == (
        cast.secadmin, f"person:{cast.lin.pk}", {"fields": ["email", "phone"]},
    )  # fmt: skip
    assert list(audit.faults()) == []


def test_without_scripts_the_button_leads_to_a_page(cast: Cast) -> None:
    page = signed_in(cast.secadmin).post(f"/contacts/person/{cast.lin.pk}/show/").content.decode()
    assert "lin@example.org" in page
    assert "<html" in page


@pytest.mark.parametrize("reader", ["zhou", "han", "lin", "auditor"])
def test_nobody_else_has_the_button(cast: Cast, reader: str) -> None:
    client = signed_in(getattr(cast, reader))
    assert client.post(f"/contacts/person/{cast.lin.pk}/show/").status_code == 404
    assert client.post(f"/contacts/nothing/{cast.lin.pk}/show/").status_code == 404
    assert not AuditEvent.objects.filter(action="contacts.reveal").exists()


def test_members_see_each_others_addresses_masked_but_the_owner(cast: Cast) -> None:
    User.objects.filter(pk=cast.han.pk).update(organisation=cast.lin.organisation)
    for role, seen in (("owner", (True, False)), ("editor", (False, True))):
        User.objects.filter(pk=cast.han.pk).update(member_role=MemberRole(role))
        assert sees(signed_in(User.objects.get(pk=cast.han.pk)), "/organisation/") == seen
    assert sees(signed_in(cast.lin), "/organisation/") == (True, False)
