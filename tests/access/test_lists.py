"""What everybody finds in a list: the matrix says whom a page is for, this says what of it is theirs."""

import uuid
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from dataaccess.actions import questions
from dataaccess.models import ConformanceRun
from evaluation.actions import standing
from evaluation.documents.order import order
from evaluation.models import Assignment, Document, Duty, Expert, Kind, Purpose
from portal.accounts.models import User
from tests.access.world import World, print_documents

pytestmark = pytest.mark.django_db
STATES = ("draft", "second_version", "site_visit", "panel_scoring", "panel_consolidation",
          "certified")  # fmt: skip
WORK_HERE = ("lin", "han", "wen", "site", "leader", "panel", "invited", "released", "idle")


def listed(world: World, role: str, name: str, key: str) -> list[Any]:
    """What a page lists for a reader, under this name of its context."""
    return list(world.ask(role, "GET", reverse(name)).context[key])


def told(rows: Iterable[Any], of: Callable[[Any], object]) -> set[object]:
    return {of(row) for row in rows}


def status(world: World, role: str, name: str, *args: object) -> int:
    """What a file or a page answers."""
    answer = world.ask(role, "GET", reverse(name, args=args))
    answer.close()
    return answer.status_code


def test_a_desk_holds_the_cases_that_wait_for_its_owner(world: World) -> None:
    """For a viewer nothing waits, and nothing for who does not serve."""
    named = {case.number: state for state, case in world.states.items()}
    met = {
        role: {named[case.number] for case in listed(world, role, "evaluation:desk", "waiting")}
        for role in WORK_HERE
    }
    assert met == {
        **{key: set() for key in WORK_HERE},
        "lin": {"draft"},
        "han": {"draft"},
        "site": {"site_visit"},
        "leader": {"panel_scoring", "panel_consolidation"},
        "panel": {"panel_scoring", "panel_consolidation"},
    }


def test_a_desk_counts_what_it_lists(world: World) -> None:
    """Of the cases it asks for the first alone: how many there are is counted by itself."""
    lists = ("waiting", "invitations", "reviews", "proposals", "corrections", "open_seats",
             "data_calls", "questions", "answered_questions")  # fmt: skip
    for role in (*WORK_HERE, "chen", "zhou"):
        desk = world.ask(role, "GET", reverse("evaluation:desk")).context
        shown = sum(len(desk[key]) for key in lists)
        shown += sum(affair.count for affair in desk["affairs"])
        assert desk["waiting_count"] == shown, role


def test_a_sheet_that_is_handed_in_waits_no_more_whatever_waits_elsewhere(world: World) -> None:
    scored = world.case("panel_scoring")
    seat = scored.assignments.get(expert=world.cast.experts[3], duty=Duty.PANEL)
    with transaction.atomic():
        Assignment.objects.filter(pk=seat.pk).update(sheet_submitted_at=timezone.now())
        case = world.case("panel_consolidation")
        case.assignments.filter(expert=seat.expert).update(sheet_submitted_at=None)
        waiting = listed(world, "panel", "evaluation:desk", "waiting")
        transaction.set_rollback(True)
    assert scored.number not in told(waiting, lambda case: case.number)


def test_an_invitation_waits_for_whom_it_is_meant(world: World) -> None:
    met = {
        role: told(
            listed(world, role, "evaluation:desk", "invitations"),
            lambda asked: asked.expert.username,
        )
        for role in ("site", "leader", "panel", "invited", "recused", "released", "idle")
    }
    assert met == {**{key: set() for key in met}, "invited": {"invited"}}


def test_what_else_waits_on_a_desk(world: World) -> None:
    """The open review and no planned one, the proposal until it is decided, the question until it is
    answered and then for the secretariat; the certified base with its reports of today."""
    readers = ("lin", "wen", "other", "chen", "zhou", "site")

    def met(key: str, of: Callable[[Any], object]) -> dict[str, set[object]]:
        return {r: told(listed(world, r, "evaluation:desk", key), of) for r in readers}

    nobody: dict[str, set[object]] = {role: set() for role in readers}
    certified = world.case("certified")
    bases = {"lin": {certified.base.name}, "wen": {certified.base.name}}
    years = met("reviews", lambda row: row[0].who)
    assert years == {**nobody, "lin": {"1"}}
    assert met("reporting", lambda base: base.name) == {**nobody, **bases}
    proposed = met("proposals", lambda row: row[0].number)
    assert proposed == {**nobody, "zhou": {certified.certificate.number}}
    asked, answered = (
        met(key, lambda row: row[0].base) for key in ("questions", "answered_questions")
    )
    assert (asked["lin"], asked["other"]) == ({world.base.name}, {world.other_base.name})
    assert answered == nobody
    with transaction.atomic():
        questions.answer(world.base.questions.latest("pk"), "示例：检修。", actor=world.cast.lin)
        standing.decline(world.cast.zhou, certified.certificate.proposals.get(), "示例")
        asked, answered, proposed = (
            met(key, lambda row: row[0].number)
            for key in ("questions", "answered_questions", "proposals")
        )
        transaction.set_rollback(True)
    assert (asked["lin"], answered["chen"], proposed) == (set(), {"示例：检修。"}, nobody)


