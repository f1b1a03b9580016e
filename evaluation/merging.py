"""Two people in one table of the form: what each changed since they began, field by field.

A page carries a digest of every field as it was shown. A save is held against these digests and
against what lies in the draft by then: what only one side changed needs no question."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from evaluation.rulebook.form import is_blank

Digests = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Merged:
    content: dict[str, Any]  # where both changed a field: mine
    disputed: tuple[str, ...]  # the fields that both changed, to different ends


def digests(names: Iterable[str], content: Mapping[str, Any]) -> dict[str, str]:
    """A short digest of each field; an empty one where nothing was entered."""
    return {name: _digest(content.get(name)) for name in names}


def _digest(value: Any) -> str:
    if is_blank(value):
        return ""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:12]


def merge(
    names: Iterable[str], began: Digests, mine: Mapping[str, Any], theirs: Mapping[str, Any]
) -> Merged:
    """My table with what only they changed since I `began`. A field without a digest may have
    changed on both sides."""
    content = dict(mine)
    disputed = []
    for name in names:
        ours, others, start = _digest(mine.get(name)), _digest(theirs.get(name)), began.get(name)
        if ours == others or others == start:
            continue
        if ours != start:
            disputed.append(name)
        elif name in theirs:
            content[name] = theirs[name]
        else:
            content.pop(name, None)
    return Merged(content, tuple(disputed))
