"""Finding words in what is kept, Chinese ones too, alike on SQLite and PostgreSQL: no index of words,
only substrings.

A query is cut at blanks and signs, and where Chinese meets Latin. Every piece must be found. A
Chinese piece of four characters or more, which may be several words written together, is found
where it stands as it is, or where each of its characters stands beside one of its neighbours:
滨海智算基地 finds 示例滨海工业智算基地, and 山东省工业智算 needs no 省工. Capital and small letters of
ASCII are alike."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from functools import reduce
from itertools import groupby, pairwise
from operator import and_, itemgetter, or_
from typing import TypeVar

from django.db.models import Q

T = TypeVar("T")
LONGEST_QUERY = 100
MOST_PIECES = 8
CHINESE = r"\u3400-\u9fff"
PIECE = re.compile(rf"[{CHINESE}]+|(?:(?![{CHINESE}])[\w.-])+")
WRITTEN_TOGETHER = 4
# Between two words written together (山东的证书): neither is looked for with it.
JOINING = re.compile(rf"(?<=[{CHINESE}]{{2}})的(?=[{CHINESE}]{{2}})")  # not translated: looked for
# What a question is asked with; nobody writes it into a page's name. Only cut off where something is
# left to look for.
ASKING = "怎么样|怎样|怎么|如何|怎|什么|哪些|哪里|哪儿|多少|为何|请问|我想|能否|可否|是否|吗|呢"  # not translated: looked for
ASKING_ENGLISH = "how|what|where|when|why|who|which|do|does|is|are|can|to|the|an|of|for"
QUESTION = re.compile(rf"{ASKING}|\b(?:{ASKING_ENGLISH})\b", re.IGNORECASE)
EXCERPT = 90  # characters of a long text shown around what was found


def clean(text: str) -> str:
    """A query as it is shown again: wide letters narrow, blanks run together, not too long."""
    plain = unicodedata.normalize("NFKC", text).replace("\x00", "")
    return " ".join(plain.split())[:LONGEST_QUERY]


def pieces(query: str) -> list[str]:
    """What a query is cut into, each once."""
    plain = JOINING.sub(" ", clean(query))
    return _cut(QUESTION.sub(" ", plain)) or _cut(plain)


def _cut(plain: str) -> list[str]:
    found = (piece.strip("-_.") for piece in PIECE.findall(plain))
    return list(dict.fromkeys(filter(None, found)))[:MOST_PIECES]


def too_short(query: str) -> bool:
    """A single letter or digit stands in nearly everything; a single character may be a word."""
    found = pieces(query)
    return len(found) == 1 and len(found[0]) == 1 and found[0].isascii()


def fewer(query: str) -> list[str]:
    """What to look for instead where all words together find nothing: each word by itself, of one
    long piece its halves as well (智算基地费用: 智算基地, 基地费用)."""
    found = pieces(query)
    halves = [
        part
        for piece in found
        if len(piece) >= WRITTEN_TOGETHER and pairs(piece)
        for part in (piece[: len(piece) - 2], piece[2:])
    ]
    alone = found if len(found) > 1 else []
    return list(dict.fromkeys(part for part in [*alone, *halves] if len(part) > 1))[:MOST_PIECES]


def pairs(piece: str) -> list[str]:
    """Every two neighbouring characters of a long Chinese piece."""
    if len(piece) < WRITTEN_TOGETHER or not re.match(f"[{CHINESE}]", piece):
        return []
    return [piece[start : start + 2] for start in range(len(piece) - 1)]


def _beside(conditions: list[T]) -> list[tuple[T, ...]]:
    """Of the pairs' conditions, those of each character: of the pair it ends and that it begins."""
    return [(conditions[0],), *pairwise(conditions), (conditions[-1],)]


def condition(
    query: str, *fields: str, also: Callable[[str], Q | None] = lambda piece: None
) -> Q | None:
    """That the pieces are all in these fields of a row, each in any of them; None for a query
    without pieces. `also` says what else of a row a piece may stand for, such as its province,
    which is kept as a code."""

    def there(piece: str) -> Q:
        return _in_any(piece, fields) | (also(piece) or Q())

    def covered(piece: str) -> Q:
        each = _beside([there(pair) for pair in pairs(piece)])
        return reduce(and_, (reduce(or_, some) for some in each))

    wanted = [
        there(piece) | covered(piece) if pairs(piece) else there(piece) for piece in pieces(query)
    ]
    return reduce(and_, wanted) if wanted else None


def found_in(query: str, text: str) -> bool:
    """The same for a text at hand."""
    text = unicodedata.normalize("NFKC", text).casefold()

    def covered(piece: str) -> bool:
        found = [pair in text for pair in pairs(piece)]
        return bool(found) and all(map(any, _beside(found)))

    wanted = pieces(query)
    return bool(wanted) and all(piece.casefold() in text or covered(piece) for piece in wanted)


def marked(text: str, query: str) -> list[tuple[str, bool]]:
    """The text in parts, and whether each was looked for: to mark what was found."""
    pattern = _looked_for(query)
    if pattern is None:
        return [(text, False)]
    inside = [False] * len(text)
    for found in pattern.finditer(text):
        inside[found.start() : found.end(1)] = [True] * len(found[1])
    parts = groupby(zip(text, inside, strict=True), key=itemgetter(1))
    return [("".join(letter for letter, _inside in part), there) for there, part in parts]


def excerpt(text: str, query: str) -> str:
    """A line of a long text around the first word that was looked for; its beginning where none
    stands in it."""
    pattern = _looked_for(query)
    found = pattern.search(text) if pattern else None
    start = max(found.start() - EXCERPT // 3, 0) if found else 0
    if start and not re.match(f"[{CHINESE}]", text[start]):  # not in the middle of a word
        start = text.find(" ", start, found.start() if found else None) + 1 or start
    end = start + EXCERPT
    return f"{'…' if start else ''}{text[start:end].strip()}{'…' if end < len(text) else ''}"


def _looked_for(query: str) -> re.Pattern[str] | None:
    looked_for = [part for piece in pieces(query) for part in (piece, *pairs(piece))]
    if not looked_for:
        return None
    longest_first = sorted(looked_for, key=len, reverse=True)
    # Looked ahead for, so that the next may begin inside this one: 业智 in 工业 智算.
    return re.compile("(?=(" + "|".join(map(re.escape, longest_first)) + "))", re.IGNORECASE)


def _in_any(piece: str, fields: Iterable[str]) -> Q:
    return reduce(or_, (Q(**{f"{field}__icontains": piece}) for field in fields))
