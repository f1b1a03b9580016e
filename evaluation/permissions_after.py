"""Who may do what to a certificate and its reviews, in pairs as in permissions.py.

Whether either may be seen at all is decided in queries_after."""

from django.utils import timezone
from django.utils.translation import gettext as _

from evaluation.errors import NotAllowed, Refused, WrongState
from evaluation.models import Certificate, Proposal, Review
from evaluation.permissions import only_reads
from evaluation.steps_after import (
    CHANGES,
    PARTY_NAMES,
    REVIEW_FILLING,
    REVIEW_MOVES,
    Change,
    Party,
    ReviewMove,
)
from portal.accounts.models import Role, User


def is_holder(user: User, certificate: Certificate) -> bool:
    """Whether the user belongs to the organisation that holds the certificate, if only to read."""
    return user.is_applicant and user.organisation_id == certificate.evaluation.organisation_id


def is_party(user: User, certificate: Certificate, party: Party) -> bool:
    """Whether the user stands in this relation to the certificate."""
    if not user.is_active:
        return False
    if party == Party.APPLICANT:
        return user.may_write and is_holder(user, certificate)
    return party == Party.SECRETARIAT and user.role == Role.SECRETARIAT


def check_party(user: User, certificate: Certificate, party: Party) -> None:
    if not is_party(user, certificate, party):
        if party == Party.APPLICANT and is_holder(user, certificate):
            raise NotAllowed(only_reads())
        raise NotAllowed(_("此操作须由%(actor)s办理。") % {"actor": PARTY_NAMES[party]})


def check_review_state(review: Review, *states: str) -> None:
    """Raise WrongState unless the review is in one of these states."""
    if review.state not in states:
        raise WrongState(
            _("第%(year)s年年审现为“%(state)s”，不能进行此操作。")
            % {"year": review.year, "state": review.current.label}
        )


def check_review_move(user: User, review: Review, move: ReviewMove) -> None:
    """Raise unless this user may make this move on this review now."""
    check_party(user, review.certificate, move.party)
    check_review_state(review, *move.sources)
    if move.code == "require_rectification" and review.state != "submitted":
        _check_overdue(review)


def can_review_move(user: User, review: Review, code: str) -> bool:
    try:
        check_review_move(user, review, REVIEW_MOVES[code])
    except Refused:
        return False
    return True


def check_fill(user: User, review: Review) -> None:
    """Raise unless the user may fill in the applicant's part now."""
    check_party(user, review.certificate, Party.APPLICANT)
    check_review_state(review, *REVIEW_FILLING)


def check_respond(user: User, review: Review) -> None:
    """Raise unless the user may tell of the rectification now."""
    check_party(user, review.certificate, Party.APPLICANT)
    check_review_state(review, "rectification")


def check_judge(user: User, review: Review) -> None:
    """Raise unless the user may judge the items now: what was submitted, or nothing at all by a
    holder who let the due day pass (10.4.3)."""
    check_party(user, review.certificate, Party.SECRETARIAT)
    check_review_state(review, "submitted", *REVIEW_FILLING)
    if review.state != "submitted":
        _check_overdue(review)


def check_recheck(user: User, review: Review) -> None:
    """Raise unless the user may judge what was rectified now."""
    check_party(user, review.certificate, Party.SECRETARIAT)
    check_review_state(review, "rechecking")


def _check_overdue(review: Review) -> None:
    if review.due_on >= timezone.localdate():
        raise WrongState(_("申报单位尚未提交年审材料，到期日之后才能直接作出审核意见。"))


def can(check: object, user: User, review: Review) -> bool:
    """Whether one of the checks above lets the user."""
    try:
        check(user, review)  # type: ignore[operator]
    except Refused:
        return False
    return True


def check_change(user: User, certificate: Certificate, change: Change) -> None:
    """Raise unless the user may propose this change of the certificate's state now."""
    check_party(user, certificate, Party.SECRETARIAT)
    if certificate.state not in change.sources:
        raise WrongState(_state_now(certificate))
    if certificate.proposals.filter(approved__isnull=True).exists():
        raise WrongState(_("该证书已有一件事项待审批，审批后才能再提请。"))


def can_change(user: User, certificate: Certificate, code: str) -> bool:
    try:
        check_change(user, certificate, CHANGES[code])
    except Refused:
        return False
    return True


def check_decide(user: User, proposal: Proposal) -> None:
    """Raise unless the user may decide this proposal now: a decision maker who did not make it."""
    if user.role != Role.DECIDER or not user.is_active:
        raise NotAllowed(_("此操作须由审批人办理。"))
    if user.pk == proposal.proposed_by_id:
        raise NotAllowed(_("提请人与审批人须为两人。"))
    if proposal.approved is not None:
        raise WrongState(_("这件事项已经审批。"))


def can_decide(user: User, proposal: Proposal) -> bool:
    try:
        check_decide(user, proposal)
    except Refused:
        return False
    return True


def check_target(certificate: Certificate, change: Change) -> None:
    """Raise where the certificate's state has changed since the proposal."""
    if certificate.state not in change.sources:
        raise WrongState(_state_now(certificate))


def _state_now(certificate: Certificate) -> str:
    return _("证书%(number)s现为“%(state)s”，不能进行此操作。") % {
        "number": certificate.number,
        "state": certificate.get_state_display(),
    }
