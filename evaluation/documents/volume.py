"""材料合订本: cover, contents with page numbers, then each slot's leaf and its files, in one PDF.

Safe to run twice, or by two workers at once. PDFs and pictures become pages; Office files are listed
with their hash; a PDF that is damaged or has a password is named in words and left out."""

import hashlib
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from evaluation.documents import pages
from evaluation.documents.binding import Binder, Unreadable, jpeg_of, opened
from evaluation.models import CaseFile, Volume

log = logging.getLogger(__name__)

PDF = "application/pdf"
PICTURES = ("image/jpeg", "image/png")
# Below the time after which Celery ends the task without a word.
SECONDS = 0.8 * settings.CELERY_TASK_TIME_LIMIT
REASONS = {
    "encrypted": "设有打开密码，未能并入",
    "damaged": "文件已损坏，无法读取，未能并入",
    "picture": "图片无法打开，未能并入",
    "office": "非PDF文件，以附件形式随案卷保存",
}


class TooSlow(Exception):
    """The volume would not be made in time."""


@dataclass
class Part:
    """One file of the volume."""

    slot: int
    file: CaseFile
    entry: dict[str, Any]
    count: int = 0  # pages it becomes
    reason: str = ""  # why it has none, of REASONS
    first: int = 0  # its first page


def make(volume_id: str, code: str) -> None:
    """Bind the volume as it was ordered; one that was made, or ordered anew since, is left alone.

    What goes wrong is written into its `error` as a sentence and raised again, so that the outbox
    tries later."""
    volume = Volume.objects.select_related("evaluation").get(pk=volume_id)
    if volume.ready or volume.code != code:
        return
    try:
        with translation.override(settings.LANGUAGE_CODE), _whole_file() as whole:
            count, notes = _bind(volume, whole, time.monotonic() + SECONDS)
            _keep(volume, whole, count, notes)
    except TooSlow as failure:  # another try would take as long
        _note_failure(volume, failure)
    except Exception as failure:
        _note_failure(volume, failure)
        raise


@contextmanager
def _whole_file() -> Iterator[TemporaryUploadedFile]:
    """A file on the disk of all files: there it is renamed in the end, not copied."""
    with TemporaryUploadedFile("volume.pdf", PDF, 0, None) as whole:
        yield whole


def _bind(volume: Volume, whole: IO[bytes], until: float) -> tuple[int, list[str]]:
    parts = _parts(volume)
    progress = _Progress(volume, sum(part.count for part in parts), until)
    front, places = _front(volume, parts)
    progress.front_is_made()
    binder = Binder(Path(settings.FILE_UPLOAD_TEMP_DIR))
    leaves = pages_of(front)
    slots = sorted({part.slot for part in parts})
    starts = [places[f"slot-{slot}"] for slot in slots]
    binder.add_pdf(leaves, 0, starts[0] if starts else None)
    binder.bookmark("目录", min(2, binder.count))
    notes = [
        f"{p.entry['name']}：{REASONS[p.reason]}"
        for p in parts
        if p.reason and p.reason != "office"
    ]
    for slot, start, end in zip(slots, starts, [*starts[1:], None], strict=True):
        first = binder.count + 1
        binder.add_pdf(leaves, start, end)
        name = volume.content["slots"][str(slot)]
        mark = binder.bookmark(f"材料{slot} {name}", first)
        for part in (part for part in parts if part.slot == slot and part.count):
            lost = _add(binder, part, progress.page_is_bound)
            binder.bookmark(part.entry["name"], part.first, mark)
            if lost:
                numbers = "、".join(map(str, lost[:20]))
                notes.append(f"{part.entry['name']}：第{numbers}页无法读取，以空白页代替")
    binder.write(
        whole, f"{volume.content['title']} {volume.evaluation.number}", settings.ISSUER_NAME
    )
    return binder.count, notes


def _parts(volume: Volume) -> list[Part]:
    """The files in order, each with the pages that it will have."""
    files = {
        str(f.pk): f
        for f in CaseFile.objects.filter(pk__in=[e["id"] for e in volume.content["files"]])
    }
    parts = []
    for entry in volume.content["files"]:
        part = Part(entry["slot"], files[entry["id"]], entry)
        if part.file.content_type == PDF:
            try:
                with part.file.stored.open("rb") as stream:
                    part.count = len(opened(stream).pages)
            except Unreadable as problem:
                part.reason = str(problem)
        elif part.file.content_type in PICTURES:
            part.count = 1
        else:
            part.reason = "office"
        parts.append(part)
    return parts


def _add(binder: Binder, part: Part, page_is_bound: Callable[[], None]) -> list[int]:
    with part.file.stored.open("rb") as stream:
        if part.file.content_type == PDF:
            reader = opened(stream)
            lost = binder.add_pdf(reader, each=page_is_bound)
            binder.forget(reader)
            return lost
        try:
            binder.add_picture(*jpeg_of(stream))
        except Exception:  # whatever a decoder meets; the page stays in its place, empty
            log.warning("a picture of case %s cannot be opened", part.file.evaluation_id)
            binder.add_empty()
            return [1]
        finally:
            page_is_bound()
    return []


