"""The words of a notification in one language: the template, filled in."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from django.utils import timezone, translation
from django.utils.dateformat import format as format_date
from django.utils.translation import gettext as _

from portal.notifications.kinds import Kind
from portal.notifications.models import Wording

LANGUAGES = ("zh-hans", "en")


class Words(NamedTuple):
    subject: str
    body: str


def language_of(user: Any) -> str:
    """The language of a person's mail: Chinese unless another was chosen."""
    return user.language if user.language in LANGUAGES else LANGUAGES[0]


def templates(kind: Kind) -> dict[str, Words]:
    """The template in each language: the secretariat's own, else the portal's."""
    kept = {row.language: row for row in Wording.objects.filter(kind=kind.code)}
    return {
        language: Words(kept[language].subject, kept[language].body)
        if language in kept
        else default(kind, language)
        for language in LANGUAGES
    }


def default(kind: Kind, language: str) -> Words:
    """The portal's own words."""
    with translation.override(language):
        return Words(str(kind.subject), str(kind.body))


def fill(template: Words, language: str, values: Mapping[str, Any]) -> Words:
    """Put the values into a template. Translations and dates are said in its language."""
    with translation.override(language):
        said = {name: _said(value) for name, value in values.items()}
        subject = " ".join(template.subject.format_map(said).split())
        return Words(subject, template.body.format_map(said).strip())


def _said(value: Any) -> str:
    if callable(value):
        value = value()
    if isinstance(value, datetime):
        return format_date(timezone.localtime(value), _("Y年n月j日 H:i"))
    if isinstance(value, date):
        return format_date(value, _("Y年n月j日"))
    return str(value)
