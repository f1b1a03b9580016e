"""Filling in the application form, table by table. Saving while one types: applicant_autosave."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from evaluation import permissions, queries
from evaluation.actions import application
from evaluation.correction import reopened
from evaluation.edition import edition_of, reader_language
from evaluation.errors import Conflict, NotAllowed
from evaluation.forms.application_table import TableForm, shown_value
from evaluation.merging import digests, merge
from evaluation.models import DraftTable, Evaluation
from evaluation.rulebook import Edition, FormField, FormTable, in_language, shortened
from evaluation.rulebook.form import Declared
from evaluation.views.applicant_draft import Draft, next_table, place_of, prefilled
from evaluation.views.refusals import case_view
from portal.accounts.requests import SignedInRequest

MORE_ROWS = 5  # empty rows that one press adds without scripts
MINE, THEIRS, BOTH = "mine", "theirs", "both"


@case_view
@require_safe
def form(request: SignedInRequest, number: str) -> HttpResponse:
    """填写申报书: where the reader left off; else the first table that is not complete, or that is
    to be corrected. With nothing left to fill in, the table that the reader saved last."""
    evaluation = queries.case_for(request.user, number)
    permissions.check_edit(request.user, evaluation)
    draft = Draft(evaluation)
    mine = [table for table in draft.saved.values() if table.saved_by_id == request.user.pk]
    last = max(mine, key=lambda table: (table.saved_at, table.pk), default=None)
    if last is not None and draft.table_state(last.key) == "incomplete":
        # js/autosave.js goes on to the field.
        return redirect(f"{reverse('evaluation:form_table', args=[number, last.key])}#here")
    for table in draft.edition.form:
        if draft.table_state(table.key) in ("waiting", "incomplete"):
            return redirect("evaluation:form_table", number, table.key)
    asked = next((defect.field[0] for defect in draft.defects if defect.field), "")
    key = asked or (last.key if last is not None else draft.edition.form[0].key)
    return redirect("evaluation:form_table", number, key)


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
    content = saved.content if saved.version else prefilled(draft, table)
    content = without_computed(draft, table, content)
    shown = TableForm.saved(draft.edition, evaluation.category, table, content)
    shown.add_blank_rows(request.GET.get("rows", ""), MORE_ROWS)
    return _page(request, draft, table, shown, saved)


def without_computed(
    draft: Draft, table: FormTable, content: Mapping[str, Any]
) -> Mapping[str, Any]:
    """What the inputs hold: where the rows give a value, its input waits empty behind it."""
    computed = {
        asked.key
        for asked in table.fields
        if asked.derived_by and draft.declared.derivation(asked.derived_by)
    }
    return {key: value for key, value in content.items() if key not in computed}


def _save(request: SignedInRequest, evaluation: Evaluation, table: FormTable) -> HttpResponse:
    edition = edition_of(evaluation)
    sent = TableForm(edition, evaluation.category, table, request.POST)
    content = (
        sent.without_row(request.POST["remove_row"])
        if "remove_row" in request.POST
        else sent.content
    )
    before = last_saved(evaluation, table)
    if before is not None and _unanswered(request.POST):
        return _conflict(request, evaluation, table, content, before)
    content = _chosen(request.POST, evaluation, table, content)
    try:
        saved = store(request, evaluation, table, content)
    except Conflict as conflict:
        return _conflict(request, evaluation, table, content, conflict.current)
    taken = taken_over(table, content, saved.content, sent_digests(request.POST))
    if taken and before is not None:
        messages.info(request, words_of_merge(request, before, taken))
    here = reverse("evaluation:form_table", args=[evaluation.number, table.key])
    rows = request.POST.get("add_row", "")
    if rows in sent.fields:
        return redirect(f"{here}?rows={rows}#id_{rows}")
    if "remove_row" in request.POST:
        return redirect(f"{here}#id_{request.POST['remove_row'].rpartition('-')[0]}")
    if any(name.startswith("choose-") for name in request.POST):
        return redirect(f"{here}#settled")  # js/autosave.js lets go of the text it kept
    return redirect(here)


def store(
    request: SignedInRequest,
    evaluation: Evaluation,
    table: FormTable,
    content: dict[str, Any],
    *,
    by_itself: bool = False,
) -> DraftTable:
    """Save what was sent, together with what another save brought meanwhile. Conflict only where
    both changed the same field."""
    sent = request.POST
    if sent.get("writer", str(request.user.pk)) != str(request.user.pk):
        raise NotAllowed(_("本页是用另一个账号打开的，没有保存；请用原来的账号登录。"))
    return application.save_table(
        request.user,
        evaluation,
        table.key,
        content,
        _version(sent),
        tab=sent.get("tab", "")[:24],
        by_itself=by_itself,
        began=sent_digests(sent),
    )


def _version(sent: QueryDict) -> int:
    text = sent.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


# The page


@dataclass(frozen=True)
class Derived:
    """A value the portal computes, with its working; or its place while it cannot be computed."""

    field: FormField
    number: str
    label: str
    unit: str
    value: Any = None
    working: tuple[str, ...] = ()


def derived_of(field: FormField, number: str, declared: Declared) -> Derived:
    """What the raw rows give for a field; `number` is its number on the form."""
    language = reader_language()
    label, unit = in_language(field, "label", language), in_language(field, "unit", language)
    found = declared.derivation(field.derived_by) if field.derived_by else None
    if found is None:
        return Derived(field, number, label, unit)
    working = found.steps_en if language == "en" else found.steps
    return Derived(field, number, label, unit, shortened(found.value), working)


@dataclass(frozen=True)
class Side:
    """One of two texts: of a list only the rows that the other side has not, or has otherwise."""

    text: str
    rows: list[list[tuple[str, bool]]]  # each cell, and whether the same row differs there
    changed: int = 0  # of the rows, those that the other side has otherwise; they come first

    @property
    def added(self) -> int:
        return len(self.rows) - self.changed


@dataclass(frozen=True)
class Theirs:
    """A field that two people filled differently. None of the two is chosen beforehand, so that
    nothing is overwritten by habit."""

    field: FormField
    label: str
    mine: Side
    theirs: Side
    may_join: bool
    raw: str | None  # the values of the other's inputs as JSON; None for rows
    chosen: str
    unanswered: bool


@dataclass(frozen=True)
class Line:
    """One field of the table, with all that stands around it."""

    number: str
    asked: FormField
    bound: Any = None
    clause: str = ""
    requirement: str = ""
    slots: tuple[int, ...] = ()  # of Table 1, whose materials prove it
    derived: Derived | None = None
    theirs: Theirs | None = None
    text: str = ""  # instead of an input, where the case says it already


def line_of(
    number: str, asked: FormField, draft: Draft, shown: TableForm, theirs: Mapping[str, Theirs]
) -> Line:
    if asked.own_page:
        return Line(number, asked)
    if asked.from_case:
        known = draft.tables[shown.table.key][asked.key]
        return Line(number, asked, text=shown_value(asked, known))
    field = shown.fields[asked.key]
    return Line(
        number=number,
        asked=asked,
        bound=shown[asked.key],
        clause=getattr(field, "clause", ""),
        requirement=getattr(field, "requirement", ""),
        slots=draft.edition.indicator(asked.indicator).materials if asked.indicator else (),
        derived=derived_of(asked, number, draft.declared) if asked.derived_by else None,
        theirs=theirs.get(asked.key),
    )


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
    shown.show_faults(draft.declared.faults)
    open_now = reopened(evaluation)
    if open_now is not None:
        shown.close_all_but(open_now.fields.get(table.key, frozenset()))
    after = next_table(draft.edition, table.key)
    context = {
        **draft.context(table.key),
        "table": table,
        "form": shown,
        "lines": [
            line_of(f"{table.number}.{place}", asked, draft, shown, theirs or {})
            for place, asked in enumerate(table.fields, 1)
        ],
        "reopened": None
        if open_now is None
        else [
            in_language(asked, "label", reader_language())
            for asked in table.fields
            if asked.key in open_now.fields.get(table.key, ())
        ],
        "conflicts": list((theirs or {}).values()),
        "conflict_by": saved if theirs is not None else None,
        "conflict_own": saved.saved_by_id == request.user.pk,
        "unanswered": sum(each.unanswered for each in (theirs or {}).values()),
        "saved": saved,
        "enterprise_count": len(draft.enterprises),
        "untouched": not saved.version,
        "merging": theirs is not None,
        "base_digests": json.dumps(
            page_digests(table, saved.content if saved.version else shown.content)
        ),
        **gaps_of(draft, table),
        "materials": [draft.edition.material(slot) for slot in table.materials],
        "next_url": reverse("evaluation:form_table", args=[evaluation.number, after.key])
        if after
        else reverse("evaluation:materials", args=[evaluation.number]),
        "next_is_table": after is not None,
    }
    status = 200 if theirs is None else 422
    return render(request, "evaluation/applicant/form_table.html", context, status=status)


def gaps_of(draft: Draft, table: FormTable) -> dict[str, Any]:
    """What the head of a table says: its state, what it lacks, what it might have."""
    gaps = draft.table_gaps(table.key)
    linked = [(gap, place_of(gap, draft.evaluation.number)) for gap in gaps]
    state, label = draft.table_correction(table.key) or (draft.table_state(table.key), "")
    return {
        "state": state,
        "state_label": label,
        "gaps": [pair for pair in linked if pair[0].blocks],
        "advice": [pair for pair in linked if not pair[0].blocks],
    }


def table_or_404(edition: Edition, key: str) -> FormTable:
    for table in edition.form:
        if table.key == key:
            return table
    raise Http404


# Two people, one table


def page_digests(table: FormTable, content: Mapping[str, Any]) -> dict[str, str]:
    """What a page carries, so that its save knows what the user found there."""
    return digests([field.key for field in table.fields], content)


def last_saved(evaluation: Evaluation, table: FormTable) -> DraftTable | None:
    """The table as it stands, with who saved it."""
    return evaluation.tables.select_related("saved_by").filter(key=table.key).first()


def taken_over(
    table: FormTable, sent: Mapping[str, Any], saved: Mapping[str, Any], began: Mapping[str, str]
) -> list[FormField]:
    """The fields that the save took from another one made meanwhile."""
    ours, now = page_digests(table, sent), page_digests(table, saved)
    return [
        asked
        for asked in table.fields
        if ours[asked.key] != now[asked.key]
        and ours[asked.key] == began.get(asked.key)
        and not asked.derived_by
    ]


def words_of_merge(request: SignedInRequest, by: DraftTable, fields: list[FormField]) -> str:
    """Who changed what meanwhile, for whoever had the table open."""
    names = _("、").join(in_language(asked, "label", reader_language()) for asked in fields)
    if by.saved_by is None or by.saved_by_id == request.user.pk:
        return _("您在另一个窗口改了%(fields)s，已一并保存。") % {"fields": names}
    return _("%(name)s 同时改了%(fields)s，已一并保存。") % {
        "name": by.saved_by.name,
        "fields": names,
    }


def _unanswered(sent: QueryDict) -> set[str]:
    """The fields with two texts of a page that was sent without a choice between them."""
    return {
        key
        for key in sent.getlist("disputed")
        if sent.get(f"choose-{key}") not in (MINE, THEIRS, BOTH)
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
    began = sent_digests(request.POST)
    merged = merge([field.key for field in table.fields], began, mine, saved.content)
    asked_before, unanswered = request.POST.getlist("disputed"), _unanswered(request.POST)
    theirs = {
        asked.key: _theirs(
            asked,
            mine.get(asked.key),
            saved.content.get(asked.key),
            request.POST.get(f"choose-{asked.key}", ""),
            asked.key in unanswered,
        )
        for asked in table.fields
        if asked.key in merged.disputed or asked.key in asked_before
    }
    draft.show_instead(table.key, merged.content)
    shown = TableForm.saved(draft.edition, evaluation.category, table, merged.content)
    return _page(request, draft, table, shown, saved, theirs)


def differences(
    request: SignedInRequest, table: FormTable, mine: dict[str, Any], theirs: DraftTable
) -> list[str]:
    """The labels of the fields that both sides changed."""
    names = [field.key for field in table.fields]
    disputed = merge(names, sent_digests(request.POST), mine, theirs.content).disputed
    return [in_language(table.field(key), "label", reader_language()) for key in disputed]


def sent_digests(sent: QueryDict) -> dict[str, str]:
    try:
        found = json.loads(sent.get("base", "{}"))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _theirs(asked: FormField, mine: Any, theirs: Any, chosen: str, unanswered: bool) -> Theirs:
    side = _side(asked, theirs, mine)
    return Theirs(
        field=asked,
        label=in_language(asked, "label", reader_language()),
        mine=_side(asked, mine, theirs),
        theirs=side,
        may_join=bool(side.rows) and bool(mine),
        raw=None if asked.kind == "rows" else json.dumps(_input_values(theirs)),
        chosen=chosen,
        unanswered=unanswered,
    )


def _side(asked: FormField, value: Any, other: Any) -> Side:
    if asked.kind != "rows":
        return Side(shown_value(asked, value), [])
    there = other if isinstance(other, list) else []
    here = value or []
    names: dict[str, list[list[str]]] = {}  # rows that begin alike are one row
    for row in there:
        if row not in here:
            cells = _cells(asked, row)
            names.setdefault(cells[0], []).append(cells)
    changed, added = [], []
    for row in here:
        if row in there:
            continue
        cells = _cells(asked, row)
        if names.get(cells[0]):
            twin = names[cells[0]].pop(0)
            changed.append([(one, one != two) for one, two in zip(cells, twin, strict=True)])
        else:
            added.append([(one, False) for one in cells])
    return Side("", changed + added, len(changed))


def _cells(asked: FormField, row: Any) -> list[str]:
    return [shown_value(column, row.get(column.key)) for column in asked.columns]


def _input_values(value: Any) -> list[str]:
    """A saved value as the inputs of its field hold it."""
    values = value if isinstance(value, list) else [] if value is None else [value]
    return [str(each).lower() if isinstance(each, bool) else str(each) for each in values]
