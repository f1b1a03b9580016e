"""What a channel carries."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Message:
    """Plain text; `to` is an address, or empty for a group chat."""

    subject: str
    body: str
    to: str = ""


class Channel(Protocol):
    """A way out of the house."""

    def is_set_up(self) -> bool:
        """Whether its settings were given."""

    def send(self, message: Message) -> None:
        """Carry one message; raises whatever went wrong, and the outbox tries again."""
