"""达标路径: the smallest sets, against trying every variant with the scorer itself."""

from decimal import Decimal
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.rulebook import CATEGORY_CODES, Edition, load_edition, score
from evaluation.rulebook.whatif import every_total, full_value, paths, with_met
from tests.evaluation.rulebook.conftest import EXAMPLES, figures
from tests.long import examples


def values_of(edition: Edition, raw: dict[str, Any]) -> dict[str, Any]:
    return edition.parse_values(raw).values


def test_a_base_that_qualifies_needs_nothing(edition: Edition) -> None:
    found = paths(edition, "computing_hub", values_of(edition, figures("everything_met")))
    assert (found.size, found.count, found.sets) == (0, 1, ((),))
    assert (found.variants, found.qualifying) == (1, 1)


def test_one_more_indicator_is_enough_at_exactly_80(edition: Edition) -> None:
    found = paths(edition, "province", values_of(edition, figures("total_exactly_80")))
    assert (found.size, found.count) == (1, 5)
    assert found.sets == (
        ("industrial_compute_share",),
        ("rd_investment",),
        ("pue",),
        ("egress_bandwidth",),
        ("renewable_ratio",),
    )


def test_a_mandatory_item_is_in_every_set(edition: Edition) -> None:
    found = paths(edition, "city", values_of(edition, figures("fp16_just_short")))
    assert (found.size, found.sets) == (1, (("fp16_peak",),))
    assert found.needed == ("fp16_peak",)


def test_all_missing_proofs_are_in_every_set(edition: Edition) -> None:
    raw = figures("everything_met") | {"access_exchange": False}
    del raw["access_timeliness"]
    found = paths(edition, "computing_hub", values_of(edition, raw))
    assert (found.size, found.sets) == (2, (("access_exchange", "access_timeliness"),))


def test_no_more_than_asked_for_are_listed(edition: Edition) -> None:
    found = paths(edition, "province", {}, most=3)
    assert len(found.sets) == 3
    assert found.count > 3
    assert found.variants == 2**29
    for codes in found.sets:
        card = score(edition, "province", with_met(edition, "province", {}, codes))
        assert card.qualified
        assert len(codes) == found.size


def by_trying(edition: Edition, category: str, values: dict[str, Any]) -> tuple[int, set[Any], int]:
    """Size, sets and number of all qualifying variants, by scoring every one."""
    unmet = [s.code for s in score(edition, category, values).steps if not s.met]
    good = [
        codes
        for size in range(len(unmet) + 1)
        for codes in combinations(unmet, size)
        if score(edition, category, with_met(edition, category, values, codes)).qualified
    ]
    return len(good[0]), {c for c in good if len(c) == len(good[0])}, len(good)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example["name"])
def test_the_sets_are_those_found_by_trying(edition: Edition, example: dict[str, Any]) -> None:
    values = values_of(edition, example["values"])
    for category in ("city", example["category"]):
        found = paths(edition, category, values, most=10**6)
        size, sets, qualifying = by_trying(edition, category, values)
        assert (found.size, set(found.sets), found.qualifying) == (size, sets, qualifying)
        assert found.count == len(sets)


EDITION = load_edition()
LEFT_OUT = st.sets(st.sampled_from([i.code for i in EDITION.indicators]), max_size=8)


@settings(max_examples=examples(30, 0.1), deadline=None)
@given(
    st.sampled_from(CATEGORY_CODES),
    LEFT_OUT,
    st.decimals("0.01", "4.99", places=2),
)
def test_every_total_is_the_scorers(category: str, left_out: set[str], award: Decimal) -> None:
    values: dict[str, Any] = {
        i.code: full_value(i, category) for i in EDITION.indicators if i.code not in left_out
    }
    values["public_service"] = award
    codes, one, totals = every_total(EDITION, category, values)
    assert set(codes) == left_out | {"public_service"}
    assert len(totals) == 2 ** len(codes)
    qualifying = 0
    for index, total in enumerate(totals):
        met = tuple(code for bit, code in enumerate(codes) if index >> bit & 1)
        card = score(EDITION, category, with_met(EDITION, category, values, met))
        assert card.A * one == total
        qualifying += card.qualified
    found = paths(EDITION, category, values)
    assert (found.variants, found.qualifying) == (len(totals), qualifying)


@pytest.mark.parametrize("category", CATEGORY_CODES)
def test_a_full_value_meets_its_requirement(edition: Edition, category: str) -> None:
    values = {i.code: full_value(i, category) for i in edition.indicators}
    assert score(edition, category, values).A == 100
    again = edition.parse_values(edition.dump_values(values))
    assert again.faults == ()


def test_points_of_a_hundred_places_stay_exact(edition: Edition) -> None:
    values: dict[str, Any] = {i.code: full_value(i, "city") for i in edition.indicators}
    values["public_service"] = Decimal("1E-100")
    _, one, totals = every_total(edition, "city", values)
    assert totals == [one * 975 // 10 + one // (2 * 10**100), one * 100]
