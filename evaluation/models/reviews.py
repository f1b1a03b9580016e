"""The annual review (年审, 10.4): its calendar, its items, its moves, its reminders."""

from datetime import date
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from evaluation import steps_after
from evaluation.models.certificates import Certificate
from evaluation.models.files import CaseFile, Document


class Review(models.Model):
    """An annual review that falls due on an anniversary (10.4.1)."""

    certificate = models.ForeignKey(Certificate, on_delete=models.PROTECT, related_name="reviews")
    year = models.PositiveSmallIntegerField(help_text="years after the certification")
    due_on = models.DateField(db_index=True)
    state = models.CharField(max_length=16, default="planned", db_index=True)
    state_since = models.DateTimeField(null=True)
    rectify_by = models.DateField(null=True, help_text="the day until which is to be rectified")
    office_by = models.DateField(
        null=True, help_text="the day until which the office judges what was handed in"
    )
    closed_at = models.DateTimeField(null=True)

    if TYPE_CHECKING:
        certificate_id: int

    class Meta:
        ordering = ["due_on"]
        constraints = [
            models.UniqueConstraint(fields=["certificate", "year"], name="one_review_a_year"),
            models.CheckConstraint(
                condition=Q(state__in=list(steps_after.REVIEW_STATES)), name="review_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=steps_after.OPEN_REVIEW, closed_at__isnull=True)
                | (~Q(state__in=steps_after.OPEN_REVIEW) & Q(closed_at__isnull=False)),
                name="an_ended_review_is_closed",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=steps_after.RECTIFYING) | Q(rectify_by__isnull=False),
                name="rectification_has_its_deadline",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.certificate} +{self.year}"

    @property
    def current(self) -> steps_after.ReviewState:
        return steps_after.REVIEW_STATES[self.state]

    @property
    def until(self) -> date | None:
        """The day that whoever has the review works towards."""
        if self.state in steps_after.REVIEW_OFFICE and self.office_by is not None:
            return self.office_by
        return self.rectify_by if self.state in steps_after.RECTIFYING else self.due_on


class ReviewItem(models.Model):
    """One item of a review: the applicant's answer, the secretariat's finding, and where it was
    not met the rectification and its re-check. Items are those of the edition (10.4.2) and the
    commitments of 8.4 that were scored (`commitment_…`)."""

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="items")
    key = models.CharField(max_length=64)
    position = models.PositiveSmallIntegerField()
    # The applicant's part; `version` counts its saves.
    conforms = models.BooleanField(null=True)
    statement = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=0)
    # The finding.
    met = models.BooleanField(null=True)
    finding = models.TextField(blank=True, help_text="what is wrong and to be done")
    judged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    judged_at = models.DateTimeField(null=True)
    # The rectification.
    response = models.TextField(blank=True)
    solved = models.BooleanField(null=True)
    recheck = models.TextField(blank=True)
    rechecked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    rechecked_at = models.DateTimeField(null=True)

    if TYPE_CHECKING:
        review_id: int

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["review", "key"], name="one_item_of_each_key"),
            models.CheckConstraint(
                condition=Q(met__isnull=True, judged_by__isnull=True, judged_at__isnull=True)
                | Q(met__isnull=False, judged_by__isnull=False, judged_at__isnull=False),
                name="item_judged_by_and_at_together",
            ),
            models.CheckConstraint(
                condition=~Q(met=False) | ~Q(finding=""), name="unmet_item_has_its_finding"
            ),
            models.CheckConstraint(
                condition=Q(solved__isnull=True) | Q(met=False),
                name="only_unmet_items_are_rechecked",
            ),
        ]

    def __str__(self) -> str:
        return self.key


class ReviewStage(models.TextChoices):
    DECLARED = "declared", _("年审材料")
    RECTIFIED = "rectified", _("整改材料")


class ReviewFile(models.Model):
    """Evidence for an item, handed in with the answer or with the rectification."""

    item = models.ForeignKey(ReviewItem, on_delete=models.CASCADE, related_name="files")
    file = models.OneToOneField(CaseFile, on_delete=models.PROTECT, related_name="review_file")
    stage = models.CharField(max_length=12, choices=ReviewStage.choices)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.item} {self.file}"


class ReviewTransition(models.Model):
    """One move of a review: its history. Without an actor the calendar or the register made it.
    What the applicant handed in with a move is frozen in `content`: the secretariat reads that, not
    the draft."""

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="transitions")
    move = models.CharField(max_length=24)
    source = models.CharField(max_length=16)
    target = models.CharField(max_length=16)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField()
    reason = models.TextField(blank=True)
    deadline = models.DateField(null=True)
    content = models.JSONField(default=dict)
    document = models.ForeignKey(Document, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.source} → {self.target}"


class ReviewReminder(models.Model):
    """A reminder that was sent: the same distance from the same day is never reminded of twice."""

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="reminders")
    until = models.DateField(help_text="the day that is counted to")
    days_before = models.SmallIntegerField(help_text="negative: after that day")
    sent_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["review", "until", "days_before"], name="reminded_once")
        ]

    def __str__(self) -> str:
        return f"{self.review} −{self.days_before}"
