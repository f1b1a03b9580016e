"""Everything that can be said of the code without running the tests; `make check` calls it.

The checks run two at a time. Each prints one line; one that fails also prints why."""

import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
PYTHON = sys.executable
MANAGE = [PYTHON, "manage.py"]
WARNINGS = ["--fail-level", "WARNING"]

# The slow ones first, so that the rest fills the other core.
CHECKS: dict[str, list[str]] = {
    "types": [str(BIN / "mypy"), "."],
    "translations": [PYTHON, "-m", "tools.translations"],
    "templates": [PYTHON, "-m", "tools.templates"],
    "template lint": [str(BIN / "djlint"), "templates", "--lint", "--quiet"],
    "import contracts": [str(BIN / "lint-imports")],
    "migrations": [*MANAGE, "makemigrations", "--check", "--dry-run"],
    "system check": [*MANAGE, "check", *WARNINGS],
    "deployment": [PYTHON, "-m", "tools.production", "check", "--deploy", *WARNINGS],
    "steps diagram": [*MANAGE, "steps_diagram", "--check"],
    "architecture": [PYTHON, "-m", "tools.architecture", "--check"],
    "rulebook page": [PYTHON, "-m", "evaluation.rulebook.page", "--check"],
    "vendored files": [PYTHON, "tools/vendor.py", "--check"],
    "dependencies": [PYTHON, "-m", "tools.licences", "--check"],
    "lint": [str(BIN / "ruff"), "check", "--quiet", "."],
    "format": [str(BIN / "ruff"), "format", "--check", "--quiet", "."],
}


def run(name: str, var: str) -> bool:
    command = CHECKS[name]
    began = time.monotonic()
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "READ_DOTENV": "false", "VAR_DIR": var},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    took = time.monotonic() - began
    good = done.returncode == 0
    report = f"{'ok  ' if good else 'FAIL'} {name:18} {took:5.1f} s"
    if not good:
        report += f"\n     {' '.join(command)}\n{done.stdout.rstrip()}"
    print(report, flush=True)
    return good


def main() -> int:
    chosen = sys.argv[1:] or list(CHECKS)
    unknown = set(chosen) - CHECKS.keys()
    if unknown:
        print(f"Unknown: {', '.join(sorted(unknown))}. There are: {', '.join(CHECKS)}")
        return 2
    # Nothing is written to the developer's own var/.
    with tempfile.TemporaryDirectory() as var, ThreadPoolExecutor(2) as pool:
        results = list(pool.map(lambda name: run(name, var), chosen))
    failed = results.count(False)
    print(f"{failed} of {len(results)} checks failed" if failed else "all checks passed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
