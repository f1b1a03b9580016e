"""The page on which people read the API: made from the same OpenAPI document as /api/schema."""

import json
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from dataaccess.api.described import ENGLISH_NAME
from dataaccess.api.document import Language, openapi
from dataaccess.parsing import NDJSON
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


_ORDER = [*tables.KINDS, "receipt", "status", "capacity"]


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
        "parameters": [
            _parameter(each) for each in operation.get("parameters", []) if each["in"] != "path"
        ],
        "curls": _curls(path, method, operation, example),
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


def _parameter(about: dict[str, Any]) -> dict[str, Any]:
    schema = about["schema"]
    kinds = {"integer": _("整数"), "boolean": "true / false"}
    codes = schema.get("enum", [])
    return {
        "name": about["name"],
        "header": about["in"] == "header",
        "type": kinds.get(schema["type"], _("字符串")),
        "required": about.get("required", False),
        "note": about["description"],
        # The codes of provinces would fill a page.
        "choices": [each for each in codes if not each.isdigit()],
    }


def _curls(path: str, method: str, operation: dict[str, Any], example: Any) -> list[str]:
    """How the call is made with curl; a batch line by line in a way of its own, since --data
    takes the line ends out of a file."""
    address = settings.PUBLIC_URL + path.replace("{identifier}", "RECEIPT")
    asked = {
        each["name"]: each["example"]
        for each in operation.get("parameters", [])
        if each.get("required") and each["in"] == "query"
    }
    if asked:
        address = f'"{address}?{urlencode(asked)}"'
    key = "$CENTRE_KEY" if operation["security"] == [{"centreKey": []}] else "$KEY"
    lines = [f"curl -X {method.upper()} {address}", f'  -H "Authorization: Bearer {key}"']
    if example is None:
        return [" \\\n".join(lines)]
    body = json.dumps(example, ensure_ascii=False, indent=2)
    made = [[*lines, '  -H "Content-Type: application/json"', f"  --data '{body}'"]]
    if NDJSON in operation["requestBody"]["content"]:
        made.append([*lines, f'  -H "Content-Type: {NDJSON}"', "  --data-binary @events.ndjson"])
    return [" \\\n".join(each) for each in made]
