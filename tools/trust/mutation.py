"""Whether a test fails when a permission check or a query filter is taken away, each in turn:
`python -m tools.trust.mutation [--only TEXT] [--after TEXT] [--share 1/2] [--anew] [TESTS …]`.

Each file of tests runs once with every switch on (see mutable.py), and it is kept which switch
decided in which test. Then for each switch a copy of this process, in which the world of the last
tests stands already, turns it off and runs those tests until one fails; what none of them notices
survives. Both are kept in var/mutation: the next run looks only at files of tests that changed and
at switches that were not noticed. Without TESTS one round after the other, what asks most directly
first; each goes on with what the one before did not notice."""

import argparse
import gc
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable
from itertools import groupby
from typing import Any

from tools.trust import mutable, mutation_notes
from tools.trust.mutation_cells import Cells
from tools.trust.mutation_notes import EQUIVALENT, IN_PART, NEVER, NOTICED, SURVIVED

MATRIX = "tests/access/test_matrix.py"
ROUNDS = [
    ["tests/access/test_colleagues.py", "tests/access/test_deeds.py"],
    ["--cells", MATRIX],
    [MATRIX],
    ["tests/access/test_canaries.py"],
    ["tests/portal", "tests/dataaccess", "tests/evaluation"],
]
LEFT_OUT = ["services", "browser"]
ASK_NOBODY = [  # pure functions, the edge node, and what is about no reader
    "tests/evaluation/rulebook",
    "tests/evaluation/documents",
    "tests/evaluation/test_sheets_fuzz.py",
    "tests/evaluation/applicant/test_form_fuzz.py",
    "tests/dataaccess/edge",
    "tests/dataaccess/test_api_fuzz.py",
    "tests/dataaccess/test_schemathesis.py",
    "tests/portal/recovery",
    "tests/portal/test_static.py",
    "tests/portal/test_migrations_back.py",
]


class Plugin:
    """Runs the tests once, and then the mutants."""

    def __init__(self, asked: argparse.Namespace) -> None:
        self.asked = asked
        self.met: dict[Any, set[str]] = {}
        self.took: dict[Any, float] = {}
        self.sound: dict[Any, bool] = {}  # whether a test that failed passes without a mutant
        self.worlds: list[Any] = []
        self.stands: Any = None  # the file whose world stands
        self.results: dict[str, str] = {}

    def pytest_collection_modifyitems(self, items: list[Any]) -> None:
        items[:] = [each for each in items if not any(map(each.get_closest_marker, LEFT_OUT))]

    def pytest_runtest_call(self, item: Any) -> None:
        if "world" in item.fixturenames:  # what made the world is no part of the test
            mutable.decided.clear()

    def pytest_runtestloop(self, session: Any) -> bool:
        silent()  # of what the tests and the portal say; only the findings are told
        if not self.asked.cells:
            for path, items in groupby(session.items, key=lambda item: item.path):
                self.find_out(mutation_notes.Met(path), list(items))
        if not self.asked.prepare:
            self.build_the_world(session.items)
            mutable.noting = False
            gc.collect()
            gc.freeze()  # what is there already is shared with the copies, and stays so
            self.try_all()
        return True

    def pytest_internalerror(self, excrepr: Any) -> None:
        said(str(excrepr))

    def find_out(self, met: mutation_notes.Met, items: list[Any]) -> None:
        """Which switches decide in the tests of this file; those that fail are left out."""
        began = time.monotonic()
        new = [item for item in items if item.nodeid not in met.tests]
        if new:
            for nth, item in enumerate(new):
                mutable.decided.clear()
                mutable.forget()
                at = time.monotonic()
                following = new[nth + 1] if nth + 1 < len(new) else None
                if run(item, following):
                    met.tests[item.nodeid] = (time.monotonic() - at, sorted(mutable.decided))
                else:
                    said(f"  failed without a mutant: {item.nodeid}")
            met.keep()
            said(f"{met.kept.stem}: {len(new)} tests in {time.monotonic() - began:.0f} s")
        for item in items:
            if item.nodeid in met.tests:
                self.took[item], decided = met.tests[item.nodeid]
                self.met[item] = set(decided)

    def build_the_world(self, items: list[Any]) -> None:
        """That of the last file of tests stands already in each copy."""
        from tests.access.world import World

        in_it = [item for item in items if "world" in item.fixturenames]
        if in_it:
            last = in_it[-1]
            # Beside it another one of its file: the world stays, what the test did in it does not.
            beside = [item for item in in_it if item.path == last.path and item is not last]
            run(last, beside[0] if beside else last)
            self.stands = last.path
        self.worlds = [each for each in gc.get_objects() if type(each) is World]
        if self.asked.cells:
            self.cells = Cells(self.worlds[-1])
            self.cells.open_all()

    def try_all(self) -> None:
        stands, before = mutation_notes.equivalent(), mutation_notes.verdicts()
        # A guard's general switch is tried view by view.
        general = {
            key for key in mutable.found if key.startswith(mutable.GUARDS) and "around" not in key
        }
        known = sorted({*mutable.found} - general, key=lambda key: (importance(key), key))
        for key in sorted({*stands} - {*known}):
            said(f"listed as equivalent, but there is no such switch: {key}")
        nth, of = map(int, self.asked.share.split("/"))
        after = (importance(self.asked.after), self.asked.after)
        wanted = [key for key in known if self.asked.only in key]
        wanted = [key for key in wanted if (importance(key), key) > after or not self.asked.after]
        if self.asked.cells:
            wanted = [key for key in wanted if self.cells.about(key)]
        wanted = wanted[nth - 1 :: of]
        began = time.monotonic()
        for key in wanted:
            self.results[key] = self.verdict(key, stands, before)
            if self.results[key] not in (NOTICED, EQUIVALENT):
                said(f"{self.results[key]}: {mutable.found[key]}")
        took = time.monotonic() - began
        said(f"{len(wanted)} mutants in {took:.0f} s: {dict(Counter(self.results.values()))}")

    def verdict(self, key: str, stands: Iterable[str], before: dict[str, str]) -> str:
        if key in stands:
            return EQUIVALENT
        if before.get(key) == NOTICED:
            return NOTICED
        how, by = self.try_cells(key) if self.asked.cells else self.try_one(key)
        mutation_notes.note(switch=key, how=how, by=by)
        return before.get(key, how) if how == NEVER else how

    def try_cells(self, key: str) -> tuple[str, str]:
        """What became of a mutant of a page, by the cells of its own addresses."""
        rows = self.cells.about(key)
        if not rows:
            return NEVER, ""
        how, _item = self.in_a_copy(key, rows)
        return how, MATRIX if how == NOTICED else ""

    def try_one(self, key: str) -> tuple[str, str]:
        """What became of a mutant, and the test that noticed."""
        able = [item for item, decided in self.met.items() if key in decided]
        if not able:
            return NEVER, ""
        # In the world that stands first; then those that meet little else: they are about it.
        able.sort(
            key=lambda item: (
                item.path != self.stands,
                len(self.met[item]) * (0.2 + self.took[item]),
            )
        )
        while True:
            able = [item for item in able if self.sound.get(item, True)]
            how, item = self.in_a_copy(key, able)
            if how != NOTICED or item is None or self.is_sound(item):
                return how, item.nodeid if item else ""

    def is_sound(self, item: Any) -> bool:
        """A test that fails in a copy in which every switch is on notices nothing."""
        if item not in self.sound:
            self.sound[item] = self.in_a_copy("", [item])[0] != NOTICED
            if not self.sound[item]:
                said(f"  fails in a copy without a mutant: {item.nodeid}")
        return self.sound[item]

    def in_a_copy(self, key: str, able: list[Any]) -> tuple[str, Any]:
        reads, writes = os.pipe()
        child = os.fork()
        if not child:
            try:
                os._exit(self.in_the_copy(key, able, writes))
            finally:
                os._exit(3)
        os.close(writes)
        with os.fdopen(reads) as pipe:
            began = pipe.read().split() or ["0"]
        _pid, status = os.waitpid(child, 0)
        code = os.waitstatus_to_exitcode(status)
        told = {0: SURVIVED, 1: NOTICED, 2: IN_PART, -signal.SIGALRM: NOTICED}
        how = told.get(code, "the trial broke")
        return how, able[int(began[-1])] if how == NOTICED else None

    def in_the_copy(self, key: str, able: list[Any], told: int) -> int:
        """1 where a test failed, 0 where none did, 2 where time ran out before all were tried."""
        signal.alarm(int(self.asked.seconds) + 60)  # a mutant that hangs is noticed, too
        gc.disable()
        for world in self.worlds:
            world.tried.clear()  # the matrix tries each cell once; this is another portal
        mutable.active = key
        mutable.forget()
        if self.asked.cells:
            return int(self.cells.fail(able))
        until = time.monotonic() + self.asked.seconds
        for nth, item in enumerate(able):
            os.write(told, f"{nth} ".encode())
            # Of another module than the last one: that one's world is taken down before.
            item.session._setupstate.teardown_exact(item)
            if not run(item, able[nth + 1] if nth + 1 < len(able) else item):
                return 1
            if time.monotonic() > until:
                return 2
        return 0


