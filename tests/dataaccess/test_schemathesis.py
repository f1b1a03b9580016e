"""The interfaces held against their own OpenAPI document, by schemathesis with every check.

A longer run, against a portal that is up: `schemathesis run http://localhost:8000/api/schema
-H "Authorization: Bearer $(manage.py issue_key demo-base)" --max-examples 1000`; it reports what
the document cannot say (idle within total, a city in its province) as refused, see _hold()."""

import json
from typing import Any

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from hypothesis import HealthCheck, Phase, settings

from dataaccess import parsing, regions
from dataaccess.actions import centre_keys
from dataaccess.api.examples import LINES
from dataaccess.models import ApiKey
from dataaccess.shapes import tables
from portal.accounts.models import Role
from tests.dataaccess.conftest import person
from tests.long import ASKED, examples

pytestmark = pytest.mark.django_db
schema: Any = schemathesis.openapi.from_wsgi("/api/schema", get_wsgi_application())
# Over 5,000 events is 413, which the tool does not take for a refusal by itself.
schema.config.checks.negative_data_rejection.expected_statuses = [
    "400", "401", "404", "405", "413", "415", "422",
]  # fmt: skip


@schemathesis.serializer(parsing.NDJSON)
def _lines(_context: Any, value: Any) -> bytes:
    return value.encode() if isinstance(value, str) else json.dumps(value).encode()


@pytest.fixture
def centre_key(db: None) -> str:
    secadmin = person("an", Role.SECURITY_ADMIN)
    return centre_keys.issue(label="调度平台", networks=[], actor=secadmin)[1]


@schema.parametrize()
@settings(
    max_examples=examples(25, 0.1),
    derandomize=not ASKED,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_every_answer_is_one_the_document_names(
    case: Any, key: tuple[ApiKey, str], centre_key: str
) -> None:
    if case.meta is not None and case.meta.generation.mode.is_positive:
        case.body = _hold(case.body)
        if case.media_type == parsing.NDJSON:  # its schema says no more than that it is text
            case.body = LINES
        case.headers.pop("Idempotency-Key", None)  # one key would stand for many bodies
        if {"latency", "distance"} & case.query.keys():  # are asked for from somewhere
            case.query.setdefault("origin", "110000")
    # What the tool did to the header itself (left it out, spoilt it) stays as it is.
    changed = case.meta is not None and "Authorization" in str(case.meta.phase.data)
    text = centre_key if case.operation.path == "/api/v1/capacity" else key[1]
    headers = {} if changed else {"Authorization": f"Bearer {text}"}
    case.call_and_validate(headers=headers)


def _hold(body: Any) -> Any:
    """A body that its schema takes, made to hold where two fields belong together."""
    if isinstance(body, list):
        return [_hold(each) for each in body]
    if not isinstance(body, dict):
        return body
    held = dict(body)
    for pair in tables.PAIRS:
        if pair.total in held and pair.idle in held:
            held[pair.idle] = min(held[pair.idle], held[pair.total])
    if held.get(tables.REPORT_DATE, "") > "2026":
        held[tables.REPORT_DATE] = "2026-01-01"
    if held.get(tables.EVENT_TIME, "") > "2026":
        held[tables.EVENT_TIME] = "2026-01-01 00:00:00"
    if "所在省份" in held and "所在城市" in held:
        held["所在城市"] = regions.cities_of(held["所在省份"])[0].code
    return held
