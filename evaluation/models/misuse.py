"""Reports that the name is misused (10.3): from anybody, with or without a name."""

import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from evaluation.models.certificates import Certificate
from portal.contacts.fields import SealedText


class MisuseKind(models.TextChoices):
    COMMERCIAL = "commercial", _("未经批准以基地名义进行商业活动（10.3.1）")
    FEES = "fees", _("以基地名义向企业收取费用（10.3.2）")
    UNLAWFUL = "unlawful", _("违法违纪行为（10.3.2）")
    FORGED = "forged", _("伪造、变造证书或冒用名称")
    OTHER = "other", _("其他")


class MisuseState(models.TextChoices):
    RECEIVED = "received", _("已收到")
    HANDLING = "handling", _("核查中")
    CLOSED = "closed", _("已办结")


class MisuseOutcome(models.TextChoices):
    FOUND = "found", _("情况属实")
    NOT_FOUND = "not_found", _("未发现所述情况")
    ELSEWHERE = "elsewhere", _("不属于受理范围")


class MisuseReport(models.Model):
    """One report. Its receipt number holds six letters of chance: whoever has it may ask how the
    report stands, and nobody can count through others'."""

    receipt = models.CharField(max_length=24, unique=True)
    kind = models.CharField(_("问题类型"), max_length=12, choices=MisuseKind.choices)
    about = models.CharField(_("涉及的单位或基地"), max_length=200)
    certificate = models.ForeignKey(
        Certificate, null=True, on_delete=models.PROTECT, related_name="misuse_reports"
    )
    unknown_number = models.CharField(
        _("名录中没有的证书编号"), max_length=100, blank=True, help_text="as it was reported"
    )
    content = models.TextField(_("情况说明"))
    where = models.CharField(_("发生的时间、地点或网址"), max_length=300, blank=True)
    reporter = SealedText(_("姓名或单位"), max_length=100, blank=True)
    contact = SealedText(_("联系方式"), max_length=200, blank=True)
    received_at = models.DateTimeField(db_index=True)
    state = models.CharField(
        max_length=12, choices=MisuseState.choices, default=MisuseState.RECEIVED
    )
    handler = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    handled_since = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=12, choices=MisuseOutcome.choices, blank=True)
    answer = models.TextField(blank=True, help_text="what whoever has the receipt reads")
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    closed_at = models.DateTimeField(null=True)
    contact_erased_at = models.DateTimeField(null=True)

    if TYPE_CHECKING:
        certificate_id: int | None

    class Meta:
        ordering = ["-received_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=MisuseState.values), name="misuse_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(state="closed", closed_at__isnull=False, closed_by__isnull=False)
                & ~Q(answer="")
                & ~Q(outcome="")
                | ~Q(state="closed") & Q(closed_at__isnull=True, closed_by__isnull=True),
                name="misuse_closed_with_an_answer",
            ),
            models.CheckConstraint(
                condition=Q(state="received") | Q(handler__isnull=False),
                name="misuse_handled_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return self.receipt


def stored_path(instance: "MisuseFile", filename: str) -> str:
    """Where the bytes lie: never under a name that a stranger chose."""
    return f"misuse/{instance.pk}"


class MisuseFile(models.Model):
    """What came with a report. Its bytes never change; only the secretariat reads it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    report = models.ForeignKey(MisuseReport, on_delete=models.CASCADE, related_name="files")
    name = models.CharField(max_length=255)
    content_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    stored = models.FileField(upload_to=stored_path, max_length=200)

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class MisuseNote(models.Model):
    """What the secretariat found out and did, step by step. Stays in the office."""

    report = models.ForeignKey(MisuseReport, on_delete=models.CASCADE, related_name="notes")
    text = models.TextField()
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    written_at = models.DateTimeField()

    class Meta:
        ordering = ["written_at", "id"]

    def __str__(self) -> str:
        return self.text[:40]
