"""Answers of the API: JSON, and RFC 9457 problems where something is refused."""

from collections.abc import Mapping
from typing import Any

import orjson
from django.http import HttpResponse

from dataaccess.intake import Refused
from dataaccess.shapes import Fault, Rejected
from dataaccess.told import told


class Denied(Exception):
    """The caller is not let in: no key (401), a key without the right (403), too many (429)."""

    def __init__(
        self, status: int, title: str, detail: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.title = title
        self.detail = detail
        self.headers = headers or {}


def answer(status: int, body: Mapping[str, Any]) -> HttpResponse:
    return HttpResponse(orjson.dumps(told(body)), status=status, content_type="application/json")


def problem(
    status: int,
    title: str,
    detail: str,
    *,
    errors: list[Fault] | None = None,
    rejected: list[Rejected] | None = None,
    headers: Mapping[str, str] | None = None,
) -> HttpResponse:
    """A problem document: what happened, and in `detail` what to do instead."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": detail,
    }
    if errors:
        body["errors"] = errors
    if rejected is not None:
        body["rejected"] = rejected
    return HttpResponse(
        orjson.dumps(told(body)),
        status=status,
        content_type="application/problem+json",
        headers=dict(headers or {}),
    )


def of_refusal(refused: Refused) -> HttpResponse:
    return problem(
        refused.status,
        refused.title,
        refused.detail,
        errors=refused.errors,
        rejected=refused.rejected,
    )
