"""The shapes of an edition of the standard: what its files may hold, and what pages can ask of it.

Frozen, unknown keys forbidden, no coercion. Texts come in pairs: `name` in Chinese, `name_en` in
English; :func:`in_language` picks one.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from evaluation.rulebook.values import (
    Clean,
    Fault,
    child,
    dump_number,
    expected,
    plain,
    read_choice,
    read_flag,
    read_list,
    read_number,
    read_points,
    shortened,
    unknown_key,
)

CategoryCode = Literal["economic_region", "computing_hub", "province", "city", "industry"]
DimensionId = Literal["A1", "A2", "A3"]
Kind = Literal["threshold", "ordinal", "all_of", "judged", "proof"]

CATEGORY_CODES: tuple[CategoryCode, ...] = (
    "economic_region",
    "computing_hub",
    "province",
    "city",
    "industry",
)


def _whole_numbers_are_exact_too(value: Any) -> Any:
    return Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else value


Number = Annotated[Decimal, BeforeValidator(_whole_numbers_are_exact_too)]
"""An exact number; in TOML with or without a decimal point."""
Text = Annotated[str, StringConstraints(min_length=1)]
Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]


class Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


def in_language(thing: object, attribute: str, language: str = "zh") -> str:
    """`thing.attribute` in Chinese, or in English where there is an English text for it."""
    if language.startswith("en"):
        english: str = getattr(thing, f"{attribute}_en", "")
        if english:
            return english
    chinese: str = getattr(thing, attribute)
    return chinese


def clause_in(clause: str, language: str = "zh") -> str:
    """附录A or 表3 as the standard numbers it; in English Appendix A or Table 3."""
    if not language.startswith("en"):
        return clause
    return clause.replace("附录", "Appendix ").replace("表", "Table ")


class Measures(Shape):
    """Quantities by which raw figures become indicator values."""

    standard_rack_kw: Annotated[Number, Field(gt=0)]
    """The rated power of a standard rack (8.3.2 b)."""
    energy_months: Annotated[int, Field(ge=1)]
    """How many consecutive months of meter data PUE and RER need (8.3.5)."""


class Clause(Shape):
    """A clause of the standard as printed."""

    id: Text
    title: Text
    title_en: Text
    text: Text
    text_en: Text


class Reading(Shape):
    """How this project reads a place where the standard is silent, contradictory or misprinted."""

    id: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]*$")]
    clause: Text
    text: Text
    text_en: Text
    decision: Text
    decision_en: Text
    why: Text
    why_en: Text
    codes: tuple[str, ...] = ()
    """The indicators it belongs to; none for a reading of scoring, process or Appendix B."""


class Material(Shape):
    """A slot of Table 1. Which indicators it proves: `edition.proved_by(number)`."""

    number: Annotated[int, Field(ge=1)]
    name: Text
    name_en: Text
    copies: Annotated[int, Field(ge=1)]
    form: Text
    form_en: Text
    required: bool
    period: Literal["none", "three_years", "twelve_months"]

    @property
    def months(self) -> int:
        """How many consecutive months its papers are to cover; 0 where Table 1 names no time."""
        return {"none": 0, "three_years": 36, "twelve_months": 12}[self.period]


class Naming(Shape):
    """10.2: how a certified base of a category is named; {place} is what is printed as XX."""

    category: CategoryCode
    clause: Text
    pattern: Annotated[str, StringConstraints(pattern=r"^[^{}]*\{place\}[^{}]*$")]
    pattern_en: Annotated[str, StringConstraints(pattern=r"^[^{}]*\{place\}[^{}]*$")]
    place: Text
    place_en: Text
    example: Text
    example_en: Text
    choices: tuple[Text, ...] = ()
    """Where the standard lists what may stand there; empty where any name may."""


class Category(Shape):
    """A column of Tables 2 and 3, with the name of 10.2."""

    code: CategoryCode
    name: Text
    name_en: Text
    level: Text
    level_en: Text
    naming: Naming


class ProcessStep(Shape):
    """One of the seven steps of 7.1."""

    key: Key
    number: Annotated[int, Field(ge=1, le=7)]
    name: Text
    name_en: Text
    short: Text
    short_en: Text
    sentence: Text
    sentence_en: Text


class Part(Shape):
    """A part of an indicator of which every part must hold."""

    key: Key
    kind: Literal["flag", "number"]
    label: Text
    label_en: Text
    unit: str = ""
    unit_en: str = ""
    minimum: Number = Decimal(0)
    maximum: Number | None = None
    whole: bool = False

    def parse(self, raw: Any, path: str) -> tuple[Decimal | bool | None, list[Fault]]:
        if self.kind == "flag":
            return read_flag(raw, path)
        return read_number(raw, path, minimum=self.minimum, maximum=self.maximum, whole=self.whole)


class Level(Shape):
    """One level of an ordered scale."""

    key: Annotated[str, StringConstraints(pattern=r"^[A-Za-z]+$")]
    label: Text
    label_en: Text


class Requirement(Shape):
    """What one category asks: the wording as printed, and what is computed from it."""

    wording: Text
    wording_en: Text
    limit: Number | None = None
    at_least: str | None = None
    needs: dict[str, bool | Number] | None = None
    """For each part that counts: true for a flag, the lower limit (inclusive) for a number."""


class Indicator(Shape):
    """A row of Table 2 or 3, or an item of 8.4."""

    code: Key
    dimension: DimensionId
    table: Text
    table_en: Text
    group: Key
    group_name: Text
    group_name_en: Text
    name: Text
    name_en: Text
    clause: Text
    points: Number | None = None
    mandatory: bool
    kind: Kind
    unit: str = ""
    unit_en: str = ""
    comparison: Literal[">=", "<"] | None = None
    minimum: Number | None = None
    maximum: Number | None = None
    whole: bool = False
    levels: tuple[Level, ...] = ()
    input: Literal["flag", "list", "object"] | None = None
    parts: tuple[Part, ...] = ()
    evidence: Text
    evidence_en: Text
    materials: Annotated[tuple[int, ...], Field(min_length=1)]
    source: Text
    source_en: Text
    help: Text
    help_en: Text
    readings: tuple[Reading, ...] = ()
    requirements: dict[CategoryCode, Requirement]
    award_step: Number

    @model_validator(mode="after")
    def _kind_decides_what_is_given(self) -> Self:
        wanted = {
            "threshold": {"comparison", "minimum"},
            "ordinal": {"levels"},
            "all_of": {"input", "parts"},
            "judged": set[str](),
            "proof": set[str](),
        }[self.kind]
        given = {
            name
            for name in ("comparison", "minimum", "levels", "input", "parts")
            if getattr(self, name) not in (None, ())
        }
        if given != wanted:
            raise ValueError(
                f"a {self.kind} rule has {sorted(wanted) or 'none of these'}, not {sorted(given)}"
            )
        if (self.points is None) != (self.kind == "proof"):
            raise ValueError("every rule has points, but for a proof, which has none")
        if self.maximum is not None and (self.minimum is None or self.maximum <= self.minimum):
            raise ValueError("maximum must be above minimum")
        missing = [code for code in CATEGORY_CODES if code not in self.requirements]
        if missing:
            raise ValueError(f"no requirement for {', '.join(missing)}")
        for code, requirement in self.requirements.items():
            self._check_requirement(code, requirement)
        return self

    def _check_requirement(self, code: str, requirement: Requirement) -> None:
        wanted = {"threshold": "limit", "ordinal": "at_least", "all_of": "needs"}.get(self.kind)
        for name in ("limit", "at_least", "needs"):
            if (getattr(requirement, name) is not None) != (name == wanted):
                raise ValueError(
                    f"requirement.{code}: a {self.kind} rule is computed from {wanted or 'nothing'}"
                )
        if requirement.limit is not None and self.kind == "threshold":
            assert self.minimum is not None
            if requirement.limit < self.minimum or (
                self.maximum is not None and requirement.limit > self.maximum
            ):
                raise ValueError(f"requirement.{code}.limit: outside minimum and maximum")
        if requirement.at_least is not None:
            keys = [level.key for level in self.levels]
            if requirement.at_least not in keys[1:]:
                raise ValueError(f"requirement.{code}.at_least: not one of {', '.join(keys[1:])}")
        if requirement.needs is not None:
            kinds = {part.key: part.kind for part in self.parts}
            for key, need in requirement.needs.items():
                if key not in kinds:
                    raise ValueError(f"requirement.{code}.needs.{key}: no such part")
                if (need is True) != (kinds[key] == "flag") or need is False:
                    raise ValueError(
                        f"requirement.{code}.needs.{key}: not what a {kinds[key]} needs"
                    )
            if not requirement.needs:
                raise ValueError(f"requirement.{code}.needs: empty")

    def requirement(self, category: str) -> Requirement:
        """What the category asks of this indicator. KeyError for an unknown category."""
        return self.requirements[category]  # type: ignore[index]

    @cached_property
    def level_keys(self) -> tuple[str, ...]:
        return tuple(level.key for level in self.levels)

    @cached_property
    def part_keys(self) -> tuple[str, ...]:
        return tuple(part.key for part in self.parts)

    def parse(self, raw: Any, path: str = "") -> tuple[Clean | None, list[Fault]]:
        """The clean value, or None with every fault in it. Judged: points awarded (9.2, 9.3)."""
        path = path or self.code
        match self.kind:
            case "threshold":
                assert self.minimum is not None
                return read_number(
                    raw, path, minimum=self.minimum, maximum=self.maximum, whole=self.whole
                )
            case "ordinal":
                return read_choice(raw, path, self.level_keys)
            case "judged":
                assert self.points is not None
                return read_points(raw, path, self.points)
            case "proof":
                return read_flag(raw, path)
            case "all_of":
                if self.input == "flag":
                    return read_flag(raw, path)
                if self.input == "list":
                    return read_list(raw, path, self.part_keys)
                return self._parse_parts(raw, path)

    def _parse_parts(self, raw: Any, path: str) -> tuple[Clean | None, list[Fault]]:
        if not isinstance(raw, Mapping):
            keys = "、".join(self.part_keys), ", ".join(self.part_keys)
            return None, [expected(path, f"含{keys[0]}的对象", f"an object of {keys[1]}", raw)]
        faults = [
            unknown_key(child(path, key), "键", "key") for key in raw if key not in self.part_keys
        ]
        clean: dict[str, Decimal | bool] = {}
        for part in self.parts:
            if part.key in raw:
                value, wrong = part.parse(raw[part.key], child(path, part.key))
                faults += wrong
                if value is not None:
                    clean[part.key] = value
        return (None, faults) if faults else (clean, [])

    def parse_award(self, raw: Any, path: str = "") -> tuple[Decimal | None, list[Fault]]:
        """Points that one expert awards: as :meth:`parse`, and in the step of clause_9.toml."""
        path = path or self.code
        if self.kind != "judged" or self.points is None:
            raise ValueError(f"{self.code} is not judged")
        points, faults = read_points(raw, path, self.points)
        if points is not None and points % self.award_step:
            step = plain(self.award_step)
            return None, [
                expected(path, f"以{step}分为一档的分数", f"points in steps of {step}", raw)
            ]
        return points, faults

    def dump(self, value: Clean) -> Any:
        """The value in the JSON form of a declaration; numbers as exact text."""
        match value:
            case bool() | str():
                return value
            case Decimal():
                return dump_number(value)
            case tuple():
                return list(value)
            case dict():
                return {
                    key: part if isinstance(part, bool) else dump_number(part)
                    for key, part in value.items()
                }

    def show(self, value: Clean | None, language: str = "zh") -> str:
        """The value as a reader sees it, with its unit; of a number at most four decimals."""
        if isinstance(value, Decimal) and language.startswith("en") and self.unit == "万元/年":
            return money(value, shortened)
        return self._written(value, language, shortened)

    def show_exactly(self, value: Clean | None, language: str = "zh") -> str:
        """The same with every decimal: for the steps of a stored score."""
        return self._written(value, language, plain)

    def _written(
        self, value: Clean | None, language: str, written: Callable[[Decimal], str]
    ) -> str:
        english = language.startswith("en")
        if value is None:
            return "not given" if english else "未填报"
        match value:
            case bool():
                return _yes_or_no(value, english)
            case Decimal():
                unit = ("points" if english else "分") if self.kind == "judged" else self.unit
                if self.kind != "judged" and english:
                    unit = self.unit_en
                return with_unit(written(value), unit)
            case str():
                level = next(level for level in self.levels if level.key == value)
                return in_language(level, "label", language)
            case tuple():
                labels = [in_language(p, "label", language) for p in self.parts if p.key in value]
                return (", " if english else "、").join(labels) or ("none" if english else "无")
            case dict():
                shown = []
                for part in self.parts:
                    held = value.get(part.key)
                    label = in_language(part, "label", language)
                    if held is None:
                        text = "not given" if english else "未填报"
                    elif isinstance(held, bool):
                        text = _yes_or_no(held, english)
                    else:
                        text = with_unit(written(held), part.unit_en if english else part.unit)
                    shown.append(f"{label}: {text}" if english else f"{label}：{text}")
                return ("; " if english else "；").join(shown)


def money(tens_of_thousands: Decimal, written: Callable[[Decimal], str]) -> str:
    """万元 a year as English readers write it: 1200 → CNY 12 million a year."""
    if tens_of_thousands >= 100:
        return f"CNY {written(tens_of_thousands.scaleb(-2))} million a year"
    return f"CNY {(tens_of_thousands * 10_000).normalize():,f} a year"


def _yes_or_no(value: bool, english: bool) -> str:
    if english:
        return "yes" if value else "no"
    return "是" if value else "否"


def with_unit(number: str, unit: str) -> str:
    """A number before its unit: a blank before Latin letters and × only."""
    spaced = unit[:1] == "×" or (unit[:1].isascii() and unit[:1].isalpha())
    return f"{number} {unit}" if spaced else f"{number}{unit}"


class Group(Shape):
    """A level-1 indicator (一级指标) with its rows."""

    key: Key
    dimension: DimensionId
    name: Text
    name_en: Text
    points: Number | None = None
    indicators: tuple[Indicator, ...]


class Dimension(Shape):
    """One of A1, A2, A3: its weight (9.1) and how it is counted (9.2 to 9.4)."""

    id: DimensionId
    name: Text
    name_en: Text
    clause: Text
    method_clause: Text
    weight: Number
    total: Number
    all_or_nothing: bool
    """True where all its indicators must hold together for the total, else it is zero (9.4)."""


class Policy(Shape):
    """Decisions of this project where clause 9 is silent."""

    partial_points: bool
    award_step: Annotated[Number, Field(gt=0)]
    aggregation: Literal["mean", "median", "trimmed_mean"]
    places: Annotated[int, Field(ge=0, le=10)]
    far_share: Annotated[Number, Field(gt=0, le=1)]
    """An award further from the median than this share of the points counts as far from it."""
    reading: Text
    """The id of the reading that says why the points are combined so."""


class Qualification(Shape):
    """10.1: each dimension at least `dimension_minimum`, the total more than `total_above`."""

    clause: Text
    dimension_minimum: Number
    total_above: Number


class ReviewTopic(Shape):
    """What an annual review looks at (10.4.2)."""

    key: Key
    name: Text
    name_en: Text


FigureName = Literal["timeliness", "data_calls", "capacity", "idle", "attacks"]
"""What an annual review takes from the year's reports; see evaluation/review_figures.py."""


