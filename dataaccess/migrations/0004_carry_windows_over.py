"""The window that each base had becomes its first choice."""

from django.db import migrations

DEFAULT = "07:00-08:00"


def carry_over(apps, schema_editor):
    Base = apps.get_model("dataaccess", "Base")
    WindowChoice = apps.get_model("dataaccess", "WindowChoice")
    WindowChoice.objects.bulk_create(
        WindowChoice(base=base, window=base.window, since=base.created_at.date())
        for base in Base.objects.exclude(window=DEFAULT)
    )


class Migration(migrations.Migration):
    dependencies = [("dataaccess", "0003_windows_and_keys")]

    operations = [migrations.RunPython(carry_over, migrations.RunPython.noop)]
