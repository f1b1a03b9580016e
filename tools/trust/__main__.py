"""`python -m tools.trust durability [--seconds 120] [--seed N]`, or `audit [--events 100000]`: exit
status 1 where it failed."""

import argparse
import sys

from tools.trust import audit, durability


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("trial", choices=["durability", "audit"])
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--seed", type=int, help="of the moments and victims; printed when absent")
    parser.add_argument("--events", type=int, default=100_000, help="of the audit chain")
    asked = parser.parse_args()
    if asked.trial == "audit":
        return 1 if audit.trial(asked.events, print) else 0
    found = durability.trial(asked.seconds, seed=asked.seed, say=print)
    print(found)
    return 1 if found.faults else 0


if __name__ == "__main__":
    sys.exit(main())
