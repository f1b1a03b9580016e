"""The tables of what comes after step 7, and every state × move × person, legal or not."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from evaluation.actions import annual_review, standing
from evaluation.errors import NotAllowed, Refused, WrongState
from evaluation.models import Certificate, CertificateState, Review, ReviewTransition
from evaluation.steps_after import (
    CHANGES,
    REVIEW_MOVES,
    REVIEW_STATES,
    Party,
    changes_from,
)
from evaluation.views.annual_review import MOVES
from portal.ledger.models import AuditEvent
from tests.evaluation.after import years
from tests.evaluation.cast import Cast

ACTIONS = {
    **MOVES,
    "submit": annual_review.submit,
    "report_rectification": annual_review.report_rectification,
}
BY_PEOPLE = {code for code, move in REVIEW_MOVES.items() if move.party != Party.SYSTEM}


def test_every_state_but_the_ends_and_the_calendar_has_an_owner():
    assert {code for code, state in REVIEW_STATES.items() if state.owner == Party.NOBODY} == {
        "planned",
        *(code for code, state in REVIEW_STATES.items() if state.ended),
    }


def test_every_state_can_be_reached_and_every_open_state_can_be_left():
    reached = {"planned"} | {move.target for move in REVIEW_MOVES.values()}
    assert reached == set(REVIEW_STATES)
    left = {source for move in REVIEW_MOVES.values() for source in move.sources}
    assert left == {code for code, state in REVIEW_STATES.items() if not state.ended}


def test_every_move_of_people_has_its_action():
    assert set(ACTIONS) == BY_PEOPLE


def test_what_is_revoked_or_superseded_changes_no_more():
    assert {state for state in CertificateState.values if not changes_from(state)} == {
        "revoked",
        "superseded",
    }


def given(code: str) -> dict[str, Any]:
    move = REVIEW_MOVES[code]
    later = timezone.localdate() + timedelta(days=60)
    return {
        **({"reason": "示例理由"} if move.needs_reason else {}),
        **({"deadline": later} if move.needs_deadline else {}),
    }


class Undo(Exception):
    pass


def outcome(action: Any, *args: Any, **kwargs: Any) -> str:
    """What became of it; whatever it did is taken back."""
    try:
        with transaction.atomic():
            action(*args, **kwargs)
            raise Undo
    except Undo:
        return "done"
    except NotAllowed:
        return "not allowed"
    except WrongState:
        return "wrong state"
    except Refused:
        return "done"  # the table lets it pass; what the move needs is not there yet


def parties(cast: Cast) -> dict[Any, Party | None]:
    return {
        cast.lin: Party.APPLICANT,
        cast.han: Party.APPLICANT,
        cast.wen: None,  # reads only
        cast.other: None,
        cast.chen: Party.SECRETARIAT,
        cast.zhou: None,
        cast.experts[0]: None,
        cast.sysadmin: None,
        cast.auditor: None,
    }


@pytest.mark.parametrize("state", [s for s in REVIEW_STATES if s not in ("planned", "cancelled")])
def test_only_the_table_decides_who_moves_a_review_from(
    cast: Cast, review: Review, state: str
) -> None:
    years.carry(review, cast, state)
    assert review.state == state
    before = (ReviewTransition.objects.count(), AuditEvent.objects.count())
    for user, party in parties(cast).items():
        for code in BY_PEOPLE:
            move = REVIEW_MOVES[code]
            expected = "done" if state in move.sources else "wrong state"
            # What nobody handed in is judged only once it is overdue.
            if code == "require_rectification" and state in ("open", "returned"):
                expected = "wrong state"
            if party != move.party:
                expected = "not allowed"
            met = outcome(ACTIONS[code], user, review, **given(code))
            assert met == expected, (state, code, user.username)
    review.refresh_from_db()
    assert review.state == state
    assert (ReviewTransition.objects.count(), AuditEvent.objects.count()) == before


@pytest.mark.parametrize("state", CertificateState.values)
def test_only_the_table_decides_what_is_proposed_and_by_whom(
    cast: Cast, certificate: Certificate, state: str
) -> None:
    Certificate.objects.filter(pk=certificate.pk).update(state=state)
    for user, party in parties(cast).items():
        for code, change in CHANGES.items():
            expected = "done" if state in change.sources else "wrong state"
            if party != Party.SECRETARIAT:
                expected = "not allowed"
            met = outcome(
                standing.propose,
                user,
                certificate,
                code,
                reason="示例事由",
                grounds=change.grounds[:1],
            )
            assert met == expected, (state, code, user.username)
