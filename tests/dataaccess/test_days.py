"""How days are judged: windows that change, planned downtime, closings that are told once."""

import html
import json
import re
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.test import Client

from dataaccess import days, intake, windows
from dataaccess.actions import closing, downtime, window
from dataaccess.errors import Invalid
from dataaccess.models import Base, EmptyWindow, Receipt, WindowClosing
from portal.accounts.models import Role, User
from portal.ledger.models import AuditEvent, OutboxEntry
from tests.dataaccess.bodies import report
from tests.dataaccess.conftest import Caller, person, signed_in

pytestmark = pytest.mark.django_db
MS = timedelta(milliseconds=1)


def at(text: str) -> datetime:
    """A moment of July 2026 in Shanghai, such as "26 07:12"."""
    day, clock = text.split()
    return datetime.fromisoformat(f"2026-07-{day}T{clock}:00+08:00")


def deliver(base: Base, moment: datetime, **changes: Any) -> Any:
    raw = json.dumps(report(**changes)).encode()
    return intake.accept(base, "compute_report", raw, received_at=moment).body["timeliness"]


@pytest.fixture
def base(jinan: Base) -> Base:
    """Jinan, in the portal since noon of the 19th."""
    Base.objects.filter(pk=jinan.pk).update(created_at=at("19 12:00"))
    jinan.refresh_from_db()
    return jinan


def judged(base: Base, until: str, now: str) -> dict[int, str]:
    last = date.fromisoformat(f"2026-07-{until}")
    return {
        day.date.day: day.status
        for day in days.reporting_days(base, until=last, count=60, now=at(now))
    }


# The window


def test_a_new_window_holds_from_tomorrow_and_old_days_keep_theirs(base: Base, lin: User) -> None:
    with time_machine.travel(at("21 09:00"), tick=False):
        assert window.choose(base, "19:00-20:00", actor=lin) == date(2026, 7, 22)
        assert deliver(base, at("21 19:30")) == {"status": "out_of_window", "window": "07:00-08:00"}
    assert deliver(base, at("22 19:30")) == {"status": "on_time", "window": "19:00-20:00"}
    assert deliver(base, at("23 07:30")) == {"status": "out_of_window", "window": "19:00-20:00"}
    assert judged(base, "24", "24 09:00") == {
        20: "missing", 21: "out_of_window", 22: "on_time", 23: "out_of_window", 24: "pending",
    }  # fmt: skip


def test_a_change_can_be_changed_or_taken_back_before_it_begins(base: Base, lin: User) -> None:
    with time_machine.travel(at("21 09:00"), tick=False):
        window.choose(base, "19:00-20:00", actor=lin)
        window.choose(base, "12:00-13:00", actor=lin)
        assert days.windows_of(base).after(date(2026, 7, 21)) == (date(2026, 7, 22), "12:00-13:00")
        assert window.choose(base, "12:00-13:00", actor=lin) is None
        assert window.choose(base, "07:00-08:00", actor=lin) is None
    assert base.window_choices.count() == 0
    assert [event.data["after"] for event in AuditEvent.objects.all()] == [
        "19:00-20:00", "12:00-13:00", "07:00-08:00",
    ]  # fmt: skip


def test_the_base_chooses_on_its_page(base: Base, lin: User) -> None:
    client = signed_in(lin)
    page = client.post("/bases/jinan/window/", {"window": "19:00-20:00"}, follow=True)
    tomorrow = windows.day_of(datetime.now(UTC)) + timedelta(days=1)
    told = f"上报时段将从{tomorrow.year}年{tomorrow.month}月{tomorrow.day}日起改为 19:00-20:00"
    assert told in page.content.decode()
    client.post("/bases/jinan/window/", {"window": "03:00-04:00"})
    assert list(base.window_choices.values_list("window", "since")) == [("19:00-20:00", tomorrow)]


# Edges


@pytest.mark.parametrize(
    ("moment", "status"),
    [
        (at("22 07:00") - MS, "out_of_window"),
        (at("22 07:00"), "on_time"),
        (at("22 08:00"), "on_time"),
        (at("22 08:00") + MS, "out_of_window"),
    ],
)
def test_a_report_at_the_windows_edges(base: Base, moment: datetime, status: str) -> None:
    assert deliver(base, moment)["status"] == status
    assert judged(base, "22", "22 23:00")[22] == status


def test_the_same_figures_inside_the_window_make_good_an_early_delivery(base: Base) -> None:
    deliver(base, at("22 06:00"))
    assert judged(base, "22", "22 23:00")[22] == "out_of_window"
    deliver(base, at("22 07:10"))
    assert judged(base, "22", "22 23:00")[22] == "on_time"


