"""Binding pages of many PDFs and pictures into one PDF: numbered, bookmarked, inert, and without
holding it all in memory.

Taken over is what one sees: pages with their marks, stamps and seals. Links, scripts, actions,
attachments and forms are left behind. The large parts of a page wait in a temporary file until the
whole is written, so that a volume of a gigabyte needs no gigabyte."""

import mmap
import tempfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import IO, Any

from pypdf import PageObject, PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    FloatObject,
    IndirectObject,
    NameObject,
    NumberObject,
    StreamObject,
)

A4 = (595.28, 841.89)  # points
MARGIN = 42.0
NUMBER_SIZE = 10.5
BATCH = 20  # pages after which the large parts go to the disk
LARGE = 16 * 1024  # bytes
# What of a note, a stamp or a seal is seen.
SEEN = (
    "/Type", "/Subtype", "/Rect", "/AP", "/AS", "/F", "/FT", "/C", "/CA", "/Border", "/BS",
    "/QuadPoints", "/InkList", "/Vertices", "/L", "/Contents", "/DA",
)  # fmt: skip
NOT_SEEN = (
    "/Link",
    "/Popup",
    "/FileAttachment",
    "/Sound",
    "/Movie",
    "/Screen",
    "/RichMedia",
    "/3D",
)
NOT_TAKEN = (
    "/AA", "/B", "/Metadata", "/PieceInfo", "/StructParents", "/Tabs", "/Thumb", "/Trans", "/Dur",
    "/PresSteps", "/AF", "/DPart", "/SeparationInfo", "/VP", "/TemplateInstantiated",
)  # fmt: skip


class Unreadable(Exception):
    """Why the pages of a PDF cannot be taken over: `encrypted` or `damaged`."""


def opened(stream: IO[bytes]) -> PdfReader:
    """A PDF whose pages can be counted, or Unreadable."""
    try:
        reader = PdfReader(stream, strict=False)
        locked = reader.is_encrypted and not reader.decrypt("")
        if not locked and len(reader.pages):
            return reader
    except Exception as error:  # a damaged file can make the parser stumble anywhere
        raise Unreadable("damaged") from error
    raise Unreadable("encrypted" if locked else "damaged")


