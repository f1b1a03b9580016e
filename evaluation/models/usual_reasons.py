"""What is usually wrong with materials, in the secretariat's own words."""

from django.db import models
from django.db.models import Q


class UsualReason(models.Model):
    """One reason to choose from in the review of materials. Choosing copies its words; changing
    it later changes no verdict."""

    slot = models.PositiveSmallIntegerField(null=True, help_text="number in Table 1; null: any")
    clause = models.CharField(max_length=40, blank=True)
    text = models.CharField(max_length=500)

    class Meta:
        ordering = [models.F("slot").asc(nulls_first=True), "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="usual_reason_says_something"),
            models.CheckConstraint(
                condition=Q(slot__isnull=True) | Q(slot__gte=1, slot__lte=10),
                name="usual_reason_of_a_slot_in_table_1",
            ),
        ]

    def __str__(self) -> str:
        return self.text
