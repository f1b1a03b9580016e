"""What the secretariat keeps beside the cases: saved views, reminders, figures counted ahead."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q

from evaluation.models.case import Evaluation


class SavedView(models.Model):
    """A filter of the queue under a name. A shared one is offered to the whole secretariat."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_views"
    )
    name = models.CharField(max_length=40)
    query = models.CharField(max_length=600, help_text="as in the address of the queue")
    shared = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    if TYPE_CHECKING:
        owner_id: int

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "name"], name="one_view_a_name"),
            models.CheckConstraint(condition=~Q(name=""), name="view_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name


class CaseReminder(models.Model):
    """Whoever has a case was reminded of it: once a day at most."""

    evaluation = models.ForeignKey(Evaluation, on_delete=models.CASCADE, related_name="reminders")
    on = models.DateField()
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    sent_at = models.DateTimeField()

    class Meta:
        ordering = ["sent_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["evaluation", "on"], name="reminded_once_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.evaluation} {self.on}"


class Figures(models.Model):
    """The figures that would cost a walk through all cases, counted ahead. One row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    made_at = models.DateTimeField()
    steps = models.JSONField(help_text="for each step: its number, stays, median, p90 in hours")
    indicators = models.JSONField(help_text="for each indicator: code, runs, mean, failed, missing")

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="figures_are_one_row")]

    def __str__(self) -> str:
        return f"{self.made_at}"
