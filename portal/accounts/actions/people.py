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
def enable_user(actor: User, user: User) -> None:
    """Give an account its effect."""
    check_role(actor, Role.SECURITY_ADMIN)
    locked = User.objects.select_for_update().get(pk=user.pk)
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
    if user.role in ADMINISTRATORS:
        holders = User.objects.select_for_update().filter(role=user.role, is_active=True)
        if [holder.pk for holder in holders] == [user.pk]:
            raise Refused(
                _("%(name)s是最后一位%(role)s，不能停用；请先启用另一位。")
                % {"name": user.name, "role": Role(user.role).label}
            )
    User.objects.filter(pk=user.pk).update(is_active=False)
    end_sessions(user)
    audit.record(actor, "accounts.disable_user", f"user:{user.pk}", role=user.role)


def end_sessions(user: User) -> None:
    """Sign the user out everywhere."""
    for session in Session.objects.filter(expire_date__gt=timezone.now()).iterator():
        if session.get_decoded().get("_auth_user_id") == str(user.pk):
            session.delete()
