"""The cards of a base, and which of them a task may run on: by model, domestic or any.

Table B.1 tells accelerators apart by kind alone; what is known of cards is the list of the
declaration that a base was certified by (8.3.2 d, 8.3.6 a). It names model, count, peak and whether
the card is domestic; no maker, so that none can be asked for. Pure: no framework, no database."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

MODEL_LENGTH = 128  # as in the declaration
# What a model's name is looked up by: letters, digits, signs and Chinese, not blanks alone.
MODEL = "^[ \u3000]*[!-~一-龥！-～][ \u3000!-~一-龥！-～]*$"  # not translated: a pattern
_MODEL = re.compile(MODEL)


@dataclass(frozen=True, slots=True)
class Card:
    """A row of the list: so many cards of a model."""

    model: str
    count: int
    peak_tflops: Decimal
    domestic: bool

    @property
    def pflops(self) -> Decimal:
        """The dense FP16 peak of all of them."""
        return self.count * self.peak_tflops / 1000


@dataclass(frozen=True, slots=True)
class CardsWanted:
    """What a task asks of the cards; nothing by itself. `model`: a part of the model's name."""

    model: str = ""
    domestic: bool = False

    def __bool__(self) -> bool:
        return bool(self.model) or self.domestic

    def among(self, cards: Iterable[Card]) -> tuple[Card, ...]:
        """Those a task may run on."""
        part = _plain(self.model)
        return tuple(
            card
            for card in cards
            if part in _plain(card.model) and (card.domestic or not self.domestic)
        )


ANY_CARDS = CardsWanted()


def is_model(text: str) -> bool:
    """Whether a text can be a part of a model's name."""
    return _MODEL.fullmatch(text) is not None


def _plain(model: str) -> str:
    """A model's name whatever its width, case and blanks."""
    return "".join(unicodedata.normalize("NFKC", model).casefold().split())
