from django.db import migrations, models


class Migration(migrations.Migration):
    """Objections get a last day; those received before keep none."""

    dependencies = [("evaluation", "0013_minutes_named")]

    operations = [
        migrations.AddField(
            model_name="objection",
            name="due_on",
            field=models.DateField(
                help_text="the office's last day; null: none was set",
                null=True,
                verbose_name="办理期限",
            ),
        ),
    ]
