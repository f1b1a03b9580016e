"""登记: a future owner asks for the organisation's account; the secretariat answers."""

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts import letters, queries
from portal.accounts.actions.members import invite_without_asking
from portal.accounts.errors import Refused
from portal.accounts.models import MemberRole, Organisation, Outcome, Registration, Role, User
from portal.accounts.permissions import check_role
from portal.contacts import keys
from portal.ledger import audit


@transaction.atomic
def register(**fields: Any) -> Registration | None:
    """Take in a registration and mail the link that confirms it. Where the address has an account
    already, only its holder learns so, by mail: returns None."""
    holder = queries.user_of_mailbox(fields["email"])
    if holder is not None:
        letters.put("account_exists", f"{holder.pk}:{timezone.now():%Y%m%d%H}", user=holder.pk)
        return None
    # The same person begins again: the link mailed before must not bring the older words back.
    Registration.objects.filter(
        confirmed_at__isnull=True,
        email_blind__in=keys.blinds(fields["email"]),
        credit_code=fields["credit_code"],
    ).delete()
    now = timezone.now()
    registration = Registration(created_at=now, committed_at=now, **fields)
    registration.full_clean()
    registration.save()
    _note(None, "register", registration)
    letters.put("confirm_registration", str(registration.pk), registration=registration.pk)
    return registration


@transaction.atomic
def confirm(registration: Registration) -> Registration:
    """The mail address is right: from now on the registration waits for the secretariat. Safe to
    repeat."""
    current = _locked(registration)
    if current.confirmed_at is not None:
        return current
    now = timezone.now()
    earlier = queries.waiting_registrations().filter(
        credit_code=current.credit_code, email_blind__in=keys.blinds(current.email)
    )
    earlier.update(outcome=Outcome.WITHDRAWN, decided_at=now)
    current.confirmed_at = now
    current.save(update_fields=["confirmed_at"])
    _note(None, "confirm_registration", current)
    letters.put("registration_waits", str(current.pk), registration=current.pk)
    letters.tell_the_secretariat("registration", current.pk)
    return current


@transaction.atomic
def accept(actor: User, registration: Registration) -> Organisation:
    """激活: put the organisation on record and invite the person as its owner."""
    check_role(actor, Role.SECRETARIAT)
    current = _waiting(registration)
    if Organisation.objects.filter(credit_code=current.credit_code).exists():
        raise Refused(
            _(
                "该统一社会信用代码已有登记单位。请退回本申请，并请申请人联系该单位负责人邀请其加入。"
            )
        )
    if queries.user_of_mailbox(current.email) is not None:
        raise Refused(_("该邮箱地址已有账号。请退回本申请，并请申请人换用未使用过的邮箱地址。"))
    organisation = Organisation.objects.create(name=current.name, credit_code=current.credit_code)
    _decide(current, actor, Outcome.ACCEPTED, organisation=organisation)
    _note(actor, "accept_registration", current, organisation=organisation.pk)
    invite_without_asking(
        actor,
        organisation,
        name=current.person_name,
        email=current.email,
        member_role=MemberRole.OWNER,
        language=current.language,
    )
    return organisation


@transaction.atomic
def refuse(actor: User, registration: Registration, reason: str) -> None:
    """不予激活, with the reason that the person is told."""
    check_role(actor, Role.SECRETARIAT)
    if not reason.strip():
        raise Refused(_("请填写理由，申请人将收到这段文字。"))
    current = _waiting(registration)
    _decide(current, actor, Outcome.REFUSED, reason=reason.strip())
    _note(actor, "refuse_registration", current, reason=current.reason)
    letters.put("registration_refused", str(current.pk), registration=current.pk)


def _locked(registration: Registration) -> Registration:
    return Registration.objects.select_for_update().get(pk=registration.pk)


def _waiting(registration: Registration) -> Registration:
    current = _locked(registration)
    if not current.is_waiting:
        raise Refused(_("这份登记申请已经办理，请刷新页面查看结果。"))
    return current


def _decide(registration: Registration, actor: User, outcome: str, **more: Any) -> None:
    registration.outcome, registration.decided_by = outcome, actor
    registration.decided_at = timezone.now()
    for name, value in more.items():
        setattr(registration, name, value)
    registration.save()


def _note(actor: User | None, action: str, registration: Registration, **data: Any) -> None:
    audit.record(
        actor,
        f"accounts.{action}",
        f"registration:{registration.pk}",
        name=registration.name,
        credit_code=registration.credit_code,
        **data,
    )
