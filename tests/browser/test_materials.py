"""Materials in real browsers: many files dropped at once, and a large one that survives a broken
network, a closed page, an expired session and a killed server."""

import hashlib
import os
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from evaluation.actions import materials, uploading
from evaluation.demo.files import example_pdf, example_photo
from evaluation.models import Evaluation
from portal.accounts.models import User
from tests import services
from tests.browser.portal import ROOT
from tests.browser.test_form import sign_in
from tests.evaluation.cast import Cast, make_cast
from tests.prepared import Prepared

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Open = Callable[..., Page]
expect.set_options(timeout=30_000)
# Drops files onto an element, as a hand with a mouse would.
DROP = """(target, names) => {
  const carried = new DataTransfer();
  for (const [name, text] of names) carried.items.add(new File([text], name));
  for (const kind of ["dragenter", "dragover", "drop"])
    target.dispatchEvent(new DragEvent(kind, { bubbles: true, cancelable: true, dataTransfer: carried }));
}"""


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    return make_cast()


@pytest.fixture
def case(cast: Cast) -> Evaluation:
    return cast.new_case()


@pytest.fixture
def open_slots(browser: Browser, live_server: Any, case: Evaluation) -> Iterator[Open]:
    """A browser of this user's own at the materials of the case. Console errors are faults."""
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def open_(user: User, width: int = 1280) -> Page:
        context = browser.new_context(
            locale="zh-CN", base_url=live_server.url, viewport={"width": width, "height": 900}
        )
        contexts.append(context)
        sign_in(context, user, live_server.url)
        page = context.new_page()
        page.set_default_timeout(30_000)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(f"/cases/{case.number}/materials/")
        return page

    yield open_
    for context in contexts:
        context.close()
    assert faults == []


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """Three pieces."""
    path = tmp_path / "电费单.pdf"
    path.write_bytes(b"%PDF-1.4\n" + os.urandom(2 * uploading.PIECE))
    return path


def choose(page: Page, slot: int, *paths: Path) -> None:
    zone = page.locator(f"#slot-{slot} .slot-main > form[data-pieces] input[type=file]")
    zone.set_input_files([str(path) for path in paths])


def row(page: Page, state: str) -> Locator:
    return page.locator(f".upload-item[data-state={state}]")


def cut_at(page: Page, piece: int) -> None:
    page.route(f"**/uploads/*/{piece}/", lambda route: route.abort())


def sent(page: Page) -> list[str]:
    """The pieces that go out from here on."""
    found: list[str] = []
    page.on(
        "request",
        lambda request: (
            found.append(request.url.split("/")[-2]) if "/uploads/" in request.url else None
        ),
    )
    return found


def test_many_files_are_dropped_at_once(cast: Cast, case: Evaluation, open_slots: Open) -> None:
    page = open_slots(cast.lin)
    names = [[f"第{n}份.pdf", f"%PDF-1.4 {n}"] for n in range(12)] + [["坏.exe", "MZ"]]
    page.locator("#slot-8").evaluate(DROP, names)
    expect(page.locator("#slot-8-state")).to_contain_text("已上传 12 个文件")
    expect(row(page, "refused")).to_have_count(1)
    expect(row(page, "refused")).to_contain_text("文件“坏.exe”不是可接受的类型")
    expect(page.locator("#form-nav")).to_contain_text("1 / 10 项已上传")
    assert sorted(file.name for file in case.files.all()) == sorted(name for name, _ in names[:12])
    assert {file.slot for file in case.files.all()} == {8}


def test_a_broken_network_costs_only_the_piece_under_way(
    cast: Cast, case: Evaluation, open_slots: Open, large: Path
) -> None:
    page = open_slots(cast.lin)
    cut_at(page, 1)
    choose(page, 8, large)
    expect(row(page, "offline")).to_contain_text("网络中断，恢复后自动继续；已传的部分不会丢失。")
    assert case.files.count() == 0
    page.unroute_all()
    again = sent(page)
    page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(row(page, "done")).to_contain_text("已上传，SHA-256")
    assert again == ["1", "2", "finish"]
    assert case.files.get().sha256 == hashlib.sha256(large.read_bytes()).hexdigest()


def test_after_a_closed_page_the_same_file_goes_on_and_another_begins_anew(
    cast: Cast, case: Evaluation, open_slots: Open, large: Path
) -> None:
    page = open_slots(cast.lin)
    cut_at(page, 2)
    choose(page, 8, large)
    expect(row(page, "offline")).to_be_visible()
    page.close(run_before_unload=False)
    page = open_slots(cast.lin)
    expect(page.locator("[data-unfinished]")).to_contain_text("再次选择同一个文件，从中断处继续。")
    again = sent(page)
    choose(page, 8, large)
    expect(row(page, "done")).to_be_visible()
    expect(page.locator("[data-unfinished]")).to_have_count(0)
    assert again == ["uploads", "2", "finish"]
    # A file of the same name, size and time, but of other bytes, is not mixed with the first.
    remove = page.locator(".file-list").get_by_role("button", name="移除")
    remove.click()
    expect(remove).to_have_count(0)
    cut_at(page, 2)
    choose(page, 8, large)
    expect(row(page, "offline")).to_be_visible()
    page.close(run_before_unload=False)
    when = large.stat().st_mtime_ns
    large.write_bytes(b"%PDF-1.5\n" + os.urandom(2 * uploading.PIECE))
    os.utime(large, ns=(when, when))
    page = open_slots(cast.lin)
    choose(page, 8, large)
    expect(row(page, "done")).to_be_visible()
    kept = case.files.get(removed_at=None)
    assert kept.sha256 == hashlib.sha256(large.read_bytes()).hexdigest()


