from datetime import timedelta

from django.db import migrations
from django.utils import timezone


def keep_as_published(apps, schema_editor):
    """Earlier notices bear what their document says; without one, what the case says now."""
    Publication = apps.get_model("evaluation", "Publication")
    told = Publication.objects.select_related("evaluation__organisation", "evaluation__base", "document")
    for notice in told.iterator():
        said = ((notice.document and notice.document.content) or {}).get("case") or {}
        case = notice.evaluation
        notice.applicant = said.get("applicant") or case.organisation.name
        notice.base_name = said.get("base") or case.base.name
        notice.place = said.get("place") or case.place
        notice.save(update_fields=["applicant", "base_name", "place"])


def give_the_office_its_days(apps, schema_editor):
    """Reviews that are with the office now: as long as the settings usually give, from then on."""
    Review = apps.get_model("evaluation", "Review")
    for state, days in (("submitted", 21), ("rechecking", 14)):
        for review in Review.objects.filter(state=state, state_since__isnull=False):
            review.office_by = timezone.localdate(review.state_since) + timedelta(days=days)
            review.save(update_fields=["office_by"])


def release_the_revoked(apps, schema_editor):
    """Bases whose certification was revoked before the base kept the day: the register says it."""
    Base = apps.get_model("dataaccess", "Base")
    RegisterEntry = apps.get_model("evaluation", "RegisterEntry")
    last = {}
    entries = RegisterEntry.objects.order_by("made_at", "id")
    for base, state, day in entries.values_list("certificate__base", "state", "on"):
        last[base] = (state, day)
    for base, (state, day) in last.items():
        if state == "revoked":
            Base.objects.filter(pk=base, released_on=None).update(released_on=day)


class Migration(migrations.Migration):
    dependencies = [
        ("dataaccess", "0006_questions_asked_anew"),
        ("evaluation", "0010_corrections_and_office_deadlines"),
    ]

    operations = [
        migrations.RunPython(keep_as_published, migrations.RunPython.noop),
        migrations.RunPython(give_the_office_its_days, migrations.RunPython.noop),
        migrations.RunPython(release_the_revoked, migrations.RunPython.noop),
    ]
