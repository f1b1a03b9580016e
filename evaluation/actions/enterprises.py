"""The enterprise list of a draft: editing rows, and taking in an Excel file."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from evaluation import correction, permissions, uploads
from evaluation.actions.moving import changing, note
from evaluation.edition import edition_of
from evaluation.enterprises import workbook
from evaluation.enterprises.rows import ReadRow, Row, identity, list_field, read_row, sort_out
from evaluation.errors import Refused
from evaluation.models import Enterprise, EnterpriseImport, Evaluation, ImportState
from portal.accounts.models import User
from portal.ledger import outbox

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
    asked = list_field(edition_of(evaluation))
    accepted: list[Line] = []
    refused: list[Line] = []
    for line in lines:
        clean, line.errors = read_row(asked.columns, line.typed)
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
    _refuse_the_overflow(accepted, refused, (asked.max_rows or 0) - len(listed))
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
    asked = list_field(edition_of(evaluation))
    read = [
        ReadRow(number, *read_row(asked.columns, typed)) for number, typed in enumerate(rows, 1)
    ]
    found = sort_out(read, {})
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
    checked = uploads.check(upload, {uploads.XLSX: (".xlsx",)})
    with changing(user, evaluation) as current:
        permissions.check_edit(user, current)
        correction.check_enterprises(current)
        begun = EnterpriseImport(
            evaluation=current,
            name=checked.name,
            uploaded_by=user,
            uploaded_at=timezone.now(),
        )
        begun.stored.save(f"imports/{current.number}/{begun.pk}.xlsx", upload, save=False)
        begun.save(force_insert=True)
        outbox.put(
            "enterprise_import",
            f"enterprise_import:{begun.pk}",
            enterprise_import=str(begun.pk),
            language=get_language() or "",
        )
        note(user, current, "start_import", file=checked.name, sha256=checked.sha256)
        return begun


def read_import(import_id: str, language: str) -> None:
    """Read and check the file of an import. What is not waiting to be read any more is left as
    it is, so that running twice changes nothing."""
    begun = EnterpriseImport.objects.select_related("evaluation").filter(pk=import_id).first()
    if begun is None or begun.state != ImportState.READING:
        return
    waiting = EnterpriseImport.objects.filter(pk=begun.pk, state=ImportState.READING)
    with translation.override(language or None):
        try:
            with begun.stored.open("rb") as file:
                rows = workbook.read(
                    file,
                    list_field(edition_of(begun.evaluation)),
                    lambda percent: _progress(waiting, percent),
                )
        except Refused as refusal:
            waiting.update(state=ImportState.FAILED, error=str(refusal))
            return
    waiting.update(state=ImportState.READY, progress=100, rows=[row.as_json() for row in rows])


def _progress(waiting: Any, percent: int) -> None:
    waiting.update(progress=percent)


def rows_of(begun: EnterpriseImport) -> list[ReadRow]:
    return [ReadRow(**row) for row in begun.rows]


SKIP, REPLACE = "skip", "replace"


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
        if begun.state != ImportState.READY:
            raise Refused(_("这次导入已经处理过，或仍在读取，请刷新页面查看。"))
        listed = list(current.enterprises.all())
        found = sort_out(rows_of(begun), {identity(_cells(row)): row.pk for row in listed})
        most = list_field(edition_of(current)).max_rows or 0
        if len(listed) + len(found.new) > most:
            raise Refused(
                _("名单已有%(listed)s行，再加%(new)s行超过%(most)s行的上限，请先删减。")
                % {"listed": len(listed), "new": len(found.new), "most": most}
            )
        replaced = _replace(user, listed, found) if duplicates == REPLACE else 0
        _add(user, current, found.new, max((row.position for row in listed), default=0))
        repeated = len(found.in_list) + len(found.in_file)
        begun.state, begun.closed_at = ImportState.TAKEN, timezone.now()
        begun.outcome = {
            "added": len(found.new),
            "replaced": replaced,
            "skipped": repeated if duplicates != REPLACE else 0,
            "faulty": len(found.faulty),
        }
        begun.save()
        note(user, current, "take_import", file=begun.name, duplicates=duplicates, **begun.outcome)
        return begun


def _replace(user: User, listed: Sequence[Enterprise], found: Any) -> int:
    """Let later rows stand for earlier ones: of the file, then of the list."""
    last = {identity(earlier.row): later for later, earlier in found.in_file}
    for each in (*found.new, *(row for row, _pk in found.in_list)):
        later = last.get(identity(each.row))
        if later is not None:
            each.row = later.row
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
        dropped = current.enterprise_imports.filter(
            pk=import_id, state__in=[ImportState.READY, ImportState.FAILED, ImportState.READING]
        ).update(state=ImportState.DROPPED, closed_at=timezone.now())
        if dropped:
            note(user, current, "drop_import", enterprise_import=str(import_id))
