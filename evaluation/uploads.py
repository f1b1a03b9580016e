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

from evaluation.errors import Refused

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
IMAGES = {"image/jpeg": (".jpg", ".jpeg"), "image/png": (".png",)}
DOCUMENTS = {PDF: (".pdf",), DOCX: (".docx",), XLSX: (".xlsx",)}
SCANS = {PDF: (".pdf",), **IMAGES}
MATERIALS = {**DOCUMENTS, **IMAGES}
Accepted = dict[str, tuple[str, ...]]

# A small archive must not unpack to something huge: it is only counted, never unpacked to disk.
MAX_UNPACKED = 500 * 1024 * 1024


@dataclass(frozen=True)
class Checked:
    """What is known of a file that was accepted."""

    name: str
    content_type: str
    size: int
    sha256: str


def check(upload: UploadedFile, accepted: Accepted, *, limit: int | None = None) -> Checked:
    """Accept an upload or raise Refused with a sentence that names the file and the way out.
    `limit`: at most so many bytes, instead of what materials may have."""
    name = safe_name(upload.name or "")
    size = upload.size or 0
    limit = limit or settings.UPLOAD_MAX_BYTES
    if size == 0:
        raise Refused(_("文件“%(name)s”是空文件，请检查后重新上传。") % {"name": name})
    if size > limit:
        raise Refused(
            _("文件“%(name)s”大小为%(size)s，超过上限%(limit)s，请压缩或拆分后重新上传。")
            % {
                "name": name,
                "size": filesizeformat(size),
                "limit": filesizeformat(limit),
            }
        )
    content_type = _type_by_content(upload)
    extensions = accepted.get(content_type)
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
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    upload.seek(0)
    return Checked(name, content_type, size, digest.hexdigest())


def names_of(accepted: Accepted) -> str:
    """The accepted types as people know them: PDF、DOCX …"""
    return _("、").join(extensions[0][1:].upper() for extensions in accepted.values())


def safe_name(name: str) -> str:
    """The file's own name without folders, control characters or direction marks."""
    last = re.split(r"[/\\]", name)[-1]
    kept = "".join(c for c in last if unicodedata.category(c) not in ("Cc", "Cf", "Cs"))
    stem, dot, extension = kept.strip().rpartition(".")
    return (f"{stem[:200]}.{extension[:10]}" if dot else kept[:200]) or "file"


def _type_by_content(upload: UploadedFile) -> str:
    head = upload.read(8192)
    upload.seek(0)
    if head.startswith(b"PK\x03\x04"):
        return _office_type(upload)
    found = magic.from_buffer(head, mime=True)
    # Some polyglots carry a PDF header after other content: a PDF must start as one.
    if found == PDF and not head.startswith(b"%PDF-"):
        return "application/octet-stream"
    return str(found)


def _office_type(file: IO[bytes] | UploadedFile) -> str:
    try:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError):
        return "application/zip"
    finally:
        file.seek(0)
    names = {entry.filename for entry in entries}
    if (
        sum(entry.file_size for entry in entries) > MAX_UNPACKED
        or "[Content_Types].xml" not in names
        or any("vbaproject" in name.lower() or ".." in name for name in names)
    ):
        return "application/zip"
    if "word/document.xml" in names:
        return DOCX
    if "xl/workbook.xml" in names:
        return XLSX
    return "application/zip"
