"""Reads. Each starts from what the user may see; another's object is a missing one."""

import functools
import operator
from collections.abc import Collection
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db.models import (
    BooleanField,
    Count,
    Exists,
    ExpressionWrapper,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
)
from django.db.models.functions import Coalesce
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from evaluation import steps, terms
from evaluation.models import (
    Assignment,
    CaseFile,
    Certificate,
    Declaration,
    Dissent,
    Document,
    Evaluation,
    Expert,
    Kind,
    Left,
    Objection,
    Opinion,
    PaperReceipt,
    Publication,
    Purpose,
    Transition,
    VisitPlan,
    Volume,
)
from evaluation.permissions import serving_assignments
from evaluation.queries_public import STANDING
from portal.accounts.models import Invitation, Role, User
from portal.ledger.models import AuditEvent

EXPERTS_LACKING = _("需补派专家")
# As many experts as a panel needs at least.
PANEL_MINIMUM = 2
STAFF: tuple[str, ...] = (Role.SECRETARIAT, Role.DECIDER)


def cases_for(user: User) -> QuerySet[Evaluation]:
    """The cases whose content the user may see.

    Applicants: their organisation's. Secretariat and decision makers: whatever was submitted
    once. Experts: where they serve and have signed the pledge. Administrators: none."""
    cases = Evaluation.objects.select_related("organisation", "base")
    if not user.is_active:
        return cases.none()
    if user.role == Role.APPLICANT:
        # A database constraint gives every applicant an organisation.
        return cases.filter(organisation_id=user.organisation_id)  # type: ignore[misc]
    if user.role in STAFF:
        return cases.filter(submitted_at__isnull=False)
    if user.role == Role.EXPERT:
        return cases.filter(Exists(serving_assignments(user).filter(evaluation=OuterRef("pk"))))
    return cases.none()


def _answer_is_needed() -> Q:
    """Of an assignment: its duty may still be filled."""
    needed = Q()
    for duty, states in steps.ASSIGNABLE.items():
        needed |= Q(duty=duty, evaluation__state__in=states)
    return needed


def unanswered() -> QuerySet[Assignment]:
    """Every invitation that is open, and whose answer is still needed."""
    return Assignment.objects.filter(
        _answer_is_needed(),
        pledged_at__isnull=True,
        recused_at__isnull=True,
        released_at__isnull=True,
    )


def invitations_for(user: User) -> QuerySet[Assignment]:
    """What an expert was asked to serve on, has not answered, and is still needed for."""
    return (
        unanswered()
        .filter(expert_id=user.pk)
        .select_related("evaluation__organisation", "evaluation__base")
        .order_by("answer_by", "pk")
    )


def open_seats() -> QuerySet[Assignment]:
    """Experts who declined, recused or did not answer, in whose place nobody was asked since,
    while the duty may still be filled. For the secretariat's desk."""
    left = Coalesce("recused_at", "released_at")
    asked_since = Assignment.objects.filter(
        evaluation=OuterRef("evaluation"),
        duty=OuterRef("duty"),
        assigned_at__gt=OuterRef("left_at"),
    )
    return (
        Assignment.objects.filter(_answer_is_needed())
        .filter(Q(recused_at__isnull=False) | Q(left__in=[Left.DECLINED, Left.LAPSED]))
        .annotate(left_at=left)
        .filter(~Exists(asked_since))
        .select_related("evaluation__base", "expert")
        .order_by("left_at")
    )


def case_for(user: User, number: str) -> Evaluation:
    """One case the user may see, or Http404, which looks the same for a missing one."""
    case = cases_for(user).filter(number=number).first()
    if case is None:
        raise Http404
    return case


def _experts_lacking() -> Q:
    """The work has begun, and cannot go on with the experts that are left: the site team's leader
    has not signed or is gone, the panel is too small, or all have scored but one who never
    answered. A panel without a leader chooses one by itself."""
    active = Assignment.objects.filter(
        evaluation=OuterRef("pk"), recused_at__isnull=True, released_at__isnull=True
    )
    pledged = active.filter(pledged_at__isnull=False)
    panel = pledged.filter(duty="panel")
    another = Assignment.objects.filter(
        evaluation=OuterRef("evaluation"),
        duty="panel",
        pledged_at__isnull=False,
        recused_at__isnull=True,
        released_at__isnull=True,
    ).exclude(pk=OuterRef("pk"))
    return Q(state="site_visit") & ~Q(Exists(pledged.filter(duty="site", is_leader=True))) | Q(
        state="panel_scoring"
    ) & (
        ~Q(Exists(panel.filter(Exists(another))))
        | ~Q(Exists(panel.filter(sheet_submitted_at__isnull=True)))
    )


