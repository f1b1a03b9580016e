"""Strict reading of an edition's files: every refusal names file and key."""

import re
import tomllib
from collections.abc import Iterable
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from evaluation.rulebook.shapes import (
    CATEGORY_CODES,
    Category,
    Choice,
    Clause,
    Dimension,
    Edition,
    FormField,
    FormTable,
    Group,
    Indicator,
    Material,
    Naming,
    Policy,
    ProcessStep,
    Qualification,
    Reading,
    ReviewItem,
    ReviewRule,
    Shape,
)

HERE = Path(__file__).parent
RULE_FILES = ("table2.toml", "table3.toml", "clause_8_4.toml")
CLAUSE_FILES = ("edition.toml", "clause_7.toml", "table1.toml", "clause_9.toml", "clause_10.toml")

S = TypeVar("S", bound=Shape)


class EditionError(ValueError):
    """An edition's files do not hold what they must. The message names file and key."""


@cache
def load_edition(id_: str = "2024") -> Edition:
    """The edition with this id, read and checked once. EditionError where missing or broken."""
    if not re.fullmatch(r"[0-9A-Za-z_]+", id_):
        raise EditionError(f"{id_!r}: not the id of an edition")
    edition = read_edition(HERE / f"edition_{id_}")
    if edition.id != id_:
        raise EditionError(f"edition.toml: id: {edition.id!r} stands in the folder of {id_!r}")
    return edition


def edition_ids() -> list[str]:
    """The ids of the editions that are shipped, the oldest first."""
    return sorted(folder.name.removeprefix("edition_") for folder in HERE.glob("edition_*"))


def read_edition(folder: Path) -> Edition:
    """Read and check the edition in a folder."""
    head = _read(folder, "edition.toml")
    table1 = _read(folder, "table1.toml")
    clause_7 = _read(folder, "clause_7.toml")
    clause_9 = _read(folder, "clause_9.toml")
    clause_10 = _read(folder, "clause_10.toml")
    clause_10_4 = _read(folder, "clause_10_4.toml")
    appendix = _read(folder, "appendix_a.toml")
    more = _read(folder, "readings.toml")

    _keys(
        head,
        "edition.toml",
        "id title title_en issuer issuer_en figures_note figures_note_en measures category clause",
    )
    _keys(table1, "table1.toml", "number number_en title title_en clause material")
    _keys(clause_7, "clause_7.toml", "clause step")
    _keys(clause_9, "clause_9.toml", "formula dimension policy clause")
    _keys(clause_10, "clause_10.toml", "qualification naming review clause")
    _keys(clause_10_4, "clause_10_4.toml", "item")
    _keys(appendix, "appendix_a.toml", "proof_choice table")
    _keys(more, "readings.toml", "reading")

    policy = _one(Policy, clause_9, "clause_9.toml", "policy")
    dimensions = _many(Dimension, clause_9, "clause_9.toml", "dimension")
    _check_dimensions(dimensions)
    materials = _many(Material, table1, "table1.toml", "material")
    _in_order((m.number for m in materials), 10, "table1.toml", "material.number")
    groups = [group for name in RULE_FILES for group in _groups(folder, name, policy, dimensions)]
    _check_rules(groups, materials)
    readings = [r for g in groups for i in g.indicators for r in i.readings]
    readings += _many(Reading, more, "readings.toml", "reading")
    _unique((r.id for r in readings), "readings.toml", "reading.id")
    clauses = [
        clause
        for name, data in zip(
            CLAUSE_FILES, (head, clause_7, table1, clause_9, clause_10), strict=True
        )
        for clause in _many(Clause, data, name, "clause")
    ]
    _unique((c.id for c in clauses), "edition.toml", "clause.id")
    steps = _many(ProcessStep, clause_7, "clause_7.toml", "step")
    _in_order((s.number for s in steps), 7, "clause_7.toml", "step.number")
    _unique((s.key for s in steps), "clause_7.toml", "step.key")

    parts = {k: head[k] for k in head if k not in ("category", "clause")}
    edition = _shape(
        Edition,
        {
            **parts,
            "formula": clause_9["formula"],
            "clauses": tuple(clauses),
            "categories": _categories(head, clause_10),
            "dimensions": tuple(dimensions),
            "groups": tuple(groups),
            "materials": tuple(materials),
            "steps": tuple(steps),
            "policy": policy,
            "qualification": _one(Qualification, clause_10, "clause_10.toml", "qualification"),
            "review": _review(
                clause_10, clause_10_4, {i.code for g in groups for i in g.indicators}
            ),
            "form": _form(appendix, {i.code: i for g in groups for i in g.indicators}),
            "readings": tuple(readings),
        },
        "edition.toml",
        "",
    )
    _check_policy(edition)
    _check_form(edition)
    return edition


