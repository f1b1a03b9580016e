"""The list of enterprises up and down the industrial chain (8.2.2), and its imports from Excel."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q

from evaluation.models.case import Evaluation
from evaluation.models.imports import SheetImport, import_constraints


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


class EnterpriseImport(SheetImport):
    """An Excel file that was handed in for the list. Nothing of it is on the list before."""

    evaluation = models.ForeignKey(
        Evaluation, on_delete=models.CASCADE, related_name="enterprise_imports"
    )

    if TYPE_CHECKING:
        evaluation_id: int

    class Meta:
        ordering = ["-uploaded_at"]
        constraints = import_constraints("import")
