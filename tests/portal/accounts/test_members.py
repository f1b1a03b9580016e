"""Members of an applicant: invited by mail, with roles, until they leave."""

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse

from portal.accounts.actions import members
from portal.accounts.errors import Refused
from portal.accounts.models import HelpRequest, Invitation, Organisation, User
from portal.ledger.models import AuditEvent
from tests.portal.accounts.organisations import (
    CODE,
    OTHER_CODE,
    PASSWORD,
    letters,
    link,
    people,
    person,
    photo,
)

__all__ = ["people"]
pytestmark = pytest.mark.django_db
PAGE = "accounts:organisation"


def post(client, user, page, *args, **data):
    client.force_login(user)
    return client.post(reverse(f"accounts:{page}", args=args), data)


def invite(client, people, email="ma@example.org", role="editor") -> str:
    """The mailed link of an invitation."""
    post(client, people.lin, "invite", name="马兰", email=email, member_role=role)
    client.logout()
    return link(letters()[email][1])


def join(client, path, **changes):
    data = {"name": "马兰", "phone": "", "password1": "sea-otter-27", "password2": "sea-otter-27"}
    return client.post(path, data | changes)


def said(client, response) -> list[str]:
    return [str(message) for message in client.get(response.url).context["messages"]]


def role_of(user: User) -> tuple[str, bool]:
    user.refresh_from_db()
    return user.member_role, user.is_active


def test_an_invited_colleague_joins_with_the_role(client, people):
    path = invite(client, people, role="viewer")
    assert "“示例智算科技有限公司”邀请您加入" in client.get(path).content.decode()
    assert join(client, path).url == reverse("account_login")
    joined = User.objects.get(email="ma@example.org")
    assert (joined.organisation, joined.member_role) == (people.organisation, "viewer")
    assert joined.check_password("sea-otter-27")


def test_an_invitation_serves_once(client, people):
    path = invite(client, people)
    join(client, path)
    again = join(client, path)
    assert (again.status_code, User.objects.filter(name="马兰").count()) == (410, 1)
    assert "这份邀请已被接受，请直接登录。" in again.content.decode()


def test_an_invitation_opens_until_its_last_second(client, people, time_machine):
    path = invite(client, people)
    until = Invitation.objects.get().expires_at
    time_machine.move_to(until, tick=False)
    assert client.get(path).status_code == 410
    time_machine.move_to(until.timestamp() - 1, tick=False)
    assert client.get(path).status_code == 200


def test_sent_again_the_earlier_link_is_over(client, people):
    first = invite(client, people)
    post(client, people.lin, "resend", Invitation.objects.get().pk)
    second = link(letters()["ma@example.org"][1])
    client.logout()
    assert [client.get(path).status_code for path in (first, second)] == [404, 200]


def test_a_revoked_invitation_says_so(client, people):
    path = invite(client, people)
    post(client, people.lin, "revoke", Invitation.objects.get().pk)
    client.logout()
    assert "这份邀请已被撤销" in client.get(path).content.decode()


def test_a_forged_link_opens_nothing(client, people):
    path = invite(client, people)
    assert client.get(path[:-1] + ("a" if path[-1] != "a" else "b")).status_code == 404


@pytest.mark.parametrize(
    ("password", "again", "field", "sentence"),
    [
        ("sea-otter-27", "sea-otter-28", "password2", "两次输入的密码不一致。"),
        ("short", "short", "password1", "密码太短，至少要有 10 个字符。"),
    ],
)
def test_a_refused_password_leaves_the_invitation_open(
    client, people, password, again, field, sentence
):
    path = invite(client, people)
    refused = join(client, path, password1=password, password2=again)
    assert refused.status_code == 422
    assert sentence in refused.context["form"].errors[field]
    assert Invitation.objects.get().state == "open"


def test_an_account_belongs_to_one_organisation_at_a_time(client, people):
    there = Organisation.objects.create(name="示例他山数据有限公司", credit_code=CODE)
    ma = person("ma", "applicant", organisation=there)
    path = invite(client, people)
    assert "一个账号只属于一个单位" in client.get(path).content.decode()
    assert post(client, ma, "leave").url == reverse("account_login")
    join(client, path)
    ma.refresh_from_db()
    assert (ma.organisation, ma.is_active, ma.left_at) == (people.organisation, True, None)


def test_a_disabled_account_cannot_come_back_by_an_invitation(client, people):
    User.objects.filter(pk=person("ma", "expert").pk).update(is_active=False)
    path = invite(client, people)
    assert join(client, path).status_code == 410
    assert User.objects.get(username="ma").is_active is False


def test_the_last_owner_stays(client, people):
    sentence = "lin是本单位唯一的负责人。请先移交负责人，或把另一位成员设为负责人。"
    for name, args, data in (
        ("leave", [], {}),
        ("change_role", [people.lin.pk], {"member_role": "viewer"}),
    ):
        refused = post(client, people.lin, name, *args, **data)
        assert said(client, refused) == [sentence]
    assert role_of(people.lin) == ("owner", True)


