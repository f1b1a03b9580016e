"""The calendar as an administrator corrected it, and what became of a case's deadlines."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from evaluation.models.case import Evaluation


class CalendarDay(models.Model):
    """A day on which offices work, or do not, other than the shipped calendar says: the State
    Council's yearly notice (国务院办公厅关于部分节假日安排的通知) as it was entered."""

    day = models.DateField(_("日期"), primary_key=True)
    works = models.BooleanField(_("上班"))
    note = models.CharField(_("说明"), max_length=100, blank=True)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["day"]

    def __str__(self) -> str:
        return f"{self.day} {'works' if self.works else 'off'}"


class Extension(models.Model):
    """延期: the deadline of a state was put off, with the reason on record."""

    evaluation = models.ForeignKey(Evaluation, on_delete=models.PROTECT, related_name="extensions")
    state = models.CharField(max_length=32)
    before = models.DateField()
    after = models.DateField()
    reason = models.TextField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    made_at = models.DateTimeField()

    if TYPE_CHECKING:
        made_by_id: int

    class Meta:
        ordering = ["made_at", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(after__gt=F("before")), name="extension_is_later"),
            models.CheckConstraint(condition=~Q(reason=""), name="extension_has_its_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.before} → {self.after}"


class DeadlineReminder(models.Model):
    """A reminder that was sent: of one deadline, each distance once. An extended deadline is
    another one, and begins anew."""

    evaluation = models.ForeignKey(
        Evaluation, on_delete=models.CASCADE, related_name="deadline_reminders"
    )
    state = models.CharField(max_length=32)
    deadline = models.DateField()
    days_before = models.SmallIntegerField(help_text="negative: after the deadline")
    sent_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["evaluation", "state", "deadline", "days_before"],
                name="reminded_of_a_deadline_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.evaluation_id} {self.deadline} −{self.days_before}"