def _check_policy(edition: Edition) -> None:
    """Experts who agree must come out as they agreed, and the policy must say its reason."""
    policy = edition.policy
    if policy.award_step % Decimal(1).scaleb(-policy.places):
        raise EditionError(
            f"clause_9.toml: policy.places: {policy.places} places cannot hold an award_step of "
            f"{policy.award_step}"
        )
    if policy.reading not in {reading.id for reading in edition.readings}:
        raise EditionError(
            f"clause_9.toml: policy.reading: {policy.reading!r} is no reading of readings.toml"
        )


def _read(folder: Path, name: str) -> dict[str, Any]:
    try:
        text = (folder / name).read_text("utf-8")
    except FileNotFoundError:
        raise EditionError(f"{name}: the file is missing") from None
    except UnicodeDecodeError:
        raise EditionError(f"{name}: the file is not UTF-8") from None
    try:
        data = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise EditionError(f"{name}: not TOML: {error}") from None
    return {key: _with_tuples(value) for key, value in data.items()}


def _with_tuples(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_with_tuples(entry) for entry in value)
    if isinstance(value, dict):
        return {key: _with_tuples(entry) for key, entry in value.items()}
    return value


def _keys(data: dict[str, Any], name: str, wanted: str) -> None:
    allowed = wanted.split()
    for key in data:
        if key not in allowed:
            raise EditionError(f"{name}: {key}: unknown key")
    for key in allowed:
        if key not in data:
            raise EditionError(f"{name}: {key}: missing")


def _shape(shape: type[S], data: Any, name: str, key: str) -> S:
    try:
        return shape.model_validate(data)
    except ValidationError as error:
        lines = []
        for fault in error.errors():
            path = key
            for part in fault["loc"]:
                path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else str(part)
            lines.append(f"{name}: {path}: {fault['msg'].removeprefix('Value error, ')}")
        raise EditionError("\n".join(lines)) from None


def _one(shape: type[S], data: dict[str, Any], name: str, key: str) -> S:
    return _shape(shape, data[key], name, key)


def _many(shape: type[S], data: dict[str, Any], name: str, key: str) -> list[S]:
    if not isinstance(data[key], tuple):
        raise EditionError(f"{name}: {key}: must be a list of tables, [[{key}]]")
    return [_shape(shape, entry, name, f"{key}[{index}]") for index, entry in enumerate(data[key])]


def _unique(values: Iterable[str], name: str, key: str) -> None:
    seen: set[str] = set()
    for value in values:
        if value in seen:
            raise EditionError(f"{name}: {key}: {value!r} stands twice")
        seen.add(value)


def _in_order(numbers: Iterable[int], count: int, name: str, key: str) -> None:
    if list(numbers) != list(range(1, count + 1)):
        raise EditionError(f"{name}: {key}: must be 1 to {count} in order")


