"""The pictures of the guides, taken from a portal with example data, in each language.

`make screenshots` starts such a portal with a folder of its own; `python -m tools.screenshots
ADDRESS` takes one that runs. They lie in static/help as small WebP files."""

import io
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Cookie, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
HELP = ROOT / "static" / "help"
CHROMIUM = "/usr/bin/chromium"
PASSWORD = "Example-2026"
LANGUAGES = {"zh": "zh-hans", "en": "en"}
WIDTH, HEIGHT = 1200, 720
FINENESS = 2  # for screens that are fine; others get the picture at half that size
QUALITY = 55
START_SECONDS = 300

INVITED = "whoever was drawn and has not answered"
POOL = [f"expert{number}" for number in range(6, 24)]  # from whom the example data draw
ANSWER = "main a.btn-primary"  # on the desk of such an expert

# Of each picture: who is signed in, the page, and what is pressed there.
PICTURES = {
    "self-test": ("", "/self-test/?category=province", ""),
    "applicant-form": ("applicant", "/cases/PG2026-0010/form/support/", ""),
    "applicant-materials": ("applicant", "/cases/PG2026-0010/materials/", ""),
    "applicant-check": ("applicant", "/cases/PG2026-0010/completeness/", ""),
    "applicant-case": ("applicant-ulanqab", "/cases/PG2026-0006/", ""),
    "expert-invitation": (INVITED, "/desk/", ANSWER),
    "expert-site": ("expert1", "/cases/PG2026-0006/site-visit/", ""),
    "expert-scoring": ("expert4", "/cases/PG2026-0005/scoring/", ""),
    "secretariat-queue": ("secretariat", "/cases/", ""),
    "secretariat-review": ("secretariat", "/cases/PG2026-0007/review/", ""),
    "secretariat-experts": ("secretariat", "/cases/PG2026-0006/experts/", ""),
    "operator-docs": ("", "/api/docs", ""),
    "operator-keys": ("applicant-guian", "/bases/demo-base/keys/new/", ""),
    "operator-calendar": ("applicant-guian", "/bases/demo-base/calendar/", ""),
}


def main() -> int:
    if len(sys.argv) > 1:
        take(sys.argv[1].rstrip("/"))
        return 0
    with portal() as address:
        take(address)
    return 0


@contextmanager
def portal() -> Iterator[str]:
    """A portal with the example data, which is gone afterwards."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    with tempfile.TemporaryDirectory() as var:
        running = subprocess.Popen(
            [sys.executable, "-m", "tools.run"],
            cwd=ROOT,
            env={**os.environ, "VAR_DIR": var, "PORT": port, "READ_DOTENV": "false"},
            stdout=subprocess.DEVNULL,
        )
        address = f"http://127.0.0.1:{port}"
        try:
            wait(address, running)
            yield address
        finally:
            running.send_signal(signal.SIGTERM)
            running.wait()


def wait(address: str, running: subprocess.Popen[bytes]) -> None:
    for _ in range(START_SECONDS):
        if running.poll() is not None:
            raise SystemExit("The portal did not start.")
        try:
            urllib.request.urlopen(f"{address}/healthz", timeout=5).close()
            return
        except (urllib.error.URLError, TimeoutError):
            time.sleep(1)
    raise SystemExit(f"The portal was not up after {START_SECONDS} seconds.")


def take(address: str) -> None:
    signed_in: dict[str, list[Cookie]] = {}
    total = 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for name, (user, path, pressed) in PICTURES.items():
            if user and user not in signed_in:
                found = invited(browser, address) if user == INVITED else user
                signed_in[user] = sign_in(browser, address, found)
            for language, code in LANGUAGES.items():
                page = new_page(browser, address, code, signed_in.get(user, []))
                page.goto(address + path)
                if pressed:
                    page.locator(pressed).first.click()
                    page.wait_for_load_state()
                total += keep(page, HELP / language, name)
                page.context.close()
        browser.close()
    print(f"{len(PICTURES) * len(LANGUAGES)} pictures, {total / 1024:.0f} KB, in {HELP}")


def new_page(browser: Browser, address: str, code: str, cookies: list[Cookie]) -> Page:
    context = browser.new_context(
        viewport={"width": WIDTH, "height": HEIGHT},
        device_scale_factor=FINENESS,
        color_scheme="light",
        reduced_motion="reduce",
    )
    language = {"name": "django_language", "value": code, "url": address}
    context.add_cookies([*cookies, language])  # type: ignore[list-item]
    return context.new_page()


def sign_in(browser: Browser, address: str, user: str) -> list[Cookie]:
    page = new_page(browser, address, "zh-hans", [])
    page.goto(f"{address}/accounts/login/")
    page.fill("input[name=login]", user)
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url("**/desk/")
    cookies = [each for each in page.context.cookies() if each["name"] != "django_language"]
    page.context.close()
    return cookies


def invited(browser: Browser, address: str) -> str:
    for user in POOL:
        page = new_page(browser, address, "zh-hans", sign_in(browser, address, user))
        page.goto(f"{address}/desk/")
        waits = page.locator(ANSWER).count()
        page.context.close()
        if waits:
            return user
    raise SystemExit("Nobody of the pool has an invitation to answer.")


def keep(page: Page, folder: Path, name: str) -> int:
    """In both sizes, without the ribbon of the example environment; how many bytes."""
    if page.locator(".error-page").count():
        raise SystemExit(f"{page.url} is an error page.")
    page.evaluate("document.querySelector('.example-ribbon')?.remove()")
    page.evaluate("document.activeElement?.blur()")
    shot = Image.open(io.BytesIO(page.screenshot(animations="disabled"))).convert("RGB")
    folder.mkdir(parents=True, exist_ok=True)
    plain = shot.resize((shot.width // FINENESS, shot.height // FINENESS), Image.Resampling.LANCZOS)
    total = 0
    for size, end in ((plain, ".webp"), (shot, "@2x.webp")):
        size.save(folder / f"{name}{end}", "WEBP", quality=QUALITY, method=6)
        total += (folder / f"{name}{end}").stat().st_size
    return total


if __name__ == "__main__":
    sys.exit(main())
