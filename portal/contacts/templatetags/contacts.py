"""Contact data in templates: `{% contacts "objection" objection %}`."""

from typing import Any

from django import template
from django.template.context import Context

from portal.contacts import masking, reveal

register = template.Library()


@register.inclusion_tag("contacts/shown.html", takes_context=True)
def contacts(
    context: Context, kind: str, thing: Any, inline: bool = False, label: str = ""
) -> dict[str, Any]:
    """Contact data of a thing as its reader may see them; `inline` for a cell of a table, `label`
    of the button where it shows more than how to reach somebody."""
    request = context["request"]
    return {
        "contacts": reveal.shown(request.user, kind, thing),
        "inline": inline,
        "label": label,
        "csrf_token": context.get("csrf_token"),
    }


@register.inclusion_tag("contacts/shown.html", takes_context=True)
def contacts_button(context: Context, kind: str, pk: int, label: str) -> dict[str, Any]:
    """The button alone, where the page shows the masked data among others."""
    return {
        "contacts": reveal.Shown(kind, pk, [], covered=True, may_reveal=True),
        "inline": False,
        "label": label,
        "csrf_token": context.get("csrf_token"),
    }


@register.filter
def masked_email(text: str) -> str:
    return masking.email(text)


@register.filter
def masked_name(text: str) -> str:
    return masking.name(text)


@register.filter
def masked_phone(text: str) -> str:
    return masking.phone(text)
