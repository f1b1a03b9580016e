"""Fifty of everything: copies of real rows, with what must be theirs alone changed."""

import uuid
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from django.contrib.auth.hashers import make_password
from django.db.models import Model
from stdnum.cn import uscc

from dataaccess.models import (
    ApiKey,
    Base,
    ComputeReport,
    ConformanceAttempt,
    ConformanceRun,
    DataCall,
    SecurityEvent,
)
from evaluation.models import (
    Absence,
    Assignment,
    CalendarDay,
    CaseFile,
    Certificate,
    Declaration,
    Document,
    Draw,
    Evaluation,
    ExpertField,
    Extension,
    Objection,
    PanelScore,
    Publication,
    Purpose,
    RegisterEntry,
    Transition,
)
from portal.accounts.models import Organisation, Role, User
from portal.ledger import audit
from portal.ledger.models import OutboxEntry
from tests.access.world import World

MANY = 50


def copies(row: Any, changes: Callable[[int], dict[str, Any]], count: int = MANY) -> list[Any]:
    """So many rows like this one, each with its own changes; the keys are new."""
    model: type[Model] = type(row)
    same = {
        field.attname: getattr(row, field.attname)
        for field in model._meta.concrete_fields
        if not field.primary_key
    }
    return model._default_manager.bulk_create(
        [model(**{**same, **changes(nth)}) for nth in range(count)]
    )


def multiply(world: World) -> None:
    """Fifty more of whatever a list may show."""
    organisations = Organisation.objects.bulk_create(
        Organisation(name=f"示例单位{nth:02}", credit_code=_code(nth)) for nth in range(MANY)
    )
    experts = _people(organisations)
    _pool(world, experts)
    bases = copies(
        world.base,
        lambda nth: {"code": f"copy-{nth:02}", "organisation_id": organisations[nth].pk},
    )
    copies(world.base, lambda nth: {"code": f"own-{nth:02}"})
    _reports(world.base)
    _data_calls(world.base, bases)
    copies(
        world.base.questions.get(),
        lambda nth: {"mark": f"2026-06-{nth}", "subject": f"resource{nth}"},
    )
    _runs(world)
    for state, case in world.states.items():
        if state == "other":
            continue
        _cases(world, case, bases)
        _parts(case, experts)
    _admissions(world, organisations)
    for user in (world.cast.lin, world.cast.chen):
        copies(user.notifications.latest("pk"), lambda nth: {"key": f"copy:{uuid4()}"})
    copies(world.misuse, lambda nth: {"receipt": f"{world.misuse.receipt}{nth:02}"})
    copies(world.misuse.files.get(), lambda nth: {"id": uuid4(), "name": f"示例{nth:02}"})
    copies(OutboxEntry.objects.filter(kind="mail").latest("pk"), lambda nth: {"key": f"copy:{nth}"})
    january = CalendarDay.objects.get()
    copies(january, lambda nth: {"day": january.day + timedelta(days=nth + 1)})
    for nth in range(MANY):
        audit.record(
            world.cast.sysadmin, "example", f"user:{world.cast.lin.pk}", case=f"PG{nth}", nth=nth
        )


def _admissions(world: World, organisations: list[Organisation]) -> None:
    """Fifty more of what organisations ask, each with its own scan; and of members."""
    one = world.admissions
    scans = iter(copies(one["registration"].licence, lambda nth: {"id": uuid4()}, 3 * MANY))
    copies(
        one["registration"],
        lambda nth: {"email": f"r{nth}@example.org", "licence_id": next(scans).pk},
    )
    copies(
        one["name"],
        lambda nth: {"organisation_id": organisations[nth].pk, "evidence_id": next(scans).pk},
    )
    copies(one["help"], lambda nth: {"email": f"h{nth}@example.org", "letter_id": next(scans).pk})
    for key in ("join", "invitation"):
        copies(one[key], lambda nth: {"email": f"j{nth}@example.org"})
    copies(world.cast.han, lambda nth: {"username": f"m{nth}", "email": f"m{nth}@example.org"})


def _code(nth: int) -> str:
    number = f"91110000MAAB{nth:05d}"
    return number + uscc.calc_check_digit(number)


def _people(organisations: list[Organisation]) -> list[User]:
    password = make_password(None)
    return User.objects.bulk_create(
        User(
            username=f"expert-{nth:02}",
            email=f"expert-{nth:02}@example.net",
            name=f"专家{nth:02}",
            role=Role.EXPERT,
            organisation=organisation,
            password=password,
        )
        for nth, organisation in enumerate(organisations)
    )


def _pool(world: World, experts: list[User]) -> None:
    """Fifty more records, and fifty more draws."""
    records = copies(world.pooled, lambda nth: {"user_id": experts[nth].pk})
    for tie in world.pooled.ties.all():
        copies(tie, lambda nth: {"expert_id": records[nth].pk})
        copies(tie, lambda nth: {"organisation": f"示例单位{nth}"}, 5)
    ExpertField.objects.bulk_create(ExpertField(expert=each, field="电力") for each in records)
    Absence.objects.bulk_create(
        Absence(expert=each, first_day=date(2026, 1, 1), last_day=date(2026, 1, 2))
        for each in [*records, world.pooled]
    )
    for draw in Draw.objects.all():
        made = copies(draw, lambda nth: {"id": uuid4()})
        copies(draw.rounds.get(), lambda nth, made=made: {"draw_id": made[nth].pk})


