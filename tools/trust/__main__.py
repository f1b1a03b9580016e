"""`python -m tools.trust [durability|issuing|audit …]`, all three where none is named: exit status 1
where one failed."""

import argparse
import sys
from collections.abc import Callable

from tools.trust import audit, durability, issuing


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("trials", nargs="*", metavar="durability|issuing|audit")
    parser.add_argument("--seconds", type=float, default=120, help="of killing during ingestion")
    parser.add_argument("--cases", type=int, default=30, help="decisions while issuing")
    parser.add_argument("--kills", type=int, default=10, help="of each program while issuing")
    parser.add_argument("--events", type=int, default=100_000, help="of the audit chain")
    parser.add_argument("--seed", type=int, help="of the moments and victims; printed when absent")
    asked = parser.parse_args()
    trials: dict[str, Callable[[], bool]] = {
        "durability": lambda: _told(durability.trial(asked.seconds, seed=asked.seed, say=print)),
        "issuing": lambda: _told(
            issuing.trial(asked.cases, kills=asked.kills, seed=asked.seed, say=print)
        ),
        "audit": lambda: bool(audit.trial(asked.events, print)),
    }
    unknown = set(asked.trials) - trials.keys()
    if unknown:
        parser.error(f"no such trial: {', '.join(sorted(unknown))}")
    failed = [trials[name]() for name in asked.trials or trials]
    return int(any(failed))


def _told(found: durability.Findings | issuing.Findings) -> bool:
    print(found)
    return bool(found.faults)


if __name__ == "__main__":
    sys.exit(main())
