"""Reminding the secretariat of the day by which an objection is to be closed and answered."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from evaluation import notify, terms
from evaluation.models import Objection, ObjectionReminder
from portal.ledger import runtime


def remind_objections() -> int:
    """Send every reminder that has fallen due and was not sent; after days without a beat only the
    nearest distance. Returns how many objections were reminded of."""
    distances = runtime.read("deadline_reminder_days")
    if not distances:
        return 0
    farthest = timezone.localdate() + timedelta(days=max(distances))
    due = Objection.objects.filter(closed_at__isnull=True, due_on__lte=farthest)
    return sum(_remind(pk, distances) for pk in list(due.values_list("pk", flat=True)))


@transaction.atomic
def _remind(pk: int, distances: list[int]) -> bool:
    objection = (
        Objection.objects.select_for_update(of=("self",))
        .select_related("publication__evaluation")
        .get(pk=pk)
    )
    if objection.due_on is None or not objection.is_open:
        return False  # it was closed meanwhile
    left = (objection.due_on - timezone.localdate()).days
    reached = terms.reached(left, distances)
    # As it came in the secretariat was told: a distance as long as the whole time says it twice.
    if reached is None or reached >= (objection.due_on - objection.received_on).days:
        return False
    if objection.reminders.filter(days_before__lte=reached).exists():
        return False
    ObjectionReminder.objects.create(
        objection=objection, days_before=reached, sent_at=timezone.now()
    )
    notify.objection_due(objection, left, reached)
    return True
