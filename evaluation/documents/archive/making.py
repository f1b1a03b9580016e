"""Making the archive of a case: tables, official documents, files, the index, the seal."""

import json
import re
import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files import File
from django.template.loader import render_to_string
from django.utils import timezone, translation

from evaluation import queries, uploads
from evaluation.documents import pages
from evaluation.documents.archive.records import tables
from evaluation.documents.archive.records_after import certificate_now
from evaluation.documents.archive.sealing import Writer
from evaluation.documents.archive.tables import Link, Table, moment
from evaluation.documents.content.common import case_facts
from evaluation.models import CaseArchive, CaseFile, Document, Evaluation, Purpose
from portal.accounts.models import User

STYLE = Path(settings.BASE_DIR) / "templates" / "documents"
# What each link of the index says, by the folder it lies in.
FOLDERS = {
    "materials": "申报材料",
    "site": "现场照片",
    "files": "其他上传的文件",
    "reviews": "年审和整改材料",
}
HASH = re.compile(r"[0-9a-f]{40,64}")
Entry = dict[str, str]


def make(archive_id: str) -> None:
    """Make the ZIP, keep it, and mark it made. Safe to run twice: one that was made is left."""
    archive = CaseArchive.objects.select_related("evaluation__organisation", "ordered_by").get(
        pk=archive_id
    )
    if archive.made_at is not None:
        return
    try:
        with (
            translation.override(settings.LANGUAGE_CODE),
            tempfile.TemporaryDirectory(dir=settings.VAR_DIR) as folder,
        ):
            path = Path(folder) / "archive.zip"
            sha256 = _Case(archive, path).write()
            _keep(archive, path, sha256)
    except Exception:
        CaseArchive.objects.filter(pk=archive.pk, made_at__isnull=True).update(
            error="归档文件生成失败，系统将自动重试；如多次失败，请联系系统管理员。", progress=0
        )
        raise


def _keep(archive: CaseArchive, path: Path, sha256: str) -> None:
    """Store the file; the first of two workers wins, the other takes its copy away."""
    field = archive.stored
    with path.open("rb") as made:
        stored = field.storage.save(
            field.field.generate_filename(archive, f"{archive.pk}.zip"), File(made)
        )
    won = CaseArchive.objects.filter(pk=archive.pk, made_at__isnull=True).update(
        stored=stored,
        size=path.stat().st_size,
        sha256=sha256,
        made_at=timezone.now(),
        progress=100,
        error="",
    )
    if not won:
        field.storage.delete(stored)


