"""Pages that every signed-in reader has: the desk, the list of cases, the case, its downloads."""

import uuid
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from dataaccess.regions import place_name
from evaluation import permissions, queries, queries_public, reissue, steps
from evaluation.actions.opinions import may_read_afterwards, standing_opinion
from evaluation.edition import edition_of, reader_language
from evaluation.models import (
    CATEGORIES,
    CaseFile,
    Certificate,
    CertificateState,
    Document,
    Duty,
    Evaluation,
    Kind,
    MisuseFile,
    ObjectionFile,
    Volume,
)
from evaluation.steps import Actor
from evaluation.timeline import label_for, timeline
from evaluation.views.deadlines import deadline_of
from evaluation.views.desk import DESKS
from evaluation.views.evidence import file_row
from evaluation.views.move_facts import received
from evaluation.views.papers import with_versions
from evaluation.views.queue import queue
from evaluation.views.readiness import what_blocks
from evaluation.views.refusals import case_view
from evaluation.views.waiting import waiting
from portal.accounts.models import Role, User
from portal.accounts.requests import SignedInRequest

PAGE_SIZE = 25


@dataclass(frozen=True)
class WorkPage:
    """A page on which someone works on a case in certain states."""

    name: str
    label: Any
    states: tuple[str, ...]
    may: Callable[[User, Evaluation], bool]


def _acts_as(actor: Actor) -> Callable[[User, Evaluation], bool]:
    return lambda user, evaluation: permissions.is_actor(user, evaluation, actor)


def _scores_now(user: User, evaluation: Evaluation) -> bool:
    own = permissions.serving(user, evaluation, Duty.PANEL)
    return bool(
        own and own.signed_in_at and permissions.is_actor(user, evaluation, Actor.PANEL_EXPERT)
    )


def _reads_opinion(user: User, evaluation: Evaluation) -> bool:
    """Whether the leader put an opinion before this member."""
    member = permissions.is_actor(user, evaluation, Actor.PANEL_EXPERT)
    leads = permissions.is_actor(user, evaluation, Actor.PANEL_LEADER)
    return member and not leads and standing_opinion(evaluation) is not None


def _sits_or_is_staff(user: User, evaluation: Evaluation) -> bool:
    sits = permissions.is_actor(user, evaluation, Actor.PANEL_EXPERT)
    return sits or user.role in queries.STAFF


def _answers_the_plan(user: User, evaluation: Evaluation) -> bool:
    plan = queries.visit_plan(evaluation)
    applicant = permissions.is_actor(user, evaluation, Actor.APPLICANT)
    return applicant and plan is not None and plan.awaits_answer


def _plans_now(user: User, evaluation: Evaluation) -> bool:
    """Whether a plan is still to be made, sent or changed; a confirmed one is only read."""
    plan = queries.visit_plan(evaluation)
    confirmed = plan is not None and plan.confirmed_at is not None
    return not confirmed and permissions.is_visit_planner(user, evaluation)


def _has_a_plan(user: User, evaluation: Evaluation) -> bool:
    """Whether a plan was sent, to someone who may read it."""
    if user.role == Role.EXPERT and permissions.serving(user, evaluation, Duty.SITE) is None:
        return False
    return queries.visit_plan(evaluation) is not None


def _corrects_now(user: User, evaluation: Evaluation) -> bool:
    """Whether a withdrawn result may be put right, or a correction waits for the second person."""
    latest = queries.latest_publication(evaluation)
    if latest is None or latest.withdrawn_at is None:
        return False
    waits = evaluation.result_corrections.filter(approved__isnull=True).exists()
    return user.role == (Role.DECIDER if waits else Role.SECRETARIAT)


def _was_corrected(user: User, evaluation: Evaluation) -> bool:
    return _is_staff(user, evaluation) and evaluation.result_corrections.exists()


