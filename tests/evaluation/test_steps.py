"""The steps table as a whole, and every state × move × actor, legal or not."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from evaluation import steps
from evaluation.demo.files import example_pdf
from evaluation.errors import NotAllowed, Refused, WrongState
from evaluation.forms.moves import (
    DeadlineForm,
    PublishForm,
    ReasonForm,
    ReopenResultForm,
    ScanForm,
    WithdrawResultForm,
)
from evaluation.models import Transition
from evaluation.steps import MOVES, STATES, STEPS, Actor
from evaluation.views.moves import PAGES
from portal.ledger import audit
from portal.ledger.models import AuditEvent, OutboxEntry
from tests.evaluation.cast import make_cast


def test_the_seven_steps_carry_the_names_of_clause_7_1():
    assert [str(step.name) for step in STEPS] == [
        "申请",
        "签订评估咨询服务协议",
        "材料初审",
        "现场评估",
        "专家评审",
        "公布结果",
        "认定",
    ]


def test_every_state_has_an_owner_unless_the_case_has_ended():
    assert {s.code for s in STATES.values() if s.owner == Actor.NOBODY} == {
        s.code for s in STATES.values() if s.ended
    }


def test_every_move_joins_known_states_and_starts_where_its_actor_has_the_case_or_may_withdraw():
    for move in MOVES.values():
        assert set(move.sources) | set(move.targets) <= set(STATES), move.code
        owners = {STATES[source].owner for source in move.sources}
        if move.code not in ("withdraw", "recall", "close_scoring"):
            assert owners == {move.actor}, move.code


def test_every_state_can_be_reached_and_every_open_state_can_be_left():
    reached = {"draft"} | {target for move in MOVES.values() for target in move.targets}
    assert reached == set(STATES)
    left = {source for move in MOVES.values() for source in move.sources}
    assert left == {s.code for s in STATES.values() if not s.ended}


def test_every_move_has_its_page_or_its_working_page():
    assert set(PAGES) | {"consolidate"} == set(MOVES)


def test_the_diagram_in_the_docs_is_what_the_table_says():
    call_command("steps_diagram", "--check")


def needs(code: str) -> dict:
    """What the move's form would hand to its action."""
    return {
        ReasonForm: {"reason": "示例理由"},
        ScanForm: {"upload": example_pdf("示例协议")},
        DeadlineForm: {"deadline": timezone.localdate() + timedelta(days=9)},
        PublishForm: {"working_days": 5},
        WithdrawResultForm: {"back_to": "panel_scoring", "reason": "示例理由"},
        ReopenResultForm: {"back_to": "panel_scoring", "reason": "示例理由"},
    }.get(PAGES[code].form, {})


def actors(cast, case) -> dict:
    """Everyone, with the relations to the case in which each stands."""
    serving = {a.expert_id: a for a in case.assignments.all() if a.pledged_at}

    def expert(user):
        found = set()
        assignment = serving.get(user.pk)
        if assignment and assignment.duty == "site" and assignment.is_leader:
            found.add(Actor.SITE_LEADER)
        if assignment and assignment.duty == "panel":
            found.add(Actor.PANEL_EXPERT)
            if assignment.is_leader:
                found.add(Actor.PANEL_LEADER)
        return found

    return {
        cast.lin: {Actor.APPLICANT},
        cast.han: {Actor.APPLICANT},
        cast.other: set(),
        cast.chen: {Actor.SECRETARIAT},
        cast.zhou: {Actor.DECIDER},
        **{user: expert(user) for user in cast.experts},
        cast.idle_expert: set(),
        cast.sysadmin: set(),
        cast.secadmin: set(),
        cast.auditor: set(),
    }


class Undo(Exception):
    pass


@pytest.mark.django_db
@pytest.mark.parametrize("state", STATES)
def test_only_the_table_decides_who_moves_from(state):
    cast = make_cast()
    case = cast.case_in(state)
    for user, relations in actors(cast, case).items():
        for code in PAGES:
            move = MOVES[code]
            before = (Transition.objects.count(), AuditEvent.objects.count())
            outcome = "moved"
            try:
                with transaction.atomic():
                    PAGES[code].action(user, case, **needs(code))
                    case.refresh_from_db()
                    assert case.state in move.targets
                    assert list(audit.faults()) == []
                    raise Undo
            except Undo:
                pass
            except NotAllowed:
                outcome = "not allowed"
            except WrongState:
                outcome = "wrong state"
            except Refused:
                outcome = "moved"  # the table lets it pass; what the move needs is not there yet
            case.refresh_from_db()
            expected = (
                "not allowed"
                if move.actor not in relations
                else "wrong state"
                if state not in move.sources
                else "moved"
            )
            assert outcome == expected, (state, code, user.username)
            assert case.state == state
            assert (Transition.objects.count(), AuditEvent.objects.count()) == before


@pytest.mark.django_db
def test_a_move_writes_state_timeline_audit_and_mail_together():
    cast = make_cast()
    case = cast.case_in("submitted")
    mails = OutboxEntry.objects.filter(kind="mail").count()
    PAGES["return_application"].action(cast.chen, case, reason="请补充发展规划")
    assert case.state == "returned"
    moved = case.transitions.latest("at")
    assert (moved.move, moved.source, moved.target, moved.reason) == (
        "return_application",
        "submitted",
        "returned",
        "请补充发展规划",
    )
    event = AuditEvent.objects.latest("seq")
    assert (event.action, event.case, event.actor_id, event.data["reason"]) == (
        "evaluation.return_application",
        case.number,
        cast.chen.pk,
        "请补充发展规划",
    )
    told = OutboxEntry.objects.filter(kind="mail")[mails:]
    assert {entry.payload["user"] for entry in told} == {cast.lin.pk, cast.han.pk}


@pytest.mark.django_db
def test_a_reason_is_asked_for_where_the_table_wants_one():
    cast = make_cast()
    case = cast.case_in("submitted")
    with pytest.raises(Refused) as refusal:
        PAGES["return_application"].action(cast.chen, case, reason="  ")
    assert str(refusal.value) == "请填写退回修改的理由。"
    case.refresh_from_db()
    assert case.state == "submitted"


def test_labels_are_words_for_people():
    for state in STATES.values():
        assert str(state.label), state.code
        assert str(state.awaits).endswith("。"), state.code
    assert [m.code for m in steps.moves_from("published")] == ["propose", "withdraw_result"]
