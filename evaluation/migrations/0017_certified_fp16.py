from decimal import Decimal
from typing import Any

from django.db import migrations


def remember(apps: Any, schema_editor: Any) -> None:
    """Each base gets the FP16 that its latest standing certificate rests on."""
    peaks = (
        apps.get_model("evaluation", "Certificate")
        .objects.filter(state__in=("valid", "rectification"))
        .order_by("certified_on", "pk")
        .values_list("base_id", "score_run__inputs__fp16_peak")
    )
    found = {base: int(Decimal(str(peak))) for base, peak in peaks if peak is not None}
    bases = apps.get_model("dataaccess", "Base").objects
    for base, fp16 in found.items():
        bases.filter(pk=base).update(certified_fp16=fp16)


class Migration(migrations.Migration):
    """The base itself says what was certified of it, for reports to be held against."""

    dependencies = [
        ("evaluation", "0016_days_of_earlier_objections"),
        ("dataaccess", "0007_certified_fp16"),
    ]

    operations = [migrations.RunPython(remember, migrations.RunPython.noop)]
