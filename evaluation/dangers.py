"""What an accepted type may hide: archives that unpack to something huge or somewhere else, Office
files with macros or entities, pictures that are too large to open, a second file behind the first.

Nothing is unpacked to disk, and nothing is parsed that was not counted first."""

import re
import warnings
import zipfile
from collections.abc import Iterator
from typing import IO

from django.utils.translation import gettext as _

from evaluation.errors import Refused

# A small archive must not unpack to something huge. Its own figures are checked while reading:
# zipfile stops at the size that the directory promises.
MAX_UNPACKED = 500 * 1024 * 1024
MAX_ENTRIES = 20_000
# A scan of A0 at 300 dpi has 140 million; a phone's photograph 50 million.
MAX_PIXELS = 150_000_000
CHUNK = 1024 * 1024
# The harmless file by which one tries whether uploads are looked at (EICAR, www.eicar.org). Put
# together here, so that scanners leave this file alone.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}" + b"$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!"
DECLARATIONS = tuple(
    word.encode(encoding)
    for word in ("<!DOCTYPE", "<!ENTITY")
    for encoding in ("ascii", "utf-16-le", "utf-16-be")
)
DRIVE = re.compile(r"^[A-Za-z]:")


def check_archive(file: IO[bytes], name: str) -> None:
    """Refuse an Office file that is more than a document. The position is left anywhere."""
    with zipfile.ZipFile(file) as archive:
        entries = archive.infolist()
        if len(entries) > MAX_ENTRIES or sum(entry.file_size for entry in entries) > MAX_UNPACKED:
            raise Refused(
                _("文件“%(name)s”解压后的内容过大，疑似压缩炸弹，没有保存；请精简后重新上传。")
                % {"name": name}
            )
        paths = [entry.filename for entry in entries]
        if any(_leads_elsewhere(path) for path in paths):
            raise Refused(
                _("文件“%(name)s”内含指向文件之外的路径，没有保存；请用Office另存后重新上传。")
                % {"name": name}
            )
        if any("vbaproject" in path.lower() for path in paths):
            raise Refused(
                _("文件“%(name)s”含有宏，没有保存；请另存为不含宏的文档后重新上传。")
                % {"name": name}
            )
        for entry in entries:
            _check_entry(archive, entry, name)


def _leads_elsewhere(path: str) -> bool:
    parts = path.replace("\\", "/").split("/")
    return ".." in parts or path.startswith(("/", "\\")) or DRIVE.match(path) is not None


def _check_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str) -> None:
    is_xml = entry.filename.lower().endswith((".xml", ".rels", ".vml"))
    try:
        with archive.open(entry) as part:
            for window in _windows(part):
                if EICAR in window:
                    raise Refused(_virus(name))
                if is_xml and any(word in window for word in DECLARATIONS):
                    raise Refused(
                        _(
                            "文件“%(name)s”的XML中声明了实体或文档类型，没有保存；"
                            "请用Office另存后重新上传。"
                        )
                        % {"name": name}
                    )
    except Refused:
        raise
    except Exception as error:  # encrypted, damaged, overlapping, an unknown compression
        raise Refused(
            _("文件“%(name)s”无法读取，可能已损坏或设有密码，请去除密码或重新导出后上传。")
            % {"name": name}
        ) from error


def _windows(stream: IO[bytes]) -> Iterator[bytes]:
    """The bytes in pieces that overlap, so that no mark is cut in two."""
    tail = b""
    while piece := stream.read(CHUNK):
        yield tail + piece
        tail = piece[-len(EICAR) :]


def check_picture(file: IO[bytes], name: str) -> None:
    """Refuse a picture that cannot be opened, or not without filling the memory."""
    from PIL import Image

    too_large = Refused(
        _("图片“%(name)s”的像素过多，超过%(limit)s万像素，请缩小后重新上传。")
        % {"name": name, "limit": MAX_PIXELS // 10_000}
    )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(file) as picture:
                width, height = picture.size
                if width * height > MAX_PIXELS:
                    raise too_large
                picture.verify()
    except Refused:
        raise
    except Image.DecompressionBombError:
        raise too_large from None
    except Exception as error:  # whatever a decoder meets in a damaged file
        raise Refused(
            _("图片“%(name)s”无法打开，可能已损坏，请重新扫描或导出后上传。") % {"name": name}
        ) from error


def check_one_file_only(file: IO[bytes], name: str) -> None:
    """Refuse a picture or PDF that is an archive at the same time (a polyglot)."""
    if zipfile.is_zipfile(file):
        raise Refused(
            _("文件“%(name)s”里夹带了压缩包，没有保存；请重新导出为单一的PDF或图片后上传。")
            % {"name": name}
        )


def _virus(name: str) -> str:
    return _("文件“%(name)s”含有病毒特征，没有保存；请查杀后重新上传。") % {"name": name}


class VirusWatch:
    """Looks for the mark of a known test virus in bytes that pass by."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.tail = b""

    def see(self, piece: bytes) -> None:
        """Raise Refused where the mark ends in this piece."""
        window = self.tail + piece
        if EICAR in window:
            raise Refused(_virus(self.name))
        self.tail = piece[-len(EICAR) :]
