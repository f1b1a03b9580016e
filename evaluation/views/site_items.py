"""The items of a site visit as its pages show them."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse

from evaluation import permissions, queries, steps
from evaluation.edition import edition_of, reader_language
from evaluation.findings import digest_of, observed_text, signatures, stamp
from evaluation.forms.site import TEXTS, SiteItemForm
from evaluation.models import (
    Declaration,
    Duty,
    Evaluation,
    Outcome,
    Purpose,
    Side,
    SiteEntry,
    SiteRecord,
    SiteSignature,
    VisitPlan,
)
from evaluation.rulebook import Indicator, in_language, score
from evaluation.views.evidence import Materials, materials
from evaluation.views.move_facts import plan_facts
from evaluation.views.scorecards import readings_text
from evaluation.views.site_device import words
from portal.accounts.models import Role, User
from portal.accounts.requests import SignedInRequest
from portal.ledger.models import AuditEvent


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
class Conflict:
    """A finding that a device brought while another stood: a person chooses."""

    entry: SiteEntry
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
    verifier: str  # by the plan; empty: the whole team
    mine: bool  # the reader verifies it by the plan
    record: SiteRecord | None
    stamp: str  # of the record
    conflicts: list[Conflict]
    earlier: list[Finding]
    evidence: list[tuple[str, str]]
    photos: list[Photo]
    form: SiteItemForm | None

    @property
    def unverified(self) -> bool:
        """Whether the team could not verify it."""
        return self.record is not None and self.record.observed is None


@dataclass(frozen=True)
class ItemGroup:
    name: str
    items: list[Item]

    @property
    def open(self) -> int:
        return sum(1 for item in self.items if item.record is None)


def item_form(
    indicator: Indicator, declared: Any, record: SiteRecord | None, *sent: Any
) -> SiteItemForm:
    return SiteItemForm(
        *sent,
        indicator=indicator,
        declared=declared,
        held=record.observed if record else None,
        initial={
            **{name: getattr(record, name) for name in (*TEXTS, "reason", "note")},
            "unverified": record.observed is None,
            "seen": stamp(record),
        }
        if record
        else {},
    )


def declared_values(evaluation: Evaluation) -> dict[str, Any]:
    declaration = queries.current_declaration(evaluation)
    return dict(declaration.values) if declaration else {}


def visit_context(
    request: SignedInRequest, evaluation: Evaluation, typed: dict[str, SiteItemForm] | None = None
) -> dict[str, Any]:
    """Everything the page of a visit shows; `typed`: the forms that were refused."""
    user = request.user
    recording = permissions.can_record_site(user, evaluation)
    serving = permissions.serving(user, evaluation, Duty.SITE)
    declaration = queries.current_declaration(evaluation)
    files = materials(evaluation, declaration)
    plan = queries.visit_plan(evaluation) if user.role != Role.APPLICANT else None
    groups = _groups(user, evaluation, declaration, files, typed or {}, plan, recording=recording)
    still_open = sum(group.open for group in groups)
    marks = {i.code: i.stamp for group in groups for i in group.items if i.record}
    on_team = serving is not None
    undecided = sum(len(item.conflicts) for group in groups for item in group.items)
    return {
        "evaluation": evaluation,
        "groups": groups,
        "recording": recording,
        "open": still_open,
        "total": sum(len(group.items) for group in groups),
        "not_met": sum(1 for group in groups for item in group.items if item.verdict == "not_met"),
        "unverified": sum(1 for group in groups for item in group.items if item.unverified),
        "undecided": undecided,
        "any_mine": any(item.mine for group in groups for item in group.items),
        "sides": _sides(evaluation, marks),
        "digest": digest_of(marks),
        "on_team": on_team,
        "words": words() if on_team else {},
        "evidence_count": sum(map(len, files.by_slot.values())),
        "evidence_size": sum(file.size for rows in files.by_slot.values() for file in rows),
        "move": steps.MOVES["close_visit"]
        if recording and serving is not None and serving.is_leader and not (still_open or undecided)
        else None,
        "is_leader": serving is not None and serving.is_leader,
        "names_shown": user.role != Role.APPLICANT,
        "refused": bool(typed),
        **(plan_facts(plan) if recording and plan else {}),
    }


@dataclass(frozen=True)
class SignedSide:
    """One side of the record, and its signature if there is one."""

    side: str
    label: Any
    signature: SiteSignature | None
    outdated: bool

    @property
    def lines(self) -> list[str]:
        """The strokes as an SVG's lines."""
        strokes = self.signature.strokes if self.signature else []
        return [" ".join(f"{x},{y}" for x, y in line) for line in strokes]


