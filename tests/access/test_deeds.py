"""Every deed, tried by everybody and in every state, past the pages."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from dataaccess import permissions as of_bases
from dataaccess.errors import NotAllowed as NotAllowedWithBases
from evaluation import permissions, permissions_after
from evaluation.errors import NotAllowed, WrongState
from evaluation.errors import Refused as RefusedHere
from evaluation.models import Certificate, Proposal
from evaluation.steps import MOVES
from evaluation.steps_after import CHANGES, REVIEW_MOVES
from portal.accounts.errors import Refused
from portal.accounts.models import User
from tests.access.deeds import DEEDS, OF_A_CASE, STATES, Deed
from tests.access.matrix import readers
from tests.access.world import World

pytestmark = pytest.mark.django_db
NOT_ALLOWED, WRONG_STATE, LET_IN = "not allowed", "wrong state", "let in"


def told(world: World, deed: Deed, user: User, case: Any) -> str:
    """What somebody meets who does it; whatever happened is taken back."""
    met = LET_IN
    with transaction.atomic():
        try:
            deed.do(world, user, case)
        except (NotAllowed, NotAllowedWithBases):
            met = NOT_ALLOWED
        except WrongState:
            met = WRONG_STATE
        except Refused as refused:
            # Of accounts every refusal is of one kind; that of a person names who may.
            met = NOT_ALLOWED if str(refused).startswith("此操作须由") else LET_IN
        except Exception:  # what was sent is no more than is needed to be asked
            met = LET_IN
        transaction.set_rollback(True)
    return met


def people(world: World) -> dict[str, User]:
    return {
        role: User.objects.get(pk=user.pk)
        for role, user in world.people.items()
        if user is not None
    }


@pytest.mark.parametrize("deed", DEEDS, ids=str)
def test_who_is_let_in(world: World, deed: Deed) -> None:
    case = world.case(deed.state) if deed.state else None
    met = {role: told(world, deed, user, case) for role, user in people(world).items()}
    assert {role for role, how in met.items() if how != NOT_ALLOWED} == deed.by, met


@pytest.mark.parametrize("deed", DEEDS, ids=str)
def test_nobody_is_whose_account_was_disabled(world: World, deed: Deed) -> None:
    """Also where a request is under way while the account's effect is taken away."""
    case = world.case(deed.state) if deed.state else None
    met = {}
    for role, user in people(world).items():
        if role in deed.by:
            user.is_active = False
            met[role] = told(world, deed, user, case)
    assert met == dict.fromkeys(deed.by, NOT_ALLOWED)


@pytest.mark.parametrize("deed", [deed for deed in OF_A_CASE if deed.states], ids=str)
def test_in_no_other_state(world: World, deed: Deed) -> None:
    everybody = people(world)
    met = {
        (state, role): told(world, deed, everybody[role], world.case(state))
        for state in deed.elsewhere or STATES
        for role in deed.by
        if state not in deed.states and role in readers(state)
    }
    assert met == dict.fromkeys(met, WRONG_STATE)
    assert met


def test_a_viewer_is_told_that_viewers_only_read(world: World) -> None:
    wen = people(world)["wen"]
    asked = [
        lambda: permissions.check_edit(wen, world.case("correction")),
        lambda: permissions.check_start(wen),
        lambda: permissions_after.check_fill(wen, world.review),
    ]
    said = []
    for ask in asked:
        with pytest.raises(NotAllowed) as refused:
            ask()
        said.append(str(refused.value))
    assert said == [permissions.only_reads()] * len(asked)


def allowed(check: Callable[..., None], *asked: Any) -> bool:
    try:
        check(*asked)
    except (Refused, RefusedHere, NotAllowedWithBases):
        return False
    return True


