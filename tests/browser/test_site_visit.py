"""A site visit in real browsers: in a basement without network, with the portal stopped at each
stage, on two devices at once, with a browser closed and a session that ran out."""

import json
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Dialog, Locator, expect

from evaluation.demo import PASSWORD
from evaluation.demo.files import example_photo
from evaluation.demo.tables import PROVINCE_VALUES
from tests.browser.line import Line, line_to
from tests.browser.portal import CHROMIUM, FLAGS, Person, running_portal
from tests.prepared import Prepared, manage, nothing_waits

pytestmark = pytest.mark.browser

expect.set_options(timeout=30_000)
NOTHING_LEFT = "全部内容已上传"
NOTHING_YET = "没有待上传的内容"
LEADER, MEMBER = "expert1", "expert2"
CASES = """
from evaluation.actions import application
from evaluation.demo import journey
from evaluation.demo.load import cast_for
from evaluation.demo.tables import PROVINCE_VALUES

cast = cast_for("ulanqab")
for _ in range(8):
    case = application.start(cast.applicant, category="province", place="山东",
        base_name="示例离线基地", province="370000", city="370100")
    journey.fill(case, cast.applicant, PROVINCE_VALUES)
    journey.carry(case, cast, "site_visit")
    print("case", case.number)
"""


@dataclass
class Portal:
    """A running portal, its database to look into, and cases on their visits, one for each test."""

    url: str
    database: Path
    cases: list[str]

    def rows(self, query: str, *values: Any) -> list[Any]:
        with closing(sqlite3.connect(self.database, timeout=20)) as opened, opened:
            return [row if len(row) > 1 else row[0] for row in opened.execute(query, values)]

    def observed(self, case: str) -> dict[str, Any]:
        found = self.rows(
            "select indicator, observed from evaluation_siterecord where evaluation_id ="
            " (select id from evaluation_evaluation where number = ?)",
            case,
        )
        return {indicator: json.loads(value) for indicator, value in found}

    def photos(self, case: str) -> list[Any]:
        return self.rows(
            "select name, content_type, indicator from evaluation_casefile where"
            " purpose = 'site_photo' and evaluation_id ="
            " (select id from evaluation_evaluation where number = ?)",
            case,
        )

    def entries(self, case: str) -> list[str]:
        return self.rows(
            "select indicator || ' ' || outcome from evaluation_siteentry where evaluation_id ="
            " (select id from evaluation_evaluation where number = ?) order by received_at",
            case,
        )


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory, prepared: Prepared) -> Iterator[Portal]:
    var = tmp_path_factory.mktemp("visits") / "var"
    prepared.example_portal(var)
    made = manage(var, "shell", "-v", "0", "-c", CASES)
    nothing_waits(var)
    with running_portal(VAR_DIR=str(var)) as url:
        yield Portal(url, var / "db.sqlite3", re.findall(r"^case (\S+)", made, re.M))


@pytest.fixture
def case(portal: Portal) -> str:
    return portal.cases.pop()


@pytest.fixture
def line(portal: Portal) -> Iterator[Line]:
    with line_to(portal.url) as line:
        yield line


