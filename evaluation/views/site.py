"""现场评估: what was declared and what the site team finds, indicator by indicator."""

import uuid
from typing import cast

from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from evaluation import permissions, queries, steps
from evaluation.actions import site as actions
from evaluation.actions import site_entries, site_signatures
from evaluation.errors import NotAllowed, Refused, WrongState
from evaluation.findings import digest, stamp, stamps
from evaluation.forms.site import SignatureForm, SiteItemForm
from evaluation.models import Evaluation
from evaluation.views.refusals import add_to_form, case_view, show
from evaluation.views.site_device import offline
from evaluation.views.site_items import declared_values, item_form, visit_context
from portal.accounts.models import Role, User
from portal.accounts.requests import SignedInRequest

BEFORE_THE_VISIT = tuple(
    code for code, state in steps.STATES.items() if state.step < 4 or code == "site_preparation"
)


@case_view
@offline
@require_http_methods(["GET", "POST"])
def site_visit(request: SignedInRequest, number: str) -> HttpResponse:
    """Show every item; a POST keeps all items that were filled in (the way without JavaScript)."""
    evaluation = queries.case_for(request.user, number)
    _check_may_see(request.user, evaluation)
    if request.method == "GET":
        return render(
            request, "evaluation/expert/site_visit.html", visit_context(request, evaluation)
        )
    permissions.check_site_record(request.user, evaluation)
    typed = {}
    for code, form in _forms(request, evaluation).items():
        if _confirmed(request.POST) == code:
            form = _confirm(request.POST, form)
        elif not form.has_changed():
            continue
        if not _kept(request.user, evaluation, code, form):
            typed[code] = form
    if not typed:
        return redirect("evaluation:site_visit", number)
    _show_standing(evaluation, typed)
    context = visit_context(request, evaluation, typed)
    return render(request, "evaluation/expert/site_visit.html", context, status=422)


@case_view
@require_POST
def site_item(request: SignedInRequest, number: str, code: str) -> HttpResponse:
    """Keep one item; with htmx only that item is drawn anew."""
    evaluation = queries.case_for(request.user, number)
    permissions.check_site_record(request.user, evaluation)
    form = _forms(request, evaluation).get(code)
    if form is None:
        raise Http404
    if _confirmed(request.POST) == code:
        form = _confirm(request.POST, form)
    kept = _kept(request.user, evaluation, code, form)
    if kept and not request.htmx:
        address = reverse("evaluation:site_visit", args=[number])
        return redirect(f"{address}#item-{code}")
    typed = {} if kept else {code: form}
    _show_standing(evaluation, typed)
    context = visit_context(request, evaluation, typed)
    template = "evaluation/expert/site_visit.html"
    if request.htmx:
        context["item"] = next(
            item for group in context["groups"] for item in group.items if item.code == code
        )
        template = "evaluation/expert/site_answer.html"
    return render(request, template, context, status=200 if kept else 422)


@case_view
@require_POST
def site_decide(request: SignedInRequest, number: str, entry: uuid.UUID) -> HttpResponse:
    """Choose between two findings that stand side by side."""
    evaluation = queries.case_for(request.user, number)
    waiting = get_object_or_404(evaluation.site_entries, pk=entry)
    choice, _colon, standing = request.POST.get("choice", "").partition(":")
    try:
        site_entries.decide(
            request.user,
            evaluation,
            entry,
            adopt=choice == "adopt",
            standing=standing,
            reason=request.POST.get(f"reason-{entry}", ""),
        )
    except (NotAllowed, WrongState):
        raise
    except Refused as refusal:
        show(request, refusal)
    address = reverse("evaluation:site_visit", args=[number])
    return redirect(f"{address}#item-{waiting.indicator}")


