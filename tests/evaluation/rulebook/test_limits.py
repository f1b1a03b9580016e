"""Exactly at the limit, just below and just above, for 25 indicators in five categories.

The limits stand here a second time on purpose: typed from the printed tables, not from the files
that are tested.
"""

from decimal import Decimal
from typing import Any

import pytest

from evaluation.rulebook import CATEGORY_CODES, Edition, load_edition, plain, score, shortened

D = Decimal
POINTS = {
    "industrial_policy": 5,
    "development_plan": 5,
    "operation_plan": 5,
    "enterprise_count": 25,
    "industrial_compute_share": 15,
    "virtualization": 10,
    "compute_efficiency": 10,
    "public_service": 5,
    "rd_investment": 10,
    "research_level": 10,
    "room_grade": 5,
    "egress_bandwidth": 5,
    "backbone_link": 5,
    "storage_capacity": 5,
    "rack_count": 5,
    "rack_utilization": 5,
    "fp16_peak": 10,
    "energy_metering": 5,
    "operations_monitoring": 5,
    "security_protection": 5,
    "disaster_recovery": 5,
    "pue": 15,
    "renewable_ratio": 5,
    "domestic_compute_share": 15,
    "domestic_consumption_share": 5,
}
# economic region, computing hub, province, city, industry
AT_LEAST = {
    "enterprise_count": (50, 40, 20, 10, 10),
    "industrial_compute_share": (60, 50, 40, 20, 80),
    "compute_efficiency": (150, 150, 100, 50, 50),
    "rd_investment": (1000, 800, 500, 300, 200),
    "egress_bandwidth": (1000, 1000, 500, 100, 100),
    "storage_capacity": (15, 15, 10, 5, 1),
    "rack_count": (3000, 3000, 1500, 500, 300),
    "rack_utilization": (70, 70, 70, 65, 65),
    "fp16_peak": (2000, 2000, 1000, 500, 300),
    "disaster_recovery": (5, 5, 5, 3, 3),
    "renewable_ratio": (20, 80, 10, 5, 5),
    "domestic_compute_share": (70, 70, 70, 70, 70),
    "domestic_consumption_share": (60, 60, 60, 60, 60),
}
BELOW = {"pue": (D("1.25"), D("1.2"), D("1.3"), D("1.5"), D("1.5"))}
LEVELS = {
    "research_level": (
        ("none", "municipal", "provincial", "national"),
        ("national", "national", "provincial", "municipal", "municipal"),
    ),
    "room_grade": (("none", "C", "B", "A"), ("A", "A", "B", "C", "C")),
    "backbone_link": (
        ("none", "municipal", "provincial", "national"),
        ("provincial", "provincial", "provincial", "municipal", "municipal"),
    ),
}
FAULTS_FOUND = (99, 99, 99, 95, 95)
WHOLE = {"enterprise_count", "rack_count", "disaster_recovery"}
TINY = D("1E-20")


def earned(edition: Edition, category: str, code: str, raw: Any) -> tuple[bool, Decimal | None]:
    parsed = edition.parse_values({code: raw})
    assert parsed.faults == ()
    step = score(edition, category, parsed.values).step(code)
    return step.met, step.points


@pytest.mark.parametrize("category", CATEGORY_CODES)
@pytest.mark.parametrize("code", AT_LEAST)
def test_a_lower_limit_is_inclusive(edition: Edition, category: str, code: str) -> None:
    limit = D(AT_LEAST[code][CATEGORY_CODES.index(category)])
    tiny = D(1) if code in WHOLE else TINY
    full = POINTS[code]
    assert earned(edition, category, code, limit) == (True, full)
    assert earned(edition, category, code, limit + tiny) == (True, full)
    assert earned(edition, category, code, limit - tiny) == (False, 0)


@pytest.mark.parametrize("category", CATEGORY_CODES)
def test_pue_is_strict(edition: Edition, category: str) -> None:
    limit = BELOW["pue"][CATEGORY_CODES.index(category)]
    assert earned(edition, category, "pue", limit) == (False, 0)
    assert earned(edition, category, "pue", limit + TINY) == (False, 0)
    assert earned(edition, category, "pue", limit - TINY) == (True, 15)
    assert earned(edition, category, "pue", 1) == (True, 15)


