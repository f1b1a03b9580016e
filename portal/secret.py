"""The development portal's own keys, made on first use: there is no default secret."""

import secrets
from collections.abc import Callable
from pathlib import Path

from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured

HOW = 'python3 -c "import base64, os; print(base64.urlsafe_b64encode(os.urandom(32)).decode())"'


def development_secret(folder: Path) -> str:
    """Read the secret key kept in `folder`, or make one that only its owner may read."""
    return _kept(folder / "secret_key", lambda: secrets.token_urlsafe(64))


def development_contact_key(folder: Path) -> str:
    """The same of the key that seals contact data."""
    return _kept(folder / "contact_key", lambda: Fernet.generate_key().decode())


def check_contact_keys(keys: list[str]) -> None:
    """Refuse to start with keys that seal nothing."""
    for key in keys or [""]:
        try:
            Fernet(key)
        except ValueError as fault:
            raise ImproperlyConfigured(
                f"CONTACT_KEYS needs keys of 32 bytes in Base64, with commas between: {HOW}"
            ) from fault


def _kept(path: Path, make: Callable[[], str]) -> str:
    try:
        with path.open("x", encoding="ascii") as file:
            path.chmod(0o600)
            file.write(make())
    except FileExistsError:
        pass
    return path.read_text(encoding="ascii")
