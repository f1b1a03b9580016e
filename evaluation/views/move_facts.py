"""What stands on the pages of some moves before the click: the application that the secretariat
answers, with the version its sealed paper shows; the day a visit is planned for; the open items,
conflicts and signatures of one that is closed; the points that are handed in."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from evaluation import permissions, queries
from evaluation.actions import panel, site
from evaluation.edition import edition_of, reader_language
from evaluation.findings import outdated, signatures
from evaluation.models import Duty, Evaluation, Outcome, Side, VisitPlan
from evaluation.rulebook import in_language
from evaluation.views.doubts import doubt_shown
from evaluation.views.sealed import sealed_version
from portal.accounts.models import User


def received(evaluation: Evaluation) -> dict[str, Any]:
    """The version that is accepted or sent back, and how its sealed paper stands to it."""
    declaration = queries.current_declaration(evaluation)
    if declaration is None:
        return {}
    return {
        "declaration": declaration,
        "category": edition_of(evaluation).category(evaluation.category),
        "files": declaration.materials.count(),
        **sealed_version(declaration),
    }


def visit_facts(evaluation: Evaluation) -> dict[str, Any]:
    """What keeps the site record from being submitted, and which signatures are missing."""
    indicators = site.verified_on_site(evaluation)
    records = list(evaluation.site_records.all())
    recorded = {record.indicator for record in records}
    twice = set(
        evaluation.site_entries.filter(outcome=Outcome.OPEN).values_list("indicator", flat=True)
    )
    found, language = signatures(evaluation), reader_language()
    named = [(i.code, in_language(i, "name", language)) for i in indicators]
    unverified = {record.indicator for record in records if record.unverified}
    old = [signature.get_side_display() for signature in outdated(evaluation)]
    facts = {
        "total": len(indicators),
        "open": [pair for pair in named if pair[0] not in recorded],
        "conflicts": [pair for pair in named if pair[0] in twice],
        "outdated": old,
        "unsigned": [side.label for side in Side if side not in found],
        "differing": sum(record.contradicts for record in records),
        "unverified": [pair for pair in named if pair[0] in unverified],
    }
    blocked = bool(facts["open"] or facts["conflicts"] or old)
    return {"visit": facts, "hindered": blocked}


def plan_facts(plan: VisitPlan | None) -> dict[str, Any]:
    """What speaks against a visit beginning today, by its plan: `early`, the day it is planned
    for, or `unplanned`, that no plan was sent or confirmed."""
    if plan is None:
        return {"unplanned": _("还没有发出现场评估工作方案。")}
    early = plan.first_day if plan.first_day > timezone.localdate() else None
    unplanned = ""
    if plan.change_asked_at:
        unplanned = _("申报单位申请改期，还没有新的方案。")
    elif not plan.confirmed_at:
        unplanned = _("申报单位还没有确认现场评估工作方案。")
    return {"early": early, "unplanned": unplanned}


def sheet_facts(user: User, evaluation: Evaluation) -> dict[str, Any]:
    """The expert's own points with their sum, and what is missing."""
    sheet = permissions.serving(user, evaluation, Duty.PANEL)
    assert sheet is not None, "check_move came first"
    scores = {item.indicator: item for item in sheet.scores.all()}
    judged, language = panel.judged(evaluation), reader_language()
    missing = panel.whats_missing(evaluation, sheet)
    leads = panel.has_leader(evaluation)
    return {
        "rows": [(in_language(i, "name", language), i.points, scores.get(i.code)) for i in judged],
        "doubts": [
            doubt_shown(evaluation, made, user.name) for made in sheet.challenges.order_by("id")
        ],
        "sum": sum(item.points for item in scores.values()),
        "most": sum(i.points or 0 for i in judged),
        "missing": missing,
        "no_leader": not leads,
        "hindered": bool(missing) or not leads,
    }