class ReviewItem(Shape):
    """One thing an annual review asks for and judges (10.4.2). `figure` is filled in from the
    year's reports; the certified value of `indicator` is shown beside the answer."""

    key: Key
    topic: Key
    clause: Text
    name: Text
    name_en: Text
    asks: Text
    asks_en: Text
    figure: FigureName | None = None
    indicator: str | None = None
    evidence: bool


class ReviewRule(Shape):
    """10.4.1: yearly at first, then every `then_every` years. 10.4.2: the items by topic."""

    clause: Text
    yearly: Annotated[int, Field(ge=1)]
    then_every: Annotated[int, Field(ge=1)]
    topics: Annotated[tuple[ReviewTopic, ...], Field(min_length=1)]
    items: Annotated[tuple[ReviewItem, ...], Field(min_length=1)]

    def items_of(self, topic: str) -> tuple[ReviewItem, ...]:
        return tuple(item for item in self.items if item.topic == topic)

    def item(self, key: str) -> ReviewItem:
        return next(item for item in self.items if item.key == key)


class Choice(Shape):
    key: Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_]*$")]
    label: Text
    label_en: Text


DerivationName = Literal[
    "enterprise_count",
    "industrial_compute_share",
    "compute_efficiency",
    "rack_count",
    "rack_utilization",
    "fp16_peak",
    "pue",
    "renewable_ratio",
    "domestic_compute_share",
    "domestic_consumption_share",
]
"""A derivation is named after the indicator it gives the value of; see derive.py."""