class Device:
    """A tablet with the page of the visit."""

    def __init__(self, context: BrowserContext, url: str, case: str) -> None:
        self.context, self.url = context, url
        self.path = f"/cases/{case}/site-visit/"
        self.faults: list[str] = []
        context.set_default_timeout(30_000)
        self.page = context.pages[0] if context.pages else context.new_page()
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))

    def sign_in(self, username: str) -> None:
        self.context.clear_cookies()
        page = self.context.new_page()
        page.goto(f"{self.url}/accounts/login/")
        page.fill("input[name=login]", username)
        page.fill("input[name=password]", PASSWORD)
        page.press("input[name=password]", "Enter")
        page.wait_for_url("**/desk/", wait_until="commit")
        # Emptied, not closed: of a page that is still loading Chromium at times never says that it
        # has gone, and closing waits for that without a limit.
        page.goto("about:blank")

    def open(self) -> None:
        self.page.goto(self.url + self.path)
        expect(self.page.locator("[data-visit-line]")).to_be_visible()

    def preload(self) -> None:
        self.page.locator("[data-preload] button").click()

    def ready(self) -> None:
        """Preloaded, the page closed, and the network gone."""
        self.preload()
        expect(self.page.locator("[data-preload-told]")).to_contain_text("可离线使用")
        self.context.set_offline(True)
        self.open()

    def item(self, code: str) -> Locator:
        return self.page.locator(f"#item-{code}")

    def confirm(self, code: str) -> None:
        self.item(code).get_by_role("button", name="与申报值一致", exact=True).click()

    def fill(self, code: str, value: str, reason: str = "", **texts: str) -> None:
        """Type into an item's form."""
        item = self.item(code)
        if not item.locator(f"[name={code}-value]").is_visible():
            item.locator(".site-form summary").click()
        for name, text in {"value": value, "reason": reason, **texts}.items():
            item.locator(f"[name={code}-{name}]").fill(text)

    def save(self, code: str) -> None:
        self.item(code).get_by_role("button", name="保存核验值", exact=True).click()

    def take_photo(self, code: str, photo: Path) -> None:
        self.item(code).locator("input[name$=photo]").set_input_files(photo)

    def sign(self, side: str, name: str) -> None:
        form = self.page.locator(f"form[data-sign]:has(input[value={side}])")
        form.locator("[name=name]").fill(name)
        if side == "team":  # by hand; the other by its name alone
            form.get_by_role("button", name="签字").last.scroll_into_view_if_needed()
            box = form.locator("canvas").bounding_box()
            assert box is not None
            mouse = self.page.mouse
            mouse.move(box["x"] + 30, box["y"] + 40)
            mouse.down()
            mouse.move(box["x"] + 160, box["y"] + 90, steps=6)
            mouse.up()
        else:
            button = form.get_by_role("button", name="签字").last
            button.click()
            expect(form.locator("[data-sign-told]")).to_contain_text("请在签字框内签字")
            form.get_by_label("以签署姓名代替手写签字").check()
        form.get_by_role("button", name="签字").last.click()

    def says(self, count: str, condition: str = "", within: int = 30) -> None:
        seconds = within * 1000
        expect(self.page.locator("[data-visit-count]")).to_have_text(count, timeout=seconds)
        if condition:
            expect(self.page.locator("[data-visit-condition]")).to_contain_text(condition)

    def back_online(self) -> None:
        """As the browser tells its pages; the page would try by itself, a little later."""
        self.page.evaluate("window.dispatchEvent(new Event('online'))")

    def kept(self) -> list[str]:
        """What is stored of visits in this browser: caches and databases."""
        found: list[str] = self.page.evaluate(
            """async () => [
                ...(await caches.keys()).map((name) => `cache ${name}`),
                ...(await indexedDB.databases()).map((each) => `database ${each.name}`),
            ].filter((name) => name.includes("visit:"))"""
        )
        return sorted(found)


Open = Callable[[str], Device]


@pytest.fixture
def device(browser: Browser, line: Line, case: str) -> Iterator[Open]:
    """A new tablet of this user at the page of the visit."""
    devices: list[Device] = []

    def open_(username: str) -> Device:
        context = browser.new_context(locale="zh-CN", viewport={"width": 820, "height": 1180})
        device = Device(context, line.url, case)
        devices.append(device)
        device.sign_in(username)
        device.open()
        return device

    yield open_
    for device in devices:
        device.context.close()
    assert [fault for device in devices for fault in device.faults] == []


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "关口电表.png"
    path.write_bytes(example_photo().read())
    return path


