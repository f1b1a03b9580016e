"""Changes of a certificate's state: the register only grows, and what is grave needs two persons."""

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from dataaccess.models import Base
from evaluation import notify, permissions_after, queries
from evaluation.actions.two_persons import decide
from evaluation.documents import content
from evaluation.documents.content import register
from evaluation.documents.order import order
from evaluation.errors import Refused
from evaluation.models import (
    Certificate,
    CertificateState,
    Document,
    Kind,
    Proposal,
    RegisterEntry,
    Review,
    ReviewTransition,
)
from evaluation.steps_after import CHANGES, LASTING, OPEN_REVIEW, RECTIFYING, Change
from portal.accounts.models import User
from portal.ledger import audit


def locked(certificate: Certificate) -> Certificate:
    """The certificate as it is now, held until the transaction ends. Whoever holds one of its
    reviews as well takes the certificate first."""
    return (
        Certificate.objects.select_for_update(of=("self",))
        .select_related("evaluation__organisation", "base", "score_run")
        .get(pk=certificate.pk)
    )


def enter(
    user: User,
    certificate: Certificate,
    state: str,
    reason: str,
    *,
    grounds: Iterable[str] = (),
    document: Document | None = None,
) -> RegisterEntry:
    """Write a row of the register, and make its state the certificate's. The caller holds the
    certificate."""
    now = timezone.now()
    certificate.state = CertificateState(state)
    certificate.save(update_fields=["state", "superseded_by"])
    entry = RegisterEntry.objects.create(
        certificate=certificate,
        state=state,
        on=timezone.localdate(now),
        reason=reason,
        grounds=list(grounds),
        document=document,
        made_by=user,
        made_at=now,
    )
    # What the base reports is held against what stands from now on.
    Base.objects.filter(pk=certificate.base_id).update(
        certified_fp16=queries.certified_fp16_of(certificate.base_id)
    )
    note(user, certificate, "entered", state=state, reason=reason, grounds=list(grounds))
    return entry


def note(user: User | None, certificate: Certificate, action: str, **data: object) -> None:
    """The audit event of a change to a certificate or one of its reviews."""
    audit.record(
        user,
        f"certificate.{action}",
        f"certificate:{certificate.pk}",
        case=certificate.evaluation.number,
        number=certificate.number,
        **data,
    )


@transaction.atomic
def propose(
    user: User, certificate: Certificate, code: str, *, reason: str, grounds: Iterable[str] = ()
) -> Proposal:
    """提请 a change of state, with the reason and the clauses as the register will say them."""
    change, reason, rests_on = CHANGES[code], reason.strip(), list(grounds)
    current = locked(certificate)
    permissions_after.check_change(user, current, change)
    faults = []
    if not reason:
        faults.append(_("请填写事由，名录和公告将如此记载。"))
    if change.grounds and not rests_on:
        faults.append(_("请选择至少一项依据的条款。"))
    if set(rests_on) - set(change.grounds):
        faults.append(_("所选条款不能作为依据。"))
    if faults:
        raise Refused(*faults)
    proposal = Proposal.objects.create(
        certificate=current,
        change=code,
        reason=reason,
        grounds=rests_on,
        proposed_by=user,
        proposed_at=timezone.now(),
    )
    note(user, current, "propose", change=code, reason=reason, grounds=rests_on)
    notify.proposed(proposal)
    return proposal


@transaction.atomic
def approve(user: User, proposal: Proposal) -> RegisterEntry:
    """批准: the change takes effect with today's entry in the register."""
    # The base before its certificates, in the order in which certify() takes them.
    Base.objects.select_for_update().get(pk=proposal.certificate.base_id)
    certificate, current, change = _held(proposal)
    permissions_after.check_decide(user, current)
    permissions_after.check_target(certificate, change)
    decide(user, current, approved=True)
    today = timezone.localdate()
    document = None
    if change.code == "revoke":
        frozen = content.revocation_notice(certificate, current.reason, current.grounds, today)
        document = order(certificate.evaluation, Kind.REVOCATION_NOTICE, frozen)
    entry = enter(
        user,
        certificate,
        _target(certificate, change),
        current.reason,
        grounds=current.grounds,
        document=document,
    )
    if change.code == "revoke":
        cancel_reviews(user, certificate, register.REVOKED)
        # The base need not report from now on; what it reports all the same counts in no category.
        Base.objects.filter(pk=certificate.base_id).update(category="", released_on=today)
    notify.standing_changed(certificate, entry)
    return entry


@transaction.atomic
def decline(user: User, proposal: Proposal, reason: str) -> None:
    """不予批准, with the reason on record; nothing changes in the register."""
    certificate, current, _change = _held(proposal)
    permissions_after.check_decide(user, current)
    decide(user, current, approved=False, reason=reason)
    note(user, certificate, "decline", change=current.change, reason=current.note)


def supersede(user: User, newer: Certificate) -> list[Certificate]:
    """Certificates of the base that still last give way to the newer one, which is saved after."""
    older = [
        locked(certificate)
        for certificate in Certificate.objects.filter(
            base_id=newer.base_id, state__in=LASTING
        ).order_by("pk")
    ]
    older = [certificate for certificate in older if certificate.state in LASTING]
    for certificate in older:
        reason = register.superseded(newer.number)
        entry = enter(user, certificate, CertificateState.SUPERSEDED, reason)
        cancel_reviews(user, certificate, reason)
        # What was proposed about it has lost its object.
        certificate.proposals.filter(approved__isnull=True).exclude(proposed_by=user).update(
            approved=False, decided_by=user, decided_at=timezone.now(), note=reason
        )
        notify.standing_changed(certificate, entry)
    return older


def cancel_reviews(user: User, certificate: Certificate, reason: str) -> None:
    """The reviews of a certificate that no longer lasts end."""
    now = timezone.now()
    for review in Review.objects.select_for_update().filter(
        certificate=certificate, state__in=OPEN_REVIEW
    ):
        source, review.state = review.state, "cancelled"
        review.state_since = review.closed_at = now
        review.office_by = None
        review.save(update_fields=["state", "state_since", "office_by", "closed_at"])
        ReviewTransition.objects.create(
            review=review,
            move="cancel",
            source=source,
            target=review.state,
            actor=user,
            at=now,
            reason=reason,
        )
        note(user, certificate, "review_cancel", year=review.year, source=source)


def rectifying(certificate: Certificate) -> bool:
    """Whether a review found something wrong that is not yet put right."""
    last_failed = (
        certificate.reviews.exclude(state__in=["planned", "cancelled"])
        .order_by("-due_on")
        .values_list("state", flat=True)
        .first()
    )
    return certificate.reviews.filter(state__in=RECTIFYING).exists() or last_failed == "failed"


def _target(certificate: Certificate, change: Change) -> str:
    """A suspension that is lifted leads back to where the reviews stand."""
    if change.code == "resume" and rectifying(certificate):
        return CertificateState.RECTIFICATION
    return change.target


def _held(proposal: Proposal) -> tuple[Certificate, Proposal, Change]:
    certificate = locked(proposal.certificate)
    current = Proposal.objects.select_for_update().get(pk=proposal.pk)
    return certificate, current, CHANGES[current.change]
