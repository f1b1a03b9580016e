"""Whether each decision has one certificate, one number and its PDF, whatever is killed -9 while
certificates are issued.

A decision maker's process certifies one case after the other and notes in a ledger what was
committed; it, the worker that makes the PDFs, beat, Redis and PostgreSQL are killed at random moments
and started again. Then the ledger is held against the database and the files."""

import json
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from tests import services
from tools.trust import machines
from tools.trust.durability import environment_of

STEPS = "tools.trust.issuing_steps"


@dataclass
class Findings:
    seed: int
    killed: Counter[str] = field(default_factory=Counter)
    certificates: int = 0
    faults: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        said = [
            f"seed {self.seed}",
            f"killed -9: {dict(self.killed)}",
            f"{self.certificates} certificates",
        ]
        return "\n".join([*said, *(self.faults or ["one certificate and one PDF a decision"])])


def trial(
    cases: int,
    *,
    kills: int = 3,
    seed: int | None = None,
    say: Callable[[str], None] = lambda _said: None,
    tables: Path | None = None,
) -> Findings:
    """Decide so many cases, and kill each of the programs so many times. `tables`: a dump of them,
    which is sooner loaded than they are made."""
    found = Findings(seed if seed is not None else random.randrange(10**6))
    chance = random.Random(found.seed)
    say(f"seed {found.seed}")
    with machines.ground() as (folder, postgres, redis, redis_url), ExitStack() as stack:
        environment = environment_of(folder, postgres.url, redis_url)
        worker, beat = machines.worker(folder, environment), machines.beat(folder, environment)
        killable = {each.name: each for each in (postgres, redis, worker, beat)}
        for machine in killable.values():
            stack.callback(machine.stop)
        postgres.start()
        redis.start()
        if tables:
            services.load(tables, postgres.url)
        _step(environment, "prepare", str(cases))
        worker.start()
        beat.start()
        decider = Decider(environment)
        stack.callback(lambda: decider.kill())
        victims = ["decider", *killable] * kills
        chance.shuffle(victims)
        for victim in victims:
            time.sleep(chance.uniform(0.1, 1.5))
            if victim == "decider":
                decider.kill()
            else:
                killable[victim].kill()
                killable[victim].start()
            found.killed[victim] += 1
            if decider.is_gone():  # killed, or its database was
                decider = Decider(environment, decider.ledger)
        while not decider.finish():
            decider = Decider(environment, decider.ledger)
        worker.kill()
        _step(environment, "recover")
        _hold_against(decider.ledger, json.loads(_step(environment, "check")), cases, found)
    return found


class Decider:
    """One who certifies every case that waits. `ledger`: what was told to be done, by case."""

    def __init__(self, environment: dict[str, str], ledger: dict[str, str] | None = None) -> None:
        self.ledger = ledger if ledger is not None else {}
        self.running = subprocess.Popen(
            [sys.executable, "-m", STEPS, "certify"],
            cwd=machines.ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def is_gone(self) -> bool:
        """Its part of the ledger is read then."""
        if self.running.poll() is None:
            return False
        self._read()
        return True

    def kill(self) -> None:
        self.running.kill()
        self._read()

    def finish(self) -> bool:
        """Whether it came to its end."""
        self._read()
        return self.running.returncode == 0

    def _read(self) -> None:
        said, _none = self.running.communicate() if not self._closed() else ("", None)
        for line in said.splitlines():
            case, _blank, number = line.partition(" ")
            if number:  # the last line may have been cut off by the kill
                self.ledger[case] = number

    def _closed(self) -> bool:
        return self.running.stdout is None or self.running.stdout.closed


def _step(environment: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", STEPS, *arguments],
        cwd=machines.ROOT,
        env=environment,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    return done.stdout


def _hold_against(
    ledger: dict[str, str], kept: dict[str, object], cases: int, found: Findings
) -> None:
    decided = kept["decided"]
    assert isinstance(decided, dict)
    found.certificates = len(decided)
    if len(decided) != cases:
        found.faults.append(f"{len(decided)} certificates for {cases} decisions")
    serials = sorted(int(number.rsplit("-", 1)[1]) for number in decided.values())
    if serials != list(range(1, len(serials) + 1)):
        found.faults.append(f"the numbers have gaps or twins: {serials}")
    for case, number in ledger.items():
        if decided.get(case) != number:
            found.faults.append(f"case {case} was told {number}, kept is {decided.get(case)}")
    for name, what in (
        ("waiting", "cases still wait"),
        ("without_pages", "certificates without their PDF"),
        ("twice", "cases with two certificates' documents"),
        ("left", "effects that were never delivered"),
        ("faults", "faults of the audit chain"),
    ):
        if kept[name]:
            found.faults.append(f"{what}: {kept[name]}")