def test_a_whole_visit_in_a_basement_with_the_tablet_switched_off_in_between(
    browser: Browser, line: Line, portal: Portal, case: str, photo: Path, tmp_path: Path
) -> None:
    def switched_on() -> Device:
        context = browser.browser_type.launch_persistent_context(
            str(tmp_path / "tablet"),
            executable_path=CHROMIUM,
            args=FLAGS,
            locale="zh-CN",
            viewport={"width": 820, "height": 1180},
        )
        return Device(context, line.url, case)

    tablet = switched_on()
    tablet.sign_in(LEADER)
    tablet.open()
    tablet.says(NOTHING_YET)
    tablet.ready()

    tablet.fill("pue", "1.31", instrument="关口电表", reading="1.308")
    tablet.save("pue")
    expect(tablet.item("pue")).to_contain_text("核验值与申报值不一致，请写明差异原因。")
    tablet.says(NOTHING_YET, "1 项已填写、未保存")
    tablet.fill("pue", "1.31", "夏季实测", instrument="关口电表", reading="1.308")
    tablet.save("pue")
    expect(tablet.item("pue")).to_contain_text("结论待上传后由系统判定")
    expect(tablet.item("pue").locator(".site-item-held")).to_be_visible()
    expect(tablet.item("pue").locator(".site-item-state")).to_be_hidden()
    expect(tablet.page.locator(".progress-count")).to_have_text("还有 24 项未核验")
    expect(tablet.page.locator("[data-sign-wait]").get_by_role("link")).to_have_count(24)
    expect(tablet.page.locator("form[data-sign]").first).to_be_hidden()
    tablet.take_photo("pue", photo)
    expect(tablet.item("pue").locator(".site-local img")).to_be_visible()
    tablet.says("1 项尚未上传", "当前没有网络")
    codes = tablet.page.locator(".site-item").evaluate_all(
        "items => items.map((item) => item.id.replace('item-', ''))"
    )
    assert len(codes) == 25
    for code in codes:
        if code not in ("pue", "rack_count"):
            tablet.confirm(code)
    tablet.says("24 项尚未上传")
    tablet.fill("rack_count", "1500", "部分机架")  # the battery is empty
    tablet.says("24 项尚未上传", "1 项已填写、未保存")

    # A material opens from the device, in its viewer.
    shown = tablet.page.evaluate(
        """async (path) => {
            const name = (await caches.keys()).find((each) => each.startsWith("visit:"));
            const held = (await (await caches.open(name)).keys()).map((each) => new URL(each.url).pathname);
            const id = held.find((each) => each.includes("/files/")).split("/").at(-2);
            const answer = await fetch(`${path}evidence/${id}/`);
            return [answer.headers.get("Content-Disposition").split(";")[0], (await answer.text()).slice(0, 5)];
        }""",
        tablet.path,
    )
    assert shown == ["inline", "%PDF-"]
    assert tablet.faults == []
    tablet.context.close()

    tablet = switched_on()
    tablet.context.set_offline(True)
    tablet.open()
    tablet.says("24 项尚未上传", "1 项已填写、未保存")
    expect(tablet.item("rack_count").locator("[name=rack_count-value]")).to_have_value("1500")
    expect(tablet.item("rack_count")).to_contain_text("已恢复上次未保存的填写")
    tablet.save("rack_count")
    tablet.says("25 项尚未上传")
    expect(tablet.page.locator(".progress-count")).to_have_text("全部指标已核验")
    expect(tablet.page.locator("[data-sign-wait]")).to_be_hidden()
    tablet.sign("team", "示例专家孙立")
    tablet.sign("applicant", "示例陪同人")
    tablet.says("27 项尚未上传")
    assert portal.observed(case) == {}

    tablet.context.set_offline(False)  # the session has ended with the browser
    tablet.says("27 项尚未上传", "登录已过期")
    tablet.sign_in(LEADER)
    tablet.back_online()
    tablet.says(NOTHING_LEFT, within=120)
    expect(tablet.item("pue").locator(".site-item-state")).to_contain_text("不符合")
    assert portal.observed(case) == {
        **{code: PROVINCE_VALUES[code] for code in codes},
        "pue": "1.31",
        "rack_count": "1500",
    }
    of_case = "(select id from evaluation_evaluation where number = ?)"
    assert portal.rows(
        "select instrument, reading, reason from evaluation_siterecord where indicator = 'pue'"
        f" and evaluation_id = {of_case}",
        case,
    ) == [("关口电表", "1.308", "夏季实测")]
    assert portal.photos(case) == [("关口电表.jpg", "image/jpeg", "pue")]
    assert portal.rows(
        f"select side, strokes = '[]' from evaluation_sitesignature where evaluation_id = {of_case}"
        " order by side",
        case,
    ) == [("applicant", 1), ("team", 0)]
    tablet.page.goto(f"{line.url}/cases/{case}/moves/close_visit/")
    tablet.page.get_by_role("button", name="提交现场评估记录").click()
    tablet.page.wait_for_url(f"**/cases/{case}/")

    # The visit is over: the next page takes everything off the tablet.
    tablet.page.goto(f"{line.url}/desk/")
    expect(tablet.page.get_by_role("heading", name="待办", exact=True)).to_be_visible()
    for _ in range(100):  # a page of its own accord, so there is nothing to wait for but this
        if not [name for name in tablet.kept() if name.startswith("cache")]:
            break
        tablet.page.wait_for_timeout(100)
    assert [name for name in tablet.kept() if name.startswith("cache")] == []
    assert tablet.faults == []
    tablet.context.close()


@pytest.mark.long
def test_without_preloading_the_page_warns_and_with_it_every_page_leads_back(device: Open) -> None:
    tablet = device(LEADER)
    expect(tablet.page.locator("[data-preload]")).to_contain_text("尚未预载到本机")
    tablet.context.set_offline(True)
    tablet.says(NOTHING_YET, "本页未预载：请勿关闭或刷新")
    expect(tablet.page.locator("[data-visit-condition]")).not_to_contain_text("已保存在本机")
    tablet.context.set_offline(False)
    tablet.ready()
    expect(tablet.page.locator("[data-preload-open]")).to_be_hidden()
    expect(tablet.page.locator("[data-visit-condition]")).not_to_contain_text("本页未预载")
    tablet.page.goto(f"{tablet.url}/")
    expect(tablet.page.get_by_role("heading")).to_have_text("当前没有网络")
    tablet.page.get_by_role("link").click()
    expect(tablet.page.locator("[data-visit-line]")).to_be_visible()


