"""Pages from content: template, style sheet, WeasyPrint, and a check of what came out.

Making the same content twice gives the same bytes, before a signature is added. Nothing is fetched
but the photographs of the case, which are handed in: a name, a text or a template can make no
request and read no file."""

import gc
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

log = logging.getLogger(__name__)

STYLE = settings.BASE_DIR / "templates" / "documents"
# One of them has to be in each PDF: without a Chinese font it would be made silently without any
# Chinese character.
SERIF = "Noto-Serif-CJK-SC"
PHOTO_SCHEME = "case-file:"
Photos = Mapping[str, Callable[[], bytes]]


class CannotMakePages(Exception):
    """Why no PDF can be made on this machine, in a sentence for whoever looks after it."""


@dataclass(frozen=True)
class Imprint:
    """What stands on each page: the document's number, its case, its version code, its time."""

    number: str
    case: str
    version_code: str
    made_at: str
    example: bool = False
    version_label: str = "版本"

    @property
    def text(self) -> str:
        case = [f"案卷 {self.case}"] if self.case else []
        parts = [self.number, *case, f"{self.version_label} {self.version_code}", self.made_at]
        if self.example:
            parts.append("示例数据，不具效力")
        return "　".join(parts)


def imprint_of(content: Mapping[str, Any], version_code: str) -> Imprint:
    """The imprint from the part of the content that ordering added."""
    document = content["document"]
    made_at = parse_datetime(document["made_at"])
    assert made_at is not None, "order() writes an ISO time"
    return Imprint(
        document["number"],
        document["case"],
        version_code,
        f"{made_at:%Y-%m-%d %H:%M} 制作",
        document.get("example", False),
        # A receipt prints the code of the form that came; its own is another.
        "回执版本" if document.get("kind") == "receipt" else "版本",
    )


def html(kind: str, content: Mapping[str, Any], version_code: str) -> str:
    """The document as HTML. Every value is escaped: what people typed is printed literally."""
    markup = render_to_string(
        f"documents/{kind}.html",
        {
            "content": content,
            "imprint": imprint_of(content, version_code),
            "issuer": settings.ISSUER_NAME,
            **_extras(kind, content),
        },
    )
    # The word joiner keeps a unit on one line: it would break behind its slash.
    return markup.replace("GFLOPS/W", "GFLOPS/\u2060W")


def _extras(kind: str, content: Mapping[str, Any]) -> dict[str, Any]:
    if kind == "certificate":
        from evaluation.documents.pictures import qr_code

        return {"qr_code": qr_code(content["verify_url"])}
    return {}


def pdf(
    kind: str,
    markup: str,
    photos: Photos | None = None,
    progress: Callable[[int], None] = lambda percent: None,
) -> bytes:
    """The PDF of a document's HTML.

    Raises CannotMakePages where this machine lacks the fonts or libraries that it needs."""
    embedded: set[str] = set()

    def note_fonts(_document: Any, made: Any) -> None:
        for item in made.objects:
            if isinstance(item, dict) and item.get("Type") == "/Font":
                embedded.add(bytes(item["BaseFont"]).decode("ascii", "replace"))

    with _rare_collections():
        laid_out = _laid_out(kind, markup, photos or {})
        progress(60)
        made: bytes = laid_out.write_pdf(finisher=note_fonts, pdf_variant="pdf/ua-1")
    progress(80)
    if not any(SERIF in name for name in embedded):
        raise CannotMakePages(
            _("本机缺少中文宋体（Noto Serif CJK SC），文档中的汉字无法显示；请安装fonts-noto-cjk。")
        )
    return made


def front(kind: str, markup: str) -> tuple[Callable[[], bytes], dict[str, int], int]:
    """Pages that others are bound behind: what writes the PDF, the page on which each `id` stands
    (counted from 0), and how many pages there are."""
    with _rare_collections():
        laid_out = _laid_out(kind, markup, {})
    places = {anchor: nth for nth, page in enumerate(laid_out.pages) for anchor in page.anchors}
    return laid_out.write_pdf, places, len(laid_out.pages)


def _laid_out(kind: str, markup: str, photos: Photos) -> Any:
    weasyprint, fonts = _weasyprint()
    return weasyprint.HTML(string=markup, base_url=None, url_fetcher=_fetcher(photos)).render(
        stylesheets=list(_styles(kind)), font_config=fonts
    )


@contextmanager
def _rare_collections() -> Iterator[None]:
    """Look for garbage less often: layout makes boxes by the thousand that all live to its end,
    and walking them again and again takes a fifth of the time."""
    before = gc.get_threshold()
    gc.set_threshold(20_000, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _fetcher(photos: Photos) -> Any:
    """What a page may load: the photographs that were handed in, nothing else."""
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class OwnPhotographs(URLFetcher):
        def fetch(self, url: str, headers: Any = None) -> Any:
            photo = photos.get(url.removeprefix(PHOTO_SCHEME))
            if not url.startswith(PHOTO_SCHEME) or photo is None:
                log.warning("a document asked for %.200r, which is not its own", url)
                raise ValueError("a document loads nothing but its own photographs")
            return URLFetcherResponse(url, photo(), {"Content-Type": "image/jpeg"})

        # The parent's opens addresses by itself.
        def open(self, url: Any, data: Any = None, timeout: Any = None) -> Any:
            return self.fetch(getattr(url, "full_url", url))

    return OwnPhotographs(allowed_protocols=(), allow_redirects=False)


@cache
def _weasyprint() -> tuple[Any, Any]:
    """WeasyPrint and its fonts, once for each process: the import alone costs half a second."""
    try:
        import weasyprint
        from weasyprint.text import ffi
        from weasyprint.text.fonts import FontConfiguration
    except OSError as missing:
        raise CannotMakePages(
            _("本机缺少生成PDF所需的系统库（Pango）：%(detail)s") % {"detail": missing}
        ) from missing
    if not ffi.harfbuzz_subset:
        raise CannotMakePages(
            _("本机缺少字体子集库libharfbuzz-subset0，生成的PDF会过大过慢；请安装后重试。")
        )
    return weasyprint, FontConfiguration()


@cache
def _styles(kind: str) -> tuple[Any, ...]:
    weasyprint, fonts = _weasyprint()
    own = STYLE / f"{kind}.css"
    common = () if kind == "certificate" else (STYLE / "document.css",)
    sheets: tuple[Path, ...] = (*common, own) if own.exists() else common
    return tuple(
        weasyprint.CSS(
            string=sheet.read_text(encoding="utf-8"), font_config=fonts, url_fetcher=_fetcher({})
        )
        for sheet in sheets
    )
