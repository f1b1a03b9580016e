"""The application form in real browsers: it saves itself, and no keystroke is lost to a broken
network, an expired session, or a second page of the same table."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect

from evaluation.actions import application
from evaluation.demo import journey
from evaluation.demo.tables import PROVINCE_VALUES
from evaluation.models import Evaluation
from portal.accounts.models import User
from tests.evaluation.cast import Cast, make_cast

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Open = Callable[..., Page]
SAVED, MERGED = "已保存", "尚未保存：这张表已被另一处保存过"


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    return make_cast()


@pytest.fixture
def case(cast: Cast) -> Evaluation:
    return cast.new_case()


@pytest.fixture
def open_table(browser: Browser, live_server: Any, case: Evaluation) -> Iterator[Open]:
    """A browser of this user's own at a table of the form. Console errors are faults."""
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def open_(user: User, key: str, width: int = 1280) -> Page:
        context = browser.new_context(
            locale="zh-CN", base_url=live_server.url, viewport={"width": width, "height": 900}
        )
        contexts.append(context)
        sign_in(context, user, live_server.url)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(f"/cases/{case.number}/form/{key}/")
        return page

    yield open_
    for context in contexts:
        context.close()
    assert faults == []


def sign_in(context: BrowserContext, user: User, url: str) -> None:
    client = Client()
    client.force_login(user)
    value = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": url}])


def stands(page: Page, state: str) -> None:
    """Wait until the form says so."""
    expect(page.locator("#table-form")).to_have_attribute("data-saving", state)


def content(case: Evaluation, key: str) -> dict[str, Any]:
    return dict(case.tables.get(key=key).content)


def test_typing_saves_itself_and_says_when(cast: Cast, case: Evaluation, open_table: Open) -> None:
    page = open_table(cast.lin, "technical")
    page.fill("#id_racks-0-rated_kw", "5")
    page.fill("#id_racks-0-count", "600")
    page.fill("#id_racks-0-in_use", "450")
    # 600 racks of 5 kW are 1200 standard racks, three quarters in use.
    expect(page.locator("#derived-rack_count output")).to_have_text("1 200")
    expect(page.locator("#derived-rack_utilization output")).to_have_text("75")
    stands(page, "saved")
    expect(page.locator("#save-when")).to_contain_text(f"{SAVED}")
    assert content(case, "technical")["racks"] == [
        {"rated_kw": "5", "count": "600", "in_use": "450"}
    ]
    page.fill("#id_racks-0-in_use", "601")
    page.press("#id_racks-0-in_use", "Tab")
    expect(page.locator("#id_racks_error")).to_have_text("额定5kW：在用601个多于可用600个")


def test_a_lost_network_keeps_the_text_and_saves_it_when_it_is_back(
    cast: Cast, case: Evaluation, open_table: Open
) -> None:
    page = open_table(cast.lin, "other")
    page.context.set_offline(True)
    page.fill("#id_features_text", "余热供暖")
    stands(page, "offline")
    expect(page.get_by_text("没有连上服务器，尚未保存。")).to_be_visible()
    assert content(case, "other") == {}
    page.context.set_offline(False)
    stands(page, "saved")
    assert content(case, "other") == {"features_text": "余热供暖"}
    assert page.evaluate("Object.keys(localStorage).filter((k) => k.startsWith('form:'))") == []


def test_a_closed_page_offers_its_text_back(cast: Cast, case: Evaluation, open_table: Open) -> None:
    page = open_table(cast.lin, "other")
    page.route("**/autosave/", lambda route: route.abort())
    page.fill("#id_features_text", "余热供暖")
    stands(page, "offline")
    again = page.context.new_page()
    page.close()
    again.goto(f"/cases/{case.number}/form/other/")
    expect(again.locator("#id_features_text")).to_have_value("")
    expect(again.locator("[data-kept-list]")).to_contain_text("余热供暖")
    again.get_by_role("button", name="恢复并保存这些内容").click()
    expect(again.locator("#id_features_text")).to_have_value("余热供暖")
    expect(again.locator("[data-merged]")).to_contain_text("已恢复并保存：")
    expect(again.locator("[data-kept-offer]")).to_be_hidden()
    assert content(case, "other") == {"features_text": "余热供暖"}


