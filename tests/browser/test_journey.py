"""A declaration goes through all seven steps to a certificate that a citizen verifies: in real
browsers, with real uploads and PDFs, once on the embedded portal and once on PostgreSQL, Redis and
the same worker."""

import io
import re
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from playwright.sync_api import Browser
from pypdf import PdfReader

from evaluation.demo.files import example_pdf, example_photo
from tests.browser.portal import Person, running_portal
from tests.prepared import NOTHING_WAITS, Prepared, manage

pytestmark = pytest.mark.browser


@pytest.fixture(
    params=["embedded", pytest.param("servers", marks=[pytest.mark.services, pytest.mark.long])]
)
def address(request: pytest.FixtureRequest, prepared: Prepared, tmp_path: Path) -> Iterator[str]:
    var = tmp_path / "var"
    if request.param == "embedded":
        prepared.example_portal(var)
        with running_portal(VAR_DIR=str(var)) as url:
            yield url
        return
    database = request.getfixturevalue("postgres_database")
    redis = request.getfixturevalue("redis_url")
    manage(var, "demo", "--verbosity=0", DATABASE_URL=database)
    with psycopg.connect(database) as connection:
        connection.execute(NOTHING_WAITS)
    with running_portal(VAR_DIR=str(var), DATABASE_URL=database, REDIS_URL=redis) as url:
        yield url


@pytest.fixture
def scan(tmp_path: Path) -> Path:
    path = tmp_path / "示例协议扫描件.pdf"
    path.write_bytes(example_pdf("示例协议扫描件").read())
    return path


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "机房.png"
    path.write_bytes(example_photo().read())
    return path


def text_of(pdf: bytes) -> str:
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def test_from_application_to_verified_certificate(
    browser: Browser, address: str, scan: Path, photo: Path
) -> None:
    applicant = Person(browser, address, "applicant")
    secretariat = Person(browser, address, "secretariat")
    case = the_draft_of(applicant)

    # 1 申请
    applicant.go(f"/cases/{case}/completeness/")
    applicant.follow("提交申报")
    applicant.press("提交申报")
    applicant.reads("待受理")
    application = rendered(applicant, case, "评估申报书")
    assert "示例滨海智算科技有限公司" in text_of(application)
    secretariat.move(case, "受理申报")

    # 2 签订评估咨询服务协议
    assert "评估咨询服务协议" in text_of(rendered(applicant, case, "评估咨询服务协议"))
    applicant.go(f"/cases/{case}/")
    applicant.follow("提交签章协议")
    applicant.upload(scan)
    applicant.send("提交签章协议")
    secretariat.go(f"/cases/{case}/")
    secretariat.follow("完成协议签订")
    secretariat.upload(scan)
    secretariat.send("完成协议签订")

    # 3 材料初审: slot 4 is returned, corrected, and accepted
    review(secretariat, case, defect=4)
    secretariat.move(case, "发出补正通知")
    applicant.go(f"/cases/{case}/materials/")
    applicant.reads("请补充机房等级证书。")
    add_material(applicant, case, 4, scan)
    applicant.go(f"/cases/{case}/completeness/")
    applicant.follow("提交补正材料")
    applicant.send("提交补正材料")
    secretariat.go(f"/cases/{case}/review/")
    judge(secretariat, 4, "判为合格")
    secretariat.move(case, "通过材料初审")

    # 4 现场评估
    assign(secretariat, case, "示例专家孙立")
    visitor = Person(browser, address, "expert1")
    pledge(visitor, case)
    secretariat.move(case, "派出现场评估组")
    visit(visitor, case, photo)
    visitor.move(case, "提交现场评估记录")

    # 5 专家评审
    assign(secretariat, case, "示例专家何平", "示例专家马骏")
    leader = Person(browser, address, "expert3")
    member = Person(browser, address, "expert4")
    for expert in (leader, member):
        pledge(expert, case)
    secretariat.move(case, "启动专家评审")
    for expert in (leader, member):
        expert.go(f"/cases/{case}/meeting/")
        expert.send("签到")
    doubt(member, case, "pue", "1.35", "漏计冷却塔用电")
    for expert in (leader, member):
        score(expert, case)
        expert.follow("提交评分表")
        expert.send("提交评分表")
    leader.go(f"/cases/{case}/consolidation/")
    leader.reads("漏计冷却塔用电")
    # What the leader types is kept while the other dissents and confirms.
    answer = leader.page.get_by_label("对质疑的答复")
    answer.fill("冷却塔用电已计入总用电量")
    leader.reads("只有您能看到")
    dissent(leader, member, case)
    leader.go(f"/cases/{case}/consolidation/")
    assert answer.input_value() == "冷却塔用电已计入总用电量"
    leader.press("核对并送评审专家阅看")
    member.go(f"/cases/{case}/opinion/")
    member.send("已阅看本稿")
    leader.send("提交评审意见")

    # 6 公布结果
    secretariat.go(f"/cases/{case}/")
    secretariat.follow("公布评估结果")
    secretariat.page.fill("input[name=working_days]", "0")
    secretariat.send("公布评估结果")
    applicant.go(f"/cases/{case}/result/")
    applicant.reads("满足10.1的认定条件")
    assert "达标合格" in text_of(rendered(applicant, case, "评估报告")).replace("\n", "")
    secretariat.move(case, "提请认定审批")

    # 7 认定
    decider = Person(browser, address, "decider")
    decider.move(case, "批准认定")
    certificate = text_of(rendered(applicant, case, "证书"))
    number = re.search(r"GYZS-\d{4}-CS-37-\d{4}", certificate)
    assert number is not None

    citizen = Person(browser, address)
    citizen.go("/verify/")
    citizen.page.locator("main input[name=number]").fill(number[0])
    citizen.page.press("main input[name=number]", "Enter")
    citizen.reads("国家工业互联网大数据中心工业智算基地（潍坊市）城市节点")
    citizen.reads("示例滨海智算科技有限公司")
    citizen.reads("有效")

    for person in (applicant, secretariat, visitor, leader, member, decider, citizen):
        person.leave()


