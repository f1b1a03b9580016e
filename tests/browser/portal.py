"""A portal with example data, started by the same command as `make run`, and people at browsers."""

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page

from evaluation.demo import PASSWORD
from tests import services

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = "/usr/bin/chromium"
# As root the sandbox is refused; the rest keeps Chromium from looking for its maker's hosts.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@contextmanager
def running_portal(**environment: str) -> Iterator[str]:
    """Start web, worker and beat with the example data; yields the address."""
    folder = Path(tempfile.mkdtemp(prefix="portal-browser-"))
    port = services.free_port()
    address = f"http://127.0.0.1:{port}"
    clean = {
        name: value
        for name, value in os.environ.items()
        if name not in ("DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE", "DEBUG")
    }
    log = folder / "log"
    try:
        with (
            log.open("wb") as output,
            services.process(
                sys.executable,
                "-m",
                "tools.run",
                cwd=ROOT,
                env={
                    **clean,
                    "READ_DOTENV": "false",
                    "VAR_DIR": str(folder / "var"),
                    "PORT": str(port),
                    "PUBLIC_URL": address,
                    "LOG_LEVEL": "WARNING",
                    **environment,
                },
                stdout=output,
                stderr=output,
            ) as running,
        ):
            limit = time.monotonic() + 300
            while "is up after" not in log.read_text(errors="replace"):
                if running.poll() is not None or time.monotonic() > limit:
                    raise RuntimeError(log.read_text(errors="replace"))
                time.sleep(0.2)
            yield address
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class Person:
    """Someone at a browser of their own. Every console error and failed page is a fault."""

    def __init__(self, browser: Browser, address: str, username: str = "") -> None:
        self.address = address
        self.context: BrowserContext = browser.new_context(
            locale="zh-CN", accept_downloads=True, viewport={"width": 1280, "height": 900}
        )
        self.context.set_default_timeout(20_000)
        self.page: Page = self.context.new_page()
        self.faults: list[str] = []
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on(
            "response",
            lambda answer: (
                self.faults.append(f"{answer.status} {answer.url}")
                if answer.status >= 500
                else None
            ),
        )
        self.page.on(
            "console",
            lambda message: (
                self.faults.append(message.text)
                if "Content Security Policy" in message.text
                else None
            ),
        )
        if username:
            self.sign_in(username)

    def sign_in(self, username: str) -> None:
        self.go("/accounts/login/")
        self.page.fill("input[name=login]", username)
        self.page.fill("input[name=password]", PASSWORD)
        self.page.press("input[name=password]", "Enter")
        self.page.wait_for_url("**/desk/")

    def go(self, path: str) -> None:
        self.page.goto(self.address + path)

    def press(self, name: str) -> None:
        """Press the one button with this name."""
        self.page.get_by_role("button", name=name, exact=True).first.click()

    def follow(self, name: str) -> None:
        """Follow the first link with this name in the page's body."""
        self.page.locator("main").get_by_role("link", name=name, exact=True).first.click()

    def reads(self, text: str) -> None:
        """Wait until the page says so."""
        self.page.locator("main").get_by_text(text).first.wait_for(state="visible")

    def move(self, case: str, label: str) -> None:
        """Open the case, take the move with this label, and confirm it."""
        self.go(f"/cases/{case}/")
        self.follow(label)
        self.send(label)

    def send(self, name: str) -> None:
        """Press a form's button and wait for the answer: somebody else goes on from there."""
        with self.page.expect_response(lambda answer: answer.request.method == "POST"):
            self.press(name)

    def upload(self, path: Path) -> None:
        self.page.locator("input[type=file]").first.set_input_files(path)

    def download(self, link: str) -> bytes:
        with self.page.expect_download() as waiting:
            self.page.locator("main").get_by_role("link", name=link).first.click()
        return Path(waiting.value.path()).read_bytes()

    def leave(self) -> None:
        self.context.close()
        assert self.faults == []
