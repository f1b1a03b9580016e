from django.db import migrations, models


def say_that_none_was_kept(apps, schema_editor):
    """Before draws there was no reason to be kept."""
    apps.get_model("evaluation", "Assignment").objects.filter(
        draw_round__isnull=True, manual_reason=""
    ).update(manual_reason="启用随机抽取之前的指派")


class Migration(migrations.Migration):
    dependencies = [("evaluation", "0015_records_of_present_experts")]

    operations = [
        migrations.RunPython(say_that_none_was_kept, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="assignment",
            constraint=models.CheckConstraint(
                condition=models.Q(draw_round__isnull=False) | ~models.Q(manual_reason=""),
                name="drawn_or_with_a_reason",
            ),
        ),
    ]
