"""The slots of Table 1 as their applicant works on them: what each proves, its files with versions,
times and twins, its defect, and what may be done."""

import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from evaluation import queries, uploads
from evaluation.actions import stamping, uploading
from evaluation.actions.materials import same_content
from evaluation.correction import Defect, defects_under_correction
from evaluation.edition import reader_language
from evaluation.models import CaseFile, PaperReceipt, Upload
from evaluation.rulebook import in_language
from evaluation.rulebook.shapes import Material
from evaluation.views.applicant_draft import Draft
from evaluation.views.evidence import file_row
from evaluation.views.lacking import places_of

ACCEPT = ",".join(e for group in uploads.MATERIALS.values() for e in group)


@dataclass(frozen=True)
class RefusedCode:
    """A version code that was not accepted, as it was typed."""

    file: uuid.UUID
    typed: str
    sentences: list[str]


class Slots:
    """Everything that the page shows of the slots; each part is read in one query."""

    def __init__(
        self,
        draft: Draft,
        removed: str = "",
        restored: str = "",
        refused_code: RefusedCode | None = None,
    ) -> None:
        self.draft = draft
        self.removed, self.restored = removed, restored  # keys of a file that just left or came
        self.refused_code = refused_code
        self.evaluation = draft.evaluation
        self.number = draft.evaluation.number
        self.defects = open_defects(draft)
        self.twins = self._twins()
        self.earlier: dict[int, list[CaseFile]] = defaultdict(list)
        for file in queries.earlier_files(self.evaluation).select_related("uploaded_by"):
            self.earlier[file.slot or 0].append(file)
        self.unfinished: dict[int, list[Upload]] = defaultdict(list)
        for upload in uploading.unfinished(self.evaluation).prefetch_related("pieces"):
            self.unfinished[upload.slot].append(upload)
        self.papers: dict[int, list[PaperReceipt]] = defaultdict(list)
        for paper in queries.papers_received(self.evaluation):
            self.papers[paper.slot].append(paper)

    def all(self, refused: dict[int, list[str]] | None = None) -> list[dict[str, Any]]:
        """The ten slots; `refused`: sentences by slot."""
        refusals = refused or {}
        return [self.one(m, refusals.get(m.number, [])) for m in self.draft.edition.materials]

    def one(self, material: Material, refusals: Iterable[str] = ()) -> dict[str, Any]:
        """One slot as templates/evaluation/applicant/material_slot.html shows it."""
        may_change = self.draft.may_change(material.number)
        address = [self.number, material.number]
        return {
            "shown": {
                **shown_slot(self.draft, material, self.defects.get(material.number)),
                "files": self._rows(material, may_change),
                "files_below": True,
            },
            "material": material,
            "form": in_language(material, "form", reader_language()),
            "may_change": may_change,
            "resealing": self.draft.resealing if material.number == stamping.SLOT else None,
            "upload_url": _at(material.number, "material_add", *address) if may_change else "",
            "begin_url": reverse("evaluation:upload_begin", args=address) if may_change else "",
            "coverage": self.draft.coverage(material),
            "earlier": (earlier := self._earlier_rows(material.number, may_change)),
            "removed": [row for row in earlier if str(row["pk"]) == self.removed],
            "restored": [
                file.name
                for file in self.draft.files.get(material.number, [])
                if str(file.pk) == self.restored
            ],
            "unfinished": [_unfinished(upload) for upload in self.unfinished[material.number]],
            "papers": self.papers[material.number],
            "refusals": list(refusals),
        }

    def _rows(self, material: Material, may_change: bool) -> list[dict[str, Any]]:
        rows = []
        for file in self.draft.files.get(material.number, []):
            # Nothing is asked for where nothing can be done.
            stamp_notes = self._stamp_notes(file) if may_change else []
            notes = [*stamp_notes, *self.twins.get(file.pk, [])]
            row = asdict(file_row(self.evaluation, file)) | {"notes": notes}
            if may_change:
                row |= self._scan(file) | {
                    "pk": file.pk,
                    "remove_url": reverse(
                        "evaluation:material_remove", args=[self.number, file.pk]
                    ),
                    "tools": "evaluation/applicant/file_tools.html",
                    "period_url": _at(material.number, "material_period", self.number, file.pk)
                    if material.months
                    else "",
                    "period_from": _month_input(file.period_from),
                    "period_to": _month_input(file.period_to),
                }
            rows.append(row)
        return rows

    def _stamp_notes(self, file: CaseFile) -> list[tuple[str, str]]:
        """Of a scan of the sealed form: which version it shows, as long as that needs a look."""
        if file.slot != stamping.SLOT:
            return []
        scan = stamping.scan_of(file, self.draft.form_code)
        address = reverse("evaluation:stamp_form", args=[self.number])
        if not scan.code and not self.printed:
            words = _("本案卷还没有生成过盖章稿，扫描件上不会有平台的版本码。请先打印盖章")
        elif not scan.code:
            words = _("盖章版本未核对：请填写扫描件页脚的版本码")
        elif not scan.same:
            words = _("扫描件的版本码%(code)s已过期，现在的申报书是%(now)s") % {
                "code": scan.code,
                "now": self.draft.form_code,
            }
        else:
            return []
        return [(words, f"{address}#scan-{file.pk}")]

    def _scan(self, file: CaseFile) -> dict[str, Any]:
        """Of a scan of the sealed form: where its code is stated, as on the page 打印盖章."""
        if file.slot != stamping.SLOT or not self.printed:
            return {}
        refused = self.refused_code
        return {
            "scan": stamping.scan_of(file, self.draft.form_code),
            "scan_refused": refused if refused and refused.file == file.pk else None,
        }

    @cached_property
    def printed(self) -> bool:
        """Whether a sealed paper can carry a code of the portal at all."""
        return stamping.prints(self.evaluation).exists()

    def _earlier_rows(self, slot: int, may_change: bool) -> list[dict[str, Any]]:
        newer = {
            file.replaces_id: file
            for file in [*self.draft.files.get(slot, []), *self.earlier[slot]]
        }
        rows = []
        for file in self.earlier[slot]:
            newest = file
            while newest.pk in newer:
                newest = newer[newest.pk]
            row = asdict(file_row(self.evaluation, file)) | {
                "pk": file.pk,
                "state": "neutral",
                "state_label": _what_became_of(file, newer.get(file.pk), newest),
            }
            there_already = newest.removed_at is None and same_content(newest, file)
            if may_change and not there_already:
                row["restore_url"] = _at(slot, "material_restore", self.number, file.pk)
                row["restore_label"] = _("恢复") if newest == file else _("恢复此版本")
            rows.append(row)
        return rows

    def _twins(self) -> dict[Any, list[tuple[str, str]]]:
        """For each file where else the organisation has the same bytes: (words, address)."""
        here = [file for files in self.draft.files.values() for file in files]
        by_hash: dict[str, list[CaseFile]] = defaultdict(list)
        for file in queries.same_bytes(self.evaluation, {file.sha256 for file in here}):
            by_hash[file.sha256].append(file)
        return {
            file.pk: [self._twin(other) for other in by_hash[file.sha256] if other.pk != file.pk]
            for file in here
        }

    def _twin(self, other: CaseFile) -> tuple[str, str]:
        told = {"slot": other.slot, "name": other.name, "case": other.evaluation.number}
        words = (
            _("与本申报材料%(slot)s的“%(name)s”内容相同")
            if other.evaluation_id == self.evaluation.pk
            else _("与案卷%(case)s材料%(slot)s的“%(name)s”内容相同")
        )
        return words % told, reverse("evaluation:file", args=[other.evaluation.number, other.pk])


