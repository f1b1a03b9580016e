"""The record of a draw: its digests, and the proof that it comes out the same again."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evaluation.models import Draw, DrawRound
from evaluation.pool import lottery
from evaluation.pool.exclusions import tickets, told

# Why the walk goes past somebody whom nothing keeps out.
PASSED: dict[str, Any] = {
    "employer": gettext_lazy("与本组成员同一单位"),
    "field": gettext_lazy("所需领域的席位已满"),
}


def digest_of_draw(draw: Draw) -> str:
    """SHA-256 over what the draw was made from."""
    return _digest(
        {
            "id": str(draw.pk),
            "case": draw.evaluation.number,
            "duty": draw.duty,
            "algorithm": draw.algorithm,
            "seed": draw.seed,
            "requirement": draw.requirement,
            "candidates": draw.candidates,
        }
    )


def digest_of_round(made: DrawRound) -> str:
    """SHA-256 over what the round was made from and what came out."""
    return _digest(
        {
            "draw": str(made.draw_id),
            "number": made.number,
            "seats": made.seats,
            "standing": made.standing,
            "barred": made.barred,
            "picks": made.picks,
            "cause": made.cause,
        }
    )


def still_open(draw: Draw, barred: Mapping[str, Any]) -> list[lottery.Ticket]:
    """Those of the frozen list whom nothing keeps out of this round."""
    return [ticket for ticket in tickets(draw.candidates) if str(ticket.id) not in barred]


def drawn_before(draw: Draw) -> list[int]:
    return [pick["id"] for each in draw.rounds.all() for pick in each.picks]


def again(draw: Draw, made: DrawRound) -> list[lottery.Step]:
    """The walk of one round, repeated from the record."""
    employers = [member["employer"] for member in made.standing]
    return lottery.walk(draw.seed, still_open(draw, made.barred), made.seats, employers)


def faults(draw: Draw, audited: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Every place where a repetition differs from what is on record. `audited`: what the audit
    trail says of this draw and its rounds."""
    if draw.algorithm != lottery.ALGORITHM:
        yield f"the algorithm {draw.algorithm} is not known"
        return
    said = list(audited)
    if digest_of_draw(draw) != draw.digest:
        yield "seed, requirement or candidates were altered: the digest differs"
    if not any(data.get("digest") == draw.digest for data in said):
        yield "the audit trail knows no draw with this digest"
    rounds = list(draw.rounds.prefetch_related("assignments"))
    kept = {each.digest for each in rounds}
    if any(data["round_digest"] not in kept for data in said if "round_digest" in data):
        yield "a round that the audit trail tells of is missing, or was altered"
    users = {each["id"]: each["user"] for each in draw.candidates}
    for each in rounds:
        where = f"round {each.number}"
        if digest_of_round(each) != each.digest:
            yield f"{where} was altered: the digest differs"
        if not any(data.get("round_digest") == each.digest for data in said):
            yield f"{where}: the audit trail knows no round with this digest"
        drawn = lottery.picks(again(draw, each))
        if drawn != each.picks:
            yield f"{where} says {_names(draw, each.picks)}; repeated, it is {_names(draw, drawn)}"
        asked = {(row.expert_id, row.seat) for row in each.assignments.all()}
        if asked != {(users.get(pick["id"]), pick["seat"]) for pick in each.picks}:
            yield f"{where}: not those who were drawn were invited"


def _names(draw: Draw, picks: Iterable[Mapping[str, Any]]) -> str:
    named = {each["id"]: each["name"] for each in draw.candidates}
    return ", ".join(f"{named.get(pick['id'], '?')} ({pick['id']})" for pick in picks) or "nobody"


def _digest(content: dict[str, Any]) -> str:
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


# Telling it


def telling(draw: Draw) -> dict[str, Any]:
    """The record as people read it, on the page and on paper, in the language that is active."""
    by_id = {each["id"]: each for each in draw.candidates}
    rounds = [
        _told_round(draw, each, by_id)
        for each in draw.rounds.select_related("made_by", "replaces__expert")
    ]
    taken = {
        step["id"]: each["number"] for each in rounds for step in each["steps"] if step["taken"]
    }
    eligible = lottery.in_order(draw.seed, tickets(draw.candidates))
    return {
        "rounds": rounds,
        "needs": _told_needs(draw.requirement),
        "eligible": [
            {
                **_person(by_id[ticket.id]),
                "place": place,
                "lot": lottery.lot(draw.seed, ticket.id),
                "round": taken.get(ticket.id),
            }
            for place, ticket in enumerate(eligible, start=1)
        ],
        "excluded": [
            {**_person(each), "reasons": [told(reason) for reason in each["reasons"]]}
            for each in draw.candidates
            if each["reasons"]
        ],
    }


def _told_needs(requirement: Mapping[str, Any]) -> list[str]:
    free = requirement["size"] - sum(requirement["fields"].values())
    needs = [f"{count}×{_(field)}" for field, count in requirement["fields"].items() if count]
    return [*needs, f"{free}×{_('不限领域')}"] if free else needs


def _told_round(draw: Draw, made: DrawRound, by_id: Mapping[int, Any]) -> dict[str, Any]:
    replaced = made.replaces
    return {
        "number": made.number,
        "cause": _("已谢绝") if made.cause == "declined" else made.get_cause_display(),
        "replaced": replaced.expert.name if replaced else "",
        # Why somebody recused or declined was told to the secretariat alone.
        "reason": replaced.release_reason if replaced and made.cause == "released" else "",
        "made_at": made.made_at,
        "made_by": made.made_by.name,
        "digest": made.digest,
        "standing": [member["name"] for member in made.standing],
        "steps": [
            {
                **_person(by_id[step.id]),
                "lot": step.lot,
                "taken": step.seat is not None,
                "seat": told_seat(step.seat) if step.seat is not None else "",
                "why": str(PASSED[step.passed]) if step.passed else "",
            }
            for step in again(draw, made)
        ],
        "barred": [
            {
                **_person(by_id[int(pk)]),
                "why": _("；").join(told(reason) for reason in reasons),
            }
            for pk, reasons in made.barred.items()
        ],
    }


def told_seat(seat: str) -> str:
    return _(seat) if seat else _("不限领域")


def _person(frozen: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": frozen["id"],
        "name": frozen["name"],
        "employer": frozen["employer_name"],
        "fields": _("、").join(_(field) for field in frozen["fields"]),
    }
