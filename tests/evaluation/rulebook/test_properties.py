"""What must hold for any declaration whatever."""

import json
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.rulebook import CATEGORY_CODES, Edition, Indicator, load_edition, score
from evaluation.rulebook.declarations import score_document
from tests.long import examples

EDITION = load_edition()


def decimals(low: int, high: int) -> st.SearchStrategy[Decimal]:
    return st.decimals(low, high, allow_nan=False, allow_infinity=False, places=3)


def raw_values(indicator: Indicator) -> st.SearchStrategy[Any]:
    match indicator.kind:
        case "proof":
            return st.booleans()
        case "judged":
            return decimals(0, int(indicator.points or 0))
        case "ordinal":
            return st.sampled_from(indicator.level_keys)
        case "threshold":
            top = int(indicator.maximum or 4000)
            low = int(indicator.minimum or 0)
            return st.integers(low, top) if indicator.whole else decimals(low, top)
    if indicator.input == "flag":
        return st.booleans()
    if indicator.input == "list":
        return st.lists(st.sampled_from(indicator.part_keys), unique=True)
    return st.fixed_dictionaries(
        {},
        optional={
            part.key: st.booleans()
            if part.kind == "flag"
            else st.integers(0, int(part.maximum or 5))
            for part in indicator.parts
        },
    )


declarations = st.fixed_dictionaries(
    {}, optional={indicator.code: raw_values(indicator) for indicator in EDITION.indicators}
)

categories = st.sampled_from(CATEGORY_CODES)


def scored(category: str, raw: dict[str, Any], edition: Edition = EDITION) -> Any:
    parsed = edition.parse_values(raw)
    assert parsed.faults == ()
    return score(edition, category, parsed.values)


@settings(deadline=None)
@given(categories, declarations)
def test_dimensions_stay_within_0_and_100_and_add_up(category: str, raw: dict[str, Any]) -> None:
    card = scored(category, raw)
    for points in (card.A1, card.A2, card.A3, card.A):
        assert 0 <= points <= 100
    assert card.A3 in (0, 100)
    assert card.A * 10 == card.A1 * 5 + card.A2 * 3 + card.A3 * 2
    assert card.qualified is (min(card.A1, card.A2, card.A3) >= 60 and card.A > 80)
    assert card.qualified is (card.reasons == ())
    for found in card.dimensions[:2]:
        id_ = found.dimension.id
        steps = [step for step in card.steps if step.indicator.dimension == id_]
        assert found.earned == sum(step.points for step in steps)


@settings(deadline=None)
@given(categories, declarations)
def test_a_mandatory_failure_zeroes_exactly_its_dimension(
    category: str, raw: dict[str, Any]
) -> None:
    card = scored(category, raw)
    failed = set(card.failed_mandatory)
    first, second = (found.points == found.earned for found in card.dimensions[:2])
    if failed & {"enterprise_count", "virtualization"}:
        assert card.A1 == 0
    else:
        assert first
    if "fp16_peak" in failed:
        assert card.A2 == 0
    else:
        assert second


def better(indicator: Indicator, value: Any, draw: Any) -> Any:
    """A value at least as good as this one."""
    match indicator.kind:
        case "proof":
            return True
        case "judged":
            return draw(decimals(0, int(indicator.points or 0)).filter(lambda n: n >= value))
        case "ordinal":
            keys = indicator.level_keys
            return draw(st.sampled_from(keys[keys.index(value) :]))
        case "threshold" if indicator.comparison == "<":
            return draw(st.sampled_from([value, (value + 1) / 2, Decimal(1)]))
        case "threshold":
            top = indicator.maximum or Decimal(10**6)
            more = draw(st.sampled_from([0, 1, 1000]))
            return min(top, Decimal(value) + more)
    if indicator.input == "flag":
        return True
    if indicator.input == "list":
        return [*value, *draw(st.lists(st.sampled_from(indicator.part_keys)))]
    return {
        part.key: True if part.kind == "flag" else max(value.get(part.key, 0), 4)
        for part in indicator.parts
    } | {key: held for key, held in value.items() if not isinstance(held, bool) and held > 4}


@settings(deadline=None)
@given(categories, declarations, st.data())
def test_more_is_never_worse(category: str, raw: dict[str, Any], data: st.DataObject) -> None:
    before = scored(category, raw)
    for indicator in EDITION.indicators:
        if indicator.code in raw:
            raised = better(indicator, raw[indicator.code], data.draw)
        else:
            raised = data.draw(raw_values(indicator))
        after = scored(category, {**raw, indicator.code: raised})
        assert after.A >= before.A
        assert (after.A1, after.A2, after.A3) >= (before.A1, before.A2, before.A3)
        assert after.qualified or not before.qualified


@settings(deadline=None)
@given(categories, declarations, st.randoms(use_true_random=False))
def test_the_order_of_the_values_changes_nothing(
    category: str, raw: dict[str, Any], random: Any
) -> None:
    keys = list(raw)
    random.shuffle(keys)
    shuffled = {key: raw[key] for key in keys}
    assert scored(category, shuffled).as_json() == scored(category, raw).as_json()


@settings(deadline=None)
@given(categories, declarations)
def test_values_survive_being_stored(category: str, raw: dict[str, Any]) -> None:
    values = EDITION.parse_values(raw).values
    stored = json.loads(json.dumps(EDITION.dump_values(values)))
    again = EDITION.parse_values(stored)
    assert (again.values, again.faults) == (values, ())


@settings(deadline=None)
@given(categories, declarations)
def test_a_dropped_value_is_as_good_as_none(category: str, raw: dict[str, Any]) -> None:
    card = scored(category, raw)
    for step in card.steps:
        if step.state == "missing":
            assert step.indicator.code not in raw
            assert step.points in (0, None)


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from(["city", "values", "pue", "none", "1e400", "-1", "0x10", "１"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.text()
            | st.sampled_from(["category", "values", "pue", "security_protection", "level"]),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=examples(300), deadline=None)
@given(anything)
def test_whatever_the_document_it_is_scored_or_refused(document: Any) -> None:
    faults: list[str] = []
    raw = json.dumps(document).encode()
    scores = score_document(EDITION, raw, lambda fault: faults.append(str(fault)))
    assert (scores is None) is bool(faults)
    for line in faults:
        assert len(line.splitlines()) == 1
        line.encode()


@settings(max_examples=examples(200), deadline=None)
@given(st.binary(max_size=60))
def test_whatever_the_bytes_it_is_scored_or_refused(raw: bytes) -> None:
    faults: list[str] = []
    scores = score_document(EDITION, raw, lambda fault: faults.append(str(fault)))
    assert (scores is None) is bool(faults)
