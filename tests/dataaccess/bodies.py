"""Bodies that hold, to be changed in one place by each test."""

from typing import Any

from dataaccess.api.examples import BODIES


def base_info(**changes: Any) -> dict[str, Any]:
    return {**BODIES["base_info"], **changes}


def report(**changes: Any) -> dict[str, Any]:
    return {**BODIES["compute_report"], **changes}


def event(**changes: Any) -> dict[str, Any]:
    return {**BODIES["security_event"], **changes}


def without(body: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name not in names}
