"""Who is let in, and what the others are told."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone

from dataaccess.actions import keys
from dataaccess.models import ApiKey, Base, ComputeReport, SecurityEvent
from tests.dataaccess.bodies import base_info, event, report
from tests.dataaccess.conftest import Caller

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
PROTECTED = {
    "Cache-Control": "no-store, private",
    "Content-Language": "zh-hans",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def with_key(base: Base, **options: Any) -> Caller:
    return Caller(Client(), keys.issue(base, actor=None, **options)[1])


@pytest.mark.parametrize(
    "header",
    [None, "", "Bearer", "Bearer ", "Basic abc", "gyzs_x", "Bearer gyzs_unknown", "Bearer 键"],
)
def test_without_a_valid_key_everything_is_401(header: str | None, jinan: Base) -> None:
    client = Client()
    headers = {} if header is None else {"Authorization": header}
    for method, path in (
        ("PUT", "base-info"),
        ("POST", "compute-reports"),
        ("POST", "security-events"),
        ("GET", "status"),
        ("GET", "receipts/6f0f7c7e-0000-4000-8000-000000000000"),
    ):
        answer = client.generic(method, f"/api/v1/{path}", headers=headers)
        assert answer.status_code == 401
        assert answer["WWW-Authenticate"] == "Bearer"
        assert answer["Content-Type"] == "application/problem+json"
        assert answer.json()["title"] == "未通过身份验证"


def test_a_signed_in_person_without_a_key_is_nobody_here(lin: Any, jinan: Base) -> None:
    client = Client()
    client.force_login(lin)
    assert client.get("/api/v1/status").status_code == 401


def test_a_key_is_stored_hashed_and_says_only_its_prefix(key: tuple[ApiKey, str]) -> None:
    stored, text = key
    assert len(text) == len("gyzs_") + 43  # 256 bits in base64
    assert text.startswith(stored.prefix)
    assert len(stored.prefix) == 12
    row = ApiKey.objects.values().get()
    assert text not in str(row)


def test_a_revoked_key_is_refused_at_once(caller: Caller, key: tuple[ApiKey, str]) -> None:
    assert caller.send("GET", "status").status_code == 200
    assert keys.revoke(key[0], actor=None) is True
    assert keys.revoke(key[0], actor=None) is False
    answer = caller.send("GET", "status")
    assert answer.status_code == 401
    assert answer.json()["detail"] == "接口密钥已被吊销，请在基地页面签发新密钥。"


def test_a_key_remembered_from_the_call_before_is_refused_at_once_all_the_same(
    caller: Caller, key: tuple[ApiKey, str], jinan: Base, time_machine: Any
) -> None:
    """A process reads a key once in ten seconds; whether it holds it asks at every delivery."""
    assert caller.events(event(攻击事件ID="a")).status_code == 201
    assert keys.revoke(key[0], actor=None) is True
    answers = [caller.events(event(攻击事件ID=each)) for each in "bc"]
    assert [answer.status_code for answer in answers] == [401, 401]
    assert "吊销" in answers[0].json()["detail"]

    now = timezone.now()
    ending = Caller(caller.client, keys.issue(jinan, actor=None, valid_until=now + HOUR)[1])
    assert ending.events(event(攻击事件ID="d")).status_code == 201
    time_machine.move_to(now + HOUR)
    answer = ending.events(event(攻击事件ID="e"))
    assert (answer.status_code, "有效期" in answer.json()["detail"]) == (401, True)
    assert sorted(SecurityEvent.objects.values_list("event_id", flat=True)) == ["a", "d"]


def test_an_answer_is_private_and_says_how_long_it_is(caller: Caller) -> None:
    """These calls do not pass the layers that pages pass."""
    answer = caller.events(event())
    assert {name: answer[name] for name in PROTECTED} == PROTECTED
    assert answer["Content-Length"] == str(len(answer.content))
    assert len(answer["X-Request-ID"]) == 32
    assert answer.cookies == {}
    assert caller.events(event(), headers={"Host": "elsewhere.example"}).status_code == 400


def test_a_key_ends_with_its_last_moment(jinan: Base, time_machine: Any) -> None:
    end = timezone.now() + timedelta(days=1)
    caller = with_key(jinan, valid_until=end)
    time_machine.move_to(end - timedelta(milliseconds=1), tick=False)
    assert caller.send("GET", "status").status_code == 200
    time_machine.move_to(end, tick=False)
    answer = caller.send("GET", "status")
    assert answer.status_code == 401
    assert answer.json()["detail"] == "接口密钥已过有效期，请在基地页面签发新密钥。"


def test_a_replaced_key_goes_on_for_the_overlap(
    caller: Caller, key: tuple[ApiKey, str], time_machine: Any
) -> None:
    start = timezone.now()
    time_machine.move_to(start, tick=False)
    successor = Caller(Client(), keys.rotate(key[0], actor=None, overlap=timedelta(days=7))[1])
    for moment, old in ((start, 200), (start + timedelta(days=7), 401)):
        time_machine.move_to(moment, tick=False)
        assert caller.send("GET", "status").status_code == old
        assert successor.send("GET", "status").status_code == 200


def test_a_key_from_a_foreign_network(jinan: Base, settings: Any) -> None:
    caller = with_key(jinan, networks=["203.0.113.0/24", "2001:db8::/32"])

    def status(source: str, **options: Any) -> int:
        return caller.send("GET", "status", REMOTE_ADDR=source, **options).status_code

    assert [
        status("203.0.113.0"), status("203.0.113.255"), status("2001:db8::7"),
        status("203.0.114.0"), status("127.0.0.1"), status(""),
    ] == [200, 200, 200, 403, 403, 403]  # fmt: skip
    assert caller.send("GET", "status", REMOTE_ADDR="203.0.114.0").json()["detail"] == (
        "本次请求来自 203.0.114.0，请从登记的网段发送；网段变了，"
        "在密钥页面修改这把密钥的来源网段即可，不必换密钥。"
    )
    forged = {"headers": {"X-Forwarded-For": "203.0.113.7"}}
    assert status("198.51.100.1", **forged) == 403
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    assert status("198.51.100.1", **forged) == 200
    told_twice = {"headers": {"X-Forwarded-For": "203.0.113.7, 198.51.100.9"}}
    assert status("198.51.100.1", **told_twice) == 403


def test_a_scope_for_each_interface(jinan: Base) -> None:
    calls = {
        "base_info": lambda caller: caller.info(base_info()),
        "compute_report": lambda caller: caller.report(report()),
        "security_event": lambda caller: caller.events(event()),
    }
    for scope in keys.ALL_SCOPES:
        caller = with_key(jinan, scopes=[scope])
        answers = {kind: call(caller).status_code for kind, call in calls.items()}
        assert answers == {kind: 201 if kind == scope else 403 for kind in calls}
        assert caller.send("GET", "status").status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "base-info", "PUT"),
        ("POST", "base-info", "PUT"),
        ("DELETE", "compute-reports", "POST"),
        ("PATCH", "security-events", "POST"),
        ("OPTIONS", "security-events", "POST"),
        ("POST", "status", "GET"),
    ],
)
def test_another_method_is_a_problem_too(
    caller: Caller, method: str, path: str, allowed: str
) -> None:
    answer = caller.send(method, path, {})
    assert answer.status_code == 405
    assert answer["Allow"] == allowed
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["detail"] == f"这个地址只支持 {allowed}。"


@pytest.mark.parametrize("ending", ["a%0Ab", "receipts/x%0A", "capacity%0A"])
def test_an_address_with_a_line_end_is_a_problem_too(caller: Caller, ending: str) -> None:
    answer = caller.send("GET", ending)
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")


def test_an_unknown_address_is_a_problem(caller: Caller) -> None:
    for path in ("base-info/", "nothing", "receipts/12", ""):
        answer = caller.send("POST", path, {})
        assert answer.status_code == 404
        assert answer["Content-Type"] == "application/problem+json"


def test_too_many_calls_are_told_when_to_come_back(caller: Caller, settings: Any) -> None:
    settings.API_RATE_LIMIT = 3
    answers = [caller.send("GET", "status") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert 1 <= int(answers[-1]["Retry-After"]) <= 60
    assert answers[-1]["Content-Type"] == "application/problem+json"


def test_the_pace_is_each_keys_own(caller: Caller, other_caller: Caller, settings: Any) -> None:
    settings.API_RATE_LIMIT = 1
    assert caller.send("GET", "status").status_code == 200
    assert other_caller.send("GET", "status").status_code == 200
    assert caller.send("GET", "status").status_code == 429


def test_the_database_away_is_503_with_retry_after(caller: Caller, settings: Any) -> None:
    settings.API_RATE_LIMIT = 0

    def away(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        raise OperationalError("the connection is closed")

    with connection.execute_wrapper(away):
        answer = caller.report(report())
        asked = caller.send("GET", "status")
    assert (asked.status_code, asked.json()["detail"]) == (
        503,
        "请稍后按 Retry-After 所示秒数重试。",
    )
    assert answer.json()["detail"] == "数据未保存，请稍后按 Retry-After 所示秒数重试。"
    assert answer.status_code == 503
    assert answer["Retry-After"] == "30"
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["title"] == "服务暂不可用"
    assert ComputeReport.objects.count() == 0


def test_an_unforeseen_failure_shows_no_traceback(caller: Caller, settings: Any) -> None:
    settings.API_RATE_LIMIT = 0
    settings.DEBUG = True

    def broken(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        raise RuntimeError("secret words")

    with connection.execute_wrapper(broken):
        answer = caller.report(report())
    assert answer.status_code == 500
    assert answer["Content-Type"] == "application/problem+json"
    assert b"secret" not in answer.content
    assert b"Traceback" not in answer.content


def test_the_last_use_is_noted_once_in_a_while(
    caller: Caller, key: tuple[ApiKey, str], time_machine: Any
) -> None:
    start = timezone.now()

    def noted(minutes: int) -> Any:
        time_machine.move_to(start + timedelta(minutes=minutes), tick=False)
        caller.send("GET", "status")
        return ApiKey.objects.get().last_used_at

    assert noted(0) == start
    assert noted(4) == start
    assert noted(6) == start + timedelta(minutes=6)