def test_an_expired_session_is_told_and_the_upload_goes_on_after_the_login(
    cast: Cast, case: Evaluation, open_slots: Open, large: Path, live_server: Any
) -> None:
    page = open_slots(cast.lin)
    cut_at(page, 1)
    choose(page, 8, large)
    expect(row(page, "offline")).to_be_visible()
    Session.objects.all().delete()
    page.unroute_all()
    page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(row(page, "expired")).to_contain_text("登录已过期，登录后自动从断点继续。")
    sign_in(page.context, cast.lin, live_server.url)
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(row(page, "done")).to_be_visible()
    assert case.files.get().size == large.stat().st_size


def test_a_file_is_looked_at_in_the_page_and_on_a_phone(
    cast: Cast, case: Evaluation, open_slots: Open
) -> None:
    materials.add_material(cast.lin, case, 4, example_pdf("示例机房等级证书"))
    materials.add_material(cast.lin, case, 8, example_photo("很长的文件名" * 30))
    page = open_slots(cast.lin)
    page.locator("#slot-4 a[data-preview]").click()
    shown = page.locator("dialog[open] img")
    expect(shown).to_have_js_property("naturalWidth", 1200)
    page.keyboard.press("Escape")
    expect(page.locator("dialog")).to_have_count(0)
    phone = open_slots(cast.lin, width=390)
    assert phone.evaluate("document.documentElement.scrollWidth") == 390
    phone.locator("#slot-8 a[data-preview]").click()
    expect(phone).to_have_url(re.compile("/preview/$"))
    expect(phone.locator(".preview img")).to_have_js_property("complete", True)
    assert phone.evaluate("document.documentElement.scrollWidth") == 390


# A server that is killed

PREPARE = """
import django; django.setup()
from tests.evaluation.cast import make_cast
print(make_cast().new_case().number)
"""
KEPT = """
import django; django.setup()
from evaluation.models import CaseFile
print(*CaseFile.objects.values_list("sha256", flat=True))
"""


@pytest.mark.long
def test_a_killed_server_costs_only_the_piece_under_way(
    browser: Browser, tmp_path: Path, large: Path, prepared: Prepared
) -> None:
    prepared.tables_on_sqlite(tmp_path / "var")
    port = services.free_port()
    environment = {
        "PATH": os.environ["PATH"],
        "READ_DOTENV": "false",
        "EXAMPLE_DATA": "false",
        "VAR_DIR": str(tmp_path / "var"),
        "WEB_BIND": f"127.0.0.1:{port}",
        "WEB_PROCESSES": "1",
        "LOG_LEVEL": "WARNING",
        "DJANGO_SETTINGS_MODULE": "portal.settings",
    }

    def python(code: str) -> str:
        return subprocess.run(
            [sys.executable, "-c", code],
            cwd=ROOT, env=environment, check=True, capture_output=True, text=True,
        ).stdout.strip()  # fmt: skip

    case = python(PREPARE)
    log = tmp_path / "log"

    def serve() -> Any:
        command = (sys.executable, "-m", "gunicorn", "-c", "deploy/gunicorn.conf.py", "portal.wsgi")
        return services.process(
            *command, cwd=ROOT, env=environment, stdout=log.open("ab"), stderr=log.open("ab")
        )

    def is_up(running: Any) -> None:
        ask = f"http://127.0.0.1:{port}/accounts/login/"
        services.wait_for(lambda: urllib.request.urlopen(ask).close(), running, log)

    context = browser.new_context(locale="zh-CN", base_url=f"http://127.0.0.1:{port}")
    page = context.new_page()
    page.set_default_timeout(30_000)
    with serve() as first:
        is_up(first)
        page.goto("/accounts/login/")
        page.fill("input[name=login]", "lin")
        page.fill("input[name=password]", "Example-2026")
        page.press("input[name=password]", "Enter")
        page.wait_for_url("**/desk/")
        page.goto(f"/cases/{case}/materials/")

        def kill_it(route: Any) -> None:
            os.killpg(first.pid, signal.SIGKILL)
            route.continue_()

        page.route("**/uploads/*/1/", kill_it, times=1)
        choose(page, 8, large)
        expect(row(page, "offline")).to_be_visible()
    again = sent(page)  # before there is a server: it tries by itself, too
    with serve() as second:
        is_up(second)
        page.evaluate("window.dispatchEvent(new Event('online'))")
        expect(row(page, "done")).to_be_visible()
        assert again[-2:] == ["2", "finish"]
        assert set(again[:-2]) == {"1"}
        context.close()
    assert python(KEPT) == hashlib.sha256(large.read_bytes()).hexdigest()
