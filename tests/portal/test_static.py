"""What pages load comes from the portal itself, and nothing in them needs a laxer policy."""

import json
import re
from pathlib import Path

import pytest
from django.core.management import call_command
from django.template.loader import render_to_string

from portal import static_files
from tools import vendor

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted(
    path
    for path in (ROOT / "templates").rglob("*.html")
    if "documents" not in path.parts  # PDFs, not pages
)
OWN = sorted(
    path
    for path in (ROOT / "static").rglob("*")
    if path.suffix in {".css", ".js", ".svg"} and "vendor" not in path.parts
)


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_vendored_files_are_as_their_manifest_says():
    assert vendor.differences() == []


def test_vendored_files_name_no_source_map():
    assert [
        name(path)
        for path in vendor.VENDOR.rglob("*")
        if path.suffix in {".css", ".js"} and b"sourceMappingURL" in path.read_bytes()
    ] == []


def test_a_changed_vendored_file_is_noticed(tmp_path, monkeypatch):
    node_modules = tmp_path / "node_modules"
    for source in vendor.FILES:
        file = node_modules / source
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("body{}\n/*# sourceMappingURL=a.css.map */")
        (node_modules / source.split("/")[0] / "package.json").write_text('{"version": "1.2.3"}')
    monkeypatch.setattr(vendor, "FOLDERS", {tmp_path / "vendor": vendor.FILES})
    vendor.vendor(node_modules)
    style = tmp_path / "vendor" / "bootstrap" / "bootstrap.min.css"
    assert vendor.differences() == []
    assert style.read_text() == "body{}\n"
    style.write_text("body{color:red}")
    (tmp_path / "vendor" / "extra.js").write_text("")
    (tmp_path / "vendor" / "htmx" / "htmx.min.js").unlink()
    assert vendor.differences() == [
        "extra.js is not in the manifest",
        "htmx/htmx.min.js is missing",
        "bootstrap/bootstrap.min.css differs from its SHA-256",
    ]


def test_every_static_file_can_be_served_under_its_hash(settings, tmp_path):
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "portal.static_files.ProductionStorage"},
    }
    call_command("collectstatic", interactive=False, verbosity=0)
    hashed = json.loads((tmp_path / "staticfiles.json").read_text())["paths"]
    own = {path.relative_to(ROOT / "static").as_posix() for path in OWN}
    assert own - hashed.keys() == set()
    # The style sheets of every page are one file there, in their order and with hashed addresses.
    together = (tmp_path / hashed["css/together.css"]).read_text()
    parts = [(tmp_path / hashed[name]).read_text() for name in static_files.FRAME_SHEETS]
    assert together.split() == "\n".join(parts).split()
    assert hashed["icons/select.svg"].removeprefix("icons/") in together
    page = render_to_string("500.html")
    assert re.findall(r'rel="stylesheet" href="/static/([^"]+)"', page) == [
        hashed[name] for name in ("css/together.css", "css/dark.css", "css/print.css")
    ]


def test_elsewhere_pages_load_the_sources_of_their_style_sheets():
    page = render_to_string("500.html")
    assert re.findall(r'rel="stylesheet" href="/static/([^"]+)"', page) == [
        *static_files.FRAME_SHEETS, "css/dark.css", "css/print.css",
    ]  # fmt: skip


FORBIDDEN = {
    "a style attribute": re.compile(r"<[^>{]*\sstyle\s*=", re.IGNORECASE),
    "a style element": re.compile(r"<style\b", re.IGNORECASE),
    "an inline script": re.compile(r"<script\b(?![^>]*\bsrc=)", re.IGNORECASE),
    "an event attribute": re.compile(r"<[^>]*\son[a-z]+\s*=", re.IGNORECASE),
    "a javascript: address": re.compile(r"javascript:", re.IGNORECASE),
    "a file from elsewhere": re.compile(
        r"<(?:link|script|img|iframe|source|use|object)\b[^>]*(?:src|href)=[\"'](?:https?:)?//",
        re.IGNORECASE,
    ),
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_page_has(what: str):
    assert [name(path) for path in TEMPLATES if FORBIDDEN[what].search(path.read_text())] == []


@pytest.mark.parametrize(
    ("what", "page"),
    [
        ("a style attribute", '<p class="a" style="color:red">'),
        ("an inline script", "<script>go()</script>"),
        ("an event attribute", '<a onclick="go()">'),
        ("a file from elsewhere", '<link rel="stylesheet" href="https://example.org/a.css">'),
    ],
)
def test_the_search_finds_what_it_looks_for(what: str, page: str):
    assert FORBIDDEN[what].search(page)


def test_own_files_load_nothing_from_elsewhere():
    address = re.compile(r"(?:https?:)?//[\w.-]+\.\w+")
    namespace = "http://www.w3.org/2000/svg"
    assert [
        name(path)
        for path in OWN
        if address.search(re.sub(r"/\*.*?\*/", "", path.read_text().replace(namespace, "")))
    ] == []


def test_style_sheets_use_the_tokens():
    raw_colour = re.compile(r"#[0-9a-f]{3,8}\b", re.IGNORECASE)
    assert [
        name(path)
        for path in OWN
        if path.suffix == ".css"
        and path.name not in {"tokens.css", "dark.css", "print.css"}
        and raw_colour.search(path.read_text())
    ] == []