def _sides(evaluation: Evaluation, marks: dict[str, str]) -> list[SignedSide]:
    found = signatures(evaluation)
    now = digest_of(marks)
    return [
        SignedSide(
            side.value,
            side.label,
            found.get(side),
            side in found and found[side].digest != now,
        )
        for side in Side
    ]


def _groups(
    user: User,
    evaluation: Evaluation,
    declaration: Declaration | None,
    files: Materials,
    typed: dict[str, SiteItemForm],
    plan: VisitPlan | None,
    *,
    recording: bool,
) -> list[ItemGroup]:
    edition = edition_of(evaluation)
    language = reader_language()
    declared = edition.parse_values(declaration.values if declaration else {}).values
    raw_declared = declaration.values if declaration else {}
    photos = _photos(user, evaluation)
    records = {r.indicator: r for r in evaluation.site_records.select_related("recorded_by")}
    verifiers = _verifiers(evaluation, plan) if plan else {}
    nobody = (0, "")
    conflicts = _conflicts(evaluation) if user.role != Role.APPLICANT else {}
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
                form = item_form(indicator, raw_declared.get(code), record)
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
                    observed=observed_text(indicator, record.observed, language) if record else "",
                    verdict=verdict,
                    verifier=verifiers.get(code, nobody)[1],
                    mine=verifiers.get(code, nobody)[0] == user.pk,
                    record=record,
                    stamp=stamp(record),
                    conflicts=[
                        Conflict(
                            entry, observed_text(indicator, entry.finding["observed"], language)
                        )
                        for entry in conflicts.get(code, [])
                    ],
                    earlier=_earlier(indicator, findings.get(code, [])),
                    evidence=files.links(indicator),
                    photos=photos[code],
                    form=form,
                )
            )
        if items:
            groups.append(ItemGroup(in_language(group, "name", language), items))
    return groups


def _verifiers(evaluation: Evaluation, plan: VisitPlan) -> dict[str, tuple[int, str]]:
    """Key and name of who verifies each indicator by the plan. One query."""
    team = permissions.serving_team(evaluation, Duty.SITE)
    names = {member.expert_id: member.expert.name for member in team}
    chosen = plan.verifiers.items()
    return {code: (expert, names[expert]) for code, expert in chosen if expert in names}


def _conflicts(evaluation: Evaluation) -> dict[str, list[SiteEntry]]:
    """The entries that wait for a decision, by indicator. One query."""
    found: dict[str, list[SiteEntry]] = defaultdict(list)
    waiting = evaluation.site_entries.filter(outcome=Outcome.OPEN)
    for entry in waiting.select_related("author", "imported_by"):
        found[entry.indicator].append(entry)
    return found


def _earlier(indicator: Indicator, findings: list[AuditEvent]) -> list[Finding]:
    """All but the finding that stands, the newest first."""
    language = reader_language()
    earlier = []
    for event in reversed(findings[:-1]):
        actor = event.actor.name if event.actor else event.actor_name
        earlier.append(
            Finding(
                at=event.at,
                by=event.data.get("author_name", actor),
                observed=observed_text(indicator, event.data["observed"], language),
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
