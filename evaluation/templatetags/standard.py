"""The standard's texts in the reader's language: `{% load standard %}`."""

from django import template
from django.utils.html import format_html

from evaluation.edition import category_names, reader_language
from evaluation.rulebook.shapes import clause_in
from evaluation.rulebook.shapes import in_language as pick

register = template.Library()


@register.filter
def in_language(thing: object, attribute: str) -> str:
    """`{{ category|in_language:"name" }}`: name or name_en, by the language of the page."""
    return pick(thing, attribute, reader_language()) if thing else ""


@register.filter
def halves(digest: str) -> str:
    """A SHA-256 on paper: on one line, or broken in its middle, never before its last sign."""
    middle = (len(digest) + 1) // 2
    whole = '<span class="digest"><span>{}</span><span>{}</span></span>'
    return format_html(whole, digest[:middle], digest[middle:])


@register.filter
def clause_name(clause: str) -> str:
    """`{{ reading.clause|clause_name }}`: a clause by the name that readers of the page use."""
    return clause_in(clause, reader_language())


@register.filter
def category_name(code: str) -> str:
    """The name of a category (申报类别) in the edition that is in force."""
    return pick(category_names().category(code), "name", reader_language())
