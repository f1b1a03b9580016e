"""自评: a declaration in a query string, read, scored and explained. Nothing of it is kept.

The query string is the whole state: `code=text` for each indicator, `code.part=text` for the parts
of one that has several. So a test can be shared as a link, printed, and done without JavaScript."""

import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.translation import gettext as _

from evaluation.rulebook import (
    Category,
    Clean,
    Edition,
    Fault,
    Indicator,
    Scorecard,
    Step,
    all_categories,
    in_language,
    plain,
)
from evaluation.rulebook.shapes import Part
from evaluation.rulebook.values import NotANumber
from portal.site.improvements import Improvement, improvement

DEFAULT_CATEGORY = "province"
GROUPED = re.compile(r"-?[0-9]{1,3}(?:[, \u00a0\u202f][0-9]{3})+(?:\.[0-9]+)?")
NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?")
# A whole number up to here is chosen from a list rather than typed.
MOST_CHOICES = 9
# Units that the hints name beside the field's own: what one of them comes to.
OTHER_UNITS = {"Gbps": {"Tbps": 1000}, "万元/年": {"万元": 1}}  # not translated: typed


@dataclass(frozen=True)
class Option:
    value: str
    label: str
    chosen: bool


@dataclass(frozen=True)
class Widget:
    """One thing to fill in. kind: number, choice or flag."""

    name: str
    kind: str
    label: str  # empty where the indicator's own name says it
    text: str = ""
    unit: str = ""
    value: str = "1"
    checked: bool = False
    options: tuple[Option, ...] = ()

    @property
    def id(self) -> str:
        return f"f-{self.name}-{self.value}" if self.value != "1" else f"f-{self.name}"


@dataclass(frozen=True)
class Row:
    """An indicator on the form, with what came out of it."""

    indicator: Indicator
    widgets: tuple[Widget, ...]
    faults: tuple[str, ...]
    step: Step
    wording: str
    note: str
    question: str  # of what was likely meant otherwise; no fault

    @property
    def points(self) -> str:
        """ "5 / 10"; empty for the proofs of 8.4, which have no points of their own."""
        if self.step.points is None or self.step.max is None:
            return ""
        return f"{plain(self.step.points)} / {plain(self.step.max)}"

    @property
    def sign(self) -> str:
        """The kind of its status tag."""
        if self.step.state == "partial":
            return "attention"
        if self.indicator.mandatory and self.step.state == "not_met":
            return "mandatory"
        return self.step.state


@dataclass(frozen=True)
class Section:
    name: str
    points: Decimal | None
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Sheet:
    """A dimension with its sections."""

    id: str
    name: str
    sections: tuple[Section, ...]


@dataclass(frozen=True)
class SelfTest:
    """A test read and scored."""

    edition: Edition
    category: Category
    category_is_unknown: bool
    sheets: tuple[Sheet, ...]
    given: int
    faulty: int
    card: Scorecard
    cards: dict[str, Scorecard]
    improvement: Improvement | None
    query: str

    @property
    def blank(self) -> bool:
        """Nothing is filled in yet: there is nothing to judge."""
        return not self.given and not self.faulty

    @property
    def rows(self) -> list[Row]:
        return [row for sheet in self.sheets for section in sheet.sections for row in section.rows]


def read(edition: Edition, query: QueryDict, language: str) -> SelfTest:
    """Read a query string, whatever it holds; what cannot be read is said beside its field."""
    asked = query.get("category", "")
    codes = [category.code for category in edition.categories]
    category = edition.category(asked if asked in codes else DEFAULT_CATEGORY)
    parsed = edition.parse_values(
        {
            indicator.code: raw
            for indicator in edition.indicators
            if (raw := _raw(indicator, query)) is not None
        },
        path="",
    )
    faults: dict[str, list[Fault]] = defaultdict(list)
    for fault in parsed.faults:
        faults[re.split(r"[.\[]", fault.path, maxsplit=1)[0]].append(fault)
    cards = all_categories(edition, parsed.values)
    card = cards[category.code]
    return SelfTest(
        edition=edition,
        category=category,
        category_is_unknown=bool(asked) and asked not in codes,
        sheets=_sheets(edition, card, query, faults, language),
        given=len(parsed.values),
        faulty=len(faults),
        card=card,
        cards=cards,
        improvement=improvement(card),
        query=_canonical(edition, category, query),
    )