def test_an_experts_work_is_the_own(world: World) -> None:
    """Asked for a visit and a panel; not what others serve, nor what was declined or taken off."""
    met = {}
    with transaction.atomic():
        Expert.objects.filter(pk=world.pooled.pk).update(confirmed_at=timezone.now())
        for role in ("invited", "recused", "released", "idle"):
            context = world.ask(role, "GET", reverse("evaluation:my_work")).context
            load = context["load"]
            met[role] = (load["asked"], load["serving"], load["all"], context["confirmed"])
        transaction.set_rollback(True)
    nothing = (0, 0, 0, False)
    assert met == {
        "invited": (2, 0, 0, False), "recused": nothing, "released": nothing, "idle": nothing,
    }  # fmt: skip


def test_why_a_case_came_back_is_said_while_it_is_back(world: World) -> None:
    path = reverse("evaluation:case", args=[world.case("second_version").number])
    assert world.ask("lin", "GET", path).context["answer"] is None


def test_keys_and_runs_are_those_of_the_readers_organisation(world: World) -> None:
    own, other = world.base.organisation.name, world.other_base.organisation.name
    keys, runs = (
        {
            role: told(
                listed(world, role, page, "page_obj"), lambda row: row.base.organisation.name
            )
            for role in readers
        }
        for page, readers in (
            ("dataaccess:keys", ("lin", "han", "other", "secadmin")),
            ("dataaccess:sandbox", ("lin", "han", "wen", "other")),
        )
    )
    assert keys == {"lin": {own}, "han": {own}, "other": {other}, "secadmin": {own, other}}
    assert runs == {"lin": {own}, "han": {own}, "wen": {own}, "other": {other}}


def test_an_expert_on_the_applicants_staff_finds_none_of_its_runs(world: World) -> None:
    run = ConformanceRun.objects.filter(base__organisation=world.cast.organisation).earliest("pk")
    with transaction.atomic():
        User.objects.filter(username="idle").update(organisation=world.cast.organisation)
        met = {r: status(world, r, "dataaccess:conformance_run", run.pk) for r in ("lin", "idle")}
        transaction.set_rollback(True)
    assert met == {"lin": 200, "idle": 404}


def test_what_is_told_to_one_is_in_no_other_inbox(world: World) -> None:
    for role in ("lin", "other", "chen", "leader"):
        rows = listed(world, role, "notifications:inbox", "page_obj")
        assert told(rows, lambda row: row.user.username) == {world.people[role].username}


def test_the_evidence_of_a_review_is_no_file_of_the_case(world: World) -> None:
    case = world.case("certified")
    file = case.files.get(purpose=Purpose.REVIEW_EVIDENCE)
    met = {
        role: status(world, role, "evaluation:file", case.number, file.pk)
        for role in ("lin", "chen")
    }
    assert met == {"lin": 404, "chen": 404}


def test_what_lies_in_a_draft_is_the_applicants(world: World) -> None:
    case = world.case("certified")
    with transaction.atomic():
        draft = case.files.filter(purpose=Purpose.MATERIAL).earliest("uploaded_at", "pk")
        draft.pk, draft.sha256, draft._state.adding = uuid.uuid4(), "0" * 64, True
        draft.save()
        readers = ("lin", "wen", "site", "panel", "chen", "zhou")
        met = {
            role
            for role in readers
            if status(world, role, "evaluation:file", case.number, draft.pk) == 200
        }
        printed = order(case, Kind.APPLICATION_PRINT, {})
        print_documents(case)
        printed_for = read_by(world, printed, *readers)
        transaction.set_rollback(True)
    assert (met, printed_for) == ({"lin", "wen"}, {"lin", "wen"})


def read_by(world: World, document: Document, *roles: str) -> set[str]:
    number = document.evaluation.number
    name = "evaluation:document"
    return {role for role in roles if status(world, role, name, number, document.pk) == 200}


def test_the_draws_record_is_for_the_secretariat_alone(world: World) -> None:
    case = world.case("certified")
    with transaction.atomic():
        draw = order(case, Kind.DRAW, {})
        print_documents(case)
        readers = read_by(world, draw, "lin", "site", "leader", "panel", "chen", "zhou")
        transaction.set_rollback(True)
    assert readers == {"chen"}


def test_what_somebody_serves_elsewhere_opens_nothing_here(world: World) -> None:
    """Who visits one base and sits on the panel of another; who leads a panel, and a member here."""
    here, there = world.case("certified"), world.case("site_visit")
    member, leads_visits = world.cast.experts[3], world.cast.experts[0]
    plan = here.documents.filter(kind=Kind.VISIT_PLAN).first()
    report = here.documents.filter(kind=Kind.REPORT).first()
    assert plan is not None
    assert report is not None
    serves = {
        "assigned_by": world.cast.chen, "assigned_at": timezone.now(), "pledged_at": timezone.now(),
        "manual_reason": "示例",
    }  # fmt: skip
    with transaction.atomic():
        there.assignments.create(expert=member, duty=Duty.SITE, **serves)
        there.assignments.create(expert=leads_visits, duty=Duty.PANEL, is_leader=True, **serves)
        found = [read_by(world, each, "site", "panel") for each in (plan, report)]
        explained = status(world, "site", "evaluation:result", here.number)
        transaction.set_rollback(True)
    assert (found, explained) == ([{"site"}, set()], 403)


def test_the_minutes_are_for_those_of_the_panel_who_scored(world: World) -> None:
    case = world.case("certified")
    minutes = case.documents.filter(kind=Kind.MINUTES).last()
    assert minutes is not None
    with transaction.atomic():
        before = read_by(world, minutes, "site", "panel")
        case.assignments.filter(expert=world.cast.experts[3]).update(sheet_submitted_at=None)
        after = read_by(world, minutes, "site", "panel")
        transaction.set_rollback(True)
    assert (before, after) == ({"panel"}, set())
