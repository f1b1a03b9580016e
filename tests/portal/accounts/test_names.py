"""更名: asked by an owner, with evidence; decided by the secretariat; the old name is kept."""

import pytest
from django.urls import reverse

from portal.accounts.models import NameChange
from portal.ledger.models import AuditEvent
from tests.portal.accounts.organisations import letters, people, photo

__all__ = ["people"]
pytestmark = pytest.mark.django_db
OLD, NEW = "示例智算科技有限公司", "示例智算集团有限公司"


def ask(client, people, name=NEW):
    client.force_login(people.lin)
    return client.post(reverse("accounts:change_name"), {"new_name": name, "scan": photo()})


def decide(client, people, **data):
    client.force_login(people.chen)
    change = NameChange.objects.latest("pk")
    return client.post(reverse("accounts:admission", args=["name", change.pk]), data)


def name_of(people) -> str:
    people.organisation.refresh_from_db()
    return people.organisation.name


def test_the_name_changes_when_the_secretariat_accepts(client, people):
    ask(client, people)
    assert (set(letters()), name_of(people)) == ({"chen@example.org"}, OLD)
    decide(client, people)
    assert name_of(people) == NEW
    assert letters()["lin@example.org"][0] == "更名申请已同意"
    event = AuditEvent.objects.get(action="accounts.accept_name_change")
    assert (event.data["old_name"], event.data["new_name"]) == (OLD, NEW)
    client.force_login(people.han)
    assert OLD in client.get(reverse("accounts:organisation")).content.decode()


def test_a_refused_change_says_why_and_can_be_asked_again(client, people):
    ask(client, people)
    letters()
    decide(client, people, refuse="1", **{"refusal-reason": "通知书不清晰。"})
    subject, body = letters()["lin@example.org"]
    assert (subject, "通知书不清晰。" in body, name_of(people)) == ("更名申请未获同意", True, OLD)
    assert ask(client, people).url == reverse("accounts:organisation")


def test_one_change_at_a_time_until_it_is_withdrawn(client, people):
    ask(client, people)
    refused = ask(client, people, "示例另一名称有限公司")
    assert refused.context["form"].non_field_errors() == [
        "本单位已有一份更名申请正在办理。如需修改，请先撤回。"
    ]
    client.post(reverse("accounts:withdraw_name", args=[NameChange.objects.get().pk]))
    ask(client, people, "示例另一名称有限公司")
    assert list(NameChange.objects.values_list("outcome", flat=True)) == ["withdrawn", ""]


def test_the_same_name_is_no_change(client, people):
    assert ask(client, people, OLD).context["form"].non_field_errors() == ["新名称与现名称相同。"]
