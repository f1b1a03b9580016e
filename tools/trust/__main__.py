"""`python -m tools.trust durability [--seconds 120] [--seed N]`: exit status 1 where it failed."""

import argparse
import sys

from tools.trust import durability


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("trial", choices=["durability"])
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--seed", type=int, help="of the moments and victims; printed when absent")
    asked = parser.parse_args()
    found = durability.trial(asked.seconds, seed=asked.seed, say=print)
    print(found)
    return 1 if found.faults else 0


if __name__ == "__main__":
    sys.exit(main())
