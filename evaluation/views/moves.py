"""One page for each move of the steps table: what it does, what it needs, and the button."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from evaluation import permissions, queries, steps
from evaluation.actions import agreement, application, certification, panel, publication, review
from evaluation.actions import site as site_visit
from evaluation.actions.application import what_is_missing
from evaluation.correction import found_in
from evaluation.documents.content import deficiency_notice
from evaluation.errors import NotAllowed, Refused, WrongState
from evaluation.forms.moves import (
    DeadlineForm,
    MoveForm,
    PublishForm,
    ReasonForm,
    ReopenResultForm,
    ScanForm,
    WithdrawResultForm,
)
from evaluation.models import Evaluation
from evaluation.timeline import label_for
from evaluation.views.applicant_submission import before_submission
from evaluation.views.closed_tables import closed_in_notice
from evaluation.views.move_facts import plan_facts, received, sheet_facts, visit_facts
from evaluation.views.moved import MADE
from evaluation.views.publication import decision_facts, period_facts, publish_facts
from evaluation.views.readiness import what_blocks
from evaluation.views.refusals import add_to_form, case_view
from portal.accounts.models import User
from portal.accounts.requests import SignedInRequest

Action = Callable[..., Any]


@dataclass(frozen=True)
class MovePage:
    """The action behind a move and the form whose cleaned data it takes."""

    action: Action
    form: type[MoveForm] = MoveForm


PAGES: dict[str, MovePage] = {
    "submit": MovePage(application.submit),
    "recall": MovePage(application.recall),
    "withdraw": MovePage(application.withdraw, ReasonForm),
    "accept": MovePage(application.accept),
    "return_application": MovePage(application.return_application, ReasonForm),
    "sign_agreement": MovePage(agreement.sign_agreement, ScanForm),
    "return_agreement": MovePage(agreement.return_agreement, ReasonForm),
    "countersign_agreement": MovePage(agreement.countersign_agreement, ScanForm),
    "request_correction": MovePage(review.request_correction, DeadlineForm),
    "resubmit": MovePage(review.resubmit),
    "pass_review": MovePage(review.pass_review),
    "dispatch_team": MovePage(site_visit.dispatch_team),
    "close_visit": MovePage(site_visit.close_visit),
    "convene_panel": MovePage(panel.convene_panel),
    "submit_scores": MovePage(panel.submit_scores),
    "close_scoring": MovePage(panel.close_scoring),
    "publish": MovePage(publication.publish, PublishForm),
    "withdraw_result": MovePage(publication.withdraw_result, WithdrawResultForm),
    "reopen_result": MovePage(publication.reopen_result, ReopenResultForm),
    "propose": MovePage(publication.propose),
    "send_back": MovePage(certification.send_back, ReasonForm),
    "certify": MovePage(certification.certify),
    "decline": MovePage(certification.decline, ReasonForm),
}

# Moves that end a case or cannot be taken back are asked in a stronger tone.
GRAVE = (
    "withdraw",
    "request_correction",
    "decline",
    "certify",
    "publish",
    "reopen_result",
    "withdraw_result",
)


# What the one who decides should have before their eyes on the move's page.
DECISIONS = ("certify", "decline", "send_back")
FACTS = dict.fromkeys(DECISIONS, "evaluation/staff/decision_facts.html")
SUBMISSIONS = ("submit", "resubmit")
ANSWERS = ("accept", "return_application")
FACTS["withdraw"] = "evaluation/applicant/withdraw_facts.html"
FACTS["recall"] = "evaluation/applicant/recall_facts.html"
FACTS |= dict.fromkeys(SUBMISSIONS, "evaluation/applicant/submit_facts.html")
FACTS["request_correction"] = "evaluation/staff/correction_facts.html"
FACTS |= dict.fromkeys(["pass_review"], "evaluation/staff/pass_facts.html")
FACTS |= dict.fromkeys(ANSWERS, "evaluation/staff/application_facts.html")
FACTS["publish"] = "evaluation/staff/publish_facts.html"
FACTS["withdraw_result"] = "evaluation/staff/withdraw_result_facts.html"
FACTS["dispatch_team"] = "evaluation/expert/early_visit.html"
FACTS["close_visit"] = "evaluation/expert/visit_facts.html"
FACTS["submit_scores"] = "evaluation/expert/sheet_facts.html"


@case_view
@require_http_methods(["GET", "POST"])
def move(request: SignedInRequest, number: str, code: str) -> HttpResponse:
    """Show the move's page, or make the move and lead back to the case."""
    evaluation = queries.case_for(request.user, number)
    page = PAGES.get(code)
    if page is None:
        raise Http404
    form = page.form(request.POST or None, request.FILES or None, evaluation=evaluation)
    if request.method == "POST":
        form = page.form(request.POST, request.FILES, evaluation=evaluation)
    try:
        permissions.check_move(request.user, evaluation, steps.MOVES[code])
    except WrongState as refusal:
        if not request.POST.get("reason", "").strip():
            raise
        # Another was quicker: the reason that was typed is shown again, to be copied.
        form.is_valid()
        add_to_form(form, refusal)
    if code == "publish" and request.htmx and request.method == "GET":
        return _period(request, page.form(request.GET, evaluation=evaluation))
    if code in SUBMISSIONS and request.method != "POST" and what_is_missing(evaluation):
        return redirect("evaluation:completeness", number)
    if request.method == "POST" and form.is_valid():
        try:
            page.action(request.user, evaluation, **form.cleaned_data)
        except NotAllowed:
            raise
        except Refused as refusal:
            add_to_form(form, refusal)
        else:
            if code in SUBMISSIONS:
                newest = queries.current_declaration(evaluation)
                return redirect("evaluation:submitted", number, newest.number if newest else 1)
            messages.success(request, MADE[code])
            return redirect("evaluation:case", number)
    context = {
        "evaluation": evaluation,
        "move": steps.MOVES[code],
        "form": form,
        "refused_title": _("尚未提交，请先改正")
        if code in SUBMISSIONS
        else _("未能办理“%(move)s”，请先改正") % {"move": steps.MOVES[code].label},
        "grave": code in GRAVE,
        "too_late": evaluation.state not in steps.MOVES[code].sources,
        **_where_it_leads(request.user, evaluation, code),
        "facts_template": FACTS.get(code),
        "blocked": what_blocks(evaluation, code),
    }
    if code == "request_correction":
        context |= _notice(evaluation, form)
    if code in SUBMISSIONS:
        context |= before_submission(evaluation)
    elif code in ANSWERS or code == "pass_review":
        context |= received(evaluation)
    elif code == "withdraw":
        context["may_recall"] = permissions.can_move(request.user, evaluation, "recall")
    elif code == "dispatch_team":
        context |= plan_facts(queries.visit_plan(evaluation))
    elif code == "close_visit":
        context |= visit_facts(evaluation)
    elif code == "submit_scores":
        context |= sheet_facts(request.user, evaluation)
    elif code == "publish":
        days = getattr(form, "cleaned_data", {}).get("working_days")
        usual = form.fields["working_days"].initial
        context["published"] = publish_facts(evaluation, usual if days is None else days)
    elif code in DECISIONS:
        context["decision"] = decision_facts(evaluation, request.user)
    return render(request, "evaluation/move.html", context, status=422 if form.errors else 200)


