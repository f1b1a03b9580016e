"""The keys of the command centre's own programs, which read across bases."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class CentreKey(models.Model):
    """A key of a program of the command centre (3.9): it reads what is idle where, and writes
    nothing. Shown once; only its hash is kept."""

    label = models.CharField(_("用途"), max_length=100)
    prefix = models.CharField(_("密钥前缀"), max_length=12)
    digest = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the whole key")
    networks = models.JSONField(_("来源网段"), default=list)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField()
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True, revoked_by__isnull=True)
                | Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="centre_key_revoked_by_somebody",
            )
        ]

    def __str__(self) -> str:
        return f"{self.prefix}…"
