"""Changes of what the portal runs by, each by the administrator whose it is, each audited with
the old and the new value."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from portal.accounts.errors import Refused
from portal.accounts.models import User
from portal.accounts.permissions import check_role
from portal.ledger import audit, runtime
from portal.ledger.models import RuntimeSetting


@transaction.atomic
def change_setting(actor: User, name: str, value: Any) -> None:
    """Give a setting a value of its own."""
    setting = runtime.declared()[name]
    check_role(actor, setting.role)
    try:
        checked = setting.type.check(value)
    except ValidationError as fault:
        raise Refused(" ".join(fault.messages)) from fault
    before = _held(name)
    if checked == before:
        return
    RuntimeSetting.objects.update_or_create(
        name=name,
        defaults={"value": checked, "changed_at": timezone.now(), "changed_by": actor},
    )
    _note(actor, name, before, checked)


@transaction.atomic
def reset_setting(actor: User, name: str) -> None:
    """Take a setting's own value away: the default holds again."""
    setting = runtime.declared()[name]
    check_role(actor, setting.role)
    before = _held(name)
    deleted, _rows = RuntimeSetting.objects.filter(name=name).delete()
    if deleted:
        _note(actor, name, before, runtime.read(name))


def _held(name: str) -> Any:
    """The value that holds, with its row locked where there is one."""
    list(RuntimeSetting.objects.select_for_update().filter(name=name))
    return runtime.read(name)


def _note(actor: User, name: str, before: Any, after: Any) -> None:
    audit.record(actor, "settings.change", f"setting:{name}", before=before, after=after)
