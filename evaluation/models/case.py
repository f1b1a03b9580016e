"""The case: one application on its way through the seven steps."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q

from dataaccess.models import Base
from evaluation import steps
from portal.accounts.models import Organisation

if TYPE_CHECKING:
    from evaluation.models.publication import Publication

CATEGORIES = ("economic_region", "computing_hub", "province", "city", "industry")


class Evaluation(models.Model):
    """案卷. Its state changes only through evaluation.actions, one move at a time."""

    number = models.CharField(max_length=20, unique=True)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="evaluations"
    )
    base = models.ForeignKey(Base, on_delete=models.PROTECT, related_name="evaluations")
    edition = models.CharField(max_length=16, help_text="the rulebook it is judged by")
    category = models.CharField(max_length=16)
    # The XX of clause 10.2: the region, hub, province, city or industry applied for.
    place = models.CharField(max_length=64)
    state = models.CharField(max_length=32, default="draft", db_index=True)
    state_since = models.DateTimeField()
    deadline = models.DateField(null=True, help_text="the last day of the present state")
    correction_days_left = models.PositiveSmallIntegerField(
        null=True, help_text="working days left of the applicant's time for corrections, paused"
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)

    if TYPE_CHECKING:
        organisation_id: int
        base_id: int

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=list(steps.STATES)), name="evaluation_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(category__in=CATEGORIES), name="evaluation_category_is_known"
            ),
            # What the secretariat works on was submitted once.
            models.CheckConstraint(
                condition=Q(state__in=["draft", "withdrawn"]) | Q(submitted_at__isnull=False),
                name="evaluation_left_draft_by_submission",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "state_since"], name="evaluation_queue"),
            models.Index(fields=["deadline"], name="evaluation_deadlines"),
            # The office's lists in their usual order, and their counts, without reading a row.
            models.Index(
                fields=["state_since", "id"],
                condition=Q(submitted_at__isnull=False),
                name="evaluation_waiting",
            ),
            models.Index(
                fields=["state", "deadline"],
                condition=Q(submitted_at__isnull=False),
                name="evaluation_totals",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def step(self) -> steps.Step:
        return steps.step_of(self.state)

    @property
    def current(self) -> steps.State:
        return steps.STATES[self.state]

    @property
    def publication(self) -> "Publication":
        """The result that stands before the public; Publication.DoesNotExist where none does."""
        return self.publications.get(withdrawn_at__isnull=True)


class Transition(models.Model):
    """One move that was made: the timeline of the case."""

    evaluation = models.ForeignKey(Evaluation, on_delete=models.CASCADE, related_name="transitions")
    move = models.CharField(max_length=32)
    source = models.CharField(max_length=32)
    target = models.CharField(max_length=32)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    actor_role = models.CharField(max_length=32)
    at = models.DateTimeField()
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.source} → {self.target}"