def _groups(folder: Path, name: str, policy: Policy, dimensions: list[Dimension]) -> list[Group]:
    data = _read(folder, name)
    _keys(
        data,
        name,
        "dimension number number_en title title_en group_count indicator_count group indicator",
    )
    dimension = next((d for d in dimensions if d.id == data["dimension"]), None)
    if dimension is None:
        raise EditionError(f"{name}: dimension: {data['dimension']!r} is not in clause_9.toml")
    rows: dict[str, list[Indicator]] = {}
    headings = {}
    for index, entry in enumerate(data["group"]):
        _keys_of_group(entry, name, f"group[{index}]")
        if entry["key"] in headings:
            raise EditionError(f"{name}: group[{index}].key: {entry['key']!r} stands twice")
        headings[entry["key"]] = entry
        rows[entry["key"]] = []
    for index, entry in enumerate(data["indicator"]):
        key = f"indicator[{index}]"
        if entry.get("group") not in headings:
            raise EditionError(f"{name}: {key}.group: {entry.get('group')!r} is no [[group]] here")
        indicator = _indicator(entry, data, headings[entry["group"]], policy, name, key)
        rows[indicator.group].append(indicator)
    groups = [
        _shape(
            Group,
            {**heading, "dimension": dimension.id, "indicators": tuple(rows[heading["key"]])},
            name,
            f"group {heading['key']}",
        )
        for heading in headings.values()
    ]
    _check_counts(data, groups, dimension, name)
    return groups


def _keys_of_group(entry: dict[str, Any], name: str, key: str) -> None:
    for given in entry:
        if given not in ("key", "name", "name_en", "points"):
            raise EditionError(f"{name}: {key}.{given}: unknown key")
    for wanted in ("key", "name", "name_en"):
        if wanted not in entry:
            raise EditionError(f"{name}: {key}.{wanted}: missing")


def _indicator(
    entry: dict[str, Any],
    table: dict[str, Any],
    heading: dict[str, Any],
    policy: Policy,
    name: str,
    key: str,
) -> Indicator:
    """An indicator with what it takes from its table, its group and the policy."""
    for taken in ("dimension", "table", "table_en", "group_name", "group_name_en", "award_step"):
        if taken in entry:
            raise EditionError(f"{name}: {key}.{taken}: unknown key")
    for wanted in ("requirement", "code"):
        if wanted not in entry:
            raise EditionError(f"{name}: {key}.{wanted}: missing")
    own = {k: v for k, v in entry.items() if k not in ("requirement", "reading")}
    readings = tuple(
        _shape(Reading, {**r, "codes": (entry["code"],)}, name, f"{key}.reading[{i}]")
        for i, r in enumerate(entry.get("reading", ()))
    )
    return _shape(
        Indicator,
        {
            **own,
            "dimension": table["dimension"],
            "table": table["number"],
            "table_en": table["number_en"],
            "group_name": heading["name"],
            "group_name_en": heading["name_en"],
            "award_step": policy.award_step,
            "readings": readings,
            "requirements": entry["requirement"],
        },
        name,
        key,
    )


def _check_counts(
    data: dict[str, Any], groups: list[Group], dimension: Dimension, name: str
) -> None:
    """The counts and sums that the standard states: rows, groups, points of a group, total."""
    if len(groups) != data["group_count"]:
        raise EditionError(f"{name}: group_count: {len(groups)} groups, not {data['group_count']}")
    count = sum(len(group.indicators) for group in groups)
    if count != data["indicator_count"]:
        raise EditionError(f"{name}: indicator_count: {count} rows, not {data['indicator_count']}")
    if dimension.all_or_nothing:
        for group in groups:
            if group.points is not None or any(i.points is not None for i in group.indicators):
                raise EditionError(f"{name}: {dimension.id} is all or nothing: no points here")
        return
    for group in groups:
        total = sum((i.points or Decimal(0) for i in group.indicators), Decimal(0))
        if group.points != total:
            raise EditionError(
                f"{name}: group {group.key}.points: the rows add up to {total}, not {group.points}"
            )
    total = sum((group.points or Decimal(0) for group in groups), Decimal(0))
    if total != dimension.total:
        raise EditionError(
            f"{name}: points of {dimension.id} add up to {total}, not {dimension.total}"
        )


def _check_dimensions(dimensions: list[Dimension]) -> None:
    if [d.id for d in dimensions] != ["A1", "A2", "A3"]:
        raise EditionError("clause_9.toml: dimension.id: must be A1, A2, A3 in order")
    weights = sum((d.weight for d in dimensions), Decimal(0))
    if weights != 1:
        raise EditionError(f"clause_9.toml: dimension.weight: add up to {weights}, not 1")


