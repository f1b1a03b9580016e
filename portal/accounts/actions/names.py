"""更名: the organisation's legal name changes by a procedure of its own. What was issued under the
old name keeps it; the old name is kept with its dates."""

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts import letters, queries
from portal.accounts.errors import Refused
from portal.accounts.models import Evidence, NameChange, Organisation, Outcome, Role, User
from portal.accounts.permissions import check_manage_members, check_role
from portal.ledger import audit


@transaction.atomic
def ask(actor: User, *, new_name: str, evidence: Evidence) -> NameChange:
    """An owner asks for the new name, with the registration authority's notice as evidence."""
    check_manage_members(actor, actor.organisation_id)
    assert actor.organisation_id is not None, "owners belong to an organisation"
    organisation = Organisation.objects.select_for_update().get(pk=actor.organisation_id)
    new_name = new_name.strip()
    if new_name == organisation.name:
        raise Refused(_("新名称与现名称相同。"))
    if queries.waiting_name_changes().filter(organisation=organisation).exists():
        raise Refused(_("本单位已有一份更名申请正在办理。如需修改，请先撤回。"))
    change = NameChange(
        organisation=organisation,
        old_name=organisation.name,
        new_name=new_name,
        evidence=evidence,
        asked_by=actor,
        created_at=timezone.now(),
    )
    change.full_clean()
    change.save()
    _note(actor, "ask_name_change", change)
    letters.tell_the_secretariat("name", change.pk)
    return change


@transaction.atomic
def withdraw(actor: User, change: NameChange) -> None:
    """The owner takes the request back before it is answered."""
    check_manage_members(actor, change.organisation_id)
    current = _open(change)
    _decide(current, actor, Outcome.WITHDRAWN)
    _note(actor, "withdraw_name_change", current)


@transaction.atomic
def accept(actor: User, change: NameChange) -> None:
    """From now on the organisation bears the new name."""
    check_role(actor, Role.SECRETARIAT)
    current = _open(change)
    organisation = Organisation.objects.select_for_update().get(pk=current.organisation_id)
    organisation.name = current.new_name
    organisation.save(update_fields=["name"])
    _decide(current, actor, Outcome.ACCEPTED)
    _note(actor, "accept_name_change", current)
    letters.put("name_change_answered", str(current.pk), change=current.pk)


@transaction.atomic
def refuse(actor: User, change: NameChange, reason: str) -> None:
    """The name stays; the owner is told why."""
    check_role(actor, Role.SECRETARIAT)
    if not reason.strip():
        raise Refused(_("请填写理由，申请人将收到这段文字。"))
    current = _open(change)
    _decide(current, actor, Outcome.REFUSED, reason.strip())
    _note(actor, "refuse_name_change", current, reason=current.reason)
    letters.put("name_change_answered", str(current.pk), change=current.pk)


def _open(change: NameChange) -> NameChange:
    current = NameChange.objects.select_for_update().get(pk=change.pk)
    if not current.is_open:
        raise Refused(_("这份申请已经办理，请刷新页面查看结果。"))
    return current


def _decide(change: NameChange, actor: User, outcome: str, reason: str = "") -> None:
    change.outcome, change.decided_by, change.reason = outcome, actor, reason
    change.decided_at = timezone.now()
    change.save()


def _note(actor: User, action: str, change: NameChange, **data: Any) -> None:
    audit.record(
        actor,
        f"accounts.{action}",
        f"organisation:{change.organisation_id}",
        old_name=change.old_name,
        new_name=change.new_name,
        **data,
    )
