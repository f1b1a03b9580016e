"""评审会: sign-in, the leader, dissent, and the signed score sheets. Never anybody's points."""

import uuid
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from evaluation import permissions, queries, steps
from evaluation.actions import dissent as dissents
from evaluation.actions import experts as experts_actions
from evaluation.actions import meeting as actions
from evaluation.actions import signed_sheets
from evaluation.actions.opinions import standing_opinion
from evaluation.dissents import dissent_about
from evaluation.edition import edition_of, reader_language
from evaluation.errors import NotAllowed, Refused, WrongState
from evaluation.forms.panel import DissentForm, LeaderForm, RemarkForm, SignedSheetForm
from evaluation.models import (
    WHOLE_OPINION,
    Assignment,
    CaseFile,
    Dissent,
    Document,
    Duty,
    Evaluation,
    Kind,
)
from evaluation.pool.exclusions import employer_name
from evaluation.rulebook import in_language
from evaluation.steps import Actor
from evaluation.views.refusals import add_to_form, case_view, show
from portal.accounts.requests import SignedInRequest


@dataclass(frozen=True)
class Seat:
    """One expert of the panel, as everyone in the meeting sees them."""

    assignment: Assignment
    employer: str
    is_me: bool
    wants: str  # the name of who should lead, in this expert's opinion
    votes: int
    may_be_chosen: bool
    chosen_by_me: bool


@dataclass(frozen=True)
class Held:
    """One dissent as this reader sees it."""

    dissent: Dissent
    indicator: str
    mine: bool
    may_remove: bool
    form: RemarkForm | None


@dataclass(frozen=True)
class Sheet:
    """One printed score sheet with its signed scan."""

    document: Document
    scan: CaseFile | None
    may_file: bool


@case_view
@require_safe
def meeting(request: SignedInRequest, number: str) -> HttpResponse:
    """Show who is there, who leads, and what else the meeting leaves on record."""
    evaluation = queries.case_for(request.user, number)
    return _page(request, evaluation)


@case_view
@require_POST
def sign_in(request: SignedInRequest, number: str) -> HttpResponse:
    """签到."""
    evaluation = queries.case_for(request.user, number)
    actions.sign_in(request.user, evaluation)
    messages.success(request, _("您已签到。"))
    return redirect("evaluation:meeting", number)


@case_view
@require_POST
def vote(request: SignedInRequest, number: str, pk: int) -> HttpResponse:
    """Propose a leader or agree to one."""
    evaluation = queries.case_for(request.user, number)
    chosen = get_object_or_404(
        evaluation.assignments.filter(duty=Duty.PANEL, pledged_at__isnull=False).select_related(
            "expert"
        ),
        pk=pk,
    )
    try:
        elected = actions.vote(request.user, evaluation, chosen)
    except (NotAllowed, WrongState):
        raise
    except Refused as refusal:
        show(request, refusal)
    else:
        told = _("%(name)s当选组长。") if elected else _("已同意由%(name)s担任组长。")
        messages.success(request, told % {"name": chosen.expert.name})
    return redirect("evaluation:meeting", number)


@case_view
@require_POST
def name_leader(request: SignedInRequest, number: str) -> HttpResponse:
    """The secretariat names the leader, with its reason."""
    evaluation = queries.case_for(request.user, number)
    permissions.check_actor(request.user, evaluation, Actor.SECRETARIAT)
    permissions.check_state(evaluation, *steps.PANEL_SITS)
    form = LeaderForm(request.POST, panel=_panel(evaluation))
    if form.is_valid():
        named = evaluation.assignments.select_related("expert").get(pk=form.cleaned_data["leader"])
        try:
            experts_actions.appoint_leader(request.user, named, form.cleaned_data["reason"])
        except (NotAllowed, WrongState):
            raise
        except Refused as refusal:
            add_to_form(form, refusal)
        else:
            messages.success(request, _("已指定%(name)s为组长。") % {"name": named.expert.name})
            return redirect("evaluation:meeting", number)
    return _page(request, evaluation, leader_form=form)


