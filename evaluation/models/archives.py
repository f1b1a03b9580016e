"""Archives of a case: ordered by somebody, made by a worker, kept to be handed out."""

import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q

from evaluation.models.case import Evaluation


class CaseArchive(models.Model):
    """One ZIP of a case as it was when it was ordered."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    evaluation = models.ForeignKey(Evaluation, on_delete=models.PROTECT, related_name="archives")
    ordered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    ordered_at = models.DateTimeField()
    progress = models.PositiveSmallIntegerField(default=0, help_text="percent")
    error = models.TextField(blank=True)
    made_at = models.DateTimeField(null=True)
    stored = models.FileField(upload_to="archives/%Y/", max_length=200, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)

    if TYPE_CHECKING:
        evaluation_id: int

    class Meta:
        ordering = ["-ordered_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(made_at__isnull=True) | (~Q(stored="") & ~Q(sha256="")),
                name="made_archive_has_its_file",
            ),
            models.UniqueConstraint(
                fields=["evaluation"],
                condition=Q(made_at__isnull=True),
                name="one_archive_in_the_making",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.evaluation} {self.ordered_at:%Y-%m-%d}"

    @property
    def job_state(self) -> str:
        """What components/progress.html calls it."""
        if self.made_at is not None:
            return "done"
        if self.error:
            return "failed"
        return "running" if self.progress else "waiting"
