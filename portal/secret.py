"""The development portal's own secret key, made on first use: there is no default secret."""

import secrets
from pathlib import Path


def development_secret(folder: Path) -> str:
    """Read the key kept in `folder`, or make one that only its owner may read."""
    path = folder / "secret_key"
    try:
        with path.open("x", encoding="ascii") as file:
            path.chmod(0o600)
            file.write(secrets.token_urlsafe(64))
    except FileExistsError:
        pass
    return path.read_text(encoding="ascii")