@case_view
@require_POST
def dissent(request: SignedInRequest, number: str) -> HttpResponse:
    """Record dissent: the leader for anyone, an expert for themselves."""
    evaluation = queries.case_for(request.user, number)
    permissions.check_actor(request.user, evaluation, Actor.PANEL_EXPERT)
    permissions.check_state(evaluation, "panel_consolidation")
    own = permissions.serving(request.user, evaluation, Duty.PANEL)
    assert own is not None, "check_actor came first"
    form = _dissent_form(evaluation, own, request.POST)
    if form.is_valid():
        given = form.cleaned_data
        whose = own
        if "expert" in given:
            whose = next(m for m in _panel(evaluation) if str(m.pk) == given["expert"])
        try:
            dissents.record_dissent(
                request.user, evaluation, whose, given["indicator"], given["text"]
            )
        except (NotAllowed, WrongState):
            raise
        except Refused as refusal:
            add_to_form(form, refusal)
        else:
            messages.success(
                request,
                _("保留意见已记录。")
                if whose == own
                else _("保留意见已记录，等待%(name)s确认。") % {"name": whose.expert.name},
            )
            return redirect("evaluation:meeting", number)
    return _page(request, evaluation, dissent_form=form)


@case_view
@require_POST
def answer_dissent(request: SignedInRequest, number: str, pk: int) -> HttpResponse:
    """Confirm, correct or remove one dissent."""
    evaluation = queries.case_for(request.user, number)
    permissions.check_actor(request.user, evaluation, Actor.PANEL_EXPERT)
    mine = permissions.serving(request.user, evaluation, Duty.PANEL)
    found = Dissent.objects.filter(assignment__evaluation=evaluation)
    if mine is None or not mine.is_leader:
        found = found.filter(assignment=mine)
    kept = get_object_or_404(found, pk=pk)
    answer = request.POST.get("answer")
    try:
        if answer == "confirm":
            dissents.confirm_dissent(request.user, evaluation, kept)
            messages.success(request, _("您已确认这条保留意见。"))
        elif answer == "remove":
            dissents.remove_dissent(request.user, evaluation, kept)
            messages.success(request, _("已删去这条保留意见。"))
        else:
            form = RemarkForm(request.POST, prefix=str(pk))
            if not form.is_valid():
                return _page(request, evaluation, remark=(pk, form))
            remark = form.cleaned_data["remark"]
            dissents.remark_dissent(request.user, evaluation, kept, remark)
            messages.success(request, _("已请组长按您的意见改写。"))
    except (NotAllowed, WrongState):
        raise
    except Refused as refusal:
        show(request, refusal)
    return redirect("evaluation:meeting", number)


@case_view
@require_http_methods(["GET", "POST"])
def signed_sheet(request: SignedInRequest, number: str, document_id: uuid.UUID) -> HttpResponse:
    """Upload the scan of a printed and signed score sheet."""
    evaluation = queries.case_for(request.user, number)
    document = get_object_or_404(
        queries.documents_for(request.user, evaluation).filter(kind=Kind.SCORE_SHEET),
        pk=document_id,
    )
    if document.owner_id != request.user.pk:
        permissions.check_actor(request.user, evaluation, Actor.SECRETARIAT)
    form = SignedSheetForm(request.POST or None, request.FILES or None)
    if request.method == "POST":
        form = SignedSheetForm(request.POST, request.FILES)
        if form.is_valid():
            try:
                signed_sheets.file_signed_sheet(
                    request.user, evaluation, document, **form.cleaned_data
                )
            except NotAllowed:
                raise
            except Refused as refusal:
                add_to_form(form, refusal)
            else:
                messages.success(request, _("签字的评分表已上传。"))
                return redirect("evaluation:meeting", number)
    return render(
        request,
        "evaluation/expert/signed_sheet.html",
        {
            "evaluation": evaluation,
            "document": document,
            "scan": queries.signed_scans(document).first(),
            "form": form,
        },
        status=422 if form.errors else 200,
    )


def _page(
    request: SignedInRequest,
    evaluation: Evaluation,
    *,
    leader_form: LeaderForm | None = None,
    dissent_form: DissentForm | None = None,
    remark: tuple[int, RemarkForm] | None = None,
) -> HttpResponse:
    user = request.user
    own = permissions.serving(user, evaluation, Duty.PANEL)
    if not (own and permissions.is_actor(user, evaluation, Actor.PANEL_EXPERT)):
        permissions.check_staff(user)
        own = None
    if evaluation.state not in steps.PANEL_MET:
        raise WrongState(_("专家评审尚未开始，秘书处启动后召开评审会。"))
    panel = _panel(evaluation)
    leader = next((member for member in panel if member.is_leader), None)
    scoring = evaluation.state == "panel_scoring"
    secretariat = permissions.is_actor(user, evaluation, Actor.SECRETARIAT)
    sits = evaluation.state in steps.PANEL_SITS
    if leader_form is None and secretariat and sits:
        leader_form = LeaderForm(panel=panel)
    if dissent_form is None and own and evaluation.state == "panel_consolidation":
        dissent_form = _dissent_form(evaluation, own)
    context = {
        "evaluation": evaluation,
        "own": own,
        "leader": leader,
        "seats": _seats(panel, own, leader, scoring),
        "needed": actions.agreement_needed(panel),
        "signed_in": sum(member.signed_in_at is not None for member in panel),
        "may_sign_in": bool(own and scoring and own.signed_in_at is None),
        "electing": scoring and leader is None,
        "leader_form": leader_form,
        "work": _work(evaluation, own),
        "held": _held(evaluation, own, sits, remark),
        "dissent_form": dissent_form,
        "shows_dissent": not scoring,
        "minutes": queries.minutes_for(user, evaluation),
        "sheets": _sheets(request, evaluation, own, secretariat),
    }
    sent = [leader_form, dissent_form, remark[1] if remark else None]
    refused = any(form is not None and form.errors for form in sent)
    return render(
        request, "evaluation/expert/meeting.html", context, status=422 if refused else 200
    )


