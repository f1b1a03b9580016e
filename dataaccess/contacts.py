"""Whose contact data of base info are shown to whom: docs/data-protection.md."""

from dataaccess import permissions, queries
from dataaccess.models import BaseInfo
from dataaccess.words import printed
from portal.accounts.models import Role, User
from portal.contacts import masking
from portal.contacts.reveal import Entry, Kind, declare

# Names of heads stand in the register of companies.
MASKED = {
    "负责人联系电话": masking.phone,  # not translated: the printed name of a field
    "负责人邮箱地址": masking.email,  # not translated: the printed name of a field
    "联系人姓名": masking.name,  # not translated: the printed name of a field
    "联系人联系电话": masking.phone,  # not translated: the printed name of a field
    "联系人邮箱地址": masking.email,  # not translated: the printed name of a field
}


def _find(reader: User, pk: int) -> BaseInfo | None:
    found = BaseInfo.objects.select_related("base").filter(pk=pk).first()
    if found is None or not queries.bases_for(reader).filter(pk=found.base_id).exists():
        return None
    return found


def declare_all() -> None:
    declare(
        "base_info",
        Kind(
            _find,
            lambda info: [
                Entry(name, printed(name), str(info.values.get(name, "")), mask)
                for name, mask in MASKED.items()
            ],
            lambda reader, info: reader.role == Role.SECRETARIAT,
            lambda reader, info: permissions.is_own(reader, info.base),
        ),
    )
