"""What became of a delivery."""

import uuid
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q

from dataaccess.models.base import Base
from dataaccess.models.keys import ApiKey
from dataaccess.shapes import KINDS


class Receipt(models.Model):
    """One delivery that was kept: never changed, and the answer it was given stands in it, so
    that a repeated Idempotency-Key gets the same again."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    base = models.ForeignKey(
        Base, on_delete=models.PROTECT, related_name="receipts", db_index=False
    )
    key = models.ForeignKey(ApiKey, null=True, on_delete=models.PROTECT, related_name="+")
    interface = models.CharField(max_length=16)
    received_at = models.DateTimeField()
    accepted = models.PositiveIntegerField()
    created = models.PositiveIntegerField()
    updated = models.PositiveIntegerField()
    unchanged = models.PositiveIntegerField()
    refused = models.PositiveIntegerField()
    timeliness = models.CharField(max_length=13, blank=True)
    # Seconds by which the caller's clock was ahead, where the request told its time.
    clock_ahead = models.IntegerField(null=True)
    idempotency_key = models.CharField(max_length=255, blank=True)
    body_digest = models.CharField(max_length=64, help_text="SHA-256 of the body")
    status = models.PositiveSmallIntegerField()
    answer = models.JSONField()

    if TYPE_CHECKING:
        base_id: int

    class Meta:
        ordering = ["-received_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["base", "interface", "idempotency_key"],
                condition=~Q(idempotency_key=""),
                name="one_delivery_for_an_idempotency_key",
            ),
            models.CheckConstraint(
                condition=Q(accepted=F("created") + F("updated") + F("unchanged")),
                name="receipt_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(interface__in=KINDS), name="receipt_interface_is_known"
            ),
        ]
        indexes = [models.Index(fields=["base", "-received_at"], name="receipt_latest")]

    def __str__(self) -> str:
        return str(self.id)
