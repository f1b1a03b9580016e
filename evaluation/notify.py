"""Telling people of a case. Only here is decided who may learn of it: whoever has not signed the
pledge, recused or was released learns nothing of a case."""

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from evaluation import correction, queries, steps, steps_after
from evaluation.models import (
    Certificate,
    CertificateState,
    Evaluation,
    MisuseReport,
    Objection,
    Proposal,
    Publication,
    RegisterEntry,
    Review,
    ReviewTransition,
    Transition,
)
from evaluation.permissions import active_assignments
from evaluation.steps import Actor
from evaluation.steps_after import Party
from portal.accounts.models import MemberRole, Role, User
from portal.notifications.telling import put_mail as mail
from portal.notifications.telling import take_back, tell

__all__ = ["case_moved", "mail", "owners", "secretariat", "take_back", "tell", "tell_of_case"]

# What the applicant is told of a move, where it is more than that the case went on.
OF_MOVE = {
    "request_correction": "deficiency_notice",
    "return_application": "application_returned",
    "return_agreement": "application_returned",
    "withdraw": "application_withdrawn",
    "recall": "application_recalled",
    "certify": "decided",
    "decline": "decided",
}

# How many of the defects the letter names.
ITEMS_NAMED = 5

# What an applicant has just handed in, who is told that it arrived.
RECEIVED = {"submit": _("申报书"), "resubmit": _("补正材料")}


def tell_of_case(
    users: Iterable[User],
    kind: str,
    key: str,
    evaluation: Evaluation,
    /,
    *,
    path: str = "",
    **values: Any,
) -> None:
    """Tell people of a case by its number, with a link to it (`path` for another page of it).
    Experts who may not see the case are left out."""
    tell(
        [user for user in users if _may_learn(user, evaluation)],
        kind,
        key,
        path=path or reverse("evaluation:case", args=[evaluation.number]),
        case=evaluation.number,
        **values | {"number": evaluation.number},
    )


def _may_learn(user: User, evaluation: Evaluation) -> bool:
    if user.role != Role.EXPERT:
        return True
    return queries.serving_assignments(user).filter(evaluation=evaluation).exists()


def secretariat() -> list[User]:
    return list(User.objects.filter(role=Role.SECRETARIAT, is_active=True))


def applicants(evaluation: Evaluation) -> list[User]:
    """The members who can do something about a case; a viewer cannot."""
    members = User.objects.filter(
        is_active=True, organisation=evaluation.organisation, role=Role.APPLICANT
    )
    return list(members.exclude(member_role=MemberRole.VIEWER))


def owners(evaluation: Evaluation) -> list[User]:
    """The people for whom a case waits now."""
    match evaluation.current.owner:
        case Actor.APPLICANT:
            return applicants(evaluation)
        case Actor.SECRETARIAT:
            return secretariat()
        case Actor.DECIDER:
            return list(User.objects.filter(role=Role.DECIDER, is_active=True))
        case Actor.SITE_LEADER:
            return [a.expert for a in active_assignments(evaluation, "site")]
        case Actor.PANEL_EXPERT:
            return [
                a.expert
                for a in active_assignments(evaluation, "panel")
                if a.sheet_submitted_at is None
            ]
        case Actor.PANEL_LEADER:
            return [a.expert for a in active_assignments(evaluation, "panel") if a.is_leader]
    return applicants(evaluation)


def case_moved(evaluation: Evaluation, transition: Transition) -> None:
    """Tell everyone for whom the case waits after this move. Experts are told that work waits,
    not of which case."""
    key = f"transition:{transition.pk}"
    people = owners(evaluation)
    now = evaluation.current
    _tell_applicants(evaluation, transition, key, [u for u in people if u.is_applicant])
    tell_of_case(
        [user for user in people if user.role in queries.STAFF],
        "work_waits",
        key,
        evaluation,
        state=now.label,
        organisation=evaluation.organisation.name,
        awaits=now.awaits,
    )
    tell(
        [user for user in people if user.role == Role.EXPERT],
        "expert_work",
        key,
        path=reverse("evaluation:desk"),
        awaits=now.awaits,
    )


