"""异议: the secretariat's record of them, and the applicant's own."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.dateformat import format as format_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from evaluation import permissions, queries, steps
from evaluation.actions import erasure
from evaluation.actions import objections as actions
from evaluation.actions.objection_terms import extend_objection
from evaluation.errors import NotAllowed, Refused, WrongState
from evaluation.forms.objections import (
    AnswerForm,
    ApplicantObjectionForm,
    LaterForm,
    LetterForm,
    StepForm,
    given,
)
from evaluation.models import Evaluation, Objection, ObjectorKind, Publication
from evaluation.steps import Actor
from evaluation.views.refusals import add_to_form, case_view, show
from evaluation.views.shared import attachment
from portal.accounts.requests import SignedInRequest


@case_view
@require_http_methods(["GET", "POST"])
def objections(request: SignedInRequest, number: str) -> HttpResponse:
    """Show the period and every objection; a POST puts a letter on record."""
    evaluation = queries.case_for(request.user, number)
    permissions.check_staff(request.user)
    publication = _publication(evaluation)
    if request.method == "GET":
        return _list(request, evaluation, publication)
    permissions.check_actor(request.user, evaluation, Actor.SECRETARIAT)
    form = LetterForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            made = actions.record_objection(
                request.user,
                evaluation,
                given(form),
                form.cleaned_data["received_on"],
                form.attached,
            )
        except (NotAllowed, WrongState):
            raise
        except Refused as refusal:
            add_to_form(form, refusal)
        else:
            messages.success(request, _("异议已登记。办结之前不能提请认定。"))
            return redirect("evaluation:objection", number, made.pk)
    return _list(request, evaluation, publication, form)


def _publication(evaluation: Evaluation) -> Publication:
    publication = queries.latest_publication(evaluation)
    if publication is None:
        raise Http404
    return publication


def _list(
    request: SignedInRequest,
    evaluation: Evaluation,
    publication: Publication,
    form: LetterForm | None = None,
) -> HttpResponse:
    secretariat = permissions.is_actor(request.user, evaluation, Actor.SECRETARIAT)
    recording = secretariat and evaluation.state in actions.RECORDABLE
    found = sorted(queries.objections_to(evaluation), key=lambda each: not each.is_open)
    still_open = sum(1 for objection in found if objection.is_open)
    is_over = queries.period_is_over(publication)

    def move(code: str) -> steps.Move | None:
        return steps.MOVES[code] if permissions.can_move(request.user, evaluation, code) else None

    context = {
        "evaluation": evaluation,
        "publication": publication,
        "earlier": list(evaluation.publications.exclude(pk=publication.pk)),
        "is_over": is_over,
        "objections": found,
        "still_open": still_open,
        "form": form or (LetterForm() if recording else None),
        "move": move("propose") if is_over and not still_open else None,
        "withdrawal": move("withdraw_result"),
    }
    status = 200 if form is None else 422
    return render(request, "evaluation/staff/objections.html", context, status=status)


@case_view
@require_safe
def objection(request: SignedInRequest, number: str, pk: int) -> HttpResponse:
    """One objection with everything that was done about it."""
    evaluation = queries.case_for(request.user, number)
    permissions.check_staff(request.user)
    return _one(request, evaluation, _objection(evaluation, pk))


def _objection(evaluation: Evaluation, pk: int) -> Objection:
    return get_object_or_404(queries.objections_to(evaluation), pk=pk)


def _one(
    request: SignedInRequest,
    evaluation: Evaluation,
    objection: Objection,
    *,
    step_form: StepForm | None = None,
    answer_form: AnswerForm | None = None,
    later_form: LaterForm | None = None,
) -> HttpResponse:
    handles = permissions.is_actor(request.user, evaluation, Actor.SECRETARIAT)
    open_to_answer = handles and objection.is_open
    context = {
        "evaluation": evaluation,
        "objection": objection,
        "can_erase": handles and erasure.can_be_erased(objection),
        "files": list(objection.files.all()),
        "steps": list(objection.steps.select_related("made_by")),
        # The answer may still have to be posted after it was given.
        "step_form": step_form or (StepForm() if handles else None),
        "answer_form": answer_form or (AnswerForm() if open_to_answer else None),
        "later_form": later_form or (LaterForm(objection=objection) if open_to_answer else None),
    }
    refused = any(form is not None for form in (step_form, answer_form, later_form))
    template = "evaluation/staff/objection.html"
    return render(request, template, context, status=422 if refused else 200)


@case_view
@require_POST
def take_step(request: SignedInRequest, number: str, pk: int) -> HttpResponse:
    """Write one step of the handling record."""
    evaluation = queries.case_for(request.user, number)
    permissions.check_actor(request.user, evaluation, Actor.SECRETARIAT)
    found = _objection(evaluation, pk)
    form = StepForm(request.POST)
    if form.is_valid():
        try:
            actions.take_step(request.user, found, **form.cleaned_data)
        except NotAllowed:
            raise
        except Refused as refusal:
            add_to_form(form, refusal)
        else:
            messages.success(request, _("办理经过已记录。"))
            return redirect("evaluation:objection", number, pk)
    return _one(request, evaluation, found, step_form=form)


@case_view
@require_POST
def extend(request: SignedInRequest, number: str, pk: int) -> HttpResponse:
    """Put its handling day off."""
    evaluation = queries.case_for(request.user, number)
    permissions.check_actor(request.user, evaluation, Actor.SECRETARIAT)
    found = _objection(evaluation, pk)
    form = LaterForm(request.POST, objection=found)
    if form.is_valid():
        try:
            extend_objection(request.user, found, **form.cleaned_data)
        except NotAllowed:
            raise
        except Refused as refusal:
            add_to_form(form, refusal)
        else:
            day = format_date(form.cleaned_data["deadline"], _("Y年n月j日"))
            messages.success(request, _("异议的办理期限已延长至%(day)s。") % {"day": day})
            return redirect("evaluation:objection", number, pk)
    return _one(request, evaluation, found, later_form=form)


@case_view
@require_POST
def close_objection(request: SignedInRequest, number: str, pk: int) -> HttpResponse:
    """Close one objection with its outcome and answer."""
    evaluation = queries.case_for(request.user, number)
    permissions.check_actor(request.user, evaluation, Actor.SECRETARIAT)
    found = _objection(evaluation, pk)
    form = AnswerForm(request.POST)
    if form.is_valid():
        try:
            said = form.cleaned_data
            actions.close_objection(request.user, found, said["outcome"], said["answer"])
        except NotAllowed:
            raise
        except Refused as refusal:
            add_to_form(form, refusal)
        else:
            messages.success(
                request,
                _("异议已办结，答复将发往异议人的邮箱。")
                if found.email
                else _("异议已办结。异议人没有留邮箱，请书面答复并记录。"),
            )
            return redirect("evaluation:objection", number, pk)
    return _one(request, evaluation, found, answer_form=form)


@case_view
@require_POST
def erase_objector(request: SignedInRequest, number: str, pk: int) -> HttpResponse:
    """清除联系方式 of an objection that was closed long ago."""
    evaluation = queries.case_for(request.user, number)
    found = _objection(evaluation, pk)
    try:
        erasure.erase_objector(request.user, found, request.POST.get("reason", "")[:1000])
    except NotAllowed:
        raise
    except Refused as refusal:
        show(request, refusal)
    else:
        messages.success(request, _("已清除异议人的联系方式。"))
    return redirect("evaluation:objection", number, pk)


@case_view
@require_safe
def objection_file(
    request: SignedInRequest, number: str, pk: int, file_id: uuid.UUID
) -> FileResponse:
    """Download what came with an objection."""
    evaluation = queries.case_for(request.user, number)
    permissions.check_staff(request.user)
    kept = get_object_or_404(_objection(evaluation, pk).files, pk=file_id)
    return attachment(kept, kept.name, kept.content_type)


@case_view
@require_http_methods(["GET", "POST"])
def own_objection(request: SignedInRequest, number: str) -> HttpResponse:
    """The applicant's objections to its own result: state and answer of each, and a form while
    the period is open."""
    evaluation = queries.case_for(request.user, number)
    permissions.check_member(request.user, evaluation)
    publication = _publication(evaluation)
    may = permissions.is_actor(request.user, evaluation, Actor.APPLICANT)
    form = None
    if request.method == "POST":
        permissions.check_actor(request.user, evaluation, Actor.APPLICANT)
        form = ApplicantObjectionForm(request.POST, request.FILES)
        if form.is_valid():
            organisation = evaluation.organisation
            said = given(
                form,
                kind=ObjectorKind.ORGANISATION.value,
                objector=organisation.name,
                identity=organisation.credit_code,
            )
            try:
                made, _secret = actions.lodge(
                    publication, said, form.attached, applicant=request.user
                )
            except (NotAllowed, WrongState):
                raise
            except Refused as refusal:
                add_to_form(form, refusal)
            else:
                messages.success(
                    request,
                    _("异议%(number)s已提交，办结前不作认定。") % {"number": made.number},
                )
                return redirect("evaluation:own_objection", number)
    takes = queries.takes_objections(evaluation, publication)
    context = {
        "evaluation": evaluation,
        "publication": publication,
        "takes": takes,
        "may": may,
        "objections": queries.objections_to(evaluation).filter(
            organisation=evaluation.organisation
        ),
        "form": form
        or (ApplicantObjectionForm(initial=_known(request)) if takes and may else None),
    }
    status = 200 if form is None else 422
    return render(request, "evaluation/applicant/objection.html", context, status=status)


def _known(request: SignedInRequest) -> dict[str, Any]:
    user = request.user
    return {"contact_person": user.name, "contact": user.phone, "email": user.email}