def _check_rules(groups: list[Group], materials: list[Material]) -> None:
    indicators = [i for group in groups for i in group.indicators]
    _unique((i.code for i in indicators), "table2.toml, table3.toml, clause_8_4.toml", "code")
    numbers = {material.number for material in materials}
    for indicator in indicators:
        for number in indicator.materials:
            if number not in numbers:
                raise EditionError(
                    f"table1.toml: no material {number}, which {indicator.code}.materials names"
                )


def _categories(head: dict[str, Any], clause_10: dict[str, Any]) -> tuple[Category, ...]:
    namings = {n.category: n for n in _many(Naming, clause_10, "clause_10.toml", "naming")}
    found = [entry.get("code") for entry in head["category"]]
    if found != list(CATEGORY_CODES):
        raise EditionError(
            f"edition.toml: category.code: must be {', '.join(CATEGORY_CODES)} in order"
        )
    for code in CATEGORY_CODES:
        if code not in namings:
            raise EditionError(f"clause_10.toml: naming: none for {code}")
    return tuple(
        _shape(
            Category,
            {**entry, "naming": namings[entry["code"]]},
            "edition.toml",
            f"category[{index}]",
        )
        for index, entry in enumerate(head["category"])
    )


def _review(
    clause_10: dict[str, Any], clause_10_4: dict[str, Any], indicators: set[str]
) -> ReviewRule:
    """The rule with its items: each belongs to a topic, and each topic has some."""
    name = "clause_10_4.toml"
    items = _many(ReviewItem, clause_10_4, name, "item")
    _unique((item.key for item in items), name, "item.key")
    given = dict(clause_10["review"])
    if "items" in given:
        raise EditionError("clause_10.toml: review.items: unknown key")
    if "topic" in given:
        given["topics"] = given.pop("topic")
    rule = _shape(ReviewRule, {**given, "items": tuple(items)}, "clause_10.toml", "review")
    topics = [topic.key for topic in rule.topics]
    for index, item in enumerate(items):
        if item.topic not in topics:
            raise EditionError(
                f"{name}: item[{index}].topic: {item.topic!r} is no topic of clause_10.toml"
            )
        if item.indicator is not None and item.indicator not in indicators:
            raise EditionError(
                f"{name}: item[{index}].indicator: {item.indicator!r} is no indicator"
            )
    for topic in topics:
        if not rule.items_of(topic):
            raise EditionError(f"{name}: item: none for the topic {topic!r}")
    return rule


def _form(appendix: dict[str, Any], indicators: dict[str, Indicator]) -> tuple[FormTable, ...]:
    name = "appendix_a.toml"
    proofs = tuple(_many(Choice, appendix, name, "proof_choice"))
    tables = []
    for index, entry in enumerate(appendix["table"]):
        given = dict(entry)
        fields = given.pop("field", ())
        if not isinstance(fields, tuple):
            raise EditionError(f"{name}: table[{index}].field: must be a list, [[table.field]]")
        given["fields"] = tuple(
            _field(dict(field), indicators, proofs, name, f"table[{index}].field[{i}]")
            for i, field in enumerate(fields)
        )
        tables.append(_shape(FormTable, given, name, f"table[{index}]"))
    return tuple(tables)


def _field(
    given: dict[str, Any],
    indicators: dict[str, Indicator],
    proofs: tuple[Choice, ...],
    name: str,
    key: str,
) -> FormField:
    """A field; one of an indicator takes kind, unit, bounds, choices and help from it."""
    if "columns" in given:
        raise EditionError(f"{name}: {key}.columns: unknown key")
    if "column" in given:
        given["columns"] = given.pop("column")
    if "indicator" not in given:
        return _shape(FormField, given, name, key)
    indicator = indicators.get(given["indicator"])
    if indicator is None:
        raise EditionError(f"{name}: {key}.indicator: no indicator {given['indicator']!r}")
    taken = _from_part(indicator, given, name, key) if indicator.input == "object" else None
    if taken is None:
        if "part" in given:
            raise EditionError(f"{name}: {key}.part: {indicator.code} has no parts of its own")
        taken = _from_indicator(indicator, proofs)
    for own in ("kind", "choices", "minimum", "maximum", "unit", "unit_en"):
        if own in given:
            raise EditionError(f"{name}: {key}.{own}: comes from the indicator")
    return _shape(FormField, {**taken, **given}, name, key)


