"""GET /healthz, and what readers get while a part of the portal is away."""

import json
from datetime import timedelta
from typing import Any

import pytest
import redis
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path
from django.utils import timezone

from portal import urls as portal_urls
from portal.ledger.models import Heartbeat
from tests.services import free_port

BROKEN: dict[str, Exception] = {
    "database": OperationalError("server closed the connection"),
    "redis": redis.ConnectionError("Connection refused"),
    "page": ValueError("a fault of the page"),
}


def broken(request: HttpRequest, what: str) -> HttpResponse:
    raise BROKEN[what]


handler500 = portal_urls.handler500
urlpatterns = [
    path("broken/<what>", broken),
    path("api/v1/broken/<what>", broken),
    *portal_urls.urlpatterns,
]


def health(client: Client) -> tuple[int, dict[str, Any]]:
    answer = client.get("/healthz")
    return answer.status_code, json.loads(answer.content)


@pytest.mark.django_db
def test_all_parts_work(client: Client) -> None:
    Heartbeat.objects.create(name="worker", at=timezone.now())
    assert health(client) == (
        200,
        {
            "status": "ok",
            "database": {"state": "ok", "detail": "sqlite"},
            "broker": {"state": "ok", "detail": "folder"},
            "worker": {"state": "ok", "detail": "last seen 0 s ago"},
        },
    )


@pytest.mark.django_db
@pytest.mark.parametrize(("seconds", "state"), [(58, "ok"), (62, "down")])
def test_a_worker_is_away_after_a_minute_of_silence(
    client: Client, seconds: int, state: str
) -> None:
    Heartbeat.objects.create(name="worker", at=timezone.now() - timedelta(seconds=seconds))
    code, answer = health(client)
    assert (code, answer["worker"]["state"]) == (200, state)
    assert answer["status"] == ("ok" if state == "ok" else "degraded")


@pytest.mark.django_db
def test_a_clock_set_back_is_no_outage(client: Client) -> None:
    Heartbeat.objects.create(name="worker", at=timezone.now() + timedelta(minutes=5))
    assert health(client)[1]["worker"] == {"state": "ok", "detail": "last seen 0 s ago"}


@pytest.mark.django_db
def test_without_a_worker_pages_are_still_served(client: Client) -> None:
    code, answer = health(client)
    assert (code, answer["status"]) == (200, "degraded")
    assert answer["worker"] == {"state": "down", "detail": "never seen"}


@pytest.mark.django_db
def test_a_broker_that_does_not_answer_is_named(client: Client, settings: Any) -> None:
    Heartbeat.objects.create(name="worker", at=timezone.now())
    settings.REDIS_URL = f"redis://:secret@127.0.0.1:{free_port()}/0"
    code, answer = health(client)
    assert (code, answer["status"]) == (200, "degraded")
    assert answer["broker"] == {"state": "down", "detail": "no answer"}


@pytest.mark.django_db
def test_only_read_and_never_kept(client: Client) -> None:
    assert client.post("/healthz").status_code == 405
    assert "no-store" in client.get("/healthz")["Cache-Control"]


@pytest.mark.django_db
@pytest.mark.urls("tests.portal.test_health")
@pytest.mark.parametrize("what", ["database", "redis"])
def test_a_page_without_its_database_says_when_to_come_back(what: str) -> None:
    answer = Client(raise_request_exception=False).get(f"/broken/{what}")
    assert answer.status_code == 503
    assert answer["Retry-After"] == "30"
    assert answer["Cache-Control"] == "no-store"
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    page = answer.content.decode()
    assert "<title>平台暂时不可用" in page
    assert str(BROKEN[what]) not in page


@pytest.mark.django_db
@pytest.mark.urls("tests.portal.test_health")
def test_the_api_says_it_as_a_problem() -> None:
    answer = Client(raise_request_exception=False).put("/api/v1/broken/database")
    assert answer.status_code == 503
    assert (answer["Content-Type"], answer["Retry-After"]) == ("application/problem+json", "30")
    assert json.loads(answer.content) == {
        "type": "about:blank",
        "title": "服务暂不可用",
        "status": 503,
        "detail": "数据未保存，请稍后按 Retry-After 所示秒数重试。",
    }


@pytest.mark.django_db
@pytest.mark.urls("tests.portal.test_health")
def test_a_fault_of_a_page_stays_an_error() -> None:
    page = Client(raise_request_exception=False).get("/broken/page")
    assert (page.status_code, page.has_header("Retry-After")) == (500, False)
    call = Client(raise_request_exception=False).put("/api/v1/broken/page")
    assert (call.status_code, json.loads(call.content)["status"]) == (500, 500)
