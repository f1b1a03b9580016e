"""What the applicant declares: the working draft, and the versions that were submitted."""

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from evaluation.models.case import Evaluation
from evaluation.models.files import CaseFile
from portal.contacts.fields import SealedInJSON

# What Appendix A asks of people: the tables of the head and the contact person, and on the cover.
CONTACTS = ("head", "contact", "contact_name", "phone", "email")


class DraftTable(models.Model):
    """One numbered table of Appendix A as it stands now. `version` counts its saves, so that two
    tabs or two people never overwrite each other unseen."""

    evaluation = models.ForeignKey(Evaluation, on_delete=models.CASCADE, related_name="tables")
    key = models.CharField(max_length=40)
    content = SealedInJSON(default=dict, sealed=CONTACTS)
    version = models.PositiveIntegerField(default=0)
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    saved_at = models.DateTimeField(null=True)
    tab = models.CharField(max_length=24, blank=True, help_text="the open page that saved last")

    if TYPE_CHECKING:
        saved_by_id: int | None

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["evaluation", "key"], name="one_draft_of_each_table"),
            models.CheckConstraint(
                condition=Q(saved_by__isnull=True, saved_at__isnull=True)
                | Q(saved_by__isnull=False, saved_at__isnull=False),
                name="draft_saved_by_and_at_together",
            ),
        ]

    def __str__(self) -> str:
        return self.key


class Declaration(models.Model):
    """A submitted version of the application form (申报书). Never changes."""

    evaluation = models.ForeignKey(
        Evaluation, on_delete=models.PROTECT, related_name="declarations"
    )
    number = models.PositiveIntegerField(help_text="1 for the first submission")
    tables = SealedInJSON(help_text="table key -> content", sealed=CONTACTS)
    values = models.JSONField(help_text="declared values in the form of the score contract")
    materials = models.ManyToManyField(CaseFile, related_name="declarations")
    digest = models.CharField(max_length=64)
    form_code = models.CharField(
        max_length=16, blank=True, help_text="version code on each page of the form"
    )
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    submitted_at = models.DateTimeField()

    class Meta:
        ordering = ["evaluation", "number"]
        constraints = [
            models.UniqueConstraint(fields=["evaluation", "number"], name="declaration_number_once")
        ]

    def __str__(self) -> str:
        return f"v{self.number}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        kwargs["force_insert"] = True
        super().save(*args, **kwargs)


class Stamp(models.Model):
    """Which version of the form a scan of the sealed paper shows: the code at its foot, as the
    applicant read it there, or as the file's own text says."""

    file = models.OneToOneField(CaseFile, on_delete=models.PROTECT, related_name="stamp")
    form_code = models.CharField(max_length=16)
    stated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    stated_at = models.DateTimeField()
    from_text = models.BooleanField(
        default=False, help_text="read by the portal in the file, not stated by a person"
    )

    def __str__(self) -> str:
        return self.form_code


class SlotReview(models.Model):
    """The secretariat's verdict on one material slot of one submitted version (材料初审)."""

    declaration = models.ForeignKey(
        Declaration, on_delete=models.PROTECT, related_name="slot_reviews"
    )
    slot = models.PositiveSmallIntegerField()
    accepted = models.BooleanField()
    reason = models.TextField(blank=True)
    clause = models.CharField(max_length=40, blank=True, help_text="that the defect is about")
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    reviewed_at = models.DateTimeField()
    answer = models.TextField(blank=True, help_text="what the applicant says to the defect")

    class Meta:
        ordering = ["slot"]
        constraints = [
            models.UniqueConstraint(fields=["declaration", "slot"], name="one_verdict_a_slot"),
            models.CheckConstraint(
                condition=Q(accepted=True) | ~Q(reason=""), name="defect_has_a_reason"
            ),
            models.CheckConstraint(
                condition=Q(slot__gte=1, slot__lte=10), name="reviewed_slot_is_in_table_1"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.slot}"


class FieldDefect(models.Model):
    """A field of the form that the secretariat found wanting in one submitted version."""

    declaration = models.ForeignKey(
        Declaration, on_delete=models.PROTECT, related_name="field_defects"
    )
    table = models.CharField(max_length=40)
    field = models.CharField(max_length=60)
    reason = models.TextField()
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    reviewed_at = models.DateTimeField()
    answer = models.TextField(blank=True, help_text="what the applicant says to the defect")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["declaration", "table", "field"], name="one_defect_a_field"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="field_defect_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.table}.{self.field}"
