"""Users and the organisations they belong to."""

from typing import TYPE_CHECKING

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from portal.accounts.credit_code import validate_credit_code
from portal.contacts.fields import SealedText


class Role(models.TextChoices):
    """What a user is here for. Exactly one: whoever decides does not also administer."""

    APPLICANT = "applicant", _("申报单位")
    EXPERT = "expert", _("专家")
    SECRETARIAT = "secretariat", _("秘书处")
    DECIDER = "decider", _("审批人")
    SYSTEM_ADMIN = "system_admin", _("系统管理员")
    SECURITY_ADMIN = "security_admin", _("安全管理员")
    AUDIT_ADMIN = "audit_admin", _("审计管理员")


class MemberRole(models.TextChoices):
    """What a member may do in an applicant's pages. Each may what the next one may."""

    OWNER = "owner", _("负责人")  # also invites and removes members, asks for a change of name
    EDITOR = "editor", _("填报人")  # fills in, uploads, submits, signs, looks after keys
    VIEWER = "viewer", _("查看人")  # reads, never writes


class Organisation(models.Model):
    """申报单位: builds or runs a candidate base (clause 5). Also an expert's employer."""

    name = models.CharField(_("单位名称"), max_length=256)
    credit_code = models.CharField(
        _("统一社会信用代码"), max_length=18, unique=True, validators=[validate_credit_code]
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class User(AbstractUser):
    """A person who signs in."""

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    name = models.CharField(_("姓名"), max_length=64)
    # Not sealed: signing in and resetting a password look for it (docs/data-protection.md).
    email = models.EmailField(_("邮箱地址"), unique=True)
    phone = SealedText(_("联系电话"), max_length=32, blank=True)
    role = models.CharField(_("角色"), max_length=16, choices=Role.choices)
    organisation = models.ForeignKey(
        Organisation,
        verbose_name=_("所属单位"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="users",
    )
    member_role = models.CharField(
        _("成员角色"),
        max_length=8,
        choices=MemberRole.choices,
        default=MemberRole.EDITOR,
        help_text=_("仅用于申报单位的账号。"),
    )
    language = models.CharField(max_length=10, blank=True, help_text="of mails; empty: Chinese")
    contact_erased_at = models.DateTimeField(null=True, blank=True)
    left_at = models.DateTimeField(null=True, blank=True, help_text="left the organisation")

    REQUIRED_FIELDS = ["email", "name", "role"]

    if TYPE_CHECKING:
        organisation_id: int | None

    class Meta:
        ordering = ["username"]
        constraints = [
            models.CheckConstraint(condition=Q(role__in=Role.values), name="user_role_is_known"),
            models.CheckConstraint(
                condition=Q(member_role__in=MemberRole.values), name="member_role_is_known"
            ),
            # One mailbox is one person, however it is written: invitations and resets go there.
            models.UniqueConstraint(Lower("email"), name="one_user_of_a_mailbox"),
            models.CheckConstraint(
                condition=Q(left_at__isnull=True) | Q(is_active=False),
                name="who_left_signs_in_no_more",
            ),
            models.CheckConstraint(
                condition=Q(contact_erased_at__isnull=True) | Q(is_active=False, phone=""),
                name="who_was_erased_signs_in_no_more",
            ),
            # An applicant without an organisation would see nothing; an expert's is the employer.
            models.CheckConstraint(
                condition=~Q(role=Role.APPLICANT) | Q(organisation__isnull=False),
                name="applicant_has_organisation",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_applicant(self) -> bool:
        return self.role == Role.APPLICANT

    @property
    def may_write(self) -> bool:
        """Whether the user may change what is the organisation's: owners and editors."""
        return self.is_applicant and self.is_active and self.member_role != MemberRole.VIEWER

    @property
    def is_owner(self) -> bool:
        return self.is_applicant and self.is_active and self.member_role == MemberRole.OWNER

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name


class PasswordUsed(models.Model):
    """A password that a person had, as it is kept of the present one, and since when."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="passwords_used")
    password = models.CharField(max_length=128)
    since = models.DateTimeField()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.user_id} {self.since:%Y-%m-%d}"
