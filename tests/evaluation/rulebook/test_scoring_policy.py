"""The switches of clause 9, experts' points, and independence from the caller's decimal context."""

from decimal import Context, Decimal, localcontext
from typing import get_args

import pytest

from evaluation.rulebook import Edition, aggregate, aggregation_name, plain, score, spread
from tests.evaluation.rulebook.conftest import figures

D = Decimal


def with_policy(edition: Edition, **changes: object) -> Edition:
    return edition.model_copy(update={"policy": edition.policy.model_copy(update=changes)})


def test_judged_points_can_be_made_all_or_nothing(edition: Edition) -> None:
    strict = with_policy(edition, partial_points=False)
    values = edition.parse_values({"industrial_policy": "4.5", "development_plan": 5}).values
    assert score(edition, "city", values).dimensions[0].earned == D("9.5")
    assert score(strict, "city", values).dimensions[0].earned == 5


@pytest.mark.parametrize(
    ("method", "awards", "result"),
    [
        ("mean", ["4.5"], "4.5"),
        ("mean", ["4", "4.5"], "4.25"),
        ("mean", ["4", "4", "5"], "4.33"),
        ("mean", ["4.005"], "4.01"),
        ("median", ["5", "1", "4"], "4"),
        ("median", ["5", "1", "4", "3"], "3.5"),
        ("trimmed_mean", ["5", "0", "4", "3"], "3.5"),
        ("trimmed_mean", ["5", "0"], "2.5"),
        ("trimmed_mean", ["5", "5", "0"], "5"),
    ],
)
def test_experts_points_become_one(
    edition: Edition, method: str, awards: list[str], result: str
) -> None:
    chosen = with_policy(edition, aggregation=method)
    assert aggregate(chosen, [D(award) for award in awards]) == D(result)


def test_no_awards_are_no_result(edition: Edition) -> None:
    with pytest.raises(ValueError, match="no awards"):
        aggregate(edition, [])
    with pytest.raises(ValueError, match="no awards"):
        spread(edition, edition.indicator("public_service"), [])


def test_every_way_to_combine_points_has_its_name(edition: Edition) -> None:
    methods = get_args(type(edition.policy).model_fields["aggregation"].annotation)
    assert [(aggregation_name(m), aggregation_name(m, "en")) for m in methods] == [
        ("算术平均", "arithmetic mean"),
        ("中位数", "median"),
        ("去掉一个最高分和一个最低分后的算术平均", "mean without one highest and one lowest"),
    ]


@pytest.mark.parametrize(
    ("awards", "ends", "far"),
    [
        # A fifth of five points is one: exactly one away is not far.
        (["4", "5", "3"], ("3", "4", "5"), [False, False, False]),
        (["4", "5", "2.5"], ("2.5", "4", "5"), [False, False, True]),
        (["4.5", "2"], ("2", "3.25", "4.5"), [True, True]),
        (["3"], ("3", "3", "3"), [False]),
        (["0", "4", "4", "4.5"], ("0", "4", "4.5"), [True, False, False, False]),
    ],
)
def test_the_spread_names_who_is_far_from_the_median(
    edition: Edition, awards: list[str], ends: tuple[str, str, str], far: list[bool]
) -> None:
    found = spread(edition, edition.indicator("public_service"), [D(award) for award in awards])
    assert (found.lowest, found.median, found.highest) == tuple(D(end) for end in ends)
    assert list(found.far) == far


def test_an_expert_awards_in_steps_of_a_half(edition: Edition) -> None:
    indicator = edition.indicator("public_service")
    assert indicator.parse_award("4.5") == (D("4.5"), [])
    value, faults = indicator.parse_award("4.3", "public_service")
    assert value is None
    assert [str(fault) for fault in faults] == [
        'public_service: 应为以0.5分为一档的分数，实际为字符串"4.3" '
        '(expected points in steps of 0.5, got the string "4.3")'
    ]
    assert indicator.parse_award("5.5")[0] is None
    with pytest.raises(ValueError, match="pue is not judged"):
        edition.indicator("pue").parse_award("1")


def test_the_callers_context_changes_nothing(edition: Edition) -> None:
    raw = figures("just_qualifies") | {"public_service": "0.123456789012345678901234567890123"}
    expected = score(edition, "economic_region", edition.parse_values(raw).values).as_json()
    assert expected["A1"] == "85.123456789012345678901234567890123"
    with localcontext(Context(prec=3)):
        again = score(edition, "economic_region", edition.parse_values(raw).values).as_json()
    assert again == expected


def test_an_unknown_category_is_refused(edition: Edition) -> None:
    with pytest.raises(ValueError, match="unknown category 'town'"):
        score(edition, "town", {})


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("0", "0"),
        ("-0.00", "0"),
        ("0E+5", "0"),
        ("1E+2", "100"),
        ("100.0", "100"),
        ("80.50", "80.5"),
        ("-1.10", "-1.1"),
        ("5E-7", "0.0000005"),
        ("1E+60", "1" + "0" * 60),
        ("1E+400", "1E+400"),
        ("-1E-400", "-1E-400"),
        ("1" * 300, "≈1.1111111111111111111E+299"),
    ],
)
def test_numbers_are_plain(number: str, text: str) -> None:
    assert plain(D(number)) == text
