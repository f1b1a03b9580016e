"""The main pages by the Tab key alone: every stop is on the page, seen, marked and in reading order."""

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from portal.accounts.models import User
from tests.browser.test_form import sign_in
from tests.evaluation.cast import Cast, make_cast

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
MOST_STOPS = 150
# Where the focus stands; what marks it may be drawn around the whole of a styled input.
STOP = """() => {
  const stop = document.activeElement;
  if (!stop || stop === document.body) return null;
  const box = stop.getBoundingClientRect();
  const marks = [stop, stop.parentElement, stop.parentElement.parentElement].map(getComputedStyle);
  const stops = window.stops ??= new Map();
  if (!stops.has(stop)) stops.set(stop, stops.size);
  const before = window.before;
  window.before = stop;
  return {
    what: `${stop.tagName} ${stop.id} ${stop.textContent.trim().slice(0, 30)}`,
    nth: stops.get(stop),
    marked: marks.some((s) => s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 2)
      || stop.matches(".skip-link")
      || parseFloat(getComputedStyle(stop.querySelector("rect") ?? stop).strokeWidth) >= 3,
    seen: box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight
      && stop.checkVisibility(),
    after: !before || !!(before.compareDocumentPosition(stop) & Node.DOCUMENT_POSITION_FOLLOWING),
  };
}"""


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    return make_cast()


def opened(browser: Browser, address: str, path: str, user: User | None = None) -> Page:
    context = browser.new_context(locale="zh-CN", base_url=address, reduced_motion="reduce")
    if user:
        sign_in(context, user, address)
    page = context.new_page()
    page.goto(path)
    page.evaluate("document.activeElement.blur()")
    return page


def stops(page: Page) -> list[dict[str, Any]]:
    """Every stop of the Tab key until the page has no further one."""
    found: list[dict[str, Any]] = []
    while len(found) < MOST_STOPS:
        page.keyboard.press("Tab")
        stop = page.evaluate(STOP)
        if stop is None or stop["nth"] < len(found):
            break
        found.append(stop)
    return found


def faults(page: Page) -> list[str]:
    walked = stops(page)
    page.wait_for_load_state("networkidle")  # nothing is asked for while the tables are emptied
    assert walked[0]["what"].endswith("跳到正文")
    assert len(walked) > 10
    return [
        f"{stop['what']}: not {rule}"
        for stop in walked
        for rule in ("marked", "seen", "after")
        if not stop[rule]
    ]


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/verify/",
        "/register/",
        "/self-test/?category=province",
        "/organisation/register/",
        "/misuse/",
        "/help/applicant/",
    ],
)
def test_a_public_page(
    browser: Browser, live_server: Any, transactional_db: None, path: str
) -> None:
    page = opened(browser, live_server.url, path)
    assert faults(page) == []
    page.context.close()


@pytest.mark.parametrize("who", ["lin", "chen"])
def test_a_page_of_ones_own(browser: Browser, live_server: Any, cast: Cast, who: str) -> None:
    case = cast.case_in("preliminary_review")
    for path in ("/desk/", "/cases/", f"/cases/{case.number}/"):
        page = opened(browser, live_server.url, path, getattr(cast, who))
        assert faults(page) == [], path
        page.context.close()


def test_past_the_menu_into_the_page_and_through_the_search(
    browser: Browser, live_server: Any, transactional_db: None
) -> None:
    page = opened(browser, live_server.url, "/")
    page.keyboard.press("Tab")
    expect(page.locator(".skip-link")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="先做自评")).to_be_focused()
    page.goto("/search/")
    page.get_by_role("main").get_by_role("searchbox").focus()
    page.keyboard.type("公示期")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/?q=*")
    expect(page.get_by_role("main").get_by_role("heading", name="规范释义")).to_be_visible()
    page.context.close()