FieldKind = Literal[
    "text",
    "textarea",
    "integer",
    "decimal",
    "choice",
    "multichoice",
    "bool",
    "date",
    "month",
    "phone",
    "email",
    "url",
    "region",
    "credit_code",
    "rows",
]


class Column(Shape):
    """A column of a field of kind "rows"."""

    key: Key
    label: Text
    label_en: Text
    kind: Literal[
        "text", "textarea", "integer", "decimal", "choice", "bool", "month", "credit_code"
    ]
    required: bool = False
    max_length: int | None = None
    minimum: Number | None = None
    maximum: Number | None = None
    unit: str = ""
    unit_en: str = ""
    help: str = ""
    help_en: str = ""
    choices: tuple[Choice, ...] = ()


class FormField(Shape):
    """A field of the application form.

    `indicator` names the indicator it gives the value of (with `part`, one part of it);
    `derived_by` names the derivation that fills it when the raw rows of the form allow.
    """

    key: Key
    label: Text
    label_en: Text
    kind: FieldKind
    required: bool = False
    max_length: int | None = None
    minimum: Number | None = None
    maximum: Number | None = None
    unit: str = ""
    unit_en: str = ""
    help: str = ""
    help_en: str = ""
    clause: str = ""
    indicator: str | None = None
    part: str | None = None
    derived_by: DerivationName | None = None
    choices: tuple[Choice, ...] = ()
    columns: tuple[Column, ...] = ()
    min_rows: int = 0
    max_rows: int | None = None
    own_page: bool = False
    """Rows too many for a form: edited, searched and imported on a page of their own."""
    must_be_true: bool = False
    from_case: Literal["category", "place"] | None = None
    """What was said when the case was opened: printed in the form, not asked again."""

    @model_validator(mode="after")
    def _kind_decides_what_is_given(self) -> Self:
        if (self.kind in ("choice", "multichoice")) != bool(self.choices):
            raise ValueError("choices belong to a choice, and a choice has choices")
        if (self.kind == "rows") != bool(self.columns):
            raise ValueError("columns belong to rows, and rows have columns")
        if self.kind in ("text", "textarea") and self.max_length is None:
            raise ValueError("a text has a max_length")
        if self.must_be_true and self.kind != "bool":
            raise ValueError("only a bool can be asked to be true")
        if self.part is not None and self.indicator is None:
            raise ValueError("a part belongs to an indicator")
        return self


