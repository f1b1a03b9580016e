"""What tables alone do not say: the register only grows, and an installation begins with a list of
usual reasons."""

import tomllib
from pathlib import Path

from django.db import migrations

# The register only grows, whoever writes. A later migration that alters the table has to add the
# triggers again on SQLite, which makes the table anew; a test looks for them.
APPEND_ONLY = {
    "postgresql": (
        """
        CREATE FUNCTION evaluation_register_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'the register only grows'; END $$
        """,
        """
        CREATE TRIGGER register_only_grows BEFORE UPDATE OR DELETE ON evaluation_registerentry
        FOR EACH ROW EXECUTE FUNCTION evaluation_register_only_grows()
        """,
    ),
    "sqlite": (
        """
        CREATE TRIGGER register_never_changes BEFORE UPDATE ON evaluation_registerentry
        BEGIN SELECT RAISE(ABORT, 'the register only grows'); END
        """,
        """
        CREATE TRIGGER register_never_shrinks BEFORE DELETE ON evaluation_registerentry
        BEGIN SELECT RAISE(ABORT, 'the register only grows'); END
        """,
    ),
}


AND_BACK = {
    "postgresql": ("DROP FUNCTION evaluation_register_only_grows() CASCADE",),
    "sqlite": ("DROP TRIGGER register_never_changes", "DROP TRIGGER register_never_shrinks"),
}


def make_append_only(apps, schema_editor):
    for statement in APPEND_ONLY[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


def open_again(apps, schema_editor):
    for statement in AND_BACK[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


def first_list(apps, schema_editor):
    """The list that a new installation begins with. Going back leaves it, with what was added."""
    if apps.get_model("evaluation", "UsualReason").objects.exists():
        return
    text = (Path(__file__).parents[1] / "data" / "usual_reasons.toml").read_text(encoding="utf-8")
    reasons = apps.get_model("evaluation", "UsualReason").objects
    for entry in tomllib.loads(text)["reason"]:
        reasons.create(
            slot=entry.get("slot"), clause=entry.get("clause", ""), text=entry["text"]
        )


class Migration(migrations.Migration):
    replaces = [
        ("evaluation", "0009_certificates_and_reviews"),
        ("evaluation", "0020_usual_reasons"),
    ]

    dependencies = [("evaluation", "0001_tables")]

    operations = [
        migrations.RunPython(make_append_only, open_again),
        migrations.RunPython(first_list, migrations.RunPython.noop),
    ]
