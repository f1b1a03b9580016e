"""Who may do what with organisations. In pairs: check_… raises the reason in a sentence, can_…
answers yes or no."""

from django.utils.translation import gettext as _

from portal.accounts.errors import Refused
from portal.accounts.models import Role, User

# Who reads the scans that organisations hand in.
READS_EVIDENCE = (Role.SECRETARIAT, Role.SYSTEM_ADMIN)


def check_role(actor: User, *roles: str) -> None:
    """Raise unless the user holds one of these roles."""
    if actor.role not in roles or not actor.is_active:
        names = _("、").join(str(Role(role).label) for role in roles)
        raise Refused(_("此操作须由%(roles)s办理。") % {"roles": names})


def check_manage_members(actor: User, organisation_id: int | None) -> None:
    """Raise unless the user is an owner of this organisation."""
    if not can_manage_members(actor, organisation_id):
        raise Refused(_("此操作须由本单位负责人办理。"))


def can_manage_members(actor: User, organisation_id: int | None) -> bool:
    return actor.is_owner and actor.organisation_id == organisation_id
