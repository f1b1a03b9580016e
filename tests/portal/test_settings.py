"""What the environment may and must say."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tools.production import ENVIRONMENT

ROOT = Path(__file__).resolve().parents[2]
# Values that hold only with a choice of one's own: production has no default for them.
REQUIRED = sorted(ENVIRONMENT.keys() - {"DJANGO_ENV", "READ_DOTENV"})


def load(
    environment: dict[str, str], tmp_path: Path, show: str = "None"
) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-c", f"import portal.settings as s; print({show})"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "VAR_DIR": str(tmp_path), **environment},
        capture_output=True,
        text=True,
    )


def test_what_production_needs() -> None:
    assert REQUIRED == [
        "ALLOWED_HOSTS",
        "CONTACT_KEYS",
        "DATABASE_URL",
        "DEFAULT_FROM_EMAIL",
        "EMAIL_URL",
        "PUBLIC_URL",
        "REDIS_URL",
        "SECRET_KEY",
    ]


@pytest.mark.parametrize("name", REQUIRED)
def test_production_does_not_start_without(name: str, tmp_path: Path) -> None:
    done = load({key: value for key, value in ENVIRONMENT.items() if key != name}, tmp_path)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == (
        f"django.core.exceptions.ImproperlyConfigured: Set the {name} environment variable"
    )


def test_production_refuses_a_short_secret(tmp_path: Path) -> None:
    done = load({**ENVIRONMENT, "SECRET_KEY": "x" * 49}, tmp_path)
    assert done.stderr.splitlines()[-1].endswith("SECRET_KEY needs at least 50 characters.")


def test_production_shows_no_tracebacks_and_no_example_data(tmp_path: Path) -> None:
    done = load(
        {**ENVIRONMENT, "DEBUG": "true", "EXAMPLE_DATA": "true"},
        tmp_path,
        "s.DEBUG, s.EXAMPLE_DATA",
    )
    assert done.stdout == "False False\n"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (
            "smtp+tls://li%40example.org:p%2Fw@mail.example.org:587",
            "smtp mail.example.org 587 li@example.org p/w True False",
        ),
        ("smtp+ssl://mail.example.org:465", "smtp mail.example.org 465   False True"),
        ("smtp://mail.example.org", "smtp mail.example.org 25   False False"),
    ],
)
def test_where_mails_go(url: str, expected: str, tmp_path: Path) -> None:
    show = (
        "s.EMAIL_BACKEND.split('.')[-2], s.EMAIL_HOST, s.EMAIL_PORT, s.EMAIL_HOST_USER, "
        "s.EMAIL_HOST_PASSWORD, s.EMAIL_USE_TLS, s.EMAIL_USE_SSL"
    )
    done = load({**ENVIRONMENT, "EMAIL_URL": url}, tmp_path, show)
    assert done.stdout.rstrip("\n") == expected, done.stderr


def test_in_development_mails_are_files_beside_the_database(tmp_path: Path) -> None:
    odd = tmp_path / "a folder+50%#"
    odd.mkdir()
    done = load({"READ_DOTENV": "false"}, odd, "s.EMAIL_BACKEND, s.EMAIL_FILE_PATH, sep='\\n'")
    assert done.stdout.splitlines() == [
        "django.core.mail.backends.filebased.EmailBackend",
        str(odd / "mail"),
    ]


def read_by_the_code() -> set[str]:
    """Names that the settings and the deployment's own scripts read from the environment."""
    found = set()
    files = [ROOT / "portal/settings.py", ROOT / "tools/run.py"]
    for file in [*files, *(ROOT / "deploy").glob("*.py")]:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            owner = ast.unparse(node.func.value)
            if owner == "env" or (owner == "os.environ" and node.func.attr == "get"):
                name = node.args[0]
                assert isinstance(name, ast.Constant)
                found.add(name.value)
    return found - {"BEAT_SCHEDULE"}


def test_every_setting_is_documented() -> None:
    table = re.findall(r"^\| `([A-Z0-9_]+)` \|", (ROOT / "docs/operations.md").read_text(), re.M)
    assert sorted(table) == sorted(read_by_the_code())


def test_every_setting_is_in_the_example() -> None:
    example = re.findall(r"^(?:# )?([A-Z0-9_]+)=", (ROOT / ".env.example").read_text(), re.M)
    compose_only = {"POSTGRES_PASSWORD", "REDIS_PASSWORD", "TLS_DIR", "HTTP_PORT", "HTTPS_PORT"}
    compose_only.add("APPLICATION_DB_PASSWORD")
    assert sorted(example) == sorted(read_by_the_code() | compose_only)


def test_the_example_holds_no_secret() -> None:
    given = re.findall(r"^([A-Z0-9_]+)=(.+)$", (ROOT / ".env.example").read_text(), re.M)
    assert given == []
