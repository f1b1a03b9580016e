"""What experts of the panel object to (a verified value, or the panel's own final word), the
leader's draft of that word, and what was put before the panel before it became final."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q

from evaluation.models.case import Evaluation
from evaluation.models.experts import Assignment


class Challenge(models.Model):
    """质疑: an expert of the panel doubts a verified value. The leader reads it when all have
    scored, and answers it in the record."""

    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="challenges")
    indicator = models.CharField(max_length=48)
    value = models.JSONField(help_text="what it should be, in the form of the score contract")
    reason = models.TextField()
    made_at = models.DateTimeField()
    answer = models.TextField(blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    answered_at = models.DateTimeField(null=True)

    if TYPE_CHECKING:
        assignment_id: int

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["assignment", "indicator"], name="one_challenge_an_indicator"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="challenge_has_a_reason"),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, answered_by__isnull=True, answer="")
                | (Q(answered_at__isnull=False, answered_by__isnull=False) & ~Q(answer="")),
                name="challenge_answered_in_words",
            ),
        ]

    def __str__(self) -> str:
        return self.indicator


# In place of an indicator: the dissent is about the opinion as a whole.
WHOLE_OPINION = "opinion"


class Dissent(models.Model):
    """保留意见: what an expert of the panel does not agree with. The leader writes it down, the
    expert confirms it or says how it should read."""

    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="dissents")
    indicator = models.CharField(max_length=48)
    text = models.TextField()
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    recorded_at = models.DateTimeField()
    remark = models.TextField(blank=True, help_text="how it should read, in the expert's words")
    confirmed_at = models.DateTimeField(null=True)

    if TYPE_CHECKING:
        assignment_id: int

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["assignment", "indicator"], name="one_dissent_an_indicator"
            ),
            models.CheckConstraint(condition=~Q(text=""), name="dissent_says_something"),
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True) | Q(remark=""),
                name="confirmed_without_a_remark",
            ),
        ]

    def __str__(self) -> str:
        return self.indicator


class ConsolidationDraft(models.Model):
    """What a leader has typed so far. Nobody else reads it; it is gone once the opinion is
    handed in."""

    evaluation = models.ForeignKey(
        Evaluation, on_delete=models.PROTECT, related_name="consolidation_drafts"
    )
    leader = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    typed = models.JSONField(help_text="the form as it was sent: name to list of values")
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["evaluation", "leader"], name="one_consolidation_draft_a_leader"
            )
        ]

    def __str__(self) -> str:
        return str(self.evaluation)


class Opinion(models.Model):
    """送阅的评审意见: what the leader means to hand in, put before the experts who have scored.
    Only what was put before them last may be handed in; then `handed_in_at` says when."""

    evaluation = models.ForeignKey(Evaluation, on_delete=models.PROTECT, related_name="opinions")
    number = models.PositiveSmallIntegerField()
    leader = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    content = models.JSONField(help_text="finals, overrules: indicator → value, reason; answers")
    shared_at = models.DateTimeField()
    handed_in_at = models.DateTimeField(null=True)

    if TYPE_CHECKING:
        evaluation_id: int

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["evaluation", "number"], name="one_opinion_a_number"),
        ]

    def __str__(self) -> str:
        return f"{self.evaluation_id} {self.number}"


class OpinionReading(models.Model):
    """已阅: an expert of the panel has read this version of the opinion."""

    opinion = models.ForeignKey(Opinion, on_delete=models.PROTECT, related_name="readings")
    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="+")
    read_at = models.DateTimeField()

    if TYPE_CHECKING:
        opinion_id: int
        assignment_id: int

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["opinion", "assignment"], name="one_reading_an_expert"),
        ]

    def __str__(self) -> str:
        return f"{self.opinion_id} {self.assignment_id}"
