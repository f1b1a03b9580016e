"""公示: the published period and its objections; and what the decision maker decides on."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from evaluation import permissions, queries, steps
from evaluation.actions import publication as actions
from evaluation.actions.certification import number_without_serial
from evaluation.edition import edition_of, reader_language
from evaluation.errors import NotAllowed, Refused, WrongState
from evaluation.forms.publication import AnswerForm, ObjectionForm
from evaluation.models import Evaluation, Objection, Publication
from evaluation.rulebook import in_language
from evaluation.rulebook.certificates import certificate_name
from evaluation.steps import Actor
from evaluation.views.refusals import add_to_form, case_view
from evaluation.views.result import bars, conclusion
from portal.accounts.models import User
from portal.accounts.requests import SignedInRequest

# While an objection may still change what happens.
HANDLED = ("published", "decision_pending")


@case_view
@require_http_methods(["GET", "POST"])
def objections(request: SignedInRequest, number: str) -> HttpResponse:
    """Show the period and every objection; a POST puts one on record."""
    evaluation = queries.case_for(request.user, number)
    permissions.check_staff(request.user)
    publication = _publication(evaluation)
    if request.method == "GET":
        return _page(request, evaluation, publication)
    permissions.check_actor(request.user, evaluation, Actor.SECRETARIAT)
    form = ObjectionForm(request.POST)
    if form.is_valid():
        try:
            actions.record_objection(request.user, evaluation, **form.cleaned_data)
        except (NotAllowed, WrongState):
            raise
        except Refused as refusal:
            add_to_form(form, refusal)
        else:
            messages.success(request, _("异议已登记。办结之前不能提请认定。"))
            return redirect("evaluation:objections", number)
    return _page(request, evaluation, publication, form=form)


@case_view
@require_POST
def close_objection(request: SignedInRequest, number: str, pk: int) -> HttpResponse:
    """Close one objection with its answer."""
    evaluation = queries.case_for(request.user, number)
    permissions.check_actor(request.user, evaluation, Actor.SECRETARIAT)
    publication = _publication(evaluation)
    objection = get_object_or_404(
        publication.objections.select_related("publication__evaluation"), pk=pk
    )
    form = AnswerForm(request.POST, prefix=f"objection{pk}")
    if form.is_valid():
        try:
            actions.close_objection(request.user, objection, form.cleaned_data["answer"])
        except NotAllowed:
            raise
        except Refused as refusal:
            add_to_form(form, refusal)
        else:
            messages.success(request, _("异议已办结。"))
            return redirect("evaluation:objections", number)
    return _page(request, evaluation, publication, answer=(pk, form))


def _publication(evaluation: Evaluation) -> Publication:
    publication = Publication.objects.filter(evaluation=evaluation).first()
    if publication is None:
        raise Http404
    return publication


def _page(
    request: SignedInRequest,
    evaluation: Evaluation,
    publication: Publication,
    *,
    form: ObjectionForm | None = None,
    answer: tuple[int, AnswerForm] | None = None,
) -> HttpResponse:
    secretariat = permissions.is_actor(request.user, evaluation, Actor.SECRETARIAT)
    recording = secretariat and evaluation.state == "published"
    found = publication.objections.select_related("recorded_by", "closed_by")
    rows: list[dict[str, Any]] = []
    for objection in found:
        shown = None
        if secretariat and objection.closed_at is None and evaluation.state in HANDLED:
            shown = AnswerForm(prefix=f"objection{objection.pk}")
            if answer and answer[0] == objection.pk:
                shown = answer[1]
        rows.append({"objection": objection, "form": shown})
    context = {
        "evaluation": evaluation,
        "publication": publication,
        "is_over": queries.objection_period_is_over(evaluation),
        "rows": rows,
        "still_open": sum(1 for row in rows if row["objection"].closed_at is None),
        "form": form or (ObjectionForm() if recording else None),
        "move": steps.MOVES["propose"]
        if permissions.can_move(request.user, evaluation, "propose")
        and queries.objection_period_is_over(evaluation)
        and not any(row["objection"].closed_at is None for row in rows)
        else None,
        "today": timezone.localdate(),
    }
    status = 422 if form is not None or answer is not None else 200
    return render(request, "evaluation/staff/objections.html", context, status=status)


def decision_facts(evaluation: Evaluation, user: User) -> dict[str, Any]:
    """What the decision maker has before their eyes: name, score, objections, who proposed."""
    edition = edition_of(evaluation)
    publication = Publication.objects.select_related("score_run").get(evaluation=evaluation)
    run = publication.score_run
    proposal = evaluation.transitions.filter(move="propose").select_related("actor").latest("at")
    found = list(Objection.objects.filter(publication=publication))
    language = reader_language()
    return {
        "name": certificate_name(edition, evaluation.category, evaluation.place),
        "name_en": certificate_name(edition, evaluation.category, evaluation.place, "en"),
        "holder": evaluation.organisation.name,
        "category": in_language(edition.category(evaluation.category), "name", language),
        "clause": edition.category(evaluation.category).naming.clause,
        "number": number_without_serial(evaluation, timezone.localdate()),
        "bars": bars(edition, run, language),
        "conclusion": conclusion(run),
        "conclusion_kind": "met" if run.qualified else "not_met",
        "reasons": run.result["reasons_en" if language == "en" else "reasons"],
        "publication": publication,
        "objections": len(found),
        "still_open": sum(1 for objection in found if objection.closed_at is None),
        "proposed_by": proposal.actor.name,
        "proposed_at": proposal.at,
        "same_person": proposal.actor_id == user.pk,
        "run": run,
    }
