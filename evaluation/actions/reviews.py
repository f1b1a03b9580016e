"""Reminders of the annual review (10.4.1)."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from evaluation import notify
from evaluation.actions.certification import plan_reviews
from evaluation.models import Certificate, CertificateState, Review, ReviewReminder
from portal.accounts.models import Role, User


def remind_reviews() -> int:
    """Send every reminder that has fallen due and was not sent. After days without a beat only
    the nearest distance is sent: three mails at once would say the same. Returns how many
    reviews were reminded of."""
    for certificate in Certificate.objects.filter(state=CertificateState.VALID):
        plan_reviews(certificate)
    today = timezone.localdate()
    distances = sorted(settings.REVIEW_REMINDER_DAYS)
    farthest = today + timedelta(days=distances[-1]) if distances else today
    due = Review.objects.filter(
        closed_at__isnull=True,
        due_on__lte=farthest,
        certificate__state__in=[CertificateState.VALID, CertificateState.RECTIFICATION],
    ).values_list("pk", flat=True)
    return sum(_remind(pk, distances) for pk in list(due))


@transaction.atomic
def _remind(pk: int, distances: list[int]) -> bool:
    review = (
        Review.objects.select_for_update(of=("self",))
        .select_related("certificate__evaluation")
        .get(pk=pk)
    )
    left = (review.due_on - timezone.localdate()).days
    reached = next((distance for distance in distances if left <= distance), None)
    if reached is None or review.reminders.filter(days_before__lte=reached).exists():
        return False
    now = timezone.now()
    ReviewReminder.objects.create(review=review, days_before=reached, sent_at=now)
    organisation = review.certificate.evaluation.organisation_id
    people = User.objects.filter(is_active=True, role=Role.SECRETARIAT) | User.objects.filter(
        is_active=True, role=Role.APPLICANT, organisation_id=organisation
    )
    notify.tell(
        people,
        "review_due",
        f"review:{review.pk}:{reached}",
        path=reverse("site:certificate", args=[review.certificate.number]),
        title=review.certificate.name,
        certificate=review.certificate.number,
        year=review.year,
        deadline=review.due_on,
    )
    return True
