"""What signed-in people see of bases."""

import json
import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from dataaccess import intake, queries, windows
from dataaccess.actions import keys, sandbox
from dataaccess.models import ApiKey, Base, ConformanceRun
from portal.accounts.models import Role, User
from portal.ledger.models import AuditEvent
from portal.notifications.models import Notification
from tests.dataaccess.bodies import base_info, event, report
from tests.dataaccess.conftest import Caller, person, signed_in

pytestmark = pytest.mark.django_db


def deliver(base: Base, kind: Any, body: Any, at: datetime | None = None) -> None:
    intake.accept(base, kind, json.dumps(body).encode(), received_at=at)


def events(count: int) -> list[dict[str, Any]]:
    return [
        event(攻击事件ID=f"e{number:04}", 攻击时间=f"2024-07-{number % 28 + 1:02} 10:20:35")
        for number in range(count)
    ]


def test_an_applicant_sees_the_own_organisations_bases(
    lin: User, jinan: Base, qingdao: Base
) -> None:
    page = signed_in(lin).get("/bases/").content.decode()
    assert jinan.name in page
    assert qingdao.name not in page


# What differs from one answer to the next in any page.
TOKEN = re.compile(rb'(?:csrfmiddlewaretoken" value|csrf-token" content)="[^"]*"')


def test_anothers_base_answers_exactly_as_a_missing_one(lin: User, qingdao: Base) -> None:
    client = signed_in(lin)
    key, _text = keys.issue(qingdao, actor=None)
    for page in (
        "/bases/{}/", "/bases/{}/events/", "/bases/{}/keys/new/",
    ):  # fmt: skip
        foreign, missing = client.get(page.format("qingdao")), client.get(page.format("nowhere"))
        assert (foreign.status_code, missing.status_code) == (404, 404)
        bodies = [TOKEN.sub(b"", answer.content) for answer in (foreign, missing)]
        assert bodies[0].replace(b"qingdao", b"") == bodies[1].replace(b"nowhere", b"")
    for page in (f"/bases/qingdao/keys/{key.pk}/revoke/", f"/bases/qingdao/keys/{key.pk}/rotate/"):
        assert client.post(page).status_code == 404
    assert client.post("/bases/qingdao/window/", {"window": "12:00-13:00"}).status_code == 404
    key.refresh_from_db()
    assert (key.state, qingdao.window_choices.count(), ApiKey.objects.count()) == ("valid", 0, 1)


def test_a_key_of_another_base_cannot_be_reached_through_ones_own(
    lin: User, jinan: Base, qingdao: Base
) -> None:
    key, _text = keys.issue(qingdao, actor=None)
    assert signed_in(lin).post(f"/bases/jinan/keys/{key.pk}/revoke/").status_code == 404
    key.refresh_from_db()
    assert key.revoked_at is None


def test_pages_are_for_those_who_sign_in(jinan: Base) -> None:
    for page in ("/bases/", "/bases/jinan/", "/bases/jinan/keys/new/"):
        answer = Client().get(page)
        assert answer.status_code == 302
        assert answer["Location"].startswith("/accounts/login/")


def test_what_each_role_sees(jinan: Base) -> None:
    deliver(jinan, "base_info", base_info())
    seen = {}
    for role in Role.values:
        if role == Role.APPLICANT:
            continue
        answer = signed_in(person(f"a-{role}", Role(role))).get("/bases/jinan/")
        page = answer.content.decode()
        seen[role] = (
            answer.status_code,
            "李**" in page and "李示例" not in page,
            "签发密钥" in page,
            "保存上报时段" in page,
        )
    assert seen == {
        "expert": (404, False, False, False),
        "secretariat": (200, True, False, False),
        "decider": (200, True, False, False),
        "system_admin": (404, False, False, False),
        "security_admin": (200, False, True, False),
        "audit_admin": (404, False, False, False),
    }


