"""What the register says, in the reader's language."""

import re
from datetime import date
from typing import Any

from django.utils.dateformat import format as format_date
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

# The register is written in Chinese (evaluation.documents.content.register). Its usual sentences, to
# be read in the reader's language; a sentence that is none of them is read as it was written.
ENTRIES: list[tuple[str, Any]] = [
    (
        "认定为国家工业互联网大数据中心工业智算基地。",  # not translated: looked for
        _("认定为国家工业互联网大数据中心工业智算基地。"),
    ),
    ("认定已取消。", _("认定已取消。")),  # not translated: looked for
    (
        "该基地已获颁新的证书(?P<number>.+)。",  # not translated: looked for
        _("该基地已获颁新的证书%(number)s。"),
    ),
    ("第(?P<year>[0-9]+)年年审合格。", _("第%(year)s年年审合格。")),  # not translated: looked for
    (
        "第(?P<year>[0-9]+)年年审不合格，限于(?P<until>[0-9]{4}年[0-9]+月[0-9]+日)前完成整改。",  # not translated: looked for
        _("第%(year)s年年审不合格，限于%(until)s前完成整改。"),
    ),
    (
        "(?s:第(?P<year>[0-9]+)年年审不合格：(?P<reason>.+))",  # not translated: looked for
        _("第%(year)s年年审不合格：%(reason)s"),
    ),
    (
        "第(?P<year>[0-9]+)年整改通过复查，年审合格。",  # not translated: looked for
        _("第%(year)s年整改通过复查，年审合格。"),
    ),
]


def entry_told(reason: str) -> str:
    """An entry of the register in the reader's language."""
    for pattern, told in ENTRIES:
        found = re.fullmatch(pattern, reason)
        if found:
            return str(told) % {
                name: _in_words(name, text) for name, text in found.groupdict().items()
            }
    return reason


def _in_words(name: str, text: str) -> str:
    if name != "until":
        return text
    year, month, day = (int(number) for number in re.findall("[0-9]+", text))
    return format_date(date(year, month, day), gettext("Y年n月j日"))
