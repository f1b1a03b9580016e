"""The order of a draw, and who is taken: a pure function of what the record holds.

Algorithm "sha256-order/1":

1. Each expert gets a lot: the SHA-256 of "<seed>:<number of the expert's record>" as UTF-8, in hex.
   The experts stand in the order of their lots.
2. The order is walked from its beginning. An expert is taken when the team can still be completed
   with this expert on it: every seat filled by someone of its field ("" is filled by anybody), no
   two of one employer, nobody of an employer that is on the team already. Otherwise the expert is
   passed over. The walk ends when every seat has its expert.
3. Those taken are given their seats one after the other, each the first seat that is open to the
   expert, moving earlier ones to another seat of theirs where that is needed.

So for one seat it is the first in the order who fits; and a rare field never stays empty because
its only expert was used up for a common one. Nothing else enters: no clock, no database, no order
of rows. Whoever has the record can repeat it by hand.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

ALGORITHM = "sha256-order/1"
ANY = ""  # a seat for an expert of whatever field


@dataclass(frozen=True)
class Ticket:
    """One expert in the draw: number of the record, employer, fields."""

    id: int
    employer: str
    fields: frozenset[str]

    def fits(self, seat: str) -> bool:
        return seat == ANY or seat in self.fields


@dataclass(frozen=True)
class Step:
    """One expert of the walk: taken for a seat, or passed over ("employer" or "field")."""

    id: int
    lot: str
    seat: str | None = None
    passed: str = ""


def lot(seed: str, expert: int) -> str:
    """By what an expert stands in the order."""
    return hashlib.sha256(f"{seed}:{expert}".encode()).hexdigest()


def in_order(seed: str, tickets: Iterable[Ticket]) -> list[Ticket]:
    return sorted(tickets, key=lambda ticket: (lot(seed, ticket.id), ticket.id))


def walk(
    seed: str, tickets: Iterable[Ticket], seats: Sequence[str], standing: Iterable[str]
) -> list[Step]:
    """The walk through the order until every seat is filled. `standing`: employers on the team.
    Call `lacking` first: where seats cannot be filled, nobody at all is taken."""
    waiting = in_order(seed, tickets)
    taken: list[Ticket] = []
    steps: list[tuple[Ticket, str]] = []
    on_team = set(standing)
    while waiting and len(taken) < len(seats):
        ticket = waiting.pop(0)
        passed = ""
        if ticket.employer in on_team:
            passed = "employer"
        elif not _filled([*taken, ticket], waiting, seats, on_team):
            passed = "field"
        else:
            taken.append(ticket)
            on_team.add(ticket.employer)
        steps.append((ticket, passed))
    given = _seats_of(taken, seats)
    return [
        Step(ticket.id, lot(seed, ticket.id), given.get(ticket.id), passed)
        for ticket, passed in steps
    ]


def picks(steps: Iterable[Step]) -> list[dict[str, Any]]:
    """Who was taken, as it is recorded."""
    return [{"id": step.id, "seat": step.seat} for step in steps if step.seat is not None]


def lacking(
    tickets: Iterable[Ticket], seats: Sequence[str], standing: Iterable[str]
) -> dict[str, int]:
    """How many experts each field lacks, so that the seats can be filled; empty: none."""
    on_team = set(standing)
    rest = sorted(
        (ticket for ticket in tickets if ticket.employer not in on_team),
        key=lambda ticket: ticket.id,
    )
    matched = _match(_employers(rest), seats)
    short: dict[str, int] = {}
    for number, seat in enumerate(seats):
        if number not in matched:
            short[seat] = short.get(seat, 0) + 1
    return short


def _filled(
    taken: Sequence[Ticket], waiting: Iterable[Ticket], seats: Sequence[str], on_team: set[str]
) -> bool:
    """Whether those taken all have a seat, and those waiting can fill the others."""
    used = on_team | {ticket.employer for ticket in taken}
    rest = [ticket for ticket in waiting if ticket.employer not in used]
    nodes = [(ticket.employer, [ticket]) for ticket in taken]
    matched = _match(nodes, seats)
    if len(matched) < len(taken):
        return False
    return len(_match([*nodes, *_employers(rest)], seats)) == len(seats)


Node = tuple[str, list[Ticket]]  # an employer with those of it who could serve: one of them may


def _employers(tickets: Iterable[Ticket]) -> list[Node]:
    found: dict[str, list[Ticket]] = {}
    for ticket in tickets:
        found.setdefault(ticket.employer, []).append(ticket)
    return list(found.items())


def _match(nodes: Sequence[Node], seats: Sequence[str]) -> dict[int, int]:
    """The most seats that can be filled at once: seat → node, both by place. Whoever has a seat
    once keeps one (augmenting paths)."""
    open_to = [
        [place for place, seat in enumerate(seats) if any(ticket.fits(seat) for ticket in members)]
        for _employer, members in nodes
    ]
    node_of: dict[int, int] = {}

    def give(node: int, tried: set[int]) -> bool:
        for place in open_to[node]:
            if place in tried:
                continue
            tried.add(place)
            if place not in node_of or give(node_of[place], tried):
                node_of[place] = node
                return True
        return False

    for number in range(len(nodes)):
        if len(node_of) == len(seats):
            break
        give(number, set())
    return node_of


def _seats_of(taken: Sequence[Ticket], seats: Sequence[str]) -> dict[int, str]:
    matched = _match([(ticket.employer, [ticket]) for ticket in taken], seats)
    return {taken[node].id: seats[place] for place, node in matched.items()}


def seats_for(size: int, fields: Mapping[str, int]) -> list[str]:
    """One seat for each required expert of a field, the rest for anybody."""
    named = [field for field, count in sorted(fields.items()) for _nth in range(count)]
    return named + [ANY] * (size - len(named))
