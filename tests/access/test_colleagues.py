"""Who works for the applicant without applying for it: an expert on its staff, or somebody who was
its user before. What is the applicant's is no more theirs than anybody's."""

from collections.abc import Callable

import pytest

from dataaccess import permissions as of_bases
from evaluation import permissions, permissions_after, queries, queries_after
from evaluation.errors import NotAllowed
from evaluation.steps import Actor
from evaluation.steps_after import Party
from portal.accounts.models import Role, User
from tests.evaluation.cast import Cast, make_cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def colleague(cast: Cast) -> User:
    """An expert whose employer is the applicant."""
    User.objects.filter(pk=cast.idle_expert.pk).update(organisation=cast.organisation)
    return User.objects.get(pk=cast.idle_expert.pk)


def test_an_expert_on_the_applicants_staff_is_no_applicant(cast: Cast, colleague: User) -> None:
    case = cast.case_in("certified")
    lin = cast.lin
    asked = {
        "member": lambda user: permissions.is_member(user, case),
        "actor": lambda user: permissions.is_actor(user, case, Actor.APPLICANT),
        "holder": lambda user: permissions_after.is_holder(user, case.certificate),
        "party": lambda user: permissions_after.is_party(user, case.certificate, Party.APPLICANT),
        "own": lambda user: of_bases.is_own(user, case.base),
        "works": lambda user: of_bases.works_for(user, case.base),
        "data": lambda user: of_bases.can_read_data(user, case.base),
        "keys": lambda user: of_bases.can_manage_keys(user, case.base),
        "window": lambda user: of_bases.can_choose_window(user, case.base),
    }
    told = {
        name: [ask(user) for user in (lin, colleague, cast.other)] for name, ask in asked.items()
    }
    assert told == {name: [True, False, False] for name in asked}


@pytest.mark.parametrize("role", Role)
def test_who_was_disabled_may_nothing_at_all(cast: Cast, role: str) -> None:
    """Also where a request is under way while the account's effect is taken away."""
    case = cast.case_in("certified")
    user = {
        Role.APPLICANT: cast.lin,
        Role.EXPERT: cast.experts[0],
        Role.SECRETARIAT: cast.chen,
        Role.DECIDER: cast.zhou,
        Role.SYSTEM_ADMIN: cast.sysadmin,
        Role.SECURITY_ADMIN: cast.secadmin,
        Role.AUDIT_ADMIN: cast.auditor,
    }[Role(role)]
    asked = [
        *[lambda actor=actor: permissions.is_actor(user, case, actor) for actor in Actor],
        *[
            lambda party=party: permissions_after.is_party(user, case.certificate, party)
            for party in Party
        ],
        lambda: of_bases.can_read_data(user, case.base),
        lambda: of_bases.can_manage_keys(user, case.base),
        lambda: of_bases.can_choose_window(user, case.base),
        lambda: of_bases.can_issue_calls(user),
        lambda: of_bases.can_see_overview(user),
        lambda: of_bases.can_close_questions(user),
        lambda: of_bases.can_manage_centre_keys(user),
        lambda: queries.cases_for(user).exists(),
        lambda: queries_after.certificates_for(user).exists(),
    ]
    before = sum(bool(ask()) for ask in asked)
    assert before > 0 or role in (Role.SYSTEM_ADMIN, Role.AUDIT_ADMIN)
    user.is_active = False
    assert [bool(ask()) for ask in asked] == [False] * len(asked)


def test_each_part_is_that_of_its_people_and_of_nobody_else(cast: Cast, colleague: User) -> None:
    case = cast.case_in("certified")
    everybody = list(User.objects.order_by("username"))

    def who(ask: Callable[..., bool], *about: object) -> str:
        return " ".join(user.username for user in everybody if ask(user, *about))

    assert {actor: who(permissions.is_actor, case, actor) for actor in Actor} == {
        **dict.fromkeys(Actor, ""),
        Actor.APPLICANT: "han lin",
        Actor.SECRETARIAT: "chen",
        Actor.DECIDER: "zhou",
        Actor.SITE_EXPERT: "expert1 expert2",
        Actor.SITE_LEADER: "expert1",
        Actor.PANEL_EXPERT: "expert3 expert4",
        Actor.PANEL_LEADER: "expert3",
    }
    assert {party: who(permissions_after.is_party, case.certificate, party) for party in Party} == {
        **dict.fromkeys(Party, ""),
        Party.APPLICANT: "han lin",
        Party.SECRETARIAT: "chen",
    }
    assert who(of_bases.can_issue_calls) == who(of_bases.can_close_questions) == "chen"
    assert who(of_bases.can_see_overview) == "chen zhou"
    assert who(of_bases.can_manage_centre_keys) == "secadmin"


def test_what_is_the_members_own_refuses_everybody_else(cast: Cast, colleague: User) -> None:
    case = cast.case_in("submitted")
    for member in (cast.lin, cast.han, cast.wen):
        permissions.check_member(member, case)
    for stranger in (colleague, cast.other, cast.chen, cast.zhou):
        with pytest.raises(NotAllowed, match="此页由申报单位使用"):
            permissions.check_member(stranger, case)


def test_who_does_not_apply_is_told_who_does() -> None:
    """Not what a viewer is told: there is no role of an organisation to ask for."""
    with pytest.raises(NotAllowed, match="只有申报单位可以新建申报"):
        permissions.check_start(User(role=Role.EXPERT))
