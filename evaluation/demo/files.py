"""Small real files to upload as examples."""

import struct
import zlib
from functools import cache
from html import escape

from django.core.files.uploadedfile import SimpleUploadedFile


@cache
def _pdf(title: str) -> bytes:
    from weasyprint import HTML

    page = f"""<html lang="zh-CN"><head><style>
        @page {{ size: A4; margin: 30mm }} body {{ font: 14pt/2 "Noto Serif CJK SC" }}
        </style><title>{escape(title)}</title></head>
        <body><h1>{escape(title)}</h1><p>本文件为示例材料，仅用于演示，不代表任何真实单位。</p></body></html>"""
    return bytes(HTML(string=page).write_pdf() or b"")


def example_pdf(title: str) -> SimpleUploadedFile:
    """A one-page PDF with its title in Chinese."""
    return SimpleUploadedFile(f"{title}.pdf", _pdf(title), content_type="application/pdf")


def example_photo(name: str = "现场照片") -> SimpleUploadedFile:
    """A small grey-blue PNG."""
    width, height = 64, 48
    row = b"\x00" + b"\x5a\x6b\x82" * width

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(row * height))
        + chunk(b"IEND", b"")
    )
    return SimpleUploadedFile(f"{name}.png", data, content_type="image/png")