def _period(request: SignedInRequest, form: MoveForm) -> HttpResponse:
    """The last day of the objection period as the number is typed."""
    days = form.cleaned_data["working_days"] if form.is_valid() else None
    context = {"published": period_facts(days)}
    return render(request, "evaluation/staff/publish_period.html", context)


def _notice(evaluation: Evaluation, form: MoveForm) -> dict[str, Any]:
    """The letter as it would be sent now, with the day that stands in the form."""
    declaration = queries.current_declaration(evaluation)
    defects = found_in(declaration) if declaration else []
    if declaration is None or not defects:
        return {"facts_template": None}
    day = getattr(form, "cleaned_data", {}).get("deadline") or form.fields["deadline"].initial
    return {
        "letter": deficiency_notice(declaration, defects, day),
        "closed": closed_in_notice(declaration, defects),
    }


def _where_it_leads(user: User, evaluation: Evaluation, code: str) -> dict[str, Any]:
    if code in ("withdraw_result", "reopen_result"):  # chosen on the page
        return {"target": None}
    targets = steps.MOVES[code].targets
    # Only the last score sheet closes the round.
    closes = code != "submit_scores" or panel.is_last_sheet(user, evaluation)
    target = steps.STATES[targets[-1] if closes else targets[0]]
    return {
        "target": target,
        "target_step": steps.step_of(target.code),
        "target_label": label_for(user, target),
        "target_owner": steps.ACTOR_NAMES[target.owner],
    }
