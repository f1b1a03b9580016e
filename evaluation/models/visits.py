"""What a site visit brings in from devices that had no network, and its signatures."""

import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from evaluation.models.case import Evaluation
from portal.contacts.fields import SealedText


class Outcome(models.TextChoices):
    """What became of a finding that a device sent."""

    KEPT = "kept", _("已记录")
    OPEN = "open", _("与他人记录冲突，待处理")
    ADOPTED = "adopted", _("经处理后采用")
    SET_ASIDE = "set_aside", _("经处理后未采用")
    REPLACED = "replaced", _("已被本人后来的记录代替")


class SiteEntry(models.Model):
    """A finding as a device sent it, under the number the device gave it: sent again, it changes
    nothing. Where another finding stood that its author had not seen, neither overwrites the
    other: the entry stays open until a person decides."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    evaluation = models.ForeignKey(
        Evaluation, on_delete=models.PROTECT, related_name="site_entries"
    )
    indicator = models.CharField(max_length=48)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    finding = models.JSONField(help_text="observed, in the form of the score contract, and texts")
    noted_at = models.DateTimeField(help_text="by the device's clock")
    received_at = models.DateTimeField()
    # Brought in from a file that the device wrote; null: the device sent it.
    imported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    outcome = models.CharField(max_length=12, choices=Outcome.choices)
    stamp = models.CharField(max_length=64, blank=True, help_text="of the record it made")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    decision_reason = models.TextField(blank=True, help_text="why this one of the two")
    beside = models.JSONField(
        null=True,
        help_text="the finding it was chosen against, as it stood: as `finding`, with by and at",
    )

    if TYPE_CHECKING:
        evaluation_id: int
        author_id: int

    class Meta:
        ordering = ["received_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    outcome__in=["adopted", "set_aside"],
                    decided_by__isnull=False,
                    decided_at__isnull=False,
                )
                | Q(
                    outcome__in=["kept", "open", "replaced"],
                    decided_by__isnull=True,
                    decided_at__isnull=True,
                ),
                name="a_person_decides_an_entry",
            ),
            models.CheckConstraint(
                condition=Q(outcome__in=["kept", "adopted"]) ^ Q(stamp=""),
                name="a_kept_entry_has_its_stamp",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator} {self.outcome}"


class Side(models.TextChoices):
    TEAM = "team", _("现场评估组")
    APPLICANT = "applicant", _("申报单位")


class SiteSignature(models.Model):
    """Someone signs the findings as they stand. It counts while they stand so: `digest` is that of
    the findings signed. Signed again, the newest of a side counts."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    evaluation = models.ForeignKey(
        Evaluation, on_delete=models.PROTECT, related_name="site_signatures"
    )
    side = models.CharField(max_length=12, choices=Side.choices)
    name = models.CharField(max_length=50)
    position = models.CharField(max_length=50, blank=True)
    strokes = models.JSONField(
        default=list, help_text="lines of points in a field of 1000 × 400; empty: typed"
    )
    digest = models.CharField(max_length=64)
    signed_at = models.DateTimeField(help_text="by the device's clock")
    received_at = models.DateTimeField()
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    if TYPE_CHECKING:
        evaluation_id: int
        recorded_by_id: int

    class Meta:
        ordering = ["received_at", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="a_signature_has_a_name"),
        ]

    def __str__(self) -> str:
        return f"{self.side} {self.name}"


class VisitPlan(models.Model):
    """One version of the plan of a visit (现场评估工作方案): a draft of its maker until it is sent;
    then the applicant confirms it or asks for another date, and a change is a new version."""

    evaluation = models.ForeignKey(Evaluation, on_delete=models.PROTECT, related_name="visit_plans")
    number = models.PositiveSmallIntegerField()
    first_day = models.DateField()
    last_day = models.DateField()
    place = models.CharField(max_length=200, help_text="where the team is met")
    contact_name = SealedText(max_length=50)
    contact_phone = SealedText(max_length=50)
    schedule = models.JSONField(help_text="rows of day, begins, ends, what, who")
    verifiers = models.JSONField(help_text="who verifies: indicator → the expert's key")
    preparation = models.TextField(blank=True, help_text="what the applicant should have ready")
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    saved_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    change_asked_at = models.DateTimeField(null=True)
    change_reason = models.TextField(blank=True)
    change_day = models.DateField(null=True, help_text="the day the applicant proposes")
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    if TYPE_CHECKING:
        evaluation_id: int

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(
                fields=["evaluation", "number"], name="one_visit_plan_a_number"
            ),
            models.UniqueConstraint(
                fields=["evaluation"],
                condition=Q(sent_at__isnull=True),
                name="one_draft_of_a_visit_plan",
            ),
            models.CheckConstraint(
                condition=Q(last_day__gte=models.F("first_day")),
                name="a_visit_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(
                    confirmed_at__isnull=True,
                    change_asked_at__isnull=True,
                    answered_by__isnull=True,
                    change_reason="",
                )
                | Q(
                    sent_at__isnull=False,
                    confirmed_at__isnull=False,
                    change_asked_at__isnull=True,
                    answered_by__isnull=False,
                    change_reason="",
                )
                | (
                    Q(
                        sent_at__isnull=False,
                        confirmed_at__isnull=True,
                        change_asked_at__isnull=False,
                        answered_by__isnull=False,
                    )
                    & ~Q(change_reason="")
                ),
                name="a_sent_plan_is_answered_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.evaluation_id} {self.number}"

    @property
    def awaits_answer(self) -> bool:
        """Whether the applicant has it and has not answered."""
        return bool(self.sent_at) and not self.confirmed_at and not self.change_asked_at
