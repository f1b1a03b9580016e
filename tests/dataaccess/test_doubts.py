"""What is kept and doubted: the answer's warnings name the field, what came, what was expected and what
to do, in Chinese and in English."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from dataaccess import extents, regions, windows
from dataaccess.actions import keys
from dataaccess.distance import Point, seat_of
from dataaccess.models import Base, ComputeReport, Question
from portal.accounts.models import User
from portal.ledger import outbox
from tests.dataaccess.bodies import base_info, report
from tests.dataaccess.conftest import Caller, signed_in

pytestmark = pytest.mark.django_db
ENGLISH = {"Accept-Language": "en"}


def days_ago(count: int) -> str:
    return (windows.day_of(timezone.now()) - timedelta(days=count)).isoformat()


def warned(answer: Any) -> list[tuple[str, str, str]]:
    assert answer.status_code in (200, 201)
    return [
        (each["field"], each["code"], each["message"]) for each in answer.json().get("warnings", [])
    ]


def test_a_figure_in_another_unit_is_doubted_beside_the_report_before(
    caller: Caller, lin: User
) -> None:
    yesterday = days_ago(1)
    assert warned(caller.report(report(统计日期=yesterday))) == []
    wrong = {"GPU总算力": 2_600_000, "空闲GPU算力": 610_500}
    assert warned(caller.report(report(**wrong))) == [
        (
            "GPU总算力",
            "rise",
            f"“GPU总算力”为2600000，上一次（{yesterday}）为2600，是其1000倍，"
            "像是用了别的单位（本字段以 PFLOPS 计）。数据已按所报保存；请核对数值与单位，"
            "有误请更正后重发，无误请在平台的“数据询问”中说明原因。",
        )
    ]
    assert warned(caller.report(report(**wrong), headers=ENGLISH)) == [
        (
            "GPU总算力",
            "rise",
            f"“GPU总算力” is 2600000, the time before ({yesterday}) it was 2600: 1000 times as much, "
            "likely another unit (this field is in “PFLOPS”). The data were kept as sent. Check figure "
            "and unit: if wrong, send the right one; if right, explain it on the portal under "
            "“Questions about data”.",
        )
    ]
    outbox.sweep()
    question = Question.objects.get()
    page: Any = signed_in(lin).get(f"/questions/{question.pk}/")
    assert "GPU 算力总量从2600升到2600000 PFLOPS，是前一次的1000倍" in page.content.decode()
    assert ComputeReport.objects.get(date=windows.day_of(timezone.now())).gpu_total == 2_600_000


def test_a_figure_in_another_unit_is_doubted_beside_the_certified_one(
    caller: Caller, jinan: Base
) -> None:
    Base.objects.update(certified_fp16=3400)
    [(field, code, said)] = warned(caller.report(report(FP16总算力=3_400_000)))
    assert (field, code) == ("FP16总算力", "certified")
    assert said.startswith(
        "“FP16总算力”为3400000，认定时为3400，不在其90%至110%之间，"
        "像是用了别的单位（本字段以 PFLOPS 计）。"
    )
    [(_, _, told)] = warned(caller.report(report(FP16总算力=3_400_000), headers=ENGLISH))
    assert told.startswith(
        "“FP16总算力” is 3400000, certified were 3400: not between 90% and 110% of it, likely "
        "another unit (this field is in “PFLOPS”). "
    )


def test_coordinates_far_from_the_province_are_doubted(caller: Caller) -> None:
    there = base_info(基地所在位置="121.47371,31.23042")  # Shanghai
    assert warned(caller.info(there)) == [
        (
            "基地所在位置",
            "far_from_province",
            "“121.47371,31.23042”在“所在省份”370000（山东省）之外约341公里；"
            "该地约在经度114.7至122.8、纬度34.3至38.5之间，请核对坐标与省份代码。"
            "数据已按所报保存，请核对后更正重发。",
        )
    ]
    assert warned(caller.info(there, headers=ENGLISH)) == [
        (
            "基地所在位置",
            "far_from_province",
            "“121.47371,31.23042” lies outside “所在省份” 370000 (“Shandong”), some 341 km away; that "
            "is about longitude 114.7 to 122.8, latitude 34.3 to 38.5: check coordinates and code. "
            "The data were kept as sent; check them and send the right ones.",
        )
    ]
    # A little outside is what a coarse extent cannot tell.
    assert warned(caller.info(base_info(基地所在位置="118.2,34.0"))) == []


def test_every_province_has_its_seat_within_its_extent() -> None:
    for province in regions.provinces():
        seat, extent = seat_of(province.code), extents.of(province.code)
        assert seat is not None
        assert extent is not None
        assert extent.kilometres_to(seat) == 0, province.name
        assert extent.west < extent.east
        assert extent.south < extent.north
    beijing = extents.of("110000")
    assert beijing is not None
    # A degree of latitude is some 111 km.
    assert round(beijing.kilometres_to(Point(116.4, beijing.north + 1))) == 111


def test_another_organisation_than_the_bases_own_is_doubted(caller: Caller, jinan: Base) -> None:
    own = jinan.organisation.name
    other = base_info(单位名称="另一家示例公司")
    assert warned(caller.info(other)) == [
        (
            "单位名称",
            "organisation",
            f"“另一家示例公司”与本基地登记的申报单位“{own}”不一致，"
            "请确认没有误用其他基地的密钥或数据；单位更名请告知秘书处。"
            "数据已按所报保存，请核对后更正重发。",
        )
    ]
    assert warned(caller.info(other, headers=ENGLISH)) == [
        (
            "单位名称",
            "organisation",
            f"“另一家示例公司” is not “{own}”, the organisation this base is registered for: make sure "
            "that key and data are those of this base; tell the secretariat of a changed name. The "
            "data were kept as sent; check them and send the right ones.",
        )
    ]
    for same in (own, f" {own}", f"{own}济南分公司", "示例智算"):
        assert warned(caller.info(base_info(单位名称=same))) == []


def test_a_sandbox_may_have_an_invented_name(caller: Caller, jinan: Base) -> None:
    sandbox = Base.everything.create(
        organisation=jinan.organisation, code="jinan-sandbox", name="沙箱", sandbox=True
    )
    caller.text = keys.issue(sandbox, actor=None)[1]
    assert warned(caller.info(base_info(单位名称="另一家示例公司"))) == []


def test_a_day_long_past_is_doubted(caller: Caller) -> None:
    day, today = days_ago(61), days_ago(0)
    assert warned(caller.report(report(统计日期=days_ago(60)))) == []
    old = caller.report(report(统计日期=day))
    assert old.json()["timeliness"]["status"] == "makeup"
    assert warned(old) == [
        (
            "统计日期",
            "long_past",
            f"{day} 比服务器日期 {today} 早61天，补报一般不超过60天，请核对年份和月份。"
            "数据已按所报保存，请核对后更正重发。",
        )
    ]
    assert warned(caller.report(report(统计日期=day), headers=ENGLISH)) == [
        (
            "统计日期",
            "long_past",
            f"{day} is before the server's date {today} by 61 days, a makeup report rarely by more "
            "than 60: check year and month. The data were kept as sent; check them and send the "
            "right ones.",
        )
    ]


def test_a_receipt_tells_the_warnings_again(caller: Caller) -> None:
    kept = caller.report(report(统计日期=days_ago(61))).json()
    told = caller.send("GET", f"receipts/{kept['receipt']}").json()
    assert told["warnings"] == kept["warnings"] != []


@pytest.mark.parametrize(
    ("headers", "asked", "plain"),
    [
        (
            {},
            "这是试运行，数据没有保存；请核对数值与单位，有误请更正后发送，"
            "无误可照常发送，并在平台的“数据询问”中说明原因。",
            "请核对年份和月份。这是试运行，数据没有保存；请核对后发送正确的数据。",
        ),
        (
            ENGLISH,
            "This was a dry run and nothing was kept. Check figure and unit: if wrong, send the right "
            "one; if right, send it as it is and explain it on the portal under “Questions about "
            "data”.",
            "check year and month. This was a dry run and nothing was kept; check, and send the right "
            "ones.",
        ),
    ],
)
def test_a_dry_run_does_not_say_that_anything_was_kept(
    caller: Caller, headers: dict[str, str], asked: str, plain: str
) -> None:
    assert warned(caller.report(report(统计日期=days_ago(1)))) == []

    def tried(**changes: Any) -> str:
        answer = caller.send(
            "POST", "compute-reports?dry_run=true", report(**changes), headers=headers
        )
        [(_, _, said)] = warned(answer)
        return said

    assert tried(GPU总算力=2_600_000).endswith(asked)
    assert tried(统计日期=days_ago(61)).endswith(plain)
    assert ComputeReport.objects.count() == 1