def lacks_experts(evaluation: Evaluation) -> bool:
    """Whether the secretariat must assign experts anew before the work can go on."""
    if evaluation.state not in steps.PERFORMED:
        return False
    return Evaluation.objects.filter(_experts_lacking(), pk=evaluation.pk).exists()


def owned_states(user: User) -> list[str]:
    """The states in which a case is with the user's role."""
    actors = {
        Role.APPLICANT: steps.Actor.APPLICANT,
        Role.SECRETARIAT: steps.Actor.SECRETARIAT,
        Role.DECIDER: steps.Actor.DECIDER,
    }
    owner = actors.get(Role(user.role))
    if owner == steps.Actor.APPLICANT and not user.may_write:
        return []
    return [code for code, state in steps.STATES.items() if state.owner == owner]


def waiting_condition(user: User) -> tuple[dict[str, Any], Q]:
    """Whether a case waits for this user, and the annotations that say why and that it needs."""
    owned = owned_states(user)
    if user.role == Role.APPLICANT and user.may_write:
        return {"plan_waits": plan_awaits_answer()}, (
            Q(state__in=owned) | Q(state__in=steps.PLANNABLE, plan_waits=True)
        )
    if user.role == Role.SECRETARIAT:
        annotations = {
            "lacks_experts": ExpressionWrapper(_experts_lacking(), output_field=BooleanField()),
            "plan_change": plan_awaits_change(),
        }
        return annotations, (
            Q(state__in=owned)
            | Q(state__in=steps.PERFORMED, lacks_experts=True)
            | Q(state="site_visit", plan_change=True)
        )
    if user.role == Role.DECIDER:
        return {}, Q(state__in=owned)
    if user.role == Role.EXPERT:
        mine = serving_assignments(user).filter(evaluation=OuterRef("pk"))
        return {"opinion_waits": _opinion_unread(user)}, (
            Q(Exists(mine.filter(duty="site")), state="site_visit")
            | Q(
                Exists(mine.filter(duty="panel", sheet_submitted_at__isnull=True)),
                state="panel_scoring",
            )
            | Q(
                Exists(mine.filter(duty="panel", is_leader=True)),
                state="panel_consolidation",
            )
            | Q(
                Exists(mine.filter(duty="panel", dissents__in=_unconfirmed())),
                state="panel_consolidation",
            )
            | Q(
                Exists(mine.filter(duty="panel", sheet_submitted_at__isnull=False)),
                state="panel_consolidation",
                opinion_waits=True,
            )
        )
    return {}, Q(state="")  # for none


def _opinion_unread(user: User) -> Exists:
    """Whether the opinion that stands before the panel is another's, and this expert has not read
    it: what was put before the panel earlier counts no more."""
    standing = Opinion.objects.filter(evaluation=OuterRef("pk"), handed_in_at__isnull=True).exclude(
        Exists(
            Opinion.objects.filter(evaluation=OuterRef("evaluation"), number__gt=OuterRef("number"))
        )
    )
    return Exists(standing.exclude(leader=user).exclude(readings__assignment__expert=user))


def _unconfirmed() -> QuerySet[Dissent]:
    """Dissent whose expert has neither confirmed it nor said how it should read."""
    return Dissent.objects.filter(confirmed_at__isnull=True, remark="")


def overdue(cases: QuerySet[Evaluation]) -> QuerySet[Evaluation]:
    """Those whose present state should have ended before today, the latest first."""
    late = cases.filter(deadline__lt=timezone.localdate(), state__in=terms.WORKING_DAYS)
    return late.order_by("deadline", "pk")


def waits_for_its_period(evaluation: Evaluation) -> bool:
    """Whether the objection period runs and no objection is open.
    Expects a case of :func:`with_open_objections`."""
    return (
        evaluation.state == "published"
        and evaluation.period_runs  # type: ignore[attr-defined]
        and not evaluation.open_objections  # type: ignore[attr-defined]
    )


