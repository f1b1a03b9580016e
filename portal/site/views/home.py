"""The start page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from evaluation import queries_public
from evaluation.edition import current_edition, reader_language
from evaluation.steps import ACTOR_NAMES, Actor
from portal.site import guides
from portal.site.certificates import STANDINGS
from portal.site.standard import StepPage, dimension_parts, step_pages

SHOWN = 5


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What this certification is, where to go, and how the register stands today."""
    today, edition = timezone.localdate(), current_edition()
    context = {
        "edition": edition,
        "steps": [(page, _who(page)) for page in step_pages(edition)],
        "dimensions": dimension_parts(edition),
        "guides": guides.guides(reader_language()),
        "register": queries_public.register_figures(),
        "open_count": queries_public.notice_counts(today)["open"],
        "notices": queries_public.open_on(queries_public.notice_rows(), today)[:SHOWN],
        "certificates": queries_public.register()[:SHOWN],
        "standings": STANDINGS,
    }
    return render(request, "site/home.html", context)


def _who(page: StepPage) -> list[str]:
    """Who has a case in this step, in the order in which they have it."""
    owners = dict.fromkeys(state.owner for state in page.states)
    return [str(ACTOR_NAMES[owner]) for owner in owners if owner != Actor.NOBODY]
