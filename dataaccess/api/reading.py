"""The page on which people read the API: made from the same OpenAPI document as /api/schema."""

import json
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from dataaccess.api.document import openapi
from dataaccess.shapes import tables
from dataaccess.windows import WINDOWS


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    document = openapi()
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
            "methods": tables.ATTACK_METHODS.items(),
            "assets": tables.ASSET_TYPES.items(),
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
            {"status": status, "text": response["description"]}
            for status, response in operation["responses"].items()
        ],
        "curl": _curl(path, method, example),
    }


def _field(name: str, about: dict[str, Any], required: list[str]) -> dict[str, Any]:
    note, _separator, english = about["description"].rpartition("（也可写作 ")
    return {
        "name": name,
        "english": english.rstrip("）"),
        "type": _("数字") if about["type"] == "number" else _("字符串"),
        "required": name in required,
        "note": note,
        "choices": about.get("enum", []),
    }


def _curl(path: str, method: str, example: Any) -> str:
    address = settings.PUBLIC_URL + path.replace("{identifier}", "RECEIPT")
    lines = [f"curl -X {method.upper()} {address}", '  -H "Authorization: Bearer $KEY"']
    if example is not None:
        body = json.dumps(example, ensure_ascii=False, indent=2)
        lines += ['  -H "Content-Type: application/json"', f"  --data '{body}'"]
    return " \\\n".join(lines)
