"""How a person becomes a member of an organisation."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.validators import validate_email
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.accounts.models.people import MemberRole, Organisation
from portal.contacts.fields import BlindIndex, SealedText


class Invitation(models.Model):
    """邀请: a mailed link with which one person joins once. Sending it again ends the earlier
    link. Without an organisation it gives an expert of the pool, who has an account without
    effect, the use of it."""

    organisation = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="invitations"
    )
    # The expert's account that it gives the use of.
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    name = models.CharField(_("姓名"), max_length=64)
    email = SealedText(_("邮箱地址"), max_length=254, validators=[validate_email])
    email_blind = BlindIndex(of="email")
    member_role = models.CharField(_("成员角色"), max_length=8, choices=MemberRole.choices)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    language = models.CharField(max_length=10)
    created_at = models.DateTimeField()
    sent = models.PositiveSmallIntegerField(default=1, help_text="which link is the valid one")
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    revoked_at = models.DateTimeField(null=True, blank=True)

    if TYPE_CHECKING:
        organisation_id: int | None

    class Meta:
        ordering = ["created_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(member_role__in=MemberRole.values), name="invitation_role_is_known"
            ),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True) | Q(revoked_at__isnull=True),
                name="invitation_is_accepted_or_revoked",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True, accepted_by__isnull=True)
                | Q(accepted_at__isnull=False, accepted_by__isnull=False),
                name="accepted_invitation_has_its_member",
            ),
            models.UniqueConstraint(
                fields=["organisation", "email_blind"],
                condition=Q(accepted_at__isnull=True, revoked_at__isnull=True),
                name="one_open_invitation_of_a_person",
            ),
            models.UniqueConstraint(
                fields=["account"],
                condition=Q(accepted_at__isnull=True, revoked_at__isnull=True),
                name="one_open_invitation_of_an_expert",
            ),
            models.CheckConstraint(
                condition=Q(organisation__isnull=True) | Q(account__isnull=True),
                name="invitation_to_an_organisation_or_of_an_expert",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.member_role}"

    def state_at(self, now: datetime) -> str:
        """accepted, revoked, expired or open."""
        if self.accepted_at:
            return "accepted"
        if self.revoked_at:
            return "revoked"
        return "expired" if self.expires_at <= now else "open"

    @property
    def state(self) -> str:
        return self.state_at(timezone.now())