def _what_became_of(file: CaseFile, newer: CaseFile | None, newest: CaseFile) -> str:
    """Of a file that is not in its slot any more."""
    if newer is None:
        return _("已移除")
    if newest.removed_at is not None:
        return _("以前的版本；最新的第%(version)s版已移除") % {"version": newest.version}
    if same_content(newest, file):
        return _("已恢复为第%(version)s版") % {"version": newest.version}
    return _("已由第%(version)s版替换") % {"version": newer.version}


def shown_slot(draft: Draft, material: Material, defect: Defect | None) -> dict[str, Any]:
    """The head of a slot as components/slot.html shows it."""
    language = reader_language()
    files = draft.files.get(material.number, [])
    if defect and (not defect.changed or not files):
        state, label = "not_met", _("需补正")
    elif defect:
        state, label = "attention", _("已更换文件，待重新提交")
    elif files:
        count = len(files)
        state = "attention" if draft.doubtful(material) else "met"
        label = ngettext("已上传 %(count)d 个文件", "已上传 %(count)d 个文件", count) % {
            "count": count
        }
    elif material.required:
        state, label = "incomplete", _("尚未上传")
    else:
        state, label = "waiting", _("选交")
    return {
        "number": material.number,
        "name": in_language(material, "name", language),
        "proves_links": proves(draft, material),
        "state": state,
        "state_label": label,
        "defect": defect.reason if defect else "",
    }


def proves(draft: Draft, material: Material) -> list[tuple[str, str]]:
    """The indicators that the slot proves, each with the field that asks for it."""
    found = []
    for indicator in draft.edition.proved_by(material.number):
        name = in_language(indicator, "name", reader_language())
        place = next(places_of(draft.edition, indicator), None)
        url = ""
        if place:
            table, field = place
            page = reverse("evaluation:form_table", args=[draft.evaluation.number, table])
            url = f"{page}#line-{field}"
        found.append((name, url))
    return found


def open_defects(draft: Draft) -> dict[int, Defect]:
    """While a correction is asked for: the defect of each slot that was not accepted."""
    found = defects_under_correction(draft.evaluation)
    return {defect.slot: defect for defect in found if defect.slot is not None}


def hint(limit: int) -> str:
    """What is accepted, under the drop zone."""
    return _("%(types)s，可多选，单个文件不超过 %(limit)s。") % {
        "types": uploads.names_of(uploads.MATERIALS),
        "limit": f"{limit // 1024**2} MB",
    }


def hints() -> dict[str, str]:
    """With scripts files come in pieces; without them each in one request, which carries less."""
    return {
        "hint": hint(settings.UPLOAD_MAX_BYTES),
        "plain_hint": hint(min(settings.UPLOAD_MAX_BYTES, settings.REQUEST_MAX_BYTES)),
    }


def _unfinished(upload: Upload) -> dict[str, Any]:
    arrived = sum(upload.length_of(piece.number) for piece in upload.pieces.all())
    return {
        "upload": upload,
        "arrived": arrived,
        "percent": arrived * 100 // upload.size,
        "give_up_url": reverse(
            "evaluation:upload_give_up", args=[upload.evaluation.number, upload.pk]
        ),
    }


def _at(slot: int, name: str, *args: Any) -> str:
    """Where a form of a slot is sent. A page that answers with a refusal is shown at the slot."""
    return f"{reverse(f'evaluation:{name}', args=args)}#slot-{slot}"


def _month_input(month: Any) -> str:
    return f"{month:%Y-%m}" if month else ""