def test_an_expired_session_keeps_the_text_until_one_is_back(
    cast: Cast, case: Evaluation, open_table: Open, live_server: Any
) -> None:
    page = open_table(cast.lin, "other")
    Session.objects.all().delete()
    page.fill("#id_features_text", "余热供暖")
    stands(page, "expired")
    expect(page.get_by_role("link", name="重新登录")).to_have_attribute(
        "href", f"/accounts/login/?next=/cases/{case.number}/form/other/"
    )
    assert content(case, "other") == {}
    # A colleague signs in at the same computer: the text is not saved in another's name.
    sign_in(page.context, cast.han, live_server.url)
    with page.expect_response(f"**/{case.number}/form/other/"):
        page.evaluate("window.dispatchEvent(new Event('focus'))")
    stands(page, "expired")
    assert content(case, "other") == {}
    sign_in(page.context, cast.lin, live_server.url)
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    stands(page, "saved")
    assert content(case, "other") == {"features_text": "余热供暖"}


def test_two_pages_of_a_table_show_both_texts(
    cast: Cast, case: Evaluation, open_table: Open
) -> None:
    lin, han = open_table(cast.lin, "support"), open_table(cast.han, "support")
    lin.fill("#id_development_plan_text", "林工的规划")
    stands(lin, "saved")
    han.fill("#id_development_plan_text", "韩梅的规划")
    stands(han, "conflict")
    expect(han.get_by_text("您的内容还在本页，没有覆盖对方。")).to_be_visible()
    assert content(case, "support") == {"development_plan_text": "林工的规划"}
    han.get_by_role("button", name="对照两边的内容").click()
    expect(han.get_by_text(MERGED)).to_be_visible()
    expect(han.locator("#id_development_plan_text")).to_have_value("韩梅的规划")
    sides = han.locator(".theirs blockquote")
    expect(sides).to_have_text(["韩梅的规划", "林工的规划"])
    # Nothing is chosen beforehand, and nothing is saved without a choice.
    han.get_by_role("button", name="保存本表").last.click()
    expect(han.get_by_text("请先选择一边，再保存本表。")).to_be_visible()
    expect(han.get_by_label("用我填写的")).to_be_focused()
    assert content(case, "support") == {"development_plan_text": "林工的规划"}
    han.keyboard.press("Space")
    expect(han.get_by_label("用我填写的")).to_be_checked()
    han.keyboard.press("ArrowDown")
    expect(han.locator("#id_development_plan_text")).to_have_value("林工的规划")
    han.keyboard.press("ArrowUp")
    expect(han.locator("#id_development_plan_text")).to_have_value("韩梅的规划")
    expect(sides).to_have_text(["韩梅的规划", "林工的规划"])
    han.get_by_label("用 林工 保存的").check()
    han.get_by_role("button", name="保存本表").last.click()
    expect(han.locator("#id_development_plan_text")).to_have_value("林工的规划")
    expect(han.locator("[data-kept-offer]")).to_be_hidden()


def test_two_pages_of_a_table_join_what_each_changed_alone(
    cast: Cast, case: Evaluation, open_table: Open
) -> None:
    lin, han = open_table(cast.lin, "support"), open_table(cast.han, "support")
    lin.fill("#id_development_plan_text", "林工的规划")
    stands(lin, "saved")
    han.fill("#id_operation_plan_text", "韩梅的计划")
    expect(han.locator("#id_development_plan_text")).to_have_value("林工的规划")
    expect(han.locator("[data-merged]")).to_contain_text("林工 同时改了")
    expect(han.locator("#id_operation_plan_text")).to_be_focused()
    stands(han, "saved")
    han.fill("#id_development_plan_text", "林工的规划，韩梅补充")
    stands(han, "changed")
    stands(han, "saved")
    assert content(case, "support") == {
        "development_plan_text": "林工的规划，韩梅补充",
        "operation_plan_text": "韩梅的计划",
    }


def test_a_computed_value_goes_from_the_page_with_its_rows(
    cast: Cast, case: Evaluation, open_table: Open
) -> None:
    page = open_table(cast.lin, "technical")
    page.fill("#id_rack_count", "900")
    stands(page, "saved")
    for cell, text in {"rated_kw": "5", "count": "600", "in_use": "450"}.items():
        page.fill(f"#id_racks-0-{cell}", text)
    expect(page.locator("#derived-rack_count output")).to_have_text("1 200")
    page.locator("[data-remove-row]").first.click()
    expect(page.locator("#id_rack_count")).to_be_visible()
    expect(page.locator("#id_rack_count")).to_have_value("")
    stands(page, "saved")
    assert content(case, "technical") == {}