def with_open_objections(cases: QuerySet[Evaluation]) -> QuerySet[Evaluation]:
    """The cases with how many objections are open, the nearest day by which one is to be closed,
    and whether their period still runs."""
    still_open = (
        Objection.objects.filter(publication__evaluation=OuterRef("pk"), closed_at__isnull=True)
        .order_by()
        .values("publication__evaluation")
        .annotate(count=Count("pk"), due=Min("due_on"))
    )
    running = Publication.objects.filter(
        evaluation=OuterRef("pk"),
        withdrawn_at__isnull=True,
        working_days__gt=0,
        ends_on__gte=timezone.localdate(),
    )
    return cases.annotate(
        open_objections=Coalesce(Subquery(still_open.values("count")), 0),
        objections_due=Subquery(still_open.values("due")),
        period_runs=Exists(running),
    )


def visit_plan(evaluation: Evaluation) -> VisitPlan | None:
    """The plan of the visit that was sent last: what the applicant and the team go by."""
    sent = evaluation.visit_plans.filter(sent_at__isnull=False)
    return sent.select_related("answered_by", "made_by").order_by("-number").first()


def _newest_plan_is(**how: Any) -> Exists:
    """Whether the newest sent plan of the outer case is so."""
    case = OuterRef(OuterRef("pk"))
    sent = VisitPlan.objects.filter(evaluation=case, sent_at__isnull=False)
    newest = sent.order_by("-number").values("pk")[:1]
    return Exists(VisitPlan.objects.filter(pk=Subquery(newest), **how))


def plan_awaits_answer() -> Exists:
    """Whether the plan of the outer case's visit waits for the applicant."""
    return _newest_plan_is(confirmed_at__isnull=True, change_asked_at__isnull=True)


def plan_awaits_change() -> Exists:
    """Whether the applicant of the outer case asked for another date."""
    return _newest_plan_is(change_asked_at__isnull=False)


def current_declaration(evaluation: Evaluation) -> Declaration | None:
    """The version submitted last."""
    return evaluation.declarations.order_by("-number").first()


def draft_materials(evaluation: Evaluation) -> QuerySet[CaseFile]:
    """The material files that a submission would freeze now."""
    return evaluation.files.filter(purpose=Purpose.MATERIAL, removed_at__isnull=True)


def same_bytes(evaluation: Evaluation, hashes: Collection[str]) -> QuerySet[CaseFile]:
    """Where the organisation has handed in these very bytes as a material: in any slot, in any of
    its cases, not taken out since."""
    return CaseFile.objects.filter(
        evaluation__organisation_id=evaluation.organisation_id,
        purpose=Purpose.MATERIAL,
        sha256__in=hashes,
        removed_at__isnull=True,
    ).select_related("evaluation")


def earlier_files(evaluation: Evaluation) -> QuerySet[CaseFile]:
    """Materials that were replaced or taken out, the newest first. They can still be read."""
    return evaluation.files.filter(purpose=Purpose.MATERIAL, removed_at__isnull=False).order_by(
        "slot", "-removed_at"
    )


def papers_received(evaluation: Evaluation) -> QuerySet[PaperReceipt]:
    """The sealed papers that the secretariat has, by slot."""
    return evaluation.paper_receipts.filter(withdrawn_at__isnull=True).select_related("noted_by")


def enterprise_rows(evaluation: Evaluation) -> list[dict[str, str]]:
    """The enterprise list of the draft, as the rulebook reads it: without blank cells."""
    cells = ("name", "credit_code", "field", "document_kind", "document")
    return [
        {key: value for key, value in zip(cells, row, strict=True) if value}
        for row in evaluation.enterprises.values_list(*cells)
    ]


def findings_of(evaluation: Evaluation) -> dict[str, list[AuditEvent]]:
    """Every finding that was ever recorded for an indicator, the oldest first. One query."""
    found: dict[str, list[AuditEvent]] = {}
    events = AuditEvent.objects.filter(
        subject=f"evaluation:{evaluation.pk}", action="evaluation.record_site"
    )
    for event in events.select_related("actor"):
        found.setdefault(event.data["indicator"], []).append(event)
    return found


def is_published(evaluation: Evaluation) -> bool:
    """Whether the result was made public."""
    return evaluation.state in ("published", "decision_pending", "certified", "not_certified")


def result_visible(user: User, evaluation: Evaluation) -> bool:
    """Whether the user may read the explained score: staff once it is computed, the applicant
    once it is public, the panel's leader who made it."""
    if not evaluation.score_runs.exists():
        return False
    if user.role == Role.APPLICANT:
        return is_published(evaluation)
    if user.role == Role.EXPERT:
        return (
            serving_assignments(user)
            .filter(evaluation=evaluation, duty="panel", is_leader=True)
            .exists()
        )
    return user.role in STAFF


