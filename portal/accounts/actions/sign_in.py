"""What is kept of signing in: who came and went, what failed, and from where. Called by the adapter
of django-allauth, which decides whether somebody may sign in."""

import hashlib
from collections.abc import Mapping
from typing import Any

from django.core.cache import cache
from django.db import transaction
from django.utils import timezone

from portal.accounts import letters, queries
from portal.accounts.models import User
from portal.contacts.keys import seal
from portal.ledger import audit

# A storm of attempts on one name is one event in this time: as long as a name stays locked.
LOCKED_SECONDS = 300


@transaction.atomic
def note_sign_in(user: User, address: str) -> None:
    audit.record(user, "accounts.sign_in", f"user:{user.pk}", address=address)


@transaction.atomic
def note_sign_out(user: User, address: str) -> None:
    audit.record(user, "accounts.sign_out", f"user:{user.pk}", address=address)


@transaction.atomic
def note_failure(credentials: Mapping[str, Any], address: str) -> None:
    """A wrong password. What was typed as a name is kept only where it is somebody's: people type
    their password into the wrong field."""
    audit.record(None, "accounts.sign_in_failed", _subject(credentials), address=address)


@transaction.atomic
def note_lock_out(credentials: Mapping[str, Any], address: str, key: str) -> None:
    """Too many failures; once for each lock."""
    digest = hashlib.sha256(key.encode()).hexdigest()
    if cache.add(f"locked_out:{digest}", 1, LOCKED_SECONDS):
        audit.record(None, "accounts.locked_out", _subject(credentials), address=address)


def _subject(credentials: Mapping[str, Any]) -> str:
    user = queries.user_named(typed_name(credentials)[:254])
    return f"user:{user.pk}" if user else "sign_in"


def typed_name(credentials: Mapping[str, Any]) -> str:
    """What was typed as login name or address."""
    return str(credentials.get("username") or credentials.get("email") or "")


@transaction.atomic
def send_reset_link(user: User) -> None:
    """The link is made when the mail is sent, and lies nowhere before."""
    letters.put("reset_password", f"{user.pk}:{timezone.now().timestamp()}", user=user.pk)


@transaction.atomic
def tell_unknown_address(address: str, language: str) -> None:
    """Somebody asked for a new password with an address that no account has."""
    key = (
        f"{hashlib.sha256(address.lower().encode()).hexdigest()[:24]}:{timezone.now().timestamp()}"
    )
    letters.put("unknown_account", key, address=seal(address), language=language)
