"""算力总览: what all bases have and what of it is idle, as 陈 of the secretariat sees it."""

import csv
import io
import json
import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook

from dataaccess import intake, windows
from dataaccess.api.examples import BODIES
from dataaccess.models import Base
from dataaccess.views import event_files
from portal.accounts.models import Role, User
from portal.site import overview
from portal.site.overview import Scope
from tests.dataaccess.conftest import person, signed_in

pytestmark = pytest.mark.django_db


def send(base: Base, days_ago: int = 0, **figures: int) -> None:
    """A report of a day in the past, received on that day at 07:30."""
    day = windows.day_of(timezone.now()) - timedelta(days=days_ago)
    nothing = {name: 0 for name in BODIES["compute_report"] if name != "统计日期"}
    body = {**nothing, **figures, "统计日期": day.isoformat()}
    at = datetime.combine(day, datetime.min.time(), windows.SHANGHAI) + timedelta(hours=7.5)
    intake.accept(base, "compute_report", json.dumps(body).encode(), received_at=at)


@pytest.fixture
def bases(jinan: Base, qingdao: Base) -> tuple[Base, Base]:
    """济南, certified as a provincial node, and 青岛, moved to 贵州 and not certified."""
    Base.objects.filter(pk=jinan.pk).update(category="province")
    Base.objects.filter(pk=qingdao.pk).update(province="520000", city="520100")
    jinan.refresh_from_db()
    qingdao.refresh_from_db()
    send(jinan, 1, GPU总算力=100, 空闲GPU算力=40, FP16总算力=100, 空闲FP16算力=40)
    send(qingdao, 1, NPU总算力=300, 空闲NPU算力=30, FP16总算力=300, 空闲FP16算力=30)
    return jinan, qingdao


def chen() -> Client:
    known = User.objects.filter(username="chen").first()
    return signed_in(known or person("chen", Role.SECRETARIAT))


def see(path: str) -> str:
    answer = chen().get(path)
    assert answer.status_code == 200
    body: Any = answer.getvalue() if answer.streaming else answer.content
    return " ".join(body.decode().split())


def test_sums_are_those_of_the_latest_reports(bases: tuple[Base, Base]) -> None:
    found = overview.now(Scope())
    assert (found.all.bases, found.all.total["fp16"], found.all.idle["fp16"]) == (2, 400, 70)
    assert (found.all.total["gpu"], found.all.total["npu"]) == (100, 300)
    assert {code: sums.total["fp16"] for code, sums in found.by_province.items()} == {
        "370000": 100,
        "520000": 300,
    }
    assert {code: sums.idle["fp16"] for code, sums in found.by_category.items()} == {
        "province": 40,
        "": 30,
    }


def test_a_scope_narrows_everything_down(bases: tuple[Base, Base]) -> None:
    guizhou = Scope(province="520000")
    assert overview.now(guizhou).all.total["fp16"] == 300
    assert [point.total for point in overview.over_time(guizhou).points] == [300]
    certified, none = Scope(category="province"), Scope(category="none")
    assert overview.now(certified).all.total["fp16"] == 100
    assert overview.now(none).all.total["fp16"] == 300
    gpu = Scope(resource="gpu")
    assert [(p.total, p.idle) for p in overview.over_time(gpu).points] == [(100, 40)]


def test_a_base_that_fell_silent_is_left_out_and_counted(bases: tuple[Base, Base]) -> None:
    jinan, _qingdao = bases
    Base.objects.get(pk=jinan.pk).latest_report.delete()
    jinan.compute_reports.all().delete()
    send(jinan, overview.CURRENT_DAYS + 1, FP16总算力=100)
    assert overview.now(Scope()).all.bases == 1
    assert overview.silent_bases(Scope()) == 1
    assert "另有 1 个超过 7 天未上报，未计入" in see("/overview/")


def test_today_counts_as_now_and_not_yet_as_a_day(bases: tuple[Base, Base]) -> None:
    jinan, _qingdao = bases
    send(jinan, 0, FP16总算力=150, 空闲FP16算力=10)
    assert overview.now(Scope()).all.total["fp16"] == 450
    assert [point.total for point in overview.over_time(Scope()).points] == [400]


def test_the_page_leads_deeper_and_takes_no_nonsense(bases: tuple[Base, Base]) -> None:
    page = see("/overview/?resource=npu&days=365")
    assert "NPU 算力，总量与空闲" in page
    assert "?resource=npu&amp;days=365&amp;province=520000" in page
    assert "FP16 算力，总量与空闲" in see("/overview/?resource=abacus&days=7&province=1&category=x")