# The pool of experts


def _duty_goes_on() -> Q:
    """Whether an assignment's work is not done: its case is in the duty's step, or before it."""
    return functools.reduce(
        operator.or_,
        (
            Q(
                duty=duty,
                evaluation__state__in=[
                    code
                    for code, state in steps.STATES.items()
                    if state.step <= step and not state.ended
                ],
            )
            for duty, step in steps.STEP_OF_DUTY.items()
        ),
    )


def experts_with_service() -> QuerySet[Expert]:
    """The records with how much each serves now, and has served on altogether."""
    pledged = Assignment.objects.filter(
        expert=OuterRef("user"), pledged_at__isnull=False, released_at__isnull=True
    )
    return (
        Expert.objects.select_related("user")
        .prefetch_related("field_rows")
        .annotate(
            serving=_count_of(pledged.filter(_duty_goes_on())),
            served=_count_of(pledged),
        )
    )


def _count_of(rows: QuerySet[Assignment]) -> Subquery:
    counted = rows.order_by().values("expert").annotate(total=Count("pk")).values("total")
    return Coalesce(Subquery(counted), 0)  # type: ignore[return-value]


def experts_never_invited() -> QuerySet[Expert]:
    """Experts of the pool whose account has no effect yet and who got no invitation."""
    invited = Invitation.objects.filter(account=OuterRef("user"), revoked_at__isnull=True)
    return Expert.objects.filter(
        ~Exists(invited), retired_at__isnull=True, user__is_active=False, user__last_login=None
    )


def was_invited(record: Expert) -> bool:
    """Whether an invitation was ever mailed to the expert's present address."""
    # Those to an earlier address were revoked when it changed.
    return Invitation.objects.filter(account=record.user, revoked_at__isnull=True).exists()


def workload(user: User) -> dict[str, Any]:
    """How much an expert is asked and serves, and whether the own record was looked through. Two
    queries."""
    own = Assignment.objects.filter(expert=user.pk, recused_at=None, released_at=None)
    serving = Q(pledged_at__isnull=False)
    load = own.aggregate(
        asked=Count("pk", filter=_answer_is_needed() & Q(pledged_at__isnull=True)),
        serving=Count("pk", filter=serving & _duty_goes_on()),
        year=Count("pk", filter=Q(pledged_at__gte=timezone.now() - timedelta(days=365))),
        all=Count("pk", filter=serving),
    )
    confirmed = Expert.objects.filter(user=user.pk, confirmed_at__isnull=False).exists()
    return {"load": load, "confirmed": confirmed}


def last_answer(evaluation: Evaluation) -> Transition | None:
    """The move that sent the case back to its applicant, while it is there."""
    if evaluation.state not in ("returned", "agreement_signing", "correction", "withdrawn"):
        return None
    return evaluation.transitions.exclude(reason="").order_by("-at").first()


def files_for(user: User, evaluation: Evaluation) -> QuerySet[CaseFile]:
    """The files of a case that the user may download. `evaluation` came from case_for.

    Staff and experts see what was submitted, not what lies in a draft."""
    # The evidence of an annual review has a page of its own (queries_after).
    files = evaluation.files.exclude(purpose=Purpose.REVIEW_EVIDENCE)
    if user.role == Role.APPLICANT:
        return files.exclude(purpose__in=[Purpose.SITE_PHOTO, Purpose.SCORE_SHEET_SIGNED])
    submitted = Q(declarations__evaluation=evaluation)
    if user.role in STAFF:
        if evaluation.state in steps.PANEL_SITS:
            files = files.exclude(purpose=Purpose.SCORE_SHEET_SIGNED)
        return files.filter(submitted | ~Q(purpose=Purpose.MATERIAL)).distinct()
    if user.role == Role.EXPERT:
        own = Q(purpose=Purpose.SCORE_SHEET_SIGNED, scan_of__owner=user)
        return files.filter(submitted | Q(purpose=Purpose.SITE_PHOTO) | own).distinct()
    return files.none()


def signed_scans(sheet: Document) -> QuerySet[CaseFile]:
    """The scan of a printed score sheet that counts: at most one."""
    return sheet.scans.filter(purpose=Purpose.SCORE_SHEET_SIGNED, removed_at__isnull=True)


