"""Changes to users and organisations. 系统管理员 opens accounts, 安全管理员 gives them effect:
neither can let someone in alone. Every change is audited."""

from typing import Any

from django.contrib.auth.hashers import make_password
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts.errors import Refused
from portal.accounts.models import Organisation, Role, User
from portal.accounts.permissions import check_role
from portal.ledger import audit

ADMINISTRATORS = (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN)


@transaction.atomic
def create_organisation(actor: User, *, name: str, credit_code: str) -> Organisation:
    """Put an organisation on record."""
    check_role(actor, Role.SYSTEM_ADMIN)
    organisation = Organisation(name=name.strip(), credit_code=credit_code.strip().upper())
    organisation.full_clean()
    organisation.save()
    audit.record(
        actor,
        "accounts.create_organisation",
        f"organisation:{organisation.pk}",
        name=organisation.name,
        credit_code=organisation.credit_code,
    )
    return organisation


@transaction.atomic
def create_user(actor: User, **fields: Any) -> User:
    """Open an account without effect: it works once the security administrator has enabled it,
    and its owner chooses the password by the mailed link."""
    check_role(actor, Role.SYSTEM_ADMIN)
    user = User(is_active=False, password=make_password(None), **fields)
    user.full_clean(exclude=["password"])
    user.save()
    audit.record(
        actor, "accounts.create_user", f"user:{user.pk}", username=user.username, role=user.role
    )
    return user


@transaction.atomic
def change_user(
    actor: User, user: User, *, name: str, email: str, phone: str, organisation: Organisation | None
) -> bool:
    """Put a person's details right. Role and login name stay: another task is another account.
    Passwords are reset by the mail address, so an account with a new one works again only when
    the security administrator has enabled it. Returns whether that is needed."""
    check_role(actor, Role.SYSTEM_ADMIN)
    holders = _hold(user)
    locked = User.objects.select_for_update().get(pk=user.pk)
    check_not_erased(locked)
    before = _details(locked)
    moved = email.strip().lower() != locked.email.lower()
    if moved and locked.is_active:
        _check_another_stays(locked, holders)
    locked.name, locked.email, locked.phone = name.strip(), email.strip(), phone.strip()
    locked.organisation = organisation
    locked.full_clean(exclude=["password"])
    if _details(locked) == before:
        return False
    waits = moved and locked.is_active
    if waits:
        locked.is_active = False
    locked.save()
    if waits:
        end_sessions(locked)
    audit.record(
        actor,
        "accounts.change_user",
        f"user:{locked.pk}",
        before=_on_record(before),
        after=_on_record(_details(locked)),
        # Of addresses which, not what: they stay out of the audit trail.
        changed=sorted(key for key, value in _details(locked).items() if before[key] != value),
        disabled=waits,
    )
    return waits


def check_not_erased(user: User) -> None:
    """Raise where the contact data were erased: the person comes back by a new account."""
    if user.contact_erased_at is not None:
        raise Refused(_("此账号的联系方式已清除，不能再启用或更改；需要时请另建账号。"))


def _details(user: User) -> dict[str, Any]:
    return {
        "name": user.name,
        "email": user.email,
        "phone": user.phone,
        "organisation": user.organisation_id,
    }


def _on_record(details: dict[str, Any]) -> dict[str, Any]:
    return {key: details[key] for key in ("name", "organisation")}


def _hold(user: User) -> list[int]:
    """The active holders of an administrator's role, held in one order until the transaction ends:
    two who take each other's account away neither both succeed nor wait for each other."""
    if user.role not in ADMINISTRATORS:
        return []
    found = User.objects.select_for_update().filter(role=user.role, is_active=True).order_by("pk")
    return [holder.pk for holder in found]


def _check_another_stays(user: User, holders: list[int]) -> None:
    """The last active holder of each administrator's role stays."""
    if holders == [user.pk]:
        raise Refused(
            _("%(name)s是最后一位%(role)s，不能停用；请先启用另一位。")
            % {"name": user.name, "role": Role(user.role).label}
        )


@transaction.atomic
def enable_user(actor: User, user: User) -> None:
    """Give an account its effect."""
    check_role(actor, Role.SECURITY_ADMIN)
    locked = User.objects.select_for_update().get(pk=user.pk)
    check_not_erased(locked)
    if locked.left_at is not None:
        raise Refused(
            _("%(name)s已离开原单位，不能直接启用；请由其单位负责人重新邀请。")
            % {"name": locked.name}
        )
    User.objects.filter(pk=user.pk).update(is_active=True)
    audit.record(actor, "accounts.enable_user", f"user:{user.pk}", role=user.role)


@transaction.atomic
def disable_user(actor: User, user: User) -> None:
    """Take an account's effect away and end its sessions. The last active holder of each
    administrator's role stays."""
    check_role(actor, Role.SECURITY_ADMIN)
    _check_another_stays(user, _hold(user))
    if not User.objects.filter(pk=user.pk, is_active=True).update(is_active=False):
        return
    end_sessions(user)
    audit.record(actor, "accounts.disable_user", f"user:{user.pk}", role=user.role)


def end_sessions(user: User) -> None:
    """Sign the user out everywhere."""
    for session in Session.objects.filter(expire_date__gt=timezone.now()).iterator():
        if session.get_decoded().get("_auth_user_id") == str(user.pk):
            session.delete()
