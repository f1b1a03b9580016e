"""The edge node (8.4.1): what it is, how it is installed, and the archive to install it from."""

import gzip
import hashlib
import io
import re
import tarfile
from functools import cache
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from dataaccess.markdown import as_html
from dataaccess.words import reads_english

NAME = "gyzs-edge"
# What runs on a machine of the base: no Django and nothing of the portal's.
CODE = (
    "__init__.py",
    "at_sight.py",
    "checking.py",
    "distance.py",
    "endings.py",
    "extents.py",
    "parsing.py",
    "regions.py",
    "windows.py",
)
FOLDERS = ("data", "shapes", "edge")
BESIDE = (
    "requirements-edge.lock",
    "deploy/edge/edge.toml",
    "deploy/edge/gyzs-edge.service",
    "docs/edge.md",
    "docs/edge.zh-CN.md",
)
_PORTAL = "https://portal.example.org"  # stands for this portal in the guide and the settings
# The guide's link to itself in the other language; the page has its own way there.
_OTHER_LANGUAGE = re.compile(r"\s*\[(English|中文)\]\([^)]*\)\.?")  # not translated: matches both


@require_safe
def guide(request: HttpRequest) -> HttpResponse:
    """docs/edge.md in the reader's language, with this portal's address."""
    file = "edge.md" if reads_english() else "edge.zh-CN.md"
    text = _OTHER_LANGUAGE.sub("", _read(settings.BASE_DIR / "docs" / file).decode())
    packed = archive()
    context = {
        "trail": [(_("首页"), "/"), (_("边缘节点"), None)],
        "guide": mark_safe(as_html(text)),  # noqa: S308 - our own, every character of it escaped
        "kib": -(-len(packed) // 1024),
        "digest": hashlib.sha256(packed).hexdigest(),
    }
    return render(request, "dataaccess/edge.html", context)


@require_safe
def download(request: HttpRequest) -> HttpResponse:
    response = HttpResponse(archive(), content_type="application/gzip")
    response["Content-Disposition"] = f'attachment; filename="{NAME}.tar.gz"'
    return response


@cache
def archive() -> bytes:
    """The same bytes from every process, so that the digest on the page holds."""
    root = settings.BASE_DIR
    package = root / "dataaccess"
    files = [package / name for name in CODE]
    for folder in FOLDERS:
        files += [f for f in (package / folder).rglob("*") if f.suffix in (".py", ".toml", ".tsv")]
    files += [root / name for name in BESIDE]
    made = io.BytesIO()
    with (
        gzip.GzipFile(fileobj=made, mode="wb", mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w") as tar,
    ):
        for file in sorted(files):
            content = _read(file)
            about = tarfile.TarInfo(f"{NAME}/{file.relative_to(root)}")
            about.size, about.mode = len(content), 0o644
            tar.addfile(about, io.BytesIO(content))
    return made.getvalue()


def _read(file: Path) -> bytes:
    return file.read_bytes().replace(_PORTAL.encode(), settings.PUBLIC_URL.encode())
