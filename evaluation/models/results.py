"""What came out: the score run, the certificate and its reviews."""

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from dataaccess.models import Base
from evaluation.models.case import Evaluation
from evaluation.models.files import Document


class ScoreRun(models.Model):
    """One computation of the score (clause 9) with its inputs and every step. Never changes;
    `manage.py recheck_scores` proves that it still comes out the same."""

    evaluation = models.ForeignKey(Evaluation, on_delete=models.PROTECT, related_name="score_runs")
    edition = models.CharField(max_length=16)
    category = models.CharField(max_length=16)
    inputs = models.JSONField(help_text="final values in the form of the score contract")
    result = models.JSONField(help_text="the scorecard in the form of the score contract")
    digest = models.CharField(max_length=64, help_text="of inputs and result")
    total = models.DecimalField(max_digits=7, decimal_places=4)
    qualified = models.BooleanField()
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["made_at", "id"]

    def __str__(self) -> str:
        return f"A = {self.total}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        kwargs["force_insert"] = True
        super().save(*args, **kwargs)


class CertificateState(models.TextChoices):
    VALID = "valid", _("有效")
    RECTIFICATION = "rectification", _("整改中")
    SUSPENDED = "suspended", _("暂停")
    REVOKED = "revoked", _("已取消认定")
    SUPERSEDED = "superseded", _("已换发")


class Certificate(models.Model):
    """证书: the name of clause 10.2 given to a base. One for each decision, its number once."""

    evaluation = models.OneToOneField(
        Evaluation, on_delete=models.PROTECT, related_name="certificate"
    )
    base = models.ForeignKey(Base, on_delete=models.PROTECT, related_name="certificates")
    score_run = models.ForeignKey(ScoreRun, on_delete=models.PROTECT, related_name="+")
    number = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=200)
    name_en = models.CharField(max_length=300)
    holder = models.CharField(max_length=256, help_text="the organisation as named that day")
    category = models.CharField(max_length=16)
    province = models.CharField(max_length=6, db_index=True)
    certified_on = models.DateField()
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    document = models.OneToOneField(Document, on_delete=models.PROTECT, related_name="certificate")
    state = models.CharField(
        max_length=16, choices=CertificateState.choices, default=CertificateState.VALID
    )

    if TYPE_CHECKING:
        base_id: int

    class Meta:
        ordering = ["-certified_on", "number"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(proposed_by=F("decided_by")), name="certified_by_two_persons"
            ),
            models.CheckConstraint(
                condition=Q(state__in=CertificateState.values), name="certificate_state_is_known"
            ),
        ]

    def __str__(self) -> str:
        return self.number


class RegisterEntry(models.Model):
    """The register (名录), append-only: every change of a certificate's state with its reason."""

    certificate = models.ForeignKey(Certificate, on_delete=models.PROTECT, related_name="entries")
    state = models.CharField(max_length=16, choices=CertificateState.choices)
    on = models.DateField()
    reason = models.TextField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["made_at", "id"]

    def __str__(self) -> str:
        return f"{self.on} {self.state}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        kwargs["force_insert"] = True
        super().save(*args, **kwargs)


class Review(models.Model):
    """An annual review (年审, clause 10.4.1) that falls due on an anniversary."""

    certificate = models.ForeignKey(Certificate, on_delete=models.PROTECT, related_name="reviews")
    year = models.PositiveSmallIntegerField(help_text="years after the certification")
    due_on = models.DateField(db_index=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["due_on"]
        constraints = [
            models.UniqueConstraint(fields=["certificate", "year"], name="one_review_a_year")
        ]

    def __str__(self) -> str:
        return f"{self.certificate} +{self.year}"


class ReviewReminder(models.Model):
    """A reminder that was sent: the same distance is never reminded of twice."""

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="reminders")
    days_before = models.SmallIntegerField(help_text="negative: after the due day")
    sent_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["review", "days_before"], name="reminded_once")
        ]

    def __str__(self) -> str:
        return f"{self.review} −{self.days_before}"
