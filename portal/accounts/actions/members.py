"""The members of an organisation: invited by mail, with a role each, until they leave. An
organisation never loses its last owner, except to the secretariat's own help."""

import re
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts import letters, queries
from portal.accounts.actions.people import end_sessions
from portal.accounts.errors import LinkOver, Refused
from portal.accounts.models import Invitation, MemberRole, Organisation, Role, User
from portal.accounts.permissions import check_manage_members, check_role
from portal.contacts import keys
from portal.ledger import audit, numbers


@transaction.atomic
def invite(
    actor: User, *, name: str, email: str, member_role: str, language: str = ""
) -> Invitation:
    """邀请: mail a person the link with which to join the owner's organisation."""
    check_manage_members(actor, actor.organisation_id)
    organisation = _locked(actor.organisation_id)
    return invite_without_asking(
        actor, organisation, name=name, email=email, member_role=member_role, language=language
    )


def invite_without_asking(
    actor: User,
    organisation: Organisation,
    *,
    name: str,
    email: str,
    member_role: str,
    language: str = "",
    **noted: Any,
) -> Invitation:
    """The same where the caller has asked who may. An open invitation to the same address is
    replaced: its link ends."""
    email = email.strip()
    if queries.members(organisation.pk).filter(email__iexact=email).exists():
        raise Refused(_("%(email)s已是本单位成员，无需邀请。") % {"email": email})
    now = timezone.now()
    queries.open_invitations(organisation.pk).filter(email_blind__in=keys.blinds(email)).update(
        revoked_at=now
    )
    invitation = Invitation(
        organisation=organisation,
        name=name.strip(),
        email=email,
        member_role=member_role,
        invited_by=actor,
        language=language or settings.LANGUAGE_CODE,
        created_at=now,
        sent_at=now,
        expires_at=expiry(),
    )
    invitation.full_clean()
    invitation.save()
    _note(actor, "invite", organisation, invitation=invitation.pk, role=member_role, **noted)
    _send(invitation)
    return invitation


@transaction.atomic
def resend(actor: User, invitation: Invitation) -> None:
    """Mail the invitation again with a new term; the earlier link ends."""
    current = _open_invitation(actor, invitation)
    current.sent += 1
    current.sent_at, current.expires_at = timezone.now(), expiry()
    current.save(update_fields=["sent", "sent_at", "expires_at"])
    _note(actor, "resend_invitation", current.organisation, invitation=current.pk)
    _send(current)


@transaction.atomic
def revoke(actor: User, invitation: Invitation) -> None:
    """撤销邀请: the link ends."""
    current = _open_invitation(actor, invitation)
    current.revoked_at = timezone.now()
    current.save(update_fields=["revoked_at"])
    _note(actor, "revoke_invitation", current.organisation, invitation=current.pk)


@transaction.atomic
def join(invitation: Invitation, *, name: str, phone: str, password: str, language: str) -> User:
    """Accept an invitation, once: the person becomes a member. Who has left another organisation
    takes the old account along; who still has one elsewhere is told so."""
    current = (
        Invitation.objects.select_for_update(of=("self",))
        .select_related("organisation")
        .get(pk=invitation.pk)
    )
    if current.state != "open" or current.sent != invitation.sent:
        raise LinkOver(_("这个邀请链接已失效。"))
    user = queries.user_of_mailbox(current.email)
    if user is None:
        user = User(username=username(current.email), email=current.email, role=Role.APPLICANT)
    else:
        check_free(user)
    user.name, user.phone, user.language = name.strip(), phone.strip(), language
    user.role, user.organisation = Role.APPLICANT, current.organisation
    user.member_role, user.is_active, user.left_at = current.member_role, True, None
    user.set_password(password)
    user.full_clean(exclude=["password"])
    user.save()
    current.accepted_at, current.accepted_by = timezone.now(), user
    current.save(update_fields=["accepted_at", "accepted_by"])
    _note(
        user, "join", current.organisation, invitation=current.pk, role=user.member_role,
        user=user.pk,
    )  # fmt: skip
    return user


def check_free(user: User) -> None:
    """Raise unless the holder of an account may take it to another organisation."""
    if user.is_active:
        raise Refused(
            _(
                "您的邮箱地址已有平台账号。一个账号只属于一个单位：请先在原单位的“本单位”页退出，再打开邀请链接；或请邀请人改用您的另一个邮箱地址。"
            )
        )
    if user.left_at is None:
        raise Refused(_("您的账号已被停用，不能加入。如有疑问，请联系秘书处。"))


@transaction.atomic
def change_role(actor: User, member: User, member_role: str) -> None:
    """更改成员角色."""
    current = _member(actor, member)
    if member_role not in MemberRole.values:
        raise Refused(_("请选择成员角色。"))
    if current.member_role == member_role:
        return
    if member_role != MemberRole.OWNER:
        _check_an_owner_stays(current)
    _note(
        actor, "change_member_role", current.organisation, user=current.pk,
        before=current.member_role, after=member_role,
    )  # fmt: skip
    User.objects.filter(pk=current.pk).update(member_role=member_role)
    if current.pk != actor.pk:
        letters.put("role_changed", _key(current.pk), user=current.pk)


