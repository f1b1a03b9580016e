"""专家评审: each expert's own sheet, and the leader's consolidation."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from evaluation import permissions, queries, steps
from evaluation.actions import panel as actions
from evaluation.actions import site
from evaluation.edition import edition_of, reader_language
from evaluation.errors import NotAllowed, Refused, WrongState
from evaluation.forms.panel import FinalForm, OverruleForm, ScoreForm
from evaluation.models import Assignment, Declaration, Duty, Evaluation
from evaluation.rulebook import Indicator, Scorecard, in_language, plain, score
from evaluation.steps import Actor
from evaluation.views.evidence import materials
from evaluation.views.refusals import case_view, show
from evaluation.views.scorecards import (
    Bar,
    Rows,
    indicator_groups,
    readings_text,
    score_strip,
)
from portal.accounts.models import Role
from portal.accounts.requests import SignedInRequest

# The states in which the points of all experts may be read by those who may read them at all.
CONSOLIDATED = tuple(
    code for code, state in steps.STATES.items() if state.step > 5 and code != "withdrawn"
)


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


@dataclass(frozen=True)
class Award:
    """What one expert gave, as the leader sees it."""

    name: str
    is_leader: bool
    points: Decimal
    reason: str


@dataclass(frozen=True)
class Consolidated:
    """One judged indicator with every expert's points and the final word."""

    code: str
    clause: str
    name: str
    requirement: str
    maximum: Decimal
    awards: list[Award]
    lowest: Decimal
    highest: Decimal
    proposal: Decimal
    form: FinalForm | None
    final: str
    reason: str


@dataclass(frozen=True)
class Verified:
    """One verified value that the panel may correct, or did."""

    code: str
    clause: str
    name: str
    requirement: str
    declared: str
    observed: str
    verdict: str
    form: OverruleForm | None
    final: str
    reason: str


@dataclass(frozen=True)
class Preview:
    """The score that would come out."""

    bars: list[Bar]
    conclusion: str
    conclusion_kind: str
    reasons: Sequence[str]


@case_view
@require_http_methods(["GET", "POST"])
def scoring(request: SignedInRequest, number: str) -> HttpResponse:
    """The expert's own points; nobody else's."""
    evaluation = queries.case_for(request.user, number)
    sheet = permissions.serving(request.user, evaluation, Duty.PANEL)
    if sheet is None or request.user.role != Role.EXPERT:
        raise NotAllowed(_("此页由本案卷的评审专家使用。"))
    if evaluation.state in ("panel_preparation", "site_visit", "site_preparation"):
        raise WrongState(_("专家评审尚未开始，秘书处启动后即可打分。"))
    is_open = evaluation.state == "panel_scoring" and sheet.sheet_submitted_at is None
    if request.method == "GET":
        return _sheet(request, evaluation, sheet, is_open=is_open)
    permissions.check_state(evaluation, "panel_scoring")
    typed = {
        indicator.code: ScoreForm(request.POST, indicator=indicator)
        for indicator in actions.judged(evaluation)
    }
    if _all_valid(typed.values()):
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


