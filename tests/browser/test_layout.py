"""Layout that no other test sees: the wall fits its screen, the calendar's days stand in columns."""

from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from evaluation.demo.reports import send_today
from portal.accounts.models import User
from tests.browser.test_form import sign_in
from tests.evaluation.cast import Cast, make_cast

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
# Parts of the wall that end below or beside the screen.
OUTSIDE = """() => [...document.querySelectorAll(".wall-head, .figures, .wall-grid > section, .wall svg, .trend-key")]
    .filter((part) => part.getBoundingClientRect().bottom > innerHeight + 1
        || part.getBoundingClientRect().right > innerWidth + 1)
    .map((part) => part.className.baseVal ?? part.className)"""


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    return make_cast()


def opened(browser: Browser, address: str, user: User, path: str) -> Page:
    context = browser.new_context(locale="zh-CN", base_url=address)
    sign_in(context, user, address)
    page = context.new_page()
    page.goto(path)
    return page


def test_the_wall_fits_its_screen(browser: Browser, live_server: Any, cast: Cast) -> None:
    base = cast.new_case().base
    send_today(base, 1000)
    page = opened(browser, live_server.url, cast.chen, "/overview/wall/")
    for width, height in ((1280, 720), (1440, 900), (1920, 1080), (3840, 2160)):
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate(OUTSIDE) == [], (width, height)
    page.context.close()


def test_the_days_of_a_month_stand_under_their_numbers(
    browser: Browser, live_server: Any, cast: Cast
) -> None:
    base = cast.new_case().base
    send_today(base, 1000)
    page = opened(browser, live_server.url, cast.chen, f"/bases/{base.code}/calendar/")
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 900})
        apart = page.evaluate(
            """() => {
              const heads = document.querySelectorAll(".day-year thead th");
              const cells = document.querySelectorAll(".day-year tbody tr:last-child td");
              return Math.max(...[...cells].map((cell, n) => Math.abs(
                cell.getBoundingClientRect().left - heads[n].getBoundingClientRect().left)));
            }"""
        )
        assert apart < 1, width
    page.context.close()