def test_a_row_that_comes_back_is_named(cast: Cast, case: Evaluation, open_table: Open) -> None:
    page = open_table(cast.lin, "technical")
    for cell, text in {"rated_kw": "5", "count": "600", "in_use": "450"}.items():
        page.fill(f"#id_racks-0-{cell}", text)
    racks = page.locator('[data-rows="racks"]')
    racks.locator("[data-remove-row]").first.click()
    racks.get_by_role("button", name="恢复刚移除的行").click()
    expect(racks.locator("[data-rows-said]")).to_have_text("已恢复第1行：5 · 600 · 450")


def test_with_the_keyboard_alone(cast: Cast, case: Evaluation, open_table: Open) -> None:
    page = open_table(cast.lin, "head")
    page.focus("#id_name")
    for text in ("韩总", "总经理", "010-88886666", "没有邮箱"):
        page.keyboard.type(text)
        page.keyboard.press("Tab")
    page.keyboard.press("Control+s")
    expect(page.locator("#id_email_error")).to_have_text("应为邮箱地址")
    fault = page.locator("#table-gaps a", has_text="邮箱地址")
    fault.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#id_email")).to_be_focused()
    page.keyboard.press("Control+a")
    page.keyboard.type("head@example.org")
    page.keyboard.press("Enter")
    expect(page.locator("#table-3-state")).to_contain_text("填写完整")
    assert content(case, "head") == {
        "name": "韩总",
        "position": "总经理",
        "phone": "010-88886666",
        "email": "head@example.org",
    }


def test_on_a_phone_the_score_unfolds_from_the_foot(
    cast: Cast, case: Evaluation, open_table: Open
) -> None:
    journey.fill(case, cast.lin, {**PROVINCE_VALUES, "enterprise_count": "19"})
    page = open_table(cast.lin, "technical", width=390)
    strip = page.locator(".score-fold")
    expect(strip.locator("dl")).to_be_visible()
    expect(strip.get_by_text("必备项不满足：")).to_be_hidden()
    strip.locator("> details > summary").click()
    expect(strip.get_by_text("必备项不满足：")).to_be_visible()
    page.fill("#id_egress_bandwidth", "1")
    stands(page, "saved")
    expect(strip.locator("dl")).to_contain_text("A295")
    expect(strip.get_by_text("必备项不满足：")).to_be_visible()  # it stays unfolded
    assert page.evaluate("document.documentElement.scrollWidth") == 390


@pytest.mark.parametrize("width", [1280, 390])
def test_a_link_of_the_list_marks_its_field_and_puts_the_focus_there(
    cast: Cast, case: Evaluation, open_table: Open, width: int
) -> None:
    rows = [{"rated_kw": "5", "count": "600", "in_use": "450"}, {"count": "7", "in_use": "6"}]
    application.save_table(cast.lin, case, "technical", {"racks": rows}, 0)
    page = open_table(cast.lin, "technical", width=width)
    landed = page.locator(".is-landed")
    # An empty choice, the empty cell of a row; then from another page a text and a material.
    for link, focused in (
        ("room_grade", "#id_room_grade_0"),
        ("racks-1", "#id_racks-1-rated_kw"),
        ("egress_bandwidth", "#id_egress_bandwidth"),
    ):
        page.locator(f"#table-gaps a[href$='#id_{link}']").evaluate(
            "(a) => { const more = a.closest('details'); if (more) more.open = true; a.click(); }"
        )
        expect(page.locator(focused)).to_be_focused()
        expect(page.locator(focused)).to_be_in_viewport()
        expect(landed).to_have_count(1)
        assert landed.evaluate("(e) => e.contains(document.activeElement)")
    page.keyboard.press("Tab")
    expect(landed).to_have_count(0)
    page.goto(f"/cases/{case.number}/completeness/")
    page.locator("a[href$='#slot-4']").first.click()
    expect(page.locator("#slot-4")).to_be_focused()
    expect(page.locator("#slot-4")).to_have_class("slot is-landed")
    expect(page.locator("#slot-4-name")).to_be_in_viewport()