def _all_valid(forms: Iterable[Form]) -> bool:
    """Whether every form is valid; each is asked, so that every fault is on the page."""
    return not [form for form in forms if not form.is_valid()]


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
    context = {
        "evaluation": evaluation,
        "declaration": declaration,
        "items": items,
        "is_open": is_open,
        "sheet": sheet,
        "refused": any(form.errors for form in (typed or {}).values()),
        "missing": actions.whats_missing(evaluation, sheet) if is_open else [],
        "saved_at": max((item.saved_at for item in scores.values()), default=None),
        "verified": _verified_groups(evaluation, declaration),
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


def _verified_groups(evaluation: Evaluation, declaration: Declaration | None) -> list[Rows]:
    """The 25 verified values beside the declared ones; the judged ones are left out."""
    edition = edition_of(evaluation)
    observed = edition.parse_values(
        dict(evaluation.site_records.values_list("indicator", "observed"))
    ).values
    declared = edition.parse_values(declaration.values if declaration else {}).values
    card = score(edition, evaluation.category, observed)
    judged = {indicator.code for indicator in actions.judged(evaluation)}
    groups = indicator_groups(card, declared=declared, observed=observed)
    return [
        Rows(group.name, None, None, [row for row in group.rows if row.code not in judged])
        for group in groups
        if any(row.code not in judged for row in group.rows)
    ]


@case_view
@require_http_methods(["GET", "POST"])
def consolidate(request: SignedInRequest, number: str) -> HttpResponse:
    """汇总: every expert's points side by side, the final ones, and the score they give."""
    evaluation = queries.case_for(request.user, number)
    leads = permissions.is_actor(request.user, evaluation, Actor.PANEL_LEADER)
    if evaluation.state in CONSOLIDATED and (leads or request.user.role in queries.STAFF):
        return render(request, "evaluation/expert/consolidated.html", _done_context(evaluation))
    permissions.check_move(request.user, evaluation, steps.MOVES["consolidate"])
    counted = actions.sheets(evaluation)
    if request.method == "GET":
        finals, overrules = _forms(evaluation, counted)
        return _consolidation(request, evaluation, counted, finals, overrules)
    finals, overrules = _forms(evaluation, counted, request.POST)
    valid = _all_valid([*finals.values(), *overrules.values()])
    if "preview" in request.POST:
        if request.htmx:
            return render(
                request,
                "evaluation/expert/score_preview.html",
                {"preview": _preview(evaluation, finals, overrules)},
            )
        return _consolidation(request, evaluation, counted, finals, overrules)
    if valid and "check" in request.POST:
        return _last_look(request, evaluation, counted, finals, overrules)
    if valid:
        try:
            actions.consolidate(
                request.user, evaluation, _pairs(finals), _pairs(_corrections(overrules))
            )
        except (NotAllowed, WrongState):
            raise
        except Refused as refusal:
            show(request, refusal)
        else:
            messages.success(request, _("评审意见已提交，得分已按规范计算。"))
            return redirect("evaluation:case", number)
    return _consolidation(request, evaluation, counted, finals, overrules, status=422)


def _last_look(
    request: SignedInRequest,
    evaluation: Evaluation,
    counted: Sequence[Assignment],
    finals: dict[str, FinalForm],
    overrules: dict[str, OverruleForm],
) -> HttpResponse:
    """What would become final, with everything that was typed carried along."""
    edition, language = edition_of(evaluation), reader_language()
    left_out = ("check", "csrfmiddlewaretoken")
    context = {
        "evaluation": evaluation,
        "items": _consolidated(evaluation, counted, finals),
        "corrected": [
            {
                "name": in_language(indicator, "name", language),
                "observed": indicator.show(indicator.parse(form.held)[0], language),
                "changed": indicator.show(form.parsed, language),
                "form": form,
            }
            for code, form in _corrections(overrules).items()
            for indicator in [edition.indicator(code)]
        ],
        "preview": _preview(evaluation, finals, overrules),
        "sent": [
            (name, value)
            for name, values in request.POST.lists()
            if name not in left_out
            for value in values
        ],
    }
    return render(request, "evaluation/expert/consolidate_check.html", context)


def _forms(
    evaluation: Evaluation, counted: Sequence[Assignment], *sent: Any
) -> tuple[dict[str, FinalForm], dict[str, OverruleForm]]:
    proposed = actions.proposals(evaluation, counted)
    observed = dict(evaluation.site_records.values_list("indicator", "observed"))
    places = edition_of(evaluation).policy.places
    finals = {
        indicator.code: FinalForm(
            *sent, indicator=indicator, proposal=proposed[indicator.code], places=places
        )
        for indicator in actions.judged(evaluation)
    }
    overrules = {
        indicator.code: OverruleForm(*sent, indicator=indicator, held=observed.get(indicator.code))
        for indicator in site.verified_on_site(evaluation)
    }
    return finals, overrules


def _corrections(overrules: dict[str, OverruleForm]) -> dict[str, OverruleForm]:
    return {code: form for code, form in overrules.items() if form.corrects}


def _pairs(forms: dict[str, Any]) -> dict[str, tuple[Any, str]]:
    return {code: (form.raw, form.cleaned_data.get("reason", "")) for code, form in forms.items()}


def _preview(
    evaluation: Evaluation, finals: dict[str, FinalForm], overrules: dict[str, OverruleForm]
) -> Preview | None:
    """The score of what was typed; None while a value is missing or wrong. A reason that is
    still missing does not matter here."""
    if any(form.raw is None for form in [*finals.values(), *overrules.values()]):
        return None
    try:
        card = actions.preview(evaluation, _pairs(finals), _pairs(_corrections(overrules)))
    except Refused:
        return None
    return _shown(card)


def _shown(card: Scorecard) -> Preview:
    return Preview(
        bars=score_strip(card),
        conclusion=_("满足10.1的认定条件") if card.qualified else _("未满足10.1的认定条件"),
        conclusion_kind="met" if card.qualified else "not_met",
        reasons=card.reasons_en if reader_language() == "en" else card.reasons,
    )


def _consolidation(
    request: SignedInRequest,
    evaluation: Evaluation,
    counted: Sequence[Assignment],
    finals: dict[str, FinalForm],
    overrules: dict[str, OverruleForm],
    status: int = 200,
) -> HttpResponse:
    if status == 200 and not next(iter(finals.values())).is_bound:
        proposed = {code: (form.proposal, "") for code, form in finals.items()}
        preview: Preview | None = _shown(actions.preview(evaluation, proposed, {}))
    else:
        preview = _preview(evaluation, finals, overrules)
    bound = [*finals.values(), *overrules.values()]
    context = {
        "evaluation": evaluation,
        "items": _consolidated(evaluation, counted, finals),
        "verified": _verified(evaluation, overrules),
        "overrules_open": any(
            form.is_bound and (form.errors or form.corrects) for form in overrules.values()
        ),
        "preview": preview,
        "refused": status == 422 and any(form.errors for form in bound),
        "count": len(counted),
    }
    return render(request, "evaluation/expert/consolidate.html", context, status=status)


def _consolidated(
    evaluation: Evaluation,
    counted: Sequence[Assignment],
    forms: dict[str, FinalForm],
) -> list[Consolidated]:
    language = reader_language()
    proposed = actions.proposals(evaluation, counted)
    kept = {c.indicator: c for c in evaluation.consolidations.all()}
    items = []
    for indicator in actions.judged(evaluation):
        code = indicator.code
        awards = [
            Award(sheet.expert.name, sheet.is_leader, item.points, item.reason)
            for sheet in counted
            for item in sheet.scores.all()
            if item.indicator == code
        ]
        given = [award.points for award in awards]
        items.append(
            Consolidated(
                code=code,
                clause=indicator.clause,
                name=in_language(indicator, "name", language),
                requirement=in_language(
                    indicator.requirement(evaluation.category), "wording", language
                ),
                maximum=indicator.points or Decimal(0),
                awards=awards,
                lowest=min(given),
                highest=max(given),
                proposal=proposed[code],
                form=forms.get(code),
                final=kept[code].value if code in kept else "",
                reason=kept[code].reason if code in kept else "",
            )
        )
    return items


def _verified(evaluation: Evaluation, forms: dict[str, OverruleForm]) -> list[Verified]:
    edition = edition_of(evaluation)
    language = reader_language()
    declaration = queries.current_declaration(evaluation)
    declared = edition.parse_values(declaration.values if declaration else {}).values
    observed = edition.parse_values(
        dict(evaluation.site_records.values_list("indicator", "observed"))
    ).values
    card = score(edition, evaluation.category, observed)
    kept = {c.indicator: c for c in evaluation.consolidations.all()}
    final = edition.parse_values({code: c.value for code, c in kept.items()}).values
    return [
        Verified(
            code=indicator.code,
            clause=indicator.clause,
            name=in_language(indicator, "name", language),
            requirement=in_language(
                indicator.requirement(evaluation.category), "wording", language
            ),
            declared=indicator.show(declared.get(indicator.code), language),
            observed=indicator.show(observed.get(indicator.code), language),
            verdict="met" if card.step(indicator.code).met else "not_met",
            form=forms.get(indicator.code),
            final=indicator.show(final[indicator.code], language)
            if indicator.code in final
            else "",
            reason=kept[indicator.code].reason if indicator.code in kept else "",
        )
        for indicator in site.verified_on_site(evaluation)
    ]


def _done_context(evaluation: Evaluation) -> dict[str, Any]:
    counted = actions.sheets(evaluation)
    overruled = [item for item in _verified(evaluation, {}) if item.final]
    return {
        "evaluation": evaluation,
        "items": _consolidated(evaluation, counted, {}),
        "overruled": overruled,
        "count": len(counted),
    }
