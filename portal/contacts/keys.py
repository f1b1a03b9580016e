"""Sealing texts with the keys of CONTACT_KEYS: the first one seals, every one opens.

A sealed text names its key, "sealed:1f0c…:gAAAA…", so that a rotation finds what is left to do."""

import hashlib
import hmac
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings

MARK = "sealed:"


class CannotOpen(Exception):
    """No key of CONTACT_KEYS opens a text."""


def seal(text: str) -> str:
    """The text as it is kept. An empty one stays empty: it tells nothing, and constraints and
    filters ask for it."""
    if not text:
        return ""
    name = current()
    return f"{MARK}{name}:{_fernets(_keys())[name].encrypt(text.encode()).decode()}"


def unseal(kept: str) -> str:
    """The text that was sealed. What has no mark was never sealed: rows from before, and values
    that a query made itself."""
    if not kept.startswith(MARK):
        return kept
    name, _colon, token = kept.removeprefix(MARK).partition(":")
    fernet = _fernets(_keys()).get(name)
    if fernet is None:
        raise CannotOpen(f"No key {name} in CONTACT_KEYS; it was there when this text was sealed.")
    try:
        return fernet.decrypt(token.encode()).decode()
    except InvalidToken as fault:
        raise CannotOpen("A sealed text was altered.") from fault


def is_current(kept: str) -> bool:
    """Whether a text as it is kept needs no rotation."""
    return not kept or kept.startswith(f"{MARK}{current()}:")


def current() -> str:
    """The name of the key that seals."""
    return next(iter(_fernets(_keys())))


def blind(text: str) -> str:
    """What is kept beside a sealed text to find the same text again: a keyed digest."""
    return _digest(_keys()[0], text) if text else ""


def blinds(text: str) -> list[str]:
    """What it may be kept as, while a rotation runs."""
    return [_digest(key, text) for key in _keys()] if text else []


def _digest(key: str, text: str) -> str:
    own = hashlib.sha256(b"blind index:" + key.encode()).digest()
    return hmac.new(own, text.strip().lower().encode(), hashlib.sha256).hexdigest()


def _keys() -> tuple[str, ...]:
    return tuple(settings.CONTACT_KEYS)


@lru_cache(maxsize=8)
def _fernets(keys: tuple[str, ...]) -> dict[str, Fernet]:
    return {hashlib.sha256(key.encode()).hexdigest()[:8]: Fernet(key) for key in keys}
