"""Someone of a registered organisation has no way in: the owners are asked, or the secretariat."""

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts import letters, queries
from portal.accounts.actions import members
from portal.accounts.errors import Refused
from portal.accounts.models import (
    Evidence,
    HelpRequest,
    MemberRole,
    Organisation,
    Outcome,
    Role,
    User,
)
from portal.accounts.permissions import check_manage_members, check_role
from portal.contacts import keys
from portal.ledger import audit

# So many people at once may ask to join an organisation; strangers cannot flood its owners.
MOST_OPEN = 20


@transaction.atomic
def ask_to_join(
    organisation: Organisation, *, person_name: str, email: str, words: str, language: str
) -> HelpRequest | None:
    """Tell the owners that somebody asks for an invitation. None where that was told before, or
    too many ask; the answer to the asker is the same."""
    request = _ask(
        HelpRequest.Kind.JOIN,
        organisation,
        person_name=person_name,
        email=email,
        words=words,
        language=language,
    )
    if request is not None:
        for owner in queries.owners(organisation.pk):
            letters.put("asks_to_join", f"{request.pk}:{owner.pk}", help=request.pk, user=owner.pk)
    return request


@transaction.atomic
def ask_for_owner(
    organisation: Organisation,
    *,
    person_name: str,
    email: str,
    phone: str,
    words: str,
    letter: Evidence,
    language: str,
) -> HelpRequest | None:
    """Ask the secretariat to make a new owner, because the earlier one is gone."""
    request = _ask(
        HelpRequest.Kind.OWNER_GONE,
        organisation,
        person_name=person_name,
        email=email,
        phone=phone,
        words=words,
        letter=letter,
        language=language,
    )
    if request is not None:
        letters.tell_the_secretariat("help", request.pk)
    return request


def _ask(kind: str, organisation: Organisation, **fields: Any) -> HelpRequest | None:
    Organisation.objects.select_for_update().get(pk=organisation.pk)
    still_open = HelpRequest.objects.filter(
        kind=kind, organisation=organisation, outcome=Outcome.OPEN
    )
    same = still_open.filter(email_blind__in=keys.blinds(fields["email"]))
    if same.exists() or still_open.count() >= MOST_OPEN:
        return None
    request = HelpRequest(kind=kind, organisation=organisation, created_at=timezone.now(), **fields)
    request.full_clean()
    request.save()
    _note(None, f"ask_{kind}", request)
    return request


@transaction.atomic
def invite_asker(owner: User, request: HelpRequest, member_role: str) -> None:
    """An owner lets in who asked to join."""
    check_manage_members(owner, request.organisation_id)
    current = _open(request)
    members.invite(
        owner,
        name=current.person_name,
        email=current.email,
        member_role=member_role,
        language=current.language,
    )
    _decide(current, owner, Outcome.ACCEPTED)


@transaction.atomic
def decline_asker(owner: User, request: HelpRequest) -> None:
    """An owner does not know who asked."""
    check_manage_members(owner, request.organisation_id)
    current = _open(request)
    _decide(current, owner, Outcome.REFUSED, _("单位负责人未同意。"))
    letters.put("help_refused", str(current.pk), help=current.pk)


@transaction.atomic
def appoint(
    actor: User, request: HelpRequest, *, name: str, email: str, reason: str, leaving: list[User]
) -> None:
    """The secretariat's help: invite a new owner, and end the accounts of owners that are gone.
    The reason is kept in the audit chain, and every owner there was is told by mail."""
    check_role(actor, Role.SECRETARIAT)
    reason = reason.strip()
    if not reason:
        raise Refused(_("请填写理由，例如核对了哪些证明；理由记入审计记录。"))
    current = _open(request)
    organisation = Organisation.objects.select_for_update().get(pk=current.organisation_id)
    told = list(queries.owners(organisation.pk))
    if any(user not in told for user in leaving):
        raise Refused(_("所选人员已不是该单位负责人，请刷新页面。"))
    invitation = members.invite_without_asking(
        actor,
        organisation,
        name=name,
        email=email,
        member_role=MemberRole.OWNER,
        language=current.language,
        reason=reason,
    )
    members.end_memberships(actor, organisation, leaving)
    for owner in told:
        if owner not in leaving:
            letters.put(
                "owner_appointed", f"{invitation.pk}:{owner.pk}", user=owner.pk,
                organisation=organisation.pk,
            )  # fmt: skip
    _decide(current, actor, Outcome.ACCEPTED, reason)


@transaction.atomic
def refuse(actor: User, request: HelpRequest, reason: str) -> None:
    """The secretariat does not follow a request for a new owner."""
    check_role(actor, Role.SECRETARIAT)
    if not reason.strip():
        raise Refused(_("请填写理由，申请人将收到这段文字。"))
    current = _open(request)
    _decide(current, actor, Outcome.REFUSED, reason.strip())
    letters.put("help_refused", str(current.pk), help=current.pk)


def _open(request: HelpRequest) -> HelpRequest:
    current = HelpRequest.objects.select_for_update().get(pk=request.pk)
    if not current.is_open:
        raise Refused(_("这份申请已经办理，请刷新页面查看结果。"))
    return current


def _decide(request: HelpRequest, actor: User, outcome: str, reason: str = "") -> None:
    request.outcome, request.decided_by, request.reason = outcome, actor, reason
    request.decided_at = timezone.now()
    request.save()
    _note(actor, f"{outcome}_{request.kind}", request, reason=reason)


def _note(actor: User | None, action: str, request: HelpRequest, **data: Any) -> None:
    audit.record(
        actor,
        f"accounts.{action}",
        f"organisation:{request.organisation_id}",
        request=request.pk,
        **data,
    )
