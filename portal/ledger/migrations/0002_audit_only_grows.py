"""The audit trail only grows, whoever writes. A later migration that alters the table has to add
the triggers again on SQLite, which makes the table anew; a test looks for them."""

from django.db import migrations

MAKE = {
    "postgresql": (
        """
        CREATE FUNCTION ledger_audit_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'the audit trail only grows'; END $$
        """,
        """
        CREATE TRIGGER audit_only_grows BEFORE UPDATE OR DELETE ON ledger_auditevent
        FOR EACH ROW EXECUTE FUNCTION ledger_audit_only_grows()
        """,
        """
        CREATE TRIGGER audit_is_never_emptied BEFORE TRUNCATE ON ledger_auditevent
        FOR EACH STATEMENT EXECUTE FUNCTION ledger_audit_only_grows()
        """,
    ),
    "sqlite": (
        """
        CREATE TRIGGER audit_never_changes BEFORE UPDATE ON ledger_auditevent
        BEGIN SELECT RAISE(ABORT, 'the audit trail only grows'); END
        """,
        """
        CREATE TRIGGER audit_never_shrinks BEFORE DELETE ON ledger_auditevent
        BEGIN SELECT RAISE(ABORT, 'the audit trail only grows'); END
        """,
    ),
}
REMOVE = {
    "postgresql": ("DROP FUNCTION ledger_audit_only_grows() CASCADE",),
    "sqlite": ("DROP TRIGGER audit_never_changes", "DROP TRIGGER audit_never_shrinks"),
}


def make(apps, schema_editor):
    for statement in MAKE[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


def remove(apps, schema_editor):
    for statement in REMOVE[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_tables")]

    operations = [migrations.RunPython(make, remove)]
