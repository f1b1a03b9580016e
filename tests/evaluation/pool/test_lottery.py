"""The order of a draw and who is taken: the same from the same record, and always a whole team."""

import hashlib
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.pool.lottery import Ticket, in_order, lacking, lot, picks, seats_for, walk

SEED = "00" * 32
FIELDS = ["电力", "网络", "安全"]


def ticket(number: int, fields: str = "", employer: str = "") -> Ticket:
    return Ticket(number, employer or f"employer-{number}", frozenset(fields.split()))


def drawn(seed, tickets, seats, standing=()):
    return picks(walk(seed, tickets, seats, standing))


@st.composite
def pools(draw):
    """Up to eight experts of a few employers and fields, and up to four seats."""
    count = draw(st.integers(0, 8))
    tickets = [
        Ticket(
            number,
            f"employer-{draw(st.integers(0, 5))}",
            frozenset(draw(st.sets(st.sampled_from(FIELDS)))),
        )
        for number in range(1, count + 1)
    ]
    seats = draw(st.lists(st.sampled_from([*FIELDS, ""]), min_size=1, max_size=4))
    return tickets, seats


seeds = st.binary(min_size=32, max_size=32).map(bytes.hex)


def whole_team_exists(tickets, seats):
    """By trying everything."""
    return any(
        len({each.employer for each in team}) == len(seats)
        and all(each.fits(seat) for each, seat in zip(team, seats, strict=True))
        for team in permutations(tickets, len(seats))
    )


def test_a_lot_is_the_hash_that_anybody_can_make():
    assert lot("ab", 7) == hashlib.sha256(b"ab:7").hexdigest()


def test_a_worked_example():
    """The lots of 1 to 5 under this seed begin with ac, 3f, 0c, 65 and 9c or the like: computed
    here by hand, the order follows, and the first of each needed field is taken."""
    tickets = [
        ticket(1, "电力"),
        ticket(2, "安全"),
        ticket(3, "电力"),
        ticket(4),
        ticket(5, "安全"),
    ]
    by_hand = sorted(range(1, 6), key=lambda n: hashlib.sha256(f"{SEED}:{n}".encode()).hexdigest())
    assert [each.id for each in in_order(SEED, tickets)] == by_hand
    first_power = next(n for n in by_hand if n in (1, 3))
    first_security = next(n for n in by_hand if n in (2, 5))
    got = drawn(SEED, tickets, ["安全", "电力"])
    assert {(pick["id"], pick["seat"]) for pick in got} == {
        (first_power, "电力"),
        (first_security, "安全"),
    }


def test_the_only_expert_of_a_rare_field_is_kept_for_it():
    """Whatever the order: 1 alone knows 安全, and may not be used up as the one for 电力."""
    tickets = [ticket(1, "电力 安全"), ticket(2, "电力"), ticket(3, "电力")]
    for number in range(50):
        got = drawn(f"{number:064}", tickets, ["电力", "安全"])
        assert {pick["seat"]: pick["id"] for pick in got}["安全"] == 1


def test_of_one_employer_one_serves():
    tickets = [ticket(1, employer="甲"), ticket(2, employer="甲"), ticket(3, employer="乙")]
    for number in range(20):
        got = {pick["id"] for pick in drawn(f"{number:064}", tickets, ["", ""])}
        assert got in ({1, 3}, {2, 3})
    assert lacking(tickets, ["", "", ""], []) == {"": 1}
    assert lacking(tickets, [""], ["甲", "乙"]) == {"": 1}


def test_each_has_the_same_chance():
    """10 000 seeds, one seat, four experts: each is taken a quarter of the time, within 5 standard
    deviations (43 of 2 500)."""
    tickets = [ticket(number) for number in range(1, 5)]
    times = dict.fromkeys(range(1, 5), 0)
    for number in range(10_000):
        times[in_order(f"{number:064}", tickets)[0].id] += 1
    assert all(abs(count - 2500) < 5 * 43.3 for count in times.values()), times


def test_too_few_says_which_field_lacks_how_many():
    tickets = [ticket(1, "电力"), ticket(2, "电力"), ticket(3)]
    assert lacking(tickets, seats_for(4, {"电力": 3}), []) == {"电力": 1}
    assert lacking(tickets, seats_for(3, {"安全": 2}), []) == {"安全": 2}
    assert lacking([], seats_for(2, {"安全": 1}), []) == {"安全": 1, "": 1}
    assert lacking(tickets, seats_for(3, {"电力": 2}), []) == {}


@given(pools(), seeds)
def test_a_team_is_drawn_whenever_there_is_one_and_it_is_whole(pool, seed):
    tickets, seats = pool
    by_id = {each.id: each for each in tickets}
    assert (lacking(tickets, seats, []) == {}) == whole_team_exists(tickets, seats)
    if lacking(tickets, seats, []):
        return
    got = drawn(seed, tickets, seats)
    assert sorted(pick["seat"] for pick in got) == sorted(seats)
    assert all(by_id[pick["id"]].fits(pick["seat"]) for pick in got)
    assert len({by_id[pick["id"]].employer for pick in got}) == len(seats)


@given(pools(), seeds, st.randoms())
def test_neither_the_order_of_rows_nor_a_second_run_changes_anything(pool, seed, chance):
    tickets, seats = pool
    if lacking(tickets, seats, []):
        return
    shuffled = list(tickets)
    chance.shuffle(shuffled)
    assert walk(seed, shuffled, seats, []) == walk(seed, tickets, seats, [])


@given(pools(), seeds)
def test_whoever_stands_earlier_and_fits_is_never_passed_over_for_one_seat(pool, seed):
    tickets, seats = pool
    seat = seats[0]
    fitting = [each for each in in_order(seed, tickets) if each.fits(seat)]
    if fitting:
        assert drawn(seed, tickets, [seat]) == [{"id": fitting[0].id, "seat": seat}]


def test_ten_thousand_experts_are_no_burden():
    tickets = [ticket(number, FIELDS[number % 3]) for number in range(10_000)]
    got = drawn(SEED, tickets, seats_for(15, {"电力": 5, "安全": 5}))
    assert len(got) == 15


@pytest.mark.parametrize(
    ("size", "fields", "seats"),
    [
        (2, {}, ["", ""]),
        (3, {"电力": 2}, ["电力", "电力", ""]),
        (2, {"网络": 1, "安全": 1}, ["安全", "网络"]),
    ],
)
def test_seats(size, fields, seats):
    assert seats_for(size, fields) == seats
