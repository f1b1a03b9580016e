"""The enterprise list of a draft: editing rows, and taking in an Excel file."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from evaluation import correction, permissions
from evaluation.actions import imports
from evaluation.actions.moving import changing, note
from evaluation.edition import edition_of
from evaluation.enterprises.rows import identity, list_field, list_sheet
from evaluation.errors import Refused
from evaluation.models import Enterprise, EnterpriseImport, Evaluation
from evaluation.sheets.rows import ReadRow, Row, put_last_first, read_row, sort_out
from portal.accounts.models import User

CELLS = ("name", "credit_code", "field", "document_kind", "document")
BATCH = 500


@dataclass
class Line:
    """One line as it was typed. `pk` and `version`: the row it began from; neither: a new one."""

    index: int
    typed: dict[str, Any]
    pk: int | None = None
    version: int = 0
    errors: dict[str, str] = field(default_factory=dict)
    theirs: Enterprise | None = None  # what somebody else made of the row meanwhile


@dataclass(frozen=True)
class Saved:
    """What a save did."""

    added: int
    changed: int
    removed: int
    lines: list[Line]  # those that could not be saved, with their errors


def save_lines(
    user: User,
    evaluation: Evaluation,
    lines: Sequence[Line],
    removed: Sequence[tuple[int, int]],
) -> Saved:
    """Save every line that can be saved; the others come back with what is wrong in which cell.

    `removed`: (key, version) of rows that were taken out; one that another changed meanwhile
    stays, and comes back as a line with what stands there now."""
    with changing(user, evaluation) as current:
        permissions.check_edit(user, current)
        correction.check_enterprises(current)
        listed = {row.pk: row for row in current.enterprises.all()}
        refused = []
        gone = []
        for pk, version in removed:
            row = listed.get(pk)
            if row is not None and row.version == version:
                gone.append(listed.pop(pk).pk)
            elif row is not None:
                refused.append(Line(-1, _cells(row), pk, row.version, theirs=row))
        current.enterprises.filter(pk__in=gone).delete()
        accepted, wrong = _sound(current, lines, listed)
        added, changed = _save(user, current, accepted, listed)
        if added or changed or gone:
            counts = {"added": added, "changed": changed, "removed": len(gone)}
            note(user, current, "save_enterprises", **counts)
        return Saved(added, changed, len(gone), [*wrong, *refused])


def _sound(
    evaluation: Evaluation, lines: Sequence[Line], listed: dict[int, Enterprise]
) -> tuple[list[Line], list[Line]]:
    """The lines that change something and can be saved, and those that cannot."""
    asked = list_sheet(edition_of(evaluation))
    accepted: list[Line] = []
    refused: list[Line] = []
    for line in lines:
        clean, line.errors = read_row(asked, line.typed)
        line.typed = dict(clean)
        row = listed.get(line.pk) if line.pk is not None else None
        if row is not None and clean == _cells(row):
            line.version, line.errors = row.version, {}
            continue
        if row is not None and row.version != line.version:
            line.theirs, line.version = row, row.version
        elif line.pk is not None and row is None:
            line.errors[""] = _("本行已被他人移除；再保存一次会重新加入名单。")
            line.pk = None
        (refused if line.errors or line.theirs else accepted).append(line)
    _refuse_the_overflow(accepted, refused, asked.max_rows - len(listed))
    while (twin := _twin(accepted, listed)) is not None:
        # What is refused keeps its place on the list, which another line may have wanted.
        accepted.remove(twin)
        twin.errors["credit_code" if twin.typed.get("credit_code") else "name"] = _(
            "名单中已有这家企业，同一企业只计一次"
        )
        refused.append(twin)
    return accepted, sorted(refused, key=lambda line: line.index)


def _refuse_the_overflow(accepted: list[Line], refused: list[Line], room: int) -> None:
    for line in [line for line in accepted if line.pk is None][max(room, 0) :]:
        accepted.remove(line)
        line.errors[""] = _("名单已满，请先移除一些行。")
        refused.append(line)


def _twin(accepted: Sequence[Line], listed: dict[int, Enterprise]) -> Line | None:
    """The first line whose enterprise is on the list already, or further up among the lines."""
    edited = {line.pk for line in accepted}
    taken = {identity(_cells(row)) for pk, row in listed.items() if pk not in edited}
    for line in accepted:
        who = identity(line.typed)
        if who in taken:
            return line
        taken.add(who)
    return None


def _save(
    user: User, evaluation: Evaluation, accepted: Sequence[Line], listed: dict[int, Enterprise]
) -> tuple[int, int]:
    now = timezone.now()
    position = max((row.position for row in listed.values()), default=0)
    kept = [line.pk for line in accepted if line.pk is not None]
    # Two rows may have exchanged their codes: none is held while they are written.
    evaluation.enterprises.filter(pk__in=kept).update(credit_code="")
    for line in accepted:
        if line.pk is None:
            position += 1
            row = Enterprise(evaluation=evaluation, position=position, version=0)
        else:
            row = listed[line.pk]
        _put(row, line.typed, user, now)
        row.version += 1
        row.save()
        line.pk, line.version = row.pk, row.version
    return len(accepted) - len(kept), len(kept)


def _cells(row: Enterprise) -> Row:
    return {key: value for key in CELLS if (value := getattr(row, key))}


def _put(row: Enterprise, clean: Row, user: User, now: Any) -> None:
    for key in CELLS:
        setattr(row, key, clean.get(key, ""))
    row.saved_by, row.saved_at = user, now


def put_all(user: User, evaluation: Evaluation, rows: Sequence[dict[str, Any]]) -> None:
    """Make this the list, inside the caller's transaction; as a copy of an earlier application
    does. Refused, naming row and column, where it is not sound."""
    asked = list_sheet(edition_of(evaluation))
    read = [ReadRow(number, *read_row(asked, typed)) for number, typed in enumerate(rows, 1)]
    found = sort_out(read, {}, identity)
    labels = {column.key: column.label for column in asked.columns}
    wrong = [
        _("企业名单第%(row)s行“%(column)s”：%(message)s")
        % {"row": each.number, "column": labels[key], "message": message}
        for each in found.faulty
        for key, message in each.errors.items()
    ]
    if wrong:
        raise Refused(*wrong)
    evaluation.enterprises.all().delete()
    _add(user, evaluation, found.new, 0)


def _add(user: User, evaluation: Evaluation, rows: Sequence[ReadRow], position: int) -> None:
    now = timezone.now()
    made = []
    for number, each in enumerate(rows, start=position + 1):
        row = Enterprise(evaluation=evaluation, position=number)
        _put(row, each.row, user, now)
        made.append(row)
    Enterprise.objects.bulk_create(made, batch_size=BATCH)


# From Excel


def start_import(user: User, evaluation: Evaluation, upload: UploadedFile) -> EnterpriseImport:
    """Keep the file and have it read by a worker. Nothing is on the list yet."""
    checked = imports.checked(upload)
    with changing(user, evaluation) as current:
        permissions.check_edit(user, current)
        correction.check_enterprises(current)
        begun = imports.keep(
            EnterpriseImport(evaluation=current),
            user,
            upload,
            checked.name,
            current.number,
            "enterprise_import",
        )
        note(user, current, "start_import", file=checked.name, sha256=checked.sha256)
        return begun


def read_import(import_id: str, language: str) -> None:
    """By the worker; safe to run twice."""
    begun = EnterpriseImport.objects.select_related("evaluation").filter(pk=import_id).first()
    if begun is not None:
        imports.read(begun, lambda: list_sheet(edition_of(begun.evaluation)), language)


@transaction.atomic
def take_import(
    user: User, evaluation: Evaluation, import_id: uuid.UUID, duplicates: str
) -> EnterpriseImport:
    """Put the sound rows of an import onto the list, all in one step.

    `duplicates`: what becomes of enterprises that the list or the file already has: "skip" keeps
    what came first, "replace" the row that came last."""
    with changing(user, evaluation) as current:
        permissions.check_edit(user, current)
        correction.check_enterprises(current)
        begun = current.enterprise_imports.select_for_update().get(pk=import_id)
        imports.check_ready(begun)
        listed = list(current.enterprises.all())
        by_identity = {identity(_cells(row)): row.pk for row in listed}
        found = sort_out(imports.rows_of(begun), by_identity, identity)
        most = list_field(edition_of(current)).max_rows or 0
        if len(listed) + len(found.new) > most:
            raise Refused(
                _("名单已有%(listed)s行，再加%(new)s行超过%(most)s行的上限，请先删减。")
                % {"listed": len(listed), "new": len(found.new), "most": most}
            )
        replaced = _replace(user, listed, found) if duplicates == imports.REPLACE else 0
        _add(user, current, found.new, max((row.position for row in listed), default=0))
        repeated = len(found.in_list) + len(found.in_file)
        outcome = {
            "added": len(found.new),
            "replaced": replaced,
            "skipped": repeated if duplicates != imports.REPLACE else 0,
            "faulty": len(found.faulty),
        }
        imports.close(begun, outcome)
        note(user, current, "take_import", file=begun.name, duplicates=duplicates, **begun.outcome)
        return begun


def _replace(user: User, listed: Sequence[Enterprise], found: Any) -> int:
    """Let later rows stand for earlier ones: of the file, then of the list."""
    put_last_first(found, identity)
    by_key = {row.pk: row for row in listed}
    now = timezone.now()
    for each, pk in found.in_list:
        _put(by_key[pk], each.row, user, now)
        by_key[pk].version += 1
    Enterprise.objects.bulk_update(
        [by_key[pk] for _row, pk in found.in_list],
        [*CELLS, "version", "saved_by", "saved_at"],
        batch_size=BATCH,
    )
    return len(found.in_list) + len(found.in_file)


def drop_import(user: User, evaluation: Evaluation, import_id: uuid.UUID) -> None:
    """Let an import be; the list stays as it is."""
    with changing(user, evaluation) as current:
        permissions.check_edit(user, current)
        if imports.drop(current.enterprise_imports.filter(pk=import_id)):
            note(user, current, "drop_import", enterprise_import=str(import_id))
