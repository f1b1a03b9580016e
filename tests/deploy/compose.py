"""Reads docker-compose.yml the way Compose does, as far as that file goes."""

import re
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
VARIABLE = re.compile(r"\$(?:(\$)|\{([A-Z_]+)(?:(:-|:\?)([^}]*))?\})")


class Missing(Exception):
    """A variable that has to be set is not."""


def interpolate(text: str, values: dict[str, str]) -> str:
    """Put in `${NAME}`, `${NAME:-default}` and `${NAME:?message}`; `$$` is a dollar sign."""

    def value(match: re.Match[str]) -> str:
        dollar, name, kind, word = match.groups()
        if dollar:
            return "$"
        if values.get(name):
            return values[name]
        if kind == ":?":
            raise Missing(f"{name}: {word}")
        return word or ""

    return VARIABLE.sub(value, text)


def filled(part: Any, values: dict[str, str]) -> Any:
    match part:
        case str():
            return interpolate(part, values)
        case dict():
            return {key: filled(each, values) for key, each in part.items()}
        case list():
            return [filled(each, values) for each in part]
    return part


def raw() -> dict[str, Any]:
    file: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
    return file


def services(values: dict[str, str]) -> dict[str, Any]:
    """The services with every variable put in."""
    found: dict[str, Any] = filled(raw()["services"], values)
    return found
