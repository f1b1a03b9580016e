"""Asking a Prometheus server."""

import http.client
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path

import orjson


class Unanswered(Exception):
    """No answer, or one that cannot be used; the sentence says which."""


@dataclass(frozen=True, slots=True)
class Sample:
    labels: dict[str, str]
    value: Decimal


@dataclass(frozen=True, slots=True)
class Prometheus:
    address: str
    timeout: float = 30
    token_file: str | None = None

    def query(self, expression: str, at: datetime) -> list[Sample]:
        """The samples of an instant query; those that are no finite number are left out."""
        arguments = urllib.parse.urlencode({"query": expression, "time": at.timestamp()})
        headers = {"Accept": "application/json"}
        if self.token_file:
            try:
                headers["Authorization"] = f"Bearer {Path(self.token_file).read_text().strip()}"
            except OSError as failure:
                raise Unanswered(f"读不到 compute.token_file（{failure}）") from None
        request = urllib.request.Request(  # noqa: S310 - http and https only, by the configuration
            f"{self.address}/api/v1/query?{arguments}", headers=headers
        )
        try:
            with urllib.request.urlopen(request, timeout=self.timeout) as answer:  # noqa: S310
                document = orjson.loads(answer.read())
        except urllib.error.HTTPError as failure:
            raise Unanswered(f"Prometheus 回答 {failure.code}：{_error(failure.read())}") from None
        except (OSError, http.client.HTTPException) as failure:
            reason = getattr(failure, "reason", None) or failure
            raise Unanswered(f"连不上 Prometheus {self.address}（{reason}）") from None
        except orjson.JSONDecodeError:
            raise Unanswered(f"{self.address} 的回答不是 JSON，请检查 compute.prometheus") from None
        return _samples(document)


def _samples(document: object) -> list[Sample]:
    try:
        data = document["data"]  # type: ignore[index]
        if data["resultType"] == "scalar":
            found: list[tuple[dict[str, str], str]] = [({}, data["result"][1])]
        else:
            found = [(each["metric"], each["value"][1]) for each in data["result"]]
    except (KeyError, TypeError, IndexError):
        raise Unanswered("Prometheus 的回答不是即时查询的结果，请检查查询") from None
    return [Sample(labels, value) for labels, text in found if (value := _number(text)) is not None]


def _number(text: str) -> Decimal | None:
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


def _error(raw: bytes) -> str:
    try:
        return str(orjson.loads(raw)["error"])
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return "没有说明原因"
