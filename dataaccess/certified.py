"""What was certified of a base. Certificates are known one floor up, which says here whom to ask:
a report is held against the certified figure while it is taken in."""

from collections.abc import Callable


def _nothing(_base: int) -> int | None:
    return None


_lookup: Callable[[int], int | None] = _nothing


def ask(lookup: Callable[[int], int | None]) -> None:
    """Name the function that gives a base's certified FP16 (PFLOPS), by the base's key."""
    global _lookup
    _lookup = lookup


def fp16_of(base: int) -> int | None:
    return _lookup(base)
