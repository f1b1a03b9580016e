"""A base's security events, page by page, and one with everything that was said of it."""

from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from dataaccess import queries
from dataaccess.models import SecurityEvent
from dataaccess.shapes import tables
from dataaccess.views.event_files import file_of
from dataaccess.views.shared import base_context, base_for, refuse_unless
from dataaccess.words import printed
from portal.accounts.requests import SignedInRequest

# What events are narrowed down by: column → field of Table B.1.
FACET_FIELDS = {
    field.english: field.name
    for field in tables.SECURITY_EVENT.fields
    if field.english in tables.FACETS
}


@login_required
@require_safe
def events(request: SignedInRequest, code: str) -> HttpResponse:
    """Security events, page by page, narrowed down by kind, asset, level or state."""
    base = base_for(request, code)
    context = base_context(request, base, _("安全事件"))
    refuse_unless(context["may_read"])
    before = request.GET.get("before", "")
    only = narrowed(request)
    context |= {
        "events": queries.events_page(base, before, only=only),
        "before": before,
        "facets": [
            (
                facet,
                name,
                [(value, _in_words(name, value)) for value in tables.FACETS[facet]],
                only.get(facet),
            )
            for facet, name in FACET_FIELDS.items()
        ],
        "narrowed": urlencode(only),
    }
    return render(request, "dataaccess/events.html", context)


@login_required
@require_safe
def file(request: SignedInRequest, code: str, ending: str) -> HttpResponseBase:
    """The events as the page has them, all at once."""
    base = base_for(request, code)
    refuse_unless(base_context(request, base)["may_read"])
    page = reverse("dataaccess:events", args=[base.code])
    only = narrowed(request)
    return file_of(
        request,
        [base],
        only,
        ending=ending,
        name=f"events-{base.code}",
        page=f"{page}?{urlencode(only)}",
    )


def narrowed(request: SignedInRequest) -> dict[str, str]:
    """What the events are narrowed down to; a value that does not exist narrows nothing."""
    return {
        facet: request.GET[facet]
        for facet, values in tables.FACETS.items()
        if request.GET.get(facet) in values
    }


@login_required
@require_safe
def one(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    """One event: its ten fields as they stand, and what each delivery changed."""
    base = base_for(request, code)
    context = base_context(request, base, _("安全事件"))
    refuse_unless(context["may_read"])
    event = get_object_or_404(SecurityEvent, pk=pk, base=base)
    context |= {
        "event": event,
        "facts": [
            (printed(name), _in_words(name, value))
            for name, value in queries.as_sent(event).items()
        ],
        "versions": [
            {
                "at": version.at,
                "changes": [
                    (printed(name), _in_words(name, old), _in_words(name, new))
                    for name, old, new in version.changes
                ],
            }
            for version in queries.versions(event)
        ],
    }
    return render(request, "dataaccess/event.html", context)


def _in_words(name: str, value: str) -> str:
    """A code with what it stands for."""
    meanings = {tables.EVENT_METHOD: tables.ATTACK_METHODS, tables.EVENT_ASSET: tables.ASSET_TYPES}
    meaning = meanings.get(name)
    return f"{value} {printed(meaning[value])}" if meaning else printed(value)
