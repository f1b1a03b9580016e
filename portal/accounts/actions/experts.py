"""Accounts of experts: opened without effect by the secretariat, with the record of the pool; they
work once the expert has followed the mailed invitation and set a password."""

from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts import letters, queries
from portal.accounts.actions.members import expiry, username
from portal.accounts.actions.people import check_not_erased
from portal.accounts.errors import LinkOver, Refused
from portal.accounts.models import Invitation, Organisation, Role, User
from portal.accounts.permissions import check_role
from portal.ledger import audit


@transaction.atomic
def open_account(actor: User, *, name: str, email: str, phone: str = "") -> User:
    """An account without effect; of an address that an expert has already, that account."""
    check_role(actor, Role.SECRETARIAT)
    holder = queries.user_of_mailbox(email)
    if holder is not None:
        if holder.role != Role.EXPERT:
            raise Refused(
                _("%(email)s是另一个账号的邮箱，不能用于专家；请改用本人的另一个邮箱。")
                % {"email": email}
            )
        return holder
    user = User(
        username=username(email),
        email=email,
        name=name,
        phone=phone,
        role=Role.EXPERT,
        is_active=False,
        password=make_password(None),
    )
    try:
        user.full_clean(exclude=["password"])
    except ValidationError as fault:
        raise Refused(*fault.messages) from fault
    user.save()
    audit.record(
        actor, "accounts.create_user", f"user:{user.pk}", username=user.username, role=user.role
    )
    return user


@transaction.atomic
def invite(actor: User, user: User, *, language: str = "") -> Invitation:
    """邀请加入专家库: mail the link. Sent again, the earlier link ends."""
    check_role(actor, Role.SECRETARIAT)
    current = User.objects.select_for_update().get(pk=user.pk)
    check_waits(current)
    now = timezone.now()
    open_invitations(current).update(revoked_at=now)
    invitation = Invitation(
        account=current,
        name=current.name,
        email=current.email,
        member_role=current.member_role,
        invited_by=actor,
        language=language or settings.LANGUAGE_CODE,
        created_at=now,
        sent_at=now,
        expires_at=expiry(),
    )
    invitation.full_clean()
    invitation.save()
    audit.record(actor, "accounts.invite_expert", f"user:{current.pk}", invitation=invitation.pk)
    letters.put(
        "invitation",
        f"{invitation.pk}:{invitation.sent}",
        invitation=invitation.pk,
        sent=invitation.sent,
    )
    return invitation


@transaction.atomic
def join(invitation: Invitation, *, name: str, phone: str, password: str, language: str) -> User:
    """Follow an invitation, once: the account has its effect."""
    current = Invitation.objects.select_for_update().get(pk=invitation.pk)
    if current.state != "open" or current.sent != invitation.sent:
        raise LinkOver(_("这个邀请链接已失效。"))
    user = User.objects.select_for_update().filter(email__iexact=current.email).first()
    if user is None:
        raise Refused(_("秘书处已更改您的邮箱地址，请使用寄往新地址的邀请链接。"))
    check_waits(user)
    user.name, user.phone, user.language = name.strip(), phone.strip(), language
    user.is_active = True
    user.set_password(password)
    user.full_clean(exclude=["password"])
    user.save()
    current.accepted_at, current.accepted_by = timezone.now(), user
    current.save(update_fields=["accepted_at", "accepted_by"])
    audit.record(user, "accounts.join_pool", f"user:{user.pk}", invitation=current.pk)
    return user


@transaction.atomic
def change_person(actor: User, user: User, *, name: str, email: str, phone: str) -> User:
    """Put an expert's name and addresses right; links to the former address end."""
    current = User.objects.select_for_update().get(pk=user.pk)
    check_not_erased(current)
    before = {"name": current.name, "email": current.email, "phone": current.phone}
    after = {"name": name, "email": email, "phone": phone}
    changed = sorted(key for key, value in after.items() if before[key] != value)
    if not changed:
        return current
    holder = queries.user_of_mailbox(email)
    if holder is not None and holder.pk != current.pk:
        raise Refused(_("%(email)s已是另一个账号的邮箱。") % {"email": email})
    if "email" in changed:
        open_invitations(current).update(revoked_at=timezone.now())
    for key, value in after.items():
        setattr(current, key, value)
    current.full_clean(exclude=["password"])
    current.save(update_fields=[*after])
    # Which, not what: addresses stay out of the audit trail.
    audit.record(actor, "accounts.change_person", f"user:{current.pk}", changed=changed)
    return current


def employ(user: User, credit_code: str) -> None:
    """Say in the account, too, which organisation on record employs the expert: another than
    before, or none of them. In the caller's transaction, which audits the change."""
    employer = Organisation.objects.filter(credit_code=credit_code).first() if credit_code else None
    User.objects.filter(pk=user.pk).update(organisation=employer)


def open_invitations(user: User) -> Any:
    return Invitation.objects.filter(
        account=user,
        accepted_at__isnull=True,
        revoked_at__isnull=True,
    )


def check_waits(user: User) -> None:
    """Raise unless this is an expert's account that has had no effect yet: an invitation does not
    bring back what the security administrator took away."""
    check_not_erased(user)
    if user.role != Role.EXPERT or user.is_active or user.has_usable_password():
        raise Refused(_("此邮箱的专家账号已经启用过，请直接登录；如不能登录，请联系秘书处。"))
