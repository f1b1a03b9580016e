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

# What a production portal has in its environment, so that `check --deploy` judges that one.
PRODUCTION = {
    "DJANGO_ENV": "production",
    "SECRET_KEY": "only-for-this-check-" + "0123456789abcdefghijklmnopqrstuvwxyz" * 2,
    "ALLOWED_HOSTS": "portal.example.org",
    "PUBLIC_URL": "https://portal.example.org",
    "DATABASE_URL": "postgres://portal:none@database.example.org/portal",
    "REDIS_URL": "redis://redis.example.org:6379/0",
    "EMAIL_URL": "smtp://mail.example.org:25",
    "DEFAULT_FROM_EMAIL": "secretariat@example.org",
}

# The slow ones first, so that the rest fills the other core.
CHECKS: dict[str, tuple[list[str], dict[str, str]]] = {
    "types": ([str(BIN / "mypy"), "."], {}),
    "translations": ([PYTHON, "-m", "tools.translations"], {}),
    "templates": ([PYTHON, "-m", "tools.templates"], {}),
    "template lint": ([str(BIN / "djlint"), "templates", "--lint", "--quiet"], {}),
    "import contracts": ([str(BIN / "lint-imports")], {}),
    "migrations": ([*MANAGE, "makemigrations", "--check", "--dry-run"], {}),
    "system check": ([*MANAGE, "check", "--fail-level", "WARNING"], {}),
    "deployment": ([*MANAGE, "check", "--deploy", "--fail-level", "WARNING"], PRODUCTION),
    "steps diagram": ([*MANAGE, "steps_diagram", "--check"], {}),
    "rulebook page": ([PYTHON, "-m", "evaluation.rulebook.page", "--check"], {}),
    "vendored files": ([PYTHON, "tools/vendor.py", "--check"], {}),
    "lint": ([str(BIN / "ruff"), "check", "--quiet", "."], {}),
    "format": ([str(BIN / "ruff"), "format", "--check", "--quiet", "."], {}),
}


def run(name: str, var: str) -> bool:
    command, environment = CHECKS[name]
    began = time.monotonic()
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "READ_DOTENV": "false", "VAR_DIR": var, **environment},
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
