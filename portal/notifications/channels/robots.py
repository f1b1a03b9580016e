"""What both robots share: one JSON document posted, and the answer read."""

import json
import urllib.request
from typing import Any

TIMEOUT_SECONDS = 10


class RobotRefused(Exception):
    """The chat's server answered, and did not take the message."""


def post(url: str, document: dict[str, Any]) -> None:
    """POST a JSON document. Both services answer 200 with {"errcode": 0} when they took it."""
    request = urllib.request.Request(  # noqa: S310  the operator's own setting, checked for https
        url,
        data=json.dumps(document, ensure_ascii=False).encode(),
        headers={"Content-Type": "application/json; charset=utf-8"},
        method="POST",
    )
    with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as response:  # noqa: S310
        answer = json.load(response)
    if answer.get("errcode") != 0:
        raise RobotRefused(f"{answer.get('errcode')}: {answer.get('errmsg', '')}")


def at_most(text: str, limit: int) -> str:
    """The text within so many bytes of UTF-8, cut where a character ends."""
    if len(text.encode()) <= limit:
        return text
    return text.encode()[: limit - 3].decode(errors="ignore") + "…"
