"""The result explained point by point, as it was computed and stored; nothing is scored anew."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from evaluation import permissions, queries
from evaluation.edition import reader_language
from evaluation.errors import NotAllowed
from evaluation.findings import observed_text
from evaluation.models import Consolidation, Evaluation, ScoreRun, SiteRecord
from evaluation.rulebook import (
    Clean,
    Edition,
    Indicator,
    aggregation_name,
    in_language,
    load_edition,
    plain,
)
from evaluation.rulebook import other_categories as qualifying
from evaluation.steps import Actor
from evaluation.views.evidence import materials
from evaluation.views.refusals import case_view
from evaluation.views.scorecards import Bar, Row, Rows, readings_text, without_a_value
from portal.accounts.requests import SignedInRequest

VERDICTS = {"met": "met", "partial": "attention", "not_met": "not_met", "missing": "missing"}


@case_view
@require_safe
def result(request: SignedInRequest, number: str) -> HttpResponse:
    """Show the score run that counts, to staff once it is made, to the applicant once public."""
    evaluation = queries.case_for(request.user, number)
    if not queries.result_visible(request.user, evaluation):
        raise NotAllowed(_("评估结果公布后方可查看。"))
    run = evaluation.score_runs.latest("made_at")
    edition = load_edition(run.edition)
    advice = qualifying(edition, run.category, edition.parse_values(run.inputs).values)
    language = reader_language()
    context = {
        "evaluation": evaluation,
        "run": run,
        "category": edition.category(run.category),
        "bars": bars(edition, run, language),
        "conclusion": conclusion(run),
        "conclusion_kind": "met" if run.qualified else "not_met",
        "reasons": run.result["reasons_en" if language == "en" else "reasons"],
        "failed_mandatory": [
            in_language(edition.indicator(code), "name", language)
            for code in run.result["failed_mandatory"]
        ],
        "groups": _groups(evaluation, run, edition, language),
        "advice": [in_language(edition.category(code), "name", language) for code in advice],
        "experts": request.user.role == "expert",
        "may_object": permissions.is_actor(request.user, evaluation, Actor.APPLICANT)
        and evaluation.state == "published"
        and queries.takes_objections(evaluation, evaluation.publication),
    }
    return render(request, "evaluation/staff/result.html", context)


def conclusion(run: ScoreRun) -> str:
    return _("满足10.1的认定条件") if run.qualified else _("未满足10.1的认定条件")


def bars(edition: Edition, run: ScoreRun, language: str) -> list[Bar]:
    """The score strip of a stored run."""
    limits = edition.qualification
    strip = []
    for part in run.result["dimensions"]:
        dimension = edition.dimension(part["id"])
        points = Decimal(part["points"])
        strip.append(
            Bar(
                code=part["id"],
                name=in_language(dimension, "name", language),
                points=points,
                would_have=Decimal(part["earned"]),
                mark=limits.dimension_minimum,
                strict=False,
                passed=points >= limits.dimension_minimum,
                failures=[]
                if dimension.all_or_nothing
                else [in_language(edition.indicator(c), "name", language) for c in part["failed"]],
            )
        )
    total = Decimal(run.result["A"])
    strip.append(
        Bar(
            code="A",
            name=_("总得分"),
            points=total,
            would_have=total,
            mark=limits.total_above,
            strict=True,
            passed=total > limits.total_above,
            failures=[],
        )
    )
    return strip


def _groups(evaluation: Evaluation, run: ScoreRun, edition: Edition, language: str) -> list[Rows]:
    declaration = queries.current_declaration(evaluation)
    declared = edition.parse_values(declaration.values if declaration else {}).values
    final = edition.parse_values(run.inputs).values
    files = materials(evaluation, declaration)
    records = {record.indicator: record for record in evaluation.site_records.all()}
    panel = {kept.indicator: kept for kept in evaluation.consolidations.all()}
    stored = {item["code"]: item for item in run.result["indicators"]}
    groups = []
    for group in edition.groups:
        rows = []
        for indicator in group.indicators:
            code = indicator.code
            record = records.get(code)
            row = _row(
                indicator,
                stored[code],
                run.category,
                language,
                declared,
                final,
                files.links(indicator),
                _reason(indicator, stored[code], record, panel.get(code), language),
            )
            unverified = record is not None and record.observed is None and code not in final
            rows.append(without_a_value(row) if unverified else row)
        points = [row.points for row in rows if row.points is not None]
        groups.append(
            Rows(
                name=in_language(group, "name", language),
                points=sum(points, Decimal(0)) if group.points is not None else None,
                maximum=group.points,
                rows=rows,
            )
        )
    return groups


def _row(
    indicator: Indicator,
    stored: Mapping[str, Any],
    category: str,
    language: str,
    declared: Mapping[str, Clean],
    final: Mapping[str, Clean],
    evidence: list[tuple[str, str]],
    reason: str,
) -> Row:
    judged = indicator.kind == "judged"
    own = None if judged else declared.get(indicator.code)
    seen = None if judged else final.get(indicator.code)
    fatal = indicator.mandatory and not stored["met"]
    return Row(
        code=indicator.code,
        clause=indicator.clause,
        name=in_language(indicator, "name", language),
        mandatory=indicator.mandatory,
        requirement=in_language(indicator.requirement(category), "wording", language),
        declared=None if own is None else indicator.show(own, language),
        documented=None,
        observed=None if seen is None else indicator.show(seen, language),
        verdict="mandatory" if fatal else VERDICTS[stored["state"]],
        verdict_label=_("部分得分") if stored["state"] == "partial" else "",
        points=_exact(stored["points"]),
        maximum=_exact(stored["max"]),
        reading=readings_text(indicator, language),
        evidence=evidence,
        reason=reason,
    )


def _exact(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _reason(
    indicator: Indicator,
    stored: Mapping[str, Any],
    record: SiteRecord | None,
    panel: Consolidation | None,
    language: str,
) -> str:
    """Why the row stands as it does: the rule's note, the site team's and the panel's reasons."""
    sentences = []
    note = stored["note_en" if language == "en" else "note"]
    if note and stored["state"] not in ("missing", "partial"):
        sentences.append(note)
    if record is not None and record.reason:
        sentences.append(_("现场核验：%(reason)s") % {"reason": record.reason})
    if panel is not None and indicator.kind != "judged":
        sentences.append(
            _("评审专家组将核验值由“%(before)s”改定：%(reason)s")
            % {
                "before": observed_text(indicator, record and record.observed, language),
                "reason": panel.reason,
            }
        )
    elif panel is not None:
        if panel.proposal is not None:
            sentences.append(
                _("各专家评分的汇总值（%(how)s）为%(points)s分")
                % {
                    "how": aggregation_name(panel.aggregation, language),
                    "points": plain(panel.proposal),
                }
            )
        if panel.reason:
            sentences.append(_("评审意见：%(reason)s") % {"reason": panel.reason})
    return _("；").join(sentences)
