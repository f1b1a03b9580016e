from django.db import migrations
from django.utils import timezone


def add_records(apps, schema_editor):
    """Whoever has an expert's account belongs to the pool; the employer is the account's."""
    users = apps.get_model("accounts", "User")
    experts = apps.get_model("evaluation", "Expert")
    now = timezone.now()
    for user in users.objects.filter(role="expert").select_related("organisation").order_by("pk"):
        employer = user.organisation
        experts.objects.create(
            user=user,
            employer=employer.name if employer else "",
            employer_code=employer.credit_code if employer else "",
            saved_at=now,
        )


class Migration(migrations.Migration):
    """Apart from the tables: PostgreSQL does not change a table that has been written to in the
    same transaction."""

    dependencies = [
        ("evaluation", "0014_pool_and_draws"),
        ("accounts", "0004_invitations_of_experts"),
    ]

    operations = [migrations.RunPython(add_records, migrations.RunPython.noop)]
