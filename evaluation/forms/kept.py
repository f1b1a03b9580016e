"""What was typed, as it is saved. A draft refuses nothing: what cannot be read is kept as typed,
and the rulebook says beside the field what is wrong with it."""

import re
import unicodedata
from typing import Any

from evaluation.rulebook.values import JSON_NUMBER

GROUPED = re.compile(r"-?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?")
BOOLS = {"true": True, "false": False}


def kept_text(raw: Any) -> str | None:
    """Text without blanks at its ends and with plain line ends; None for nothing."""
    if raw is None:
        return None
    text = str(raw).replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "").strip()
    return text or None


def kept_number(raw: Any) -> str | None:
    """A number as exact text: full-width digits, blanks and grouping commas are put right."""
    typed = kept_text(raw)
    if typed is None:
        return None
    text = re.sub(r"\s+", "", unicodedata.normalize("NFKC", typed)).replace("−", "-")
    if GROUPED.fullmatch(text):
        text = text.replace(",", "")
    return text if JSON_NUMBER.fullmatch(text) else typed


def kept_bool(raw: Any) -> Any:
    """True or False; None for no answer."""
    text = kept_text(raw)
    return BOOLS.get(text, text) if text is not None else None
