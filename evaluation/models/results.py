"""What came out of the panel: the score run."""

from typing import Any

from django.db import models

from evaluation.models.case import Evaluation


class ScoreRun(models.Model):
    """One computation of the score (clause 9) with its inputs and every step. Never changes;
    `manage.py recheck_scores` proves that it still comes out the same."""

    evaluation = models.ForeignKey(Evaluation, on_delete=models.PROTECT, related_name="score_runs")
    edition = models.CharField(max_length=16)
    category = models.CharField(max_length=16)
    inputs = models.JSONField(help_text="final values in the form of the score contract")
    result = models.JSONField(help_text="the scorecard in the form of the score contract")
    digest = models.CharField(max_length=64, help_text="of inputs and result")
    total = models.DecimalField(max_digits=7, decimal_places=4)
    qualified = models.BooleanField()
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["made_at", "id"]

    def __str__(self) -> str:
        return f"A = {self.total}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        kwargs["force_insert"] = True
        super().save(*args, **kwargs)
