"""The certificate, the register in which every change of its state is kept, and the proposals that
need a second person."""

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from dataaccess.models import Base
from evaluation import steps_after
from evaluation.models.case import Evaluation
from evaluation.models.files import Document
from evaluation.models.results import ScoreRun
from evaluation.models.two_persons import TwoPersons


class CertificateState(models.TextChoices):
    VALID = "valid", _("有效")
    RECTIFICATION = "rectification", _("整改中")
    SUSPENDED = "suspended", _("已暂停")
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
    superseded_by = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="supersedes"
    )

    if TYPE_CHECKING:
        base_id: int
        evaluation_id: int
        superseded_by_id: int | None

    class Meta:
        ordering = ["-certified_on", "number"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(proposed_by=F("decided_by")), name="certified_by_two_persons"
            ),
            models.CheckConstraint(
                condition=Q(state__in=CertificateState.values), name="certificate_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(superseded_by__isnull=True) | Q(state=CertificateState.SUPERSEDED),
                name="only_superseded_by_a_newer_one",
            ),
            # A newer certificate of the base takes the place of the one before.
            models.UniqueConstraint(
                fields=["base"],
                condition=Q(state__in=["valid", "rectification", "suspended"]),
                name="one_standing_certificate_a_base",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class RegisterEntry(models.Model):
    """The register (名录), append-only: every change of a certificate's state with its reason.
    Triggers of the database refuse to change or delete a row."""

    certificate = models.ForeignKey(Certificate, on_delete=models.PROTECT, related_name="entries")
    state = models.CharField(max_length=16, choices=CertificateState.choices)
    on = models.DateField()
    reason = models.TextField()
    grounds = models.JSONField(default=list, help_text="clauses it rests on")
    document = models.ForeignKey(Document, null=True, on_delete=models.PROTECT, related_name="+")
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


class Proposal(TwoPersons):
    """A change of a certificate's state that one person proposes and another decides (two
    persons): suspending, lifting a suspension, revoking."""

    certificate = models.ForeignKey(Certificate, on_delete=models.PROTECT, related_name="proposals")
    change = models.CharField(max_length=16)
    reason = models.TextField(help_text="as the register and the notice will say it")
    grounds = models.JSONField(default=list, help_text="clauses it rests on")

    if TYPE_CHECKING:
        certificate_id: int

    class Meta(TwoPersons.Meta):
        constraints = [
            *TwoPersons.Meta.constraints,
            models.CheckConstraint(
                condition=Q(change__in=list(steps_after.CHANGES)), name="proposed_change_is_known"
            ),
            models.CheckConstraint(
                condition=~Q(approved=False) | ~Q(note=""), name="declined_with_a_reason"
            ),
            models.UniqueConstraint(
                fields=["certificate"],
                condition=Q(approved__isnull=True),
                name="one_open_proposal_a_certificate",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.certificate} {self.change}"
