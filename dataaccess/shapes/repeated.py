"""An object in which a name stands twice. JSON readers take the later value without a word; which one
was meant nobody can say, so it is refused. Pure."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from dataaccess.shapes.faults import Fault, fault
from dataaccess.shapes.text import shown

# A payload of a million names gets an answer of reasonable size.
_MOST_NAMED = 100


@dataclass(frozen=True, slots=True)
class Repeated:
    """No dict, so that nothing takes it for one. `values` has the later of each two."""

    values: dict[str, Any]
    times: dict[str, int]

    def faults(self) -> list[Fault]:
        return [
            fault(
                shown(name, 64),
                "duplicate_key",
                f"“{shown(name)}”在同一个 JSON 对象中出现了{times}次，无法判断以哪个为准，请只保留一个。",
            )
            for name, times in list(self.times.items())[:_MOST_NAMED]
        ]


def as_object(pairs: list[tuple[str, Any]]) -> dict[str, Any] | Repeated:
    """What a reader of JSON makes of an object's names and values."""
    values = dict(pairs)
    if len(values) == len(pairs):
        return values
    times = Counter(name for name, _value in pairs)
    return Repeated(values, {name: count for name, count in times.items() if count > 1})
