"""The materials of a case bound into one PDF."""

import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q

from evaluation.models.case import Evaluation
from evaluation.models.declaration import Declaration


class Volume(models.Model):
    """材料合订本: of a submitted version, or of the draft (`declaration` null), made anew when its
    files change. Its list of files is frozen when it is ordered."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    evaluation = models.ForeignKey(Evaluation, on_delete=models.PROTECT, related_name="volumes")
    declaration = models.OneToOneField(
        Declaration, null=True, on_delete=models.PROTECT, related_name="volume"
    )
    content = models.JSONField(help_text="what the pages between the files print, and the files")
    code = models.CharField(max_length=16, help_text="changes with any file")
    ordered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    ordered_at = models.DateTimeField()
    progress = models.PositiveSmallIntegerField(default=0, help_text="percent")
    made_at = models.DateTimeField(null=True)
    pages = models.PositiveIntegerField(default=0)
    notes = models.JSONField(default=list, help_text="sentences on what could not be bound in")
    error = models.TextField(blank=True)
    stored = models.FileField(max_length=200, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)

    if TYPE_CHECKING:
        evaluation_id: int
        declaration_id: int | None

    class Meta:
        ordering = ["ordered_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["evaluation"],
                condition=Q(declaration__isnull=True),
                name="one_volume_of_a_draft",
            ),
            models.CheckConstraint(
                condition=Q(made_at__isnull=True) | (~Q(stored="") & ~Q(sha256="")),
                name="made_volume_has_its_file",
            ),
            models.CheckConstraint(condition=Q(progress__lte=100), name="volume_progress_percent"),
        ]

    def __str__(self) -> str:
        return f"{self.evaluation_id}: {self.code}"

    @property
    def ready(self) -> bool:
        return self.made_at is not None

    @property
    def job_state(self) -> str:
        """What components/progress.html calls it."""
        if self.ready:
            return "done"
        if self.error:
            return "failed"
        return "running" if self.progress else "waiting"
