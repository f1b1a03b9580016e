"""现场评估: what was declared and what the site team finds, indicator by indicator."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from evaluation import permissions, queries, steps
from evaluation.actions import site as actions
from evaluation.edition import edition_of, reader_language
from evaluation.errors import NotAllowed, Refused, WrongState
from evaluation.forms.site import SiteItemForm
from evaluation.models import Duty, Evaluation, Purpose, SiteRecord
from evaluation.rulebook import Indicator, in_language, score
from evaluation.views.evidence import materials
from evaluation.views.refusals import add_to_form, case_view
from evaluation.views.scorecards import readings_text
from portal.accounts.models import Role, User
from portal.accounts.requests import SignedInRequest
from portal.ledger.models import AuditEvent

BEFORE_THE_VISIT = tuple(
    code for code, state in steps.STATES.items() if state.step < 4 or code == "site_preparation"
)


@dataclass(frozen=True)
class Photo:
    name: str
    url: str


@dataclass(frozen=True)
class Finding:
    """What was recorded before the finding that stands."""

    at: datetime
    by: str
    observed: str


@dataclass(frozen=True)
class Item:
    """One indicator of the visit."""

    code: str
    clause: str
    name: str
    mandatory: bool
    requirement: str
    reading: str
    help: str
    declared: str
    can_confirm: bool  # there is a declared value to agree with
    observed: str
    verdict: str  # "met", "not_met", or "" while nothing was observed
    record: SiteRecord | None
    earlier: list[Finding]
    evidence: list[tuple[str, str]]
    photos: list[Photo]
    form: SiteItemForm | None


@dataclass(frozen=True)
class ItemGroup:
    name: str
    items: list[Item]

    @property
    def open(self) -> int:
        return sum(1 for item in self.items if item.record is None)


@case_view
@require_http_methods(["GET", "POST"])
def site_visit(request: SignedInRequest, number: str) -> HttpResponse:
    """Show every item; a POST keeps all items that were filled in (the way without JavaScript)."""
    evaluation = queries.case_for(request.user, number)
    _check_may_see(request.user, evaluation)
    if request.method == "GET":
        return render(request, "evaluation/expert/site_visit.html", _context(request, evaluation))
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
    context = _context(request, evaluation, typed)
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
    context = _context(request, evaluation, typed)
    template = "evaluation/expert/site_visit.html"
    if request.htmx:
        context["item"] = next(
            item for group in context["groups"] for item in group.items if item.code == code
        )
        template = "evaluation/expert/site_answer.html"
    return render(request, template, context, status=200 if kept else 422)


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
    if form.raw is None:
        return True
    try:
        actions.record(
            user,
            evaluation,
            code,
            form.raw,
            reason=form.cleaned_data["reason"],
            instrument=form.cleaned_data["instrument"],
            seen=form.cleaned_data["seen"],
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
        data[form.add_prefix("seen")] = actions.stamp(standing.get(code))
        form.data = data


def _forms(request: SignedInRequest, evaluation: Evaluation) -> dict[str, SiteItemForm]:
    """The sent forms of all items."""
    declared = _declared(evaluation)
    records = {record.indicator: record for record in evaluation.site_records.all()}
    return {
        indicator.code: _form(
            indicator,
            declared.get(indicator.code),
            records.get(indicator.code),
            request.POST,
            request.FILES,
        )
        for indicator in actions.verified_on_site(evaluation)
    }


def _form(
    indicator: Indicator, declared: Any, record: SiteRecord | None, *sent: Any
) -> SiteItemForm:
    return SiteItemForm(
        *sent,
        indicator=indicator,
        declared=declared,
        held=record.observed if record else None,
        initial={
            "reason": record.reason,
            "instrument": record.instrument,
            "seen": actions.stamp(record),
        }
        if record
        else {},
    )


def _declared(evaluation: Evaluation) -> dict[str, Any]:
    declaration = queries.current_declaration(evaluation)
    return dict(declaration.values) if declaration else {}


def _context(
    request: SignedInRequest, evaluation: Evaluation, typed: dict[str, SiteItemForm] | None = None
) -> dict[str, Any]:
    user = request.user
    recording = permissions.can_record_site(user, evaluation)
    serving = permissions.serving(user, evaluation, Duty.SITE) if recording else None
    groups = _groups(user, evaluation, recording, typed or {})
    still_open = sum(group.open for group in groups)
    return {
        "evaluation": evaluation,
        "groups": groups,
        "recording": recording,
        "open": still_open,
        "total": sum(len(group.items) for group in groups),
        "not_met": sum(1 for group in groups for item in group.items if item.verdict == "not_met"),
        "move": steps.MOVES["close_visit"]
        if serving is not None and serving.is_leader and not still_open
        else None,
        "is_leader": serving is not None and serving.is_leader,
        "names_shown": user.role != Role.APPLICANT,
        "refused": bool(typed),
    }


def _groups(
    user: User, evaluation: Evaluation, recording: bool, typed: dict[str, SiteItemForm]
) -> list[ItemGroup]:
    edition = edition_of(evaluation)
    language = reader_language()
    declaration = queries.current_declaration(evaluation)
    declared = edition.parse_values(declaration.values if declaration else {}).values
    raw_declared = declaration.values if declaration else {}
    files = materials(evaluation, declaration)
    photos = _photos(user, evaluation)
    records = {r.indicator: r for r in evaluation.site_records.select_related("recorded_by")}
    findings = {} if user.role == Role.APPLICANT else queries.findings_of(evaluation)
    observed = edition.parse_values({code: r.observed for code, r in records.items()}).values
    card = score(edition, evaluation.category, observed)
    groups = []
    for group in edition.groups:
        items = []
        for indicator in group.indicators:
            if indicator.kind == "judged":
                continue
            code = indicator.code
            record = records.get(code)
            form = typed.get(code)
            if recording and form is None:
                form = _form(indicator, raw_declared.get(code), record)
            verdict = ("met" if card.step(code).met else "not_met") if record else ""
            items.append(
                Item(
                    code=code,
                    clause=indicator.clause,
                    name=in_language(indicator, "name", language),
                    mandatory=indicator.mandatory,
                    requirement=in_language(
                        indicator.requirement(evaluation.category), "wording", language
                    ),
                    reading=readings_text(indicator, language),
                    help=in_language(indicator, "help", language),
                    declared=indicator.show(declared.get(code), language),
                    can_confirm=code in declared,
                    observed=indicator.show(observed.get(code), language) if record else "",
                    verdict=verdict,
                    record=record,
                    earlier=_earlier(indicator, findings.get(code, [])),
                    evidence=files.links(indicator),
                    photos=photos[code],
                    form=form,
                )
            )
        if items:
            groups.append(ItemGroup(in_language(group, "name", language), items))
    return groups


def _earlier(indicator: Indicator, findings: list[AuditEvent]) -> list[Finding]:
    """All but the finding that stands, the newest first."""
    language = reader_language()
    earlier = []
    for event in reversed(findings[:-1]):
        held = event.data["observed"]
        value = None if held is None else indicator.parse(held)[0]
        earlier.append(
            Finding(
                at=event.at,
                by=event.actor.name if event.actor else event.actor_name,
                observed=indicator.show(value, language),
            )
        )
    return earlier


def _photos(user: User, evaluation: Evaluation) -> dict[str, list[Photo]]:
    photos: dict[str, list[Photo]] = defaultdict(list)
    found = queries.files_for(user, evaluation).filter(
        purpose=Purpose.SITE_PHOTO, removed_at__isnull=True
    )
    for kept in found:
        photos[kept.indicator].append(
            Photo(kept.name, reverse("evaluation:file", args=[evaluation.number, kept.pk]))
        )
    return photos
