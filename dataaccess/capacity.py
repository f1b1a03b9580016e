"""Which bases could take a computing task from what is idle (3.8, 3.9: 统一调度), in an order that
can be explained. Advice to people, from figures that bases reported once a day. Pure: no
framework, no database, no clock."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from dataaccess.cards import ANY_CARDS, Card, CardsWanted
from dataaccess.distance import Point, kilometres, round_trip_ms

# What computes: the kinds of Table B.1; fp16 is the sum, whatever the kind.
ACCELERATORS = ("fp16", "gpu", "npu", "gpu_or_npu", "dpu", "fpga", "asic")
# What any one of several kinds may do: a task runs on one kind, so they are not added up.
EITHER = {"gpu_or_npu": ("gpu", "npu")}
# Bases report once a day (8.4.4 a): figures older than yesterday's have missed a day.
FRESH_DAYS = 1
# The areas that 3.8 names, as provinces of GB/T 2260.
REGIONS: dict[str, tuple[str, ...]] = {
    "jing_jin_ji": ("110000", "120000", "130000"),
    "yangtze_delta": ("310000", "320000", "330000", "340000"),
    "greater_bay_area": ("440000", "810000", "820000"),
    "cheng_yu": ("500000", "510000"),
}


@dataclass(frozen=True, slots=True)
class Need:
    """What a task asks for. Amounts in the units of Table B.1: PFLOPS, GB, GB, Mbps, cores; 0
    asks for nothing. Without provinces any will do; latency is the round trip from `origin`,
    distance the straight line to it."""

    accelerator: str
    pflops: int
    memory: int = 0
    storage: int = 0
    bandwidth: int = 0
    cpu_cores: int = 0
    provinces: frozenset[str] = frozenset()
    origin: Point | None = None
    latency_ms: int | None = None
    distance_km: int | None = None
    cards: CardsWanted = ANY_CARDS

    def amounts(self) -> dict[str, int]:
        """What is asked for of each resource, in the order in which it is told."""
        asked = {
            self.accelerator: self.pflops,
            "memory": self.memory,
            "storage": self.storage,
            "bandwidth": self.bandwidth,
            "cpu_cores": self.cpu_cores,
        }
        return {key: amount for key, amount in asked.items() if amount}


@dataclass(frozen=True, slots=True)
class Offer:
    """A base with what it last reported as idle. `seat` says that `point` is the province's seat, for
    no other place is known; `astray` that one was reported, far from the province. `cards`: as declared; None where no list was. `in_doubt`: the
    resources whose figures the base was asked about; an empty one stands for all 24 figures."""

    code: str
    province: str
    day: date
    idle: Mapping[str, int]
    point: Point | None = None
    seat: bool = False
    astray: bool = False
    down_until: date | None = None
    cards: tuple[Card, ...] | None = None
    in_doubt: tuple[str, ...] = ()

    def idle_of(self, resource: str) -> int:
        """Bandwidth counts in both directions: the smaller one limits."""
        if resource == "bandwidth":
            return min(self.idle["uplink_bandwidth"], self.idle["downlink_bandwidth"])
        return self.idle[self.kind_for(resource)]

    def kind_for(self, resource: str) -> str:
        """What is counted for a resource: of several kinds that will do, the one with the most."""
        return max(EITHER.get(resource, (resource,)), key=lambda kind: self.idle[kind])


@dataclass(frozen=True, slots=True)
class Check:
    """One amount against what is idle."""

    resource: str
    need: int
    have: int

    @property
    def met(self) -> bool:
        return self.have >= self.need

    @property
    def left(self) -> int:
        """What would be left; negative: what lacks."""
        return self.have - self.need

    @property
    def taken(self) -> Fraction:
        """The share of what is idle that the task would take; above 1 it does not fit."""
        return Fraction(self.need, self.have) if self.have else Fraction(2)


@dataclass(frozen=True, slots=True)
class Match:
    """A base held against a need. Each of the flags keeps it from taking the task. `cards`: those
    that the task may run on, where it asks for some."""

    offer: Offer
    checks: tuple[Check, ...]
    age: int  # days since the day of the report
    km: float | None = None
    elsewhere: bool = False
    too_far: bool = False
    beyond: bool = False
    down: bool = False
    cards_lack: bool = False
    cards: tuple[Card, ...] = ()

    @property
    def fits(self) -> bool:
        return self.faults == 0

    @property
    def fresh(self) -> bool:
        return self.age <= FRESH_DAYS

    @property
    def tightest(self) -> Check:
        """The resource of which the task would take the largest share."""
        return max(self.checks, key=lambda check: check.taken)

    @property
    def latency_ms(self) -> float | None:
        return None if self.km is None else round_trip_ms(self.km)

    @property
    def faults(self) -> int:
        return sum(not check.met for check in self.checks) + sum(
            (self.elsewhere, self.too_far, self.beyond, self.down, self.cards_lack)
        )

    @property
    def cards_pflops(self) -> Decimal:
        """The FP16 peak, as declared, of the cards that the task may run on."""
        return sum((card.pflops for card in self.cards), Decimal())


@dataclass(frozen=True, slots=True)
class Excluded:
    """How many bases each condition keeps from taking the task. One may fail several."""

    amounts: int = 0
    cards: int = 0
    elsewhere: int = 0
    beyond: int = 0
    too_far: int = 0
    down: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """Bases that could take the task, the best first; and those that could not, the nearest to
    it first."""

    fits: list[Match] = field(default_factory=list)
    lacking: list[Match] = field(default_factory=list)

    def excluded(self) -> Excluded:
        return Excluded(
            amounts=sum(any(not check.met for check in each.checks) for each in self.lacking),
            cards=sum(each.cards_lack for each in self.lacking),
            elsewhere=sum(each.elsewhere for each in self.lacking),
            beyond=sum(each.beyond for each in self.lacking),
            too_far=sum(each.too_far for each in self.lacking),
            down=sum(each.down for each in self.lacking),
        )


def find(need: Need, offers: Iterable[Offer], today: date) -> Answer:
    """Hold every offer against the need.

    The order of those that fit: figures of today or yesterday before older ones; where an origin
    is given the nearer one, by whole milliseconds; then the one whose tightest resource keeps
    the most in reserve; then by code. The others: fewest faults, then the least that lacks."""
    matches = [_held_against(need, offer, today) for offer in offers]
    return Answer(
        fits=sorted((match for match in matches if match.fits), key=_best_first),
        lacking=sorted(
            (match for match in matches if not match.fits),
            key=lambda match: (match.faults, *_best_first(match)),
        ),
    )


def _held_against(need: Need, offer: Offer, today: date) -> Match:
    km = (
        kilometres(need.origin, offer.point)
        if need.origin is not None and offer.point is not None
        else None
    )
    too_far = need.latency_ms is not None and (km is None or round_trip_ms(km) > need.latency_ms)
    cards = need.cards.among(offer.cards or ()) if need.cards else ()
    match = Match(
        offer,
        tuple(Check(key, asked, offer.idle_of(key)) for key, asked in need.amounts().items()),
        age=max(0, (today - offer.day).days),
        km=km,
        elsewhere=bool(need.provinces) and offer.province not in need.provinces,
        too_far=too_far,
        beyond=need.distance_km is not None and (km is None or km > need.distance_km),
        down=offer.down_until is not None and offer.down_until >= today,
        cards=cards,
    )
    # How many of the cards are idle nobody reports; less than the task needs in all cannot do.
    if need.cards and match.cards_pflops < need.pflops:
        return replace(match, cards_lack=True)
    return match


def _best_first(match: Match) -> tuple[bool, bool, int, Fraction, str]:
    return (
        not match.fresh,
        match.latency_ms is None,
        round(match.latency_ms or 0),
        match.tightest.taken,
        match.offer.code,
    )