def _tell_applicants(
    evaluation: Evaluation, transition: Transition, key: str, people: list[User]
) -> None:
    now = evaluation.current
    if transition.move == "publish":
        ends_on = evaluation.publication.ends_on
        told = applicants(evaluation)
        tell_of_case(told, "result_published", key, evaluation, deadline=ends_on)
    elif transition.move in RECEIVED:
        version = queries.current_declaration(evaluation)
        assert version is not None, "a submission makes a version"
        tell_of_case(
            applicants(evaluation),
            "application_received",
            key,
            evaluation,
            path=reverse("evaluation:submitted", args=[evaluation.number, version.number]),
            title=RECEIVED[transition.move],
            awaits=now.awaits,
        )
    elif people:
        tell_of_case(
            people,
            OF_MOVE.get(transition.move, "case_moved"),
            key,
            evaluation,
            step=steps.step_of(evaluation.state).name,
            state=now.applicant_label,
            awaits=now.awaits,
            reason=transition.reason,
            deadline=evaluation.deadline,
            count=len(correction.defects_under_correction(evaluation)),
            items=lambda: _wanting(evaluation),
        )


def _wanting(evaluation: Evaluation) -> str:
    """What the notice asks to correct, in the reader's language; the first few where it is long."""
    labels = [defect.label for defect in correction.defects_under_correction(evaluation)]
    first = gettext("、").join(labels[:ITEMS_NAMED])
    if len(labels) <= ITEMS_NAMED:
        return first
    return gettext("%(items)s等%(count)s处") % {"items": first, "count": len(labels)}


def objection_received(objection: Objection) -> None:
    """Tell the secretariat; who objects stands only on the objection's page."""
    evaluation = objection.publication.evaluation
    tell_of_case(
        secretariat(),
        "objection_received",
        f"objection:{objection.pk}",
        evaluation,
        path=reverse("evaluation:objection", args=[evaluation.number, objection.pk]),
        title=objection.number,
    )


def result_withdrawn(publication: Publication) -> None:
    """Tell the applicant that its published result does not stand, and why."""
    evaluation = publication.evaluation
    tell_of_case(
        applicants(evaluation),
        "result_withdrawn",
        f"publication:{publication.pk}",
        evaluation,
        reason=publication.withdrawal_reason,
    )


def holders(certificate: Certificate) -> list[User]:
    """Those of the organisation that holds a certificate who can do something about it."""
    return applicants(certificate.evaluation)


def review_moved(review: Review, transition: ReviewTransition) -> None:
    """Tell everyone who has the review after this move; of its end, the holder. What the calendar
    does, the secretariat is told as well."""
    people: list[User] = []
    if review.current.owner != Party.SECRETARIAT:
        people += holders(review.certificate)
    if review.current.owner == Party.SECRETARIAT or transition.actor is None:
        people += secretariat()
    rectifying = transition.deadline is not None
    tell(
        people,
        "rectification_set" if rectifying else "review_moved",
        f"review-move:{transition.pk}",
        path=reverse("evaluation:annual_review", args=[review.pk]),
        case=review.certificate.evaluation.number,
        certificate=review.certificate.number,
        year=review.year,
        state=steps_after.REVIEW_MOVES[transition.move].done,
        awaits=review.current.awaits,
        reason=transition.reason,
        deadline=transition.deadline,
    )


def proposed(proposal: Proposal) -> None:
    """The decision makers are told what waits for them."""
    tell(
        User.objects.filter(is_active=True, role=Role.DECIDER),
        "certificate_to_decide",
        f"proposal:{proposal.pk}",
        path=reverse("evaluation:proposal", args=[proposal.pk]),
        case=proposal.certificate.evaluation.number,
        certificate=proposal.certificate.number,
        title=steps_after.CHANGES[proposal.change].proposed,
    )


def standing_changed(certificate: Certificate, entry: RegisterEntry) -> None:
    """The holder and the secretariat are told of a change that the register now says."""
    tell(
        [*holders(certificate), *secretariat()],
        "certificate_changed",
        f"register:{entry.pk}",
        path=reverse("evaluation:certificate", args=[certificate.number]),
        case=certificate.evaluation.number,
        certificate=certificate.number,
        state=CertificateState(entry.state).label,
        reason=entry.reason,
    )


def misuse_reported(report: MisuseReport) -> None:
    tell(
        secretariat(),
        "misuse_reported",
        f"misuse:{report.pk}",
        path=reverse("evaluation:misuse_report", args=[report.pk]),
        title=report.receipt,
    )
