"""The packages of the locks: licence, reason, and known holes; all offline.

`python -m tools.licences` writes docs/dependencies.md from requirements.lock, pyproject.toml and what
the installed packages say of themselves. `--check` fails when the page is not what they say, a licence
is not one of those we can use, a package stands in pyproject.toml without its reason, or a lock holds
a version with a hole that tools/known_holes.toml knows."""

import re
import sys
import tomllib
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from packaging.markers import Marker
from packaging.version import Version

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "dependencies.md"
LOCKS = sorted(ROOT.glob("requirements*.lock"))
ENTRY = re.compile(r"^([a-z0-9._-]+)==(\S+)(?: ; ([^\\]+))?", re.M)
OURSELVES = "industrial-compute-base-portal"
# What may be used unchanged as a library beside code of our own.
USABLE = {
    "Apache-2.0", "BSD", "BSD-2-Clause", "BSD-3-Clause", "LGPL-2.1-or-later", "LGPL-3.0-only", "MIT",
    "MIT-0", "MIT-CMU", "MPL-1.1", "MPL-2.0", "PSF-2.0",
}  # fmt: skip
# Where a package says it in words.
WORDS = {
    "Apache 2.0": "Apache-2.0",
    "Apache License 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD 3-Clause OR Apache-2.0": "BSD-3-Clause OR Apache-2.0",
    "BSD License": "BSD",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "New BSD": "BSD-3-Clause",
    "Python Software Foundation License": "PSF-2.0",
}
# Read in the package's own licence file, because its metadata say too little or too much.
READ = {
    "fido2": "BSD-2-Clause AND Apache-2.0 AND MPL-2.0",
    "pyphen": "LGPL-2.1-or-later OR MPL-1.1",  # or GPL, as one likes
    "python-dateutil": "Apache-2.0 OR BSD-3-Clause",
    "python-stdnum": "LGPL-2.1-or-later",
    "qrcode": "BSD-3-Clause",
}


@dataclass(frozen=True)
class Package:
    name: str
    version: str
    only_where: str
    needed_by: tuple[str, ...]


def packages(lock: Path) -> list[Package]:
    text = lock.read_text(encoding="utf-8")
    found = []
    for entry in ENTRY.finditer(text):
        own = re.split(r"\n(?=[a-z])", text[entry.end() :], maxsplit=1)[0]
        via = re.findall(r"^    #(?: via)? +([a-z0-9]\S*)", own, re.M)
        names = tuple(name for name in via if name != "via")
        found.append(Package(entry[1], entry[2], (entry[3] or "").strip(), names))
    return found


def reasons() -> tuple[dict[str, str], list[str]]:
    """Why the portal needs each package of its own; and those of all groups that do not say."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    said: dict[str, str] = {}
    silent = []
    runs_with = True
    for line in text[: text.index("[tool.")].splitlines():
        runs_with &= not line.startswith("[dependency-groups]")
        found = re.match(r'  "([A-Za-z0-9._-]+)[^"]*",(?:\s*# (.+))?$', line)
        if not found:
            continue
        if found[2] and runs_with:
            said[found[1].lower()] = found[2]
        elif not found[2]:
            silent.append(found[1])
    return said, silent


def licence(name: str) -> str:
    if name in READ:
        return READ[name]
    about = metadata.metadata(name)
    given = "".join(about.get_all("License-Expression") or [])
    if not given:
        said = "".join(about.get_all("License") or []).strip()
        classified = [
            each.split(" :: ")[-1]
            for each in about.get_all("Classifier") or []
            if each.startswith("License ::") and not each.endswith("OSI Approved")
        ]
        given = said if 0 < len(said) < 40 else " AND ".join(classified)
        if given in ("BSD", "") and classified:
            given = " AND ".join(classified)
    return WORDS.get(given, given)


def usable(expression: str) -> bool:
    """Every licence that has to be kept is one of ours; of a choice, one."""
    bare = expression.replace("(", "").replace(")", "")
    return all(
        any(choice.strip() in USABLE for choice in part.split(" OR "))
        for part in bare.split(" AND ")
    )


def page() -> tuple[str, list[str]]:
    said, silent = reasons()
    faults = [f"{name} stands in pyproject.toml without its reason" for name in silent]
    rows = []
    for package in packages(ROOT / "requirements.lock"):
        if package.only_where and not Marker(package.only_where).evaluate():
            kind = f"not installed here: only where `{package.only_where}`"
        else:
            try:
                installed = metadata.version(package.name)
            except metadata.PackageNotFoundError:
                faults.append(f"{package.name} is not installed")
                continue
            if installed != package.version:
                faults.append(f"{package.name} {installed} is installed, not {package.version}")
            kind = licence(package.name)
            if not usable(kind):
                faults.append(f"{package.name} has the licence {kind!r}, which is not one of ours")
        own = said.get(package.name)
        others = ", ".join(name for name in package.needed_by if name != OURSELVES)
        rows.append(f"| {package.name} | {package.version} | {kind} | {own or f'for {others}'} |")
    holes = tomllib.loads((ROOT / "tools/known_holes.toml").read_text(encoding="utf-8"))
    known = []
    for hole in holes["hole"]:
        for lock in LOCKS:
            for package in packages(lock):
                if package.name == hole["package"] and Version(package.version) < Version(
                    hole["closed_in"]
                ):
                    faults.append(f"{lock.name}: {package.name} {package.version} has a known hole")
        known.append(
            f"| {hole['package']} | {hole['closed_in']} | {', '.join(hole['ids'])} | {hole['what']} "
            f"| {hole['here']} |"
        )
    text = f"""# Dependencies

Made by `python -m tools.licences`; `make check` fails when it is out of date. Every package is locked
to one version with its hashes (`requirements*.lock`), and is used unchanged as a library.

## What the portal runs with

{len(rows)} packages, those of `requirements.lock`. Licences are what the installed packages say of
themselves.

| package | version | licence | why |
|---|---|---|---|
{chr(10).join(rows)}

Served to browsers: Bootstrap and htmx (MIT and 0BSD; `static/vendor/`, each with its licence and
SHA-256 in `manifest.json`). From Debian: see `tools/setup.sh` and `Dockerfile`.

## Known holes

Looked through on {holes["looked_through"]}, from the projects' own advisories; no lock holds a version
before these. It is no list of all holes: with a network, `pip-audit --requirement requirements.lock`
asks the advisory database.

| package | closed in | identifiers | what | what it does here |
|---|---|---|---|---|
{chr(10).join(known)}
"""
    return text, faults


def main() -> int:
    text, faults = page()
    if "--check" not in sys.argv:
        PAGE.write_text(text, encoding="utf-8")
    elif not PAGE.exists() or PAGE.read_text(encoding="utf-8") != text:
        faults.append("docs/dependencies.md is out of date: run python -m tools.licences")
    for fault in faults:
        print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
