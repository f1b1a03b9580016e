"""Excel files that are handed in: read and checked by a worker, then taken in or dropped by a
person. Nothing of a file has effect before."""

import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.contacts.fields import SealedInJSON


class ImportState(models.TextChoices):
    READING = "reading", _("正在读取")
    READY = "ready", _("待确认")
    FAILED = "failed", _("无法读取")
    TAKEN = "taken", _("已导入")
    DROPPED = "dropped", _("已放弃")


def import_constraints(name: str) -> list[models.BaseConstraint]:
    """What holds for every import; constraints need a name of their own in each table."""
    return [
        models.CheckConstraint(
            condition=Q(state__in=["taken", "dropped"], closed_at__isnull=False)
            | (~Q(state__in=["taken", "dropped"]) & Q(closed_at__isnull=True)),
            name=f"{name}_closed_when_decided",
        ),
        models.CheckConstraint(condition=Q(progress__lte=100), name=f"{name}_progress_percent"),
    ]


class SheetImport(models.Model):
    """One file that was handed in, with what was read from it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=255)
    stored = models.FileField(max_length=200)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    uploaded_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=ImportState.choices, default=ImportState.READING)
    progress = models.PositiveSmallIntegerField(default=0, help_text="percent of the rows read")
    rows = SealedInJSON(
        default=list, help_text="see evaluation.sheets.rows.ReadRow", sealed=("phone", "email")
    )
    error = models.TextField(blank=True)
    outcome = models.JSONField(default=dict, help_text="what taking it in did, in numbers")
    closed_at = models.DateTimeField(null=True)

    if TYPE_CHECKING:
        uploaded_by_id: int

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name