def declared(values: dict[str, Clean], category: str, edition: Edition) -> str:
    """The query string of a declaration: reading it gives these values again."""
    pairs: list[tuple[str, str]] = [("category", category)]
    for indicator in edition.indicators:
        if indicator.code not in values:
            continue
        match values[indicator.code]:
            case bool() as flag:
                pairs.append((indicator.code, "1" if flag else "0"))
            case Decimal() as number:
                pairs.append((indicator.code, plain(number)))
            case str() as level:
                pairs.append((indicator.code, level))
            case tuple() as chosen:
                pairs += [(indicator.code, key) for key in chosen]
            case dict() as held:
                pairs += [
                    (
                        f"{indicator.code}.{key}",
                        ("1" if part else "0") if isinstance(part, bool) else plain(part),
                    )
                    for key, part in held.items()
                ]
    return urlencode(pairs)


# From the query string to raw values


def _raw(indicator: Indicator, query: QueryDict) -> Any:
    """What the reader gave for an indicator; None for nothing."""
    if indicator.input == "list":
        return [text for text in _texts(query, indicator.code) if text] or None
    if indicator.input == "object":
        texts = {part: _text(query, f"{indicator.code}.{part.key}") for part in indicator.parts}
        given = {
            part.key: _flag(text) if part.kind == "flag" else _number(text, part.unit, part.unit_en)
            for part, text in texts.items()
            if text
        }
        return given or None
    text = _text(query, indicator.code)
    if not text:
        return None
    if indicator.kind in ("threshold", "judged"):
        return _number(text, indicator.unit, indicator.unit_en)
    return text if indicator.kind == "ordinal" else _flag(text)


def _text(query: QueryDict, name: str) -> str:
    """The text of a field as it was meant: full-width digits and blanks around it do no harm."""
    return unicodedata.normalize("NFKC", query.get(name, "")).strip()


def _texts(query: QueryDict, name: str) -> list[str]:
    return [text.strip() for text in query.getlist(name)]


def _number(text: str, *units: str) -> Any:
    """An exact number; "2,600", "60%" and "1Tbps" are read as they were meant. What is no number is
    left to the rulebook, which refuses it with a reason."""
    times = 1
    for unit, worth in _known_units(units).items():
        if unit and text.casefold().endswith(unit.casefold()):
            text, times = text[: -len(unit)].strip(), worth
            break
    if GROUPED.fullmatch(text):
        text = re.sub(r"[^0-9.\-]", "", text)
    if not NUMBER.fullmatch(text):
        return NotANumber(text)
    # Multiplied only where it must be: a product may round what has very many digits.
    return Decimal(text) if times == 1 else Decimal(text) * times


def _known_units(units: tuple[str, ...]) -> dict[str, int]:
    """The field's own units, and those that its hint converts."""
    others = (OTHER_UNITS.get(unit, {}) for unit in units)
    return dict.fromkeys(units, 1) | {
        name: worth for each in others for name, worth in each.items()
    }


def _flag(text: str) -> bool | str:
    return {"1": True, "0": False}.get(text, text)


def _canonical(edition: Edition, category: Category, query: QueryDict) -> str:
    """The query string without what is empty or unknown: the link to share."""
    pairs: list[tuple[str, str]] = [("category", category.code)]
    for indicator in edition.indicators:
        if indicator.input == "list":
            pairs += [(indicator.code, text) for text in _texts(query, indicator.code) if text]
            continue
        names = [indicator.code]
        if indicator.input == "object":
            names = [f"{indicator.code}.{part.key}" for part in indicator.parts]
        pairs += [(name, text) for name in names if (text := _shown(query, name))]
    return urlencode(pairs)


# From raw values to the form


