"""Filling in the application form, table by table."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from evaluation import permissions, queries
from evaluation.actions import application
from evaluation.edition import edition_of, reader_language
from evaluation.errors import Conflict
from evaluation.forms.application_table import TableForm, shown_value
from evaluation.models import DraftTable, Evaluation
from evaluation.rulebook import Edition, FormField, FormTable, in_language
from evaluation.rulebook.form import Declared, declared_values
from evaluation.views.applicant_draft import Draft, next_table, place_of, prefilled
from evaluation.views.refusals import case_view
from evaluation.views.scorecards import self_score
from portal.accounts.requests import SignedInRequest

MORE_ROWS = 5  # empty rows that one press adds without scripts
MINE, THEIRS, BOTH = "mine", "theirs", "both"


@case_view
@require_safe
def form(request: SignedInRequest, number: str) -> HttpResponse:
    """填写申报书: the first table that is not complete."""
    evaluation = queries.case_for(request.user, number)
    permissions.check_edit(request.user, evaluation)
    draft = Draft(evaluation)
    for table in draft.edition.form:
        if draft.table_state(table.key) in ("waiting", "incomplete"):
            return redirect("evaluation:form_table", number, table.key)
    return redirect("evaluation:materials" if draft.blocking else "evaluation:completeness", number)


@case_view
@require_http_methods(["GET", "POST"])
def form_table(request: SignedInRequest, number: str, key: str) -> HttpResponse:
    """One numbered table: shown with what is wrong or missing; saved whatever is in it."""
    evaluation = queries.case_for(request.user, number)
    permissions.check_edit(request.user, evaluation)
    table = table_or_404(edition_of(evaluation), key)
    if request.method == "POST":
        return _save(request, evaluation, table)
    draft = Draft(evaluation)
    saved = draft.saved.get(key) or DraftTable(evaluation=evaluation, key=key)
    content = saved.content if saved.version else prefilled(evaluation, table)
    shown = TableForm.saved(draft.edition, evaluation.category, table, content)
    shown.add_blank_rows(request.GET.get("rows", ""), MORE_ROWS)
    return _page(request, draft, table, shown, saved)


def _save(request: SignedInRequest, evaluation: Evaluation, table: FormTable) -> HttpResponse:
    edition = edition_of(evaluation)
    sent = TableForm(edition, evaluation.category, table, request.POST)
    content = (
        sent.without_row(request.POST["remove_row"])
        if "remove_row" in request.POST
        else sent.content
    )
    content = _chosen(request.POST, evaluation, table, content)
    try:
        application.save_table(request.user, evaluation, table.key, content, _version(request.POST))
    except Conflict as conflict:
        return _conflict(request, evaluation, table, content, conflict.current)
    here = reverse("evaluation:form_table", args=[evaluation.number, table.key])
    rows = request.POST.get("add_row", "")
    if rows in sent.fields:
        return redirect(f"{here}?rows={rows}#id_{rows}")
    if "remove_row" in request.POST:
        return redirect(f"{here}#id_{request.POST['remove_row'].rpartition('-')[0]}")
    return redirect(here)


def _version(sent: QueryDict) -> int:
    text = sent.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


@case_view
@require_POST
def form_score(request: SignedInRequest, number: str, key: str) -> HttpResponse:
    """The score and the derived values with the table as it is typed now. Saves nothing."""
    evaluation = queries.case_for(request.user, number)
    permissions.check_edit(request.user, evaluation)
    edition = edition_of(evaluation)
    table = table_or_404(edition, key)
    sent = TableForm(edition, evaluation.category, table, request.POST)
    saved = application.tables_of(evaluation)
    own_pages = {f.key: saved.get(key, {}).get(f.key) for f in table.fields if f.own_page}
    tables = {**saved, key: {**sent.content, **own_pages}}
    declared = declared_values(edition, tables)
    context = {
        "evaluation": evaluation,
        "score": self_score(edition, evaluation.category, declared.values),
        "derived": [
            derived_of(field, declared) for field in table.fields if field.derived_by is not None
        ],
    }
    return render(request, "evaluation/applicant/live.html", context)


# The page


@dataclass(frozen=True)
class Derived:
    """A value the portal computes, with its working; or its place while it cannot be computed."""

    field: FormField
    label: str
    unit: str
    value: Any = None
    working: tuple[str, ...] = ()


def derived_of(field: FormField, declared: Declared) -> Derived:
    """What the raw rows give for a field."""
    language = reader_language()
    label, unit = in_language(field, "label", language), in_language(field, "unit", language)
    found = declared.derivation(field.derived_by) if field.derived_by else None
    if found is None:
        return Derived(field, label, unit)
    working = found.steps_en if language == "en" else found.steps
    return Derived(field, label, unit, found.value, working)


@dataclass(frozen=True)
class Theirs:
    """A field that two people filled differently: what the other one saved."""

    field: FormField
    label: str
    text: str
    rows: list[list[str]]
    suggested: str  # mine or theirs
    may_join: bool


@dataclass(frozen=True)
class Line:
    """One field of the table, with all that stands around it."""

    number: str
    asked: FormField
    bound: Any
    requirement: str
    derived: Derived | None
    theirs: Theirs | None


def _page(
    request: SignedInRequest,
    draft: Draft,
    table: FormTable,
    shown: TableForm,
    saved: DraftTable,
    theirs: dict[str, Theirs] | None = None,
) -> HttpResponse:
    """The page of a table. `saved` is what the next save starts from."""
    evaluation = draft.evaluation
    declared = draft.declared
    shown.show_faults(declared.faults)
    gaps = draft.table_gaps(table.key)
    after = next_table(draft.edition, table.key)
    context = {
        **draft.context(table.key),
        "table": table,
        "form": shown,
        "lines": [
            Line(
                number=f"{table.number}.{place}",
                asked=asked,
                bound=None if asked.own_page else shown[asked.key],
                requirement=""
                if asked.own_page
                else getattr(shown.fields[asked.key], "requirement", ""),
                derived=derived_of(asked, declared) if asked.derived_by else None,
                theirs=(theirs or {}).get(asked.key),
            )
            for place, asked in enumerate(table.fields, 1)
        ],
        "conflicts": list((theirs or {}).values()),
        "conflict_by": saved if theirs is not None else None,
        "saved": saved,
        "enterprise_count": len(draft.enterprises),
        "untouched": not saved.version,
        "base_digests": json.dumps(digests(saved.content)),
        "state": draft.table_state(table.key),
        "gaps": [(gap, place_of(gap, evaluation.number)) for gap in gaps if gap.blocks],
        "advice": [(gap, place_of(gap, evaluation.number)) for gap in gaps if not gap.blocks],
        "materials": [draft.edition.material(slot) for slot in table.materials],
        "next_url": reverse("evaluation:form_table", args=[evaluation.number, after.key])
        if after
        else reverse("evaluation:materials", args=[evaluation.number]),
        "next_is_table": after is not None,
    }
    status = 200 if theirs is None else 422
    return render(request, "evaluation/applicant/form_table.html", context, status=status)


def table_or_404(edition: Edition, key: str) -> FormTable:
    for table in edition.form:
        if table.key == key:
            return table
    raise Http404


# Two people, one table


def digests(content: dict[str, Any]) -> dict[str, str]:
    """A short digest of each field, by which a later conflict knows who changed what."""
    return {
        key: hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:12]
        for key, value in content.items()
    }


def _chosen(
    sent: QueryDict, evaluation: Evaluation, table: FormTable, content: dict[str, Any]
) -> dict[str, Any]:
    """The content after the choices made on a conflict page: mine, theirs, or rows of both."""
    choices = {
        asked.key: sent[f"choose-{asked.key}"]
        for asked in table.fields
        if sent.get(f"choose-{asked.key}") in (THEIRS, BOTH)
    }
    if not choices:
        return content
    theirs = evaluation.tables.get(key=table.key).content
    merged = dict(content)
    for key, choice in choices.items():
        if choice == BOTH:
            mine = content.get(key, [])
            merged[key] = [*mine, *(row for row in theirs.get(key, []) if row not in mine)]
        elif key in theirs:
            merged[key] = theirs[key]
        else:
            merged.pop(key, None)
    return merged


def _conflict(
    request: SignedInRequest,
    evaluation: Evaluation,
    table: FormTable,
    mine: dict[str, Any],
    current: DraftTable,
) -> HttpResponse:
    """Both texts: mine in the form, theirs beside it, to choose from and save again."""
    draft = Draft(evaluation)
    saved = draft.saved.get(table.key, current)
    began = _sent_digests(request.POST)
    ours, others = digests(mine), digests(saved.content)
    theirs = {
        asked.key: _theirs(
            asked,
            mine.get(asked.key),
            saved.content.get(asked.key),
            # Whoever left the field as it was at the start has nothing to lose.
            THEIRS if ours.get(asked.key) == began.get(asked.key) else MINE,
        )
        for asked in table.fields
        if ours.get(asked.key) != others.get(asked.key)
        # What only I changed is not in question.
        and not (began and others.get(asked.key) == began.get(asked.key))
    }
    draft.tables.update(draft.with_list({table.key: mine}))
    shown = TableForm.saved(draft.edition, evaluation.category, table, mine)
    return _page(request, draft, table, shown, saved, theirs)


def _sent_digests(sent: QueryDict) -> dict[str, str]:
    try:
        found = json.loads(sent.get("base", "{}"))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _theirs(asked: FormField, mine: Any, theirs: Any, suggested: str) -> Theirs:
    language = reader_language()
    rows: list[list[str]] = []
    if asked.kind == "rows":
        own = mine if isinstance(mine, list) else []
        rows = [
            [shown_value(column, row.get(column.key)) for column in asked.columns]
            for row in (theirs or [])
            if row not in own
        ]
    return Theirs(
        field=asked,
        label=in_language(asked, "label", language),
        text="" if asked.kind == "rows" else shown_value(asked, theirs),
        rows=rows,
        suggested=suggested,
        may_join=asked.kind == "rows" and bool(rows) and bool(mine),
    )