def test_whoever_is_no_owner_any_more_manages_nobody(client, people):
    """Also where the page was opened, or the request begun, while the role was still theirs."""
    was_owner = User.objects.get(pk=people.lin.pk)
    User.objects.filter(pk=people.lin.pk).update(member_role="editor")
    User.objects.filter(pk=people.han.pk).update(member_role="owner")
    asked = [
        lambda: members.change_role(was_owner, people.lin, "owner"),
        lambda: members.change_role(was_owner, people.han, "viewer"),
        lambda: members.remove(was_owner, people.han),
        lambda: members.hand_over(was_owner, people.han, stay_as="viewer"),
    ]
    for ask in asked:
        with pytest.raises(Refused, match="此操作须由本单位负责人办理"):
            ask()
    assert (role_of(people.lin), role_of(people.han)) == (("editor", True), ("owner", True))


def test_who_hands_over_may_leave(client, people):
    post(client, people.lin, "hand_over", successor=people.han.pk, stay_as="")
    assert role_of(people.han) == ("owner", True)
    assert role_of(people.lin)[1] is False
    assert letters()["han@example.org"][0] == "您的成员角色已更改"
    refused = client.post(reverse("account_login"), {"login": "lin", "password": PASSWORD})
    assert refused.status_code != 302 or reverse("evaluation:desk") not in refused.url


def test_who_is_removed_is_signed_out_everywhere(client, people):
    client.force_login(people.han)
    assert Session.objects.count() == 1
    client.cookies.clear()
    post(client, people.lin, "remove", people.han.pk)
    assert role_of(people.han)[1] is False
    held = {s.get_decoded().get("_auth_user_id") for s in Session.objects.all()}
    assert held == {str(people.lin.pk)}
    assert letters()["han@example.org"][0] == "您已不再是单位成员"


def test_an_owner_touches_nobody_of_another_organisation(client, people):
    there = Organisation.objects.create(name="示例他山数据有限公司", credit_code=CODE)
    other = person("other", "applicant", organisation=there)
    foreign = post(client, people.lin, "remove", other.pk)
    assert foreign.status_code == post(client, people.lin, "remove", 99999).status_code == 404
    assert role_of(other)[1] is True


def test_a_stranger_asks_to_join_and_an_owner_lets_in(client, people):
    asked = {
        "credit_code": OTHER_CODE,
        "person_name": "马兰",
        "email": "ma@example.org",
        "words": "",
    }
    answers = [client.post(reverse("accounts:join"), asked | {"credit_code": c}).url
               for c in (OTHER_CODE, CODE)]  # fmt: skip
    assert answers == [reverse("accounts:asked")] * 2
    assert {to: words[0] for to, words in letters().items()} == {
        "lin@example.org": "有人申请加入本单位"
    }
    request = HelpRequest.objects.get()
    post(client, people.lin, "answer", request.pk, member_role="editor")
    client.logout()
    join(client, link(letters()["ma@example.org"][1]))
    assert User.objects.get(email="ma@example.org").organisation == people.organisation


def test_the_same_stranger_asks_once(client, people):
    asked = {
        "credit_code": OTHER_CODE,
        "person_name": "马兰",
        "email": "ma@example.org",
        "words": "",
    }
    for email in ("ma@example.org", "MA@example.org"):
        client.post(reverse("accounts:join"), asked | {"email": email})
    assert HelpRequest.objects.count() == 1


def test_the_secretariat_helps_when_the_owner_is_gone(client, people):
    client.post(
        reverse("accounts:owner_gone"),
        {
            "credit_code": OTHER_CODE,
            "person_name": "韩梅",
            "email": "heir@example.org",
            "phone": "010-00000000",
            "words": "原负责人已离职。",
            "scan": photo(),
        },
    )
    assert letters()["chen@example.org"][0] == "有一项单位事项待您办理"
    request = HelpRequest.objects.get()
    post(
        client, people.chen, "admission", "help", request.pk,
        name="韩梅", email="heir@example.org", leaving=[people.lin.pk], reason="核对了授权书。",
    )  # fmt: skip
    assert role_of(people.lin)[1] is False
    told = letters()
    assert told["lin@example.org"][0] == "您已不再是单位成员"
    client.logout()
    join(client, link(told["heir@example.org"][1]))
    heir = User.objects.get(email="heir@example.org")
    assert (heir.organisation, heir.is_owner) == (people.organisation, True)
    noted = AuditEvent.objects.filter(action="accounts.invite").get()
    assert noted.data["reason"] == "核对了授权书。"


def test_an_owner_who_is_still_there_is_warned(client, people):
    asked = {
        "credit_code": OTHER_CODE, "person_name": "某人", "email": "who@example.org",
        "phone": "010-00000000", "words": "示例", "scan": photo(),
    }  # fmt: skip
    client.post(reverse("accounts:owner_gone"), asked)
    post(
        client, people.chen, "admission", "help", HelpRequest.objects.get().pk,
        name="某人", email="who@example.org", reason="核对了授权书。",
    )  # fmt: skip
    assert letters()["lin@example.org"][0] == "秘书处为本单位邀请了新的负责人"
    assert role_of(people.lin) == ("owner", True)
