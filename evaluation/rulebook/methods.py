"""The closed set of ways to judge: threshold, ordinal, all_of, judged, proof.

Each way takes an indicator and one category's requirement and gives a function from a clean value
(None: not given) to a :class:`Step`. The functions are made once for an edition and category, so
that scoring only compares; where there are few possible values every step is made in advance.
"""

from collections.abc import Callable
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal
from itertools import combinations
from typing import Any, Literal, NamedTuple

from evaluation.rulebook.shapes import Indicator, Requirement, in_language, money, with_unit
from evaluation.rulebook.values import Clean, plain, rounded_up

State = Literal["met", "partial", "not_met", "missing"]
Judge = Callable[[Any], "Step"]

ZERO = Decimal(0)
# Makes a Step without its Python-level constructor, which would cost more than the judging.
new = tuple.__new__
_DISTANCE = Context(prec=60, Emax=MAX_EMAX, Emin=MIN_EMIN, traps=[])


class Step(NamedTuple):
    """One rule applied to one value: what was asked, what came, what it earned."""

    indicator: Indicator
    requirement: Requirement
    value: Clean | None
    state: State
    points: Decimal | None
    """What the indicator earns; None for the proofs of 8.4, which earn together."""
    distance: Decimal | None
    """How far the number is from its limit, in the indicator's unit: above 0 on the wrong side,
    below 0 on the right one. None where there is no number. Shown to at most 60 digits."""

    @property
    def code(self) -> str:
        return self.indicator.code

    @property
    def clause(self) -> str:
        return self.indicator.clause

    @property
    def max(self) -> Decimal | None:
        return self.indicator.points

    @property
    def met(self) -> bool:
        """Full points earned, or for a proof: given."""
        return self.state == "met"

    def value_text(self, language: str = "zh") -> str:
        return self.indicator.show_exactly(self.value, language)

    def distance_text(self, language: str = "zh") -> str:
        """The distance in words; empty where there is none to speak of."""
        if self.distance is None:
            return ""
        english = language.startswith("en")
        unit = self.indicator.unit_en if english else self.indicator.unit
        if unit == "%":  # two shares differ by points, not by a share
            unit = "percentage points" if english else "个百分点"
        away = rounded_up(abs(self.distance))
        amount = with_unit(plain(away), unit)
        if english and self.indicator.unit == "万元/年":
            amount = money(away, plain)
        strict = self.indicator.comparison == "<"
        if not self.distance:
            if strict:
                return "exactly at the limit; must be below" if english else "恰为限值，须低于限值"
            return "exactly at the limit" if english else "恰为限值"
        if self.distance > 0:
            if strict:
                return f"{amount} too high" if english else f"高出限值{amount}"
            return f"{amount} short" if english else f"还差{amount}"
        if strict:
            return f"{amount} below the limit" if english else f"低于限值{amount}"
        return f"{amount} above the requirement" if english else f"高于要求{amount}"

    def note(self, language: str = "zh") -> str:
        """Why it stands as it does, where there is more to say than met or not; may be empty."""
        english = language.startswith("en")
        if self.state == "missing":
            return "not given" if english else "未填报"
        if self.state == "met":
            return ""
        if self.state == "partial":
            return "points awarded in part" if english else "部分得分"
        if isinstance(self.value, (dict, tuple)):
            labels = unmet_parts(self.indicator, self.requirement, self.value, language)
            return f"not met: {', '.join(labels)}" if english else f"未满足：{'、'.join(labels)}"
        return self.distance_text(language)


def unmet_parts(
    indicator: Indicator, requirement: Requirement, value: Clean, language: str
) -> list[str]:
    """The labels of the parts that do not hold."""
    labels = []
    for part in indicator.parts:
        need = (requirement.needs or {}).get(part.key)
        if need is not None and not _part_holds(part.key, need, value):
            label = in_language(part, "label", language)
            if isinstance(need, Decimal):
                label += f"≥{plain(need)}{part.unit}"
            labels.append(label)
    return labels


def _part_holds(key: str, need: bool | Decimal, value: Clean) -> bool:
    if isinstance(value, tuple):
        return key in value
    assert isinstance(value, dict)
    held = value.get(key)
    if need is True:
        return held is True
    return held is not None and held >= need


