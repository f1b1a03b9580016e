"""`{% kept %}`: pieces of the frame that are the same on every page and for every reader."""

from typing import Any
from weakref import WeakKeyDictionary

from django import template
from django.conf import STATICFILES_STORAGE_ALIAS, settings
from django.core.files.storage import storages
from django.template.base import Template
from django.template.context import Context
from django.urls import get_script_prefix
from django.utils.safestring import SafeString
from django.utils.translation import get_language

register = template.Library()

# By the template itself: one that was changed is read anew and is another.
_kept: WeakKeyDictionary[Template, dict[Any, SafeString]] = WeakKeyDictionary()


@register.simple_tag(takes_context=True)
def kept(context: Context, name: str) -> SafeString:
    """A template that knows nothing of the page, rendered once by each process. What may change its
    text is the language, and where static files and pages have their addresses."""
    piece = context.template.engine.get_template(name)  # type: ignore[union-attr]
    made = _kept.setdefault(piece, {})
    here = (
        get_language(),
        storages[STATICFILES_STORAGE_ALIAS],
        get_script_prefix(),
        settings.ROOT_URLCONF,
    )
    if here not in made:
        made[here] = piece.render(Context())
    return made[here]
