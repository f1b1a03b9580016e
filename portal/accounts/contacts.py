"""Whose contact data of accounts and organisations are shown to whom: docs/data-protection.md."""

from typing import Any

from django.utils.translation import gettext as _

from portal.accounts.models import HelpRequest, Registration, Role, User
from portal.contacts import masking
from portal.contacts.reveal import Entry, Kind, declare

# What the secretariat looks after: its own members and the administrators are not its affair.
OF_THE_SECRETARIAT = (Role.APPLICANT, Role.EXPERT)


def _entries(row: Any) -> list[Entry]:
    return [
        Entry("email", _("邮箱地址"), row.email, masking.email),
        Entry("phone", _("联系电话"), row.phone, masking.phone),
    ]


def _may_reveal_person(reader: User, person: User) -> bool:
    return reader.role in (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN) or (
        reader.role == Role.SECRETARIAT and person.role in OF_THE_SECRETARIAT
    )


def _decides(reader: User, row: Any) -> bool:
    """Who works on an open request has to reach the person."""
    return reader.role == Role.SECRETARIAT and row.is_open


def _is_secretariat(reader: User, _row: Any) -> bool:
    return reader.role == Role.SECRETARIAT


def declare_all() -> None:
    declare(
        "person",
        Kind(
            lambda reader, pk: User.objects.filter(pk=pk).first(),
            _entries,
            _may_reveal_person,
            lambda reader, person: reader.pk == person.pk,
        ),
    )
    declare(
        "registration",
        Kind(
            lambda reader, pk: Registration.objects.filter(
                pk=pk, confirmed_at__isnull=False
            ).first(),
            _entries,
            _is_secretariat,
            _decides,
        ),
    )
    declare(
        "help",
        Kind(
            lambda reader, pk: HelpRequest.objects.filter(
                pk=pk, kind=HelpRequest.Kind.OWNER_GONE
            ).first(),
            _entries,
            _is_secretariat,
            _decides,
        ),
    )
