"""Log lines for production: one JSON object each, without personal data."""

import re
from typing import Any

from pythonjsonlogger.json import JsonFormatter

# Exceptions quote what they failed on: a mail server the recipient, PostgreSQL the row.
_PERSONAL = [
    (re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+"), "[email]"),
    (re.compile(r"(?<!\d)\d{17}[\dXx](?![\dA-Za-z])"), "[identity]"),
    (re.compile(r"(?<!\d)(\+?86[- ]?)?1[3-9]\d{9}(?!\d)"), "[phone]"),
    (re.compile(r"(?<![\d-])0\d{2,3}[- ]\d{7,8}(?![\d-])"), "[phone]"),
    (re.compile(r"(DETAIL:\s+).*"), r"\1[row]"),
]


def without_personal_data(text: str) -> str:
    """Replace addresses, telephone and identity numbers, and quoted database rows."""
    for pattern, replacement in _PERSONAL:
        text = pattern.sub(replacement, text)
    return text


class PrivateJsonFormatter(JsonFormatter):
    """Cleans every text of a line, its traceback included, before it is written."""

    def process_log_record(self, log_data: dict[str, Any]) -> dict[str, Any]:
        return {
            key: value
            if value is None or isinstance(value, bool | int | float)
            else without_personal_data(str(value))
            for key, value in super().process_log_record(log_data).items()
            if key != "request"  # which Django hands along: it prints the query string
        }