@pytest.mark.long
def test_the_portal_stops_at_each_stage_and_nothing_is_lost_or_doubled(
    portal: Portal, case: str, device: Open, line: Line, photo: Path
) -> None:
    tablet = device(LEADER)

    # while preloading
    tablet.preload()
    line.cut()
    told = tablet.page.locator("[data-preload-told]")
    expect(told).to_contain_text("预载失败，请重试")
    line.mend()
    tablet.page.locator("[data-preload] button").click()
    expect(told).to_contain_text("可离线使用")

    # before it gets the finding
    line.cut()
    tablet.confirm("room_grade")
    tablet.says("1 项尚未上传", "已保存在本机")
    line.mend()
    tablet.back_online()
    tablet.says(NOTHING_LEFT)

    # after it has recorded the finding, before its answer arrives
    line.go_deaf()
    tablet.fill("pue", "1.31", "夏季实测")
    tablet.save("pue")
    assert line.heard.wait(15)
    tablet.says("1 项尚未上传")
    # Corrected before the device knows.
    tablet.fill("pue", "1.33", "更正读数")
    tablet.save("pue")
    line.mend()
    tablet.back_online()
    tablet.says(NOTHING_LEFT)
    assert portal.observed(case)["pue"] == "1.33"

    # in a photo
    line.go_deaf()
    tablet.take_photo("pue", photo)
    assert line.heard.wait(15)
    tablet.says("1 项尚未上传")
    tablet.page.reload()  # from the device
    tablet.says("1 项尚未上传")
    line.mend()
    tablet.back_online()
    tablet.says(NOTHING_LEFT)
    assert len(portal.photos(case)) == 1
    assert portal.entries(case) == ["room_grade kept", "pue kept", "pue kept"]


def test_two_devices_find_different_values_and_a_person_chooses(
    portal: Portal, case: str, device: Open
) -> None:
    first, second = device(LEADER), device(MEMBER)
    for tablet, value in ((first, "1.31"), (second, "1.52")):
        tablet.context.set_offline(True)
        tablet.fill("pue", value, "各自复测")
        tablet.save("pue")
        tablet.says("1 项尚未上传")
    for tablet in (first, second):
        tablet.context.set_offline(False)
        tablet.says(NOTHING_LEFT)
    both = second.item("pue").locator(".site-conflict")
    for text in ("1.31", "1.52", "示例专家孙立", "示例专家郑芳"):
        expect(both).to_contain_text(text)
    assert portal.observed(case) == {"pue": "1.31"}
    both.get_by_label("选定的理由").fill("复测的结果")
    both.get_by_role("button", name="改用").click()
    expect(second.item("pue").locator(".site-conflict")).to_have_count(0)
    assert portal.observed(case) == {"pue": "1.52"}


@pytest.mark.long
def test_a_session_that_ran_out_keeps_everything_and_goes_on_after_signing_in(
    portal: Portal, case: str, device: Open
) -> None:
    tablet = device(LEADER)
    portal.rows("delete from django_session")
    tablet.fill("pue", "1.31", "夏季实测")
    tablet.save("pue")
    tablet.says("1 项尚未上传", "登录已过期")
    expect(tablet.page.get_by_role("link", name="重新登录")).to_be_visible()
    # Another account at the same tablet sends nothing of it, and does not see it.
    tablet.sign_in(MEMBER)
    tablet.back_online()
    tablet.says("1 项尚未上传", "当前登录的是另一账号")
    tablet.open()
    tablet.says(NOTHING_YET)
    assert portal.observed(case) == {}
    tablet.sign_in(LEADER)
    tablet.open()
    tablet.says(NOTHING_LEFT)
    assert portal.observed(case) == {"pue": "1.31"}
    expect(tablet.item("pue")).to_contain_text("示例专家孙立 记录于")