WORK_PAGES = (
    WorkPage("correction", _("办理补正清单"), ("correction",), _acts_as(Actor.APPLICANT)),
    WorkPage("form", _("填写申报书"), steps.EDITABLE, _acts_as(Actor.APPLICANT)),
    WorkPage("materials", _("上传材料"), steps.EDITABLE, _acts_as(Actor.APPLICANT)),
    WorkPage("completeness", _("检查并提交"), steps.EDITABLE, _acts_as(Actor.APPLICANT)),
    WorkPage("review", _("审核材料"), ("preliminary_review",), _acts_as(Actor.SECRETARIAT)),
    WorkPage(
        "experts",
        _("组建评估组"),
        (*steps.ASSIGNABLE["site"], *steps.ASSIGNABLE["panel"]),
        _acts_as(Actor.SECRETARIAT),
    ),
    WorkPage("site_visit", _("现场核验"), ("site_visit",), permissions.can_record_site),
    WorkPage("visit_plan", _("制定现场评估方案"), steps.PLANNABLE, _plans_now),
    WorkPage("visit_plan", _("确认现场评估方案"), steps.PLANNABLE, _answers_the_plan),
    # The first is what to do next: who has not signed in has only the meeting.
    WorkPage("scoring", _("独立打分"), ("panel_scoring",), _scores_now),
    WorkPage("consolidate", _("汇总评分"), ("panel_consolidation",), _acts_as(Actor.PANEL_LEADER)),
    WorkPage("opinion", _("阅看评审意见"), ("panel_consolidation",), _reads_opinion),
    WorkPage("meeting", _("评审会"), steps.PANEL_SITS, _acts_as(Actor.PANEL_EXPERT)),
    WorkPage("result_correction", _("更正公布的内容"), ("result_pending",), _corrects_now),
    WorkPage("objections", _("办理异议"), ("published",), _acts_as(Actor.SECRETARIAT)),
    WorkPage(
        "own_objection",
        _("提出异议"),
        ("published",),
        lambda user, case: (
            permissions.is_actor(user, case, Actor.APPLICANT)
            and queries.takes_objections(case, case.publication)
        ),
    ),
)


def _from(state: str) -> tuple[str, ...]:
    """The states from one on, in the order of the table."""
    codes = tuple(steps.STATES)
    return codes[codes.index(state) :]


def _is_staff(user: User, evaluation: Evaluation) -> bool:
    return user.role in queries.STAFF


def _sends_or_takes_paper(user: User, evaluation: Evaluation) -> bool:
    sent = evaluation.submitted_at is not None
    return sent and (_is_staff(user, evaluation) or permissions.is_member(user, evaluation))


def _made_the_consolidation(user: User, evaluation: Evaluation) -> bool:
    leads = permissions.is_actor(user, evaluation, Actor.PANEL_LEADER)
    return _is_staff(user, evaluation) or leads


def _handles_publications(user: User, evaluation: Evaluation) -> bool:
    """Also while a withdrawn result is worked on anew."""
    return _is_staff(user, evaluation) and evaluation.publications.exists()


def _objected(user: User, evaluation: Evaluation) -> bool:
    return (
        permissions.is_member(user, evaluation)
        and queries.objections_to(evaluation)
        .filter(organisation_id=evaluation.organisation_id)
        .exists()
    )


def _only_reads(user: User, evaluation: Evaluation) -> bool:
    member = permissions.is_member(user, evaluation)
    return member and not permissions.is_actor(user, evaluation, Actor.APPLICANT)


# What was done on these pages can be read there afterwards.
RECORDS = (
    WorkPage("preview", _("申报书草稿"), steps.EDITABLE, _only_reads),
    WorkPage("paper", _("纸质材料"), tuple(steps.STATES), _sends_or_takes_paper),
    WorkPage("review", _("材料初审记录"), _from("preliminary_review"), _is_staff),
    WorkPage("experts", _("专家指派记录"), _from("site_preparation"), _is_staff),
    WorkPage("visit_plan", _("现场评估方案"), _from("site_preparation"), _has_a_plan),
    WorkPage("site_visit", _("现场核验记录"), _from("panel_preparation"), lambda user, case: True),
    WorkPage("meeting", _("评审会"), steps.PANEL_MET, _sits_or_is_staff),
    WorkPage("scoring", _("我的评分表"), _from("panel_scoring"), _acts_as(Actor.PANEL_EXPERT)),
    WorkPage("consolidate", _("评分汇总"), _from("result_pending"), _made_the_consolidation),
    WorkPage("opinion", _("评审意见"), _from("result_pending"), may_read_afterwards),
    WorkPage("objections", _("公示与异议"), _from("panel_scoring"), _handles_publications),
    WorkPage("result_correction", _("更正记录"), _from("result_pending"), _was_corrected),
    WorkPage("own_objection", _("本单位的异议"), _from("panel_scoring"), _objected),
    WorkPage("archives", _("归档"), _from("submitted"), _is_staff),
)
# Reached from a working page that shows first what they would do.
MOVES_ON_WORK_PAGES = ("submit", "resubmit", "submit_scores", "consolidate", "withdraw_result")
# Stands apart from what comes next.
RECALL, WITHDRAWAL = "recall", "withdraw"


