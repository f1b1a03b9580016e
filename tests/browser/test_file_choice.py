"""A file input speaks the portal's language, not the browser's, for every way of choosing a file."""

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SCAN = {"name": "营业执照.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-" + b"x" * 3000}


def registration(browser: Browser, address: str, portal: str, **context: Any) -> Page:
    """The page on which an organisation registers, in a browser that speaks French, whose window
    for choosing a file is answered with SCAN. It is listened for from the start: a key pressed
    right after asking for it may come to the page before the asking does."""
    french = browser.new_context(locale="fr-FR", base_url=address, **context)
    french.add_cookies([{"name": "django_language", "value": portal, "url": address}])
    page = french.new_page()
    page.on("filechooser", lambda window: window.set_files([SCAN]))  # type: ignore[list-item]
    page.goto("/organisation/register/")
    return page


@pytest.mark.parametrize(
    ("portal", "choose", "none", "told"),
    [
        ("zh-hans", "选择文件", "未选择文件", "营业执照.pdf（3 KB）"),
        ("en", "Choose a file", "No file chosen", "营业执照.pdf (3 KB)"),
    ],
)
def test_it_is_used_by_keyboard_and_says_what_was_chosen(
    browser: Browser, live_server: Any, portal: str, choose: str, none: str, told: str
) -> None:
    page = registration(browser, live_server.url, portal)
    choice = page.locator(".file-choice")
    expect(choice.locator("label")).to_have_text(choose)
    expect(choice.get_by_role("status")).to_have_text(none)
    input_ = choice.locator("input")
    assert choose in page.evaluate("(input) => [...input.labels].map((l) => l.innerText).join(' ')",
                                   input_.element_handle())  # fmt: skip
    input_.focus()
    assert choice.evaluate("(choice) => getComputedStyle(choice).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    expect(choice.get_by_role("status")).to_have_text(told)
    page.context.close()


@pytest.mark.parametrize("part", [".file-choice label", ".file-chosen"])
def test_a_click_anywhere_on_it_opens_the_choice(
    browser: Browser, live_server: Any, part: str
) -> None:
    page = registration(browser, live_server.url, "zh-hans")
    input_ = page.locator(".file-choice input")
    of_part, of_input = (
        page.locator(where).bounding_box() for where in (part, ".file-choice input")
    )
    assert of_part is not None
    assert of_input is not None
    # Said from the input's corner, so that the click waits until the page has come to rest.
    input_.click(
        position={
            "x": of_part["x"] - of_input["x"] + of_part["width"] / 2,
            "y": of_part["y"] - of_input["y"] + of_part["height"] / 2,
        }
    )
    expect(page.locator(".file-chosen")).to_have_text("营业执照.pdf（3 KB）")
    page.context.close()


def test_without_scripts_the_button_is_the_portals_and_the_name_the_browsers(
    browser: Browser, live_server: Any
) -> None:
    page = registration(browser, live_server.url, "zh-hans", java_script_enabled=False)
    expect(page.locator(".file-choice label")).to_be_visible()
    expect(page.locator(".file-chosen")).to_be_hidden()
    shown = page.locator(".file-choice input").evaluate(
        "(input) => [getComputedStyle(input).opacity,"
        " getComputedStyle(input, '::file-selector-button').display]"
    )
    assert shown == ["1", "none"]
    page.context.close()