class Binder:
    """One PDF in the making."""

    def __init__(self, folder: Path) -> None:
        self.writer = PdfWriter()
        self._folder = folder  # on a disk: where the large parts wait
        self.count = 0
        self._on_disk = 0
        self._font = self.writer._add_object(
            DictionaryObject(
                {
                    NameObject("/Type"): NameObject("/Font"),
                    NameObject("/Subtype"): NameObject("/Type1"),
                    NameObject("/BaseFont"): NameObject("/Helvetica"),
                    NameObject("/Encoding"): NameObject("/WinAnsiEncoding"),
                }
            )
        )
        self._save = self._stream(b"q\n")

    def add_pdf(
        self,
        reader: PdfReader,
        first: int = 0,
        last: int | None = None,
        each: Callable[[], None] = lambda: None,
    ) -> list[int]:
        """Append pages `first` to `last` (counted from 0, `last` not included). A page that cannot
        be read leaves an empty one in its place; its number, counted from 1, is returned."""
        lost = []
        for number in range(first, len(reader.pages) if last is None else last):
            try:
                page = reader.pages[number]
                _tame(page)
                taken = self.writer.add_page(page)
                self._number(taken, _fit(taken))
            except Exception:  # see opened()
                lost.append(number + 1)
                self._drop_pages_beyond(self.count)
                self._number(self.writer.add_blank_page(*A4))
            self.count += 1
            if self.count % BATCH == 0:
                self._to_disk()
                reader.resolved_objects.clear()
            each()
        self._to_disk()
        return lost

    def forget(self, reader: PdfReader) -> None:
        """No more pages of this one: pypdf knows a source by its id(), which the next may get."""
        self.writer.reset_translation(reader)
        self.writer._merged_in_pages.clear()
        self.writer._unresolved_links.clear()

    def add_picture(self, jpeg: bytes, width: int, height: int) -> None:
        """Append a page with a picture (RGB, of so many pixels) as large as its margins allow."""
        room_x, room_y = A4[0] - 2 * MARGIN, A4[1] - 2 * MARGIN
        scale = min(room_x / width, room_y / height)
        wide, high = width * scale, height * scale
        image = StreamObject()
        image._data = jpeg
        image.update(
            {
                NameObject("/Type"): NameObject("/XObject"),
                NameObject("/Subtype"): NameObject("/Image"),
                NameObject("/Width"): NumberObject(width),
                NameObject("/Height"): NumberObject(height),
                NameObject("/ColorSpace"): NameObject("/DeviceRGB"),
                NameObject("/BitsPerComponent"): NumberObject(8),
                NameObject("/Filter"): NameObject("/DCTDecode"),
            }
        )
        page = self.writer.add_blank_page(*A4)
        page[NameObject("/Resources")] = DictionaryObject(
            {
                NameObject("/XObject"): DictionaryObject(
                    {NameObject("/Picture"): self.writer._add_object(image)}
                )
            }
        )
        left, bottom = (A4[0] - wide) / 2, (A4[1] - high) / 2
        page[NameObject("/Contents")] = self._stream(
            b"q %.2f 0 0 %.2f %.2f %.2f cm /Picture Do Q" % (wide, high, left, bottom)
        )
        self._number(page)
        self.count += 1
        self._to_disk()

    def add_empty(self) -> None:
        """Append an empty page, in the place of what cannot be shown."""
        self._number(self.writer.add_blank_page(*A4))
        self.count += 1

    def bookmark(self, title: str, page: int, parent: Any = None) -> Any:
        """A bookmark to a page that is there already, counted from 1."""
        return self.writer.add_outline_item(title=title, page_number=page - 1, parent=parent)

    def write(self, target: IO[bytes], title: str, author: str) -> None:
        self.writer.add_metadata({"/Title": title, "/Author": author})
        self.writer.write(target)

    # The number at the foot

    def _number(self, page: PageObject, scale: float = 1) -> None:
        """— 12 — at the foot of the page as it is seen, whatever its size and turn. `scale`: what
        was on the page is drawn so much smaller."""
        text = b"\x97 %d \x97" % (self.count + 1)
        digits = len(str(self.count + 1))
        width = (2 * 1.0 + 2 * 0.278 + digits * 0.556) * NUMBER_SIZE  # Helvetica's own widths
        box = page.cropbox
        left, bottom, right, top = (
            float(box.left), float(box.bottom), float(box.right), float(box.top),
        )  # fmt: skip
        foot = 16.0
        middle_x, middle_y = (left + right) / 2, (bottom + top) / 2
        turned = {
            0: (1, 0, 0, 1, middle_x - width / 2, bottom + foot),
            90: (0, 1, -1, 0, right - foot, middle_y - width / 2),
            180: (-1, 0, 0, -1, middle_x + width / 2, top - foot),
            270: (0, -1, 1, 0, left + foot, middle_y + width / 2),
        }
        matrix = b"%d %d %d %d %.2f %.2f cm" % turned[page.rotation % 360]
        # White behind it: a scan goes up to the edge.
        drawn = b"Q\nq %s 1 g -4 -4 %.2f %.2f re f 0 g BT /PortalNumber %.1f Tf (%s) Tj ET Q" % (
            matrix, width + 8, NUMBER_SIZE + 6, NUMBER_SIZE, text,
        )  # fmt: skip
        contents = page.get("/Contents")
        middle: list[Any] = []
        if contents is not None:
            held = contents.get_object()
            raw = page.raw_get("/Contents")
            middle = (
                list(held)
                if isinstance(held, ArrayObject)
                else [raw if isinstance(raw, IndirectObject) else self.writer._add_object(held)]
            )
        page[NameObject("/Contents")] = ArrayObject(
            [
                self._save
                if scale == 1
                else self._stream(b"q %.5f 0 0 %.5f 0 0 cm\n" % (scale, scale)),
                *middle,
                self._stream(drawn),
            ]
        )
        resources = _part(page, "/Resources")
        _part(resources, "/Font")[NameObject("/PortalNumber")] = self._font

    def _stream(self, content: bytes) -> IndirectObject:
        stream = DecodedStreamObject()
        stream.set_data(content)
        return self.writer._add_object(stream)

    def _drop_pages_beyond(self, count: int) -> None:
        while len(self.writer.pages) > count:
            self.writer.remove_page(count)

    # Memory

    def _to_disk(self) -> None:
        """Let the large streams that came since the last time lie in a file that goes with the
        last of them; the system brings them back when they are written."""
        large = [
            each
            for each in self.writer._objects[self._on_disk :]
            if isinstance(each, StreamObject) and len(each._data) >= LARGE
        ]
        self._on_disk = len(self.writer._objects)
        if not large:
            return
        with tempfile.TemporaryFile(dir=self._folder) as file:
            ends = []
            for each in large:
                file.write(each._data)
                ends.append(file.tell())
            file.flush()
            held = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
        start = 0
        for each, end in zip(large, ends, strict=True):
            each._data = held[start:end]  # type: ignore[assignment]
            each.decoded_self = None
            start = end