@login_required
@require_safe
def cases(request: SignedInRequest) -> HttpResponse:
    """案卷: every case the reader may see, filtered and searched."""
    if request.user.role in DESKS:
        raise Http404
    if request.user.role in queries.STAFF:
        return queue(request)
    found: QuerySet[Evaluation] = (
        queries.cases_for(request.user)
        .select_related("certificate")
        .annotate(reissue=reissue.stage_if_pending())
    )
    text = request.GET.get("q", "").strip()[:100].replace("\x00", "")
    if text:
        found = found.filter(
            Q(number__icontains=text)
            | Q(organisation__name__icontains=text)
            | Q(organisation__credit_code__iexact=text)
            | Q(base__name__icontains=text)
            | Q(place__icontains=text)
        )
    step = request.GET.get("step", "")
    if step in {str(s.number) for s in steps.STEPS}:
        found = found.filter(
            state__in=[code for code, state in steps.STATES.items() if state.step == int(step)]
        )
    category = request.GET.get("category", "")
    if category in CATEGORIES:
        found = found.filter(category=category)
    late = request.GET.get("late") == "1"
    if late:
        found = queries.overdue(found)
    context = {
        "late": late,
        "page": Paginator(found, PAGE_SIZE).get_page(request.GET.get("page")),
        "q": text,
        "step": step,
        "category": category,
        "chips": [
            {
                "label": _("全部"),
                "url": _query(text, "", category),
                "current": not step and not late,
            },
            *(
                {
                    "label": f"{s.number} {s.name}",
                    "url": _query(text, str(s.number), category),
                    "current": step == str(s.number),
                }
                for s in steps.STEPS
            ),
            {
                "label": _("已逾期"),
                "url": _query(text, step, category)
                + ("&" if text or step or category else "?")
                + "late=1",
                "current": late,
            },
        ],
    }
    return render(request, "evaluation/cases.html", context)


def _query(text: str, step: str, category: str) -> str:
    given = {"q": text, "step": step, "category": category}
    return "?" + urlencode({name: value for name, value in given.items() if value})


@case_view
@require_safe
def case(request: SignedInRequest, number: str) -> HttpResponse:
    """One case: the seven steps, what is awaited, what the reader may do next, its papers."""
    evaluation = queries.case_for(request.user, number)
    context = case_context(request, evaluation)
    context["facts"] = _facts(evaluation)
    context["may_copy"] = permissions.is_actor(request.user, evaluation, Actor.APPLICANT)
    context["file_rows"] = [_file_row(evaluation, kept) for kept in context["files"]]
    certificate = (
        Certificate.objects.select_related("document").filter(evaluation=evaluation).first()
    )
    context["certificate"] = certificate
    if certificate and certificate.state != CertificateState.VALID:
        context["certificate_entry"] = certificate.entries.order_by("-pk").first()
    context["certificate_ready"] = certificate and queries_public.may_be_downloaded(certificate)
    context["member"] = permissions.is_member(request.user, evaluation)
    context["open_objections"] = (
        queries.objections_to(evaluation).filter(closed_at__isnull=True).count()
        if evaluation.state == "published" and request.user.role in queries.STAFF
        else 0
    )
    if evaluation.current.step <= 3 and request.user.role in queries.STAFF:
        context["received"] = received(evaluation)
    answer = context["answer"]
    context["answer_title"] = steps.MOVES[answer.move].done if answer else ""
    return render(request, "evaluation/case.html", context)


def _facts(evaluation: Evaluation) -> list[tuple[Any, Any]]:
    return [
        (_("案卷号"), evaluation.number),
        (_("申报单位"), evaluation.organisation.name),
        (_("统一社会信用代码"), evaluation.organisation.credit_code),
        (
            _("所在地"),
            place_name(evaluation.base.province, evaluation.base.city, reader_language()),
        ),
        (_("基地代码"), evaluation.base.code),
        (_("适用规范版本"), evaluation.edition),
    ]