def volumes_for(user: User, evaluation: Evaluation) -> QuerySet[Volume]:
    """The bound materials that the user may read: those of a submitted version like its files, those
    of the draft only the applicant. `evaluation` came from case_for."""
    volumes = evaluation.volumes.select_related("declaration")
    if user.role == Role.APPLICANT:
        return volumes
    return volumes.filter(declaration__isnull=False)


APPLICANT_KINDS = (
    Kind.APPLICATION_PRINT,
    Kind.APPLICATION,
    Kind.RECEIPT,
    Kind.AGREEMENT,
    Kind.DEFICIENCY_NOTICE,
    Kind.NOTICE,
    Kind.CERTIFICATE,
    Kind.REVIEW_NOTICE,
    Kind.RECTIFICATION_NOTICE,
    Kind.REVOCATION_NOTICE,
)


def documents_for(user: User, evaluation: Evaluation) -> QuerySet[Document]:
    """The documents of a case that the user may read. `evaluation` came from case_for."""
    documents = evaluation.documents.select_related("owner")
    if user.role == Role.APPLICANT:
        kinds = [*APPLICANT_KINDS, Kind.VISIT_PLAN]
        if evaluation.state not in ("site_visit", "site_preparation"):
            kinds.append(Kind.SITE_RECORD)
        if is_published(evaluation):
            kinds.append(Kind.REPORT)
        return documents.filter(kind__in=kinds)
    if user.role in STAFF:
        documents = documents.exclude(kind=Kind.APPLICATION_PRINT)
        # It names everyone of the pool.
        if user.role != Role.SECRETARIAT:
            documents = documents.exclude(kind=Kind.DRAW)
        # Each expert scores alone: nobody reads points before the panel has given its opinion.
        if evaluation.state in steps.PANEL_SITS:
            return documents.exclude(kind=Kind.SCORE_SHEET)
        return documents
    if user.role == Role.EXPERT:
        shared = Q(kind__in=[Kind.APPLICATION, Kind.SITE_RECORD], owner__isnull=True)
        if serving_assignments(user).filter(evaluation=evaluation, duty="site").exists():
            shared |= Q(kind=Kind.VISIT_PLAN)
        panel = serving_assignments(user).filter(evaluation=evaluation, duty="panel")
        if panel.filter(is_leader=True).exists():
            shared |= Q(kind__in=[Kind.MINUTES, Kind.REPORT])
        has_scored = panel.filter(sheet_submitted_at__isnull=False).exists()
        if evaluation.state not in steps.PANEL_SITS and has_scored:
            shared |= Q(kind=Kind.MINUTES)
        return documents.filter(shared | Q(owner_id=user.pk))
    return documents.none()


def minutes_for(user: User, evaluation: Evaluation) -> Document | None:
    """The minutes of the panel's last meeting, for those who may read them."""
    return documents_for(user, evaluation).filter(kind=Kind.MINUTES).last()


def objection_period_is_over(evaluation: Evaluation) -> bool:
    """Whether objections can no longer come in (they are taken until the end of the last day)."""
    return period_is_over(evaluation.publication)


def period_is_over(publication: Publication) -> bool:
    return publication.working_days == 0 or timezone.localdate() > publication.ends_on


def takes_objections(evaluation: Evaluation, publication: Publication) -> bool:
    """Whether an objection can be lodged on the portal now."""
    return (
        evaluation.state == "published"
        and publication.withdrawn_at is None
        and not period_is_over(publication)
    )


def latest_publication(evaluation: Evaluation) -> Publication | None:
    """The result that stands, or the one withdrawn last."""
    return evaluation.publications.select_related("corrects").order_by("-pk").first()


def objections_to(evaluation: Evaluation) -> QuerySet[Objection]:
    """Every objection to any result of the case, the newest result's first."""
    return (
        Objection.objects.filter(publication__evaluation=evaluation)
        .select_related("publication", "recorded_by", "closed_by")
        .order_by("-publication_id", "recorded_at", "pk")
    )


def certified_fp16_of(base: int) -> int | None:
    """The FP16 peak (PFLOPS, whole) that a base's latest standing certificate rests on."""
    peaks = (
        Certificate.objects.filter(base=base, state__in=STANDING)
        .order_by("-certified_on", "-pk")
        .values_list("score_run__inputs__fp16_peak", flat=True)
    )
    known = (int(Decimal(str(peak))) for peak in peaks if peak is not None)
    return next(known, None)
