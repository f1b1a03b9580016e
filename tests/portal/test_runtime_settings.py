"""Settings that administrators change in a page: typed, within bounds, audited, at once."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from evaluation.edition import current_edition
from portal.accounts.actions import administration
from portal.accounts.errors import Refused
from portal.accounts.models import User
from portal.ledger import runtime
from portal.ledger.models import AuditEvent, RuntimeSetting
from tests.portal.accounts.organisations import person

pytestmark = pytest.mark.django_db


@pytest.fixture
def sysadmin() -> User:
    return person("sysadmin", "system_admin")


@pytest.fixture
def secadmin() -> User:
    return person("secadmin", "security_admin")


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def send(user: User, name: str, value: object) -> tuple[int, str]:
    """What the page of a setting answers, and what it says."""
    path = reverse("administration:setting", args=[name])
    response = browser(user).post(path, {"value": value}, follow=True)
    status = response.redirect_chain[0][1] if response.redirect_chain else response.status_code
    return status, response.content.decode()


def test_a_value_of_its_own_wins_over_the_environments_until_it_is_reset(sysadmin, settings):
    settings.OBJECTION_WORKING_DAYS = 7
    assert runtime.read("objection_working_days") == 7
    assert send(sysadmin, "objection_working_days", "9")[0] == 302
    assert runtime.read("objection_working_days") == 9
    assert runtime.read_group("objections")["objection_working_days"] == 9
    path = reverse("administration:reset_setting", args=["objection_working_days"])
    browser(sysadmin).post(path)
    assert runtime.read("objection_working_days") == 7


def test_each_change_is_audited_with_both_values(sysadmin):
    send(sysadmin, "review_reminder_days", "60，7, 0,−7,7")
    send(sysadmin, "review_reminder_days", "60,7,0,-7")  # the same: nothing to record
    administration.reset_setting(sysadmin, "review_reminder_days")
    told = AuditEvent.objects.filter(action="settings.change").order_by("seq")
    assert [(each.actor, each.subject, each.data) for each in told] == [
        (sysadmin, "setting:review_reminder_days", {"before": before, "after": after})
        for before, after in (
            ([90, 30, 7, 0, -7], [60, 7, 0, -7]),
            ([60, 7, 0, -7], [90, 30, 7, 0, -7]),
        )
    ]


@pytest.mark.parametrize(
    ("name", "good", "bad", "said"),
    [
        ("deadline_correction", "0", "-1", "须在0至250之间。"),
        ("deadline_correction", "250", "251", "须在0至250之间。"),
        ("deadline_correction", "1", "x", "输入整数"),
        ("deadline_reminder_days", "120,-120", "121", "每个天数须在前后120天之内。"),
        ("deadline_reminder_days", "", "3;1", "请填写整数，用逗号隔开，例如 3, 0, -1。"),
        ("deadline_reminder_days", "1,2,3,4,5,6,7,8,9,10,11,12",
         "1,2,3,4,5,6,7,8,9,10,11,12,13", "最多填写12个天数。"),
        ("certificate_number_pattern", "甲{year}-{serial}", "甲{year}", "必须包含{year}和{serial}"),
        ("certificate_number_pattern", "{year}{serial:06d}", "{year}{serial", "大括号不成对或格式不对"),
        ("certificate_number_pattern", "{year}.{serial}", "{year}{serial}{city}",
         "不认识{city}；可用：{province}、{serial}、{type}、{year}。"),
        ("certificate_number_pattern", "{year}_{serial}", "{year} {serial}", "不能有空格或斜线"),
        ("certificate_number_pattern", "{type}{year}{serial}", "{year.real}{serial}", "不认识{year.real}"),
        ("certificate_number_pattern", "{year}{serial:052d}甲乙丙丁戊己庚辛", "{year}{serial:061d}",
         "超过64个字符"),
        ("edition", "2024", "2031", "选择一个有效的选项"),
        ("mail_hold_minutes", "1440", "1441", "须在0至1440之间。"),
    ],
)  # fmt: skip
def test_only_what_the_type_allows_is_kept(sysadmin, name, good, bad, said):
    assert send(sysadmin, name, good)[0] == 302
    held = runtime.read(name)
    status, page = send(sysadmin, name, bad)
    assert status == 422
    assert said in page
    assert bad in page or name == "edition"  # nothing typed is lost
    assert runtime.read(name) == held


def test_each_administrator_changes_the_own_settings_alone(sysadmin, secadmin):
    assert send(secadmin, "password_min_length", "12")[0] == 302
    for user, name in ((secadmin, "deadline_correction"), (sysadmin, "password_min_length")):
        assert send(user, name, "9")[0] == 404
        with pytest.raises(Refused):
            administration.change_setting(user, name, 9)
        page = browser(user).get(reverse("administration:settings")).content.decode()
        assert reverse("administration:setting", args=[name]) not in page
    assert [(row.name, row.value) for row in RuntimeSetting.objects.all()] == [
        ("password_min_length", 12)
    ]


def test_the_page_shows_value_default_and_who_changed_it(sysadmin):
    send(sysadmin, "deadline_correction", "15")
    page = browser(sysadmin).get(reverse("administration:settings")).content.decode()
    row = re.search(
        r"<tr>(?:(?!<tr>).)*setting/?deadline_correction|<tr>(?:(?!<tr>).)*deadline_correction/",
        page,
        re.S,
    )[0]
    cells = [
        " ".join(re.sub(r"<[^>]+>", " ", cell).split())
        for cell in re.findall(r"<td.*?</td>", row, re.S)
    ]
    assert cells[1:4] == ["15 个工作日", "10", cells[3]]
    assert cells[3].endswith("sysadmin")
    assert "非规范规定" in cells[0]


def test_a_kept_value_that_is_no_longer_allowed_counts_as_none(sysadmin):
    administration.change_setting(sysadmin, "deadline_correction", 15)
    RuntimeSetting.objects.update(value="fifteen")
    assert runtime.read("deadline_correction") == 10


def test_the_edition_for_new_cases_is_one_of_those_loaded(sysadmin):
    page = (
        browser(sysadmin).get(reverse("administration:setting", args=["edition"])).content.decode()
    )
    assert "2024 国家工业互联网大数据中心工业智算基地评估规范" in page
    send(sysadmin, "edition", "2024")
    assert current_edition().id == "2024"


def test_a_name_that_is_not_on_the_list_is_missing(sysadmin):
    assert send(sysadmin, "secret_key", "x")[0] == 404
    with pytest.raises(KeyError):
        runtime.read("secret_key")
