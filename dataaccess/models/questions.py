"""Questions of the command centre about what a base reported, and the operator's answers."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dataaccess.models.base import Base
from dataaccess.plausibility import RULES


class Question(models.Model):
    """Something implausible in a base's reports. Asked by a rule, answered by the operator,
    closed by the secretariat, or by nobody where the data were corrected before an answer came;
    the figures themselves stay as they were sent."""

    base = models.ForeignKey(Base, on_delete=models.PROTECT, related_name="questions")
    rule = models.CharField(max_length=16)
    subject = models.CharField(max_length=24, blank=True)
    mark = models.CharField(max_length=40, help_text="tells one occurrence from the next")
    day = models.DateField(help_text="the report it is about")
    facts = models.JSONField()
    asked_at = models.DateTimeField()
    answer = models.TextField(_("说明"), blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    answered_at = models.DateTimeField(null=True)
    remark = models.TextField(_("处理意见"), blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    closed_at = models.DateTimeField(null=True)
    # The day's data raise it no longer. The same figure sent again is another occurrence.
    corrected_at = models.DateTimeField(null=True)

    if TYPE_CHECKING:
        base_id: int

    class Meta:
        ordering = ["-asked_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["base", "rule", "subject", "mark"],
                condition=Q(corrected_at__isnull=True),
                name="asked_once_an_occurrence",
            ),
            models.UniqueConstraint(
                fields=["base", "rule", "subject"],
                condition=Q(closed_at__isnull=True, answered_at__isnull=True),
                name="one_open_question_a_subject",
            ),
            models.CheckConstraint(condition=Q(rule__in=RULES), name="question_rule_is_known"),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, answered_by__isnull=True, answer="")
                | (Q(answered_at__isnull=False, answered_by__isnull=False) & ~Q(answer="")),
                name="question_answered_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, closed_by__isnull=True)
                | Q(closed_at__isnull=False, closed_by__isnull=False)
                | Q(closed_at__isnull=False, corrected_at__isnull=False, answered_at__isnull=True),
                name="question_closed_by_somebody_or_corrected",
            ),
        ]
        indexes = [models.Index(fields=["closed_at", "-asked_at"], name="question_open_first")]

    def __str__(self) -> str:
        return f"{self.base_id} {self.rule} {self.subject}"

    @property
    def state(self) -> str:
        """open, answered or closed."""
        if self.closed_at is not None:
            return "closed"
        return "answered" if self.answered_at is not None else "open"
