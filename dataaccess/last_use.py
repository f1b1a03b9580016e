"""When a key was used last. It is shown to people: every few minutes is exact enough, and saves a
write a call. A delivery that goes by one statement notes it there (at_once.py)."""

from datetime import datetime, timedelta

from django.db.models import Q

from dataaccess.models import ApiKey

_NOTED_EVERY = timedelta(minutes=5)


def is_due(key: ApiKey, now: datetime) -> bool:
    return key.last_used_at is None or key.last_used_at < now - _NOTED_EVERY


def note(key: ApiKey, now: datetime) -> None:
    if is_due(key, now):
        ApiKey.objects.filter(pk=key.pk).filter(
            Q(last_used_at__isnull=True) | Q(last_used_at__lt=now)
        ).update(last_used_at=now)
        key.last_used_at = now
