"""Reads of a person's own inbox."""

from typing import Any

from django.db.models import QuerySet

from portal.notifications.kinds import Kind, Mail, table
from portal.notifications.models import Notification, SwitchedOff

# More unread than this are not counted: "99+" says enough.
MOST_COUNTED = 99


def inbox(user: Any) -> QuerySet[Notification]:
    """What was told to a person, the newest first."""
    return Notification.objects.filter(user=user).order_by("-id")


def unread(user: Any) -> QuerySet[Notification]:
    return inbox(user).filter(read_at__isnull=True)


def unread_count(user: Any) -> int:
    """How many are unread; one more than MOST_COUNTED means more. One query."""
    return unread(user).values("pk")[: MOST_COUNTED + 1].count()


def kinds_for(user: Any) -> list[Kind]:
    """The kinds that a person of this role may get."""
    return [kind for kind in table().values() if user.role in kind.readers]


def switched_off(user: Any) -> set[str]:
    return set(SwitchedOff.objects.filter(user=user).values_list("kind", flat=True))


def can_switch_off(user: Any) -> list[str]:
    return [kind.code for kind in kinds_for(user) if kind.mail == Mail.BY_CHOICE]
