"""How the bases that are waited for stand today: every one of them in exactly one group, so that
each number that is shown leads to a list of as many."""

from datetime import datetime
from typing import Any

from django.db.models import Case, Count, Exists, OuterRef, Q, QuerySet, Value, When

from dataaccess import windows
from dataaccess.days import connected, planned_on, with_window
from dataaccess.models import Base, ComputeReport

# Reported; its window may still be met; it closed without a report; downtime was announced.
STANDINGS = ("reported", "pending", "missing", "planned")


def waited_for(bases: QuerySet[Base], now: datetime) -> QuerySet[Any]:
    """Of these bases those that reported today or were to, each with its `standing`."""
    today = windows.day_of(now)
    over = [each.name for each in windows.WINDOWS if windows.is_over(each.name, today, now)]
    reported = Exists(ComputeReport.objects.filter(base=OuterRef("pk"), date=today))
    asked = bases.filter(Q(pk__in=connected(today).values("pk")) | Q(reported))
    return with_window(asked, today).annotate(
        standing=Case(
            When(reported, then=Value("reported")),
            When(Exists(planned_on(today)), then=Value("planned")),
            When(window__in=over, then=Value("missing")),
            default=Value("pending"),
        )
    )


def counts(bases: QuerySet[Base], now: datetime) -> dict[str, int]:
    """How many there are of each. One query."""
    found = dict(
        waited_for(bases, now)
        .order_by()
        .values("standing")
        .annotate(n=Count("pk"))
        .values_list("standing", "n")
    )
    return {standing: found.get(standing, 0) for standing in STANDINGS}