def test_can_answers_as_check_does(world: World) -> None:
    """What a page offers is what the action takes."""
    wrong = []
    proposal = Proposal.objects.get(certificate=world.case("certified").certificate)
    for role, user in people(world).items():
        asked: list[tuple[str, bool, bool]] = []
        for state in STATES:
            case = world.case(state)
            asked += [
                (f"edit {state}", permissions.can_edit(user, case),
                 allowed(permissions.check_edit, user, case)),
                (f"record {state}", permissions.can_record_site(user, case),
                 allowed(permissions.check_site_record, user, case)),
            ]  # fmt: skip
            asked += [
                (f"{code} {state}", permissions.can_move(user, case, code),
                 allowed(permissions.check_move, user, case, move))
                for code, move in MOVES.items()
            ]  # fmt: skip
        after, review = permissions_after, world.review
        asked += [
            (code, after.can_review_move(user, review, code),
             allowed(after.check_review_move, user, review, move))
            for code, move in REVIEW_MOVES.items()
        ]  # fmt: skip
        asked += [
            (code, after.can_change(user, proposal.certificate, code),
             allowed(after.check_change, user, proposal.certificate, change))
            for code, change in CHANGES.items()
        ]  # fmt: skip
        asked.append(
            ("decide", after.can_decide(user, proposal),
             allowed(after.check_decide, user, proposal))
        )  # fmt: skip
        for name in ("read_data", "manage_keys", "choose_window"):
            can, check = getattr(of_bases, f"can_{name}"), getattr(of_bases, f"check_{name}")
            asked.append((name, can(user, world.base), allowed(check, user, world.base)))
        for name in ("issue_calls", "see_overview", "close_questions", "manage_centre_keys"):
            can, check = getattr(of_bases, f"can_{name}"), getattr(of_bases, f"check_{name}")
            asked.append((name, can(user), allowed(check, user)))
        wrong += [(role, what) for what, can, check in asked if can != check]
    assert wrong == []


def test_what_comes_after_in_no_other_state(world: World) -> None:
    """An annual review that waits for its applicant, and a certificate on which a change waits."""
    lin, chen, zhou = (people(world)[who] for who in ("lin", "chen", "zhou"))
    after, review = permissions_after, world.review
    # Of one's own: what is changed below stands in the world of no other test.
    certificate = Certificate.objects.get(evaluation=world.case("certified"))
    proposal = Proposal.objects.get(certificate=certificate)
    suspend = CHANGES["suspend"]
    decided = {"approved": True, "decided_by": zhou, "decided_at": timezone.now()}
    met = {
        "respond": how_met(after.check_respond, lin, review),
        "recheck": how_met(after.check_recheck, chen, review),
        "judge before the day": how_met(after.check_judge, chen, review),
        "require before the day": how_met(
            after.check_review_move, chen, review, REVIEW_MOVES["require_rectification"]
        ),
        "send back": how_met(after.check_review_move, chen, review, REVIEW_MOVES["send_back"]),
        "propose another": how_met(after.check_change, chen, certificate, suspend),
    }
    with transaction.atomic():
        Proposal.objects.filter(pk=proposal.pk).update(**decided)
        assert how_met(after.check_change, chen, certificate, suspend) == LET_IN
        transaction.set_rollback(True)
    review.state, proposal.approved = "rectification", True
    review.due_on = timezone.localdate() - timezone.timedelta(days=1)  # what the day held back
    met |= {
        "fill": how_met(after.check_fill, lin, review),
        "judge again": how_met(after.check_judge, chen, review),
        "decide again": how_met(after.check_decide, zhou, proposal),
    }
    Proposal.objects.filter(pk=proposal.pk).update(**decided)
    certificate.state = "revoked"
    met |= {
        "change what is revoked": how_met(after.check_change, chen, certificate, suspend),
        "target": how_met(after.check_target, certificate, suspend),
    }
    assert met == dict.fromkeys(met, WRONG_STATE)
    proposal.approved, proposal.proposed_by_id = None, zhou.pk
    assert how_met(after.check_decide, zhou, proposal) == NOT_ALLOWED


def how_met(check: Callable[..., None], *asked: Any) -> str:
    try:
        check(*asked)
    except NotAllowed:
        return NOT_ALLOWED
    except WrongState:
        return WRONG_STATE
    return LET_IN
