"""清除联系方式: a person's contact data go, what the person did stays. Two persons by their tasks: the
security administrator takes the account's effect away, the system administrator erases, with a
reason that is kept in the audit chain."""

from collections.abc import Callable

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts.actions.people import end_sessions
from portal.accounts.errors import Refused
from portal.accounts.models import (
    HelpRequest,
    Invitation,
    Outcome,
    PasswordUsed,
    Registration,
    Role,
    User,
)
from portal.accounts.permissions import check_role
from portal.contacts import keys
from portal.ledger import audit

# What other floors have to say, or to erase: called with the person as it still is; may refuse.
_also: list[Callable[[User], None]] = []


def also(erase: Callable[[User], None]) -> None:
    _also.append(erase)


@transaction.atomic
def erase_person(actor: User, user: User, reason: str) -> None:
    """Remove address, telephone and ways to sign in. Name and login name stay: the record of cases
    and the audit chain say by them who did what."""
    check_role(actor, Role.SYSTEM_ADMIN)
    reason = reason.strip()
    if not reason:
        raise Refused(_("请填写清除的理由，例如本人的申请；理由记入审计记录。"))
    current = User.objects.select_for_update().get(pk=user.pk)
    if current.is_active:
        raise Refused(_("账号还在使用。请先由安全管理员停用，再清除联系方式。"))
    if current.contact_erased_at is not None:
        raise Refused(_("联系方式已于此前清除。"))
    for erase in _also:
        erase(current)
    _erase_requests(current.email)
    for gone in (PasswordUsed, Authenticator, EmailAddress):
        gone.objects.filter(user=current).delete()
    current.notifications.all().delete()
    end_sessions(current)
    current.email = f"erased-{current.pk}@erased.invalid"  # the column is unique
    current.phone = ""
    current.password = make_password(None)
    current.contact_erased_at = timezone.now()
    current.save()
    audit.record(actor, "accounts.erase_contacts", f"user:{current.pk}", reason=reason)


def _erase_requests(email: str) -> None:
    """What the same address asked for before, once it is decided."""
    wanted = keys.blinds(email)
    Invitation.objects.filter(
        email_blind__in=wanted, accepted_at__isnull=True, revoked_at__isnull=True
    ).update(revoked_at=timezone.now())
    decided: list[QuerySet] = [
        model.objects.filter(email_blind__in=wanted).exclude(outcome=Outcome.OPEN)
        for model in (Registration, HelpRequest)
    ]
    for rows in decided:
        rows.update(email="", phone="", email_blind="")
    Invitation.objects.filter(email_blind__in=wanted).update(email="", email_blind="")
