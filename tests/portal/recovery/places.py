"""A place where a portal lives: a folder and a database of its own, and the commands run there."""

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


@dataclass(frozen=True)
class Place:
    folder: Path
    database: str

    def python(self, *command: str, **more: str) -> "subprocess.CompletedProcess[str]":
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "portal.settings",
            "READ_DOTENV": "false",
            "VAR_DIR": str(self.folder),
            "DATABASE_URL": self.database,
            "LOG_LEVEL": "WARNING",
            **more,
        }
        return subprocess.run(
            [sys.executable, *command],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=180,
        )

    def manage(self, *arguments: str, **more: str) -> "subprocess.CompletedProcess[str]":
        return self.python("manage.py", *arguments, **more)

    @property
    def files(self) -> list[Path]:
        return sorted(path for path in (self.folder / "files").rglob("*") if path.is_file())


def flip_a_byte(path: Path) -> None:
    """One bit, in the middle."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def without_numbers(text: str) -> str:
    return re.sub(r"\d+", "N", text)
