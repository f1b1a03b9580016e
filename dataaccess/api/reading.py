"""The page on which people read the API: made from the same OpenAPI document as /api/schema."""

import json
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from dataaccess.api.described import ENGLISH_NAME
from dataaccess.api.document import Language, openapi
from dataaccess.shapes import tables
from dataaccess.windows import WINDOWS
from dataaccess.words import printed, reads_english


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    language: Language = "en" if reads_english() else "zh"
    document = openapi(language)
    calls = [
        _call(path, method, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if operation.get("operationId") in _ORDER
    ]
    calls.sort(key=lambda call: _ORDER.index(call["id"]))
    return render(
        request,
        "dataaccess/docs.html",
        {
            "trail": [(_("首页"), "/"), (_("数据接入接口"), None)],
            "calls": calls,
            "windows": [window.name for window in WINDOWS],
            "methods": _read(tables.ATTACK_METHODS),
            "assets": _read(tables.ASSET_TYPES),
            "language": language,
            "limit": settings.API_RATE_LIMIT,
        },
    )


_ORDER = [*tables.KINDS, "receipt", "status"]


def _call(path: str, method: str, operation: dict[str, Any]) -> dict[str, Any]:
    content = operation.get("requestBody", {}).get("content", {})
    body = content.get("application/json", {})
    schema = body.get("schema", {})
    schema = schema.get("oneOf", [schema])[0]
    example = next((each["value"] for each in body.get("examples", {}).values()), None)
    return {
        "id": operation["operationId"],
        "method": method.upper(),
        "path": path,
        "summary": operation["summary"],
        "description": operation["description"],
        "content_types": list(content),
        "fields": [
            _field(name, about, schema.get("required", []))
            for name, about in schema.get("properties", {}).items()
        ],
        "responses": [
            _response(status, response) for status, response in operation["responses"].items()
        ],
        "curl": _curl(path, method, example),
    }


def _response(status: str, response: dict[str, Any]) -> dict[str, Any]:
    content: dict[str, Any] = next(iter(response.get("content", {}).values()), {})
    shown = next((each["value"] for each in content.get("examples", {}).values()), None)
    return {
        "status": status,
        "text": response["description"],
        "example": json.dumps(shown, ensure_ascii=False, indent=2) if shown else "",
    }


def _read(dictionary: dict[str, str]) -> list[tuple[str, str]]:
    """A dictionary table; beside a word its English for readers of English."""
    return [
        (code, f"{name} · {printed(name)}" if reads_english() else name)
        for code, name in dictionary.items()
    ]


def _field(name: str, about: dict[str, Any], required: list[str]) -> dict[str, Any]:
    english = about[ENGLISH_NAME]
    # The name stands in a column of its own.
    note = about["description"].removesuffix(f"（也可写作 {english}）")
    return {
        "name": name,
        "english": english,
        "type": _("数字") if about["type"] == "number" else _("字符串"),
        "required": name in required,
        "note": note.removesuffix(f" (also {english})"),
        # The codes of provinces and cities would fill a page.
        "choices": about.get("enum", []) if len(about.get("enum", [])) < 20 else [],
    }


def _curl(path: str, method: str, example: Any) -> str:
    address = settings.PUBLIC_URL + path.replace("{identifier}", "RECEIPT")
    lines = [f"curl -X {method.upper()} {address}", '  -H "Authorization: Bearer $KEY"']
    if example is not None:
        body = json.dumps(example, ensure_ascii=False, indent=2)
        lines += ['  -H "Content-Type: application/json"', f"  --data '{body}'"]
    return " \\\n".join(lines)
