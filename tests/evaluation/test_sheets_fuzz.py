"""Whatever a workbook holds, it is read or refused in words, and what is wrong stands with its row."""

import io
import zipfile
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from evaluation.enterprises import rows as enterprises
from evaluation.errors import Refused
from evaluation.pool import sheet as pool
from evaluation.rulebook import load_edition
from evaluation.sheets import workbook
from evaluation.sheets.rows import ReadRow
from tests.long import examples

EDITION = load_edition("2024")
SHEETS = {"enterprises": lambda: enterprises.list_sheet(EDITION), "experts": pool.pool_sheet}
texts = st.text(max_size=40).map(lambda text: ILLEGAL_CHARACTERS_RE.sub("", text))
cells = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.decimals(allow_nan=False, allow_infinity=False, places=3).map(Decimal)
    | st.dates(date(1900, 3, 1), date(2999, 1, 1))
    | st.datetimes(datetime(1900, 3, 1), datetime(2999, 1, 1))
    | st.times().map(lambda moment: time(moment.hour, moment.minute))
    | texts
    | st.sampled_from(
        [
            "=1+1",
            "+86",
            "-1",
            "@x",
            "#N/A",
            "=HYPERLINK(1)",
            "91110000MA0000001R",
            "是",
            "基" * 3000,
        ]
    )
)


def read(raw: bytes, asked: Any) -> list[ReadRow] | list[str]:
    """The rows, or the sentences of the refusal; nothing else is raised."""
    try:
        return workbook.read(io.BytesIO(raw), asked)
    except Refused as refusal:
        said = str(refusal)
        assert said.strip()
        return [said]


def made(rows: list[list[Any]]) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


@pytest.mark.parametrize("name", SHEETS)
@settings(max_examples=examples(30))
@given(data=st.data())
def test_any_cells_under_the_head(name: str, data: Any) -> None:
    asked = SHEETS[name]()
    heads = [str(column.label) for column in asked.columns]
    order = data.draw(st.permutations(heads))
    width = len(order)
    rows = data.draw(st.lists(st.lists(cells, max_size=width), min_size=1, max_size=3))
    for found in read(made([list(order), *rows]), asked):
        if isinstance(found, ReadRow):
            assert all(isinstance(value, str) for value in found.row.values())
            assert all(said for said in found.errors.values())
            # What was read can be written back, and is read as the same.
            again = read(workbook.export(asked, [found.row]), asked)
            assert not found.row or isinstance(again[0], ReadRow | str)


@pytest.mark.parametrize("name", SHEETS)
@settings(max_examples=examples(30))
@given(heads=st.lists(st.lists(cells, max_size=4), max_size=4))
def test_any_cells_at_all(name: str, heads: list[list[Any]]) -> None:
    read(made(heads), SHEETS[name]())


@settings(max_examples=examples(60))
@given(st.binary(max_size=200))
def test_any_bytes(raw: bytes) -> None:
    assert isinstance(read(raw, SHEETS["enterprises"]())[0], str)


TEMPLATE = workbook.export(
    SHEETS["enterprises"](), [{column.key: "示例" for column in SHEETS["enterprises"]().columns}]
)


@settings(max_examples=examples(100))
@given(st.integers(0, len(TEMPLATE) - 1), st.integers(1, 255))
def test_a_workbook_with_a_damaged_byte(place: int, change: int) -> None:
    damaged = bytearray(TEMPLATE)
    damaged[place] ^= change
    read(bytes(damaged), SHEETS["enterprises"]())


@settings(max_examples=examples(100))
@given(data=st.data())
def test_a_workbook_whose_part_is_damaged(data: Any) -> None:
    """The ZIP is whole; inside, a part is cut off, spoilt or exchanged for another."""
    with zipfile.ZipFile(io.BytesIO(TEMPLATE)) as whole:
        parts = {name: whole.read(name) for name in whole.namelist()}
    name = data.draw(st.sampled_from(sorted(parts)))
    part = bytearray(parts[name])
    match data.draw(st.sampled_from(["cut", "spoil", "swap", "leave out"])):
        case "cut":
            del part[data.draw(st.integers(0, len(part))) :]
        case "spoil":
            part[data.draw(st.integers(0, len(part) - 1))] ^= data.draw(st.integers(1, 255))
        case "swap":
            part = bytearray(parts[data.draw(st.sampled_from(sorted(parts)))])
        case "leave out":
            del parts[name]
    if name in parts:
        parts[name] = bytes(part)
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as damaged:
        for each, content in parts.items():
            damaged.writestr(each, content)
    read(kept.getvalue(), SHEETS["enterprises"]())
