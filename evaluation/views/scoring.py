"""独立打分: each expert's own sheet, and the doubts about verified values that go with it."""

from dataclasses import dataclass, replace
from decimal import Decimal

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from evaluation import permissions, queries, steps
from evaluation.actions import challenges
from evaluation.actions import panel as actions
from evaluation.edition import edition_of, reader_language
from evaluation.errors import NotAllowed, Refused, WrongState
from evaluation.findings import observed_text
from evaluation.forms.panel import (
    ChallengeForm,
    ScoreForm,
    all_valid,
)
from evaluation.models import (
    Assignment,
    Declaration,
    Duty,
    Evaluation,
)
from evaluation.rulebook import (
    Indicator,
    in_language,
    plain,
    score,
)
from evaluation.steps import Actor
from evaluation.views.doubts import Doubt, doubt_shown
from evaluation.views.evidence import materials
from evaluation.views.refusals import add_to_form, case_view, show
from evaluation.views.scorecards import (
    Rows,
    indicator_groups,
    readings_text,
    without_a_value,
)
from portal.accounts.requests import SignedInRequest


@dataclass(frozen=True)
class Judged:
    """One indicator on an expert's own sheet."""

    code: str
    clause: str
    name: str
    requirement: str
    source: str
    reading: str
    maximum: Decimal
    written: list[tuple[str, str]]  # what the applicant wrote: label, text
    evidence: list[tuple[str, str]]
    form: ScoreForm | None
    points: Decimal | None
    reason: str


@case_view
@require_http_methods(["GET", "POST"])
def scoring(request: SignedInRequest, number: str) -> HttpResponse:
    """The expert's own points; nobody else's."""
    evaluation = queries.case_for(request.user, number)
    sheet = permissions.serving(request.user, evaluation, Duty.PANEL)
    if sheet is None:
        raise NotAllowed(_("此页由本案卷的评审专家使用。"))
    if evaluation.state in steps.BEFORE_THE_PANEL:
        raise WrongState(_("专家评审尚未开始，秘书处启动后即可打分。"))
    is_open = evaluation.state == "panel_scoring" and sheet.sheet_submitted_at is None
    if is_open and sheet.signed_in_at is None:
        messages.info(request, _("请先签到，然后开始打分。"))
        return redirect("evaluation:meeting", number)
    if request.method == "GET":
        return _sheet(request, evaluation, sheet, is_open=is_open)
    permissions.check_state(evaluation, "panel_scoring")
    typed = {
        indicator.code: ScoreForm(request.POST, indicator=indicator)
        for indicator in actions.judged(evaluation)
    }
    if all_valid(typed.values()):
        try:
            actions.save_scores(
                request.user, evaluation, {code: form.pair for code, form in typed.items()}
            )
        except (NotAllowed, WrongState):
            raise
        except Refused as refusal:
            show(request, refusal)
        else:
            messages.success(request, _("评分已保存，尚未提交。"))
            return redirect("evaluation:scoring", number)
    return _sheet(request, evaluation, sheet, is_open=is_open, typed=typed)


def _sheet(
    request: SignedInRequest,
    evaluation: Evaluation,
    sheet: Assignment,
    *,
    is_open: bool,
    typed: dict[str, ScoreForm] | None = None,
) -> HttpResponse:
    scores = {item.indicator: item for item in sheet.scores.all()}
    declaration = queries.current_declaration(evaluation)
    files = materials(evaluation, declaration)
    language = reader_language()
    items = []
    for indicator in actions.judged(evaluation):
        kept = scores.get(indicator.code)
        form = None
        if is_open:
            initial = {"points": plain(kept.points), "reason": kept.reason} if kept else {}
            form = (typed or {}).get(indicator.code) or ScoreForm(
                indicator=indicator, initial=initial
            )
        items.append(
            Judged(
                code=indicator.code,
                clause=indicator.clause,
                name=in_language(indicator, "name", language),
                requirement=in_language(
                    indicator.requirement(evaluation.category), "wording", language
                ),
                source=in_language(indicator, "source", language),
                reading=readings_text(indicator, language),
                maximum=indicator.points or Decimal(0),
                written=_written(evaluation, declaration, indicator, language),
                evidence=files.links(indicator),
                form=form,
                points=kept.points if kept else None,
                reason=kept.reason if kept else "",
            )
        )
    doubts = {
        made.indicator: doubt_shown(evaluation, made, sheet.expert.name)
        for made in sheet.challenges.all()
    }
    context = {
        "evaluation": evaluation,
        "declaration": declaration,
        "items": items,
        "is_open": is_open,
        "sheet": sheet,
        "refused": any(form.errors for form in (typed or {}).values()),
        "missing": actions.whats_missing(evaluation, sheet) if is_open else [],
        "no_leader": is_open and not actions.has_leader(evaluation),
        "subtotal": sum(item.points for item in scores.values()),
        "most": sum(item.maximum for item in items),
        "saved_at": max((item.saved_at for item in scores.values()), default=None),
        "verified": _verified_groups(evaluation, declaration, doubts, is_open=is_open),
        "move": steps.MOVES["submit_scores"],
    }
    return render(request, "evaluation/expert/scoring.html", context, status=422 if typed else 200)


