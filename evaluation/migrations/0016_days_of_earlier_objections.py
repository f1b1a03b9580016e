from datetime import timedelta

from django.db import migrations
from django.utils import timezone

# As long as the settings usually give, and never less than a few days from now: nobody is late for
# a day that was not set before.
AT_LEAST = timedelta(days=7)
HANDLING = timedelta(days=21)
DECIDING = timedelta(days=7)


def give_open_objections_their_day(apps, schema_editor):
    """Objections that came in before there was a day for them, and are open."""
    Objection = apps.get_model("evaluation", "Objection")
    for objection in Objection.objects.filter(due_on__isnull=True, closed_at__isnull=True):
        objection.due_on = max(objection.received_on + HANDLING, timezone.localdate() + AT_LEAST)
        objection.save(update_fields=["due_on"])


def give_the_decision_maker_days(apps, schema_editor):
    """Corrections that wait to be decided: the case is with the decision maker since then."""
    ResultCorrection = apps.get_model("evaluation", "ResultCorrection")
    waiting = ResultCorrection.objects.filter(approved__isnull=True).select_related("evaluation")
    for correction in waiting:
        case = correction.evaluation
        proposed = timezone.localdate(correction.proposed_at)
        case.state_since = correction.proposed_at
        case.deadline = max(proposed + DECIDING, timezone.localdate() + AT_LEAST)
        case.save(update_fields=["state_since", "deadline"])


class Migration(migrations.Migration):
    dependencies = [("evaluation", "0015_objection_reminders")]

    operations = [
        migrations.RunPython(give_open_objections_their_day, migrations.RunPython.noop),
        migrations.RunPython(give_the_decision_maker_days, migrations.RunPython.noop),
    ]
