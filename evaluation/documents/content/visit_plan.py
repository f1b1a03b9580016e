"""现场评估工作方案 (7.1, fourth step)."""

from datetime import date

from django.utils import timezone

from evaluation.documents.content.common import (
    NOTHING,
    Json,
    case_facts,
    day,
    requirement,
)
from evaluation.edition import edition_of
from evaluation.models import Duty, Evaluation, VisitPlan
from evaluation.permissions import serving_team
from evaluation.pool.exclusions import employer_name


def visit_plan(evaluation: Evaluation, plan: VisitPlan) -> Json:
    """Days, team, schedule, who verifies what, the contact on site, what should be ready."""
    team = serving_team(evaluation, Duty.SITE)
    names = {member.expert_id: member.expert.name for member in team}
    edition = edition_of(evaluation)
    return {
        "case": case_facts(evaluation),
        "title": "现场评估工作方案",
        "dated": day(timezone.localdate()),
        "version": plan.number,
        "days": period(plan.first_day, plan.last_day),
        "place": plan.place,
        "contact": f"{plan.contact_name}，{plan.contact_phone}",
        "preparation": plan.preparation,
        "team": [
            {
                "name": member.expert.name,
                "employer": employer_name(member.expert) or NOTHING,
                "leader": member.is_leader,
            }
            for member in team
        ],
        "schedule": [
            {**row, "day": day(date.fromisoformat(row["day"])), "who": row["who"] or "全体"}
            for row in plan.schedule
        ],
        "groups": [
            {
                "name": group.name,
                "rows": [
                    {
                        "clause": indicator.clause,
                        "name": indicator.name,
                        "mandatory": indicator.mandatory,
                        "requirement": requirement(indicator, evaluation.category),
                        "verifier": names.get(plan.verifiers.get(indicator.code, 0), "全组"),
                    }
                    for indicator in group.indicators
                    if indicator.kind != "judged"
                ],
            }
            for group in edition.groups
            if any(indicator.kind != "judged" for indicator in group.indicators)
        ],
    }


def period(first: date, last: date) -> str:
    """2026年3月1日, or from one day to another."""
    return day(first) if first == last else f"{day(first)}至{day(last)}"
