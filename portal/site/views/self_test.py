"""自评: the form and its live score. No account, nothing stored; the address is the whole state."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from evaluation.edition import current_edition, reader_language
from evaluation.rulebook import DimensionScore, Scorecard, in_language
from portal.site.self_test import SelfTest, read
from portal.site.self_test_outcome import outcome


@require_safe
def self_test(request: HttpRequest) -> HttpResponse:
    """The whole page: what is in the address is filled in and scored."""
    return render(request, "site/self_test.html", result(request))


@require_safe
def self_test_score(request: HttpRequest) -> HttpResponse:
    """What changes as one types: the score and, out of band, each row's verdict. Rendered without
    the request, so that no context processor asks who is there."""
    context = result(request)
    response = HttpResponse(render_to_string("site/self_test_score.html", {**context, "oob": True}))
    # The address bar stays the link to share.
    response["HX-Replace-Url"] = context["link"]
    response["Cache-Control"] = "no-store"
    return response


def result(request: HttpRequest) -> dict[str, Any]:
    """What both answers show."""
    language = reader_language()
    test = read(current_edition(), request.GET, language)
    link = f"{reverse('site:self_test')}?{test.query}"
    return {
        "test": test,
        "language": language,
        "scores": scores(test, language),
        "categories": categories(test, language),
        "outcome": outcome(test, language),
        "partial_word": _("部分得分"),
        "link": link,
        "address": request.build_absolute_uri(link),
    }


def scores(test: SelfTest, language: str) -> list[dict[str, Any]]:
    """A1, A2, A3 and A for the score strip. An empty form accuses nobody of a mandatory item."""
    card, limits = test.card, test.edition.qualification
    return [
        *(
            {
                "code": found.dimension.id,
                "name": in_language(found.dimension, "name", language),
                "points": found.points,
                "would_have": found.earned,
                "mark": limits.dimension_minimum,
                "passed": found.points >= limits.dimension_minimum,
                "failures": _failures(card, found, language) if test.given else [],
            }
            for found in card.dimensions
        ),
        {
            "code": "A",
            "name": _("总得分"),
            "points": card.A,
            "mark": limits.total_above,
            "strict": True,
            "passed": limits.total_above < card.A,
        },
    ]


def _failures(card: Scorecard, found: DimensionScore, language: str) -> list[str]:
    """The names of the mandatory items that make a dimension zero (9.4 has a rule of its own)."""
    if found.dimension.all_or_nothing:
        return []
    return [in_language(card.step(code).indicator, "name", language) for code in found.failed]


def categories(test: SelfTest, language: str) -> list[dict[str, Any]]:
    """What the same figures come to in each of the five categories."""
    return [
        {
            "code": category.code,
            "name": in_language(category, "name", language),
            "total": test.cards[category.code].A,
            "qualified": test.cards[category.code].qualified,
            "chosen": category is test.category,
        }
        for category in test.edition.categories
    ]
