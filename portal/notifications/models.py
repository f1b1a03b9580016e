"""What was told to whom, and how each wants to be told."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q


class Notification(models.Model):
    """通知: one thing told to one person, in both languages as it was worded that day."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notifications"
    )
    kind = models.CharField(max_length=32)
    key = models.CharField(max_length=200, unique=True, help_text="the same thing, told once")
    case = models.CharField(max_length=32, blank=True)
    subject_zh = models.CharField(max_length=300)
    subject_en = models.CharField(max_length=300)
    body_zh = models.TextField()
    body_en = models.TextField()
    path = models.CharField(max_length=300, blank=True, help_text="of the portal's own page")
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    if TYPE_CHECKING:
        user_id: int

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["user", "-id"], name="notifications_of_a_person"),
            models.Index(
                fields=["user"], condition=Q(read_at__isnull=True), name="unread_notifications"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class SwitchedOff(models.Model):
    """A kind of which a person wants no mail. No row: mail comes."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="mails_switched_off"
    )
    kind = models.CharField(max_length=32)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "kind"], name="switched_off_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.kind}"


class Wording(models.Model):
    """The words of a kind in one language, where the secretariat has its own."""

    kind = models.CharField(max_length=32)
    language = models.CharField(max_length=10, choices=[("zh-hans", "zh"), ("en", "en")])
    subject = models.CharField(max_length=200)
    body = models.TextField(max_length=5000)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "language"], name="one_wording_a_language"),
            models.CheckConstraint(
                condition=Q(language__in=["zh-hans", "en"]), name="wording_language_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.language}"
