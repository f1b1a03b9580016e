"""The portal's secrets, each in a file of its own, apart from the data."""

import hmac
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from evaluation.documents import signing
from portal.recovery import manifest

SECRET = "secret_key"  # noqa: S105 - the name of a file
CONTACTS = "contact_keys"
SIGNING = "signing_key.p12"
TRUSTED = "signing_trusted.pem"


def write(folder: Path) -> list[str]:
    """Copy the keys that this portal has; returns the names of the files."""
    kept = _of_the_environment()
    key = signing.key_file()
    if key is not None:
        kept[SIGNING] = key.read_bytes()
    if settings.SIGNING_TRUSTED_FILE:
        kept[TRUSTED] = Path(settings.SIGNING_TRUSTED_FILE).read_bytes()
    for name, content in kept.items():
        manifest.private(folder / name, content)
    manifest.write(folder, holds="keys")
    return list(kept)


def signing_target() -> Path | None:
    """Where the signing key belongs here."""
    if settings.SIGNING_KEY_FILE:
        return Path(settings.SIGNING_KEY_FILE)
    return None if settings.PRODUCTION else signing.example_key_file()


def obstacles(folder: Path) -> Iterator[str]:
    """Why the keys cannot be put in place, each in a sentence."""
    target = signing_target()
    if not (folder / SIGNING).exists():
        return
    if target is None:
        yield "The backup has a signing key: set SIGNING_KEY_FILE to where it shall lie."
    elif target.exists() and target.read_bytes() != (folder / SIGNING).read_bytes():
        yield f"Another signing key lies at {target} already."


def put_back(folder: Path) -> Iterator[str]:
    """Put the signing key in its place; the rest comes from the environment, so say what to do."""
    target = signing_target()
    if (folder / SIGNING).exists() and target is not None:
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            manifest.private(target, (folder / SIGNING).read_bytes())
        yield f"The signing key lies at {target}; its password is SIGNING_KEY_PASSWORD."
    if (folder / TRUSTED).exists():
        yield f"Set SIGNING_TRUSTED_FILE to a copy of {folder / TRUSTED}."
    now = _of_the_environment()
    for name, setting, loss in (
        (
            SECRET,
            "SECRET_KEY",
            "links in mails and the codes of objectors and devices no longer open",
        ),
        (CONTACTS, "CONTACT_KEYS", "contact data cannot be read"),
    ):
        kept = folder / name
        if kept.exists() and not hmac.compare_digest(kept.read_bytes(), now[name]):
            yield f"{setting} is not what {kept} holds: set it to that, or {loss}."


def _of_the_environment() -> dict[str, bytes]:
    return {
        SECRET: settings.SECRET_KEY.encode(),
        CONTACTS: ",".join(settings.CONTACT_KEYS).encode(),
    }
