"""What one person proposes and another decides."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q


class TwoPersons(models.Model):
    """Who proposed, who decided and how; an open proposal has no decision. Its Meta's constraints
    belong to each kind, beside its own."""

    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    proposed_at = models.DateTimeField()
    approved = models.BooleanField(null=True, help_text="null: not decided")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    note = models.TextField(blank=True, help_text="why it was declined")

    if TYPE_CHECKING:
        proposed_by_id: int

    class Meta:
        abstract = True
        ordering = ["proposed_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(approved__isnull=True, decided_by__isnull=True, decided_at__isnull=True)
                | Q(approved__isnull=False, decided_by__isnull=False, decided_at__isnull=False),
                name="%(class)s_decided_by_and_at_together",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("proposed_by")),
                name="%(class)s_decided_by_another",
            ),
        ]