def _file_row(evaluation: Evaluation, kept: CaseFile) -> dict[str, Any]:
    label = kept.get_purpose_display()
    if kept.slot:
        label = _("材料%(slot)s") % {"slot": kept.slot}
    row = asdict(file_row(evaluation, kept))
    return row | {
        "uploaded_by": None,
        "period": label,
        "state": "neutral" if kept.removed_at else "",
        "state_label": _("已移除") if kept.removed_at else "",
    }


def _pages(pages: tuple[WorkPage, ...], user: User, evaluation: Evaluation) -> list[WorkPage]:
    return [
        page for page in pages if evaluation.state in page.states and page.may(user, evaluation)
    ]


def case_context(request: SignedInRequest, evaluation: Evaluation) -> dict[str, Any]:
    """What the head of every page of a case shows."""
    user = request.user
    declarations = list(evaluation.declarations.select_related("submitted_by"))
    work = _pages(WORK_PAGES, user, evaluation)
    open_moves = [
        move
        for move in steps.moves_from(evaluation.state)
        if move.code not in MOVES_ON_WORK_PAGES
        and permissions.can_move(user, evaluation, move.code)
        and not (move.code == "propose" and not queries.objection_period_is_over(evaluation))
    ]
    return {
        "evaluation": evaluation,
        "category": edition_of(evaluation).category(evaluation.category),
        "state_label": label_for(user, evaluation.current),
        "timeline": timeline(evaluation, user),
        "work": work,
        "records": [
            page
            for page in _pages(RECORDS, user, evaluation)
            if page.name not in {open_page.name for open_page in work}
        ],
        # Each with why it cannot be made yet.
        "moves": [
            (move, what_blocks(evaluation, move.code))
            for move in open_moves
            if move.code not in (RECALL, WITHDRAWAL)
        ],
        "may_recall": any(move.code == RECALL for move in open_moves),
        "withdrawal": next((move for move in open_moves if move.code == WITHDRAWAL), None),
        **waiting(user, evaluation),
        "declarations": declarations,
        "documents": with_versions(queries.documents_for(user, evaluation), declarations),
        "files": list(queries.files_for(user, evaluation).select_related("uploaded_by")),
        "result_visible": queries.result_visible(user, evaluation),
        "answer": queries.last_answer(evaluation),
        **deadline_of(user, evaluation),
    }


@case_view
@require_safe
def file(request: SignedInRequest, number: str, file_id: uuid.UUID) -> FileResponse:
    """Download an uploaded file: always as an attachment."""
    evaluation = queries.case_for(request.user, number)
    kept = get_object_or_404(queries.files_for(request.user, evaluation), pk=file_id)
    return attachment(kept, kept.name, kept.content_type)


FORM_KINDS = (Kind.APPLICATION_PRINT, Kind.APPLICATION)


@case_view
@require_safe
def document(
    request: SignedInRequest, number: str, document_id: uuid.UUID
) -> HttpResponse | FileResponse:
    """Download a document, or go back to the case while it is being made."""
    evaluation = queries.case_for(request.user, number)
    made = get_object_or_404(queries.documents_for(request.user, evaluation), pk=document_id)
    if not made.ready:
        messages.info(request, str(_("文书正在生成，完成后可在本页下载。")))
        return redirect("evaluation:case", number)
    # Two prints of one form must not lie in a folder under one name.
    code = f"-{made.version_code}" if made.kind in FORM_KINDS else ""
    return attachment(made, f"{made.title}-{evaluation.number}{code}.pdf", "application/pdf")


@case_view
@require_safe
def document_row(request: SignedInRequest, number: str, document_id: uuid.UUID) -> HttpResponse:
    """One document's row of the list, asked for again by the page until it is rendered."""
    evaluation = queries.case_for(request.user, number)
    made = get_object_or_404(queries.documents_for(request.user, evaluation), pk=document_id)
    ((_made, version),) = with_versions([made], evaluation.declarations.all())
    context = {"document": made, "version": version, "evaluation": evaluation}
    return render(request, "evaluation/document_row.html", context)


def attachment(
    kept: CaseFile | Document | ObjectionFile | MisuseFile | Volume, name: str, content_type: str
) -> FileResponse:
    """The bytes of a stored file, never shown inside the portal's own pages."""
    response = FileResponse(
        kept.stored.open("rb"), as_attachment=True, filename=name, content_type=content_type
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
