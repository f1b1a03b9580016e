"""Storage over the years: months made ahead, and events that are older than the retention let go.
Their counts stay for ever. Safe to run twice, and to be killed at any point."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import TruncDate
from django.utils import timezone

from dataaccess import months, rollups, windows
from dataaccess.models import (
    Base,
    DataCallItem,
    EarlierVersion,
    EventKey,
    Receipt,
    SecurityEvent,
)

BATCH = 5000


def keep_storage(now: datetime | None = None) -> int:
    """Make the months ahead and let go of what is too old. Returns how many events were let go."""
    moment = now or timezone.now()
    if months.partitioned():
        months.ensure_ahead(moment)
    if not settings.EVENT_RETENTION_MONTHS:
        return 0
    # Whole months, counted from the one that runs: never earlier than the setting says.
    first = months.later(months.first_of(moment), -settings.EVENT_RETENTION_MONTHS)
    before = months.beginning(first)
    gone = sum(_let_go_of_events(base, before) for base in Base.everything.order_by("pk"))
    if months.partitioned():
        for month in months.stored():
            if month < first:
                months.drop(month)
    _in_batches(EarlierVersion.objects.filter(kind="security_event", replaced_at__lt=before))
    answers = DataCallItem.objects.filter(receipt=OuterRef("pk"))
    receipts = Receipt.objects.filter(interface="security_event", received_at__lt=before)
    _in_batches(receipts.exclude(Exists(answers)))
    return gone


def _let_go_of_events(base: Base, before: datetime) -> int:
    """One pass over the base's keys, a batch at a time under the base's lock. Where each month has
    a table, the rows go with it."""
    gone, last = 0, ""
    while True:
        with transaction.atomic():
            Base.everything.select_for_update(no_key=True, of=("self",)).get(pk=base.pk)
            keys = EventKey.objects.filter(
                base=base, received_at__lt=before, event_id__gt=last
            ).order_by("event_id")[:BATCH]
            found = list(keys.values_list("event_id", "event", "received_at"))
            if not found:
                return gone
            ids = [event_id for event_id, _row, _at in found]
            moments = [at for _id, _row, at in found]
            rows = SecurityEvent.objects.filter(
                pk__in=[row for _id, row, _at in found],
                received_at__range=(min(moments), max(moments)),
            )
            _archive(base, rows)
            EventKey.objects.filter(base=base, event_id__in=ids).delete()
            if not months.partitioned():
                rows.delete()
        gone, last = gone + len(found), ids[-1]


def _archive(base: Base, rows: QuerySet[SecurityEvent]) -> None:
    counted = (
        rows.annotate(day=TruncDate("occurred_at", tzinfo=windows.SHANGHAI))
        .order_by()
        .values(*rollups.Slot._fields)
        .annotate(events=Count("id"), still=Count("id", filter=Q(ongoing=True)))
    )
    changes = rollups.Changes()
    for row in counted:
        events, still = row.pop("events"), row.pop("still")
        changes.add(rollups.Slot(**{**row, "day": row["day"].isoformat()}), events, still)
    rollups.archive_events(base, changes)


def _in_batches(rows: QuerySet[Any]) -> None:
    model = rows.model
    while found := list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH]):
        model.objects.filter(pk__in=found).delete()
