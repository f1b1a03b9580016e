"""Runs the benchmarks: `python -m benchmarks [name ...] [--write FILE]`.

Every file here with a function `main()` is one. Each runs in a process of its own and prints its
figures and ratios; absolute figures move from machine to machine and from run to run. With
`--write` the same text, with a line on the machine, also goes to a Markdown file.
"""

import argparse
import ast
import platform
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
ROOT = FOLDER.parent


def names() -> list[str]:
    """The benchmarks: files that define `main()`, helpers and this one left out."""
    return [
        path.stem
        for path in sorted(FOLDER.glob("*.py"))
        if not path.stem.startswith("_") and _has_main(path)
    ]


def _has_main(path: Path) -> bool:
    module = ast.parse(path.read_text(encoding="utf-8"))
    return any(isinstance(node, ast.FunctionDef) and node.name == "main" for node in module.body)


def run(name: str) -> tuple[bool, str]:
    """Run one and print what it says as it says it."""
    print(f"\n== {name}", flush=True)
    said = []
    with subprocess.Popen(
        [sys.executable, "-c", f"from benchmarks.{name} import main; main()"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        for line in process.stdout:
            print(line, end="", flush=True)
            said.append(line)
    return process.returncode == 0, "".join(said)


def machine() -> str:
    cpu = "unknown processor"
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            cpu = line.split(":", 1)[1].strip()
    cores = subprocess.run(["nproc"], capture_output=True, text=True).stdout.strip()
    return f"{datetime.now(UTC):%Y-%m-%d}, {cores} cores, {cpu}, Python {platform.python_version()}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="name", help=", ".join(names()))
    parser.add_argument("--write", type=Path, metavar="FILE", help="also write a Markdown file")
    options = parser.parse_args()
    unknown = set(options.names) - set(names())
    if unknown:
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}")
    print(machine())
    results = {name: run(name) for name in options.names or names()}
    if options.write:
        parts = [f"# Benchmarks\n\nMade by `make bench`: {machine()}.\n"]
        parts += [f"## {name}\n\n```\n{said.strip()}\n```\n" for name, (_, said) in results.items()]
        options.write.write_text("\n".join(parts), encoding="utf-8")
    failed = [name for name, (good, _) in results.items() if not good]
    if failed:
        print(f"\nfailed: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
