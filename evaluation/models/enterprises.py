"""The list of enterprises up and down the industrial chain (8.2.2), and its imports from Excel."""

import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from evaluation.models.case import Evaluation


class Enterprise(models.Model):
    """One enterprise of the draft's list. A submitted version holds a copy of its own.

    `version` counts the saves of the row, so that two people never overwrite each other unseen."""

    evaluation = models.ForeignKey(Evaluation, on_delete=models.CASCADE, related_name="enterprises")
    position = models.PositiveIntegerField()
    name = models.CharField(max_length=256)
    credit_code = models.CharField(max_length=18, blank=True)
    field = models.CharField(max_length=256)
    document_kind = models.CharField(max_length=32)
    document = models.CharField(max_length=256, blank=True)
    version = models.PositiveIntegerField(default=1)
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    saved_at = models.DateTimeField()

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["evaluation", "credit_code"],
                condition=~Q(credit_code=""),
                name="credit_code_once_a_list",
            )
        ]

    def __str__(self) -> str:
        return self.name


class ImportState(models.TextChoices):
    READING = "reading", _("正在读取")
    READY = "ready", _("待确认")
    FAILED = "failed", _("无法读取")
    TAKEN = "taken", _("已导入")
    DROPPED = "dropped", _("已放弃")


class EnterpriseImport(models.Model):
    """An Excel file that was handed in for the list: read and checked by a worker, then taken in
    or dropped by a person. Nothing of it is on the list before."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    evaluation = models.ForeignKey(
        Evaluation, on_delete=models.CASCADE, related_name="enterprise_imports"
    )
    name = models.CharField(max_length=255)
    stored = models.FileField(max_length=200)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    uploaded_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=ImportState.choices, default=ImportState.READING)
    progress = models.PositiveSmallIntegerField(default=0, help_text="percent of the rows read")
    rows = models.JSONField(default=list, help_text="see evaluation.enterprises.rows.ReadRow")
    error = models.TextField(blank=True)
    outcome = models.JSONField(default=dict, help_text="what taking it in did, in numbers")
    closed_at = models.DateTimeField(null=True)

    if TYPE_CHECKING:
        evaluation_id: int

    class Meta:
        ordering = ["-uploaded_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["taken", "dropped"], closed_at__isnull=False)
                | (~Q(state__in=["taken", "dropped"]) & Q(closed_at__isnull=True)),
                name="import_closed_when_decided",
            ),
            models.CheckConstraint(condition=Q(progress__lte=100), name="import_progress_percent"),
        ]

    def __str__(self) -> str:
        return self.name
