"""Taking in a file: its size, its type by content, its hash. Nothing a browser claims is
believed."""

import hashlib
import re
import unicodedata
import zipfile
from dataclasses import dataclass
from typing import IO

import magic
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from evaluation import dangers
from evaluation.errors import Refused

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
IMAGES = {"image/jpeg": (".jpg", ".jpeg"), "image/png": (".png",)}
DOCUMENTS = {PDF: (".pdf",), DOCX: (".docx",), XLSX: (".xlsx",)}
SCANS = {PDF: (".pdf",), **IMAGES}
MATERIALS = {**DOCUMENTS, **IMAGES}
Accepted = dict[str, tuple[str, ...]]
ARCHIVE = "application/zip"
HEAD = 8192  # bytes from which a type is told

# Characters that turn the reading direction: "证明\u202efdp.exe" looks like "证明exe.pdf".
DIRECTION = re.compile("[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True)
class Checked:
    """What is known of a file that was accepted."""

    name: str
    content_type: str
    size: int
    sha256: str


def check(upload: UploadedFile, accepted: Accepted, *, limit: int | None = None) -> Checked:
    """Accept an upload or raise Refused with a sentence that names the file and the way out.

    `limit` in bytes; without it what one request may carry."""
    name = check_name(upload.name or "")
    check_size(name, upload.size or 0, limit)
    content_type = check_content(upload, name, accepted)
    watch = dangers.VirusWatch(name)
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        watch.see(chunk)
        digest.update(chunk)
    upload.seek(0)
    return Checked(name, content_type, upload.size or 0, digest.hexdigest())


def check_name(name: str) -> str:
    """The name as it is kept. Refused where it is written to deceive."""
    if DIRECTION.search(name):
        raise Refused(
            _("文件名“%(name)s”中含有改变显示方向的控制字符，请改名后重新上传。")
            % {"name": safe_name(name)}
        )
    return safe_name(name)


def check_size(name: str, size: int, limit: int | None = None) -> None:
    """Refused for nothing at all, and for too much."""
    limit = settings.REQUEST_MAX_BYTES if limit is None else limit
    if size <= 0:
        raise Refused(_("文件“%(name)s”是空文件，请检查后重新上传。") % {"name": name})
    if size > limit:
        raise Refused(
            _("文件“%(name)s”大小为%(size)s，超过上限%(limit)s，请压缩或拆分后重新上传。")
            % {"name": name, "size": filesizeformat(size), "limit": filesizeformat(limit)}
        )


def check_extension(name: str, accepted: Accepted) -> None:
    """Refused where no accepted type has this ending: told before anything is sent."""
    if not name.lower().endswith(tuple(e for group in accepted.values() for e in group)):
        raise Refused(
            _("文件“%(name)s”不是可接受的类型，请上传：%(types)s。")
            % {"name": name, "types": names_of(accepted)}
        )


def check_content(upload: IO[bytes] | UploadedFile, name: str, accepted: Accepted) -> str:
    """The type by content, which has to be an accepted one, be called so, and hide nothing."""
    found = type_of_head(_head(upload))
    if found == ARCHIVE:
        found = _office_type(upload)
    check_type(found, name, accepted)
    if found in (DOCX, XLSX):
        dangers.check_archive(upload, name)
    else:
        upload.seek(0)
        dangers.check_one_file_only(upload, name)
    if found in IMAGES:
        upload.seek(0)
        dangers.check_picture(upload, name)
    upload.seek(0)
    return found


def check_type(found: str, name: str, accepted: Accepted) -> None:
    """Refused where the type is not accepted, or the name says another one."""
    extensions = accepted.get(found)
    if extensions is None:
        raise Refused(
            _("文件“%(name)s”的内容不是可接受的类型，请上传：%(types)s。")
            % {"name": name, "types": names_of(accepted)}
        )
    if not name.lower().endswith(extensions):
        raise Refused(
            _("文件“%(name)s”的扩展名与其内容不符，内容应以%(extensions)s结尾，请更正后重新上传。")
            % {"name": name, "extensions": _("、").join(extensions)}
        )


def names_of(accepted: Accepted) -> str:
    """The accepted types as people know them: PDF、DOCX …"""
    return _("、").join(extensions[0][1:].upper() for extensions in accepted.values())


def safe_name(name: str) -> str:
    """The file's own name without folders, control characters or direction marks."""
    last = unicodedata.normalize("NFC", re.split(r"[/\\]", name)[-1])
    kept = "".join(c for c in last if unicodedata.category(c) not in ("Cc", "Cf", "Cs"))
    stem, dot, extension = kept.strip().rpartition(".")
    return (f"{stem[:200]}.{extension[:10]}" if dot else kept[:200]) or "file"


def _head(upload: IO[bytes] | UploadedFile) -> bytes:
    upload.seek(0)
    head: bytes = upload.read(HEAD)
    upload.seek(0)
    return head


def type_of_head(head: bytes) -> str:
    """The type by the first bytes; ARCHIVE where only the directory at the end can tell."""
    if head.startswith(b"PK\x03\x04"):
        return ARCHIVE
    found = magic.from_buffer(head[:HEAD], mime=True)
    # Some polyglots carry a PDF header after other content: a PDF must start as one.
    if found == PDF and not head.startswith(b"%PDF-"):
        return "application/octet-stream"
    return str(found)


def _office_type(file: IO[bytes] | UploadedFile) -> str:
    try:
        with zipfile.ZipFile(file) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, NotImplementedError, ValueError):
        return ARCHIVE
    finally:
        file.seek(0)
    if "[Content_Types].xml" not in names:
        return ARCHIVE
    if "word/document.xml" in names:
        return DOCX
    if "xl/workbook.xml" in names:
        return XLSX
    return ARCHIVE