def _part(holder: Any, key: str) -> Any:
    """The dictionary under a key, made where there is none."""
    found = holder.get(key)
    found = found.get_object() if found is not None else None
    if not isinstance(found, DictionaryObject):
        found = DictionaryObject()
        holder[NameObject(key)] = found
    return found


BOXES = ("/MediaBox", "/CropBox", "/TrimBox", "/BleedBox", "/ArtBox")
NEARLY = 0.96  # American paper is let be


def _fit(page: PageObject) -> float:
    """Make a page larger than A4 (a drawing, a poster) as large as A4, either way up: whoever
    prints the volume has one size of paper. Returns by how much its content has to shrink."""
    unit = page.pop("/UserUnit", 1)
    box = page.cropbox
    short, long = sorted((float(box.width), float(box.height)))
    if not short:
        return 1
    scale = min(A4[0] / short, A4[1] / long)
    if scale >= NEARLY and unit == 1:
        return 1
    scale = min(scale, 1)
    for key in BOXES:
        held = page.get(key) or (page.mediabox if key == "/MediaBox" else None)
        if held is not None:
            page[NameObject(key)] = ArrayObject(
                FloatObject(float(each) * scale) for each in held.get_object()
            )
    notes = page.get("/Annots")
    for entry in notes.get_object() if notes is not None else ():
        note = entry.get_object()
        if "/Rect" in note:
            note[NameObject("/Rect")] = ArrayObject(
                FloatObject(float(each) * scale) for each in note["/Rect"].get_object()
            )
    return scale


def _tame(page: PageObject) -> None:
    """Leave on a page only what is seen."""
    for key in NOT_TAKEN:
        page.pop(key, None)
    notes = page.get("/Annots")
    notes = notes.get_object() if notes is not None else None
    kept = ArrayObject()
    for entry in notes if isinstance(notes, ArrayObject) else []:
        note = entry.get_object()
        if not isinstance(note, DictionaryObject) or note.get("/Subtype") in NOT_SEEN:
            continue
        kept.append(
            DictionaryObject({NameObject(key): note.raw_get(key) for key in SEEN if key in note})
        )
    page.pop("/Annots", None)
    if kept:
        page[NameObject("/Annots")] = kept


def jpeg_of(picture: IO[bytes], pixels: int = 3508) -> tuple[bytes, int, int]:
    """A picture upright, in RGB, at most so many pixels long (A4 at 300 dpi), as JPEG; without what
    the camera wrote into it."""
    from PIL import Image, ImageOps

    with Image.open(picture) as source:
        source.draft("RGB", (pixels, pixels))
        upright = ImageOps.exif_transpose(source)
        if upright.mode in ("RGBA", "LA", "P"):
            upright = upright.convert("RGBA")
            paper = Image.new("RGBA", upright.size, "white")
            upright = Image.alpha_composite(paper, upright)
        upright = upright.convert("RGB")
        upright.thumbnail((pixels, pixels))
        made = BytesIO()
        upright.save(made, "JPEG", quality=88)
        return made.getvalue(), upright.width, upright.height