@case_view
@require_POST
def site_sign(request: SignedInRequest, number: str) -> HttpResponse:
    """Sign by a typed name, for one side."""
    evaluation = queries.case_for(request.user, number)
    permissions.check_site_record(request.user, evaluation)
    form = SignatureForm(request.POST)
    try:
        if not form.is_valid():
            raise Refused(*(error for errors in form.errors.values() for error in errors))
        if form.cleaned_data["digest"] != digest(evaluation):
            raise Refused(_("您打开此页之后，核验记录有改动，请核对后再签字。"))
        site_signatures.sign(
            request.user,
            evaluation,
            site_signatures.Signature(
                id=uuid.uuid4(),
                side=form.cleaned_data["side"],
                name=form.cleaned_data["name"],
                position=form.cleaned_data["position"],
                signed_at=timezone.now(),
                covers=stamps(evaluation),
            ),
        )
    except (NotAllowed, WrongState):
        raise
    except Refused as refusal:
        show(request, refusal)
    return redirect(reverse("evaluation:site_visit", args=[number]) + "#signatures")


def _check_may_see(user: User, evaluation: Evaluation) -> None:
    if evaluation.state in BEFORE_THE_VISIT:
        raise WrongState(_("现场评估尚未开始。"))
    if user.role == Role.APPLICANT and evaluation.state == "site_visit":
        raise WrongState(_("现场评估记录提交后可以查看。"))


def _confirmed(data: QueryDict) -> str:
    """The item whose declared value was found to be right."""
    return data.get("confirm", "")


def _confirm(data: QueryDict, form: SiteItemForm) -> SiteItemForm:
    """The item's form as if the declared value had been typed."""
    if form.declared is None:
        return form
    declared = SiteItemForm(indicator=form.indicator, held=form.declared, declared=form.declared)
    typed = data.copy()
    for name in declared.value_names:
        value = declared.initial.get(name, "")
        typed.setlist(form.add_prefix(name), value if isinstance(value, list) else [value])
    typed.pop(form.add_prefix("unverified"), None)
    return SiteItemForm(
        typed,
        form.files,
        indicator=form.indicator,
        held=form.held,
        declared=form.declared,
        initial=form.initial,
    )


def _kept(user: User, evaluation: Evaluation, code: str, form: SiteItemForm) -> bool:
    """Keep what the item's form holds; False when the form now says why not. A photo is kept even
    when the value is refused: a browser cannot show it again."""
    if not form.is_valid() and "photo" in form.errors:
        return False
    photo = form.cleaned_data.get("photo")
    if photo:
        try:
            actions.add_photo(user, evaluation, code, photo)
        except (NotAllowed, WrongState):
            raise
        except Refused as refusal:
            form.add_error("photo", list(map(str, refusal.sentences)))
    if form.errors:
        return False
    if form.raw is None and not form.unverified:
        return True  # nothing but a photo
    try:
        actions.record(
            user,
            evaluation,
            code,
            form.raw,
            seen=form.cleaned_data["seen"],
            **form.texts,
        )
    except (NotAllowed, WrongState):
        raise
    except Refused as refusal:
        add_to_form(form, refusal)
        return False
    return True


def _show_standing(evaluation: Evaluation, typed: dict[str, SiteItemForm]) -> None:
    """A refused form is drawn beside the finding that stands now: that is the one seen next."""
    standing = {record.indicator: record for record in evaluation.site_records.all()}
    for code, form in typed.items():
        data = cast(QueryDict, form.data).copy()
        data[form.add_prefix("seen")] = stamp(standing.get(code))
        form.data = data


def _forms(request: SignedInRequest, evaluation: Evaluation) -> dict[str, SiteItemForm]:
    """The sent forms of all items."""
    declared = declared_values(evaluation)
    records = {record.indicator: record for record in evaluation.site_records.all()}
    return {
        indicator.code: item_form(
            indicator,
            declared.get(indicator.code),
            records.get(indicator.code),
            request.POST,
            request.FILES,
        )
        for indicator in actions.verified_on_site(evaluation)
    }
