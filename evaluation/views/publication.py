"""What is about to be published, and what the decision maker decides on."""

from typing import Any

from django.utils import timezone

from evaluation import queries, reissue, workdays
from evaluation.actions.certification import number_without_serial
from evaluation.edition import edition_of, reader_language
from evaluation.models import Evaluation
from evaluation.rulebook import in_language
from evaluation.rulebook.certificates import certificate_name
from evaluation.views.result import bars, conclusion
from portal.accounts.models import User


def period_facts(working_days: int | None) -> dict[str, Any]:
    """The period if it is published today; without its last day while the number is not valid."""
    today = timezone.localdate()
    ends_on = None if working_days is None else workdays.after(today, working_days)
    return {"working_days": working_days, "starts_on": today, "ends_on": ends_on}


def publish_facts(evaluation: Evaluation, working_days: int | None) -> dict[str, Any]:
    """What the public will read, and the period."""
    edition = edition_of(evaluation)
    run = evaluation.score_runs.latest("made_at")
    language = reader_language()
    return {
        "name": certificate_name(edition, evaluation.category, evaluation.place),
        "name_en": certificate_name(edition, evaluation.category, evaluation.place, "en"),
        "category": in_language(edition.category(evaluation.category), "name", language),
        "bars": bars(edition, run, language),
        "conclusion": conclusion(run),
        "conclusion_kind": "met" if run.qualified else "not_met",
        "reasons": run.result["reasons_en" if language == "en" else "reasons"],
        "corrects": (earlier := queries.latest_publication(evaluation)),
        "changes": reissue.changes_if_published(evaluation, earlier) if earlier else [],
        **period_facts(working_days),
    }


def decision_facts(evaluation: Evaluation, user: User) -> dict[str, Any]:
    """What the decision maker has before their eyes: name, score, objections, who proposed."""
    edition = edition_of(evaluation)
    publication = evaluation.publications.select_related("score_run", "corrects").get(
        withdrawn_at__isnull=True
    )
    run = publication.score_run
    proposal = evaluation.transitions.filter(move="propose").select_related("actor").latest("at")
    found = list(queries.objections_to(evaluation))
    language = reader_language()
    return {
        "name": certificate_name(edition, evaluation.category, evaluation.place),
        "name_en": certificate_name(edition, evaluation.category, evaluation.place, "en"),
        "holder": evaluation.organisation.name,
        "category": in_language(edition.category(evaluation.category), "name", language),
        "clause": edition.category(evaluation.category).naming.clause,
        "number": number_without_serial(evaluation, timezone.localdate()),
        "bars": bars(edition, run, language),
        "conclusion": conclusion(run),
        "conclusion_kind": "met" if run.qualified else "not_met",
        "reasons": run.result["reasons_en" if language == "en" else "reasons"],
        "publication": publication,
        "objections": len(found),
        "still_open": sum(1 for objection in found if objection.closed_at is None),
        "proposed_by": proposal.actor.name,
        "proposed_at": proposal.at,
        "same_person": proposal.actor_id == user.pk,
        "run": run,
    }
