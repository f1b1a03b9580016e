"""Whether one wins of twenty who do the same or opposite things at one moment, in each of so many
rounds, on a real PostgreSQL. The pairs are in race_pairs.py."""

from collections.abc import Callable

from tests import services
from tools.trust import inside


def trial(rounds: int, say: Callable[[str], None]) -> list[str]:
    """What is wrong, each with the name of its pair."""
    with services.postgres() as server, services.new_database(server) as url:
        told = inside.run("race_pairs", url, str(rounds))
    for name, pair in told.items():
        ends = "; ".join(f"{times} times {end}" for end, times in pair["ends"].items())
        say(f"{name}: {rounds} rounds in {pair['seconds']} s, {len(pair['ends'])} ends: {ends}")
    faults = [f"{name}: {fault}" for name, pair in told.items() for fault in pair["faults"]]
    say("\n".join(faults) or f"{len(told)} pairs, {rounds} rounds each: one winner every time")
    return faults
