"""How the main pages look, beside the pictures kept in looks/. The clock stands still, and so does
everything that moves.

A change that is meant is accepted with `LOOKS=accept make test ARGS=tests/browser/test_looks.py`;
look at the new pictures before they are committed. Where a page looks otherwise than it did, its
difference lies beside the picture as <name>.differs.png, what changed in red."""

import io
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

import pytest
import time_machine
from PIL import Image, ImageChops
from playwright.sync_api import Browser

from evaluation.actions import certification, publication
from evaluation.demo import journey
from evaluation.demo.tables import PROVINCE_VALUES
from portal.accounts.models import User
from tests.browser.test_form import sign_in
from tests.evaluation.cast import Cast, make_cast
from tests.portal.site.copies import scored_case

LOOKS = Path(__file__).resolve().parent / "looks"
FONT = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        not FONT.exists(), reason="the pictures were taken with Debian's fonts-noto-cjk"
    ),
]

MONDAY = datetime(2026, 7, 13, 10, tzinfo=ZoneInfo("Asia/Shanghai"))
WIDTHS, HEIGHT = (1440, 390), 1200
# Sixteen shades of red, green and blue: small pictures, and no shade is off by more than eight.
FEWER = [min(255, (value + 8) // 16 * 16) for value in range(256)] * 3
NOTICEABLE = 32  # of 255, in one of red, green and blue
SHARE = 0.0005  # of the pixels may differ noticeably: a moved button is more
Theme = Literal["light", "dark"]


@pytest.fixture
def cast() -> Iterator[Cast]:
    with time_machine.travel(MONDAY, tick=False):
        yield make_cast()


@pytest.fixture
def pages(transactional_db: None, cast: Cast) -> dict[str, tuple[User | None, str]]:
    """Of each picture: who looks, and where."""
    certified = scored_case(cast)
    publication.publish(cast.chen, certified, 0)
    publication.propose(cast.chen, certified)
    certificate = certification.certify(cast.zhou, certified)
    draft = cast.new_case()
    submitted = cast.new_case()
    journey.fill(submitted, cast.lin, PROVINCE_VALUES)
    cast.carry(submitted, "preliminary_review")
    return {
        "home": (None, "/"),
        "register": (None, "/register/"),
        "certificate": (None, f"/verify/{certificate.number}/"),
        "self-test": (None, "/self-test/?category=province"),
        "login": (None, "/accounts/login/"),
        "desk": (cast.lin, "/desk/"),
        "form": (cast.lin, f"/cases/{draft.number}/form/technical/"),
        "case": (cast.chen, f"/cases/{submitted.number}/"),
    }


def test_the_main_pages_look_as_they_did(
    browser: Browser, live_server: Any, pages: dict[str, tuple[User | None, str]]
) -> None:
    seen: dict[str, Image.Image] = {}
    for name, (user, path) in pages.items():
        for theme in ("light", "dark") if name == "home" else ("light",):
            for width, shown in pictures(browser, live_server.url, user, path, theme):
                seen[f"{name}-{width}{'-dark' * (theme == 'dark')}"] = shown
    for old in LOOKS.glob("*.differs.png"):
        old.unlink()
    if os.environ.get("LOOKS") == "accept":
        accept(seen)
    assert {file.stem for file in LOOKS.glob("*.png")} == seen.keys()
    changed = [name for name, now in seen.items() if differs(name, now) > SHARE]
    assert changed == [], f"see {LOOKS}/*.differs.png; if it is meant: LOOKS=accept"


def pictures(
    browser: Browser, address: str, user: User | None, path: str, theme: Theme
) -> Iterator[tuple[int, Image.Image]]:
    """Of one page, at each width."""
    context = browser.new_context(locale="zh-CN", color_scheme=theme, reduced_motion="reduce")
    if user:
        sign_in(context, user, address)
    page = context.new_page()
    page.set_viewport_size({"width": WIDTHS[0], "height": HEIGHT})
    page.goto(address + path)
    page.evaluate("document.activeElement.blur()")  # the ring around what was focused
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": HEIGHT})
        shot = page.screenshot(animations="disabled", caret="hide")
        yield width, Image.open(io.BytesIO(shot)).convert("RGB").point(FEWER)
    context.close()


def accept(seen: dict[str, Image.Image]) -> None:
    for old in LOOKS.glob("*.png"):
        old.unlink()
    for name, now in seen.items():
        few = len(now.getcolors(now.width * now.height) or ()) <= 256
        kept = now.quantize(256, dither=Image.Dither.NONE) if few else now
        kept.save(LOOKS / f"{name}.png", optimize=True)


def differs(name: str, now: Image.Image) -> float:
    """The share of pixels that differ noticeably; beyond what is allowed, also a picture of them."""
    kept = Image.open(LOOKS / f"{name}.png").convert("RGB")
    if kept.size != now.size:
        return 1.0
    red, green, blue = ImageChops.difference(kept, now).split()
    most = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    noticeable = most.point([255 * (value > NOTICEABLE) for value in range(256)])
    share = noticeable.histogram()[255] / (now.width * now.height)
    if share > SHARE:
        pale = Image.blend(now, Image.new("RGB", now.size, "white"), 0.7)
        pale.paste("red", mask=noticeable)
        pale.save(LOOKS / f"{name}.differs.png")
    return share
