"""The OpenAPI 3.1 document, made once a process from the views and their shapes."""

from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator

from dataaccess.api.problems import answer


@cache
def openapi() -> dict[str, Any]:
    with translation.override("zh-hans"):
        document: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    document.setdefault("components", {})["securitySchemes"] = {
        "baseKey": {
            "type": "http",
            "scheme": "bearer",
            "description": "Authorization: Bearer 密钥。密钥在基地页面签发，只显示一次。",
        }
    }
    return document


@require_safe
def schema(request: HttpRequest) -> HttpResponse:
    return answer(200, openapi())