def test_a_base_shows_its_latest_report_and_its_days(lin: User, jinan: Base) -> None:
    noon = timezone.now().astimezone(windows.SHANGHAI).replace(hour=7, minute=30)
    yesterday = noon - timedelta(days=1)
    two_days_ago = noon - timedelta(days=2)
    deliver(jinan, "compute_report", report(), two_days_ago)
    deliver(
        jinan,
        "compute_report",
        report(GPU总算力=12345),
        yesterday.replace(hour=9),
    )
    page = signed_in(lin).get("/bases/jinan/").content.decode()
    assert "12\u202f345" in page
    assert page.count('class="day day-on_time" title') == 1
    assert page.count('class="day day-out_of_window" title') == 1


def test_texts_from_outside_are_shown_as_text(lin: User, jinan: Base) -> None:
    deliver(jinan, "security_event", event(攻击事件描述="<script>alert(1)</script>"))
    deliver(jinan, "base_info", base_info(基地概况="<img src=x>"))
    page = signed_in(lin).get("/bases/jinan/").content.decode()
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page
    assert "<img src=x>" not in page


def test_events_page_by_page_without_gap_or_repeat(lin: User, jinan: Base) -> None:
    deliver(jinan, "security_event", events(120))
    seen: list[str] = []
    cursor, pages = "", 0
    while pages == 0 or cursor:
        page = queries.events_page(jinan, cursor)
        seen += [each.event_id for each in page.events]
        cursor, pages = page.older, pages + 1
    assert pages == 3
    assert sorted(seen) == [f"e{number:04}" for number in range(120)]
    first = queries.events_page(jinan)
    assert [each.event_id for each in first.events] == seen[:50]
    client = signed_in(lin)
    older = client.get(f"/bases/jinan/events/?before={first.older}").content.decode()
    assert [name in older for name in (seen[49], seen[50], seen[99], seen[100])] == [
        False, True, True, False,
    ]  # fmt: skip


@pytest.mark.parametrize("cursor", ["x", "-", "1-2-3", "9" * 40 + "-1", "1-" + "9" * 40, "\x00"])
def test_a_cursor_that_is_none_is_no_failure(lin: User, jinan: Base, cursor: str) -> None:
    assert signed_in(lin).get("/bases/jinan/events/", {"before": cursor}).status_code == 200


def queries_of(client: Client, page: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(page).status_code == 200
    return len(captured)


def test_no_pages_queries_grow_with_rows(jinan: Base) -> None:
    client = signed_in(person("chen", Role.SECRETARIAT))
    own = signed_in(person("han", Role.APPLICANT, jinan.organisation))
    client.get("/bases/")
    own.get("/bases/")
    deliver(jinan, "security_event", events(1))
    deliver(jinan, "compute_report", report())
    deliver(jinan, "base_info", base_info())
    keys.issue(jinan, actor=None)
    pages = ("/bases/", "/bases/jinan/", "/bases/jinan/events/")
    few = [queries_of(who, page) for who in (client, own) for page in pages]
    deliver(jinan, "security_event", events(50))
    today = windows.day_of(timezone.now())
    for number in range(1, 50):
        day = (today - timedelta(days=number)).isoformat()
        deliver(jinan, "compute_report", report(统计日期=day))
        keys.issue(jinan, actor=None)
        Base.objects.create(organisation=jinan.organisation, code=f"b{number}", name="基地")
    many = [queries_of(who, page) for who in (client, own) for page in pages]
    assert many == few


def test_a_key_is_issued_and_shown_once(lin: User, jinan: Base) -> None:
    client = signed_in(lin)
    answer = client.post(
        "/bases/jinan/keys/new/",
        {"scopes": ["compute_report"], "networks": "127.0.0.0/8\n::1", "until": ""},
    )
    assert answer.status_code == 201
    text = answer.context["text"]
    assert text in answer.content.decode()
    assert answer["Cache-Control"] == "no-store, private"
    key = ApiKey.objects.get()
    assert (key.scopes, key.networks) == (["compute_report"], ["127.0.0.0/8", "::1/128"])
    assert (key.created_by, key.valid_until) == (lin, None)
    assert Caller(Client(), text).report(report()).status_code == 201
    page = client.get("/bases/jinan/").content.decode()
    assert text not in page
    assert key.prefix in page
    written = AuditEvent.objects.get(action="api_key.issued")
    assert (written.actor, written.subject) == (lin, "base:jinan")
    assert text not in json.dumps(written.data)


def test_a_key_runs_to_the_end_of_its_last_day(lin: User, jinan: Base) -> None:
    today = windows.day_of(timezone.now())
    client = signed_in(lin)
    data = {"scopes": ["base_info"], "until": today.isoformat()}
    assert client.post("/bases/jinan/keys/new/", data).status_code == 201
    until = ApiKey.objects.get().valid_until
    assert until is not None
    assert until.astimezone(windows.SHANGHAI).isoformat() == (
        f"{today + timedelta(days=1)}T00:00:00+08:00"
    )


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"scopes": []}, "scopes"),
        ({"scopes": ["everything"]}, "scopes"),
        ({"scopes": ["base_info"], "networks": "somewhere"}, "networks"),
        ({"scopes": ["base_info"], "until": "2020-01-01"}, "until"),
    ],
)
def test_a_wrong_key_form_is_answered_422_beside_its_field(
    lin: User, jinan: Base, data: dict[str, Any], field: str
) -> None:
    answer = signed_in(lin).post("/bases/jinan/keys/new/", data)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert ApiKey.objects.count() == 0


