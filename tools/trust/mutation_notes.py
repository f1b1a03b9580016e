"""What the mutation run finds out, kept in var/mutation so that the next one goes on from there:
for each test file which switch decided in which test, and for each switch what became of it."""

import hashlib
import json
import tomllib
from pathlib import Path
from typing import Any

from tools.trust import mutable

FOLDER = mutable.ROOT / "var" / "mutation"
VERDICTS = FOLDER / "verdicts.jsonl"
LISTED = Path(__file__).with_name("equivalent.toml")
NOTICED, IN_PART, SURVIVED = "noticed", "not tried in full", "survived"
NEVER, EQUIVALENT = "never decided", "equivalent"


class Met:
    """Of one file of tests: the switches that decided in each, and how long it took."""

    def __init__(self, file: Path) -> None:
        self.digest = hashlib.sha256(file.read_bytes()).hexdigest()
        name = str(file.relative_to(mutable.ROOT)).replace("/", ".")
        self.kept = FOLDER / "met" / f"{name}.json"
        self.tests: dict[str, tuple[float, list[str]]] = {}
        if self.kept.exists():
            told = json.loads(self.kept.read_text("utf-8"))
            if told["digest"] == self.digest:
                self.tests = told["tests"]
                # Guards are known by the views around which they were met.
                mutable.found.update((key, key) for key in told["guards"])

    def keep(self) -> None:
        self.kept.parent.mkdir(parents=True, exist_ok=True)
        around = sorted(key for key in mutable.found if " around " in key)
        told = {"digest": self.digest, "guards": around, "tests": self.tests}
        self.kept.write_text(json.dumps(told, ensure_ascii=False), "utf-8")


def verdicts() -> dict[str, str]:
    """What became of each switch: the most that any round found out."""
    lines = VERDICTS.read_text("utf-8").splitlines() if VERDICTS.exists() else []
    most = (NEVER, SURVIVED, IN_PART, "the trial broke", NOTICED)
    found: dict[str, str] = {}
    for told in map(json.loads, lines):
        before = found.get(told["switch"], NEVER)
        found[told["switch"]] = max(before, told["how"], key=most.index)
    return found


def note(**verdict: Any) -> None:
    """One line at the end: several runs may share the work."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with VERDICTS.open("a", encoding="utf-8") as file:
        file.write(json.dumps(verdict, ensure_ascii=False) + "\n")


def equivalent() -> dict[str, str]:
    """Switches whose absence nobody can notice, each with its reason; reviewed by hand."""
    listed = tomllib.loads(LISTED.read_text("utf-8"))["stands"]
    return {each["switch"]: each["because"] for each in listed}