class FormTable(Shape):
    """One numbered table of the application form (Appendix A)."""

    key: Key
    number: Annotated[int, Field(ge=1)]
    title: Text
    title_en: Text
    clause: Text
    intro: Text
    intro_en: Text
    materials: tuple[int, ...] = ()
    fields: Annotated[tuple[FormField, ...], Field(min_length=1)]

    def field(self, key: str) -> FormField:
        return next(field for field in self.fields if field.key == key)


@dataclass(frozen=True, slots=True)
class Parsed:
    """Clean values by code, and every fault that was found in the raw ones."""

    values: dict[str, Clean]
    faults: tuple[Fault, ...]


class Edition(Shape):
    """One edition of the standard, complete."""

    id: Text
    title: Text
    title_en: Text
    issuer: Text
    issuer_en: Text
    figures_note: Text
    figures_note_en: Text
    formula: Text
    clauses: tuple[Clause, ...]
    categories: tuple[Category, ...]
    dimensions: tuple[Dimension, ...]
    groups: tuple[Group, ...]
    materials: tuple[Material, ...]
    steps: tuple[ProcessStep, ...]
    measures: Measures
    policy: Policy
    qualification: Qualification
    review: ReviewRule
    form: tuple[FormTable, ...]
    readings: tuple[Reading, ...]
    """Those of indicators first, in their order, then scoring, process, Appendix B."""

    @cached_property
    def indicators(self) -> tuple[Indicator, ...]:
        """The 25 indicators of Tables 2 and 3 and the four of 8.4, in the standard's order."""
        return tuple(indicator for group in self.groups for indicator in group.indicators)

    @cached_property
    def by_code(self) -> dict[str, Indicator]:
        return {indicator.code: indicator for indicator in self.indicators}

    def indicator(self, code: str) -> Indicator:
        return self.by_code[code]

    def category(self, code: str) -> Category:
        return next(c for c in self.categories if c.code == code)

    def dimension(self, id_: str) -> Dimension:
        return next(d for d in self.dimensions if d.id == id_)

    def clause(self, id_: str) -> Clause:
        return next(c for c in self.clauses if c.id == id_)

    def material(self, number: int) -> Material:
        return next(m for m in self.materials if m.number == number)

    def proved_by(self, number: int) -> tuple[Indicator, ...]:
        """The indicators that the material of this number proves."""
        return tuple(i for i in self.indicators if number in i.materials)

    def step(self, key: str) -> ProcessStep:
        return next(s for s in self.steps if s.key == key)

    def form_table(self, key: str) -> FormTable:
        return next(t for t in self.form if t.key == key)

    def parse_values(self, raw: Any, path: str = "values") -> Parsed:
        """The clean values of a declaration, and all its faults at once."""
        if not isinstance(raw, Mapping):
            return Parsed({}, (expected(path, "对象", "an object", raw),))
        values: dict[str, Clean] = {}
        faults: list[Fault] = []
        for code, given in raw.items():
            indicator = self.by_code.get(code)
            if indicator is None:
                faults.append(unknown_key(child(path, code), "指标代码", "indicator code"))
                continue
            value, wrong = indicator.parse(given, child(path, code))
            faults += wrong
            if value is not None:
                values[code] = value
        return Parsed(values, tuple(faults))

    def dump_values(self, values: Mapping[str, Clean]) -> dict[str, Any]:
        """The values as JSON, in the standard's order; :meth:`parse_values` reads them back."""
        return {i.code: i.dump(values[i.code]) for i in self.indicators if i.code in values}
