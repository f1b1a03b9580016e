"""The application form of Appendix A: reading what was saved, and the values it declares.

A saved form is a mapping of table key to a mapping of field key to a JSON value: text, numbers as
text, true or false, a list of keys for a multichoice, a list of mappings for rows. Where raw rows
are given and sound they give the indicator's value; otherwise what was typed counts.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from evaluation.rulebook import derive
from evaluation.rulebook.derive import CannotDerive, Derivation
from evaluation.rulebook.shapes import Column, Edition, FormField, FormTable, in_language
from evaluation.rulebook.values import (
    Clean,
    Fault,
    as_decimal,
    expected,
    item,
    plain,
    read_choice,
    read_flag,
    read_list,
    read_number,
)

Tables = Mapping[str, Mapping[str, Any]]

LARGEST_RAW = Decimal(10) ** 15
"""Raw quantities are multiplied out exactly, so their size has to have an end."""
FINEST_RAW = Decimal(1).scaleb(-12)

_PATTERNS: dict[str, tuple[re.Pattern[str], str, str]] = {
    "phone": (
        re.compile(r"\+?[0-9][0-9 \-()（）转]{4,31}"),
        "电话号码",
        "a telephone number",
    ),
    "email": (re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+"), "邮箱地址", "an e-mail address"),
    "url": (
        re.compile(r"https?://[^\s/?#]+\.[^\s]+"),
        "以http://或https://开头的网址",
        "an address that begins with http:// or https://",
    ),
    "region": (
        re.compile(r"[0-9]{6}"),
        "六位行政区划代码",
        "a region code of six digits",
    ),
    "credit_code": (
        re.compile(r"[0-9A-HJ-NPQRTUWXY]{18}"),
        "18位统一社会信用代码",
        "a credit code of 18 characters",
    ),
    "month": (
        re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])"),
        "如2024-01的月份",
        "a month such as 2024-01",
    ),
}


@dataclass(frozen=True, slots=True)
class Declared:
    """What a saved form declares: clean values for the scorer, and how some were derived."""

    values: dict[str, Clean]
    faults: tuple[Fault, ...]
    """Paths begin with table and field: `technical.racks[0].count`."""
    derivations: tuple[Derivation, ...]
    commitments: tuple[str, ...] = ()
    """The items of 8.4 that rest on a written commitment rather than on technical proof."""

    def derivation(self, code: str) -> Derivation | None:
        return next((d for d in self.derivations if d.code == code), None)


@dataclass(frozen=True, slots=True)
class Missing:
    """Something the completeness page names.

    An "error" keeps the form from being submitted; "advice" is an indicator left out, which
    scores zero.
    """

    table: str
    field: str
    message: str
    message_en: str
    level: Literal["error", "advice"] = "error"
    row: int | None = None


def is_blank(value: Any) -> bool:
    """Nothing was entered: None, blank text, an empty list. False and 0 are answers."""
    if isinstance(value, str):
        return not value.strip()
    return value is None or (isinstance(value, (list, tuple)) and not value)


def read_value(asked: FormField | Column, raw: Any, path: str) -> tuple[Any | None, list[Fault]]:
    """The clean value of one field or cell that is not blank, or what is wrong with it."""
    match asked.kind:
        case "integer" | "decimal":
            return _read_quantity(asked, raw, path)
        case "bool":
            return read_flag(raw, path)
        case "choice":
            return read_choice(raw, path, tuple(choice.key for choice in asked.choices))
        case "multichoice":
            return read_list(raw, path, tuple(choice.key for choice in asked.choices))
        case "rows":
            assert isinstance(asked, FormField)
            return _read_rows(asked, raw, path)
    return _read_text(asked, raw, path)


def _read_quantity(
    asked: FormField | Column, raw: Any, path: str
) -> tuple[Decimal | None, list[Fault]]:
    raw = raw.strip() if isinstance(raw, str) else raw
    if isinstance(raw, str) and as_decimal(raw) is None:
        return None, [_not_a_number(asked, raw, path)]
    number, faults = read_number(
        raw,
        path,
        minimum=asked.minimum or Decimal(0),
        maximum=asked.maximum,
        whole=asked.kind == "integer",
    )
    if number is not None and number > LARGEST_RAW:
        return None, [expected(path, "不超过10的15次方的数值", "at most 10 to the 15th", raw)]
    if number is not None and number % FINEST_RAW:
        return None, [expected(path, "小数不超过12位的数值", "at most 12 decimal places", raw)]
    return number, faults


def _not_a_number(asked: FormField | Column, raw: str, path: str) -> Fault:
    """For “1Tbps” and “五百万”: what to type instead, and in which unit."""
    example = "1000" if asked.maximum is None or asked.maximum >= 1000 else plain(asked.maximum)
    unit, unit_en = (f"，单位{asked.unit}" if asked.unit else ""), in_language(asked, "unit", "en")
    return expected(
        path,
        f"数字{unit}，如{example}",
        f"a number{f' in {unit_en}' if unit_en else ''} such as {example}",
        raw,
    )


def _read_text(asked: FormField | Column, raw: Any, path: str) -> tuple[str | None, list[Fault]]:
    if not isinstance(raw, str):
        return None, [expected(path, "文字", "text", raw)]
    text = raw.strip()
    if asked.max_length is not None and len(text) > asked.max_length:
        zh, en = f"{asked.max_length}字以内", f"at most {asked.max_length} characters"
        return None, [
            Fault(path, f"应在{zh}，实际{len(text)}字", f"expected {en}, got {len(text)}")
        ]
    if asked.kind == "date":
        try:
            if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
                raise ValueError
            date.fromisoformat(text)
        except ValueError:
            return None, [expected(path, "如2024-07-26的日期", "a date such as 2024-07-26", raw)]
    elif asked.kind in _PATTERNS:
        pattern, zh, en = _PATTERNS[asked.kind]
        if not pattern.fullmatch(text):
            return None, [expected(path, zh, en, raw)]
    return text, []


def _read_rows(
    asked: FormField, raw: Any, path: str
) -> tuple[list[dict[str, Any]] | None, list[Fault]]:
    if not isinstance(raw, (list, tuple)):
        return None, [expected(path, "若干行", "rows", raw)]
    if asked.max_rows is not None and len(raw) > asked.max_rows:
        zh, en = f"至多{asked.max_rows}行", f"at most {asked.max_rows} rows"
        return None, [Fault(path, f"应{zh}，实际{len(raw)}行", f"expected {en}, got {len(raw)}")]
    rows: list[dict[str, Any]] = []
    faults: list[Fault] = []
    for index, entry in enumerate(raw):
        where = item(path, index)
        if not isinstance(entry, Mapping):
            faults.append(expected(where, "一行", "a row", entry))
            continue
        row: dict[str, Any] = {}
        for column in asked.columns:
            cell = entry.get(column.key)
            if is_blank(cell):
                if column.required:
                    faults.append(_please_fill(f"{where}.{column.key}", column))
                continue
            value, wrong = read_value(column, cell, f"{where}.{column.key}")
            faults += wrong
            row[column.key] = value
        rows.append(row)
    return (None, faults) if faults else (rows, [])


def _please_fill(path: str, asked: FormField | Column) -> Fault:
    choose = asked.kind in ("choice", "multichoice", "bool")
    verb, verb_en = ("选择", "Choose") if choose else ("填写", "Fill in")
    return Fault(path, f"请{verb}“{asked.label}”", f"{verb_en} “{asked.label_en}”")


# The fields (table, field) that each derivation reads; the rows first.
_USAGE, _RACKS = ("service", "usage"), ("technical", "racks")
_CARDS, _METERS = ("technical", "cards"), ("technical", "meters")
SOURCES: Mapping[str, tuple[tuple[str, str], ...]] = {
    "enterprise_count": (("clustering", "enterprises"),),
    "industrial_compute_share": (_USAGE,),
    "compute_efficiency": (_CARDS, ("development", "it_power_kw")),
    "rack_count": (_RACKS,),
    "rack_utilization": (_RACKS,),
    "fp16_peak": (_CARDS,),
    "pue": (_METERS,),
    "renewable_ratio": (_METERS,),
    "domestic_compute_share": (_CARDS,),
    "domestic_consumption_share": (_USAGE,),
}


def computed_fields(edition: Edition, tables: Tables) -> set[tuple[str, str]]:
    """Table and field of every value that the rows give."""
    declared = declared_values(edition, tables)
    return {
        (table.key, asked.key)
        for table in edition.form
        for asked in table.fields
        if asked.derived_by and declared.derivation(asked.derived_by)
    }


def without_superseded(edition: Edition, tables: Tables) -> dict[str, dict[str, Any]]:
    """The form without what was typed into fields that the portal computes from rows by now: the
    computed value counts, and a printed form must not say two things."""
    computed = computed_fields(edition, tables)
    return {
        key: {name: value for name, value in saved.items() if (key, name) not in computed}
        for key, saved in tables.items()
    }


def table_faults(table: FormTable, saved: Mapping[str, Any]) -> tuple[Fault, ...]:
    """What is wrong with the values of one table as far as they are given; blanks are no faults."""
    return tuple(
        fault
        for asked in table.fields
        if not is_blank(saved.get(asked.key))
        for fault in read_value(asked, saved[asked.key], f"{table.key}.{asked.key}")[1]
    )


def with_case(
    edition: Edition, tables: Mapping[str, Mapping[str, Any]], category: str, place: str
) -> dict[str, dict[str, Any]]:
    """The saved form with the answers that the case has given already, in their fields."""
    known = {"category": category, "place": place}
    filled = {key: dict(content) for key, content in tables.items()}
    for table in edition.form:
        for asked in table.fields:
            if asked.from_case is not None:
                filled.setdefault(table.key, {})[asked.key] = known[asked.from_case]
    return filled


def declared_values(edition: Edition, tables: Tables, today: date | None = None) -> Declared:
    """The values a saved form declares, the faults in it, and the working of what was derived.
    With `today`, meter data of months to come are a fault."""
    reading = _Reading(edition, tables, today)
    reading.typed()
    reading.derived()
    values = {
        i.code: reading.values[i.code] for i in edition.indicators if i.code in reading.values
    }
    return Declared(
        values, tuple(reading.faults), tuple(reading.derivations), tuple(reading.commitments)
    )


@dataclass
class _Reading:
    edition: Edition
    tables: Tables
    today: date | None = None
    values: dict[str, Clean] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    derivations: list[Derivation] = field(default_factory=list)
    commitments: list[str] = field(default_factory=list)

    def typed(self) -> None:
        """What was typed into the fields of indicators."""
        parts: dict[str, dict[str, Any]] = {}
        for table in self.edition.form:
            saved = self.tables.get(table.key, {})
            for asked in table.fields:
                raw = saved.get(asked.key)
                if asked.indicator is None or is_blank(raw):
                    continue
                path = f"{table.key}.{asked.key}"
                value, wrong = read_value(asked, raw, path)
                self.faults += wrong
                if wrong:
                    continue
                if asked.part is not None:
                    parts.setdefault(asked.indicator, {})[asked.part] = value
                else:
                    self._take(asked.indicator, value, path)
        for code, given in parts.items():
            self._take(code, given, code)

    def _take(self, code: str, value: Any, path: str) -> None:
        indicator = self.edition.indicator(code)
        if indicator.kind == "proof":
            if value == "commitment":
                self.commitments.append(code)
            value = value != "none"
        clean, wrong = indicator.parse(value, path)
        self.faults += wrong
        if clean is not None:
            self.values[code] = clean

    def derived(self) -> None:
        """What the raw rows give, where they are given and sound."""
        measures = self.edition.measures
        self._derive(
            "clustering",
            "enterprises",
            lambda rows: (
                derive.enterprise_count(
                    [derive.EnterpriseRow(r["name"], r.get("credit_code", "")) for r in rows]
                ),
            ),
        )
        self._derive("service", "usage", lambda rows: derive.consumption(_usage(rows)))
        self._derive(
            "technical", "racks", lambda rows: derive.racks(_racks(rows), measures.standard_rack_kw)
        )
        self._derive("technical", "cards", lambda rows: derive.compute(_cards(rows)))
        self._derive(
            "technical", "meters", lambda rows: derive.energy(_meters(rows), measures.energy_months)
        )
        self._no_months_to_come()
        power, _ = self._read("development", "it_power_kw")
        if power is not None and power <= 0:
            self.faults.append(
                Fault("development.it_power_kw", "IT设备总功耗须大于0", "IT power must be above 0")
            )
        elif power is not None:
            self._derive(
                "technical",
                "cards",
                lambda rows: (derive.efficiency(_cards(rows), power),),
                blame=("development", "it_power_kw"),
            )

    def _no_months_to_come(self) -> None:
        rows, _wrong = self._read("technical", "meters")
        if self.today is None or rows is None:
            return
        this_month = f"{self.today:%Y-%m}"
        self.faults += [
            Fault(
                f"{item('technical.meters', place)}.month",
                f"{row['month']}尚未到来，须为已有的电表数据",
                f"{row['month']} is still to come; give meter data that were read",
            )
            for place, row in enumerate(rows)
            if row["month"] > this_month
        ]

    def _read(self, table: str, key: str) -> tuple[Any | None, list[Fault]]:
        raw = self.tables.get(table, {}).get(key)
        if is_blank(raw):
            return None, []
        asked = self.edition.form_table(table).field(key)
        return read_value(asked, raw, f"{table}.{key}")

    def _derive(
        self,
        table: str,
        key: str,
        work: Callable[[Sequence[dict[str, Any]]], tuple[Derivation | None, ...]],
        blame: tuple[str, str] | None = None,
    ) -> None:
        rows, wrong = self._read(table, key)
        if blame is None:
            self.faults += wrong
        if rows is None:
            return
        try:
            found = work(rows)
        except CannotDerive as refusal:
            path = ".".join(blame or (table, key))
            if refusal.row is not None:
                path = item(path, refusal.row)
            self.faults.append(Fault(path, refusal.message, refusal.message_en))
            return
        for derivation in found:
            if derivation is not None:
                self.derivations.append(derivation)
                self.values[derivation.code] = derivation.value


def _usage(rows: Sequence[dict[str, Any]]) -> list[derive.UsageRow]:
    return [
        derive.UsageRow(
            r["sector"] != "non_industrial", r["domestic_card_hours"], r["other_card_hours"]
        )
        for r in rows
    ]


def _racks(rows: Sequence[dict[str, Any]]) -> list[derive.RackRow]:
    return [derive.RackRow(r["rated_kw"], int(r["count"]), int(r["in_use"])) for r in rows]


def _cards(rows: Sequence[dict[str, Any]]) -> list[derive.CardRow]:
    return [
        derive.CardRow(r["model"], int(r["count"]), r["peak_tflops"], r.get("domestic", False))
        for r in rows
    ]


def _meters(rows: Sequence[dict[str, Any]]) -> list[derive.MeterRow]:
    return [
        derive.MeterRow(r["month"], r["total_kwh"], r["it_kwh"], r["renewable_kwh"]) for r in rows
    ]


def missing(edition: Edition, tables: Tables, today: date | None = None) -> tuple[Missing, ...]:
    """What keeps a form from being complete, in its order, then the indicators left out.

    Required fields and cells, faulty values, rows that do not add up, and the mandatory items of
    9.2 and 9.3 are errors; any other indicator without a value is advice, given once.
    """
    declared = declared_values(edition, tables, today)
    found = [
        entry
        for table in edition.form
        for entry in _missing_in(table, tables.get(table.key, {}), declared)
    ]
    seen = {(entry.table, entry.field) for entry in found}
    named: set[str] = set()  # indicators of several fields
    for table in edition.form:
        for asked in table.fields:
            code = asked.indicator
            if code is None or code in declared.values or (table.key, asked.key) in seen:
                continue
            if code in named or not _is_first_open(table, asked, tables.get(table.key, {})):
                continue
            named.add(code)
            indicator = edition.indicator(code)
            name, name_en = indicator.name, in_language(indicator, "name", "en")
            if indicator.mandatory:
                found.append(
                    Missing(
                        table.key,
                        asked.key,
                        f"“{name}”为必备项，须填报",
                        f"“{name_en}” is mandatory and must be given",
                    )
                )
            elif indicator.kind != "judged":
                found.append(
                    Missing(
                        table.key,
                        asked.key,
                        f"“{name}”未填报，将按不满足计",
                        f"“{name_en}” is not given and will count as not met",
                        "advice",
                    )
                )
    order = {table.key: table.number for table in edition.form}
    return tuple(sorted(found, key=lambda entry: order[entry.table]))


def _is_first_open(table: FormTable, asked: FormField, saved: Mapping[str, Any]) -> bool:
    """Whether this is the field by which an indicator without a value is named: of several parts
    the first that is blank, or the first."""
    parts = [each for each in table.fields if each.indicator == asked.indicator]
    blank = [each for each in parts if is_blank(saved.get(each.key))]
    return asked.key == (blank or parts)[0].key


def _missing_in(
    table: FormTable, saved: Mapping[str, Any], declared: Declared
) -> Iterator[Missing]:
    faults = {str(f): f for f in (*table_faults(table, saved), *declared.faults)}
    for asked in table.fields:
        raw = saved.get(asked.key)
        if asked.required and is_blank(raw):
            fault = _please_fill("", asked)
            yield Missing(table.key, asked.key, fault.message, fault.message_en)
        elif asked.must_be_true and raw is not True:
            yield Missing(
                table.key, asked.key, f"须勾选“{asked.label}”", f"Tick “{asked.label_en}”"
            )
        where = re.compile(re.escape(f"{table.key}.{asked.key}") + r"(?:\[([0-9]+)\].*)?")
        for fault in faults.values():
            at = where.fullmatch(fault.path)
            if at:
                row = int(at[1]) if at[1] else None
                yield Missing(table.key, asked.key, fault.message, fault.message_en, row=row)
