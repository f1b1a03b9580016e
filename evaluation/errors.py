"""Refusals: sentences for the person who asked, never for a log."""

from collections.abc import Sequence
from typing import Any


class Refused(Exception):
    """The action cannot be done as asked. Each sentence says what, where and how to mend;
    all are given at once."""

    def __init__(self, *sentences: Any) -> None:
        super().__init__(*sentences)
        self.sentences: Sequence[Any] = sentences

    def __str__(self) -> str:
        return "\n".join(str(sentence) for sentence in self.sentences)


class NotAllowed(Refused):
    """This person may not do that to this thing."""


class WrongState(Refused):
    """The case is not where this move starts, perhaps because another was quicker."""


class NotConfirmed(Refused):
    """It can be done, but only with a second yes to what the sentences say. `waiting`: of whom or
    what they speak, as keys that the second yes names."""

    def __init__(self, *sentences: Any, waiting: Sequence[int]) -> None:
        super().__init__(*sentences)
        self.waiting = waiting


class Conflict(Refused):
    """Someone saved the same table meanwhile. Carries what stands there now."""

    def __init__(self, sentence: Any, current: Any) -> None:
        super().__init__(sentence)
        self.current = current
