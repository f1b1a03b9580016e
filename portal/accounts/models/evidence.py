"""Scans that people hand in about their organisation: licences, letters, notices."""

import uuid

from django.db import models
from django.db.models import Q


def stored_path(instance: "Evidence", filename: str) -> str:
    """Where the bytes lie: never under a name that a user chose."""
    return f"organisations/{instance.pk}"


class Evidence(models.Model):
    """One uploaded scan. Its bytes never change; only the secretariat and the system administrator
    read it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=255)
    content_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    stored = models.FileField(upload_to=stored_path, max_length=200)
    uploaded_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(size__gt=0), name="evidence_is_not_empty")
        ]

    def __str__(self) -> str:
        return self.name
