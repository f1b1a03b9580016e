"""公示: the result before the public, and the objections that are raised against it."""

import uuid
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.validators import validate_email
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from evaluation.models.case import Evaluation
from evaluation.models.files import Document
from evaluation.models.results import ScoreRun
from evaluation.models.two_persons import TwoPersons
from portal.accounts.models import Organisation
from portal.contacts.fields import SealedText


class Publication(models.Model):
    """公布结果 and 公示: the result before the public, open to objections until `ends_on`.

    One stands at a time. One that was withdrawn stays readable with its mark and reason; the
    next one of the case corrects it."""

    evaluation = models.ForeignKey(
        Evaluation, on_delete=models.PROTECT, related_name="publications"
    )
    score_run = models.ForeignKey(ScoreRun, on_delete=models.PROTECT, related_name="+")
    number = models.CharField(max_length=64, unique=True)
    # As they were published: what is corrected later does not change an earlier notice.
    applicant = models.CharField(max_length=256)
    base_name = models.CharField(max_length=256)
    place = models.CharField(max_length=64)
    starts_on = models.DateField()
    working_days = models.PositiveSmallIntegerField()
    ends_on = models.DateField(help_text="the last day for objections")
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    published_at = models.DateTimeField()
    document = models.ForeignKey(Document, null=True, on_delete=models.PROTECT, related_name="+")
    corrects = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, related_name="corrected_by"
    )
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    withdrawal_reason = models.TextField(blank=True, help_text="public")

    if TYPE_CHECKING:
        evaluation_id: int

    class Meta:
        ordering = ["-published_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="notice_ends_after_it_starts"
            ),
            models.UniqueConstraint(
                fields=["evaluation"],
                condition=Q(withdrawn_at__isnull=True),
                name="one_result_stands",
            ),
            models.CheckConstraint(
                condition=Q(
                    withdrawn_at__isnull=True, withdrawn_by__isnull=True, withdrawal_reason=""
                )
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False)
                & ~Q(withdrawal_reason=""),
                name="result_withdrawn_with_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class ResultCorrection(TwoPersons):
    """更正: facts of a withdrawn result that one person proposes to put right before it is
    published anew, and another decides: the name of 10.2 is made of them."""

    evaluation = models.ForeignKey(
        Evaluation, on_delete=models.PROTECT, related_name="result_corrections"
    )
    publication = models.ForeignKey(
        Publication, on_delete=models.PROTECT, related_name="corrections", help_text="withdrawn"
    )
    before = models.JSONField(help_text="base_name, place")
    after = models.JSONField(help_text="base_name, place")
    reason = models.TextField()

    if TYPE_CHECKING:
        evaluation_id: int

    class Meta(TwoPersons.Meta):
        constraints = [
            *TwoPersons.Meta.constraints,
            models.CheckConstraint(
                condition=~Q(reason="") & (~Q(approved=False) | ~Q(note="")),
                name="correction_has_its_reasons",
            ),
            models.UniqueConstraint(
                fields=["evaluation"],
                condition=Q(approved__isnull=True),
                name="one_open_correction_a_case",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.publication} → {self.after}"


class Channel(models.TextChoices):
    """How an objection came in."""

    PORTAL = "portal", _("公示页")
    APPLICANT = "applicant", _("申报单位（平台）")
    LETTER = "letter", _("书面来函")


class ObjectorKind(models.TextChoices):
    PERSON = "person", _("个人")
    ORGANISATION = "organisation", _("单位")


class ObjectionOutcome(models.TextChoices):
    """How an objection ended. The middle two need the result to be withdrawn first."""

    UPHELD = "upheld", _("维持原结果")
    CORRECTED = "corrected", _("更正结果")
    WITHDRAWN = "withdrawn", _("撤回结果，重新评审")
    NOT_ADMITTED = "not_admitted", _("不予受理")
    TAKEN_BACK = "taken_back", _("异议人撤回")


class Objection(models.Model):
    """异议: received under a real name or a seal. An open one holds the certification.

    Who objects is confidential: only the secretariat and the decision maker read it."""

    number = models.CharField(max_length=20, unique=True, help_text="on the receipt")
    secret_digest = models.CharField(
        max_length=64, blank=True, help_text="of the code that opens its state; none by letter"
    )
    publication = models.ForeignKey(
        Publication, on_delete=models.PROTECT, related_name="objections"
    )
    channel = models.CharField(max_length=16, choices=Channel.choices)
    kind = models.CharField(max_length=16, choices=ObjectorKind.choices)
    objector = SealedText(_("异议人（实名或单位名称）"), max_length=200)
    identity = SealedText(
        _("证件号码"), max_length=32, blank=True, help_text="of the person or organisation"
    )
    contact_person = SealedText(_("联系人"), max_length=64, blank=True)
    contact = SealedText(_("联系方式"), max_length=200)
    email = SealedText(_("邮箱地址"), max_length=254, blank=True, validators=[validate_email])
    language = models.CharField(max_length=16, blank=True, help_text="of mails to the objector")
    content = models.TextField(_("异议内容"))
    # Set where the applicant itself objects; its members then read the state and the answer.
    organisation = models.ForeignKey(
        Organisation, null=True, on_delete=models.PROTECT, related_name="+"
    )
    received_on = models.DateField(_("收到日期"))
    due_on = models.DateField(
        _("办理期限"), null=True, help_text="the office's last day; null: none was set"
    )
    # The secretariat for a letter, the applicant's person for its own; nobody for the public's.
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    recorded_at = models.DateTimeField()
    outcome = models.CharField(max_length=16, choices=ObjectionOutcome.choices, blank=True)
    answer = models.TextField(_("处理意见"), blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    closed_at = models.DateTimeField(null=True)
    contact_erased_at = models.DateTimeField(null=True)

    if TYPE_CHECKING:
        publication_id: int

    class Meta:
        ordering = ["recorded_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, closed_by__isnull=True, answer="", outcome="")
                | (
                    Q(closed_at__isnull=False, closed_by__isnull=False)
                    & ~Q(answer="")
                    & ~Q(outcome="")
                ),
                name="objection_closed_with_an_answer",
            ),
            models.CheckConstraint(
                condition=Q(channel="portal", recorded_by__isnull=True, organisation__isnull=True)
                | Q(channel="applicant", recorded_by__isnull=False, organisation__isnull=False)
                | Q(channel="letter", recorded_by__isnull=False, organisation__isnull=True),
                name="objection_recorded_by_its_channel",
            ),
            models.CheckConstraint(
                condition=~Q(objector="") & ~Q(contact="")
                | Q(contact_erased_at__isnull=False, closed_at__isnull=False),
                name="objection_is_not_anonymous",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_open(self) -> bool:
        return self.closed_at is None


class ObjectionReminder(models.Model):
    """A reminder that was sent of an objection's handling day: each distance once."""

    objection = models.ForeignKey(Objection, on_delete=models.PROTECT, related_name="reminders")
    days_before = models.SmallIntegerField(help_text="negative: after that day")
    sent_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["objection", "days_before"], name="reminded_of_an_objection_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.objection_id} −{self.days_before}"


class ObjectionStep(models.Model):
    """One step taken on an objection: the handling record, append-only."""

    objection = models.ForeignKey(Objection, on_delete=models.PROTECT, related_name="steps")
    taken_on = models.DateField()
    text = models.TextField()
    extends_to = models.DateField(
        null=True, help_text="the new handling day, where this step put it off"
    )
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["made_at", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="objection_step_says_something")
        ]

    def __str__(self) -> str:
        return f"{self.taken_on} {self.text[:20]}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        kwargs["force_insert"] = True
        super().save(*args, **kwargs)


def stored_path(instance: "ObjectionFile", filename: str) -> str:
    """Where the bytes lie: never under a name that somebody chose."""
    return f"objections/{instance.pk}"


class ObjectionFile(models.Model):
    """What came with an objection: the sealed letter, proofs. Without an objection while the form
    that brought it is being put right; such are forgotten after a day."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    objection = models.ForeignKey(
        Objection, null=True, on_delete=models.PROTECT, related_name="files"
    )
    name = models.CharField(max_length=255)
    content_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    stored = models.FileField(upload_to=stored_path, max_length=200)
    uploaded_at = models.DateTimeField()

    class Meta:
        ordering = ["uploaded_at", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(size__gt=0), name="objection_file_is_not_empty")
        ]

    def __str__(self) -> str:
        return self.name
