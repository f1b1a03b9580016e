"""What is written of a request that fails while somebody's contact data pass through it."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any, NoReturn

import pytest
from django.conf import settings as portal_settings
from django.core import mail
from django.db import IntegrityError
from django.http import HttpRequest
from django.test import Client
from django.urls import path

from portal.logs import PrivateJsonFormatter
from portal.urls import handler500  # noqa: F401
from portal.urls import urlpatterns as portal_urls

PERSONAL = {
    "email": "zhang.san@example.org",
    "phone": "13812341234",
    "landline": "0531-88880002",
    "identity": "11010519491231002X",
}


def failing(request: HttpRequest) -> NoReturn:
    """As PostgreSQL does it: the message quotes what was sent, and then the row."""
    told = "; ".join(request.POST.values())
    raise IntegrityError(f"no place for {told}\nDETAIL:  Failing row contains (张三, {told}).")


urlpatterns = [path("fails/", failing), *portal_urls]


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """Every line as production writes it."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(PrivateJsonFormatter("%(levelname)s %(name)s %(message)s %(exc_info)s"))
    logging.getLogger().addHandler(handler)
    yield stream
    logging.getLogger().removeHandler(handler)


@pytest.mark.django_db
def test_a_request_that_fails_leaves_no_contact_data_behind(
    lines: io.StringIO, settings: Any
) -> None:
    settings.ROOT_URLCONF = __name__
    client = Client(raise_request_exception=False)
    answer = client.post("/fails/?email=zhang.san@example.org", PERSONAL)
    assert answer.status_code == 500
    written = [json.loads(line) for line in lines.getvalue().splitlines()]
    failed = [line for line in written if line["name"] == "django.request"]
    assert [line["message"] for line in failed] == ["Internal Server Error: /fails/"]
    assert failed[0]["exc_info"].splitlines()[-2:] == [
        "django.db.utils.IntegrityError: no place for [email]; [phone]; [phone]; [identity]",
        "DETAIL:  [row]",
    ]
    assert [value for value in (*PERSONAL.values(), "张三") if value in lines.getvalue()] == []


@pytest.mark.django_db
def test_nobody_is_mailed_what_a_failing_request_held(settings: Any) -> None:
    settings.ROOT_URLCONF = __name__
    Client(raise_request_exception=False).post("/fails/", PERSONAL)
    assert (mail.outbox, portal_settings.ADMINS) == ([], [])
