"""Finding words in what is kept, Chinese ones too, alike on SQLite and PostgreSQL: no index of words,
only substrings.

A query is cut at blanks and signs, and where Chinese meets Latin. Every piece must be found. A
Chinese piece of four characters or more, which may be several words written together, is found
where it stands as it is, or where each of its pairs of characters does: 滨海智算基地 finds
示例滨海工业智算基地. Capital and small letters of ASCII are alike."""

import re
import unicodedata
from collections.abc import Iterable
from functools import reduce
from operator import and_, or_

from django.db.models import Q

LONGEST_QUERY = 100
MOST_PIECES = 8
CHINESE = r"\u3400-\u9fff"
PIECE = re.compile(rf"[{CHINESE}]+|(?:(?![{CHINESE}])[\w.-])+")
WRITTEN_TOGETHER = 4


def clean(text: str) -> str:
    """A query as it is shown again: wide letters narrow, blanks run together, not too long."""
    plain = unicodedata.normalize("NFKC", text).replace("\x00", "")
    return " ".join(plain.split())[:LONGEST_QUERY]


def pieces(query: str) -> list[str]:
    """What a query is cut into, each once."""
    found = (piece.strip("-_.") for piece in PIECE.findall(clean(query)))
    return list(dict.fromkeys(filter(None, found)))[:MOST_PIECES]


def pairs(piece: str) -> list[str]:
    """The pairs of characters of a long Chinese piece; the last two stand for an odd end."""
    if len(piece) < WRITTEN_TOGETHER or not re.match(f"[{CHINESE}]", piece):
        return []
    starts = [*range(0, len(piece) - 1, 2)]
    if len(piece) % 2:
        starts.append(len(piece) - 2)
    return [piece[start : start + 2] for start in starts]


def condition(query: str, *fields: str) -> Q | None:
    """That the pieces are all in these fields of a row, each in any of them; None for a query
    without pieces."""
    wanted = [
        _in_any(piece, fields) | _all(_in_any(pair, fields) for pair in pairs(piece))
        if pairs(piece)
        else _in_any(piece, fields)
        for piece in pieces(query)
    ]
    return _all(wanted) if wanted else None


def found_in(query: str, text: str) -> bool:
    """The same for a text at hand."""
    text = unicodedata.normalize("NFKC", text).casefold()
    wanted = pieces(query)
    return bool(wanted) and all(
        piece.casefold() in text
        or bool(pairs(piece) and all(pair in text for pair in pairs(piece)))
        for piece in wanted
    )


def marked(text: str, query: str) -> list[tuple[str, bool]]:
    """The text in parts, and whether each was looked for: to mark what was found."""
    looked_for = [part for piece in pieces(query) for part in (piece, *pairs(piece))]
    if not looked_for:
        return [(text, False)]
    longest_first = sorted(looked_for, key=len, reverse=True)
    cut = re.split("(" + "|".join(map(re.escape, longest_first)) + ")", text, flags=re.IGNORECASE)
    return [(part, bool(nth % 2)) for nth, part in enumerate(cut) if part]


def _in_any(piece: str, fields: Iterable[str]) -> Q:
    return reduce(or_, (Q(**{f"{field}__icontains": piece}) for field in fields))


def _all(conditions: Iterable[Q]) -> Q:
    return reduce(and_, conditions)