def _from_indicator(indicator: Indicator, proofs: tuple[Choice, ...]) -> dict[str, Any]:
    taken: dict[str, Any] = {
        "label": indicator.name,
        "label_en": indicator.name_en,
        "help": indicator.help,
        "help_en": indicator.help_en,
        "clause": indicator.clause,
    }
    match indicator.kind:
        case "threshold":
            taken |= {
                "kind": "integer" if indicator.whole else "decimal",
                "minimum": indicator.minimum,
                "maximum": indicator.maximum,
                "unit": indicator.unit,
                "unit_en": indicator.unit_en,
            }
        case "judged":
            taken |= {
                "kind": "decimal",
                "minimum": Decimal(0),
                "maximum": indicator.points,
                "unit": "分",
                "unit_en": "points",
            }
        case "ordinal":
            taken |= {
                "kind": "choice",
                "choices": tuple(
                    Choice(key=level.key, label=level.label, label_en=level.label_en)
                    for level in indicator.levels
                ),
            }
        case "proof":
            taken |= {"kind": "choice", "choices": proofs}
        case "all_of" if indicator.input == "list":
            taken |= {
                "kind": "multichoice",
                "choices": tuple(
                    Choice(key=part.key, label=part.label, label_en=part.label_en)
                    for part in indicator.parts
                ),
            }
        case _:
            taken["kind"] = "bool"
    return taken


def _from_part(indicator: Indicator, given: dict[str, Any], name: str, key: str) -> dict[str, Any]:
    part = next((p for p in indicator.parts if p.key == given.get("part")), None)
    if part is None:
        raise EditionError(
            f"{name}: {key}.part: {given.get('part')!r} is no part of {indicator.code}"
        )
    taken: dict[str, Any] = {
        "label": part.label,
        "label_en": part.label_en,
        "help": indicator.help,
        "help_en": indicator.help_en,
        "clause": indicator.clause,
        "kind": "bool" if part.kind == "flag" else "integer" if part.whole else "decimal",
    }
    if part.kind == "number":
        taken |= {
            "minimum": part.minimum,
            "maximum": part.maximum,
            "unit": part.unit,
            "unit_en": part.unit_en,
        }
    return taken


def _check_form(edition: Edition) -> None:
    """Every indicator has its fields, and every reference leads somewhere."""
    name = "appendix_a.toml"
    _in_order((t.number for t in edition.form), len(edition.form), name, "table.number")
    _unique((t.key for t in edition.form), name, "table.key")
    reached: dict[str, set[str | None]] = {}
    for table in edition.form:
        _unique((f.key for f in table.fields), name, f"table {table.key}.field.key")
        for number in table.materials:
            if number not in range(1, len(edition.materials) + 1):
                raise EditionError(f"{name}: table {table.key}.materials: no material {number}")
        for field in table.fields:
            if field.indicator is None:
                continue
            where = f"{name}: table {table.key}.field {field.key}"
            parts = reached.setdefault(field.indicator, set())
            if field.part in parts:
                raise EditionError(f"{where}.indicator: {field.indicator!r} is filled twice")
            if field.derived_by not in (None, field.indicator):
                raise EditionError(f"{where}.derived_by: must be {field.indicator!r}")
            parts.add(field.part)
    for indicator in edition.indicators:
        wanted = set(indicator.part_keys) if indicator.input == "object" else {None}
        if reached.get(indicator.code, set()) != wanted:
            raise EditionError(f"{name}: no field, or not every part, for {indicator.code}")
