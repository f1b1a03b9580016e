"""One Chromium for each module of browser tests: playwright keeps an event loop in the thread while
it runs, and signing, in other modules, needs that place for its own."""

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.portal import CHROMIUM, FLAGS

# Playwright keeps an event loop in this thread; the tests' own queries never run inside it.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()