def test_a_correction_is_marked_and_a_month_has_its_rate(base: Base) -> None:
    deliver(base, at("20 07:10"))
    deliver(base, at("20 15:00"), 空闲GPU算力=1)
    deliver(base, at("21 09:00"))
    deliver(base, at("23 07:30"), 统计日期="2026-07-22")
    found = days.reporting_days(base, until=date(2026, 7, 23), now=at("23 09:00"))
    assert [(day.date.day, day.status, day.corrected) for day in found] == [
        (20, "on_time", True), (21, "out_of_window", False), (22, "makeup", False),
        (23, "missing", False),
    ]  # fmt: skip
    (month,) = days.months(found)
    assert (month.first, str(month.tally.rate)) == (date(2026, 7, 1), "25.0")


# Downtime


def test_downtime_told_beforehand_is_planned_and_not_missing(base: Base, lin: User) -> None:
    with time_machine.travel(at("21 06:59"), tick=False):
        downtime.announce(base, date(2026, 7, 21), date(2026, 7, 22), "电力检修", actor=lin)
    assert judged(base, "23", "23 09:00") == {
        20: "missing", 21: "planned", 22: "planned", 23: "missing",
    }  # fmt: skip
    deliver(base, at("22 07:30"))
    assert judged(base, "22", "23 09:00")[22] == "on_time"


def test_downtime_told_once_the_window_has_opened_is_refused(base: Base, lin: User) -> None:
    with time_machine.travel(at("21 07:00"), tick=False), pytest.raises(Invalid) as refusal:
        downtime.announce(base, date(2026, 7, 21), date(2026, 7, 22), "电力检修", actor=lin)
    assert str(refusal.value) == ("停机须在首日的上报时段开始之前报备；首日请从更晚的一天开始。")


@time_machine.travel(at("21 06:00"), tick=False)
def test_a_span_that_cannot_be_is_answered_beside_its_field(base: Base, lin: User) -> None:
    client = signed_in(lin)
    spans = {
        ("2026-07-25", "2026-07-24"): "末日不能早于首日。",
        ("2026-07-25", "2026-10-23"): "一次最多报备90天。",
        (
            "2026-07-20",
            "2026-07-24",
        ): "停机须在首日的上报时段开始之前报备；首日请从更晚的一天开始。",
    }
    for (first, last), said in spans.items():
        answer = client.post(
            "/bases/jinan/calendar/", {"first_day": first, "last_day": last, "reason": "检修"}
        )
        assert answer.status_code == 422
        field = "last_day" if said.startswith("末日") else "first_day"
        assert answer.context["form"].errors == {field: [said]}
    longest = {"first_day": "2026-07-25", "last_day": "2026-10-22", "reason": "机房搬迁"}
    assert client.post("/bases/jinan/calendar/", longest).status_code == 302
    again = client.post("/bases/jinan/calendar/", longest)
    assert "重叠" in str(again.context["form"].errors)


def test_taking_back_leaves_the_days_that_have_passed(base: Base, lin: User) -> None:
    with time_machine.travel(at("20 06:00"), tick=False):
        planned = downtime.announce(
            base, date(2026, 7, 20), date(2026, 7, 25), "机房搬迁", actor=lin
        )
    with time_machine.travel(at("22 07:00"), tick=False):
        assert downtime.cancel(planned, actor=lin) is True
    assert judged(base, "24", "24 09:00") == {
        20: "planned", 21: "planned", 22: "planned", 23: "missing", 24: "missing",
    }  # fmt: skip
    with time_machine.travel(at("24 09:00"), tick=False):
        assert downtime.cancel(planned, actor=lin) is False


# Closings


@pytest.fixture
def chen(base: Base) -> User:
    return person("chen", Role.SECRETARIAT)


def mails() -> list[tuple[str, str]]:
    told = [
        (entry.payload["user"], entry.payload["subject"]) for entry in OutboxEntry.objects.all()
    ]
    names = dict(User.objects.values_list("pk", "username"))
    return [(names[pk], subject) for pk, subject in told]


def test_an_empty_window_is_told_once_to_operator_and_centre(
    base: Base, lin: User, chen: User
) -> None:
    deliver(base, at("20 07:10"))
    assert closing.judge_closed_windows(at("21 08:00")) == 0
    assert closing.judge_closed_windows(at("21 08:00") + MS) == 1
    assert closing.judge_closed_windows(at("21 08:05")) == 0
    assert mails() == [
        ("lin", "未收到济南示例基地2026年7月21日的算力信息"),
        ("chen", "2026年7月21日 07:00-08:00：1个基地未上报"),
    ]
    kept = WindowClosing.objects.get(date="2026-07-21", window="07:00-08:00")
    assert (kept.expected, kept.empty) == (1, 1)
    assert [found.base_id for found in EmptyWindow.objects.all()] == [base.pk]


def test_nobody_is_told_of_what_was_reported_planned_or_never_connected(
    base: Base, qingdao: Base, lin: User, chen: User
) -> None:
    deliver(base, at("20 07:10"))
    deliver(base, at("21 09:30"))  # outside the window, but before the late beat
    assert closing.judge_closed_windows(at("21 10:00")) == 0
    with time_machine.travel(at("21 10:00"), tick=False):
        downtime.announce(base, date(2026, 7, 22), date(2026, 7, 22), "检修", actor=lin)
    assert closing.judge_closed_windows(at("22 21:00")) == 0
    assert mails() == []


