"""Carrying a case from where it is to a later state, move by move, through the real actions.

The tests use it too: a case in any state is one call away."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from evaluation import findings, queries, workdays
from evaluation.actions import (
    agreement,
    application,
    certification,
    experts,
    materials,
    meeting,
    opinions,
    panel,
    publication,
    review,
    site,
    site_signatures,
    visit_plans,
)
from evaluation.demo.files import example_pdf, example_photo
from evaluation.demo.tables import example_tables
from evaluation.edition import edition_of
from evaluation.models import Duty, Evaluation, ScoreRun, Side
from portal.accounts.models import User

BY_HAND = "示例：演示需要固定的专家，不经抽取。"


@dataclass(frozen=True)
class Cast:
    """Who plays: the first expert leads the site team, the third the panel."""

    applicant: User
    secretariat: User
    decider: User
    experts: tuple[User, ...]


def fill(evaluation: Evaluation, applicant: User, values: dict[str, Any]) -> None:
    """Fill every table of the form and all ten slots, so that `values` is what is declared."""
    edition = edition_of(evaluation)
    tables = example_tables(
        edition,
        evaluation.category,
        values,
        evaluation.organisation,
        evaluation.base,
        place=evaluation.place,
    )
    versions = dict(evaluation.tables.values_list("key", "version"))
    for key, content in tables.items():
        application.save_table(applicant, evaluation, key, content, versions.get(key, 0))
    for material in edition.materials:
        file = materials.add_material(
            applicant,
            evaluation,
            material.number,
            example_pdf(f"示例材料{material.number}-{material.name[:20]}"),
        )
        if material.months:
            last = date(timezone.localdate().year - 1, 12, 1)
            first = date(last.year - material.months // 12 + 1, 1, 1)
            materials.set_period(applicant, evaluation, file.pk, first, last)


def carry(evaluation: Evaluation, cast: Cast, to: str) -> Evaluation:
    """Make moves until the case is in the state `to` (one on the way to certification, or
    "not_certified" for a base that did not qualify)."""
    while evaluation.state != to:
        before = evaluation.state
        _NEXT[before](evaluation, cast)
        evaluation.refresh_from_db()
        if evaluation.state == before and before != "panel_scoring":
            raise AssertionError(f"{evaluation.number} stays {before} on its way to {to}")
    return evaluation


def _submit(evaluation: Evaluation, cast: Cast) -> None:
    application.submit(cast.applicant, evaluation)


def _accept(evaluation: Evaluation, cast: Cast) -> None:
    application.accept(cast.secretariat, evaluation)


def _sign(evaluation: Evaluation, cast: Cast) -> None:
    agreement.sign_agreement(cast.applicant, evaluation, example_pdf("示例协议-申报单位签章"))


def _countersign(evaluation: Evaluation, cast: Cast) -> None:
    agreement.countersign_agreement(cast.secretariat, evaluation, example_pdf("示例协议-双方签章"))


def _review(evaluation: Evaluation, cast: Cast) -> None:
    for material in edition_of(evaluation).materials:
        review.judge_slot(cast.secretariat, evaluation, material.number, accepted=True)
    review.pass_review(cast.secretariat, evaluation)


def _resubmit(evaluation: Evaluation, cast: Cast) -> None:
    review.resubmit(cast.applicant, evaluation)


def _dispatch(evaluation: Evaluation, cast: Cast) -> None:
    for expert in cast.experts[:2]:
        assignment = experts.assign(
            cast.secretariat,
            evaluation,
            expert,
            Duty.SITE,
            is_leader=expert == cast.experts[0],
            reason=BY_HAND,
        )
        experts.pledge(expert, assignment)
    site.dispatch_team(cast.secretariat, evaluation)
    _plan(evaluation, cast)


def _plan(evaluation: Evaluation, cast: Cast) -> None:
    """A plan that the leader has sent, and the applicant confirmed."""
    day = workdays.after(timezone.localdate(), 5)
    first, second = (expert.pk for expert in cast.experts[:2])
    rows = (
        ("09:00", "09:30", "首次会议：介绍评估组，核对日程和分工", ""),
        ("09:30", "12:00", "现场核验：机房、算力与存储、网络", ""),
        ("14:00", "16:30", "现场核验：能耗计量、运维与安全、数据接入", ""),
        ("17:30", "18:00", "末次会议：通报核验结果，双方签字", "全体及申报单位负责人"),
    )
    plan = visit_plans.Plan(
        first_day=day,
        last_day=day,
        place="示例基地东门",
        contact_name="示例联络人",
        contact_phone="010-00000000",
        schedule=[
            {"day": day.isoformat(), "begins": begins, "ends": ends, "what": what, "who": who}
            for begins, ends, what, who in rows
        ],
        verifiers={
            indicator.code: first if nth % 2 else second
            for nth, indicator in enumerate(site.verified_on_site(evaluation))
        },
        preparation="示例：能耗监测和运维系统的只读账号；近一年电费账单原件。",
    )
    sent = visit_plans.send(cast.experts[0], evaluation, plan)
    visit_plans.confirm(cast.applicant, evaluation, sent.number)


def visit(evaluation: Evaluation, cast: Cast) -> None:
    """Record every indicator as declared."""
    declaration = queries.current_declaration(evaluation)
    declared = declaration.values if declaration else {}
    for indicator in site.verified_on_site(evaluation):
        site.record(
            cast.experts[0],
            evaluation,
            indicator.code,
            declared.get(indicator.code),
            instrument="示例：查阅原始记录并现场核对",
        )
    site.add_photo(cast.experts[0], evaluation, "room_grade", example_photo())
    sign(evaluation, cast.experts[0])
    site.close_visit(cast.experts[0], evaluation)


def sign(evaluation: Evaluation, leader: User) -> None:
    """Both sides sign the findings: the team by hand, the applicant by a typed name."""
    drawn = [[[80, 260], [200, 90], [330, 250], [470, 120]], [[520, 200], [900, 180]]]
    for side, name, position, strokes in (
        (Side.TEAM, leader.name, "组长", drawn),
        (Side.APPLICANT, "示例联络人", "示例主任", []),
    ):
        site_signatures.sign(
            leader,
            evaluation,
            site_signatures.Signature(
                id=uuid.uuid4(),
                side=side,
                name=name,
                position=position,
                strokes=strokes,
                signed_at=timezone.now(),
                covers=findings.stamps(evaluation),
            ),
        )


def _convene(evaluation: Evaluation, cast: Cast) -> None:
    for expert in cast.experts[2:4]:
        assignment = experts.assign(
            cast.secretariat,
            evaluation,
            expert,
            Duty.PANEL,
            is_leader=expert == cast.experts[2],
            reason=BY_HAND,
        )
        experts.pledge(expert, assignment)
    panel.convene_panel(cast.secretariat, evaluation)
    for expert in cast.experts[2:4]:
        meeting.sign_in(expert, evaluation)


def points(evaluation: Evaluation) -> dict[str, tuple[Any, str]]:
    declaration = queries.current_declaration(evaluation)
    declared = declaration.values if declaration else {}
    return {
        indicator.code: (
            declared.get(indicator.code, indicator.points),
            "示例：依据申报材料和现场评估记录综合评定。",
        )
        for indicator in panel.judged(evaluation)
    }


def _score(evaluation: Evaluation, cast: Cast) -> None:
    """One sheet at a time."""
    open_sheet = next(
        assignment
        for assignment in evaluation.assignments.filter(duty=Duty.PANEL).order_by("id")
        if assignment.sheet_submitted_at is None
    )
    panel.save_scores(open_sheet.expert, evaluation, points(evaluation))
    panel.submit_scores(open_sheet.expert, evaluation)


def _consolidate(evaluation: Evaluation, cast: Cast) -> None:
    hand_in(cast.experts[2], evaluation, points(evaluation))


def hand_in(leader: User, evaluation: Evaluation, *opinion: Any, **answers: Any) -> ScoreRun:
    """Put an opinion before the panel, have everyone read it, and submit it. Takes what
    `panel.consolidate` takes."""
    shared = panel.share(leader, evaluation, *opinion, **answers)
    for member in opinions.unread(evaluation, shared):
        opinions.read_opinion(member.expert, evaluation, shared.number)
    return panel.consolidate(leader, evaluation, *opinion, **answers)


def _publish(evaluation: Evaluation, cast: Cast) -> None:
    publication.publish(cast.secretariat, evaluation, working_days=0)


def _propose(evaluation: Evaluation, cast: Cast) -> None:
    publication.propose(cast.secretariat, evaluation)


def _decide(evaluation: Evaluation, cast: Cast) -> None:
    if evaluation.score_runs.latest("made_at").qualified:
        certification.certify(cast.decider, evaluation)
    else:
        certification.decline(cast.decider, evaluation, "评估结果未达到10.1的要求。")


def ask_for_correction(evaluation: Evaluation, cast: Cast, slot: int, reason: str) -> None:
    """Accept every slot but one, and send the deficiency notice."""
    for material in edition_of(evaluation).materials:
        good = material.number != slot
        review.judge_slot(
            cast.secretariat,
            evaluation,
            material.number,
            accepted=good,
            reason="" if good else reason,
        )
    review.request_correction(
        cast.secretariat, evaluation, timezone.localdate() + timedelta(days=15)
    )


_NEXT: dict[str, Callable[[Evaluation, Cast], None]] = {
    "draft": _submit,
    "returned": _submit,
    "submitted": _accept,
    "agreement_signing": _sign,
    "agreement_countersigning": _countersign,
    "preliminary_review": _review,
    "correction": _resubmit,
    "site_preparation": _dispatch,
    "site_visit": visit,
    "panel_preparation": _convene,
    "panel_scoring": _score,
    "panel_consolidation": _consolidate,
    "result_pending": _publish,
    "published": _propose,
    "decision_pending": _decide,
}
