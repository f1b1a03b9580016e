"""Reads of certificates and reviews. Each starts from what the user may see."""

from typing import Any

from django.db.models import Case, F, Q, QuerySet, When
from django.http import Http404
from django.utils import timezone

from dataaccess import days
from dataaccess.queries import bases_for
from evaluation import queries
from evaluation.models import CaseFile, Certificate, Proposal, Review
from evaluation.steps_after import (
    LASTING,
    RECTIFYING,
    REVIEW_FILLING,
    REVIEW_OFFICE,
    REVIEW_STATES,
    Party,
)
from portal.accounts.models import Role, User


def certificates_for(user: User) -> QuerySet[Certificate]:
    """Applicants: their organisation's. Secretariat and decision makers: all. Nobody else: what is
    public stands in the register."""
    certificates = Certificate.objects.select_related("base", "evaluation__organisation")
    if not user.is_active:
        return certificates.none()
    if user.role == Role.APPLICANT:
        # A database constraint gives every applicant an organisation.
        return certificates.filter(evaluation__organisation_id=user.organisation_id)  # type: ignore[misc]
    return certificates if user.role in queries.STAFF else certificates.none()


def certificate_for(user: User, number: str) -> Certificate:
    """One certificate the user may see, or Http404, which looks the same for a missing one."""
    found = certificates_for(user).select_related("document").filter(number=number).first()
    if found is None:
        raise Http404
    return found


def reporting_today(user: User) -> list[Any]:
    """An applicant's certified bases, each with its `window` and how it stands `today` (8.4.4)."""
    if user.role != Role.APPLICANT:
        return []
    now = timezone.now()
    standing = Certificate.objects.filter(state__in=LASTING)
    certified = bases_for(user).filter(pk__in=standing.values("base"))
    bases = list(days.with_today(certified, now).order_by("name"))
    for base in bases:
        base.today = days.today_of(base, now)
    return bases


def reviews_for(user: User) -> QuerySet[Review]:
    """The reviews of the certificates the user may see."""
    return Review.objects.filter(certificate__in=certificates_for(user)).select_related(
        "certificate__base", "certificate__evaluation__organisation"
    )


def review_for(user: User, pk: int) -> Review:
    found = reviews_for(user).select_related("certificate__score_run").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


# Review.until, for the database: the day that whoever has a review works towards.
UNTIL = Case(
    When(state__in=REVIEW_OFFICE, office_by__isnull=False, then=F("office_by")),
    When(state__in=RECTIFYING, then=F("rectify_by")),
    default=F("due_on"),
)


def reviews_waiting_for(user: User) -> QuerySet[Review]:
    """The reviews that wait for this user, the nearest day first."""
    reviews = reviews_for(user).annotate(until_day=UNTIL).order_by("until_day", "pk")
    if user.role == Role.APPLICANT and user.may_write:
        return reviews.filter(state__in=owned_by(Party.APPLICANT))
    if user.role == Role.SECRETARIAT:
        overdue = Q(state__in=REVIEW_FILLING, due_on__lt=timezone.localdate()) | Q(
            state="rectification", rectify_by__lt=timezone.localdate()
        )
        return reviews.filter(Q(state__in=owned_by(Party.SECRETARIAT)) | overdue)
    return reviews.none()


def owned_by(party: Party) -> list[str]:
    return [code for code, state in REVIEW_STATES.items() if state.owner == party]


def proposals_waiting_for(user: User) -> QuerySet[Proposal]:
    """What a decision maker has to decide."""
    proposals = Proposal.objects.filter(approved__isnull=True).select_related(
        "certificate__base", "certificate__evaluation", "proposed_by"
    )
    return proposals if user.role == Role.DECIDER and user.is_active else proposals.none()


def submitted(review: Review) -> dict[str, Any]:
    """What the applicant handed in last; empty before. One query."""
    return _content(review, "submit")


def rectified(review: Review) -> dict[str, Any]:
    """What the applicant told of the rectification last; empty before. One query."""
    return _content(review, "report_rectification")


def _content(review: Review, move: str) -> dict[str, Any]:
    found = review.transitions.filter(move=move).order_by("-at", "-pk").first()
    return found.content if found else {}


def review_files_for(user: User, review: Review) -> QuerySet[CaseFile]:
    """The evidence of a review that the user may download. `review` came from review_for. The
    office reads what was handed in, not what lies in a draft."""
    files = CaseFile.objects.filter(review_file__item__review=review)
    if user.role == Role.APPLICANT:
        return files
    handed_in = [
        file["id"]
        for content in review.transitions.values_list("content", flat=True)
        for item in content.get("items", [])
        for file in item.get("files", [])
    ]
    return files.filter(pk__in=handed_in)
