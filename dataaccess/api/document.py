"""The OpenAPI 3.1 document, made once a process and language from the views and their shapes."""

from copy import deepcopy
from functools import cache
from typing import Any, Literal

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator

from dataaccess.api import described_capacity
from dataaccess.api.described import ENGLISH_NAME
from dataaccess.api.english import TEXTS
from dataaccess.api.problems import answer

Language = Literal["zh", "en"]
ABOUT = (
    "规范附录 B 的三个接口，查询回执和上报情况，以及供协同指挥中心查找空闲算力的接口。字段用表 B.1 的名称（空格可有可无）或英文名；"
    "全部必填。收到 2xx 即已保存；4xx 一次说明全部错误；503 按 Retry-After 重试。"
    "时刻均为北京时间。"
)
# What a reader of the document reads; everything else in it is for programs.
_READ = ("title", "summary", "description")
# Headers that an answer of this status carries.
_HEADERS = {
    "401": ("WWW-Authenticate", "身份验证的方式", "string"),
    "405": ("Allow", "支持的请求方法", "string"),
    "429": ("Retry-After", "重试前等待的秒数", "integer"),
    "503": ("Retry-After", "重试前等待的秒数", "integer"),
}


@cache
def openapi(language: Language = "zh") -> dict[str, Any]:
    with translation.override("zh-hans"):
        document: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    document["info"]["description"] = ABOUT
    document["servers"] = [{"url": settings.PUBLIC_URL}]
    document.setdefault("components", {})["securitySchemes"] = {
        "baseKey": {
            "type": "http",
            "scheme": "bearer",
            "description": "Authorization: Bearer 密钥。密钥在基地页面签发，只显示一次。",
        },
        "centreKey": {
            "type": "http",
            "scheme": "bearer",
            "description": "Authorization: Bearer 密钥。中心密钥由安全管理员签发，只显示一次。",
        },
    }
    document["paths"][described_capacity.PATH] = {"get": deepcopy(described_capacity.CALL)}
    for calls in document["paths"].values():
        for call in calls.values():
            _finish(call["responses"])
    finished: dict[str, Any] = _in(language, document)
    return finished


def _finish(responses: dict[str, Any]) -> None:
    """Add the headers, and say of a response what its schema says: the generator leaves it empty."""
    for status, response in responses.items():
        for content in response.get("content", {}).values():
            response["description"] = response["description"] or content["schema"]["description"]
        if status in _HEADERS:
            name, said, kind = _HEADERS[status]
            response["headers"] = {name: {"description": said, "schema": {"type": kind}}}


def _in(language: Language, part: Any) -> Any:
    """A part of the document with its sentences in a language, and each field's English name
    beside what is said of the field."""
    if isinstance(part, list):
        return [_in(language, each) for each in part]
    if not isinstance(part, dict):
        return part
    made = {
        key: said(language, value)
        if key in _READ and isinstance(value, str)
        else value
        if key in ("example", "value")
        else _in(language, value)
        for key, value in part.items()
    }
    if "operationId" in made:
        made["tags"] = [said(language, tag) for tag in made["tags"]]
    if name := made.get(ENGLISH_NAME):
        also = f" (also {name})" if language == "en" else f"（也可写作 {name}）"
        made["description"] += also
    return made


def said(language: Language, sentence: str) -> str:
    return TEXTS.get(sentence, sentence) if language == "en" else sentence


@require_safe
def schema(request: HttpRequest) -> HttpResponse:
    """In Chinese; ?lang=en has it in English."""
    return answer(200, openapi("en" if request.GET.get("lang") == "en" else "zh"))