def the_draft_of(applicant: Person) -> str:
    applicant.go("/desk/")
    applicant.follow("示例滨海工业智算基地")
    applicant.reads("填报中")
    return applicant.page.url.rstrip("/").rsplit("/", 1)[-1]


def rendered(person: Person, case: str, title: str) -> bytes:
    """Wait on the case page until the worker has made the document, then download it."""
    person.go(f"/cases/{case}/")
    row = person.page.locator(".job-done", has_text=title)
    row.first.wait_for(timeout=90_000)
    with person.page.expect_download() as waiting:
        row.get_by_role("link").first.click()
    return Path(waiting.value.path()).read_bytes()


def review(secretariat: Person, case: str, defect: int) -> None:
    secretariat.go(f"/cases/{case}/review/")
    for slot in range(1, 11):
        if slot == defect:
            place = secretariat.page.locator(f"#slot-{slot}")
            place.locator("summary", has_text="判为不合格").click()
            place.locator("textarea").fill("请补充机房等级证书。")
            judge(secretariat, slot, "判为不合格")
        else:
            judge(secretariat, slot, "判为合格")


def judge(secretariat: Person, slot: int, verdict: str) -> None:
    place = secretariat.page.locator(f"#slot-{slot}")
    place.get_by_role("button", name=verdict, exact=True).click()
    place.get_by_text("判定于").wait_for()


def add_material(applicant: Person, case: str, slot: int, path: Path) -> None:
    """The form sends itself as soon as a file is chosen."""
    applicant.page.locator(f"#upload-{slot}").set_input_files(path)
    slot_now = applicant.page.locator(f"#slot-{slot}")
    slot_now.locator(".file-list").get_by_role("link", name=path.name, exact=True).wait_for()


def assign(secretariat: Person, case: str, *names: str) -> None:
    """Assign experts without a draw; the first leads."""
    for position, name in enumerate(names):
        secretariat.go(f"/cases/{case}/experts/?q={name}")
        secretariat.follow(f"直接指派{name}")
        secretariat.page.get_by_label("理由").fill("示例：演示全程，不经抽取")
        if position == 0:
            secretariat.page.get_by_label("指派为组长").check()
        secretariat.press("指派并发出邀请")
        secretariat.page.locator(".experts-table").get_by_text(name).last.wait_for()


def pledge(expert: Person, case: str) -> None:
    """Answer invitations until it was that of this case: the example data draw experts at random,
    and an invitation names no case."""
    while case not in expert.page.url:
        expert.go("/desk/")
        expert.follow("答复邀请")
        expert.press("接受邀请，判断是否回避")
        expert.send("不回避，签署承诺书")
        expert.page.wait_for_url("**/cases/*/")


def visit(visitor: Person, case: str, photo: Path) -> None:
    """Find every value as declared, and take a photo of the machine room."""
    visitor.go(f"/cases/{case}/site-visit/")
    items = visitor.page.locator(".site-item")
    first = visitor.page.locator("#item-room_grade input[name$=photo]")
    first.set_input_files(photo)
    codes = [items.nth(n).get_attribute("id") for n in range(items.count())]
    assert len(codes) == 25
    for code in codes:
        item = visitor.page.locator(f"#{code}")
        item.get_by_role("button", name="与申报值一致", exact=True).click()
        item.get_by_text("记录于").wait_for()
    visitor.page.locator("#item-room_grade").get_by_text("机房.jpg").wait_for()  # made smaller


def doubt(expert: Person, case: str, code: str, value: str, reason: str) -> None:
    expert.go(f"/cases/{case}/scoring/challenges/{code}/")
    expert.page.fill(f"input[name={code}-value]", value)
    expert.page.fill(f"textarea[name={code}-reason]", reason)
    expert.press("提出质疑")


def dissent(leader: Person, member: Person, case: str) -> None:
    """The leader writes the member's dissent down, the member confirms it."""
    leader.go(f"/cases/{case}/meeting/")
    leader.page.locator("summary", has_text="记录保留意见").click()
    leader.page.get_by_label("保留意见的专家").select_option(label="示例专家马骏")
    leader.page.get_by_label("对什么保留意见").select_option(label="公共服务能力")
    leader.page.locator("textarea[name=text]").fill("认为公共服务能力应评4分")
    leader.press("记录保留意见")
    member.go(f"/cases/{case}/meeting/")
    member.press("确认这条保留意见")
    leader.go(f"/cases/{case}/meeting/")
    leader.reads("本人已确认")


def score(expert: Person, case: str) -> None:
    expert.go(f"/cases/{case}/scoring/")
    for field in expert.page.locator("input[name$=points]").all():
        field.fill("5")
    expert.press("保存评分")