@pytest.mark.parametrize("category", CATEGORY_CODES)
@pytest.mark.parametrize("code", LEVELS)
def test_a_level_or_above(edition: Edition, category: str, code: str) -> None:
    order, needed = LEVELS[code]
    enough = order.index(needed[CATEGORY_CODES.index(category)])
    for rank, level in enumerate(order):
        wanted = (True, POINTS[code]) if rank >= enough else (False, 0)
        assert earned(edition, category, code, level) == wanted


@pytest.mark.parametrize("category", CATEGORY_CODES)
@pytest.mark.parametrize(
    "code", ["industrial_policy", "development_plan", "operation_plan", "public_service"]
)
def test_a_judged_indicator_earns_what_is_awarded(
    edition: Edition, category: str, code: str
) -> None:
    assert earned(edition, category, code, 5) == (True, 5)
    assert earned(edition, category, code, "4.5") == (False, D("4.5"))
    assert earned(edition, category, code, 0) == (False, 0)
    assert edition.parse_values({code: 5 + TINY}).faults != ()


@pytest.mark.parametrize("category", CATEGORY_CODES)
def test_virtualization_needs_all_three(edition: Edition, category: str) -> None:
    code = "virtualization"
    every = ["compute", "storage", "network"]
    assert earned(edition, category, code, every) == (True, 10)
    assert earned(edition, category, code, [*reversed(every), "compute"]) == (True, 10)
    for left_out in every:
        rest = [part for part in every if part != left_out]
        assert earned(edition, category, code, rest) == (False, 0)
    assert earned(edition, category, code, []) == (False, 0)


@pytest.mark.parametrize("category", CATEGORY_CODES)
def test_energy_metering(edition: Edition, category: str) -> None:
    assert earned(edition, category, "energy_metering", True) == (True, 5)
    assert earned(edition, category, "energy_metering", False) == (False, 0)


@pytest.mark.parametrize("category", CATEGORY_CODES)
def test_operations_monitoring_needs_both(edition: Edition, category: str) -> None:
    code = "operations_monitoring"
    limit = D(FAULTS_FOUND[CATEGORY_CODES.index(category)])

    def given(around: bool, rate: Decimal) -> tuple[bool, Decimal | None]:
        raw = {"round_the_clock": around, "fault_discovery_rate": rate}
        return earned(edition, category, code, raw)

    assert given(True, limit) == (True, 5)
    assert given(True, limit + TINY) == (True, 5)
    assert given(True, limit - TINY) == (False, 0)
    assert given(False, D(100)) == (False, 0)
    assert earned(edition, category, code, {"round_the_clock": True}) == (False, 0)
    assert earned(edition, category, code, {"fault_discovery_rate": 100}) == (False, 0)


@pytest.mark.parametrize("category", CATEGORY_CODES)
def test_security_needs_the_assessment_in_two_categories_only(
    edition: Edition, category: str
) -> None:
    code = "security_protection"
    alone = category not in ("economic_region", "computing_hub")
    level_only = (True, 5) if alone else (False, 0)
    for level in (3, 4, 5):
        assert earned(edition, category, code, {"level": level, "assessed": True}) == (True, 5)
        assert earned(edition, category, code, {"level": level, "assessed": False}) == level_only
        assert earned(edition, category, code, {"level": level}) == level_only
    assert earned(edition, category, code, {"level": 2, "assessed": True}) == (False, 0)
    assert earned(edition, category, code, {"assessed": True}) == (False, 0)


def test_every_indicator_of_the_two_tables_is_covered(edition: Edition) -> None:
    rules = [i for i in edition.indicators if i.kind != "proof"]
    assert {i.code: i.points for i in rules} == POINTS
    assert [i.code for i in rules] == list(POINTS)
    assert [i.code for i in rules if i.mandatory] == [
        "enterprise_count",
        "virtualization",
        "fp16_peak",
    ]


