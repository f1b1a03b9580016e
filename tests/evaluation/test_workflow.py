"""The whole workflow as a walk: at each step either the next thing that belongs there is done, or
anybody tries anything. What is refused leaves no trace; what is done follows the table of steps."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from evaluation import steps
from evaluation.actions import (
    agreement,
    application,
    certification,
    experts,
    materials,
    panel,
    publication,
    review,
    site,
)
from evaluation.demo import journey
from evaluation.demo.files import example_pdf
from evaluation.demo.tables import PROVINCE_VALUES
from evaluation.errors import NotAllowed, Refused
from evaluation.models import Certificate, Declaration, Evaluation
from evaluation.steps import MOVES, STATES, Actor
from portal.accounts.models import Role, User
from portal.ledger import audit
from portal.ledger.models import AuditEvent, OutboxEntry
from tests.evaluation.cast import Cast, make_cast
from tests.long import ASKED, examples

WHY = "示例：理由。"
# What somebody may try, by its move; other things than moves by their own name.
DEEDS: dict[str, Any] = {
    "submit": application.submit,
    "recall": application.recall,
    "withdraw": lambda user, case: application.withdraw(user, case, WHY),
    "accept": application.accept,
    "return_application": lambda user, case: application.return_application(user, case, WHY),
    "sign_agreement": lambda user, case: agreement.sign_agreement(user, case, example_pdf("例")),
    "countersign_agreement": lambda user, case: agreement.countersign_agreement(
        user, case, example_pdf("例")
    ),
    "request_correction": lambda user, case: review.request_correction(
        user, case, timezone.localdate() + timedelta(days=9)
    ),
    "resubmit": review.resubmit,
    "pass_review": review.pass_review,
    "dispatch_team": site.dispatch_team,
    "convene_panel": panel.convene_panel,
    "submit_scores": panel.submit_scores,
    "close_scoring": panel.close_scoring,
    "publish": lambda user, case: publication.publish(user, case, 0),
    "propose": publication.propose,
    "withdraw_result": lambda user, case: publication.withdraw_result(
        user, case, "result_pending", WHY
    ),
    "certify": certification.certify,
    "send_back": lambda user, case: certification.send_back(user, case, WHY),
    "decline": lambda user, case: certification.decline(user, case, WHY),
    # not moves
    "save a table": lambda user, case: application.save_table(
        user, case, "other", {"features_text": timezone.now().isoformat()}, _version(case, "other")
    ),
    "add a material": lambda user, case: materials.add_material(user, case, 9, example_pdf("例")),
    "judge a slot": lambda user, case: review.judge_slot(
        user, case, 4, accepted=False, clause="", reason=WHY
    ),
    "assign": lambda user, case: experts.assign(
        user, case, User.objects.get(username="idle"), "panel", reason=WHY
    ),
    "score": lambda user, case: panel.save_scores(user, case, journey.points(case)),
}
PEOPLE = [
    "lin",
    "han",
    "wen",
    "other",
    "chen",
    "zhou",
    "expert1",
    "expert2",
    "expert3",
    "expert4",
    "idle",
    "sysadmin",
    "secadmin",
    "auditor",
]


def _version(case: Evaluation, key: str) -> int:
    return next(iter(case.tables.filter(key=key).values_list("version", flat=True)), 0)


class Workflow(RuleBasedStateMachine):
    case: Evaluation
    cast: Cast

    def __init__(self) -> None:
        super().__init__()
        self.taken_back = transaction.atomic()
        self.taken_back.__enter__()

    def teardown(self) -> None:
        assert list(audit.faults()) == []
        transaction.set_rollback(True)
        self.taken_back.__exit__(None, None, None)

    @initialize()
    def begin(self) -> None:
        self.cast = make_cast()
        self.case = self.cast.new_case()
        journey.fill(self.case, self.cast.lin, PROVINCE_VALUES)

    @precondition(lambda self: not self.now().current.ended)
    @rule()
    def what_comes_next(self) -> None:
        case = self.now()
        before = case.state
        try:
            with transaction.atomic():
                journey._NEXT[before](case, self.cast.players())
        except Refused:
            # Somebody else did part of it by hand before: then only part of it is left to do.
            assert self.now().state == before

    @rule(who=st.sampled_from(PEOPLE), what=st.sampled_from(sorted(DEEDS)))
    def somebody_tries(self, who: str, what: str) -> None:
        user, before = User.objects.get(username=who), self.now()
        kept = self.kept()
        allowed = self.may(user, before, what)
        try:
            with transaction.atomic():
                DEEDS[what](user, self.now())
        except NotAllowed:
            # An expert has a part only where the expert serves by then.
            assert not allowed or user.role == Role.EXPERT, (who, what, before.state)
            assert self.kept() == kept
        except Refused:
            assert self.kept() == kept
        else:
            assert allowed, f"{who} did {what} in {before.state}"
            if what in MOVES:
                assert before.state in MOVES[what].sources
                assert self.now().state in MOVES[what].targets
            else:
                assert self.now().state == before.state

    def may(self, user: User, case: Evaluation, what: str) -> bool:
        """By the table of steps and the cast alone: whose part it is."""
        actor = MOVES[what].actor if what in MOVES else OTHERS[what]
        names = {
            Actor.APPLICANT: {"lin", "han"},
            Actor.SECRETARIAT: {"chen"},
            Actor.DECIDER: {"zhou"},
            Actor.SITE_EXPERT: {"expert1", "expert2"},
            Actor.SITE_LEADER: {"expert1"},
            Actor.PANEL_EXPERT: {"expert3", "expert4"},
            Actor.PANEL_LEADER: {"expert3", "expert4"},
        }[actor]
        return user.username in names

    def now(self) -> Evaluation:
        return Evaluation.objects.get(pk=self.case.pk)

    def kept(self) -> list[Any]:
        case = self.now()
        return [
            case.state,
            case.transitions.count(),
            case.documents.count(),
            Declaration.objects.count(),
            AuditEvent.objects.count(),
            OutboxEntry.objects.count(),
            list(case.tables.order_by("key").values_list("key", "version")),
        ]

    @invariant()
    def the_moves_are_a_chain(self) -> None:
        case = self.now()
        moves = list(case.transitions.order_by("pk"))
        state = "draft"
        for move in moves:
            if move.move in steps.EVENTS:
                continue
            assert move.source == state
            assert state in MOVES[move.move].sources
            assert move.target in MOVES[move.move].targets
            state = move.target
        assert case.state == state
        assert case.state in STATES
        assert (case.submitted_at is None) == (case.declarations.count() == 0)
        certificates = Certificate.objects.filter(evaluation=case).count()
        assert certificates == (case.state == "certified")


OTHERS = {
    "save a table": Actor.APPLICANT,
    "add a material": Actor.APPLICANT,
    "judge a slot": Actor.SECRETARIAT,
    "assign": Actor.SECRETARIAT,
    "score": Actor.PANEL_EXPERT,
}
LONG = 50  # steps of each walk


@pytest.mark.django_db
def test_any_walk_through_the_workflow() -> None:
    from hypothesis.stateful import run_state_machine_as_test

    walk = settings(
        max_examples=examples(4, 1 / (2 * LONG)),
        stateful_step_count=LONG if ASKED else 25,
        deadline=None,
        phases=[Phase.generate],  # making a long walk shorter takes longer than reading it
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Workflow, settings=walk)
