"""Telling people of a case. Only here is decided who may learn of it: whoever has not signed the
pledge, recused or was released learns nothing of a case."""

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from evaluation import correction, queries, reissue, steps, steps_after
from evaluation.edition import reader_language
from evaluation.models import (
    Certificate,
    CertificateState,
    Evaluation,
    MisuseReport,
    Objection,
    Proposal,
    Publication,
    RegisterEntry,
    ResultCorrection,
    Review,
    ReviewTransition,
    Transition,
)
from evaluation.permissions import active_assignments, serving_assignments
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
REASON_LENGTH = 80  # the whole of it stands in the notice

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


def tell_experts(
    users: Iterable[User], kind: str, key: str, evaluation: Evaluation, /, **values: Any
) -> None:
    """Tell experts of their work on a case: by its number and base, with a link to it, who has
    signed the pledge; the others only that there is work."""

    def named() -> str:
        case = f"{evaluation.number}（{evaluation.base.name}）"
        return gettext("案卷%(case)s的评估工作") % {"case": case}

    for user in users:
        if _may_learn(user, evaluation):
            path = reverse("evaluation:case", args=[evaluation.number])
            tell([user], kind, key, path=path, case=evaluation.number, title=named, **values)
        else:
            tell(
                [user],
                kind,
                key,
                path=reverse("evaluation:desk"),
                title=_("一项评估工作"),
                **values,
            )


def _may_learn(user: User, evaluation: Evaluation) -> bool:
    if user.role != Role.EXPERT:
        return True
    return serving_assignments(user).filter(evaluation=evaluation).exists()


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
    match reissue.holder_of(evaluation):
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
    """Tell everyone for whom the case waits after this move."""
    key = f"transition:{transition.pk}"
    people = owners(evaluation)
    now = evaluation.current
    _tell_applicants(evaluation, transition, key, [u for u in people if u.is_applicant])
    if transition.move == "recall":
        tell_of_case(
            secretariat(),
            "application_taken_back",
            key,
            evaluation,
            organisation=evaluation.organisation.name,
        )
    resubmitted = transition.move == "resubmit"
    tell_of_case(
        [user for user in people if user.role in queries.STAFF],
        "correction_resubmitted" if resubmitted else "work_waits",
        key,
        evaluation,
        path=reverse("evaluation:review", args=[evaluation.number]) if resubmitted else "",
        state=now.label,
        organisation=evaluation.organisation.name,
        awaits=now.awaits,
    )
    tell_experts(
        [user for user in people if user.role == Role.EXPERT],
        "expert_work",
        key,
        evaluation,
        awaits=now.awaits,
    )


def _tell_applicants(
    evaluation: Evaluation, transition: Transition, key: str, people: list[User]
) -> None:
    now = evaluation.current
    if transition.move == "publish":
        _result_published(evaluation, key)
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
            path=reverse("evaluation:correction", args=[evaluation.number])
            if transition.move == "request_correction"
            else "",
            step=steps.step_of(evaluation.state).name,
            state=now.applicant_label,
            awaits=now.awaits,
            reason=transition.reason,
            deadline=evaluation.deadline,
            count=len(correction.defects_under_correction(evaluation)),
            items=lambda: _wanting(evaluation),
        )


def _result_published(evaluation: Evaluation, key: str) -> None:
    """Tell the applicant of its result; of a corrected one, what is not as it was."""
    publication, told = evaluation.publication, applicants(evaluation)
    earlier = publication.corrects
    if earlier is None:
        ends_on = publication.ends_on
        tell_of_case(told, "result_published", key, evaluation, deadline=ends_on)
        return
    tell_of_case(
        told,
        "result_corrected",
        key,
        evaluation,
        deadline=publication.ends_on,
        title=publication.number,
        before=earlier.number,
        changes=lambda: _changed(publication),
    )


def _changed(publication: Publication) -> str:
    changes = reissue.published_changes(publication, reader_language())
    said = gettext("；").join(str(change) for change in changes)
    return said or gettext("公布的内容与原公示相同")


def _wanting(evaluation: Evaluation) -> str:
    """What the notice asks to correct and briefly why, in the reader's language; the first few where
    it is long."""
    defects = correction.defects_under_correction(evaluation)
    first = "\n".join(
        gettext("%(number)s. %(item)s：%(reason)s")
        % {
            "number": defect.number,
            "item": defect.label,
            "reason": Truncator(" ".join(defect.reason.split())).chars(REASON_LENGTH),
        }
        for defect in defects[:ITEMS_NAMED]
    )
    if len(defects) <= ITEMS_NAMED:
        return first
    more = gettext("等%(count)s处，其余见补正清单。") % {"count": len(defects)}
    return f"{first}\n{more}"


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


def objection_due(objection: Objection, left: int, distance: int) -> None:
    """Remind the secretariat of the day by which an objection is to be closed."""
    evaluation = objection.publication.evaluation
    tell_of_case(
        secretariat(),
        "objection_due" if left >= 0 else "objection_overdue",
        f"objection-due:{objection.pk}:{objection.due_on}:{distance}",
        evaluation,
        path=reverse("evaluation:objection", args=[evaluation.number, objection.pk]),
        objection=objection.number,
        deadline=objection.due_on,
        days=abs(left),
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


def correction_proposed(made: ResultCorrection) -> None:
    """The decision makers are told what waits for them."""
    tell_of_case(
        list(User.objects.filter(is_active=True, role=Role.DECIDER)),
        "correction_to_decide",
        f"correction:{made.pk}",
        made.evaluation,
        path=reverse("evaluation:result_correction", args=[made.evaluation.number]),
        reason=made.reason,
    )


def correction_decided(made: ResultCorrection) -> None:
    """Whoever proposed it learns how it was decided."""
    tell_of_case(
        [made.proposed_by],
        "correction_decided",
        f"correction-decided:{made.pk}",
        made.evaluation,
        path=reverse("evaluation:result_correction", args=[made.evaluation.number]),
        state=_("已批准") if made.approved else _("不予批准"),
        reason=made.note,
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