def _panel(evaluation: Evaluation) -> list[Assignment]:
    """Who sits on the panel: the pledge is signed, and nobody took them off."""
    return list(
        evaluation.assignments.filter(
            duty=Duty.PANEL,
            pledged_at__isnull=False,
            recused_at__isnull=True,
            released_at__isnull=True,
        ).select_related("expert__organisation", "expert__expert_record")
    )


def _seats(
    panel: list[Assignment], own: Assignment | None, leader: Assignment | None, scoring: bool
) -> list[Seat]:
    names = {member.pk: member.expert.name for member in panel}
    wanted = [member.votes_for_id for member in panel]
    may_choose = bool(scoring and leader is None and own and own.signed_in_at)
    return [
        Seat(
            assignment=member,
            employer=employer_name(member.expert),
            is_me=own is not None and member.pk == own.pk,
            wants=names.get(member.votes_for_id or 0, ""),
            votes=wanted.count(member.pk),
            may_be_chosen=may_choose and member.signed_in_at is not None,
            chosen_by_me=own is not None and own.votes_for_id == member.pk,
        )
        for member in panel
    ]


def _work(evaluation: Evaluation, own: Assignment | None) -> str:
    """The name of the page on which this expert goes on."""
    if own is None or own.signed_in_at is None:
        return ""
    if evaluation.state == "panel_scoring":
        return "scoring"
    if own.is_leader:
        return "consolidate"
    sits = evaluation.state == "panel_consolidation"
    return "opinion" if sits and standing_opinion(evaluation) is not None else ""


def _held(
    evaluation: Evaluation,
    own: Assignment | None,
    sits: bool,
    remark: tuple[int, RemarkForm] | None,
) -> list[Held]:
    """The dissent that this reader may see: an expert the own, the leader and afterwards the
    secretariat all."""
    if evaluation.state == "panel_scoring" or (own is None and sits):
        return []
    edition, language = edition_of(evaluation), reader_language()
    open_now = evaluation.state == "panel_consolidation"
    held = []
    for each in dissents.dissents(evaluation):
        mine = own is not None and each.assignment_id == own.pk
        if own is not None and not mine and not own.is_leader:
            continue
        waits = open_now and mine and each.confirmed_at is None
        form = None
        if waits:
            form = RemarkForm(prefix=str(each.pk), initial={"remark": each.remark})
            if remark and remark[0] == each.pk:
                form = remark[1]
        held.append(
            Held(
                dissent=each,
                indicator=dissent_about(edition, each, language),
                mine=mine,
                may_remove=open_now and own is not None and (mine or each.confirmed_at is None),
                form=form,
            )
        )
    return held


def _dissent_form(evaluation: Evaluation, own: Assignment, *sent: Any) -> DissentForm:
    language = reader_language()
    indicators = [(WHOLE_OPINION, _("整个评审意见"))] + [
        (indicator.code, in_language(indicator, "name", language))
        for indicator in edition_of(evaluation).indicators
    ]
    panel = _panel(evaluation) if own.is_leader else None
    return DissentForm(*sent, indicators=indicators, panel=panel)


def _sheets(
    request: SignedInRequest, evaluation: Evaluation, own: Assignment | None, secretariat: bool
) -> list[Sheet]:
    documents = queries.documents_for(request.user, evaluation).filter(kind=Kind.SCORE_SHEET)
    if own is not None:
        documents = documents.filter(owner=request.user)
    scans = {
        scan.scan_of_id: scan
        for scan in queries.files_for(request.user, evaluation).filter(
            scan_of__kind=Kind.SCORE_SHEET, removed_at__isnull=True
        )
    }
    return [
        Sheet(document, scans.get(document.pk), may_file=own is not None or secretariat)
        for document in documents
    ]