def test_replacing_and_revoking_on_the_page(lin: User, jinan: Base) -> None:
    client = signed_in(lin)
    old, old_text = keys.issue(jinan, actor=lin)
    rotated = client.post(f"/bases/jinan/keys/{old.pk}/rotate/")
    assert rotated.status_code == 201
    new = ApiKey.objects.latest("id")
    assert Caller(Client(), rotated.context["text"]).send("GET", "status").status_code == 200
    assert Caller(Client(), old_text).send("GET", "status").status_code == 200
    for key in (old, new, new):
        answer = client.post(f"/bases/jinan/keys/{key.pk}/revoke/")
        assert (answer.status_code, answer["Location"]) == (302, "/bases/jinan/")
    assert Caller(Client(), old_text).send("GET", "status").status_code == 401
    assert [each.action for each in AuditEvent.objects.all()] == [
        "api_key.issued", "api_key.issued", "api_key.rotated", "api_key.revoked", "api_key.revoked",
    ]  # fmt: skip


def test_the_main_button_is_what_comes_next(lin: User, jinan: Base) -> None:
    client = signed_in(lin)

    def main_button(client: Client = client) -> list[str]:
        page = client.get("/bases/jinan/").content.decode()
        head = page.split("page-actions")[1].split("</div>")[0]
        return re.findall(r'class="btn btn-primary"[^>]*>([^<]+)<', head)

    assert main_button() == ["接口测试"]
    key, _text = keys.issue(jinan, actor=lin)
    # A key alone is not what is missing.
    assert main_button() == ["接口测试"]
    sandbox_base = sandbox.sandbox_of(lin)
    run = ConformanceRun.objects.create(
        base=sandbox_base, started_by=lin, started_at=timezone.now(), finished_at=timezone.now(),
        record={}, number="1",
    )  # fmt: skip
    assert main_button() == ["接口测试"]
    ConformanceRun.objects.filter(pk=run.pk).update(passed=True)
    assert main_button() == ["阅读接口文档"]
    keys.revoke(key, actor=lin)
    assert main_button() == ["签发密钥"]
    security = signed_in(person("an", Role.SECURITY_ADMIN))
    assert main_button(security) == ["签发密钥"]
    keys.issue(jinan, actor=lin)
    assert main_button(security) == []
    deliver(jinan, "compute_report", report())
    assert main_button() == []