def test_a_province_leads_to_its_bases_and_looking_for_one_stays_there(
    bases: tuple[Base, Base],
) -> None:
    jinan, qingdao = bases
    link = "/bases/?province=520000"
    assert f'href="{link}">查看各基地' in see("/overview/?province=520000")
    listed = see(link)
    assert qingdao.name in listed
    assert jinan.name not in listed
    assert '<input type="hidden" name="province" value="520000" />' in listed


def test_an_empty_portal_says_what_will_be_here(db: None) -> None:
    assert "基地上报算力信息后，这里显示其总量与空闲" in see("/overview/")
    assert "这段时间没有这样的事件" in see("/overview/events/")


def test_files_hold_what_the_page_shows(bases: tuple[Base, Base]) -> None:
    client = chen()
    rows = client.get("/overview/resources.csv").getvalue().decode("utf-8-sig").splitlines()
    yesterday = windows.day_of(timezone.now()) - timedelta(days=1)
    of = f"不限,{yesterday},{yesterday}"
    assert rows[0] == "范围,筛选,数据日期（最早）,数据日期（最近）,基地数,资源,计量单位,总量,空闲"
    assert f"全部基地,{of},2,FP16 算力,PFLOPS,400,70" in rows
    assert f"贵州省,{of},1,NPU 算力,PFLOPS,300,30" in rows
    assert f"尚未认定或已取消,{of},1,NPU 算力,PFLOPS,300,30" in rows
    days = client.get("/overview/trend.csv").getvalue().decode("utf-8-sig").splitlines()
    assert days == [
        "日期,筛选,资源,计量单位,总量,空闲",
        f"{yesterday.isoformat()},不限,FP16 算力,PFLOPS,400,70",
    ]
    book = load_workbook(io.BytesIO(client.get("/overview/overview.xlsx").content))
    assert book.sheetnames == ["算力资源", "变化"]
    day = yesterday.isoformat()
    whole = ("全部基地", "不限", day, day, 2, "FP16 算力", "PFLOPS", 400, 70)
    assert whole in book["算力资源"].values


def test_a_narrowed_file_says_to_what_and_of_which_days(bases: tuple[Base, Base]) -> None:
    jinan, _qingdao = bases
    send(jinan, 0, FP16总算力=150, 空闲FP16算力=10)
    today = windows.day_of(timezone.now())
    yesterday = today - timedelta(days=1)
    client = chen()

    def rows(path: str) -> list[str]:
        return client.get(path).getvalue().decode("utf-8-sig").splitlines()

    asked = "?province=520000&category=none"
    narrowed = rows(f"/overview/resources.csv{asked}")
    chosen = f"贵州省、尚未认定或已取消,{yesterday},{yesterday},1,FP16 算力,PFLOPS,300,30"
    assert f"所选基地,{chosen}" in narrowed
    assert not [row for row in narrowed if row.startswith("全部基地")]
    assert f"{yesterday},贵州省、尚未认定或已取消,FP16 算力,PFLOPS,300,30" in rows(
        f"/overview/trend.csv{asked}"
    )
    # Of all bases the oldest figures are yesterday's, the newest today's.
    assert f"全部基地,不限,{yesterday},{today},2,FP16 算力,PFLOPS,450,40" in rows(
        "/overview/resources.csv"
    )


def test_what_was_reported_today_is_counted_where_one_looks(bases: tuple[Base, Base]) -> None:
    jinan, _qingdao = bases
    send(jinan, 0, GPU总算力=100, 空闲GPU算力=40, FP16总算力=100, 空闲FP16算力=40)
    assert "1 / 2" in see("/overview/")
    assert "1 / 1" in see("/overview/?province=370000")
    assert "0 / 1" in see("/overview/?province=520000")
    today = windows.day_of(timezone.now())
    told = f"数据日期：{today.year}年{today.month}月{today.day}日。"
    assert told in see("/overview/?province=370000")


def test_events_are_downloaded_as_narrowed_down(bases: tuple[Base, Base]) -> None:
    jinan, qingdao = bases
    for base, severity, name in ((jinan, "高", "=1+1"), (qingdao, "低", "b"), (qingdao, "高", "c")):
        body = event(1, 攻击事件ID=name, 攻击危险程度=severity)
        intake.accept(base, "security_event", json.dumps(body).encode())
    client = chen()
    rows = client.get("/overview/event-list.csv?severity=高").getvalue().decode("utf-8-sig")
    assert [row[:3] for row in csv.reader(io.StringIO(rows))] == [
        ["基地代码", "基地名称", "攻击事件ID"],
        ["jinan", "济南示例基地", "'=1+1"],
        ["qingdao", qingdao.name, "c"],
    ]
    book = load_workbook(io.BytesIO(client.get("/bases/jinan/events.xlsx").content))
    [_head, row] = book["安全事件"].iter_rows()
    assert (row[2].value, row[2].data_type) == ("=1+1", "s")


