"""补正: the defects of one submitted version, what they reopen, and what became of each.

A defect is a slot of Table 1 that was not accepted, or a field of Appendix A that was marked."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from evaluation import queries
from evaluation.edition import edition_of, reader_language
from evaluation.enterprises.rows import FIELD, TABLE, with_rows
from evaluation.errors import Refused
from evaluation.models import Declaration, Evaluation, FieldDefect, SlotReview
from evaluation.rulebook import Edition, in_language
from evaluation.rulebook.form import SOURCES

SEALED_FORM = 1  # 申报书, in Table 1: printed, sealed and scanned


@dataclass(frozen=True)
class Defect:
    """One entry of the deficiency notice, as applicant and secretariat follow it."""

    number: int  # in the notice
    row: SlotReview | FieldDefect
    label: str
    clauses: tuple[str, ...]
    changed: bool  # the draft differs there from the version that was found wanting

    @property
    def slot(self) -> int | None:
        return self.row.slot if isinstance(self.row, SlotReview) else None

    @property
    def field(self) -> tuple[str, str] | None:
        """Table and field."""
        return (self.row.table, self.row.field) if isinstance(self.row, FieldDefect) else None

    @property
    def key(self) -> str:
        """Names it in a form: s4, or f12."""
        return f"s{self.row.slot}" if isinstance(self.row, SlotReview) else f"f{self.row.pk}"

    @property
    def reason(self) -> str:
        return self.row.reason

    @property
    def answer(self) -> str:
        return self.row.answer

    @property
    def settled(self) -> bool:
        """Whether the applicant did something about it, or said why not."""
        return self.changed or bool(self.answer)


@dataclass(frozen=True)
class Reopened:
    """What may be changed while a correction is asked for."""

    slots: frozenset[int]
    fields: Mapping[str, frozenset[str]]  # table -> fields


def found_in(declaration: Declaration) -> list[SlotReview | FieldDefect]:
    """The defects of a version in the order of the notice: slots, then the form's fields."""
    edition = edition_of(declaration.evaluation)
    place = {
        (table.key, asked.key): (table.number, nth)
        for table in edition.form
        for nth, asked in enumerate(table.fields)
    }
    fields = sorted(declaration.field_defects.all(), key=lambda d: place[d.table, d.field])
    return [*declaration.slot_reviews.filter(accepted=False).order_by("slot"), *fields]


def defects_under_correction(evaluation: Evaluation) -> list[Defect]:
    """What the applicant is asked to correct now; empty in any other state."""
    if evaluation.state != "correction":
        return []
    declaration = queries.current_declaration(evaluation)
    assert declaration is not None, "a case under correction was submitted"
    drafts = with_rows(
        {table.key: table.content for table in evaluation.tables.all()},
        queries.enterprise_rows(evaluation),
    )
    now = _hashes(queries.draft_materials(evaluation))
    return told(declaration, drafts, now)


def told(
    declaration: Declaration,
    tables: Mapping[str, Any],
    hashes: Mapping[int, frozenset[tuple[Any, ...]]],
) -> list[Defect]:
    """The defects of a version, held against later tables and files."""
    edition = edition_of(declaration.evaluation)
    before = _hashes(declaration.materials.all())
    told = []
    for number, row in enumerate(found_in(declaration), start=1):
        if isinstance(row, SlotReview):
            label = slot_label(edition, row.slot)
            clauses = (
                (row.clause,)
                if row.clause
                else tuple(dict.fromkeys(i.clause for i in edition.proved_by(row.slot)))
            )
            changed = hashes.get(row.slot) != before.get(row.slot)
        else:
            asked = edition.form_table(row.table).field(row.field)
            label = field_label(declaration, row)
            table_clause = edition.form_table(row.table).clause
            clauses = (
                edition.indicator(asked.indicator).clause if asked.indicator else table_clause,
            )
            changed = any(
                tables.get(table, {}).get(field) != declaration.tables.get(table, {}).get(field)
                for table, field in places_of(edition, row.table, row.field)
            )
        told.append(Defect(number, row, label, clauses, changed))
    return told


def slot_label(edition: Edition, slot: int) -> str:
    """The slot with its name in Table 1."""
    name = in_language(edition.material(slot), "name", reader_language())
    return _("材料%(number)s %(name)s") % {"number": slot, "name": name}


