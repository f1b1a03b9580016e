"""Taking in a scan: its size, its type by content, its hash. Nothing a browser claims is
believed."""

import hashlib
import re
import unicodedata
from dataclasses import dataclass

import magic
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from portal.accounts.errors import Refused

ACCEPTED = {
    "application/pdf": (".pdf",),
    "image/jpeg": (".jpg", ".jpeg"),
    "image/png": (".png",),
}
EXTENSIONS = ".pdf,.jpg,.jpeg,.png"


@dataclass(frozen=True)
class Checked:
    """What is known of a scan that was accepted."""

    name: str
    content_type: str
    size: int
    sha256: str


def check(upload: UploadedFile) -> Checked:
    """Accept a scan or raise Refused with a sentence that names the file and the way out."""
    name = safe_name(upload.name or "")
    size = upload.size or 0
    if size == 0:
        raise Refused(_("文件“%(name)s”是空文件，请检查后重新上传。") % {"name": name})
    if size > settings.SCAN_MAX_BYTES:
        raise Refused(
            _("文件“%(name)s”大小为%(size)s，超过上限%(limit)s，请压缩后重新上传。")
            % {
                "name": name,
                "size": filesizeformat(size),
                "limit": filesizeformat(settings.SCAN_MAX_BYTES),
            }
        )
    head = upload.read(8192)
    upload.seek(0)
    found = str(magic.from_buffer(head, mime=True))
    extensions = ACCEPTED.get(found)
    # Some polyglots carry a PDF header after other content: a PDF must start as one.
    if extensions is None or (found == "application/pdf" and not head.startswith(b"%PDF-")):
        raise Refused(
            _("文件“%(name)s”的内容不是 PDF、JPG 或 PNG，请上传扫描件或照片。") % {"name": name}
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
    return Checked(name, found, size, digest.hexdigest())


def safe_name(name: str) -> str:
    """The file's own name without folders, control characters or direction marks."""
    last = re.split(r"[/\\]", name)[-1]
    kept = "".join(c for c in last if unicodedata.category(c) not in ("Cc", "Cf", "Cs"))
    stem, dot, extension = kept.strip().rpartition(".")
    return (f"{stem[:200]}.{extension[:10]}" if dot else kept[:200]) or "file"
