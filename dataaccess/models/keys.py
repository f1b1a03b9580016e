"""The keys a base signs its deliveries with. A key is shown once; only its hash is kept."""

from datetime import date, time, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from dataaccess import windows
from dataaccess.models.base import Base


class ApiKey(models.Model):
    """One key of one base. `scopes` are interfaces, `networks` the sources it may come from
    (none: any); `valid_until` ends it by itself, as when its successor has taken over."""

    base = models.ForeignKey(Base, on_delete=models.PROTECT, related_name="keys")
    prefix = models.CharField(_("密钥前缀"), max_length=12)
    digest = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the whole key")
    purpose = models.CharField(_("用途"), max_length=100, blank=True, default="")
    scopes = models.JSONField(_("权限"), default=list)
    networks = models.JSONField(_("来源网段"), default=list)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now)
    valid_until = models.DateTimeField(_("有效期至"), null=True, blank=True)
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    # The key that takes over, where this one was rotated: once.
    successor = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, related_name="predecessor"
    )
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=models.F("created_at")),
                name="key_ends_after_it_begins",
            )
        ]

    def __str__(self) -> str:
        return f"{self.prefix}…"

    @property
    def last_day(self) -> date | None:
        """The last day on which it holds, where it ends with a day; not where it ends within one."""
        if self.valid_until is None:
            return None
        end = self.valid_until.astimezone(windows.SHANGHAI)
        return end.date() - timedelta(days=1) if end.time() == time() else None

    @property
    def state(self) -> str:
        """valid, expired or revoked, now."""
        if self.revoked_at is not None:
            return "revoked"
        if self.valid_until is not None and self.valid_until <= timezone.now():
            return "expired"
        return "valid"


class KeyPace(models.Model):
    """How often a key called in its latest minute, where there is no Redis to count in."""

    key = models.OneToOneField(ApiKey, primary_key=True, on_delete=models.CASCADE)
    minute = models.BigIntegerField(help_text="minutes since 1970")
    calls = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.calls}"
