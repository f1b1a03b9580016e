"""What an organisation asks of the secretariat: to be registered, to be renamed, to be helped when
its owner is gone. Each is a row that is decided once."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.core.validators import validate_email
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.accounts.credit_code import validate_credit_code
from portal.accounts.models.evidence import Evidence
from portal.accounts.models.people import Organisation
from portal.contacts.fields import BlindIndex, SealedText


class Outcome(models.TextChoices):
    OPEN = "", _("待办理")
    ACCEPTED = "accepted", _("已同意")
    REFUSED = "refused", _("未同意")
    WITHDRAWN = "withdrawn", _("已撤回")


def decided_once(name: str) -> list[models.BaseConstraint]:
    """An outcome has its moment, a refusal its reason."""
    return [
        models.CheckConstraint(
            condition=Q(outcome__in=Outcome.values), name=f"{name}_outcome_is_known"
        ),
        models.CheckConstraint(
            condition=Q(outcome="", decided_at__isnull=True)
            | (~Q(outcome="") & Q(decided_at__isnull=False)),
            name=f"{name}_is_decided_at_a_moment",
        ),
        models.CheckConstraint(
            condition=~Q(outcome="refused") | ~Q(reason=""), name=f"{name}_refusal_has_its_reason"
        ),
    ]


class Decided(models.Model):
    """A request with its answer."""

    created_at = models.DateTimeField()
    outcome = models.CharField(max_length=12, choices=Outcome.choices, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reason = models.TextField(blank=True)

    if TYPE_CHECKING:
        decided_by_id: int | None

    class Meta:
        abstract = True

    @property
    def is_open(self) -> bool:
        return self.outcome == Outcome.OPEN


class Registration(Decided):
    """登记申请: a future owner asks for an account of the organisation. It counts once the mail
    address was confirmed; the organisation comes into being with the secretariat's acceptance."""

    name = models.CharField(_("单位名称"), max_length=256)
    credit_code = models.CharField(
        _("统一社会信用代码"), max_length=18, validators=[validate_credit_code]
    )
    licence = models.OneToOneField(Evidence, on_delete=models.PROTECT, related_name="+")
    person_name = models.CharField(_("姓名"), max_length=64)
    email = SealedText(_("邮箱地址"), max_length=254, validators=[validate_email])
    email_blind = BlindIndex(of="email")
    phone = SealedText(_("联系电话"), max_length=32)
    language = models.CharField(max_length=10)
    commitment = models.TextField(help_text="as it was shown")
    committed_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    organisation = models.OneToOneField(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="registration"
    )

    class Meta:
        ordering = ["created_at", "pk"]
        constraints = [
            *decided_once("registration"),
            models.CheckConstraint(
                condition=Q(outcome="") | Q(confirmed_at__isnull=False),
                name="registration_is_confirmed_before_it_is_decided",
            ),
            models.CheckConstraint(
                condition=Q(outcome="accepted", organisation__isnull=False)
                | (~Q(outcome="accepted") & Q(organisation__isnull=True)),
                name="accepted_registration_has_its_organisation",
            ),
            models.UniqueConstraint(
                fields=["credit_code", "email_blind"],
                condition=Q(outcome="", confirmed_at__isnull=False),
                name="one_open_registration_of_a_person",
            ),
        ]
        indexes = [models.Index(fields=["credit_code"], name="registration_code")]

    def __str__(self) -> str:
        return f"{self.name} {self.credit_code}"

    @property
    def is_waiting(self) -> bool:
        return self.is_open and self.confirmed_at is not None


class NameChange(Decided):
    """更名申请. Once accepted it is also the record of the former name and its last day."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="name_changes"
    )
    old_name = models.CharField(_("原名称"), max_length=256)
    new_name = models.CharField(_("新名称"), max_length=256)
    evidence = models.OneToOneField(Evidence, on_delete=models.PROTECT, related_name="+")
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    if TYPE_CHECKING:
        organisation_id: int
        asked_by_id: int

    class Meta:
        ordering = ["created_at", "pk"]
        constraints = [
            *decided_once("name_change"),
            models.UniqueConstraint(
                fields=["organisation"],
                condition=Q(outcome=""),
                name="one_open_name_change_of_an_organisation",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.old_name} → {self.new_name}"


class HelpRequest(Decided):
    """Someone of a registered organisation asks to be let in: by its owners (a colleague), or by
    the secretariat (the owner is gone)."""

    class Kind(models.TextChoices):
        JOIN = "join", _("申请加入")
        OWNER_GONE = "owner_gone", _("负责人变更")

    kind = models.CharField(max_length=12, choices=Kind.choices)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="help_requests"
    )
    person_name = models.CharField(_("姓名"), max_length=64)
    email = SealedText(_("邮箱地址"), max_length=254, validators=[validate_email])
    email_blind = BlindIndex(of="email")
    phone = SealedText(_("联系电话"), max_length=32, blank=True)
    words = models.TextField(_("说明"), blank=True)
    letter = models.OneToOneField(
        Evidence, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    language = models.CharField(max_length=10)

    if TYPE_CHECKING:
        organisation_id: int

    class Meta:
        ordering = ["created_at", "pk"]
        constraints = [
            *decided_once("help_request"),
            models.CheckConstraint(
                condition=Q(kind__in=["join", "owner_gone"]), name="help_request_kind_is_known"
            ),
            models.CheckConstraint(
                condition=~Q(kind="owner_gone") | Q(letter__isnull=False),
                name="owner_gone_is_proved_by_a_letter",
            ),
            models.UniqueConstraint(
                fields=["kind", "organisation", "email_blind"],
                condition=Q(outcome=""),
                name="one_open_help_request_of_a_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.organisation_id}"