def _sheets(
    edition: Edition,
    card: Scorecard,
    query: QueryDict,
    faults: dict[str, list[Fault]],
    language: str,
) -> tuple[Sheet, ...]:
    steps = {step.code: step for step in card.steps}
    message = "message_en" if language == "en" else "message"

    def row(indicator: Indicator) -> Row:
        step = steps[indicator.code]
        return Row(
            indicator,
            tuple(_widgets(indicator, query, language)),
            tuple(getattr(fault, message) for fault in faults.get(indicator.code, ())),
            step,
            in_language(step.requirement, "wording", language),
            _note(step, language),
            _question(indicator, query),
        )

    return tuple(
        Sheet(
            dimension.id,
            in_language(dimension, "name", language),
            tuple(
                Section(
                    in_language(group, "name", language),
                    group.points,
                    tuple(row(indicator) for indicator in group.indicators),
                )
                for group in edition.groups
                if group.dimension == dimension.id
            ),
        )
        for dimension in edition.dimensions
    )


def _note(step: Step, language: str) -> str:
    """How far from the limit, or what is wanting; nothing where the tag says it all."""
    if _between_awards(step):
        return _("专家按%(step)s分一档给分；多位专家的均值可以介于其间。") % {
            "step": plain(step.indicator.award_step)
        }
    if step.state in ("missing", "partial"):
        return ""
    return step.distance_text(language) or step.note(language)


def _question(indicator: Indicator, query: QueryDict) -> str:
    """Half of a percent is rare; a share written as a fraction is not."""
    fields: list[tuple[str, Indicator | Part]] = [
        (indicator.code, indicator),
        *((f"{indicator.code}.{p.key}", p) for p in indicator.parts),
    ]
    for name, bounds in fields:
        share = _number(_text(query, name), "%")
        if bounds.unit == "%" and isinstance(share, Decimal) and 0 < share <= 1:
            return _("所填为%(share)s%%。如果指的是比例，请填%(percent)s。") % {
                "share": plain(share),
                "percent": plain(share * 100),
            }
    return ""


def _between_awards(step: Step) -> bool:
    """Whether no single expert could give these points, only the mean of several."""
    if step.indicator.kind != "judged" or not isinstance(step.value, Decimal):
        return False
    return bool(step.value % step.indicator.award_step)


def _widgets(indicator: Indicator, query: QueryDict, language: str) -> list[Widget]:
    code = indicator.code
    if indicator.kind == "ordinal":
        chosen = _text(query, code)
        options = tuple(
            Option(level.key, in_language(level, "label", language), level.key == chosen)
            for level in indicator.levels
        )
        return [Widget(code, "choice", "", options=options)]
    if indicator.kind == "judged":
        unit = f"/ {plain(indicator.points)}" if indicator.points is not None else ""
        return [Widget(code, "number", "", text=_shown(query, code), unit=unit)]
    if indicator.kind == "threshold":
        return [_number_widget(code, "", indicator, query, language)]
    if indicator.kind == "proof" or indicator.input == "flag":
        label = (
            in_language(indicator.parts[0], "label", language)
            if indicator.parts
            else in_language(indicator, "evidence", language)
        )
        return [Widget(code, "flag", label, checked=_flag(_text(query, code)) is True)]
    if indicator.input == "list":
        ticked = _texts(query, code)
        return [
            Widget(
                code,
                "flag",
                in_language(part, "label", language),
                value=part.key,
                checked=part.key in ticked,
            )
            for part in indicator.parts
        ]
    return [_part_widget(indicator, part, query, language) for part in indicator.parts]


def _part_widget(indicator: Indicator, part: Part, query: QueryDict, language: str) -> Widget:
    name, label = f"{indicator.code}.{part.key}", in_language(part, "label", language)
    if part.kind == "flag":
        return Widget(name, "flag", label, checked=_flag(_text(query, name)) is True)
    return _number_widget(name, label, part, query, language)


def _number_widget(
    name: str, label: str, bounds: Indicator | Part, query: QueryDict, language: str
) -> Widget:
    unit = in_language(bounds, "unit", language)
    low, high = bounds.minimum, bounds.maximum
    if bounds.whole and low is not None and high is not None and high - low <= MOST_CHOICES:
        chosen = _text(query, name)
        options = tuple(
            Option(str(n), f"{n} {unit}".strip(), str(n) == chosen)
            for n in range(int(low), int(high) + 1)
        )
        return Widget(name, "choice", label, options=options)
    return Widget(name, "number", label, text=_shown(query, name), unit=unit)


def _shown(query: QueryDict, name: str) -> str:
    """What was typed, given back as it was."""
    return query.get(name, "").strip()
