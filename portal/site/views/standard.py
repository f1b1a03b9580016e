"""评估标准: the indicators, the seven steps and the readings, from the data that is scored by."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from evaluation import terms
from evaluation.edition import current_edition, reader_language
from evaluation.rulebook import in_language
from evaluation.steps import ACTOR_NAMES
from portal.ledger import runtime
from portal.site.standard import reading_groups, step_pages, tables


@require_safe
def indicators(request: HttpRequest) -> HttpResponse:
    """Tables 2 and 3 and clause 8.4: for one category, or all five side by side."""
    edition, language = current_edition(), reader_language()
    asked = request.GET.get("category", "")
    chosen = next((c for c in edition.categories if c.code == asked), None)
    here = reverse("site:indicators")
    context = {
        "edition": edition,
        "category": chosen,
        "tables": tables(edition, chosen.code if chosen else "", language),
        "chips": [
            {"label": _("五类对照"), "url": here, "current": chosen is None},
            *(
                {
                    "label": in_language(category, "name", language),
                    "url": f"{here}?category={category.code}",
                    "current": category is chosen,
                }
                for category in edition.categories
            ),
        ],
        "clauses": [edition.clause(id_) for id_ in ("9.1", "9.2", "9.3", "9.4", "9.5", "10.1")],
        "tabs": standard_tabs("indicators"),
    }
    return render(request, "site/indicators.html", context)


@require_safe
def steps(request: HttpRequest) -> HttpResponse:
    """The seven steps of 7.1 and what each means for an applicant."""
    edition, working_days = current_edition(), runtime.read("objection_working_days")
    context = {
        "edition": edition,
        "pages": step_pages(edition),
        "actors": ACTOR_NAMES,
        "limits": {**terms.limits(), "published": working_days},
        "working_days": working_days,
        "readings": [r for r in edition.readings if r.clause.startswith(("7.1", "10.2", "10.4"))],
        "review_clauses": [edition.clause(id_) for id_ in ("10.4.1", "10.4.2", "10.4.3")],
        "tabs": standard_tabs("steps"),
    }
    return render(request, "site/steps.html", context)


@require_safe
def readings(request: HttpRequest) -> HttpResponse:
    """Every place where the standard had to be interpreted, and how this portal reads it."""
    edition, language = current_edition(), reader_language()
    text = request.GET.get("q", "").strip()[:100]
    groups = reading_groups(edition, text, language)
    context = {
        "edition": edition,
        "groups": groups,
        "found": sum(len(group.readings) for group in groups),
        "total": len(edition.readings),
        "q": text,
        "tabs": standard_tabs("readings"),
    }
    return render(request, "site/readings.html", context)


def standard_tabs(current: str) -> list[dict[str, object]]:
    """The three pages of the standard."""
    names = {"indicators": _("评估指标"), "steps": _("评估流程"), "readings": _("规范释义")}
    return [
        {"label": label, "url": reverse(f"site:{name}"), "current": name == current}
        for name, label in names.items()
    ]
