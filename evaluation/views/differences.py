"""Two submitted versions side by side: what changed between them, and nothing else."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from evaluation import queries
from evaluation.contacts import reads_form_in_full
from evaluation.edition import edition_of, reader_language
from evaluation.models import Declaration
from evaluation.rulebook import in_language
from evaluation.rulebook.form import declared_values
from evaluation.views.applicant_reading import ReadField, ReadTable, masked, read_tables
from evaluation.views.evidence import FileRow, Materials, materials
from evaluation.views.refusals import case_view
from portal.accounts.requests import SignedInRequest


@dataclass(frozen=True)
class Cell:
    """One cell of a row that changed."""

    text: str
    before: str  # empty where the cell is the same
    number: bool


@dataclass
class RowChanges:
    """The rows of a list: taken out, added, changed in place."""

    head: list[tuple[str, bool]]
    removed: list[list[tuple[str, bool]]] = field(default_factory=list)
    added: list[list[tuple[str, bool]]] = field(default_factory=list)
    changed: list[list[Cell]] = field(default_factory=list)


@dataclass(frozen=True)
class FieldChange:
    number: str
    label: str
    unit: str
    before: str
    after: str
    rows: RowChanges | None = None


@dataclass(frozen=True)
class TableChange:
    number: int
    title: str
    fields: list[FieldChange]


@dataclass(frozen=True)
class SlotChange:
    """The files of one slot that are not in both versions."""

    number: int
    name: str
    removed: list[FileRow]
    added: list[FileRow]


@case_view
@require_safe
def changes(request: SignedInRequest, number: str, version: int) -> HttpResponse:
    """What a version says otherwise than the one before it, or than the one named by ?from=."""
    evaluation = queries.case_for(request.user, number)
    numbers = list(evaluation.declarations.values_list("number", flat=True))
    earlier = [each for each in numbers if each < version]
    chosen = request.GET.get("from", "")
    since = int(chosen) if chosen.isascii() and chosen.isdigit() else max(earlier, default=0)
    found = {
        each.number: each
        for each in evaluation.declarations.filter(number__in=[since, version]).select_related(
            "submitted_by"
        )
    }
    if version not in found or since not in found or since >= version:
        raise Http404
    before, after = found[since], found[version]
    tables = changed_tables(before, after, in_full=reads_form_in_full(request.user))
    slots = changed_slots(before, after)
    context = {
        "evaluation": evaluation,
        "before": before,
        "after": after,
        "earlier": earlier,
        "tables": tables,
        "slots": slots,
        "field_count": sum(len(table.fields) for table in tables),
    }
    return render(request, "evaluation/changes.html", context)


def changed_tables(before: Declaration, after: Declaration, *, in_full: bool) -> list[TableChange]:
    """The tables of Appendix A in which a field differs, with those fields alone."""
    old, new = _read(before, before.tables), _read(after, after.tables)
    covered = masked(before.tables), masked(after.tables)
    shown = (old, new) if in_full else (_read(before, covered[0]), _read(after, covered[1]))
    found = []
    for was, now, shown_was, shown_now in zip(old, new, *shown, strict=True):
        # A number may differ where it is covered.
        differ = [
            one.text != other.text or one.rows != other.rows
            for one, other in zip(was.fields, now.fields, strict=True)
        ]
        fields = [
            change
            for one, other, differs in zip(shown_was.fields, shown_now.fields, differ, strict=True)
            if differs and (change := _changed_field(one, other)) is not None
        ]
        if fields:
            found.append(TableChange(now.number, now.title, fields))
    return found


def changed_slots(before: Declaration, after: Declaration) -> list[SlotChange]:
    """The slots of Table 1 whose files differ, by their bytes."""
    evaluation = after.evaluation
    old, new = materials(evaluation, before), materials(evaluation, after)
    found = []
    for material in edition_of(evaluation).materials:
        removed = _only_in(old, new, material.number)
        added = _only_in(new, old, material.number)
        if removed or added:
            name = in_language(material, "name", reader_language())
            found.append(SlotChange(material.number, name, removed, added))
    return found


def _read(declaration: Declaration, tables: dict[str, Any]) -> list[ReadTable]:
    edition = edition_of(declaration.evaluation)
    return read_tables(edition, tables, declared_values(edition, declaration.tables))


def _changed_field(was: ReadField, now: ReadField) -> FieldChange | None:
    if was.kind == "rows":
        rows = _changed_rows(was, now)
        if rows is None:
            return None
        return FieldChange(now.number, now.label, now.unit, "", "", rows)
    return FieldChange(now.number, now.label, now.unit, was.text, now.text)


def _changed_rows(was: ReadField, now: ReadField) -> RowChanges | None:
    """Rows are told apart by what they say. One taken out and one added that begin alike (the
    same name) are one row that changed."""
    removed = _rows_without(was, now)
    added = _rows_without(now, was)
    if not removed and not added:
        return None
    changes = RowChanges(now.head)
    by_name: dict[str, list[list[tuple[str, bool]]]] = {}
    for row in removed:
        by_name.setdefault(row[0][0], []).append(row)
    matched = set()
    for row in added:
        namesakes = by_name.get(row[0][0])
        if not namesakes:
            changes.added.append(row)
        else:
            earlier = namesakes.pop(0)
            matched.add(id(earlier))
            changes.changed.append(
                [
                    Cell(text, was_text if was_text != text else "", number)
                    for (text, number), (was_text, _number) in zip(row, earlier, strict=True)
                ]
            )
    changes.removed = [row for row in removed if id(row) not in matched]
    return changes


def _rows_without(one: ReadField, other: ReadField) -> list[list[tuple[str, bool]]]:
    """The rows of one list that the other has not, or has less often."""
    there = Counter(tuple(row) for row in other.rows)
    found = []
    for row in one.rows:
        if there[tuple(row)]:
            there[tuple(row)] -= 1
        else:
            found.append(row)
    return found


def _only_in(one: Materials, other: Materials, slot: int) -> list[FileRow]:
    there = {file.sha256 for file in other.slot(slot)}
    return [file for file in one.slot(slot) if file.sha256 not in there]
