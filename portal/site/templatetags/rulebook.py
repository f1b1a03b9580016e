"""The rulebook in templates: `{% load rulebook %}`. Its texts are in Chinese and English."""

import re
from decimal import Decimal

from django import template

from evaluation.edition import reader_language
from evaluation.rulebook import Category, in_language, plain

register = template.Library()


@register.filter
def said(thing: object, attribute: str) -> str:
    """`{{ indicator|said:"name" }}`: the text in the reader's language."""
    return in_language(thing, attribute, reader_language())


@register.filter
def exact(value: Decimal | None) -> str:
    """An exact number as people write it; empty for None."""
    return "" if value is None else plain(value)


@register.filter
def percent(value: Decimal) -> str:
    """0.5 as "50%"."""
    return f"{plain(value * 100)}%"


@register.filter
def anchor(clause: str) -> str:
    """A clause as the name of a place on a page: "8.3.5 a)" is "8.3.5-a"."""
    return re.sub(r"[^\w.]+", "-", clause).strip("-")


@register.filter
def certificate_pattern(category: Category) -> str:
    """The name of 10.2 as printed, with XX for the place."""
    return in_language(category.naming, "pattern", reader_language()).format(place="XX")