def _reports(base: Base) -> None:
    report = ComputeReport.objects.get(base=base)
    copies(report, lambda nth: {"date": report.date - timedelta(days=nth + 1)})
    event = SecurityEvent.objects.get(base=base)
    copies(event, lambda nth: {"event_id": f"copy-{nth}"})
    copies(base.keys.latest("pk"), lambda nth: {"digest": f"{nth:064}"})
    assert ApiKey.objects.filter(base=base).count() > MANY


def _runs(world: World) -> None:
    own = ConformanceRun.objects.filter(base__organisation=world.cast.organisation)
    copies(own.exclude(number="").get(), lambda nth: {"id": uuid.uuid4(), "number": f"copy-{nth}"})
    run = own.get(finished_at__isnull=True)
    attempt = ConformanceAttempt.objects.create(
        run=run, at=run.started_at, call="status", status=200
    )
    copies(attempt, lambda nth: {})


def _data_calls(base: Base, bases: list[Base]) -> None:
    """Fifty more calls of one base, and one call of fifty more bases."""
    call = DataCall.objects.get(items__base=base)
    calls = copies(call, lambda nth: {"title": f"示例统计{nth:02}"})
    item = call.items.get()
    copies(item, lambda nth: {"base_id": bases[nth].pk})
    copies(item, lambda nth: {"call_id": calls[nth].pk})


def _cases(world: World, case: Evaluation, bases: list[Base]) -> None:
    """Fifty cases in the same state: of the same applicant, each with the experts of this one."""
    made = copies(case, lambda nth: {"number": f"{case.number}-{nth:02}", "base_id": bases[nth].pk})
    for assignment in case.assignments.all():
        copies(assignment, lambda nth: {"evaluation_id": made[nth].pk})
    copies(
        case.transitions.first() or Transition(
            evaluation=case, move="submit", source="draft", target="submitted",
            actor=world.cast.lin, actor_role="applicant", at=case.created_at,
        ),
        lambda nth: {"evaluation_id": made[nth].pk},
    )  # fmt: skip
    publication = Publication.objects.filter(evaluation=case).first()
    if publication is not None:
        notices = _documents(publication.document, made)
        copies(
            publication,
            lambda nth: {
                "number": f"{publication.number}-{nth:02}",
                "evaluation_id": made[nth].pk,
                "document_id": notices[nth].pk,
            },
        )
    certificate = Certificate.objects.filter(evaluation=case).first()
    if certificate is not None:
        printed = _documents(certificate.document, made)
        certificates = copies(
            certificate,
            lambda nth: {
                "number": f"{certificate.number}-{nth:02}",
                "evaluation_id": made[nth].pk,
                "base_id": bases[nth].pk,
                "document_id": printed[nth].pk,
            },
        )
        review = certificate.reviews.get(year=1)
        copies(review, lambda nth: {"certificate_id": certificates[nth].pk})


def _documents(document: Document, cases: list[Evaluation]) -> list[Document]:
    return copies(
        document,
        lambda nth: {
            "number": f"{document.number}-{cases[nth].number}",
            "evaluation_id": cases[nth].pk,
        },
    )


def _parts(case: Evaluation, experts: list[User]) -> None:
    """Fifty more files, documents, moves, versions, photos, experts and objections of one case."""
    for purpose in (Purpose.MATERIAL, Purpose.SITE_PHOTO):
        file = CaseFile.objects.filter(evaluation=case, purpose=purpose).first()
        if file is not None:
            made = copies(file, lambda nth: {"sha256": f"{nth:064}"})
            version = Declaration.objects.filter(evaluation=case).last()
            if version is not None and purpose == Purpose.MATERIAL:
                version.materials.add(*made)
    for upload in case.uploads.all():
        copies(upload, lambda nth: {"name": f"电费单{nth:02}.pdf"})
    for paper in case.paper_receipts.all():
        copies(paper, lambda nth: {"slot": nth % 10 + 1})
    enterprise = case.enterprises.first()
    if enterprise is not None:
        copies(enterprise, lambda nth: {"name": f"示例企业{nth:02}", "position": 100 + nth})
    document = case.documents.filter(owner=None).first()
    if document is not None:
        copies(document, lambda nth: {"number": f"{document.number}+{nth:02}"})
    transition = case.transitions.last()
    if transition is not None:
        copies(transition, lambda nth: {"at": transition.at + timedelta(seconds=nth)})
    Extension.objects.bulk_create(
        Extension(
            evaluation=case,
            state=case.state,
            before=date(2026, 1, 5),
            after=date(2026, 1, 6) + timedelta(days=nth),
            reason=f"示例理由{nth:02}",
            made_by=case.created_by,
            made_at=case.created_at,
        )
        for nth in range(MANY)
    )
    assignment = case.assignments.filter(is_leader=False, sheet_submitted_at__isnull=False).first()
    assignment = (
        assignment
        or case.assignments.filter(is_leader=False, recused_at=None, released_at=None).first()
    )
    if assignment is not None:
        _experts(assignment, experts)
    for objection in Objection.objects.filter(publication__evaluation=case):
        number = objection.number
        copies(
            objection,
            lambda nth, number=number: {
                "objector": f"示例异议人{nth:02}",
                "number": f"{number[:16]}+{nth:02}",
            },
        )
    entry = RegisterEntry.objects.filter(certificate__evaluation=case).first()
    if entry is not None:
        copies(entry, lambda nth: {"reason": f"示例{nth:02}"})


def _experts(assignment: Assignment, experts: list[User]) -> None:
    made = copies(assignment, lambda nth: {"expert_id": experts[nth].pk})
    for score in PanelScore.objects.filter(assignment=assignment):
        copies(score, lambda nth: {"assignment_id": made[nth].pk})
