"""HEAD: the headers of the GET, and nothing after them."""

from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.test import RequestFactory

pytestmark = pytest.mark.django_db


def answered(method: str, path: str) -> tuple[str, dict[str, str], bytes]:
    """As a server of WSGI has it; the test client would take a body away itself."""
    told: dict[str, Any] = {}

    def begin(status: str, headers: list[tuple[str, str]], _error: Any = None) -> None:
        told["status"], told["headers"] = status, dict(headers)

    answer = WSGIHandler()(RequestFactory().generic(method, path).environ, begin)
    body = b"".join(answer)
    answer.close()  # type: ignore[attr-defined]
    return told["status"], told["headers"], body


@pytest.mark.parametrize(
    "path", ["/about/", "/no-such-page/", "/static/js/copy.js", "/register/register.csv"]
)
def test_it_has_the_headers_of_a_get_and_no_body(path: str) -> None:
    status, headers, body = answered("HEAD", path)
    as_get = answered("GET", path)
    assert as_get[2]
    length = headers.get("Content-Length")
    assert (status, length, body) == (as_get[0], as_get[1].get("Content-Length"), b"")
