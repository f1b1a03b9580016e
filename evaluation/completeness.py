"""What an application still lacks: the tables of Appendix A and the slots of Table 1.

The completeness page and the refusal to submit say the same, because both read it here."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from evaluation.edition import reader_language
from evaluation.rulebook import Edition, in_language
from evaluation.rulebook.form import missing


@dataclass(frozen=True)
class Gap:
    """One thing that is missing or wrong: in a field of a table, or in a slot."""

    message: str
    blocks: bool  # keeps the application from being submitted; otherwise it is advice
    table: str = ""
    field: str = ""
    row: int | None = None
    slot: int | None = None


def gaps(
    edition: Edition,
    tables: Mapping[str, Mapping[str, Any]],
    filled_slots: Collection[int | None],
) -> list[Gap]:
    """Every gap, in the order of the form and then of Table 1."""
    language = reader_language()
    found = []
    for entry in missing(edition, tables, timezone.localdate()):
        message = without_value(in_language(entry, "message", language))
        label = in_language(edition.form_table(entry.table).field(entry.field), "label", language)
        if entry.row is not None:
            message = _("“%(label)s”第%(row)s行：%(message)s") % {
                "label": label,
                "row": entry.row + 1,
                "message": message,
            }
        elif "“" not in message:
            message = _("“%(label)s”%(message)s") % {"label": label, "message": message}
        found.append(Gap(message, entry.level == "error", entry.table, entry.field, entry.row))
    for material in edition.materials:
        if material.required and material.number not in filled_slots:
            found.append(Gap(_("尚未上传文件"), True, slot=material.number))
    return found


def without_value(message: str) -> str:
    """A fault without what came instead: that stands in the field, as it was typed."""
    ending = r"，实际为.*$|, got .*$"  # not translated: the rulebook's own words in both languages
    return re.sub(ending, "", message, flags=re.DOTALL)


def sentence(edition: Edition, gap: Gap) -> str:
    """The gap with the place it is in, to be read away from that place."""
    language = reader_language()
    if gap.slot is not None:
        return _("材料%(number)s“%(name)s”：%(message)s") % {
            "number": gap.slot,
            "name": in_language(edition.material(gap.slot), "name", language),
            "message": gap.message,
        }
    table = edition.form_table(gap.table)
    return _("表%(number)s“%(name)s”：%(message)s") % {
        "number": table.number,
        "name": in_language(table, "title", language),
        "message": gap.message,
    }
