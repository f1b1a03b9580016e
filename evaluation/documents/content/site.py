"""现场评估记录表 (7.1, fourth step)."""

from datetime import datetime

from django.utils import timezone

from evaluation import queries
from evaluation.documents.content.common import (
    NOTHING,
    UNVERIFIED,
    Json,
    by_dimension,
    case_facts,
    day,
    files_by_slot,
    moment,
    proof,
    requirement,
    shown,
    shown_observed,
)
from evaluation.edition import edition_of
from evaluation.findings import signatures
from evaluation.models import Duty, Evaluation, Outcome, Purpose, Side, SiteSignature
from evaluation.permissions import serving_team
from evaluation.pool.exclusions import employer_name
from evaluation.rulebook import Edition, Indicator, score

VERDICTS = {True: "符合", False: "不符合"}


def site_record(evaluation: Evaluation) -> Json:
    """Per indicator: requirement, declared, documented, observed, verdict, instrument and reading,
    photos, difference; the differences once more by themselves; both sides' signatures."""
    edition = edition_of(evaluation)
    declaration = queries.current_declaration(evaluation)
    declared = shown(edition, declaration.values if declaration else {})
    files = files_by_slot(declaration)
    records = {r.indicator: r for r in evaluation.site_records.select_related("recorded_by")}
    raw = {code: record.observed for code, record in records.items()}
    observed = shown_observed(edition, raw)
    card = score(edition, evaluation.category, edition.parse_values(raw).values)
    photos = _photos(evaluation)
    signed = signatures(evaluation)
    rows = []
    for indicator in edition.indicators:
        record = records.get(indicator.code)
        if record is None:
            continue
        rows.append(
            {
                "code": indicator.code,
                "clause": indicator.clause,
                "name": indicator.name,
                "mandatory": indicator.mandatory,
                "requirement": requirement(indicator, evaluation.category),
                "declared": declared[indicator.code],
                "documented": proof(indicator, files),
                "documented_value": record.documented,
                "observed": observed[indicator.code],
                "met": card.step(indicator.code).met,
                "verdict": VERDICTS[card.step(indicator.code).met],
                "instrument": record.instrument or NOTHING,
                "reading": record.reading,
                "note": record.note,
                "differs": record.contradicts,
                "unverified": record.unverified,
                "difference": record.reason or NOTHING,
                "photos": len(photos.get(indicator.code, [])),
                "recorded_by": record.recorded_by.name,
                "recorded_at": moment(record.noted_at or record.recorded_at),
            }
        )
    return {
        "case": case_facts(evaluation),
        "title": "现场评估记录表",
        "visited": _period([r.noted_at or r.recorded_at for r in records.values()]),
        "team": [
            {
                "name": member.expert.name,
                "employer": employer_name(member.expert) or NOTHING,
                "leader": member.is_leader,
            }
            for member in serving_team(evaluation, Duty.SITE)
        ],
        "sections": by_dimension(edition, rows),
        "met": sum(row["met"] for row in rows),
        "unmet": sum(not row["met"] for row in rows),
        "unverified": sum(row["unverified"] for row in rows),
        "different": sum(row["differs"] for row in rows),
        "differences": [
            {
                key: row[key]
                for key in (
                    "clause",
                    "name",
                    "declared",
                    "documented_value",
                    "observed",
                    "verdict",
                    "difference",
                )
            }
            for row in rows
            if row["differs"]
        ],
        "decisions": _decisions(evaluation, edition),
        "signatures": [_signature(side, signed.get(side)) for side in Side],
        "photos": [
            {"indicator": indicator.name, "clause": indicator.clause, "files": photos[code]}
            for code, indicator in edition.by_code.items()
            if code in photos
        ],
    }


def _decisions(evaluation: Evaluation, edition: Edition) -> list[Json]:
    """Where two devices brought different findings: both, which one was chosen, by whom and why."""
    decided = evaluation.site_entries.filter(outcome__in=[Outcome.ADOPTED, Outcome.SET_ASIDE])
    rows = []
    for entry in decided.order_by("decided_at", "id").select_related("author", "decided_by"):
        assert entry.decided_by is not None, "the database holds it so"
        assert entry.decided_at is not None, "the database holds it so"
        indicator = edition.indicator(entry.indicator)
        brought = _finding(indicator, entry.finding, entry.author.name, entry.noted_at)
        stood = entry.beside and _finding(
            indicator, entry.beside, entry.beside["by"], datetime.fromisoformat(entry.beside["at"])
        )
        adopted = entry.outcome == Outcome.ADOPTED
        rows.append(
            {
                "clause": indicator.clause,
                "name": indicator.name,
                "chosen": brought if adopted else stood,
                "rejected": stood if adopted else brought,
                "decided_by": entry.decided_by.name,
                "decided_at": moment(entry.decided_at),
                "reason": entry.decision_reason or NOTHING,
            }
        )
    return rows


def _finding(indicator: Indicator, finding: Json, by: str, at: datetime) -> Json:
    value = finding["observed"]
    return {
        "value": UNVERIFIED if value is None else indicator.show(indicator.parse(value)[0]),
        "instrument": finding.get("instrument", ""),
        "reading": finding.get("reading", ""),
        "difference": finding.get("reason", ""),
        "note": finding.get("note", ""),
        "by": by,
        "at": moment(at),
    }


def _signature(side: Side, given: SiteSignature | None) -> Json:
    """A side's place on the record: what was signed on site, or room to sign by hand."""
    return {
        "label": {Side.TEAM: "现场评估组", Side.APPLICANT: "申报单位代表"}[side],
        "name": given.name if given else "",
        "position": given.position if given else "",
        "lines": [" ".join(f"{x},{y}" for x, y in line) for line in given.strokes] if given else [],
        "signed_at": moment(given.signed_at) if given else "",
        "typed": given is not None and not given.strokes,
    }


def _photos(evaluation: Evaluation) -> dict[str, list[Json]]:
    found: dict[str, list[Json]] = {}
    photos = evaluation.files.filter(purpose=Purpose.SITE_PHOTO, removed_at__isnull=True)
    for file in photos.order_by("uploaded_at", "id").select_related("uploaded_by"):
        found.setdefault(file.indicator, []).append(
            {
                "file": str(file.pk),
                "name": file.name,
                "sha256": file.sha256,
                "taken": f"{file.uploaded_by.name}，{moment(file.uploaded_at)}上传",
            }
        )
    return found


def _period(moments: list[datetime]) -> str:
    if not moments:
        return NOTHING
    first, last = (timezone.localtime(m).date() for m in (min(moments), max(moments)))
    return day(first) if first == last else f"{day(first)}至{day(last)}"