def test_a_late_beat_makes_up_for_the_days_it_missed(base: Base, lin: User) -> None:
    deliver(base, at("19 13:00"))
    closing.judge_closed_windows(at("19 21:00"))
    assert closing.judge_closed_windows(at("23 08:30")) == 4
    assert mails() == [
        ("lin", f"未收到济南示例基地2026年7月{day}日的算力信息") for day in (20, 21, 22, 23)
    ]


def test_the_list_picks_those_that_have_not_reported_today(base: Base, chen: User) -> None:
    client = signed_in(chen)
    deliver(base, at("20 07:10"))
    with time_machine.travel(at("21 08:00"), tick=False):
        assert "今日未上报" in client.get("/bases/").content.decode()
        assert "没有应报未报的基地" in client.get("/bases/?today=missing").content.decode()
    with time_machine.travel(at("21 08:01"), tick=False):
        assert base.name in client.get("/bases/?today=missing").content.decode()


def test_each_number_of_the_overview_leads_to_a_list_of_as_many(
    base: Base, qingdao: Base, chen: User
) -> None:
    """济南 and 青岛 reported yesterday, each has the window 07:00-08:00; 青岛 lies in 贵州 here."""
    Base.objects.filter(pk=qingdao.pk).update(province="520000", city="520100")
    for each in (base, qingdao):
        deliver(each, at("20 07:10"))
    client = signed_in(chen)

    def followed(now: str, asked: str = "") -> dict[str, tuple[str, list[str]]]:
        """What each link of the figure says, and the codes of the bases behind it."""
        with time_machine.travel(at(now), tick=False):
            page = client.get(f"/overview/{asked}").content.decode()
            found = {}
            for address, said in re.findall(r'<a href="(/bases/\?today=[^"]+)">([^<]+)</a>', page):
                listed = client.get(html.unescape(address))
                standing = parse_qs(urlsplit(html.unescape(address)).query)["today"][0]
                found[standing] = said, [each.code for each in listed.context["page_obj"]]
        return found

    assert followed("21 07:30") == {
        "reported": ("0 / 2", []),
        "pending": ("待上报 2", ["jinan", "qingdao"]),
    }
    deliver(base, at("21 07:40"))
    assert followed("21 07:50") == {
        "reported": ("1 / 2", ["jinan"]),
        "pending": ("待上报 1", ["qingdao"]),
    }
    assert followed("21 08:01") == {
        "reported": ("1 / 2", ["jinan"]),
        "missing": ("未上报 1", ["qingdao"]),
    }
    assert followed("21 08:01", "?province=520000") == {
        "reported": ("0 / 1", []),
        "missing": ("未上报 1", ["qingdao"]),
    }
    with time_machine.travel(at("21 08:01"), tick=False):
        narrowed = client.get("/bases/?province=370000&category=none").content.decode()
    assert "仅看：山东省、尚未认定或已取消" in " ".join(narrowed.split())
    assert qingdao.name not in narrowed


def test_what_came_before_the_window_is_not_judged_until_it_closed(base: Base, lin: User) -> None:
    client = signed_in(lin)

    def shown(now: str) -> str:
        with time_machine.travel(at(now), tick=False):
            pages = [client.get(path) for path in ("/bases/", "/bases/jinan/")]
        return " ".join("".join(page.content.decode() for page in pages).split())

    deliver(base, at("20 07:10"))
    deliver(base, at("21 06:30"))
    assert judged(base, "21", "21 07:30")[21] == "early"
    before = shown("21 07:30")
    assert before.count("已收到，待评判") >= 4  # the list twice, the calendar, the report
    assert "要到 07:00-08:00 结束才评判：时段内再报一次即为按时" in before
    assert judged(base, "21", "21 08:01")[21] == "out_of_window"
    after = shown("21 08:01")
    assert "已收到，待评判" not in after
    assert "窗口外" in after
    deliver(base, at("22 06:30"))
    deliver(base, at("22 07:30"))
    assert judged(base, "22", "22 07:45")[22] == "on_time"


# The sender's clock


@pytest.mark.parametrize(
    ("told", "ahead"),
    [
        ("Tue, 21 Jul 2026 07:13:00 +0800", None),
        ("Tue, 21 Jul 2026 07:13:01 +0800", 61),
        ("Mon, 20 Jul 2026 23:10:59 GMT", -61),
        ("yesterday", None),
    ],
)
def test_a_clock_that_is_off_is_noticed(
    base: Base, key: Any, lin: User, told: str, ahead: int | None
) -> None:
    with time_machine.travel(at("21 07:12"), tick=False):
        answer = Caller(Client(), key[1]).report(report(), headers={"Date": told})
        page = signed_in(lin).get("/bases/jinan/").content.decode()
    assert answer.json().get("clock", {}).get("ahead_seconds") == ahead
    assert ("上报程序的时钟不准" in page) == (ahead is not None)
    assert Receipt.objects.get().clock_ahead == {"yesterday": None}.get(told, ahead or 60)
