"""A table of the form saves itself while one types; the answer is what changes around it."""

from typing import Any

from django.http import HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.views.decorators.http import require_POST

from evaluation import queries
from evaluation.correction import only_open_fields, reopened
from evaluation.edition import edition_of
from evaluation.errors import Conflict
from evaluation.forms.application_table import TableForm
from evaluation.models import DraftTable
from evaluation.rulebook import FormTable
from evaluation.views.applicant_draft import Draft
from evaluation.views.applicant_form import (
    derived_of,
    differences,
    gaps_of,
    last_saved,
    line_of,
    page_digests,
    sent_digests,
    store,
    table_or_404,
    taken_over,
    words_of_merge,
)
from evaluation.views.refusals import case_view
from portal.accounts.requests import SignedInRequest


@case_view
@require_POST
def form_autosave(request: SignedInRequest, number: str, key: str) -> HttpResponse:
    """Save the table as it is typed now. 200: it is kept. 409: another save stands against it,
    and nothing was changed. Both tell the score, the derived values and the faults of what was
    typed, and what the next save starts from."""
    evaluation = queries.case_for(request.user, number)
    edition = edition_of(evaluation)
    table = table_or_404(edition, key)
    sent = TableForm(edition, evaluation.category, table, request.POST)
    conflict: DraftTable | None = None
    before = last_saved(evaluation, table)
    try:
        saved = store(
            request, evaluation, table, sent.content, by_itself="pressed" not in request.POST
        )
    except Conflict as found:
        saved = conflict = found.current
    draft = Draft(evaluation)
    if conflict is not None:
        typed = only_open_fields(evaluation, key, conflict.content, sent.content)
        draft.show_instead(key, typed)
    sent.show_faults(draft.declared.faults)
    answer: dict[str, Any] = {
        "faults": sent.faults(),
        "parts": render_to_string(
            "evaluation/applicant/live.html", _around(request, draft, table, saved), request
        ),
    }
    if conflict is None:
        answer |= {"version": saved.version, "base": page_digests(table, saved.content)}
        answer["lines"] = _lines(request, draft, table, sent, saved)
        taken = taken_over(table, sent.content, saved.content, sent_digests(request.POST))
        if taken and before is not None:
            answer["merged"] = words_of_merge(request, before, taken)
    else:
        context = {"by": conflict, "fields": differences(request, table, sent.content, conflict)}
        answer["meanwhile"] = render_to_string(
            "evaluation/applicant/meanwhile.html", context, request
        )
    return JsonResponse(answer, status=200 if conflict is None else 409)


def _lines(
    request: SignedInRequest, draft: Draft, table: FormTable, sent: TableForm, saved: DraftTable
) -> dict[str, str]:
    """The fields that were saved otherwise than they were sent, as the page is to show them."""
    shown = TableForm.saved(draft.edition, draft.evaluation.category, table, saved.content)
    shown.show_faults(draft.declared.faults)
    ours, now = page_digests(table, sent.content), page_digests(table, saved.content)
    open_now = reopened(draft.evaluation)
    return {
        asked.key: render_to_string(
            "evaluation/applicant/line.html",
            {
                "line": line_of(f"{table.number}.{place}", asked, draft, shown, {}),
                "evaluation": draft.evaluation,
            },
            request,
        )
        for place, asked in enumerate(table.fields, 1)
        if asked.key in sent.fields
        and ours[asked.key] != now[asked.key]
        and (open_now is None or asked.key in open_now.fields.get(table.key, ()))
    }


def _around(
    request: SignedInRequest, draft: Draft, table: FormTable, saved: DraftTable
) -> dict[str, Any]:
    """What the parts of the page around the inputs show."""
    return {
        **draft.context(table.key),
        **gaps_of(draft, table),
        "table": table,
        "saved": saved,
        "derived": [
            derived_of(field, f"{table.number}.{place}", draft.declared)
            for place, field in enumerate(table.fields, 1)
            if field.derived_by
        ],
    }
