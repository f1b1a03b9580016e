"""The role that the portal's processes work as on PostgreSQL: everything they do, and no more."""

from pathlib import Path

import psycopg
import pytest

from tests.portal.recovery.places import Place

pytestmark = [pytest.mark.services, pytest.mark.long]
ROLE = "portal_processes"
# A month that is not there yet, and one that is let go: the portal's own work on the events' table.
WORK = """
import django; django.setup()
from datetime import datetime, UTC
from dataaccess import months
from dataaccess.actions import retention
from dataaccess.tasks import keep_storage
from portal.accounts.tasks import clear_sessions
months.ensure_ahead(datetime(2031, 1, 1, tzinfo=UTC))
months.drop(months.first_of(datetime(2031, 1, 1, tzinfo=UTC)))
keep_storage()
clear_sessions()
"""


@pytest.fixture
def owner(postgres_database: str, tmp_path: Path) -> Place:
    """The owner of the tables, who has made the role twice, as after each migration."""
    place = Place(tmp_path / "owner", postgres_database)
    for command in (["migrate"], ["createcachetable"], *2 * [["application_role", ROLE]]):
        done = place.manage(*command, APPLICATION_DB_PASSWORD="p'w-1")
        assert done.returncode == 0, done.stderr
    return place


def test_the_portal_works_and_can_neither_change_nor_remove_what_only_grows(
    owner: Place, tmp_path: Path
) -> None:
    server, name = owner.database.rsplit("/", 1)
    url = server.replace("portal@", f"{ROLE}:p%27w-1@") + f"/{name}"
    portal = Place(tmp_path / "portal", url)
    built = portal.python("-m", "tests.portal.recovery.scene")
    assert built.returncode == 0, built.stderr
    worked = portal.python("-c", WORK)
    assert worked.returncode == 0, worked.stderr
    saved = portal.manage("backup", str(tmp_path / "backup"))
    assert saved.returncode == 0, saved.stderr
    with psycopg.connect(url, autocommit=True) as connection:
        who = "SELECT rolsuper, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = %s"
        assert connection.execute(who, [ROLE]).fetchone() == (False, False, False)
        for table in ("ledger_auditevent", "evaluation_registerentry"):
            assert connection.execute(f"SELECT count(*) > 0 FROM {table}").fetchone() == (True,)
            for statement in (
                f"DELETE FROM {table}",
                f"TRUNCATE {table} CASCADE",
                f"DROP TABLE {table}",
                f"ALTER TABLE {table} DISABLE TRIGGER USER",
                f"ALTER TABLE {table} OWNER TO {ROLE}",
                f"CREATE RULE r AS ON INSERT TO {table} DO INSTEAD NOTHING",
            ):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    connection.execute(statement)
        for statement in (
            "UPDATE ledger_auditevent SET action = 'nothing'",
            "UPDATE evaluation_registerentry SET reason = 'none'",
            "DELETE FROM django_migrations",
            "SET session_replication_role = replica",
            "CREATE OR REPLACE FUNCTION ledger_audit_only_grows() RETURNS trigger "
            "LANGUAGE plpgsql AS $$ BEGIN RETURN OLD; END $$",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)
    assert portal.manage("verify_audit").returncode == 0
    # The owner still migrates what the role owns.
    with psycopg.connect(owner.database) as connection:
        connection.execute("ALTER TABLE dataaccess_securityevent ADD COLUMN later integer")
    refused = owner.manage("application_role", "portal")
    assert (refused.returncode, refused.stderr) == (
        1,
        "CommandError: portal is who asks: the owner keeps every right. Choose another.\n",
    )
