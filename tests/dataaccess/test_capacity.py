"""Which bases could take a task: what fits, in which order, and what the distance is taken for."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dataaccess import capacity, regions
from dataaccess.capacity import Need, Offer
from dataaccess.cards import Card, CardsWanted, is_model
from dataaccess.distance import Point, kilometres, read_location, round_trip_ms, seat_of
from dataaccess.shapes import tables

TODAY = date(2026, 7, 26)
BEIJING, GUIYANG = Point(116.41, 39.90), Point(106.63, 26.65)
NOTHING = {pair.key: 0 for pair in tables.PAIRS}


def offer(code: str, **changes: Any) -> Offer:
    idle = {
        "gpu": 100,
        "npu": 90,
        "fp16": 100,
        "memory": 1000,
        "uplink_bandwidth": 50,
        "downlink_bandwidth": 40,
        **changes.pop("idle", {}),
    }
    given = {"province": "370000", "day": TODAY, "point": None, **changes}
    return Offer(code, idle=NOTHING | idle, **given)


def order(need: Need, *offers: Offer) -> tuple[list[str], list[str]]:
    found = capacity.find(need, offers, TODAY)
    return [m.offer.code for m in found.fits], [m.offer.code for m in found.lacking]


@pytest.mark.parametrize(
    ("need", "fits"),
    [
        (Need("gpu", 100), True),
        (Need("gpu", 101), False),
        (Need("dpu", 1), False),
        (Need("fp16", 100), True),
        (Need("gpu", 1, memory=1000), True),
        (Need("gpu", 1, memory=1001), False),
        # The smaller direction limits.
        (Need("gpu", 1, bandwidth=40), True),
        (Need("gpu", 1, bandwidth=41), False),
        (Need("gpu", 1, provinces=frozenset({"370000", "110000"})), True),
        (Need("gpu", 1, provinces=frozenset({"110000"})), False),
        # One kind has to do it: 100 of GPU and 90 of NPU are not 190.
        (Need("gpu_or_npu", 100), True),
        (Need("gpu_or_npu", 101), False),
        # Nothing is known of where the base lies, nor of its cards.
        (Need("gpu", 1, origin=BEIJING, distance_km=20_000), False),
        (Need("gpu", 1, cards=CardsWanted(domestic=True)), False),
        (Need("gpu", 1, origin=BEIJING, latency_ms=10_000), False),
        (Need("gpu", 1, origin=BEIJING), True),
    ],
)
def test_every_amount_has_its_edge(need: Need, fits: bool) -> None:
    assert order(need, offer("a")) == ((["a"], []) if fits else ([], ["a"]))


def test_announced_downtime_keeps_a_base_out_until_it_ends() -> None:
    need = Need("gpu", 1)
    assert order(need, offer("a", down_until=TODAY)) == ([], ["a"])
    assert order(need, offer("a", down_until=TODAY - timedelta(days=1))) == (["a"], [])


def test_fresh_figures_come_before_old_ones_however_much_is_idle() -> None:
    rich = offer("rich", day=TODAY - timedelta(days=2), idle={"gpu": 10_000})
    yesterday = offer("yesterday", day=TODAY - timedelta(days=1))
    assert order(Need("gpu", 100), rich, yesterday) == (["yesterday", "rich"], [])


def test_the_nearer_one_comes_first_where_an_origin_is_given() -> None:
    near, far = offer("z-near", point=BEIJING), offer("far", point=GUIYANG, idle={"gpu": 10_000})
    unknown = offer("unknown", idle={"gpu": 10_000})
    assert order(Need("gpu", 50, origin=BEIJING), far, unknown, near)[0] == [
        "z-near",
        "far",
        "unknown",
    ]
    assert order(Need("gpu", 50), far, near)[0] == ["far", "z-near"]


def test_latency_is_a_limit_from_both_sides() -> None:
    least = round_trip_ms(kilometres(BEIJING, GUIYANG))
    assert 25 < least < 27
    there = offer("a", point=GUIYANG)
    assert order(Need("gpu", 1, origin=BEIJING, latency_ms=27), there) == (["a"], [])
    assert order(Need("gpu", 1, origin=BEIJING, latency_ms=25), there) == ([], ["a"])


def test_distance_is_a_limit_from_both_sides() -> None:
    km = kilometres(BEIJING, GUIYANG)
    assert 1728 < km < 1729
    there = offer("a", point=GUIYANG)
    assert order(Need("gpu", 1, origin=BEIJING, distance_km=1729), there) == (["a"], [])
    assert order(Need("gpu", 1, origin=BEIJING, distance_km=1728), there) == ([], ["a"])


HOME, AWAY = (
    Card("示例国产智算卡 D1", 100, Decimal("400"), True),
    Card("示例智算卡 X2", 10, Decimal("1000"), False),
)


@pytest.mark.parametrize(
    ("pflops", "wanted", "fits"),
    [
        # 100 cards of 400 TFLOPS are 40 PFLOPS, 10 of 1,000 are 10.
        (40, CardsWanted(domestic=True), True),
        (41, CardsWanted(domestic=True), False),
        (50, CardsWanted(model="智算卡"), True),
        (51, CardsWanted(model="智算卡"), False),
        (10, CardsWanted(model="x2"), True),
        (10, CardsWanted(model="卡Ｘ２"), True),
        (11, CardsWanted(model="X2"), False),
        (1, CardsWanted(model="X2", domestic=True), False),
        (1, CardsWanted(model="910B"), False),
        (100, CardsWanted(), True),
    ],
)
def test_the_declared_cards_have_to_suffice(pflops: int, wanted: CardsWanted, fits: bool) -> None:
    found = capacity.find(
        Need("gpu", pflops, cards=wanted), [offer("a", cards=(HOME, AWAY))], TODAY
    )
    assert [match.offer.code for match in found.fits] == (["a"] if fits else [])
    assert found.excluded().cards == (0 if fits else 1)


def test_every_condition_counts_for_itself() -> None:
    need = Need(
        "gpu", 101, origin=BEIJING, distance_km=100, latency_ms=1, cards=CardsWanted(domestic=True)
    )
    found = capacity.find(need, [offer("a", point=GUIYANG, cards=(AWAY,))], TODAY).excluded()
    assert (found.amounts, found.cards, found.beyond, found.too_far) == (1, 1, 1, 1)
    assert (found.elsewhere, found.down) == (0, 0)


def test_what_may_be_a_part_of_a_models_name() -> None:
    given = ("910B", "昇腾 910B", " Ａ１００", "H100-SXM (80GB)", "", "  ", "\t", "a\nb", "a\n")
    assert [text for text in given if is_model(text)] == list(given[:4])


def test_without_a_distance_the_largest_reserve_of_the_tightest_resource_wins() -> None:
    need = Need("gpu", 50, memory=900)
    much_memory = offer("b", idle={"gpu": 80, "memory": 9000})
    much_gpu = offer("a", idle={"gpu": 1000, "memory": 1000})
    assert order(need, much_gpu, much_memory)[0] == ["b", "a"]
    found = capacity.find(need, [much_gpu], TODAY).fits[0]
    assert (found.tightest.resource, found.tightest.left) == ("memory", 100)


def test_those_that_lack_come_by_how_little_they_lack() -> None:
    need = Need("gpu", 200, memory=2000)
    assert order(
        need,
        offer("both"),
        offer("almost", idle={"gpu": 190, "memory": 5000}),
        offer("half", idle={"gpu": 100, "memory": 5000}),
    ) == ([], ["almost", "half", "both"])


@given(
    st.lists(
        st.tuples(st.integers(0, 500), st.integers(0, 500), st.integers(0, 5)),
        max_size=8,
    ),
    st.randoms(use_true_random=False),
)
def test_the_answer_does_not_hang_on_the_order_of_the_bases(
    rows: list[tuple[int, int, int]], chance: Any
) -> None:
    offers = [
        offer(f"b{n}", idle={"gpu": gpu, "memory": memory}, day=TODAY - timedelta(days=age))
        for n, (gpu, memory, age) in enumerate(rows)
    ]
    need = Need("gpu", 200, memory=100)
    fits, lacking = order(need, *offers)
    assert sorted([*fits, *lacking]) == [each.code for each in offers]
    assert set(fits) == {f"b{n}" for n, row in enumerate(rows) if row[0] >= 200 and row[1] >= 100}
    chance.shuffle(offers)
    assert order(need, *offers) == (fits, lacking)


def test_distances_on_the_globe() -> None:
    # A degree of latitude is some 111 km, wherever one stands.
    assert round(kilometres(Point(100, 30), Point(100, 31))) == 111
    assert round(kilometres(Point(100, 0), Point(101, 0))) == 111
    assert round(kilometres(Point(100, 60), Point(101, 60))) == 56
    assert kilometres(BEIJING, BEIJING) == 0
    # 1,000 km of straight line are 1,500 km of fibre, there and back at 200 km a millisecond.
    assert round_trip_ms(1000) == 15


def test_locations_are_read_and_every_province_has_its_seat() -> None:
    assert read_location("116.43351,39.90851") == Point(116.43351, 39.90851)
    assert [read_location(text) for text in ("", "116.4", "a,b")] == [None, None, None]
    assert [region.code for region in regions.provinces() if seat_of(region.code) is None] == []


def test_the_areas_are_provinces_of_the_edition() -> None:
    assert {code for area in capacity.REGIONS.values() for code in area} <= {
        region.code for region in regions.provinces()
    }
