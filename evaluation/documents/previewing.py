"""Pictures of a file's pages, to look at in the browser.

A PDF is never handed to the reader's browser inside the portal: its pages are drawn here, by a
program of its own (poppler) with a limit on time and memory, and what is sent is a picture."""

import logging
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import NamedTemporaryFile

from django.utils.translation import gettext as _

from evaluation.documents.binding import jpeg_of
from evaluation.models import CaseFile

log = logging.getLogger(__name__)

PDF = "application/pdf"
PICTURES = ("image/jpeg", "image/png")
SHOWN = (PDF, *PICTURES)
WIDTH = 1200  # pixels of a page
SECONDS = 20
# What poppler may take: a page that needs more is not shown.
LIMITS = ("prlimit", "--as=1500000000", "--cpu=15")


class CannotShow(Exception):
    """Why a file or a page cannot be shown, in a sentence."""


def page_count(file: CaseFile) -> int:
    """How many pages there are to look at; CannotShow for a file that is damaged, locked, or of a
    type that has none."""
    if file.content_type in PICTURES:
        return 1
    if file.content_type != PDF:
        raise CannotShow(_("此类文件不能在页面中预览，请下载后查看。"))
    with _on_disk(file) as path:
        told = _run("pdfinfo", path)
    found = re.search(rb"^Pages:\s+(\d+)", told, re.MULTILINE)
    if found is None or not int(found[1]):
        raise CannotShow(_damaged())
    return int(found[1])


def text_of(file: CaseFile, pages: int) -> str:
    """The text of a PDF's first pages; empty for a scan without text, and for any other file."""
    if file.content_type != PDF:
        return ""
    with _on_disk(file) as path:
        told = _run("pdftotext", "-l", str(pages), path, "-")
    return told.decode(errors="replace")


def page_jpeg(file: CaseFile, number: int) -> bytes:
    """One page, counted from 1, as a JPEG."""
    if file.content_type in PICTURES and number == 1:
        try:
            with file.stored.open("rb") as stored:
                return jpeg_of(stored, 2 * WIDTH)[0]
        except OSError as error:
            raise CannotShow(_damaged()) from error
    if file.content_type != PDF:
        raise CannotShow(_("此类文件不能在页面中预览，请下载后查看。"))
    if number < 1:  # poppler would take it for the first
        raise CannotShow(_damaged())
    page = str(number)
    size = ("-scale-to-x", str(WIDTH), "-scale-to-y", "-1")
    with _on_disk(file) as path:
        made = _run("pdftoppm", "-jpeg", *size, "-f", page, "-l", page, "-singlefile", path)
    if not made.startswith(b"\xff\xd8"):
        raise CannotShow(_damaged())
    return made


@contextmanager
def _on_disk(file: CaseFile) -> Iterator[str]:
    """The path of the bytes; a copy where they lie in an object store."""
    try:
        yield file.stored.path
    except NotImplementedError:
        with NamedTemporaryFile(suffix=".pdf") as copy, file.stored.open("rb") as stored:
            for chunk in stored.chunks():
                copy.write(chunk)
            copy.flush()
            yield copy.name


def _run(program: str, *arguments: str) -> bytes:
    try:
        done = subprocess.run(  # noqa: S603 -- the path is one of our own making
            [*LIMITS, program, *arguments], capture_output=True, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired as late:
        raise CannotShow(_("此页过于复杂，不能在页面中预览，请下载后查看。")) from late
    if b"Incorrect password" in done.stderr:
        raise CannotShow(_("此PDF设有打开密码，不能预览，也不能并入合订本；请去除密码后重新上传。"))
    if done.returncode:
        log.info("%s gave up on a file: %.200r", program, done.stderr)
        raise CannotShow(_damaged())
    return done.stdout


def _damaged() -> str:
    return _("此文件已损坏，无法显示；请重新扫描或导出后上传新版本。")
