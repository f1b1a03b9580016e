"""Files that people upload, and documents that the portal makes."""

import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from evaluation.models.case import Evaluation
from portal.contacts.fields import SealedInJSON


class Purpose(models.TextChoices):
    MATERIAL = "material", _("申报材料")
    AGREEMENT_SIGNED = "agreement_signed", _("申报单位签章的协议")
    AGREEMENT_FINAL = "agreement_final", _("双方签章的协议")
    SITE_PHOTO = "site_photo", _("现场照片")
    SCORE_SHEET_SIGNED = "score_sheet_signed", _("签字的专家评分表")
    REVIEW_EVIDENCE = "review_evidence", _("年审证明材料")


def stored_path(instance: "CaseFile", filename: str) -> str:
    """Where the bytes lie: never under a name that a user chose."""
    return f"cases/{instance.evaluation.number}/{instance.pk}"


class CaseFile(models.Model):
    """An uploaded file of a case. Bytes and hash never change; a newer one takes its place."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    evaluation = models.ForeignKey(Evaluation, on_delete=models.PROTECT, related_name="files")
    purpose = models.CharField(max_length=24, choices=Purpose.choices)
    slot = models.PositiveSmallIntegerField(null=True, help_text="number in Table 1")
    indicator = models.CharField(max_length=48, blank=True, help_text="of a photo")
    name = models.CharField(max_length=255)
    content_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64, db_index=True)
    stored = models.FileField(upload_to=stored_path, max_length=200)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    uploaded_at = models.DateTimeField()
    # The printed document that this is the signed scan of.
    scan_of = models.ForeignKey(
        "Document", null=True, on_delete=models.PROTECT, related_name="scans"
    )
    # Taken out by its uploader; kept because a frozen version may hold it.
    removed_at = models.DateTimeField(null=True)
    # The file whose place it took; that one is removed, and can still be read.
    replaces = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, related_name="replaced_by"
    )
    version = models.PositiveSmallIntegerField(default=1)
    # The first days of the first and the last month that the paper covers.
    period_from = models.DateField(null=True)
    period_to = models.DateField(null=True)

    if TYPE_CHECKING:
        evaluation_id: int
        uploaded_by_id: int

    class Meta:
        ordering = ["slot", "uploaded_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=(
                    Q(purpose="material", slot__gte=1, slot__lte=10)
                    | (~Q(purpose="material") & Q(slot__isnull=True))
                ),
                name="material_has_its_slot",
            ),
            models.CheckConstraint(
                condition=~Q(purpose="site_photo") | ~Q(indicator=""),
                name="photo_has_its_indicator",
            ),
            models.CheckConstraint(
                condition=~Q(purpose="score_sheet_signed") | Q(scan_of__isnull=False),
                name="signed_sheet_has_its_document",
            ),
            models.CheckConstraint(condition=Q(size__gt=0), name="file_is_not_empty"),
            models.CheckConstraint(
                condition=Q(period_from__isnull=True, period_to__isnull=True)
                | Q(
                    period_from__isnull=False,
                    period_to__isnull=False,
                    period_from__lte=F("period_to"),
                ),
                name="period_has_both_ends",
            ),
            models.CheckConstraint(
                condition=Q(replaces__isnull=True, version=1)
                | Q(replaces__isnull=False, version__gt=1),
                name="later_version_has_its_earlier_one",
            ),
            models.UniqueConstraint(
                fields=["evaluation", "slot", "sha256"],
                condition=Q(purpose="material", removed_at__isnull=True),
                name="same_bytes_once_a_slot",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Kind(models.TextChoices):
    """The official documents."""

    APPLICATION_PRINT = "application_print", _("评估申报书（盖章稿）")
    APPLICATION = "application", _("评估申报书")
    RECEIPT = "receipt", _("申报回执")
    AGREEMENT = "agreement", _("评估咨询服务协议")
    DEFICIENCY_NOTICE = "deficiency_notice", _("补正通知")
    PLEDGE = "pledge", _("回避及廉洁承诺书")
    VISIT_PLAN = "visit_plan", _("现场评估工作方案")
    SITE_RECORD = "site_record", _("现场评估记录表")
    SCORE_SHEET = "score_sheet", _("专家评分表")
    MINUTES = "minutes", _("专家评审意见（会议纪要）")
    REPORT = "report", _("评估报告")
    NOTICE = "notice", pgettext_lazy("一份", "公示")
    CERTIFICATE = "certificate", _("证书")
    REVIEW_NOTICE = "review_notice", _("年审通知")
    RECTIFICATION_NOTICE = "rectification_notice", _("整改通知")
    REVOCATION_NOTICE = "revocation_notice", _("取消认定公告")
    DRAW = "draw", _("专家抽取记录")


class Document(models.Model):
    """A document made by the portal. Its content is frozen when it is ordered; rendering
    recalculates nothing, so rendering again gives the same pages."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    evaluation = models.ForeignKey(Evaluation, on_delete=models.PROTECT, related_name="documents")
    kind = models.CharField(max_length=24, choices=Kind.choices)
    number = models.CharField(max_length=64, unique=True)
    title = models.CharField(max_length=200)
    # For whom alone it is (an expert's own score sheet or pledge); null: for those of the case.
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    content = SealedInJSON(
        help_text="everything the template prints", sealed=("cover", "head", "contact")
    )
    version_code = models.CharField(
        max_length=16,
        help_text="digest of the content (of the application: of its form), on each page",
    )
    ordered_at = models.DateTimeField()
    progress = models.PositiveSmallIntegerField(default=0, help_text="percent")
    rendered_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)
    stored = models.FileField(upload_to="documents/%Y/", max_length=200, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)

    if TYPE_CHECKING:
        evaluation_id: int
        owner_id: int | None

    class Meta:
        ordering = ["ordered_at", "number"]
        constraints = [
            models.CheckConstraint(
                condition=Q(rendered_at__isnull=True) | (~Q(stored="") & ~Q(sha256="")),
                name="rendered_document_has_its_file",
            ),
            models.CheckConstraint(condition=Q(progress__lte=100), name="progress_is_a_percentage"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def label(self) -> str:
        """Number, kind and whose it is, for a list in the reader's language; the title is as
        printed."""
        named = f"{self.number} {self.get_kind_display()}"
        return f"{named} · {self.owner.name}" if self.owner else named

    @property
    def ready(self) -> bool:
        return self.rendered_at is not None

    @property
    def job_state(self) -> str:
        """What components/progress.html calls it."""
        if self.ready:
            return "done"
        if self.error:
            return "failed"
        return "running" if self.progress else "waiting"