def importance(key: str) -> int:
    """The permissions modules first, then what somebody may see, then the guards of the pages."""
    file = key.partition(" ")[0]
    groups = (file in mutable.PERMISSIONS, file in mutable.QUERIES, " around " in key)
    return groups.index(True) if True in groups else len(groups)


def run(item: Any, following: Any) -> bool:
    from _pytest.runner import runtestprotocol

    item._initrequest()
    reports = runtestprotocol(item, log=False, nextitem=following)
    return not any(report.failed for report in reports)


_told = os.dup(2)


def silent() -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)


def said(text: str) -> None:
    os.write(_told, f"{text}\n".encode())


def one_round(asked: argparse.Namespace) -> dict[str, str]:
    mutable.install()
    import pytest

    plugin = Plugin(asked)
    more = ["-q", "--no-migrations", "--no-header", "--capture=no", "-p", "no:xdist"]
    more += [f"--ignore={each}" for each in ASK_NOBODY]
    pytest.main([*asked.tests, *more], plugins=[plugin])
    return plugin.results


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tests", nargs="*")
    parser.add_argument("--seconds", type=float, default=60, help="for each mutant at most")
    parser.add_argument("--only", default="", help="only switches whose name holds this")
    parser.add_argument("--after", default="", help="only switches behind this in their order")
    parser.add_argument("--share", default="1/1", help="2/3: the second of three parts")
    parser.add_argument("--prepare", action="store_true", help="only find out what tests meet")
    parser.add_argument("--cells", action="store_true", help="the pages, by their cells alone")
    parser.add_argument("--anew", action="store_true", help="forget what is kept in var/mutation")
    asked = parser.parse_args()
    if asked.anew:
        shutil.rmtree(mutation_notes.FOLDER, ignore_errors=True)
    if asked.tests:
        results = one_round(asked)
        return int(any(how not in (NOTICED, EQUIVALENT) for how in results.values()))
    options = [each for each in sys.argv[1:] if each != "--anew"]
    for tests in ROUNDS:
        told = subprocess.run([sys.executable, "-m", __spec__.name, *tests, *options]).returncode
    return told


if __name__ == "__main__":
    sys.exit(main())
