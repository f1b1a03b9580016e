"""Log lines for production: one JSON object each, without personal data."""

import re
from typing import Any

from pythonjsonlogger.json import JsonFormatter

# Exceptions quote what they failed on: a mail server the recipient, PostgreSQL the row.
_PERSONAL = [
    (re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+"), "[email]"),
    (re.compile(r"(?<!\d)(\+?86[- ]?)?1[3-9]\d{9}(?!\d)"), "[phone]"),
    (re.compile(r"(DETAIL:\s+).*"), r"\1[row]"),
]


def without_personal_data(text: str) -> str:
    """Replace addresses, mobile numbers and quoted database rows."""
    for pattern, replacement in _PERSONAL:
        text = pattern.sub(replacement, text)
    return text


class PrivateJsonFormatter(JsonFormatter):
    """Cleans every text of a line, its traceback included, before it is written."""

    def process_log_record(self, log_data: dict[str, Any]) -> dict[str, Any]:
        return {
            key: without_personal_data(value) if isinstance(value, str) else value
            for key, value in super().process_log_record(log_data).items()
        }
