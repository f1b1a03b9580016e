"""One Chromium for each module of browser tests: playwright keeps an event loop in the thread while
it runs, and signing, in other modules, needs that place for its own."""

import os
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIHandler
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


ALONE = threading.Lock()


@pytest.fixture(scope="session", autouse=True)
def one_request_at_a_time() -> Iterator[None]:
    """The database in memory has one connection for all threads of the live server: of two requests
    at once one would write in the transaction of the other."""
    answer = WSGIHandler.__call__

    def answer_alone(handler: WSGIHandler, *request: Any) -> Any:
        with ALONE:
            return answer(handler, *request)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WSGIHandler, "__call__", answer_alone)
        yield


@pytest.fixture(autouse=True)
def left_in_peace(request: pytest.FixtureRequest) -> Iterator[None]:
    """Before the database is emptied every page is closed and what it had sent is answered: a form
    that was still being saved would lock the table, or meet the next test's people."""
    if request.node.get_closest_marker("django_db"):
        request.getfixturevalue("transactional_db")  # torn down after this
    yield
    if "browser" in request.fixturenames:
        for context in list(request.getfixturevalue("browser").contexts):
            context.close()
    with ALONE:
        pass