@pytest.mark.long
def test_what_the_portal_refuses_or_the_device_cannot_hold_is_named(
    portal: Portal, case: str, device: Open, photo: Path, tmp_path: Path
) -> None:
    tablet = device(LEADER)
    tablet.fill("pue", "0.9", "笔误")
    tablet.save("pue")
    expect(tablet.item("pue").locator(".site-local")).to_contain_text("应为不小于1的数值")
    tablet.says("1 项尚未上传", "1 项未被接受，请逐项处理")
    tablet.fill("pue", "1.31", "夏季实测")
    tablet.save("pue")
    tablet.says(NOTHING_LEFT)
    assert portal.observed(case) == {"pue": "1.31"}

    warnings = tablet.page.locator("[data-visit-warnings]")
    text = tmp_path / "说明.jpg"
    text.write_text("没有图像")
    tablet.take_photo("pue", text)
    expect(warnings).to_contain_text("“说明.jpg”不是 JPG 或 PNG 图片，没有保存。")
    tablet.page.evaluate(
        """() => {
            IDBObjectStore.prototype.put = () => {
                throw new DOMException("full", "QuotaExceededError");
            };
        }"""
    )
    tablet.take_photo("pue", photo)
    expect(warnings).to_contain_text("本机存储空间不足，“关口电表.png”没有保存。")


@pytest.mark.long
def test_a_file_is_carried_to_a_machine_with_network(
    portal: Portal, case: str, device: Open, photo: Path, tmp_path: Path
) -> None:
    tablet, machine = device(LEADER), device(MEMBER)
    tablet.ready()
    tablet.fill("pue", "1.31", "夏季实测")
    tablet.save("pue")
    tablet.take_photo("pue", photo)
    expect(tablet.item("pue").locator(".site-local img")).to_be_visible()
    tablet.page.locator(".visit-device > summary").click()
    with tablet.page.expect_download() as waiting:
        tablet.page.get_by_role("button", name="导出加密文件").click()
    carried = tmp_path / waiting.value.suggested_filename
    waiting.value.save_as(carried)
    assert b"1.31" not in carried.read_bytes()

    machine.page.goto(f"{machine.url}{machine.path}import/")
    machine.page.locator("input[type=file]").set_input_files(carried)
    machine.page.get_by_role("button", name="导入现场记录").click()
    expect(machine.page.locator("main")).to_contain_text("2 项已记录")
    assert portal.observed(case) == {"pue": "1.31"}
    machine.open()
    expect(machine.item("pue")).to_contain_text("示例专家孙立 记录于")
    tablet.says("1 项尚未上传")
    tablet.context.set_offline(False)
    tablet.says(NOTHING_LEFT)
    assert (portal.entries(case), len(portal.photos(case))) == (["pue kept"], 1)


@contextmanager
def asked(device: Device, *, accept: bool) -> Iterator[list[str]]:
    """What the page asks or tells in a dialog, answered so."""
    words: list[str] = []

    def answer(dialog: Dialog) -> None:
        words.append(dialog.message)
        if accept:
            dialog.accept()
        else:
            dialog.dismiss()

    device.page.once("dialog", answer)
    with device.page.expect_event("dialog"):
        yield words


@pytest.mark.long
def test_signing_out_and_leaving_the_case_clear_the_device(
    browser: Browser, portal: Portal, case: str, device: Open
) -> None:
    tablet = device(MEMBER)
    tablet.ready()
    tablet.fill("pue", "1.31", "夏季实测")
    tablet.save("pue")
    tablet.says("1 项尚未上传")
    (member,) = portal.rows("select id from accounts_user where username = ?", MEMBER)
    name = f"visit:{member}:{case}"
    assert tablet.kept() == [f"cache {name}", f"database {name}"]

    tablet.page.locator(".top-bar .drop-end summary").first.click()
    with asked(tablet, accept=False) as question:
        tablet.page.get_by_role("button", name="退出登录").click()
    assert "本机还有 1 份现场记录没有上传" in question[0]
    assert tablet.kept() == [f"cache {name}", f"database {name}"]

    # Taken off the case meanwhile: the device learns it with the next word from the portal.
    secretariat = Person(browser, portal.url, "secretariat")
    secretariat.go(f"/cases/{case}/experts/")
    row = secretariat.page.locator("tr", has_text="示例专家郑芳").first
    row.get_by_role("link", name="解除指派").click()
    secretariat.page.fill("textarea", "示例：日程冲突。")
    secretariat.press("解除指派")
    secretariat.leave()
    with asked(tablet, accept=True) as told:
        tablet.context.set_offline(False)
    tablet.page.wait_for_url("**/desk/")
    assert "本机保存的资料已清除（其中 1 份记录没有上传）" in told[0]
    assert tablet.kept() == []

    other = device(LEADER)
    other.preload()
    expect(other.page.locator("[data-preload-told]")).to_contain_text("可离线使用")
    other.page.locator(".top-bar .drop-end summary").first.click()
    other.page.get_by_role("button", name="退出登录").click()
    other.page.wait_for_url(f"{other.url}/")
    assert other.kept() == []
