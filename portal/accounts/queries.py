"""Reads that more than one place needs."""

from django.db.models import QuerySet

from portal.accounts.models import (
    HelpRequest,
    Invitation,
    MemberRole,
    NameChange,
    Organisation,
    Outcome,
    Registration,
    Role,
    User,
)


def members(organisation_id: int | None) -> QuerySet[User]:
    """The people of an applicant who can sign in."""
    return User.objects.filter(organisation=organisation_id, role=Role.APPLICANT, is_active=True)


def owners(organisation_id: int | None) -> QuerySet[User]:
    return members(organisation_id).filter(member_role=MemberRole.OWNER)


def open_invitations(organisation_id: int) -> QuerySet[Invitation]:
    """Neither accepted nor revoked; those that ran out can be sent again."""
    return Invitation.objects.filter(
        organisation_id=organisation_id, accepted_at__isnull=True, revoked_at__isnull=True
    )


def waiting_registrations() -> QuerySet[Registration]:
    return Registration.objects.filter(outcome=Outcome.OPEN, confirmed_at__isnull=False)


def waiting_name_changes() -> QuerySet[NameChange]:
    return NameChange.objects.filter(outcome=Outcome.OPEN)


def waiting_help() -> QuerySet[HelpRequest]:
    """What the secretariat is asked; requests to join are the owners' affair."""
    return HelpRequest.objects.filter(outcome=Outcome.OPEN, kind=HelpRequest.Kind.OWNER_GONE)


def former_names(organisation: Organisation) -> QuerySet[NameChange]:
    """The accepted changes of name, the latest first; each tells until when the old name held."""
    return organisation.name_changes.filter(outcome=Outcome.ACCEPTED).order_by("-decided_at")


def user_of_mailbox(email: str) -> User | None:
    """The account of an address, however it is written."""
    return User.objects.filter(email__iexact=email.strip()).first()


def user_named(named: str) -> User | None:
    """Whom somebody means who signs in: by address or by login name, however they are written."""
    if not named.strip():
        return None
    return user_of_mailbox(named) or User.objects.filter(username__iexact=named.strip()).first()
