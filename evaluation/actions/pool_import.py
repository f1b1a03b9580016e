"""Experts from an Excel file: kept, read, looked at, and taken in by a person in one step."""

import uuid

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from evaluation import permissions
from evaluation.actions import imports, pool
from evaluation.models import Expert, ExpertImport
from evaluation.pool.sheet import day_of, days_away, fields_in, identity, pool_sheet, ties_in
from evaluation.sheets.rows import ReadRow, Row, Sorted, put_last_first, sort_out
from portal.accounts.models import Role, User
from portal.ledger import audit


@transaction.atomic
def start(user: User, upload: UploadedFile) -> ExpertImport:
    """Keep the file and have it read. Nobody is in the pool yet."""
    permissions.check_secretariat(user)
    checked = imports.checked(upload)
    begun = imports.keep(ExpertImport(), user, upload, checked.name, "experts", "expert_import")
    audit.record(
        user, "evaluation.start_expert_import", f"expert_import:{begun.pk}",
        file=checked.name, sha256=checked.sha256,
    )  # fmt: skip
    return begun


def read(import_id: str, language: str) -> None:
    """By the worker; safe to run twice."""
    imports.read(ExpertImport.objects.filter(pk=import_id).first(), pool_sheet, language)


def looked_through(begun: ExpertImport) -> Sorted:
    """What would become of each row now. A mailbox that belongs to somebody who is no expert is
    wrong in its cell."""
    rows = imports.rows_of(begun)
    others = {
        email.casefold()
        for email in User.objects.exclude(role=Role.EXPERT).values_list("email", flat=True)
    }
    for row in rows:
        first, last = row.row.get("term_from"), row.row.get("term_to")
        # Both were read as days: a reversed term is told beside any other fault of the row.
        if first and last and not {"term_from", "term_to"} & row.errors.keys() and last < first:
            row.errors["term_to"] = _("聘期结束不能早于开始。")
        if identity(row.row) in others and "email" not in row.errors:
            row.errors["email"] = _("是另一个账号的邮箱，请用本人的另一个邮箱")
    listed = {email.casefold(): pk for pk, email in Expert.objects.values_list("pk", "user__email")}
    return sort_out(rows, listed, identity)


@transaction.atomic
def take(user: User, import_id: uuid.UUID, duplicates: str) -> ExpertImport:
    """Put the sound rows into the pool. `duplicates`: see imports.SKIP and imports.REPLACE."""
    permissions.check_secretariat(user)
    begun = ExpertImport.objects.select_for_update().get(pk=import_id)
    imports.check_ready(begun)
    found = looked_through(begun)
    replaced = 0
    if duplicates == imports.REPLACE:
        put_last_first(found, identity)
        replaced = _replace(user, found)
    for each in found.new:
        pool.add(user, _person(each.row), _facts(each.row))
    repeated = len(found.in_list) + len(found.in_file)
    imports.close(
        begun,
        {
            "added": len(found.new),
            "replaced": replaced,
            "skipped": 0 if duplicates == imports.REPLACE else repeated,
            "faulty": len(found.faulty),
        },
    )
    audit.record(
        user, "evaluation.take_expert_import", f"expert_import:{begun.pk}",
        file=begun.name, duplicates=duplicates, **begun.outcome,
    )  # fmt: skip
    return begun


def _replace(user: User, found: Sorted) -> int:
    """The row of the file stands for what the pool had; days away stay where it names none."""
    listed = Expert.objects.select_related("user").in_bulk([pk for _row, pk in found.in_list])
    for each, pk in found.in_list:
        record = listed[pk]
        kept = pool.facts_of(record).absences
        pool.change(user, record, _person(each.row), _facts(each.row, kept), version=record.version)
    return len(found.in_list)


@transaction.atomic
def drop(user: User, import_id: uuid.UUID) -> None:
    """Let an import be; the pool stays as it is."""
    permissions.check_secretariat(user)
    if imports.drop(ExpertImport.objects.filter(pk=import_id)):
        audit.record(user, "evaluation.drop_expert_import", f"expert_import:{import_id}")


def _person(row: Row) -> pool.Person:
    return pool.Person(name=row["name"], email=row["email"], phone=row.get("phone", ""))


def _facts(row: Row, absences: tuple[pool.Days, ...] = ()) -> pool.Facts:
    return pool.Facts(
        title=row.get("title", ""),
        employer=row["employer"],
        employer_code=row["employer_code"],
        fields=fields_in(row["fields"]),
        term_from=day_of(row.get("term_from")),
        term_to=day_of(row.get("term_to")),
        ties=ties_in(row),
        absences=days_away(row) or absences,
    )


def faulty(begun: ExpertImport) -> list[ReadRow]:
    """The rows that could not be taken in."""
    return looked_through(begun).faulty
