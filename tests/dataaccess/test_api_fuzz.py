"""Whatever bytes come, the answer is one of the contract's and JSON."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from dataaccess.models import Base
from dataaccess.shapes import TABLES
from tests.dataaccess.bodies import base_info, event, report
from tests.dataaccess.conftest import Caller
from tests.long import examples

pytestmark = pytest.mark.django_db

CALLS = {
    "base_info": ("PUT", "base-info", base_info()),
    "compute_report": ("POST", "compute-reports", report()),
    "security_event": ("POST", "security-events", event()),
}
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=True)
    | st.text(max_size=20)
    | st.sampled_from(
        ["\x00", "\ud800", "基" * 300, "是", "G001", "370000", "520500", "39.9,116.4"]
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
fuzzed = settings(
    max_examples=examples(60, 0.1),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def send(caller: Caller, kind: str, raw: bytes, content_type: str = "application/json") -> Any:
    method, path, _body = CALLS[kind]
    answer = caller.send(method, path, raw=raw, content_type=content_type)
    assert answer.status_code in (200, 201, 207, 400, 413, 422), answer.content
    body = json.loads(answer.content)
    if answer.status_code >= 400:
        assert body["status"] == answer.status_code
        assert all(error["message"] for error in body.get("errors", []))
    return answer


@pytest.mark.parametrize("kind", CALLS)
@fuzzed
@given(data=st.data())
def test_any_value_in_any_field(caller: Caller, jinan: Base, kind: str, data: Any) -> None:
    names = [field.name for field in TABLES[kind].fields] + ["未知", "unknown"]  # type: ignore[index]
    changes = data.draw(st.dictionaries(st.sampled_from(names), values, max_size=4))
    send(caller, kind, json.dumps({**CALLS[kind][2], **changes}).encode())


@pytest.mark.parametrize("kind", CALLS)
@fuzzed
@given(document=values)
@example(document=10**400)
def test_any_document(caller: Caller, jinan: Base, kind: str, document: Any) -> None:
    raw = json.dumps(document).encode()
    send(caller, kind, raw)
    if kind == "security_event":
        send(caller, kind, raw, "application/x-ndjson")


@pytest.mark.parametrize("kind", CALLS)
@fuzzed
@given(raw=st.binary(max_size=60))
@example(raw=b"[" * 10_000)
@example(raw=b'{"a":' * 10_000)
@example(raw=b"1" * 10_000)
@example(raw=b'[1e400, -1e400, "\\ud800"]')
@example(raw=b'{"a": 1e99999999999999999999}')
def test_any_bytes(caller: Caller, jinan: Base, kind: str, raw: bytes) -> None:
    send(caller, kind, raw)