def pages_of(front: bytes) -> Any:
    return opened(BytesIO(front))


def _front(volume: Volume, parts: list[Part]) -> tuple[bytes, dict[str, int]]:
    """Cover, contents and the leaf of each slot, and on which of its pages each leaf begins. How
    many pages the contents have is known once they are laid out: laid out again, until the numbers
    that they print are those of the volume."""
    write, places, count = _laid_out(volume, parts, {})
    for _attempt in range(3):
        before = dict(places)
        leaves = _number(parts, places, count)
        write, places, count = _laid_out(volume, parts, leaves)
        if places == before:
            break
    return write(), places


def _number(parts: list[Part], places: dict[str, int], count: int) -> dict[int, int]:
    """Give each file its first page: after the front, and after the leaf of its slot. Returns the
    page of each leaf."""
    leaves = {}
    slots = sorted({part.slot for part in parts})
    starts = [places[f"slot-{slot}"] for slot in slots]
    page = starts[0] if starts else count
    for slot, start, end in zip(slots, starts, [*starts[1:], count], strict=True):
        leaves[slot] = page + 1
        page += end - start
        for part in (part for part in parts if part.slot == slot):
            part.first = page + 1
            page += part.count
    return leaves


def _laid_out(
    volume: Volume, parts: list[Part], leaves: dict[int, int]
) -> tuple[Callable[[], bytes], dict[str, int], int]:
    content = volume.content
    slots = [
        {
            "number": int(number),
            "name": name,
            "leaf": leaves.get(int(number)),
            "proves": content["proves"].get(number, []),
            "files": [
                {
                    **part.entry,
                    "size": filesizeformat(part.entry["size"]),
                    "first": part.first if part.count else None,
                    "count": part.count,
                    "last": part.first + part.count - 1,
                    "reason": REASONS.get(part.reason, ""),
                }
                for part in parts
                if part.slot == int(number)
            ],
        }
        for number, name in content["slots"].items()
    ]
    markup = pages.html("volume", {**content, "shown": slots}, volume.code)
    return pages.front("volume", markup)


class _Progress:
    """Saved as it goes, so that a page can show it; and a look at the clock."""

    def __init__(self, volume: Volume, count: int, until: float) -> None:
        self.volume = volume
        self.count = max(count, 1)
        self.until = until
        self.bound = 0
        self.shown = 0
        self._show(10)

    def front_is_made(self) -> None:
        self._show(25)

    def page_is_bound(self) -> None:
        self.bound += 1
        self._show(25 + 65 * self.bound // self.count)
        if time.monotonic() > self.until:
            raise TooSlow

    def _show(self, percent: int) -> None:
        if percent >= self.shown + 5 or percent in (10, 25):
            self.shown = percent
            _still_wanted(self.volume).update(progress=min(percent, 95))


def _still_wanted(volume: Volume) -> Any:
    return Volume.objects.filter(pk=volume.pk, code=volume.code, made_at__isnull=True)


def _keep(volume: Volume, whole: TemporaryUploadedFile, count: int, notes: list[str]) -> None:
    """Store the bytes and mark the volume; the first of two workers wins, the other cleans up.
    What the volume was before is deleted."""
    whole.seek(0)
    digest = hashlib.sha256()
    size = 0
    for chunk in iter(lambda: whole.read(1024 * 1024), b""):
        digest.update(chunk)
        size += len(chunk)
    whole.seek(0)
    storage = volume.stored.storage
    before = volume.stored.name
    name = f"volumes/{volume.evaluation.number}/{volume.pk}-{digest.hexdigest()[:16]}.pdf"
    stored = storage.save(name, whole)
    won = _still_wanted(volume).update(
        stored=stored,
        size=size,
        sha256=digest.hexdigest(),
        pages=count,
        notes=notes,
        made_at=timezone.now(),
        progress=100,
        error="",
    )
    if not won:
        storage.delete(stored)
    elif before and before != stored:
        storage.delete(before)


def _note_failure(volume: Volume, failure: Exception) -> None:
    with translation.override(settings.LANGUAGE_CODE):
        sentence = _("合订本生成失败，系统将自动重试；如多次失败，请联系秘书处。")
        if isinstance(failure, pages.CannotMakePages):
            sentence = str(failure)
        if isinstance(failure, TooSlow):
            sentence = _("材料页数过多，未能在限定时间内装订；请精简或拆分过大的文件后重新生成。")
        if isinstance(failure, OSError):
            sentence = _("服务器存储空间不足或暂不可用，合订本没有生成；系统将自动重试。")
    _still_wanted(volume).update(error=sentence, progress=0)
