"""The database role that the portal's processes work as, with just the rights they need
(PostgreSQL). The owner of the tables migrates, restores and runs this."""

from django.db import connection

# Rows here are added and read; nothing else.
ONLY_GROW = ("ledger_auditevent", "evaluation_registerentry")
# Which migrations ran is the owner's business.
ONLY_READ = ("django_migrations",)
# The portal gives each month of events its table and lets old months go, which is the right of a
# table's owner alone.
OWN = "dataaccess_securityevent"
ENOUGH = "SELECT, INSERT, UPDATE, DELETE"


def grant(role: str, password: str = "") -> None:
    """Make the role, if there is none, and give it its rights anew; run it after each migration."""
    name = connection.ops.quote_name(role)
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
        if cursor.fetchone() is None:
            cursor.execute(
                f"CREATE ROLE {name} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION"
            )
        if password:
            # Hashed here, so that the server's log never has it.
            hashed = connection.connection.pgconn.encrypt_password(
                password.encode(), role.encode(), b"scram-sha-256"
            )
            cursor.execute(f"ALTER ROLE {name} PASSWORD '{hashed.decode()}'")
        cursor.execute(f"GRANT {name} TO CURRENT_USER")  # to change what it owns
        cursor.execute("SELECT current_database(), current_schema()")
        database, schema = map(connection.ops.quote_name, cursor.fetchone())
        for statement in (
            f"GRANT CONNECT ON DATABASE {database} TO {name}",
            f"GRANT USAGE, CREATE ON SCHEMA {schema} TO {name}",
            f"REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM {name}",
            f"GRANT {ENOUGH} ON ALL TABLES IN SCHEMA {schema} TO {name}",
            f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {schema} TO {name}",
            *(f"REVOKE UPDATE, DELETE ON {table} FROM {name}" for table in ONLY_GROW),
            *(f"REVOKE INSERT, UPDATE, DELETE ON {table} FROM {name}" for table in ONLY_READ),
            *(f"ALTER TABLE {table} OWNER TO {name}" for table in _events()),
        ):
            cursor.execute(statement)


def _events() -> list[str]:
    """The table of events and those of its months."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT %s UNION ALL SELECT inhrelid::regclass::text FROM pg_inherits "
            "WHERE inhparent = to_regclass(%s)",
            [OWN, OWN],
        )
        return [name for (name,) in cursor.fetchall()]
