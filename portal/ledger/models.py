"""The cellar of the house: the audit chain, the outbox, and counters for numbers.

All three are written inside the transaction of the action they belong to."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone


class AuditHead(models.Model):
    """The end of the chain, in one row. Whoever appends locks it, so events have one order."""

    seq = models.PositiveBigIntegerField(default=0)
    hash = models.CharField(max_length=64, default="")

    def __str__(self) -> str:
        return str(self.seq)


class AuditEvent(models.Model):
    """Who did what to which thing, when. Never changed, never deleted; each holds the hash of
    the one before it."""

    seq = models.PositiveBigIntegerField(primary_key=True)
    at = models.DateTimeField(db_index=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    actor_name = models.CharField(max_length=150, blank=True)
    action = models.CharField(max_length=64, db_index=True)
    subject = models.CharField(max_length=100, db_index=True)
    case = models.CharField(max_length=32, blank=True, db_index=True)
    data = models.JSONField(default=dict)
    previous_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64, unique=True)

    class Meta:
        ordering = ["seq"]

    def __str__(self) -> str:
        return f"{self.seq} {self.action} {self.subject}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        kwargs["force_insert"] = True
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise TypeError("Audit events are never deleted.")


class OutboxEntry(models.Model):
    """An effect outside the database that was decided inside it: a mail, a PDF.

    Claimed with a conditional update, so that two workers never both deliver it; a claim runs
    out, so that a killed worker's entry is taken up again."""

    kind = models.CharField(max_length=32)
    key = models.CharField(max_length=200, unique=True, help_text="the same effect, once")
    payload = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    claimed_until = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    not_before = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True, help_text="a person stopped it before it went")
    error = models.TextField(blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(done_at__isnull=True, failed_at__isnull=True)
                | Q(done_at__isnull=True, stopped_at__isnull=True)
                | Q(failed_at__isnull=True, stopped_at__isnull=True),
                name="outbox_done_failed_or_stopped",
            )
        ]
        indexes = [
            models.Index(
                fields=["not_before"],
                condition=Q(done_at__isnull=True, failed_at__isnull=True, stopped_at__isnull=True),
                name="outbox_waiting",
            ),
            models.Index(fields=["kind", "-id"], name="outbox_of_a_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"

    @property
    def state(self) -> str:
        """done, failed, stopped, sending, retrying, planned or waiting."""
        now = timezone.now()
        for name, moment in (
            ("done", self.done_at),
            ("failed", self.failed_at),
            ("stopped", self.stopped_at),
        ):
            if moment is not None:
                return name
        if self.claimed_until is not None and self.claimed_until > now:
            return "sending"
        if self.attempts:
            return "retrying"
        return "planned" if self.not_before > now else "waiting"


class Counter(models.Model):
    """The last number given out in a series, such as the cases of a year."""

    key = models.CharField(max_length=64, primary_key=True)
    value = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.key}: {self.value}"


class RuntimeSetting(models.Model):
    """The value of a setting that an administrator changed; see portal.ledger.runtime."""

    name = models.CharField(max_length=64, primary_key=True)
    value = models.JSONField()
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    def __str__(self) -> str:
        return self.name


class Heartbeat(models.Model):
    """When a process of the portal last showed that it works."""

    name = models.CharField(max_length=32, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
