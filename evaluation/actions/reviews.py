"""The calendar of the annual reviews (10.4.1): opening those that come near, and reminders."""

from datetime import date, timedelta

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from evaluation import notify, terms
from evaluation.actions import annual_review
from evaluation.actions.certification import plan_reviews
from evaluation.errors import WrongState
from evaluation.models import Certificate, Review, ReviewReminder
from evaluation.steps_after import LASTING, REVIEW_FILLING, REVIEW_OFFICE, Party
from portal.accounts.models import User
from portal.ledger import runtime


def run_calendar() -> int:
    """Plan, open and remind, in this order. Safe to run again, by two at once, and after days
    without a beat. Returns how many reviews were reminded of."""
    for certificate in Certificate.objects.filter(state__in=LASTING):
        plan_reviews(certificate)
    open_due()
    return remind_reviews()


def open_due() -> int:
    """Open every planned review whose due day is near (a setting). How many there were."""
    near = timezone.localdate() + timedelta(days=runtime.read("review_open_days"))
    due = Review.objects.filter(
        state="planned", due_on__lte=near, certificate__state__in=LASTING
    ).select_related("certificate")
    opened = 0
    for review in due.order_by("due_on"):
        try:
            _open(review)
            opened += 1
        except WrongState:
            continue  # another was quicker
    return opened


@transaction.atomic
def _open(review: Review) -> None:
    """The notice stands for the reminder of the same day: two mails would say the same."""
    annual_review.open_review(review)
    reached = _reached(review.due_on)
    if reached is not None:
        ReviewReminder.objects.create(
            review=review, until=review.due_on, days_before=reached, sent_at=timezone.now()
        )


def _reached(until: date) -> int | None:
    """The nearest distance that has come; none while all lie ahead."""
    left = (until - timezone.localdate()).days
    return terms.reached(left, runtime.read("review_reminder_days"))


def remind_reviews() -> int:
    """Send every reminder that has fallen due and was not sent. After days without a beat only
    the nearest distance is sent: three mails at once would say the same. Returns how many
    reviews were reminded of."""
    distances = runtime.read("review_reminder_days")
    farthest = timezone.localdate() + timedelta(days=max(distances, default=0))
    due = Review.objects.filter(
        Q(state__in=("planned", *REVIEW_FILLING), due_on__lte=farthest)
        | Q(state="rectification", rectify_by__lte=farthest)
        | Q(state__in=REVIEW_OFFICE),
        certificate__state__in=LASTING,
    ).values_list("pk", flat=True)
    return sum(_remind(pk) for pk in list(due))


@transaction.atomic
def _remind(pk: int) -> bool:
    review = (
        Review.objects.select_for_update(of=("self",))
        .select_related("certificate__evaluation")
        .get(pk=pk)
    )
    until = review.until
    if until is None or review.closed_at is not None:
        return False
    reached = _reached(until)
    if reached is None or reached >= _whole(review, until):
        return False
    if review.reminders.filter(until=until, days_before__lte=reached).exists():
        return False
    ReviewReminder.objects.create(
        review=review, until=until, days_before=reached, sent_at=timezone.now()
    )
    notify.tell(
        _reminded(review),
        _kind(review),
        f"review:{review.pk}:{until}:{reached}",
        path=reverse("evaluation:annual_review", args=[review.pk]),
        case=review.certificate.evaluation.number,
        title=review.certificate.name,
        certificate=review.certificate.number,
        year=review.year,
        state=review.current.label,
        deadline=until,
    )
    return True


def _kind(review: Review) -> str:
    if review.state in REVIEW_OFFICE:
        return "review_with_office"
    return "rectification_due" if review.state == "rectification" else "review_due"


def _whole(review: Review, until: date) -> int:
    """How long a rectification, or the office's part, lasts altogether: its notice was just sent,
    and a reminder of a longer distance would come with it. A review is planned years ahead."""
    if review.state in REVIEW_OFFICE:
        since = review.state_since
        return (until - timezone.localdate(since)).days if since else 10_000
    if review.state != "rectification":
        return 10_000
    last = review.transitions.filter(deadline=until).order_by("-at").first()
    return (until - timezone.localdate(last.at)).days if last else 10_000


def _reminded(review: Review) -> list[User]:
    """Who has it, and the secretariat, which follows every review."""
    holders = (
        [] if review.current.owner == Party.SECRETARIAT else notify.holders(review.certificate)
    )
    return [*holders, *notify.secretariat()]
