"""The OpenAPI document and the page people read it on."""

import html
import re
import uuid
from typing import Any

import jsonschema
import pytest
from django.test import Client

from dataaccess.api.examples import BODIES
from dataaccess.shapes import TABLES
from tests.dataaccess.conftest import Caller

pytestmark = pytest.mark.django_db


@pytest.fixture
def document() -> dict[str, Any]:
    answer = Client().get("/api/schema")
    assert answer["Content-Type"] == "application/json"
    return answer.json()


def test_it_is_openapi_31_with_every_call(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    assert {path: sorted(calls) for path, calls in document["paths"].items()} == {
        "/api/v1/base-info": ["put"],
        "/api/v1/capacity": ["get"],
        "/api/v1/compute-reports": ["post"],
        "/api/v1/receipts/{identifier}": ["get"],
        "/api/v1/security-events": ["post"],
        "/api/v1/status": ["get"],
    }
    assert document["components"]["securitySchemes"]["baseKey"]["scheme"] == "bearer"
    assert all(
        call["security"] == [{"centreKey" if path == "/api/v1/capacity" else "baseKey": []}]
        for path, calls in document["paths"].items()
        for call in calls.values()
    )


def test_every_field_stands_in_it(document: dict[str, Any]) -> None:
    for kind, path, method in (
        ("base_info", "base-info", "put"),
        ("compute_report", "compute-reports", "post"),
        ("security_event", "security-events", "post"),
    ):
        content = document["paths"][f"/api/v1/{path}"][method]["requestBody"]["content"]
        schema = content["application/json"]["schema"]
        schema = schema.get("oneOf", [schema])[0]
        assert list(schema["properties"]) == [field.name for field in TABLES[kind].fields]  # type: ignore[index]
        jsonschema.validate(BODIES[kind], schema)  # type: ignore[index]


def test_answers_hold_what_the_document_says(document: dict[str, Any], caller: Caller) -> None:
    def check(answer: Any, path: str, method: str) -> None:
        said = document["paths"][f"/api/v1/{path}"][method]["responses"][str(answer.status_code)]
        jsonschema.validate(answer.json(), said["content"][answer["Content-Type"]]["schema"])

    check(caller.info(BODIES["base_info"]), "base-info", "put")
    check(caller.info({}), "base-info", "put")
    check(caller.report(BODIES["compute_report"]), "compute-reports", "post")
    partly = caller.events([BODIES["security_event"], 1])
    check(partly, "security-events", "post")
    check(caller.events([1]), "security-events", "post")
    check(caller.send("GET", "status"), "status", "get")
    receipt = partly.json()["receipt"]
    check(caller.send("GET", f"receipts/{receipt}"), "receipts/{identifier}", "get")


def test_the_example_of_an_unknown_receipt_is_what_is_answered(
    document: dict[str, Any], caller: Caller
) -> None:
    call = document["paths"]["/api/v1/receipts/{identifier}"]["get"]
    said = call["responses"]["404"]["content"]["application/problem+json"]
    answer = caller.send("GET", f"receipts/{uuid.uuid4()}")
    assert [each["value"] for each in said["examples"].values()] == [answer.json()]
    assert call["responses"]["404"]["description"] == "没有这张回执，或它属于另一个基地"


def test_every_example_of_an_answer_holds_what_its_schema_says(document: dict[str, Any]) -> None:
    seen = 0
    for calls in document["paths"].values():
        for call in calls.values():
            for response in call["responses"].values():
                for content in response["content"].values():
                    for example in content["examples"].values():
                        jsonschema.validate(example["value"], content["schema"])
                        seen += 1
    assert seen > 30


def test_the_examples_are_accepted(caller: Caller) -> None:
    answers = [
        caller.info(BODIES["base_info"]),
        caller.report(BODIES["compute_report"]),
        caller.events(BODIES["security_event"]),
    ]
    assert [answer.status_code for answer in answers] == [201, 201, 201]


def test_the_page_needs_no_account_and_loads_nothing_from_elsewhere() -> None:
    answer = Client().get("/api/docs")
    assert answer.status_code == 200
    page = answer.content.decode()
    for table in TABLES.values():
        for field in table.fields:
            assert field.name in page
            assert field.english in page
    loaded = re.findall(r'<(?:script|link|img)[^>]+(?:src|href)="([^"]+)"', page)
    assert [url for url in loaded if not url.startswith("/")] == []
    assert " style=" not in page
    assert "curl -X PUT" in page


def read(content: dict[str, Any]) -> dict[str, Any]:
    return content["application/problem+json"]


def test_a_call_that_reads_does_not_speak_of_data_that_were_not_kept(
    document: dict[str, Any], caller: Caller
) -> None:
    fields = {field.name for table in TABLES.values() for field in table.fields}
    for path in ("capacity", "status", "receipts/{identifier}"):
        responses = document["paths"][f"/api/v1/{path}"]["get"]["responses"]
        for status, response in responses.items():
            if int(status) < 400:
                continue
            [example] = read(response["content"])["examples"].values()
            told = f"{response['description']} {example}"
            assert "未保存" not in told, (path, status)
            assert not any(name in told for name in fields), (path, status)
    call = document["paths"]["/api/v1/status"]["get"]["responses"]["400"]
    [example] = read(call["content"])["examples"].values()
    assert caller.send("GET", "status?days=5").json() == example["value"]


def test_the_page_tells_of_doubts_and_how_refused_events_are_counted() -> None:
    page = html.unescape(Client().get("/api/docs").content.decode())
    assert "2xx 回答中的 warnings" in page
    assert "平台还会以“数据询问”请基地说明原因" in page
    assert '"warnings": [' in page
    assert "“GPU总算力”为2600000，上一次（2026-07-25）为2600，是其1000倍" in page
    assert "index 是它在批中的位置，从 0 起：第一个事件为 0。" in page
    assert "在密钥页面修改这把密钥的来源网段即可，不必换密钥。" in page
    assert "为新的网段签发密钥" not in page