def test_purpose_and_networks_of_a_key_are_changed(lin: User, jinan: Base) -> None:
    client = signed_in(lin)
    issued = client.post("/bases/jinan/keys/new/", {"scopes": ["base_info"], "purpose": "边缘节点"})
    caller = Caller(Client(), issued.context["text"])
    key = ApiKey.objects.get()
    assert (key.purpose, key.networks) == ("边缘节点", [])
    address = f"/bases/jinan/keys/{key.pk}/change/"
    assert address in client.get("/bases/jinan/").content.decode()
    form = client.get(address).content.decode()
    assert 'value="边缘节点"' in form
    # The test's own address is 127.0.0.1.
    asked = {"purpose": "一号 边缘节点", "networks": "203.0.113.9\n203.0.113.9/32"}
    answer = client.post(address, asked)
    assert (answer.status_code, answer["Location"]) == (302, "/bases/jinan/")
    key.refresh_from_db()
    assert (key.purpose, key.networks) == ("一号 边缘节点", ["203.0.113.9/32"])
    assert caller.send("GET", "status").status_code == 403
    assert "一号 边缘节点" in client.get("/bases/jinan/").content.decode()
    assert "一号 边缘节点" in client.get("/keys/?q=一号").content.decode()
    written = AuditEvent.objects.get(action="api_key.changed")
    assert (written.actor, written.subject) == (lin, "base:jinan")
    assert (written.data["networks_before"], written.data["networks"]) == ([], ["203.0.113.9/32"])
    assert (written.data["purpose_before"], written.data["purpose"]) == (
        "边缘节点", "一号 边缘节点",
    )  # fmt: skip
    again = client.post(address, asked, follow=True).content.decode()
    assert "没有改动" in again
    assert AuditEvent.objects.filter(action="api_key.changed").count() == 1
    assert not Notification.objects.filter(kind="key_changed").exists()
    replaced = client.post(f"/bases/jinan/keys/{key.pk}/rotate/").context["key"]
    assert (replaced.purpose, replaced.networks) == (key.purpose, key.networks)


def test_a_wrong_change_of_a_key_is_answered_beside_its_field(
    lin: User, jinan: Base, key: tuple[ApiKey, str]
) -> None:
    client = signed_in(lin)
    address = f"/bases/jinan/keys/{key[0].pk}/change/"
    answer = client.post(address, {"purpose": "长" * 101, "networks": "10.0.0.0/33"})
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"purpose", "networks"}
    wrong = client.post(address, {"networks": "here\n10.0.0.0/8\n10.0.0.0/33\nhere"})
    assert wrong.context["form"].errors["networks"] == [
        "“here”、“10.0.0.0/33”不是网段，请填写如 203.0.113.0/24 或单个地址。"
    ]
    assert "10.0.0.0/33" in answer.content.decode()
    keys.revoke(key[0], actor=lin)
    ended = client.post(address, {"networks": "10.0.0.0/8"}, follow=True).content.decode()
    assert "这个密钥已经失效，不能再修改。" in ended
    assert ApiKey.objects.get().networks == []


def test_the_security_administrator_changes_a_key_and_its_operators_learn_of_it(
    lin: User, jinan: Base, key: tuple[ApiKey, str]
) -> None:
    security = signed_in(person("an", Role.SECURITY_ADMIN))
    address = f"/bases/jinan/keys/{key[0].pk}/change/?back=keys"
    assert address in security.get("/keys/").content.decode()
    answer = security.post(address, {"purpose": "", "networks": "10.0.0.0/8"})
    assert answer["Location"] == "/keys/"
    [note] = Notification.objects.filter(kind="key_changed")
    assert note.user == lin
    # What a key is for is no reason to wake anybody.
    security.post(address, {"purpose": "备用", "networks": "10.0.0.0/8"})
    assert Notification.objects.filter(kind="key_changed").count() == 1
    assert "备用" in security.get("/keys/").content.decode()


