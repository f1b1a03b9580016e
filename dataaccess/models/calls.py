"""Data calls (数据统计要求, clause 8.4.4 b): what the centre asks of chosen bases in special
periods, with a deadline of its own. Kept apart from the daily rate."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from dataaccess.models.base import Base
from dataaccess.models.receipts import Receipt
from dataaccess.shapes import KINDS


class DataCall(models.Model):
    """One call. Never changed after it was issued; it may be withdrawn."""

    title = models.CharField(_("标题"), max_length=100)
    reason = models.CharField(_("事由"), max_length=500)
    deadline = models.DateTimeField(_("截止时刻"))
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    issued_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-issued_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(deadline__gt=F("issued_at")), name="data_call_leaves_time"
            )
        ]

    def __str__(self) -> str:
        return self.title


class DataCallItem(models.Model):
    """One interface asked of one base: open until a delivery answers it. Where no security event
    happened there is nothing to deliver: the operator says so."""

    call = models.ForeignKey(DataCall, on_delete=models.CASCADE, related_name="items")
    base = models.ForeignKey(
        Base, on_delete=models.CASCADE, related_name="data_call_items", db_index=False
    )
    interface = models.CharField(max_length=16)
    answered_at = models.DateTimeField(null=True)
    receipt = models.ForeignKey(Receipt, null=True, on_delete=models.PROTECT, related_name="+")
    no_events_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    if TYPE_CHECKING:
        base_id: int
        call_id: int

    class Meta:
        ordering = ["base_id", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["call", "base", "interface"], name="a_base_is_asked_once"
            ),
            models.CheckConstraint(
                condition=(
                    Q(answered_at__isnull=True, receipt__isnull=True, no_events_by__isnull=True)
                    | Q(answered_at__isnull=False, receipt__isnull=False, no_events_by__isnull=True)
                    | Q(
                        answered_at__isnull=False,
                        receipt__isnull=True,
                        no_events_by__isnull=False,
                        interface="security_event",
                    )
                ),
                name="an_answer_has_its_receipt_or_person",
            ),
            models.CheckConstraint(
                condition=Q(interface__in=KINDS), name="data_call_interface_is_known"
            ),
        ]
        indexes = [
            models.Index(
                fields=["base"], condition=Q(answered_at__isnull=True), name="data_call_waiting"
            ),
            models.Index(fields=["base", "call"], name="data_call_of_base"),
        ]

    def __str__(self) -> str:
        return f"{self.call_id} {self.base_id} {self.interface}"

    @property
    def state(self) -> str:
        """answered, late (answered after the deadline), waiting or overdue; with call loaded."""
        if self.answered_at is not None:
            return "answered" if self.answered_at <= self.call.deadline else "late"
        return "waiting" if timezone.now() <= self.call.deadline else "overdue"


class DataCallReminder(models.Model):
    """A reminder that went out to everyone who had not answered: each mark once."""

    call = models.ForeignKey(DataCall, on_delete=models.CASCADE, related_name="reminders")
    mark = models.CharField(max_length=16, help_text="24h, 2h, overdue, or the hour of a person's")
    sent_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["call", "mark"], name="a_reminder_goes_out_once")
        ]

    def __str__(self) -> str:
        return self.mark
