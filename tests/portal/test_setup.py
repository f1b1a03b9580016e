"""Installing: tools/setup.sh and the lock files."""

import os
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def pins(name: str) -> dict[str, str]:
    """Package and version with its marker, of every entry of a lock file."""
    lines = re.findall(r"^([a-z0-9._-]+)==(.*?) \\$", (ROOT / name).read_text(), re.M)
    return {f"{package} {version}": version for package, version in lines}


@pytest.mark.parametrize(
    ("name", "least"),
    [
        ("requirements.lock", 80),
        ("requirements-dev.lock", 80),
        ("requirements-bench.lock", 10),
        ("requirements-edge.lock", 5),
    ],
)
def test_each_package_is_pinned_with_hashes_and_no_address(name: str, least: int) -> None:
    text = (ROOT / name).read_text()
    entries = re.split(r"^(?=\S)", text, flags=re.M)[1:]
    assert len(entries) > least
    assert [each for each in entries if "==" not in each or "--hash=sha256:" not in each] == []
    assert "://" not in text
    assert "--index-url" not in text


def test_the_development_lock_holds_all_of_the_other() -> None:
    missing = pins("requirements.lock").keys() - pins("requirements-dev.lock").keys()
    assert sorted(missing) == []


def test_an_edge_node_has_the_portals_versions_and_nothing_of_django() -> None:
    edge = pins("requirements-edge.lock")
    assert sorted(edge.keys() - pins("requirements.lock").keys()) == []
    assert sorted(entry.split(" ")[0] for entry in edge) == [
        "annotated-types",
        "orjson",
        "pydantic",
        "pydantic-core",
        "typing-extensions",
        "typing-inspection",
    ]


@pytest.mark.parametrize(
    ("arguments", "packages"),
    [
        (
            [],
            "gettext libmagic1 libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-cjk poppler-utils",
        ),
        (
            ["--tests"],
            "gettext libmagic1 libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-cjk poppler-utils"
            " chromium postgresql redis-server softhsm2 prometheus prometheus-node-exporter",
        ),
    ],
)
def test_without_root_the_exact_command_is_printed(
    tmp_path: Path, arguments: list[str], packages: str
) -> None:
    """The machine is one where Debian's package list names none of them, and the user is not
    root; nothing is installed then."""
    for name, script in {"dpkg-query": "exit 1", "id": "echo 1000", "apt-get": "exit 99"}.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / name).chmod(0o755)
    done = subprocess.run(
        ["sh", str(ROOT / "tools/setup.sh"), *arguments],
        env={**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "These Debian packages are missing. Install them, then call make again:",
        "  sudo apt-get update && sudo apt-get install -y --no-install-recommends " + packages,
    ]