class _Case:
    """One archive being written. What goes in is what whoever ordered it may see."""

    def __init__(self, archive: CaseArchive, path: Path) -> None:
        self.archive = archive
        self.evaluation: Evaluation = archive.evaluation
        self.reader: User = archive.ordered_by
        self.writer = Writer(path)
        self.records: list[Entry] = []
        self.documents: list[Entry] = []
        self.files: dict[str, list[Entry]] = {}
        self.paths: dict[str, str] = {}  # where each file of the case lies, by its id
        self.files_to_come = list(self._files())
        self.papers = list(queries.documents_for(self.reader, self.evaluation))
        self.whole = sum(f.size for f in self.files_to_come) + sum(p.size for p in self.papers)
        self.done = 0

    def write(self) -> str:
        self._progress(1)
        for file in self.files_to_come:
            self._file(file)
        for table in tables(self.evaluation, self.paths):
            self._table(table)
        for number, paper in enumerate(self.papers, start=1):
            self._paper(number, paper)
        self.writer.text("style.css", (STYLE / "archive" / "style.css").read_text("utf-8"))
        self.writer.text("document.css", (STYLE / "document.css").read_text("utf-8"))
        facts = {
            **case_facts(self.evaluation),
            "state": str(self.evaluation.current.label),
            **certificate_now(self.evaluation),
        }
        self.writer.text("case.json", _json(facts))
        self.writer.text("index.html", self._page("index", facts=facts))
        self.writer.sums()
        return self.writer.close(
            {
                "archive": str(self.archive.pk),
                "case": self.evaluation.number,
                "ordered_by": self.reader.get_username(),
                "ordered_at": self.archive.ordered_at.isoformat(),
            }
        )

    def _table(self, table: Table) -> None:
        rows = [[_plain(cell) for cell in row] for row in table.rows]
        content = {"title": table.title, "head": table.head, "rows": rows}
        if table.values is not None:
            content["values"] = table.values
        data = self.writer.text(f"{table.path}.json", _json(content))
        page = self._page(
            "table",
            depth=table.path.count("/"),
            table=table,
            rows=[[_cell(cell) for cell in row] for row in table.rows],
            data=data,
        )
        name = self.writer.text(f"{table.path}.html", page)
        if table.shown:
            self.records.append({"path": name, "title": table.title})

    def _files(self) -> list[CaseFile]:
        """The evidence of reviews as far as it was handed in, and every other file of the case."""
        handed_in = [
            file["id"]
            for review in _reviews(self.evaluation)
            for content in review.transitions.values_list("content", flat=True)
            for item in content.get("items", [])
            for file in item.get("files", [])
        ]
        others = queries.files_for(self.reader, self.evaluation)
        return [*others, *self.evaluation.files.filter(pk__in=handed_in)]

    def _file(self, file: CaseFile) -> None:
        folder = {
            Purpose.MATERIAL: f"materials/{file.slot or 0:02d}",
            Purpose.SITE_PHOTO: f"site/{file.indicator}",
            Purpose.REVIEW_EVIDENCE: "reviews/evidence",
        }.get(Purpose(file.purpose), f"files/{file.purpose}")
        with file.stored.open("rb") as source:
            name = self.writer.stream(f"{folder}/{_name(file.name)}", source)
        title = f"{file.get_purpose_display()}{file.slot or ''}　{file.name}"
        entry = {"path": name, "title": title, "sha256": file.sha256}
        self.files.setdefault(FOLDERS.get(name.split("/")[0], "文件"), []).append(entry)
        self.paths[str(file.pk)] = name
        self._count(file.size)

    def _paper(self, number: int, paper: Document) -> None:
        """An official document: as it was printed, what it was made from, and a page of it."""
        # Of pledges and score sheets there is one for each expert.
        told = f"{paper.title}（{paper.owner.name}）" if paper.owner else paper.title
        stem = f"documents/{number:03d}-{_name(told)}"
        if paper.ready:
            with paper.stored.open("rb") as source:
                printed = self.writer.stream(f"{stem}.pdf", source)
        else:
            printed = ""
        self.writer.text(f"{stem}.json", _json(paper.content))
        page = pages.html(paper.kind, paper.content, paper.version_code)
        page = page.replace("</head>", '<link rel="stylesheet" href="../document.css"></head>')
        page = re.sub(f'{pages.PHOTO_SCHEME}([^"]+)', lambda at: self._photo(at[1]), page)
        read = self.writer.text(f"{stem}.html", page)
        title = f"{paper.number}　{told}"
        self.documents.append({"path": printed or read, "title": title, "page": read})
        self._count(paper.size)

    def _photo(self, key: str) -> str:
        return f"../{self.paths[key]}" if key in self.paths else ""

    def _page(self, kind: str, depth: int = 0, **context: Any) -> str:
        return render_to_string(
            f"documents/archive/{kind}.html",
            {
                "case": self.evaluation,
                "archive": self.archive,
                "ordered_at": moment(self.archive.ordered_at),
                "up": "../" * depth,
                "records": self.records,
                "documents": self.documents,
                "files": self.files,
                **context,
            },
        )

    def _count(self, size: int) -> None:
        self.done += size
        self._progress(1 + 97 * self.done // max(1, self.whole))

    def _progress(self, percent: int) -> None:
        CaseArchive.objects.filter(pk=self.archive.pk, made_at__isnull=True).update(
            progress=min(percent, 98)
        )


def _reviews(evaluation: Evaluation) -> Any:
    certificate = getattr(evaluation, "certificate", None)
    return certificate.reviews.all() if certificate else ()


def _name(name: str) -> str:
    """A name that every system can unpack."""
    return re.sub(r'[\\/:*?"<>|\s]+', "-", uploads.safe_name(name))[:100].strip("-.") or "file"


def _plain(cell: Any) -> Any:
    """A cell as JSON: its words, of a link the words alone."""
    if isinstance(cell, list):
        return [str(link) for link in cell]
    return cell if isinstance(cell, str | int) or cell is None else str(cell)


def _cell(cell: Any) -> dict[str, Any]:
    """A cell as the page shows it: links, a hash that may break anywhere, a number, or words."""
    if isinstance(cell, Link | list):
        return {"links": cell if isinstance(cell, list) else [cell]}
    words = "" if cell is None else str(cell)
    kind = "hash" if HASH.fullmatch(words) else "num" if isinstance(cell, int) else ""
    return {"words": words, "kind": kind}


def _json(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False, indent=1, default=str)
