"""What many tests begin with is made once in a run of the tests, by whichever process needs it first,
and copied: the tables on PostgreSQL and on SQLite, and the folder of a portal that ran once."""

import fcntl
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests import services
from tests.deploy.running import ROOT, run

UP = "Ctrl-C stops it."  # the last line that a start says
# The example data leave more than a hundred documents to be made and twice as many mails to be sent:
# a worker's minutes, beside and before those that a test waits for.
NOTHING_WAITS = "UPDATE ledger_outboxentry SET done_at = created_at WHERE done_at IS NULL"


@dataclass(frozen=True)
class Prepared:
    """A folder that the processes of this run of the tests share."""

    folder: Path

    def tables_on_postgresql(self, server_url: str) -> Path:
        """A dump of the tables, which any PostgreSQL takes; made on this server."""

        def make(place: Path) -> None:
            with services.new_database(server_url) as url:
                migrate(place / "var", DATABASE_URL=url)
                dump = [services.postgres_binary("pg_dump"), f"--file={place / 'tables.sql'}", url]
                subprocess.run(dump, check=True)

        return self._once("postgresql", make) / "tables.sql"

    def load_tables(self, url: str, server_url: str) -> None:
        """Into an empty database, be it of another server."""
        services.load(self.tables_on_postgresql(server_url), url)

    def tables_on_sqlite(self, var: Path) -> None:
        """Copy a database with the tables alone into the folder of a portal."""
        made = self._once("sqlite", lambda place: migrate(place / "var"))
        var.mkdir(parents=True, exist_ok=True)
        shutil.copy(made / "var" / "db.sqlite3", var)

    def example_portal(self, var: Path) -> list[str]:
        """Copy the folder of a portal with the example data, which ran once and has nothing left to
        do; the port of that run and what it said."""
        made = self._once("example", first_run)
        shutil.copytree(made / "var", var)
        return (made / "said").read_text().splitlines()

    def _once(self, name: str, make: Callable[[Path], None]) -> Path:
        place = self.folder / name
        with locked(self.folder / f"{name}.lock"):
            if not place.exists():
                unfinished = self.folder / f"{name}.unfinished"
                shutil.rmtree(unfinished, ignore_errors=True)
                unfinished.mkdir()
                make(unfinished)
                unfinished.rename(place)
        return place


@contextmanager
def locked(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def migrate(var: Path, **more: str) -> None:
    manage(var, "migrate", "--verbosity=0", **more)
    manage(var, "createcachetable", **more)


def manage(var: Path, *arguments: str, **more: str) -> str:
    """A command of the portal in this folder; what it printed."""
    environment = {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "READ_DOTENV": "false",
        "VAR_DIR": str(var),
        **more,
    }
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def first_run(place: Path) -> None:
    """Start in an empty folder as `make run` does, and end when everything is up."""
    with run(place / "var") as first:
        said = first.until(UP)
        (place / "said").write_text("\n".join([str(first.port), *said]))
        first.running.send_signal(signal.SIGINT)
        code, rest = first.end()
        assert code == 0, rest
    nothing_waits(place / "var")


def nothing_waits(var: Path) -> None:
    with closing(sqlite3.connect(var / "db.sqlite3")) as opened, opened:
        opened.execute(NOTHING_WAITS)
