"""The words of a notification in one language: the template, filled in."""

import string
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from django.utils import timezone, translation
from django.utils.dateformat import format as format_date
from django.utils.translation import gettext as _

from portal.notifications.kinds import VARIABLES, Kind, variables_in
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


def faults(kind: Kind, words: Words) -> dict[str, list[str]]:
    """What is wrong with a template, in sentences, under "subject" and "body"."""
    found = {"subject": _faults_of(kind, words.subject), "body": _faults_of(kind, words.body)}
    if "\n" in words.subject.strip():
        found["subject"].append(_("主题须为一行。"))
    if not found["body"]:
        missing = [name for name in kind.needed if name not in variables_in(words.body)]
        found["body"] += [
            _("正文缺少变量{%(name)s}（%(meaning)s），没有它收件人无法办理。")
            % {"name": name, "meaning": VARIABLES[name].meaning}
            for name in missing
        ]
    return {field: sentences for field, sentences in found.items() if sentences}


def _faults_of(kind: Kind, text: str) -> list[str]:
    if not text.strip():
        return [_("请填写内容。")]
    try:
        parts = list(string.Formatter().parse(text))
    except ValueError:
        return [_("大括号不成对。变量写作{name}；要写大括号本身，请写两个。")]
    sentences = []
    for _before, name, spec, conversion in parts:
        if name is not None and (spec or conversion):
            sentences.append(_("变量{%(name)s}不能带格式，请只写名称。") % {"name": name})
        elif name is not None and name not in kind.allowed:
            sentences.append(
                _("没有变量{%(name)s}；这类信函可用：%(allowed)s。")
                % {"name": name, "allowed": _("、").join(f"{{{each}}}" for each in kind.allowed)}
            )
    return list(dict.fromkeys(sentences))


def example(kind: Kind, words: Words, language: str) -> Words:
    """A template filled with example values."""
    return fill(words, language, {name: VARIABLES[name].example for name in kind.allowed})


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
