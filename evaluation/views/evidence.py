"""The submitted material files beside what they prove."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from evaluation import periods
from evaluation.documents.previewing import SHOWN
from evaluation.models import CaseFile, Declaration, Evaluation
from evaluation.rulebook import Indicator


@dataclass(frozen=True)
class FileRow:
    """One file as components/file_list.html shows it."""

    name: str
    url: str
    size: int
    sha256: str
    uploaded_at: datetime
    uploaded_by: Any = None
    preview_url: str = ""
    version: int | None = None
    period: str = ""  # what it covers, in words


@dataclass(frozen=True)
class Materials:
    """The files of one submitted version, by the slots of Table 1."""

    by_slot: dict[int, list[FileRow]]

    def slot(self, number: int) -> list[FileRow]:
        return self.by_slot.get(number, [])

    def links(self, indicator: Indicator) -> list[tuple[str, str]]:
        """(label, address) of each file that proves an indicator."""
        links = []
        for slot in indicator.materials:
            files = self.slot(slot)
            for nth, file in enumerate(files, start=1):
                label = (
                    _("材料%(slot)s") % {"slot": slot}
                    if len(files) == 1
                    else _("材料%(slot)s（%(nth)s）") % {"slot": slot, "nth": nth}
                )
                links.append((label, file.url))
        return links


def materials(evaluation: Evaluation, declaration: Declaration | None) -> Materials:
    """The files that were submitted with a version. One query."""
    by_slot: dict[int, list[FileRow]] = defaultdict(list)
    if declaration is not None:
        for kept in declaration.materials.select_related("uploaded_by"):
            by_slot[kept.slot or 0].append(file_row(evaluation, kept))
    return Materials(dict(by_slot))


def file_row(evaluation: Evaluation, kept: CaseFile) -> FileRow:
    return FileRow(
        name=kept.name,
        url=reverse("evaluation:file", args=[evaluation.number, kept.pk]),
        size=kept.size,
        sha256=kept.sha256,
        uploaded_at=kept.uploaded_at,
        uploaded_by=kept.uploaded_by.name,
        preview_url=reverse("evaluation:file_preview", args=[evaluation.number, kept.pk])
        if kept.content_type in SHOWN
        else "",
        version=kept.version if kept.version > 1 else None,
        period=periods.shown(kept.period_from, kept.period_to),
    )
