"""`python -m tools.trust [TRIAL …]`, the first three where none is named: exit status 1 where one
failed. The trials are described in docs/assurance.md."""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable

from tests import services
from tools.trust import audit, durability, fuzz, inside, issuing, races, soak

BY_THEMSELVES = ("durability", "issuing", "audit")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("trials", nargs="*", metavar="TRIAL")
    parser.add_argument("--seconds", type=float, default=120, help="of killing during ingestion")
    parser.add_argument("--cases", type=int, default=30, help="decisions while issuing")
    parser.add_argument("--kills", type=int, default=10, help="of each program while issuing")
    parser.add_argument("--events", type=int, default=100_000, help="of the audit chain")
    parser.add_argument("--rows", type=int, default=100_000, help="of each table, of migrations")
    parser.add_argument("--examples", type=int, default=10_000, help="of each property, of fuzz")
    parser.add_argument("--minutes", type=float, default=30, help="of soak")
    parser.add_argument("--rounds", type=int, default=200, help="of each pair of races")
    parser.add_argument("--seed", type=int, help="of the moments and victims; printed when absent")
    asked = parser.parse_args()
    trials: dict[str, Callable[[], bool]] = {
        "durability": lambda: _told(durability.trial(asked.seconds, seed=asked.seed, say=print)),
        "issuing": lambda: _told(
            issuing.trial(asked.cases, kills=asked.kills, seed=asked.seed, say=print)
        ),
        "audit": lambda: bool(audit.trial(asked.events, print)),
        "races": lambda: bool(races.trial(asked.rounds, print)),
        "statements": _statements,
        "migrations": lambda: _migrations(asked.rows),
        "fuzz": lambda: bool(fuzz.trial(asked.examples)),
        "permissions": _permissions,
        "soak": lambda: _told(soak.trial(asked.minutes, seed=asked.seed, say=print)),
    }
    unknown = set(asked.trials) - trials.keys()
    if unknown:
        parser.error(f"no such trial: {', '.join(sorted(unknown))}; there are {', '.join(trials)}")
    failed = [trials[name]() for name in asked.trials or BY_THEMSELVES]
    return int(any(failed))


def _permissions() -> bool:
    """In a process of its own, which puts its switches in before anything is imported."""
    return bool(subprocess.run([sys.executable, "-m", "tools.trust.mutation"]).returncode)


def _migrations(rows: int) -> bool:
    faults = []
    with (
        services.postgres() as server,
        services.new_database(server) as url,
        tempfile.TemporaryDirectory() as folder,
    ):
        for database in (f"sqlite:///{folder}/db.sqlite3", url):
            told = inside.run("migrations", database, str(rows))
            print(json.dumps(told, indent=1))
            faults += told["faults"]
    return bool(faults)


def _told(found: durability.Findings | issuing.Findings | soak.Found) -> bool:
    print(found)
    return bool(found.faults)


def _statements() -> bool:
    with services.postgres() as server, services.new_database(server) as url:
        told = inside.run("statements", url, "deliver")
    print(
        f"{told['decision']} statements of a decision and {told['effects']} of its effects failed, "
        f"one at a time; {told['mailed_twice']} mails were sent twice"
    )
    print("\n".join(told["faults"]) or "nothing half done, one of everything afterwards")
    return bool(told["faults"])


if __name__ == "__main__":
    sys.exit(main())
