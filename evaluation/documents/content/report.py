"""评估报告: the result with everything it rests on."""

from decimal import Decimal

from django.utils import timezone

from evaluation import queries, steps
from evaluation.documents.content.common import (
    NOTHING,
    Json,
    by_dimension,
    case_facts,
    day,
    files_by_slot,
    moment,
    number,
    points,
    proof,
    requirement,
    shown,
    shown_observed,
)
from evaluation.documents.content.result import conclusion, scores
from evaluation.edition import edition_of
from evaluation.models import Assignment, Duty, Evaluation, ScoreRun
from evaluation.permissions import active_assignments
from evaluation.rulebook import Edition

STATES = {"met": "符合", "partial": "部分得分", "not_met": "不符合", "missing": "未填报"}


def report(evaluation: Evaluation, run: ScoreRun) -> Json:
    """A1, A2, A3 and A, the conclusion by 10.1, every indicator with clause, limit, values,
    evidence and points, the differences found on site, and the points by level-1 indicator."""
    edition = edition_of(evaluation)
    declaration = queries.current_declaration(evaluation)
    declared = shown(edition, declaration.values if declaration else {})
    records = {r.indicator: r for r in evaluation.site_records.all()}
    observed = shown_observed(edition, {code: r.observed for code, r in records.items()})
    final = shown(edition, run.inputs)
    finals = {c.indicator: c for c in evaluation.consolidations.all()}
    files = files_by_slot(declaration)
    results = {row["code"]: row for row in run.result["indicators"]}
    rows = [
        {
            "code": i.code,
            "group": i.group_name,
            "clause": i.clause,
            "name": i.name,
            "mandatory": i.mandatory,
            "requirement": requirement(i, evaluation.category),
            "declared": declared[i.code],
            "observed": observed[i.code] if i.code in records else "专家评审",
            "final": final[i.code],
            "evidence": proof(i, files),
            "points": results[i.code]["points"] or NOTHING,
            "max": points(i),
            "met": results[i.code]["met"],
            "state": STATES[results[i.code]["state"]],
            "note": results[i.code]["note"],
        }
        for i in edition.indicators
    ]
    facts = case_facts(evaluation)
    return {
        "case": facts,
        "title": "评估报告",
        # By it the cover chooses a type in which long names still fit on one page.
        "cover_length": len(f"{facts['base']}{facts['applicant']}{facts['place']}"),
        "scores": scores(edition, run),
        "formula": edition.formula,
        "places": str(edition.policy.places),
        "conclusion": conclusion(evaluation, run),
        "mandatory": [
            {"name": row["name"], "clause": row["clause"], "met": row["met"], "final": row["final"]}
            for row in rows
            if row["mandatory"]
        ],
        "steps": _steps(evaluation, edition),
        "site_team": [_person(m) for m in active_assignments(evaluation, Duty.SITE)],
        "panel_size": len(active_assignments(evaluation, Duty.PANEL)),
        "groups": _groups(edition, run),
        "sections": by_dimension(edition, rows),
        "differences": [
            {
                "clause": i.clause,
                "name": i.name,
                "declared": declared[i.code],
                "observed": observed[i.code],
                "reason": records[i.code].reason,
                "instrument": records[i.code].instrument or NOTHING,
            }
            for i in edition.indicators
            if i.code in records and records[i.code].differs
        ],
        "overruled": [
            {
                "clause": i.clause,
                "name": i.name,
                "observed": observed[i.code],
                "final": final[i.code],
                "reason": finals[i.code].reason,
            }
            for i in edition.indicators
            if i.kind != "judged" and i.code in finals
        ],
        "materials": [
            {
                "number": str(material.number),
                "name": material.name,
                "files": [f"{f['name']}（{f['size']}）" for f in files.get(material.number, [])],
            }
            for material in edition.materials
        ],
        "declaration": f"第{declaration.number}版" if declaration else NOTHING,
        "declaration_digest": declaration.digest if declaration else NOTHING,
        "run_digest": run.digest,
        "run_at": moment(run.made_at),
        "dated": day(timezone.localtime(run.made_at).date()),
    }


def _person(assignment: Assignment) -> str:
    name = assignment.expert.name
    return f"{name}（组长）" if assignment.is_leader else name


def _steps(evaluation: Evaluation, edition: Edition) -> list[Json]:
    """When each of the steps that came before the report was reached and left."""
    reached: dict[int, list[str]] = {}
    for transition in evaluation.transitions.order_by("at", "id"):
        at = day(timezone.localtime(transition.at).date())
        reached.setdefault(steps.step_of(transition.source).number, []).append(at)
    rows = []
    for step in edition.steps:
        dates = reached.get(step.number, [])
        rows.append(
            {
                "number": str(step.number),
                "name": step.name,
                "from": dates[0] if dates else NOTHING,
                "to": dates[-1] if dates else NOTHING,
            }
        )
    return rows


def _groups(edition: Edition, run: ScoreRun) -> list[Json]:
    """Points by level-1 indicator; those of 8.4 stand as one bar of their dimension (9.4)."""
    earned = {row["code"]: Decimal(row["points"] or 0) for row in run.result["indicators"]}
    rows = []
    for group in edition.groups:
        if group.points is None:
            got = Decimal(run.result[group.dimension])
            whole = edition.dimension(group.dimension).total
        else:
            got = sum((earned[i.code] for i in group.indicators), Decimal(0))
            whole = group.points
        rows.append(
            {
                "dimension": group.dimension,
                "name": group.name,
                "points": number(got),
                "max": number(whole),
                "share": number(round(got / whole * 100, 2)) if whole else "0",
            }
        )
    return rows
