"""What a person does with the own inbox."""

from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.utils import timezone

from portal.ledger import audit
from portal.notifications import queries
from portal.notifications.models import Notification, SwitchedOff
from portal.notifications.wording import LANGUAGES


def mark_read(notification: Notification) -> None:
    queries.unread(notification.user).filter(pk=notification.pk).update(read_at=timezone.now())


def mark_all_read(user: Any, newest: int) -> int:
    """Mark everything read that the reader had before their eyes: up to the newest one shown."""
    return queries.unread(user).filter(pk__lte=newest).update(read_at=timezone.now())


@transaction.atomic
def choose(user: Any, *, language: str, mails: Collection[str]) -> None:
    """Keep in which language and of which kinds a person wants mail. Kinds whose mail cannot be
    switched off stay as they are."""
    assert language in LANGUAGES, language
    off = sorted(code for code in queries.can_switch_off(user) if code not in mails)
    before = sorted(queries.switched_off(user))
    if (off, language) == (before, user.language or LANGUAGES[0]):
        return
    SwitchedOff.objects.filter(user=user).delete()
    SwitchedOff.objects.bulk_create([SwitchedOff(user=user, kind=code) for code in off])
    audit.record(
        user,
        "notifications.choose",
        f"user:{user.pk}",
        before={"language": user.language, "without_mail": before},
        after={"language": language, "without_mail": off},
    )
    user.language = language
    user.save(update_fields=["language"])
