"""Working days of the Chinese calendar, with 调休, and what an administrator corrects."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from evaluation import workdays
from evaluation.actions import calendar
from evaluation.errors import Refused
from evaluation.models import CalendarDay
from portal.accounts.errors import Refused as NotTheirs
from portal.ledger.models import AuditEvent
from tests.portal.accounts.organisations import person

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 7, 20), True),  # Monday
        (date(2026, 7, 18), False),  # Saturday
        (date(2026, 10, 1), False),  # 国庆节
        (date(2026, 10, 10), True),  # a Saturday worked in its place
        (date(2026, 2, 17), False),  # 春节
        (date(2026, 2, 14), True),  # a Saturday worked in its place
    ],
)
def test_the_calendar_knows_holidays_and_shifted_days(day: date, works: bool):
    assert workdays.is_working_day(day) is works


@pytest.mark.parametrize(
    ("start", "days", "last"),
    [
        (date(2026, 7, 17), 1, date(2026, 7, 20)),  # over a weekend
        (date(2026, 9, 30), 3, date(2026, 10, 10)),  # over the National Day: 8, 9, 10 October
        (date(2026, 7, 20), 0, date(2026, 7, 20)),
    ],
)
def test_a_period_ends_on_its_last_working_day(start: date, days: int, last: date):
    assert workdays.after(start, days) == last
    assert workdays.between(start, last) == days


@pytest.mark.parametrize("days", [1, 64, 65, 66, 250])
def test_counting_forth_and_back_agrees_over_quarters(days: int):
    start = date(2026, 9, 30)
    last = workdays.after(start, days)
    assert workdays.between(start, last) == days
    assert workdays.is_working_day(last)


def test_nothing_lies_between_a_day_and_itself_or_an_earlier_one():
    day = date(2026, 7, 20)
    assert workdays.between(day, day) == workdays.between(day, day - timedelta(days=9)) == 0


def test_a_correction_counts_at_once_and_can_be_taken_back():
    sysadmin = person("sysadmin", "system_admin")
    friday, monday = date(2026, 7, 17), date(2026, 7, 20)
    calendar.enter_day(sysadmin, monday, False, "示例：台风停工。")
    assert workdays.after(friday, 1) == date(2026, 7, 21)
    calendar.enter_day(sysadmin, date(2026, 7, 18), True, "示例：调休。")
    assert workdays.after(friday, 1) == date(2026, 7, 18)
    assert workdays.between(friday, date(2026, 7, 21)) == 2
    assert calendar.remove_day(sysadmin, monday) is True
    assert calendar.remove_day(sysadmin, monday) is False
    calendar.enter_day(sysadmin, date(2026, 7, 18), False, "又不上班了")  # as it was shipped
    assert not CalendarDay.objects.exists()
    told = AuditEvent.objects.filter(action="calendar.change").order_by("seq")
    assert [
        (each.subject, each.data["works_before"], each.data["works_after"]) for each in told
    ] == [
        ("day:2026-07-20", True, False),
        ("day:2026-07-18", False, True),
        ("day:2026-07-20", False, True),
        ("day:2026-07-18", True, False),
    ]


def test_what_is_no_correction_is_refused():
    sysadmin, chen = person("sysadmin", "system_admin"), person("chen", "secretariat")
    with pytest.raises(Refused, match="2026年7月20日已经是工作日，无需更正。"):
        calendar.enter_day(sysadmin, date(2026, 7, 20), True, "事")
    for year in (2019, 2100):
        with pytest.raises(Refused, match="日期须在2020年至2099年之间。"):
            calendar.enter_day(sysadmin, date(year, 7, 22), False, "事")
    with pytest.raises(NotTheirs):
        calendar.enter_day(chen, date(2026, 7, 20), False, "事")


def test_the_page_shows_the_year_and_corrects_a_day():
    browser = Client()
    browser.force_login(person("sysadmin", "system_admin"))
    path = reverse("administration:calendar")
    page = browser.get(path, {"year": "2026"}).content.decode()
    assert 'title="休息日，国庆节"' in page
    assert page.count('class="month-calendar"') == 12
    given = {"day": "2026-07-20", "works": "off", "note": "国办发明电〔2026〕1号"}
    page = browser.post(path, given, follow=True).content.decode()
    assert 'title="休息日，已更正"' in page
    assert "国办发明电〔2026〕1号" in page
    again = browser.post(path, given)
    assert again.status_code == 422
    assert "无需更正" in again.content.decode()
    browser.post(reverse("administration:remove_day", args=["2026-07-20"]))
    assert workdays.is_working_day(date(2026, 7, 20))
