"""Whose contact data of cases, objections and reports are shown to whom: docs/data-protection.md."""

from typing import Any

from django.utils.translation import gettext as _

from evaluation import queries
from evaluation.models import Declaration, MisuseReport, Objection
from portal.accounts.models import Role, User
from portal.contacts import masking
from portal.contacts.reveal import Entry, Kind, declare

# What of Appendix A is masked: table, field and how. Names of heads stand in the register of
# companies; the others are people who took the work on.
IN_THE_FORM = {
    ("cover", "contact_name"): masking.name,
    ("cover", "phone"): masking.phone,
    ("head", "phone"): masking.phone,
    ("head", "email"): masking.email,
    ("contact", "name"): masking.name,
    ("contact", "phone"): masking.phone,
    ("contact", "email"): masking.email,
}


def reads_form_in_full(user: User) -> bool:
    """The applicant's own people: others see the contact persons masked."""
    return user.role == Role.APPLICANT


def _objection(reader: User, pk: int) -> Objection | None:
    found = Objection.objects.select_related("publication__evaluation").filter(pk=pk)
    visible = queries.cases_for(reader).values("pk")
    return found.filter(publication__evaluation__in=visible).first()


def _of_objection(row: Objection) -> list[Entry]:
    return [
        Entry("identity", _("证件号码"), row.identity, masking.identity),
        Entry("contact_person", _("联系人"), row.contact_person, masking.name),
        Entry("contact", _("联系方式"), row.contact, masking.contact),
        Entry("email", _("邮箱地址"), row.email, masking.email),
    ]


def _of_report(row: MisuseReport) -> list[Entry]:
    return [
        Entry("reporter", _("姓名或单位"), row.reporter, masking.name),
        Entry("contact", _("联系方式"), row.contact, masking.contact),
    ]


def _declaration(reader: User, pk: int) -> Declaration | None:
    found = Declaration.objects.select_related("evaluation").filter(pk=pk)
    return found.filter(evaluation__in=queries.cases_for(reader).values("pk")).first()


def _of_declaration(row: Declaration) -> list[Entry]:
    def told(table: str, key: str) -> str:
        return str((row.tables.get(table) or {}).get(key) or "")

    labels = {
        ("cover", "contact_name"): _("申报联系人"),
        ("cover", "phone"): _("联系电话"),
        ("head", "phone"): _("负责人电话"),
        ("head", "email"): _("负责人邮箱"),
        ("contact", "name"): _("联系人姓名"),
        ("contact", "phone"): _("联系人电话"),
        ("contact", "email"): _("联系人邮箱"),
    }
    return [
        Entry(f"{table}.{key}", label, told(table, key), IN_THE_FORM[table, key])
        for (table, key), label in labels.items()
    ]


def _is_secretariat(reader: User, _row: Any) -> bool:
    return reader.role == Role.SECRETARIAT


def declare_all() -> None:
    declare(
        "objection",
        Kind(
            _objection,
            _of_objection,
            _is_secretariat,
            case=lambda row: row.publication.evaluation.number,
        ),
    )
    declare(
        "misuse",
        Kind(
            lambda reader, pk: MisuseReport.objects.filter(pk=pk).first(),
            _of_report,
            _is_secretariat,
        ),
    )
    declare(
        "declaration",
        Kind(
            _declaration,
            _of_declaration,
            _is_secretariat,
            lambda reader, row: reads_form_in_full(reader),
            case=lambda row: row.evaluation.number,
        ),
    )
