"""People, the organisations they belong to, and how they come in."""

from portal.accounts.models.admission import HelpRequest, NameChange, Outcome, Registration
from portal.accounts.models.evidence import Evidence
from portal.accounts.models.invitations import Invitation
from portal.accounts.models.people import MemberRole, Organisation, PasswordUsed, Role, User

__all__ = [
    "Evidence",
    "HelpRequest",
    "Invitation",
    "MemberRole",
    "NameChange",
    "Organisation",
    "Outcome",
    "PasswordUsed",
    "Registration",
    "Role",
    "User",
]
