"""Declarations as JSON text in, scores as JSON text out: what `manage.py score` does.

A declaration is an object of `category` and `values`; a list of them is scored in order. Every
fault of every declaration is named, and then nothing is scored.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from evaluation.rulebook.score import Scorecard, score
from evaluation.rulebook.shapes import CATEGORY_CODES, Edition
from evaluation.rulebook.values import (
    Clean,
    Fault,
    NotANumber,
    child,
    expected,
    item,
    read_choice,
    read_decimal,
    unknown_key,
)

ROOT = "$"
"""The path of the document itself."""


class _Object(dict[str, Any]):
    """A JSON object that remembers which of its keys stood in it more than once."""

    __slots__ = ("repeated",)
    repeated: tuple[str, ...]


class _Objects:
    """Makes the objects of one document, and knows whether any of them repeats a key."""

    def __init__(self) -> None:
        self.repeat = False

    def __call__(self, pairs: list[tuple[str, Any]]) -> _Object:
        made = _Object(pairs)
        made.repeated = ()
        if len(made) != len(pairs):
            self.repeat = True
            count = Counter(key for key, _ in pairs)
            made.repeated = tuple(key for key, times in count.items() if times > 1)
        return made


@dataclass(frozen=True, slots=True)
class Scores:
    """One scorecard for each declaration of a document."""

    cards: tuple[Scorecard, ...]
    several: bool
    """Whether the document was a list."""

    def as_json(self) -> Any:
        scores = [card.as_json() for card in self.cards]
        return scores if self.several else scores[0]


def score_document(edition: Edition, raw: bytes, refuse: Callable[[Fault], None]) -> Scores | None:
    """Score what a file holds. None where anything is wrong: `refuse` is told of every fault.

    Faults are told as they are found rather than collected, so that a file full of them needs no
    more memory than a good one.
    """
    objects = _Objects()
    try:
        document = read_json(raw, objects)
    except Unreadable as unreadable:
        refuse(unreadable.fault)
        return None
    good = True
    if objects.repeat:
        for fault in _repeated(document):
            good = False
            refuse(fault)
    several = isinstance(document, list)
    wanted: list[tuple[str, dict[str, Clean]]] = []
    for index, entry in enumerate(document if several else [document]):
        category, values, faults = read_declaration(
            edition, entry, item("", index) if several else ""
        )
        for fault in faults:
            good = False
            refuse(fault)
        if good:
            assert category is not None
            wanted.append((category, values))
    if not good:
        return None
    return Scores(tuple(score(edition, *each) for each in wanted), several)


class Unreadable(ValueError):
    """The text is no JSON document."""

    def __init__(self, message: str, message_en: str) -> None:
        super().__init__(message)
        self.fault = Fault(ROOT, message, message_en)


def read_json(raw: bytes, objects: Callable[[list[tuple[str, Any]]], Any] | None = None) -> Any:
    """The document with exact numbers. Unreadable where it is none."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        place = error.start + 1
        raise Unreadable(
            f"应为UTF-8编码，第{place}字节不是", f"expected UTF-8, byte {place} is not"
        ) from None
    if not text.strip():
        raise Unreadable("应为JSON，实际为空文件", "expected JSON, got an empty file")
    try:
        return json.loads(
            text,
            object_pairs_hook=objects or _Objects(),
            parse_int=read_decimal,
            parse_float=read_decimal,
            parse_constant=NotANumber,
        )
    except json.JSONDecodeError as error:
        where = f"{error.lineno}:{error.colno}"
        raise Unreadable(
            f"应为JSON，第{error.lineno}行第{error.colno}列有误",
            f"expected JSON, broken at {where}: {error.msg}",
        ) from None
    except RecursionError:
        raise Unreadable("JSON嵌套过深", "the JSON is nested too deeply") from None


def read_declaration(
    edition: Edition, entry: Any, path: str = ""
) -> tuple[str | None, dict[str, Clean], list[Fault]]:
    """Category and clean values of one declaration, and everything wrong with it."""
    if not isinstance(entry, Mapping):
        return (
            None,
            {},
            [
                expected(
                    path or ROOT,
                    "含category和values的对象",
                    "an object of category and values",
                    entry,
                )
            ],
        )
    faults = [
        unknown_key(child(path, key), "键", "key")
        for key in entry
        if key not in ("category", "values")
    ]
    category = None
    if "category" in entry:
        category, wrong = read_choice(entry["category"], child(path, "category"), CATEGORY_CODES)
        faults += wrong
    else:
        faults.append(_absent(child(path, "category")))
    values: dict[str, Clean] = {}
    if "values" in entry:
        parsed = edition.parse_values(entry["values"], child(path, "values"))
        values = parsed.values
        faults += parsed.faults
    else:
        faults.append(_absent(child(path, "values")))
    return category, values, faults


def _absent(path: str) -> Fault:
    return Fault(path, "缺少此键", "missing key")


def _repeated(document: Any) -> Iterator[Fault]:
    """A fault for each key that stands twice in one object, anywhere in the document."""
    waiting = [("", document)]
    while waiting:
        path, node = waiting.pop()
        if isinstance(node, _Object):
            for key in node.repeated:
                yield Fault(child(path, key), "键重复出现", "the key stands twice")
            below = [(child(path, key), value) for key, value in node.items()]
        else:
            below = [(item(path, index), value) for index, value in enumerate(node)]
        waiting += [entry for entry in reversed(below) if isinstance(entry[1], (_Object, list))]
