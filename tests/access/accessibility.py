"""axe-core on pages that were asked for in this process: Chromium gets each as a document of its
own, with the portal's style sheets and scripts, and nothing from anywhere else."""

import os
import re
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from html.parser import HTMLParser
from mimetypes import guess_type
from pathlib import Path
from typing import Literal

from django.conf import settings
from django.contrib.staticfiles import finders
from playwright.sync_api import Route, ViewportSize, sync_playwright

AXE = Path(__file__).resolve().parents[1] / "vendor" / "axe-core" / "axe.min.js"
CHROMIUM = "/usr/bin/chromium"
ORIGIN = "http://portal.test"
# Tall: what a bar at the window's foot covers can be scrolled out from under it.
DESK: ViewportSize = {"width": 1280, "height": 16000}
PHONE: ViewportSize = {"width": 390, "height": 30000}
RUN = """async () => {
  const found = await axe.run(document, {
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    resultTypes: ["violations"], preload: false,
  });
  return found.violations.map(
    (v) => `${v.id}: ${v.nodes.map((n) => n.html.slice(0, 160)).join(" | ")}`);
}"""
STYLED = "[...document.querySelectorAll('link[rel=stylesheet]')].every((link) => link.sheet)"
Theme = Literal["light", "dark"]
ALONE = {"meta", "link", "input", "br", "img", "hr", "col"}  # have no end tag


@dataclass(frozen=True)
class Look:
    """One page at one width in one theme. `where` is for the message."""

    where: str
    html: str
    size: ViewportSize
    theme: Theme


# AXE=cover looks at the pages that together show the parts of all pages, AXE=every at all of them
# in both languages (Chinese light, English dark) and at both widths. Each takes minutes of both
# cores, so it is asked for. AXE_LOG names a file in which every page stands as soon as it was seen.
WALK = os.environ.get("AXE", "")
LOG = os.environ.get("AXE_LOG", "")


class _Parts(HTMLParser):
    """Which kinds of element stand in which: what axe can find wrong with a page depends on it."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.found: set[tuple[str, str]] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        kind = [tag, *sorted((given.get("class") or "").split())]
        kind += [given.get("role") or "", given.get("type") or ""]
        kind += sorted(name for name in given if name.startswith("aria-") or name == "tabindex")
        one = " ".join(kind)
        self.found.add((self.open[-1] if self.open else "", one))
        if tag not in ALONE:
            self.open.append(one)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in ALONE:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        for at in reversed(range(len(self.open))):
            if self.open[at].split(" ")[0] == tag:
                del self.open[at:]
                return


def parts(html: str) -> set[tuple[str, str]]:
    parser = _Parts()
    parser.feed(html)
    return parser.found


def covering(pages: dict[str, str], most: int) -> list[str]:
    """The keys of so many pages, each chosen for what no earlier one shows."""
    shown = {key: parts(html) for key, html in pages.items()}
    left = set().union(*shown.values())
    chosen: list[str] = []
    while left and len(chosen) < most:
        best = max(shown, key=lambda key: len(shown[key] & left))
        left -= shown.pop(best)
        chosen.append(best)
    return chosen


def faults(looks: Sequence[Look]) -> dict[str, list[str]]:
    """What axe finds, by where. In a thread of its own: Playwright keeps an event loop in the one
    it runs in, and the database's connection belongs to this one."""
    with ThreadPoolExecutor(1) as thread:
        return dict(thread.submit(lambda: list(_walk(looks))).result())


def _walk(looks: Sequence[Look]) -> Iterator[tuple[str, list[str]]]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        context = browser.new_context()
        context.set_default_timeout(20_000)
        context.route("**/*", _from_the_shelf)
        page = context.new_page()
        page.goto(ORIGIN)
        # Once: a document that takes this one's place keeps what was loaded.
        page.evaluate(f"{AXE.read_text(encoding='utf-8')};0")
        for number, look in enumerate(looks, 1):
            page.set_viewport_size(look.size)
            page.emulate_media(color_scheme=look.theme)
            page.set_content(look.html)
            page.wait_for_function(STYLED)
            wrong = page.evaluate(RUN)
            _tell(f"{number}/{len(looks)} {look.where}", wrong)
            if wrong:
                yield look.where, wrong
        browser.close()


def _tell(where: str, wrong: list[str]) -> None:
    if LOG:
        with Path(LOG).open("a", encoding="utf-8") as log:
            log.write("\n    ".join([f"{where}: {len(wrong)} faults", *wrong]) + "\n")


def _from_the_shelf(route: Route) -> None:
    path = re.sub(r"\?.*", "", route.request.url.removeprefix(ORIGIN))
    file = None
    if path.startswith(settings.STATIC_URL):
        file = finders.find(path.removeprefix(settings.STATIC_URL))
    if file:
        kind = guess_type(str(file))[0] or "application/octet-stream"
        route.fulfill(path=str(file), content_type=kind)
    elif path == "/":
        route.fulfill(body="<!DOCTYPE html><title>…</title>", content_type="text/html")
    else:
        route.fulfill(status=204)
