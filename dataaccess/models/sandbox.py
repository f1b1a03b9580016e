"""Conformance runs: an applicant's programs try the interfaces on a base of their own whose data
count for nothing, and what passed is put on record as proof for clause 8.4."""

import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dataaccess.models.base import Base


class ConformanceRun(models.Model):
    """One run in a sandbox. Its record is frozen when it is finished; the PDF prints that."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    base = models.ForeignKey(Base, on_delete=models.PROTECT, related_name="conformance_runs")
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    number = models.CharField(_("编号"), max_length=40, blank=True)
    record = models.JSONField(null=True, help_text="everything the PDF prints")
    passed = models.BooleanField(default=False)
    rendered_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)
    stored = models.FileField(upload_to="conformance/%Y/", max_length=200, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)

    if TYPE_CHECKING:
        base_id: int

    class Meta:
        ordering = ["-started_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["base"],
                condition=Q(finished_at__isnull=True),
                name="one_open_run_a_sandbox",
            ),
            models.UniqueConstraint(
                fields=["number"], condition=~Q(number=""), name="conformance_number_is_given_once"
            ),
            models.CheckConstraint(
                condition=(
                    Q(finished_at__isnull=True, record__isnull=True, number="")
                    | (Q(finished_at__isnull=False, record__isnull=False) & ~Q(number=""))
                ),
                name="finished_run_has_its_record",
            ),
            models.CheckConstraint(
                condition=Q(rendered_at__isnull=True) | (~Q(stored="") & ~Q(sha256="")),
                name="rendered_run_has_its_file",
            ),
        ]

    def __str__(self) -> str:
        return self.number or str(self.id)

    @property
    def job_state(self) -> str:
        """What components/progress.html calls it."""
        return "done" if self.rendered_at else "failed" if self.error else "waiting"


class ConformanceAttempt(models.Model):
    """One call during a run, let in or refused, with what it was told."""

    run = models.ForeignKey(ConformanceRun, on_delete=models.CASCADE, related_name="attempts")
    at = models.DateTimeField()
    call = models.CharField(max_length=16, help_text="an interface, status or receipt")
    status = models.PositiveSmallIntegerField()
    dry_run = models.BooleanField(default=False)
    replayed = models.BooleanField(default=False)
    accepted = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    timeliness = models.CharField(max_length=13, blank=True)
    receipt = models.CharField(max_length=36, blank=True)
    source = models.CharField(max_length=45, blank=True)
    agent = models.CharField(max_length=200, blank=True)
    said = models.CharField(max_length=500, blank=True, help_text="a problem's detail")
    errors = models.JSONField(default=list)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.call} {self.status}"