@pytest.mark.parametrize("category", CATEGORY_CODES)
@pytest.mark.parametrize(
    ("judged", "total", "qualified"),
    [
        # A2 and A3 are full, so A is half of A1 plus 50: A1 = 60 gives exactly 80.
        (D("0"), D("80"), False),
        (TINY, D("80") + TINY / 2, True),
        (D("0.5"), D("80.25"), True),
    ],
)
def test_the_total_must_be_above_80(
    edition: Edition, category: str, judged: Decimal, total: Decimal, qualified: bool
) -> None:
    values = _just_met(edition, category)
    for code in (
        "industrial_compute_share",
        "compute_efficiency",
        "rd_investment",
        "public_service",
    ):
        del values[code]
    values["public_service"] = judged
    parsed = edition.parse_values(values)
    card = score(edition, category, parsed.values)
    dimensions = [found.points for found in card.dimensions]
    assert dimensions == [60 + judged, 100, 100]
    assert (card.A, card.qualified) == (total, qualified)


@pytest.mark.parametrize(("awarded", "qualified"), [("5", True), ("4.99999999999999999999", False)])
def test_a_dimension_needs_60_inclusive(edition: Edition, awarded: str, qualified: bool) -> None:
    values = _just_met(edition, "city")
    for code in ("industrial_compute_share", "compute_efficiency", "rd_investment"):
        del values[code]
    del values["development_plan"]
    values["industrial_policy"] = awarded
    card = score(edition, "city", edition.parse_values(values).values)
    dimensions = [found.points for found in card.dimensions]
    assert dimensions == [55 + D(awarded), 100, 100]
    limit = edition.qualification.model_copy(update={"total_above": D(79)})
    easier = edition.model_copy(update={"qualification": limit})
    assert score(easier, "city", edition.parse_values(values).values).qualified is qualified


def _just_met(edition: Edition, category: str) -> dict[str, Any]:
    column = CATEGORY_CODES.index(category)
    return {
        **{code: limits[column] for code, limits in AT_LEAST.items()},
        **{code: needed[column] for code, (_, needed) in LEVELS.items()},
        **dict.fromkeys(
            ("industrial_policy", "development_plan", "operation_plan", "public_service"), 5
        ),
        "pue": BELOW["pue"][column] - TINY,
        "virtualization": ["compute", "storage", "network"],
        "energy_metering": True,
        "operations_monitoring": {
            "round_the_clock": True,
            "fault_discovery_rate": FAULTS_FOUND[column],
        },
        "security_protection": {"level": 3, "assessed": True},
        **{i.code: True for i in edition.indicators if i.kind == "proof"},
    }


@pytest.mark.parametrize("category", CATEGORY_CODES)
def test_everything_just_met_is_100(edition: Edition, category: str) -> None:
    card = score(edition, category, edition.parse_values(_just_met(edition, category)).values)
    assert (card.A1, card.A2, card.A3, card.A, card.qualified) == (100, 100, 100, 100, True)


@pytest.mark.parametrize("left_out", range(4))
def test_three_of_the_four_proofs_are_worth_nothing(edition: Edition, left_out: int) -> None:
    values = _just_met(edition, "province")
    proofs = [i.code for i in edition.indicators if i.kind == "proof"]
    values[proofs[left_out]] = False
    card = score(edition, "province", edition.parse_values(values).values)
    assert (card.A3, card.A, card.qualified) == (0, 80, False)
    assert card.dimensions[2].failed == (proofs[left_out],)


def test_a_shortened_number_never_crosses_a_limit() -> None:
    """Four decimals are shown, cut off; so no limit may have more."""
    shown = {"78.9999999": "78.9999", "79": "79", "1.219381": "1.2193", "0.00001": "0.00001"}
    assert {text: shortened(Decimal(text)) for text in shown} == shown
    limits = [
        Decimal(str(limit))
        for indicator in load_edition("2024").indicators
        for code in CATEGORY_CODES
        for limit in [indicator.requirement(code).limit]
        if isinstance(limit, Decimal)
    ]
    assert len(limits) > 50
    assert [limit for limit in limits if shortened(limit) != plain(limit)] == []
