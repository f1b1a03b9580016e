"""What stands on the pages of two moves of experts before the click: the open items, conflicts and
signatures of a visit that is closed, and the points that are handed in."""

from typing import Any

from evaluation import permissions
from evaluation.actions import panel, site
from evaluation.edition import reader_language
from evaluation.findings import outdated, signatures
from evaluation.models import Duty, Evaluation, Outcome, Side
from evaluation.rulebook import in_language
from portal.accounts.models import User


def visit_facts(evaluation: Evaluation) -> dict[str, Any]:
    """What keeps the site record from being submitted, and which signatures are missing."""
    indicators = site.verified_on_site(evaluation)
    recorded = set(evaluation.site_records.values_list("indicator", flat=True))
    twice = set(
        evaluation.site_entries.filter(outcome=Outcome.OPEN).values_list("indicator", flat=True)
    )
    found, language = signatures(evaluation), reader_language()
    named = [(i.code, in_language(i, "name", language)) for i in indicators]
    old = [signature.get_side_display() for signature in outdated(evaluation)]
    facts = {
        "total": len(indicators),
        "open": [pair for pair in named if pair[0] not in recorded],
        "conflicts": [pair for pair in named if pair[0] in twice],
        "outdated": old,
        "unsigned": [side.label for side in Side if side not in found],
        "differing": evaluation.site_records.filter(differs=True).count(),
    }
    blocked = bool(facts["open"] or facts["conflicts"] or old)
    return {"visit": facts, "hindered": blocked}


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
        "sum": sum(item.points for item in scores.values()),
        "most": sum(i.points or 0 for i in judged),
        "missing": missing,
        "no_leader": not leads,
        "hindered": bool(missing) or not leads,
    }
