"""Reading the application: the draft before it is submitted, and every submitted version."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from evaluation import permissions, queries
from evaluation.actions import application, stamping
from evaluation.contacts import IN_THE_FORM, reads_form_in_full
from evaluation.edition import edition_of, reader_language
from evaluation.forms.application_table import shown_value
from evaluation.models import CaseFile, Evaluation
from evaluation.rulebook import Edition, FormField, in_language, shortened
from evaluation.rulebook.derive import Derivation
from evaluation.rulebook.form import Declared, declared_values
from evaluation.rulebook.shapes import clause_in
from evaluation.views.applicant_draft import Draft
from evaluation.views.evidence import file_row
from evaluation.views.refusals import case_view
from evaluation.views.scorecards import Evidence, SelfScore, indicator_groups, self_score
from evaluation.views.volumes import volume_context
from portal.accounts.requests import SignedInRequest

NUMBERS = ("integer", "decimal")
SHOWN_ROWS = 100  # of a list that may have thousands; the workbook has them all


@dataclass(frozen=True)
class ReadField:
    """A field as it is read: one text, or rows."""

    number: str
    label: str
    text: str
    unit: str
    kind: str
    head: list[tuple[str, bool]]
    rows: list[list[tuple[str, bool]]]  # each cell with whether it is a number
    working: tuple[str, ...]
    total: int = 0  # how many rows there are where only the first are shown


@dataclass(frozen=True)
class ReadTable:
    number: int
    title: str
    clause: str
    fields: list[ReadField]


@case_view
@require_safe
def preview(request: SignedInRequest, number: str) -> HttpResponse:
    """预览申报书: the draft as it would be submitted now, to print and check. For the applicant."""
    evaluation = queries.case_for(request.user, number)
    permissions.check_member(request.user, evaluation)
    draft = Draft(evaluation)
    context = {
        **_context(evaluation, draft.tables, draft.files, draft.declared, draft.score),
        "blocking": len(draft.blocking),
        "form_code": application.form_code(evaluation, draft.tables),
        "editable": permissions.can_edit(request.user, evaluation),
    }
    return render(request, "evaluation/applicant/preview.html", context)


@case_view
@require_safe
def declaration(request: SignedInRequest, number: str, version: int) -> HttpResponse:
    """One submitted version, as it was frozen: the form, the values against the requirements of
    the category, how they were derived, the materials."""
    evaluation = queries.case_for(request.user, number)
    frozen = get_object_or_404(
        evaluation.declarations.select_related("submitted_by"), number=version
    )
    edition = edition_of(evaluation)
    files: dict[int, list[CaseFile]] = {}
    for file in frozen.materials.select_related("uploaded_by"):
        files.setdefault(file.slot or 0, []).append(file)
    values = edition.parse_values(frozen.values).values
    context = {
        **_context(
            evaluation,
            frozen.tables,
            files,
            declared_values(edition, frozen.tables),
            self_score(edition, evaluation.category, values),
            in_full=reads_form_in_full(request.user),
        ),
        "declaration": frozen,
        "in_full": reads_form_in_full(request.user),
        "stamp": stamping.stamp_of(frozen),
        **volume_context(request, evaluation, frozen),
        "versions": list(evaluation.declarations.values_list("number", flat=True)),
    }
    return render(request, "evaluation/applicant/declaration.html", context)


def _context(
    evaluation: Evaluation,
    tables: dict[str, Any],
    files: dict[int, list[CaseFile]],
    declared: Declared,
    score: SelfScore,
    *,
    in_full: bool = True,
) -> dict[str, Any]:
    edition = edition_of(evaluation)
    language = reader_language()

    def evidence(indicator: Any) -> Evidence:
        return [
            (_("材料%(number)s") % {"number": slot}, f"#slot-{slot}")
            for slot in indicator.materials
            if files.get(slot)
        ]

    return {
        "evaluation": evaluation,
        "edition": edition,
        "category": edition.category(evaluation.category),
        "tables": read_tables(edition, tables if in_full else masked(tables), declared),
        "score": score,
        "groups": indicator_groups(score.card, evidence=evidence, judged_is_open=True),
        "slots": [
            {
                "number": material.number,
                "name": in_language(material, "name", language),
                "state": "met" if files.get(material.number) else "missing",
                "state_label": ""
                if not files.get(material.number)
                else _("%(count)s 个文件") % {"count": len(files[material.number])},
                "files": [file_row(evaluation, f) for f in files.get(material.number, [])],
                "proves": [
                    in_language(indicator, "name", language)
                    for indicator in edition.proved_by(material.number)
                ],
            }
            for material in edition.materials
        ],
    }


def masked(tables: dict[str, Any]) -> dict[str, Any]:
    """The form as others than the applicant read it: without how to reach its people."""
    found = {key: dict(content) for key, content in tables.items()}
    for (table, key), mask in IN_THE_FORM.items():
        if found.get(table, {}).get(key):
            found[table][key] = mask(str(found[table][key]))
    return found


def _working(found: Derivation | None) -> tuple[str, ...]:
    if found is None:
        return ()
    return found.steps_en if reader_language() == "en" else found.steps


def read_tables(edition: Edition, tables: dict[str, Any], declared: Declared) -> list[ReadTable]:
    """Every table of Appendix A as it is read."""
    language = reader_language()
    return [
        ReadTable(
            number=table.number,
            title=in_language(table, "title", language),
            clause=clause_in(table.clause, language),
            fields=[
                _read_field(f"{table.number}.{place}", asked, tables.get(table.key, {}), declared)
                for place, asked in enumerate(table.fields, 1)
            ],
        )
        for table in edition.form
    ]


def _read_field(
    number: str, asked: FormField, content: dict[str, Any], declared: Declared
) -> ReadField:
    language = reader_language()
    value = content.get(asked.key)
    found = declared.derivation(asked.derived_by) if asked.derived_by else None
    rows = value if asked.kind == "rows" and isinstance(value, list) else []
    total = len(rows) if asked.own_page and len(rows) > SHOWN_ROWS else 0
    rows = rows[:SHOWN_ROWS] if total else rows
    return ReadField(
        number=number,
        label=in_language(asked, "label", language),
        text=""
        if asked.kind == "rows"
        else shown_value(asked, shortened(found.value) if found else value),
        unit=in_language(asked, "unit", language),
        kind=asked.kind,
        head=[(_with_unit(column, language), column.kind in NUMBERS) for column in asked.columns],
        rows=[
            [
                (shown_value(column, row.get(column.key)), column.kind in NUMBERS)
                for column in asked.columns
            ]
            for row in rows
        ],
        working=_working(found),
        total=total,
    )


def _with_unit(column: Any, language: str) -> str:
    label, unit = in_language(column, "label", language), in_language(column, "unit", language)
    return _("%(label)s（%(unit)s）") % {"label": label, "unit": unit} if unit else label
