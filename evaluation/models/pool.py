"""专家库: what is known of each expert, so that a draw can tell who may serve on a case."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from evaluation.models.imports import SheetImport, import_constraints


class Expert(models.Model):
    """One person of the pool. Name and addresses stand with the account, which has no effect until
    the expert has followed the mailed invitation.

    `version` counts the saves, so that two people never overwrite each other unseen."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="expert_record"
    )
    title = models.CharField(_("职称或职务"), max_length=64, blank=True)
    employer = models.CharField(_("工作单位"), max_length=256, blank=True)
    employer_code = models.CharField(
        _("工作单位统一社会信用代码"), max_length=18, blank=True, db_index=True
    )
    # 聘期; null: not limited on that side.
    term_from = models.DateField(_("聘期自"), null=True)
    term_to = models.DateField(_("聘期至"), null=True)
    retired_at = models.DateTimeField(null=True)
    retired_reason = models.TextField(blank=True)
    # When the expert last looked through the own record and found it right.
    confirmed_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    saved_at = models.DateTimeField()

    if TYPE_CHECKING:
        user_id: int

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(term_from__isnull=True)
                | Q(term_to__isnull=True)
                | Q(term_to__gte=F("term_from")),
                name="term_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(retired_at__isnull=True) | ~Q(retired_reason=""),
                name="retirement_has_its_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.employer}"


class ExpertField(models.Model):
    """专业领域: one of settings.EXPERT_FIELDS in which an expert is at home."""

    expert = models.ForeignKey(Expert, on_delete=models.CASCADE, related_name="field_rows")
    field = models.CharField(max_length=32, db_index=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["expert", "field"], name="a_field_once_an_expert")
        ]

    def __str__(self) -> str:
        return self.field


class Tie(models.Model):
    """What binds an expert to an organisation, beside the present employer. `since` and `until`
    are days; null: unknown on that side, or still so."""

    class Kind(models.TextChoices):
        FORMER = "former", _("曾任职")
        CONSULTANCY = "consultancy", _("提供咨询")
        CONFLICT = "conflict", _("其他利害关系")

    expert = models.ForeignKey(Expert, on_delete=models.CASCADE, related_name="ties")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    organisation = models.CharField(max_length=256)
    credit_code = models.CharField(max_length=18, blank=True, db_index=True)
    since = models.DateField(null=True)
    until = models.DateField(null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["former", "consultancy", "conflict"]),
                name="tie_kind_is_known",
            ),
            models.CheckConstraint(
                condition=Q(since__isnull=True) | Q(until__isnull=True) | Q(until__gte=F("since")),
                name="tie_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=~Q(kind="former") | Q(until__isnull=False),
                name="former_employment_has_its_end",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.organisation}"


class Absence(models.Model):
    """Days on which an expert cannot serve, both inclusive."""

    expert = models.ForeignKey(Expert, on_delete=models.CASCADE, related_name="absences")
    first_day = models.DateField()
    last_day = models.DateField()

    class Meta:
        ordering = ["first_day", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(last_day__gte=F("first_day")), name="absence_ends_after_it_begins"
            )
        ]

    def __str__(self) -> str:
        return f"{self.first_day} – {self.last_day}"


class ExpertImport(SheetImport):
    """An Excel file of experts, read and checked by a worker, then taken in or dropped."""

    class Meta:
        ordering = ["-uploaded_at"]
        constraints = import_constraints("expert_import")
