"""Step 7 认定: the decision, the certificate, the register, and the reviews that follow."""

import re
from datetime import date
from itertools import islice

from django.utils import timezone
from django.utils.translation import gettext as _

from dataaccess.models import Base
from evaluation.actions import standing
from evaluation.actions.moving import moving
from evaluation.actions.publication import check_objections_settled
from evaluation.documents import content
from evaluation.documents.content import register
from evaluation.documents.order import order
from evaluation.edition import edition_of
from evaluation.errors import NotAllowed, Refused
from evaluation.models import (
    Certificate,
    CertificateState,
    Evaluation,
    Kind,
    Review,
)
from evaluation.rulebook.certificates import certificate_name, review_date, review_years
from portal.accounts.models import User
from portal.ledger import numbers, runtime

# The letters that stand for a category in a certificate's number.
TYPE_CODES = {
    "economic_region": "JJ",
    "computing_hub": "SN",
    "province": "SJ",
    "city": "CS",
    "industry": "HY",
}
REVIEWS_AHEAD = 3


def send_back(user: User, evaluation: Evaluation, reason: str) -> None:
    """退回秘书处: the decision maker wants something settled first."""
    with moving(user, evaluation, "send_back", reason):
        pass


def decline(user: User, evaluation: Evaluation, reason: str) -> None:
    """不予认定, with the reason on record."""
    with moving(user, evaluation, "decline", reason):
        pass


def check_certifiable(evaluation: Evaluation) -> None:
    """Refused where the result falls short of 10.1, or objections may come in or are open."""
    if not evaluation.publication.score_run.qualified:
        raise Refused(_("评估结果未达到10.1的要求，不能认定。"))
    check_objections_settled(evaluation)


def certify(user: User, evaluation: Evaluation) -> Certificate:
    """批准认定: name (10.2), number, certificate, register entry and reviews, all or nothing."""
    with moving(user, evaluation, "certify") as move:
        current = move.evaluation
        check_certifiable(current)
        publication = current.publication
        proposer = current.transitions.filter(move="propose").latest("at").actor
        if proposer.pk == user.pk:
            raise NotAllowed(_("提请人与审批人须为两人。"))
        # Two certificates of one base are given one after the other.
        Base.objects.select_for_update().get(pk=current.base_id)
        today, edition = timezone.localdate(), edition_of(current)
        certificate = Certificate(
            evaluation=current,
            base=current.base,
            score_run=publication.score_run,
            number=next_certificate_number(current, today),
            name=certificate_name(edition, current.category, current.place),
            name_en=certificate_name(edition, current.category, current.place, "en"),
            holder=current.organisation.name,
            category=current.category,
            province=current.base.province,
            certified_on=today,
            proposed_by=proposer,
            decided_by=user,
        )
        certificate.document = order(current, Kind.CERTIFICATE, content.certificate(certificate))
        older = standing.supersede(user, certificate)
        certificate.save(force_insert=True)
        Certificate.objects.filter(pk__in=[old.pk for old in older]).update(
            superseded_by=certificate
        )
        Base.objects.filter(pk=current.base_id).update(category=current.category, released_on=None)
        standing.enter(user, certificate, CertificateState.VALID, register.CERTIFIED)
        plan_reviews(certificate)
        move.data = {"certificate": certificate.number, "run": publication.score_run_id}
        return certificate


def next_certificate_number(evaluation: Evaluation, day: date) -> str:
    """The next number of the configured pattern. A number whose decision was rolled back is a
    gap; none is given twice."""
    return runtime.read("certificate_number_pattern").format(
        year=day.year,
        type=TYPE_CODES[evaluation.category],
        province=evaluation.base.province[:2],
        serial=numbers.next_number(f"certificate:{day.year}"),
    )


def number_without_serial(evaluation: Evaluation, day: date) -> str:
    """What a certificate's number would look like on that day; only the decision gives a serial."""
    pattern = re.sub(r"\{serial[^}]*\}", "××××", runtime.read("certificate_number_pattern"))
    return pattern.format(
        year=day.year,
        type=TYPE_CODES[evaluation.category],
        province=evaluation.base.province[:2],
    )


def plan_reviews(certificate: Certificate) -> None:
    """Keep the next annual reviews (10.4.1) on the calendar. Safe to run again."""
    planned = certificate.reviews.count()
    wanted = planned + REVIEWS_AHEAD - certificate.reviews.filter(closed_at__isnull=True).count()
    if wanted <= planned:
        return
    edition = edition_of(certificate.evaluation)
    for nth, year in enumerate(islice(review_years(edition), max(planned, wanted)), start=1):
        Review.objects.get_or_create(
            certificate=certificate,
            year=year,
            defaults={"due_on": review_date(edition, certificate.certified_on, nth)},
        )
