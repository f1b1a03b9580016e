"""A name twice in an object is seen in every batch, however it is written, and nothing else is taken for
one."""

import json
from decimal import Decimal
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from dataaccess import parsing
from dataaccess.shapes.repeated import Repeated
from tests.long import examples

# What JSON quotes, and what could be taken for the end of a name.
TEXT = st.text(alphabet='ab":\\,{} \n中', max_size=6)
OBJECTS = st.lists(st.lists(st.tuples(TEXT, st.one_of(TEXT, st.integers(-9, 9)))), min_size=1)


def written(pairs: list[tuple[str, Any]], colon: str, *, ascii_only: bool) -> str:
    def said(value: Any) -> str:
        return json.dumps(value, ensure_ascii=ascii_only)

    return "{" + ", ".join(f"{said(name)}{colon}{said(value)}" for name, value in pairs) + "}"


@settings(max_examples=examples(200), deadline=None)
@given(OBJECTS, st.sampled_from([":", ": ", " : ", "\t:"]), st.booleans())
def test_a_name_twice_is_seen(
    objects: list[list[tuple[str, Any]]], colon: str, ascii_only: bool
) -> None:
    texts = [written(pairs, colon, ascii_only=ascii_only) for pairs in objects]
    # Blanks before the colon hide names; quotes and colons elsewhere could just make up for them.
    assume(colon.startswith(":") or '":' not in "".join(texts))
    array = parsing.parse_quickly(f"[{', '.join(texts)}]".encode())
    lines = parsing.parse_lines("\n".join(texts).encode())
    for found in (array, lines):
        for pairs, read in zip(objects, found, strict=True):
            if len(dict(pairs)) == len(pairs):
                assert read == dict(pairs)
            else:
                assert isinstance(read, Repeated)
                assert read.values == dict(pairs)
                names = [name for name, _value in pairs]
                assert read.times == {n: names.count(n) for n in names if names.count(n) > 1}


def patiently(document: Any) -> bool:
    """By its decimals: the fast reader has binary floats."""
    return isinstance(document["n"], Decimal)


def test_a_batch_is_read_patiently_only_where_it_must_be() -> None:
    quoting = {"n": 1.5, "a": '{"b": 1}', "c": "\\"}
    for plain in (quoting, {"n": 1.5}, {"n": 1.5, "时间": "10:20:35"}):
        [read] = parsing.parse_quickly(json.dumps([plain]).encode())
        assert not patiently(read)
        assert not patiently(parsing.parse_quickly(json.dumps(plain).encode()))
    # An array as a whole, of lines those alone that hold a name twice.
    [first, second] = parsing.parse_quickly(b'[{"n": 1.5}, {"n": 1, "n": 1.5}]')
    assert patiently(first)
    assert patiently(second.values)
    [first, second] = parsing.parse_lines(b'{"n": 1.5}\n{"n": 1, "n": 1.5}')
    assert not patiently(first)
    assert patiently(second.values)