@transaction.atomic
def remove(actor: User, member: User) -> None:
    """移出单位: the account ends; what the person did keeps the name."""
    current = _member(actor, member)
    if current.pk == actor.pk:
        raise Refused(_("退出本单位请使用“退出单位”。"))
    _check_an_owner_stays(current)
    _end_membership(current)
    _note(actor, "remove_member", current.organisation, user=current.pk)
    letters.put("removed", _key(current.pk), user=current.pk)


@transaction.atomic
def leave(actor: User) -> None:
    """退出单位. The last owner hands over first."""
    current = _locked_member(actor.organisation_id, actor)
    _check_an_owner_stays(current)
    _end_membership(current)
    _note(current, "leave", current.organisation, user=current.pk)


@transaction.atomic
def hand_over(actor: User, successor: User, *, stay_as: str) -> None:
    """移交负责人: the successor becomes an owner; the giver stays with another role, or leaves
    (`stay_as` empty)."""
    current = _member(actor, successor)
    if current.pk == actor.pk:
        raise Refused(_("请选择另一位成员接任负责人。"))
    if stay_as not in (MemberRole.EDITOR, MemberRole.VIEWER, ""):
        raise Refused(_("请选择移交后您的去向。"))
    User.objects.filter(pk=current.pk).update(member_role=MemberRole.OWNER)
    _note(actor, "hand_over", current.organisation, user=current.pk, stay_as=stay_as or "left")
    if stay_as:
        User.objects.filter(pk=actor.pk).update(member_role=stay_as)
    else:
        _end_membership(User.objects.select_for_update().get(pk=actor.pk))
    letters.put("role_changed", _key(current.pk), user=current.pk)


def end_memberships(actor: User, organisation: Organisation, leaving: list[User]) -> None:
    """The secretariat's help: owners that are gone lose their accounts, the last one too."""
    for user in leaving:
        current = _locked_member(organisation.pk, user)
        _end_membership(current)
        _note(actor, "end_membership", organisation, user=current.pk)
        letters.put("removed", _key(current.pk), user=current.pk)


def _locked(organisation_id: int | None) -> Organisation:
    """Changes of an organisation's members come one after the other."""
    assert organisation_id is not None, "members belong to an organisation"
    return Organisation.objects.select_for_update().get(pk=organisation_id)


def _member(actor: User, member: User) -> User:
    """The member as it is now, for an owner of the same organisation."""
    organisation = _locked(actor.organisation_id)
    # Read anew: two owners may be taking each other's role away at this moment.
    check_manage_members(User.objects.get(pk=actor.pk), organisation.pk)
    return _locked_member(organisation.pk, member)


def _locked_member(organisation_id: int | None, member: User) -> User:
    _locked(organisation_id)
    found = queries.members(organisation_id).select_for_update().filter(pk=member.pk).first()
    if found is None:
        raise Refused(_("此人已不是本单位成员，请刷新页面。"))
    return found


def _check_an_owner_stays(member: User) -> None:
    if member.member_role != MemberRole.OWNER:
        return
    if not queries.owners(member.organisation_id).exclude(pk=member.pk).exists():
        raise Refused(
            _("%(name)s是本单位唯一的负责人。请先移交负责人，或把另一位成员设为负责人。")
            % {"name": member.name}
        )


def _end_membership(member: User) -> None:
    User.objects.filter(pk=member.pk).update(is_active=False, left_at=timezone.now())
    end_sessions(member)


def _open_invitation(actor: User, invitation: Invitation) -> Invitation:
    current = (
        Invitation.objects.select_for_update(of=("self",))
        .select_related("organisation")
        .get(pk=invitation.pk)
    )
    if actor.role == Role.SECRETARIAT:
        check_role(actor, Role.SECRETARIAT)
    else:
        check_manage_members(actor, current.organisation_id)
    if current.accepted_at or current.revoked_at:
        raise Refused(_("这份邀请已被接受或撤销，请刷新页面。"))
    return current


def _send(invitation: Invitation) -> None:
    letters.put(
        "invitation",
        f"{invitation.pk}:{invitation.sent}",
        invitation=invitation.pk,
        sent=invitation.sent,
    )


def expiry() -> datetime:
    """Until when a link that is mailed now opens."""
    return timezone.now() + timedelta(days=settings.INVITATION_DAYS)


def username(email: str) -> str:
    """A login name from the address; people sign in by the address. The counter's row is held, so
    that two who join at once are not given the same."""
    serial = numbers.next_number("username")
    stem = re.sub(r"[^a-z0-9._-]", "", email.split("@")[0].lower())[:30] or "user"
    return f"{stem}-{serial}" if User.objects.filter(username__iexact=stem).exists() else stem


def _key(pk: int) -> str:
    return f"{pk}:{timezone.now().timestamp()}"


def _note(actor: User, action: str, organisation: Organisation | None, **data: Any) -> None:
    assert organisation is not None, "members belong to an organisation"
    audit.record(actor, f"accounts.{action}", f"organisation:{organisation.pk}", **data)