def _written(
    evaluation: Evaluation, declaration: Declaration | None, indicator: Indicator, language: str
) -> list[tuple[str, str]]:
    """The applicant's own words on an indicator: the texts of its clause in the form."""
    if declaration is None:
        return []
    for table in edition_of(evaluation).form:
        clauses = {field.clause for field in table.fields if field.indicator == indicator.code}
        if clauses:
            content = declaration.tables.get(table.key, {})
            return [
                (in_language(field, "label", language), content[field.key])
                for field in table.fields
                if field.kind in ("text", "textarea")
                and field.clause in clauses
                and content.get(field.key)
            ]
    return []


@case_view
@require_http_methods(["GET", "POST"])
def challenge(request: SignedInRequest, number: str, code: str) -> HttpResponse:
    """质疑: an expert says what a verified value should be, until the own sheet is handed in."""
    evaluation = queries.case_for(request.user, number)
    permissions.check_actor(request.user, evaluation, Actor.PANEL_EXPERT)
    indicator = edition_of(evaluation).by_code.get(code)
    if indicator is None or indicator.kind == "judged":
        raise Http404
    # A sheet is open only while the panel scores: before nobody signed in, afterwards all are locked.
    sheet = permissions.serving(request.user, evaluation, Duty.PANEL)
    assert sheet is not None, "check_actor came first"
    if sheet.signed_in_at is None or sheet.sheet_submitted_at is not None:
        return redirect("evaluation:scoring", number)
    made = sheet.challenges.filter(indicator=code).first()
    record = evaluation.site_records.filter(indicator=code).first()
    held = record.observed if record else None
    form = ChallengeForm(
        indicator=indicator,
        held=made.value if made else None,
        initial={"reason": made.reason} if made else {},
    )
    if request.method == "POST" and "withdraw" in request.POST:
        challenges.withdraw_challenge(request.user, evaluation, code)
        messages.success(request, _("已撤回质疑。"))
        return redirect("evaluation:scoring", number)
    if request.method == "POST":
        form = ChallengeForm(request.POST, indicator=indicator)
        if form.is_valid():
            reason = form.cleaned_data["reason"]
            try:
                challenges.challenge(request.user, evaluation, code, form.raw, reason)
            except (NotAllowed, WrongState):
                raise
            except Refused as refusal:
                add_to_form(form, refusal)
            else:
                messages.success(request, _("质疑已记录，组长汇总时答复。"))
                return redirect("evaluation:scoring", number)
    language = reader_language()
    declaration = queries.current_declaration(evaluation)
    declared = declaration.values.get(code) if declaration else None
    context = {
        "evaluation": evaluation,
        "indicator": indicator,
        "name": in_language(indicator, "name", language),
        "requirement": in_language(indicator.requirement(evaluation.category), "wording", language),
        "reading": readings_text(indicator, language),
        "declared": indicator.show(indicator.parse(declared)[0], language),
        "observed": observed_text(indicator, held, language),
        "record": record,
        "evidence": materials(evaluation, declaration).links(indicator),
        "made": made,
        "form": form,
    }
    return render(
        request, "evaluation/expert/challenge.html", context, status=422 if form.errors else 200
    )


def _verified_groups(
    evaluation: Evaluation,
    declaration: Declaration | None,
    doubts: dict[str, Doubt],
    *,
    is_open: bool,
) -> list[Rows]:
    """The 25 verified values beside the declared ones, each with the expert's own doubt or the way
    to it; the judged ones are left out."""

    def doubt_link(indicator: Indicator) -> list[tuple[str, str]]:
        if not is_open or indicator.kind == "judged":
            return []
        label = _("修改质疑") if indicator.code in doubts else _("质疑此值")
        return [(label, reverse("evaluation:challenge", args=[evaluation.number, indicator.code]))]

    edition = edition_of(evaluation)
    raw = dict(evaluation.site_records.values_list("indicator", "observed"))
    observed = edition.parse_values(raw).values
    declared = edition.parse_values(declaration.values if declaration else {}).values
    card = score(edition, evaluation.category, observed)
    judged = {indicator.code for indicator in actions.judged(evaluation)}
    groups = indicator_groups(card, declared=declared, observed=observed, evidence=doubt_link)
    return [
        Rows(
            group.name,
            None,
            None,
            [
                replace(
                    without_a_value(row) if raw.get(row.code, "") is None else row,
                    doubt=doubts.get(row.code),
                )
                for row in group.rows
                if row.code not in judged
            ],
        )
        for group in groups
        if any(row.code not in judged for row in group.rows)
    ]
