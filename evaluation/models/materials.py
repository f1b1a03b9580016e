"""Files of Table 1 on their way in, and the paper ones that came by post."""

import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from evaluation.models.case import Evaluation
from evaluation.models.files import CaseFile


class Upload(models.Model):
    """A file that arrives in pieces, until it lies in its slot. `file` is what it became."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    evaluation = models.ForeignKey(Evaluation, on_delete=models.CASCADE, related_name="uploads")
    slot = models.PositiveSmallIntegerField(help_text="number in Table 1")
    replaces = models.ForeignKey(CaseFile, null=True, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=255)
    size = models.PositiveBigIntegerField(help_text="bytes, as the browser says")
    modified = models.BigIntegerField(
        default=0, help_text="the file's own time in ms, by which it is known again"
    )
    piece_size = models.PositiveIntegerField(help_text="bytes of each piece but the last")
    begun_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    begun_at = models.DateTimeField()
    touched_at = models.DateTimeField(db_index=True)
    file = models.OneToOneField(CaseFile, null=True, on_delete=models.CASCADE, related_name="+")

    if TYPE_CHECKING:
        evaluation_id: int
        begun_by_id: int
        file_id: uuid.UUID | None

    class Meta:
        ordering = ["begun_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(size__gt=0, piece_size__gt=0), name="upload_has_a_size"
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def count(self) -> int:
        """How many pieces there are in all."""
        return -(-self.size // self.piece_size)

    def length_of(self, number: int) -> int:
        """How many bytes piece `number` has, counted from 0."""
        return min(self.piece_size, self.size - number * self.piece_size)


def piece_path(instance: "UploadPiece", filename: str) -> str:
    return f"uploads/{instance.upload_id}/{filename}"


class UploadPiece(models.Model):
    """One piece of an upload. It never changes: the same bytes sent again are the same piece."""

    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="pieces")
    number = models.PositiveIntegerField(help_text="counted from 0")
    sha256 = models.CharField(max_length=64)
    stored = models.FileField(upload_to=piece_path, max_length=200)

    if TYPE_CHECKING:
        upload_id: uuid.UUID

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["upload", "number"], name="piece_arrives_once")
        ]

    def __str__(self) -> str:
        return f"{self.upload_id}/{self.number}"


class PaperReceipt(models.Model):
    """The secretariat has the sealed paper of a slot. Kept apart from the files: a paper that
    came changes nothing in what was uploaded."""

    evaluation = models.ForeignKey(
        Evaluation, on_delete=models.PROTECT, related_name="paper_receipts"
    )
    slot = models.PositiveSmallIntegerField(help_text="number in Table 1")
    received_on = models.DateField()
    remark = models.CharField(max_length=200, blank=True)
    noted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    noted_at = models.DateTimeField()
    # A slip of the pen: taken back, and still told.
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True)

    if TYPE_CHECKING:
        evaluation_id: int

    class Meta:
        ordering = ["slot", "received_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(slot__gte=1, slot__lte=10), name="paper_has_its_slot"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True)
                | Q(
                    withdrawn_at__isnull=False,
                    withdrawn_by__isnull=False,
                    withdrawn_at__gte=F("noted_at"),
                ),
                name="paper_withdrawn_by_and_when",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.slot}: {self.received_on}"
