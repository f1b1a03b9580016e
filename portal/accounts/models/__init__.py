"""People, and the organisations they belong to."""

from portal.accounts.models.people import MemberRole, Organisation, Role, User

__all__ = ["MemberRole", "Organisation", "Role", "User"]