def test_all_keys_are_found_and_revoked_on_one_page(lin: User, jinan: Base, qingdao: Base) -> None:
    own, _text = keys.issue(jinan, actor=lin)
    foreign, _text = keys.issue(qingdao, actor=None)
    page = signed_in(lin).get("/keys/").content.decode()
    assert (own.prefix in page, foreign.prefix in page) == (True, False)
    security = signed_in(person("sec", Role.SECURITY_ADMIN))
    for asked, shown in (
        ("", {own, foreign}),
        ("?q=青岛", {foreign}),
        (f"?q={own.prefix}", {own}),
        ("?state=unused", {own, foreign}),
        ("?state=revoked", set()),
        ("?q=无此基地", set()),
    ):
        assert set(security.get(f"/keys/{asked}").context["page_obj"]) == shown
    answer = security.post(f"/bases/qingdao/keys/{foreign.pk}/revoke/", {"back": "keys"})
    revoked = security.get("/keys/?state=revoked").content.decode()
    assert "<br />sec</small>" in revoked
    assert answer["Location"] == "/keys/"
    assert list(security.get("/keys/?state=revoked").context["page_obj"]) == [foreign]


def test_a_key_is_replaced_once(lin: User, jinan: Base) -> None:
    old, _text = keys.issue(jinan, actor=lin)
    client = signed_in(lin)
    assert client.post(f"/bases/jinan/keys/{old.pk}/rotate/").status_code == 201
    again = client.post(f"/bases/jinan/keys/{old.pk}/rotate/", follow=True)
    assert "这个密钥已经更换过" in again.content.decode()
    assert ApiKey.objects.count() == 2


def test_an_event_shows_what_each_delivery_changed(lin: User, jinan: Base) -> None:
    first = datetime.fromisoformat("2026-07-26T09:00:00+08:00")
    deliver(jinan, "security_event", event(当前防御处理状态="未处理"), first)
    deliver(jinan, "security_event", event(当前防御处理状态="已处理"), first + timedelta(hours=1))
    shown = jinan.security_events.get()
    answer = signed_in(lin).get(f"/bases/jinan/events/{shown.pk}/")
    assert [version["changes"] for version in answer.context["versions"]] == [
        [("当前防御处理状态", "未处理", "已处理")], [],
    ]  # fmt: skip
    assert "G007 暴力破解" in answer.content.decode()


def test_the_security_administrator_manages_keys(jinan: Base) -> None:
    client = signed_in(person("sec", Role.SECURITY_ADMIN))
    assert client.post("/bases/jinan/keys/new/", {"scopes": ["base_info"]}).status_code == 201
    assert client.post("/bases/jinan/window/", {"window": "12:00-13:00"}).status_code == 404
    assert client.get("/bases/jinan/events/").status_code == 404


def test_the_secretariat_cannot_touch_keys(jinan: Base) -> None:
    key, _text = keys.issue(jinan, actor=None)
    client = signed_in(person("chen", Role.SECRETARIAT))
    assert client.post("/bases/jinan/keys/new/", {"scopes": ["base_info"]}).status_code == 404
    assert client.post(f"/bases/jinan/keys/{key.pk}/revoke/").status_code == 404
    assert ApiKey.objects.get().revoked_at is None


def test_somebody_elses_revocation_is_told_to_the_operators(
    lin: User, jinan: Base, key: tuple[ApiKey, str]
) -> None:
    security = signed_in(person("an", Role.SECURITY_ADMIN))
    security.post(f"/bases/jinan/keys/{key[0].pk}/revoke/")
    [note] = Notification.objects.filter(kind="key_revoked")
    assert note.user == lin
    own, _text = keys.issue(jinan, actor=lin)
    signed_in(lin).post(f"/bases/jinan/keys/{own.pk}/revoke/")
    assert Notification.objects.filter(kind="key_revoked").count() == 1


def test_a_key_that_ends_with_a_day_names_that_day(lin: User, jinan: Base) -> None:
    until = timezone.localdate() + timedelta(days=30)
    client = signed_in(lin)
    empty = client.post("/bases/jinan/keys/new/", {"networks": ""})
    assert "请至少选一项。" in empty.content.decode()
    client.post(
        "/bases/jinan/keys/new/",
        {"scopes": ["base_info"], "networks": "", "until": until.isoformat()},
    )
    page = " ".join(client.get("/bases/jinan/").content.decode().split())
    assert f"{until.year}年{until.month}月{until.day}日<br /><small>含当天</small>" in page