def test_too_many_events_for_a_workbook_are_not_cut_off(
    bases: tuple[Base, Base], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_files, "MOST_IN_EXCEL", 1)
    batch = [event(1, 攻击事件ID=name) for name in "ab"]
    intake.accept(bases[0], "security_event", json.dumps(batch).encode())
    page = chen().get("/bases/jinan/events.xlsx", follow=True)
    assert "超过 1 个事件，请缩小范围，或下载 CSV。" in page.content.decode()


def test_over_a_year_the_order_of_bases_is_kept_for_a_while(bases: tuple[Base, Base]) -> None:
    jinan, qingdao = bases

    def shown(days: int) -> list[str]:
        page = see(f"/overview/events/?days={days}")
        return re.findall(r'<a href="/bases/(\w+)/events/', page)

    intake.accept(jinan, "security_event", json.dumps(event(1)).encode())
    assert shown(365) == shown(30) == ["jinan"]
    batch = [event(1, 攻击事件ID=name) for name in "ab"]
    intake.accept(qingdao, "security_event", json.dumps(batch).encode())
    assert (shown(365), shown(30)) == (["jinan"], ["qingdao", "jinan"])
    cache.clear()
    assert shown(365) == ["qingdao", "jinan"]


def test_the_wall_refreshes_itself_and_leads_back(bases: tuple[Base, Base]) -> None:
    wall = see("/overview/wall/?resource=npu")
    assert 'hx-get="/overview/wall/?resource=npu"' in wall
    assert 'href="/overview/?resource=npu"' in wall
    assert "270 / 300" in wall  # in use of the total, as the bars are filled
    yesterday = windows.day_of(timezone.now()) - timedelta(days=1)
    until = f"画到{yesterday.year}年{yesterday.month}月{yesterday.day}日：今天的数据还在上报"
    assert until in wall
    assert until in see("/overview/?resource=npu")
    assert "until_yesterday" not in wall


def event(nth: int, **changes: str) -> dict[str, str]:
    at = timezone.localtime() - timedelta(hours=1)
    return {
        **BODIES["security_event"],
        "攻击事件ID": f"e{nth}",
        "攻击时间": at.strftime("%Y-%m-%d %H:%M:%S"),
        **changes,
    }


@pytest.fixture
def attacked(bases: tuple[Base, Base]) -> tuple[Base, Base]:
    """Three events in 济南, one in 青岛."""
    jinan, qingdao = bases
    grave = {"攻击手段": "G001", "攻击危险程度": "高", "是否仍在攻击": "是"}
    slight = {"攻击手段": "G011", "攻击危险程度": "低", "是否仍在攻击": "否"}
    for base, events in (
        (jinan, [event(1, **grave), event(2, **slight), event(3, **slight)]),
        (qingdao, [event(1, **grave)]),
    ):
        raw = json.dumps(events).encode()
        intake.accept(base, "security_event", raw, received_at=timezone.now())
    return bases


def test_events_are_counted_and_narrowed_down(attacked: tuple[Base, Base]) -> None:
    jinan, _qingdao = attacked
    page = see("/overview/events/")
    assert "<dt>事件</dt><dd>4</dd>" in page
    assert "<dt>仍在攻击</dt><dd>2</dd>" in page
    narrowed = see("/overview/events/?days=30&method=G011")
    assert "<dt>事件</dt><dd>2</dd>" in narrowed
    # The other kinds stay in sight; the chosen one leads back.
    assert 'href="?days=30&amp;method=G001"' in narrowed
    assert f'href="/bases/{jinan.code}/events/?method=G011"' in narrowed
    assert "青岛示例基地" not in narrowed
    rows = (
        signed_in(person("zhou2", Role.DECIDER))
        .get("/overview/events.csv?severity=高")
        .getvalue()
        .decode("utf-8-sig")
        .splitlines()
    )
    last = windows.day_of(timezone.now())
    days = f"{last - timedelta(days=29)},{last}"
    assert f"{days},不限,危险程度,低,2" in rows
    assert f"{days},危险程度：高,攻击手段,G001 系统漏洞,2" in rows
    assert f"{days},危险程度：高,攻击手段,G011 端口扫描,0" in rows


def test_a_bases_events_can_be_narrowed_down_too(attacked: tuple[Base, Base]) -> None:
    jinan, _qingdao = attacked
    page = see(f"/bases/{jinan.code}/events/?severity=高")
    assert page.count('<th scope="row">') == 1
    assert "没有符合条件的事件" in see(f"/bases/{jinan.code}/events/?method=G009")