def compile_rule(indicator: Indicator, requirement: Requirement, *, partial_points: bool) -> Judge:
    """The function that judges this indicator for this requirement."""
    match indicator.kind:
        case "threshold":
            return _threshold(indicator, requirement)
        case "ordinal":
            return _ordinal(indicator, requirement)
        case "judged":
            return _judged(indicator, requirement, partial_points)
        case "proof":
            return _flag(indicator, requirement)
        case "all_of":
            if indicator.input == "flag":
                return _flag(indicator, requirement)
            if indicator.input == "list":
                return _all_listed(indicator, requirement)
            return _all_parts(indicator, requirement)


def _fixed(indicator: Indicator, requirement: Requirement, value: Clean | None, met: bool) -> Step:
    state: State = "missing" if value is None else "met" if met else "not_met"
    earned = None if indicator.points is None else indicator.points if met else ZERO
    return Step(indicator, requirement, value, state, earned, None)


def _threshold(indicator: Indicator, requirement: Requirement) -> Judge:
    limit, full = requirement.limit, indicator.points
    assert limit is not None
    missing = _fixed(indicator, requirement, None, False)
    subtract = _DISTANCE.subtract

    def at_least(value: Decimal | None) -> Step:
        if value is None:
            return missing
        away = subtract(limit, value)
        if value >= limit:
            return new(Step, (indicator, requirement, value, "met", full, away))
        return new(Step, (indicator, requirement, value, "not_met", ZERO, away))

    def below(value: Decimal | None) -> Step:
        if value is None:
            return missing
        away = subtract(value, limit)
        if value < limit:
            return new(Step, (indicator, requirement, value, "met", full, away))
        return new(Step, (indicator, requirement, value, "not_met", ZERO, away))

    return below if indicator.comparison == "<" else at_least


def _ordinal(indicator: Indicator, requirement: Requirement) -> Judge:
    keys = indicator.level_keys
    assert requirement.at_least is not None
    enough = keys.index(requirement.at_least)
    steps: dict[str | None, Step] = {
        key: _fixed(indicator, requirement, key, rank >= enough) for rank, key in enumerate(keys)
    }
    steps[None] = _fixed(indicator, requirement, None, False)
    return steps.__getitem__


def _flag(indicator: Indicator, requirement: Requirement) -> Judge:
    steps = {
        value: _fixed(indicator, requirement, value, value is True) for value in (True, False, None)
    }
    return steps.__getitem__


def _all_listed(indicator: Indicator, requirement: Requirement) -> Judge:
    needs = requirement.needs or {}
    steps: dict[tuple[str, ...] | None, Step] = {
        chosen: _fixed(indicator, requirement, chosen, needs.keys() <= set(chosen))
        for size in range(len(indicator.parts) + 1)
        for chosen in combinations(indicator.part_keys, size)
    }
    steps[None] = _fixed(indicator, requirement, None, False)
    return steps.__getitem__


def _all_parts(indicator: Indicator, requirement: Requirement) -> Judge:
    needs = tuple((requirement.needs or {}).items())
    full = indicator.points
    missing = _fixed(indicator, requirement, None, False)

    def judge(value: dict[str, Decimal | bool] | None) -> Step:
        if value is None:
            return missing
        for key, need in needs:
            held = value.get(key)
            # A flag is asked for as True and True >= True; a number as its lower limit.
            if held is None or held < need:
                return new(Step, (indicator, requirement, value, "not_met", ZERO, None))
        return new(Step, (indicator, requirement, value, "met", full, None))

    return judge


def _judged(indicator: Indicator, requirement: Requirement, partial_points: bool) -> Judge:
    full = indicator.points
    assert full is not None
    missing = _fixed(indicator, requirement, None, False)

    def judge(value: Decimal | None) -> Step:
        if value is None:
            return missing
        if value == full:
            return new(Step, (indicator, requirement, value, "met", full, None))
        if value and partial_points:
            return new(Step, (indicator, requirement, value, "partial", value, None))
        return new(Step, (indicator, requirement, value, "not_met", ZERO, None))

    return judge
