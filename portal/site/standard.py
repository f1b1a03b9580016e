"""The standard's tables as its pages show them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from evaluation import steps
from evaluation.rulebook import in_language
from evaluation.rulebook.shapes import (
    Dimension,
    Edition,
    Group,
    Indicator,
    Material,
    ProcessStep,
    Reading,
)
from evaluation.steps import Actor


@dataclass(frozen=True)
class Cell:
    """A requirement that neighbouring columns of the table share."""

    wording: str
    columns: int
    categories: str  # whose columns these are, where the head of the table is not seen


@dataclass(frozen=True)
class Row:
    """An indicator with what each category asks of it."""

    indicator: Indicator
    wording: str  # of the chosen category; empty where all are shown
    cells: tuple[Cell, ...]
    materials: tuple[Material, ...]


@dataclass(frozen=True)
class Section:
    """A level-1 indicator with its rows."""

    group: Group
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Table:
    """Table 2, Table 3 or clause 8.4."""

    dimension: Dimension
    sections: tuple[Section, ...]


def tables(edition: Edition, category: str, language: str) -> tuple[Table, ...]:
    """The tables of the standard for one category, or side by side for "" (all five)."""
    return tuple(
        Table(
            dimension,
            tuple(
                Section(
                    group, tuple(_row(edition, i, category, language) for i in group.indicators)
                )
                for group in edition.groups
                if group.dimension == dimension.id
            ),
        )
        for dimension in edition.dimensions
    )


def _row(edition: Edition, indicator: Indicator, category: str, language: str) -> Row:
    wording = ""
    cells: tuple[Cell, ...] = ()
    if category:
        wording = in_language(indicator.requirement(category), "wording", language)
    else:
        asked = [
            (
                in_language(c, "name", language),
                in_language(indicator.requirement(c.code), "wording", language),
            )
            for c in edition.categories
        ]
        cells = tuple(_merged(asked))
    return Row(
        indicator, wording, cells, tuple(edition.material(number) for number in indicator.materials)
    )


def _merged(asked: Sequence[tuple[str, str]]) -> Iterator[Cell]:
    """Neighbours that ask the same become one cell, as the standard prints 国产自主可控."""
    for wording, cells in groupby(asked, key=lambda each: each[1]):
        names = [name for name, _wording in cells]
        everyone = len(names) == len(asked)
        yield Cell(
            wording, len(names), gettext("五类相同") if everyone else gettext("、").join(names)
        )


@dataclass(frozen=True)
class StepPage:
    """One of the seven steps with the states an applicant may see in it."""

    step: ProcessStep
    name: Any
    states: tuple[steps.State, ...]
    moves: tuple[steps.Move, ...]
    """What the applicant can do in this step."""


def step_pages(edition: Edition) -> tuple[StepPage, ...]:
    """The seven steps of 7.1, each with its states from the table that the portal runs by."""
    pages = []
    for number, step in enumerate(steps.STEPS, start=1):
        states = tuple(state for state in steps.STATES.values() if state.step == number)
        codes = {state.code for state in states}
        moves = tuple(
            move
            for move in steps.MOVES.values()
            if move.actor == Actor.APPLICANT and codes.intersection(move.sources)
        )
        pages.append(StepPage(edition.step(step.key), step.name, states, moves))
    return tuple(pages)


def dimension_parts(edition: Edition) -> list[tuple[Dimension, Sequence[Group | Indicator]]]:
    """A1, A2 and A3, each with its groups of indicators; with the indicators where they are all in
    one."""
    parts: list[tuple[Dimension, Sequence[Group | Indicator]]] = []
    for dimension in edition.dimensions:
        groups = [group for group in edition.groups if group.dimension == dimension.id]
        parts.append((dimension, groups if len(groups) > 1 else groups[0].indicators))
    return parts


@dataclass(frozen=True)
class ReadingGroup:
    """Readings that belong together."""

    key: str
    name: Any
    readings: tuple[Reading, ...]

    @property
    def anchors(self) -> list[tuple[str, str]]:
        """Each clause once, with the first reading of it."""
        first: dict[str, str] = {}
        for reading in self.readings:
            first.setdefault(reading.clause, reading.id)
        return list(first.items())


def reading_groups(edition: Edition, text: str, language: str) -> tuple[ReadingGroup, ...]:
    """The readings by subject; those that hold `text` where it is given."""
    groups: dict[str, list[Reading]] = {"indicators": [], "scoring": [], "process": [], "data": []}
    for reading in edition.readings:
        if _holds(reading, text, language):
            groups[_subject(reading)].append(reading)
    return tuple(
        ReadingGroup(key, READING_SUBJECTS[key], tuple(readings))
        for key, readings in groups.items()
        if readings
    )


READING_SUBJECTS: dict[str, Any] = {
    "indicators": _("评估指标"),
    "scoring": _("评分与达标"),
    "process": _("流程与证书"),
    "data": _("数据接入与附录B"),
}


def _subject(reading: Reading) -> str:
    if reading.codes or reading.clause.startswith("表"):  # not translated: part of an id
        return "indicators"
    if reading.clause.startswith(("附录B", "8.4")):  # not translated: part of an id
        return "data"
    if reading.clause.startswith(("9", "10.1")):
        return "scoring"
    return "process"


def _holds(reading: Reading, text: str, language: str) -> bool:
    parts = [in_language(reading, name, language) for name in ("text", "decision", "why")]
    return text.casefold() in " ".join([reading.clause, *parts]).casefold()