def places_of(edition: Edition, table: str, field: str) -> list[tuple[str, str]]:
    """Where a field is put right, as (table, field): itself, and what it is computed from."""
    derived_by = edition.form_table(table).field(field).derived_by
    return [(table, field), *(SOURCES[derived_by] if derived_by else ())]


def field_label(declaration: Declaration, row: FieldDefect) -> str:
    """The field with its table, as a reader finds it."""
    table = edition_of(declaration.evaluation).form_table(row.table)
    language = reader_language()
    return _("表%(number)s %(title)s：%(field)s") % {
        "number": table.number,
        "title": in_language(table, "title", language),
        "field": in_language(table.field(row.field), "label", language),
    }


def told_after(before: Declaration, after: Declaration) -> list[Defect]:
    """The defects of a version, held against the version that answered them."""
    return told(before, after.tables, _hashes(after.materials.all()))


def reopened(evaluation: Evaluation) -> Reopened | None:
    """What a correction reopens; None where the whole application is open."""
    if evaluation.state != "correction":
        return None
    declaration = queries.current_declaration(evaluation)
    assert declaration is not None, "a case under correction was submitted"
    edition = edition_of(evaluation)
    fields: dict[str, set[str]] = {}
    for defect in declaration.field_defects.all():
        for table, field in places_of(edition, defect.table, defect.field):
            fields.setdefault(table, set()).add(field)
    slots = set(declaration.slot_reviews.filter(accepted=False).values_list("slot", flat=True))
    if fields:  # another form has another version code, and is sealed anew
        slots.add(SEALED_FORM)
    return Reopened(frozenset(slots), {key: frozenset(names) for key, names in fields.items()})


def sealing_follows(defects: Iterable[Defect]) -> bool:
    """Whether the sealed form is open only because fields of the form are: it was not found
    wanting itself."""
    found = list(defects)
    return any(each.field for each in found) and all(each.slot != SEALED_FORM for each in found)


def check_slot(evaluation: Evaluation, slot: int) -> None:
    """Refused where a correction is under way that does not name this slot."""
    open_now = reopened(evaluation)
    if open_now is not None and slot not in open_now.slots:
        raise Refused(
            _("补正期间只能更换补正通知列出的材料，材料%(slot)s不在其中。") % {"slot": slot}
        )


def check_enterprises(evaluation: Evaluation) -> None:
    """Refused where a correction is under way that does not name the list of enterprises."""
    only_open_fields(evaluation, TABLE, {}, {FIELD: True})


def only_open_fields(
    evaluation: Evaluation, key: str, before: Mapping[str, Any], sent: Mapping[str, Any]
) -> dict[str, Any]:
    """What may be saved of a table. While a correction is under way, fields that it does not name
    stay as they were: they are closed in the form, so that it does not send them. Refused, naming
    them, where other words for them were sent all the same."""
    open_now = reopened(evaluation)
    if open_now is None:
        return dict(sent)
    may = open_now.fields.get(key, frozenset())
    table = edition_of(evaluation).form_table(key)
    changed = [
        in_language(asked, "label", reader_language())
        for asked in table.fields
        if asked.key not in may and asked.key in sent and before.get(asked.key) != sent[asked.key]
    ]
    if changed:
        raise Refused(
            _("补正期间只能修改补正通知列出的内容，以下各项不在其中：%(fields)s。")
            % {"fields": _("、").join(changed)}
        )
    closed = {name: value for name, value in before.items() if name not in may}
    return {**{name: value for name, value in sent.items() if name in may}, **closed}


def check_settled(evaluation: Evaluation) -> None:
    """Refused, naming each defect that was neither corrected nor answered."""
    refused = [
        _("补正事项%(number)s（%(label)s）：内容没有变化，也没有填写补正说明。")
        % {"number": defect.number, "label": defect.label}
        for defect in defects_under_correction(evaluation)
        if not defect.settled
    ]
    if refused:
        raise Refused(*refused)


def _hashes(files: Any) -> dict[int, frozenset[tuple[Any, ...]]]:
    """What lies in each slot: the bytes, and the months that they are said to cover."""
    found: dict[int, set[tuple[Any, ...]]] = {}
    for slot, *file in files.values_list("slot", "sha256", "period_from", "period_to"):
        found.setdefault(slot, set()).add(tuple(file))
    return {slot: frozenset(each) for slot, each in found.items()}
