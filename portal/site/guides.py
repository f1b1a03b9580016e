"""The guides under 使用帮助: one file for each reader and language in portal/site/guides.

Words in braces are words of the pages, by their Chinese name: {提交申报}. They are translated as
everywhere, so that a guide always says what the button says. The pictures are made from the example
data (`make screenshots`)."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from html import unescape
from pathlib import Path

from django.conf import settings
from django.utils.html import conditional_escape, strip_tags
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

FOLDER = Path(__file__).parent / "guides"
READERS = ("applicant", "expert", "secretariat", "operator")
WORD = re.compile(r"\{([^{}]+)\}")


@dataclass(frozen=True)
class Task:
    id: str
    title: str
    steps: tuple[str, ...]
    picture: str = ""
    caption: str = ""

    @property
    def said(self) -> list[SafeString]:
        """The steps, with the words of the pages set apart."""
        return [_said(step) for step in self.steps]

    @property
    def text(self) -> str:
        return f"{self.title} {unescape(strip_tags(' '.join(self.said)))}"

    @property
    def steps_text(self) -> str:
        """The steps as plain text: the words of the pages stand in quotes."""
        return " ".join(WORD.sub(lambda word: f"“{gettext(word[1])}”", step) for step in self.steps)


@dataclass(frozen=True)
class Guide:
    reader: str
    title: str
    lead: str
    tasks: tuple[Task, ...]


@cache
def guide(reader: str, language: str) -> Guide:
    """The guide for one of READERS, in "zh" or "en"."""
    read = tomllib.loads((FOLDER / f"{reader}.{language}.toml").read_text(encoding="utf-8"))
    tasks = tuple(
        Task(**{**task, "steps": tuple(task["steps"])})  # a key that is none is refused here
        for task in read["tasks"]
    )
    return Guide(reader, read["title"], read["lead"], tasks)


def guides(language: str) -> list[Guide]:
    return [guide(reader, language) for reader in READERS]


def picture(name: str, language: str) -> str:
    """Where a picture lies below static/."""
    return f"help/{language}/{name}.webp"


def fine_picture(name: str, language: str) -> str:
    """The same at twice the size, for screens that are fine."""
    return f"help/{language}/{name}@2x.webp"


@cache
def size(name: str, language: str) -> tuple[int, int]:
    """Width and height of a picture, so that the page does not jump while it loads."""
    head = (settings.BASE_DIR / "static" / picture(name, language)).read_bytes()[:30]
    assert head[12:16] == b"VP8 ", "a plain lossy WebP, as tools/screenshots.py writes it"
    width, height = (int.from_bytes(head[at : at + 2], "little") & 0x3FFF for at in (26, 28))
    return width, height


def _said(step: str) -> SafeString:
    parts = WORD.split(step)
    return mark_safe(  # noqa: S308 - each part is escaped
        "".join(
            f"<b>{conditional_escape(gettext(part))}</b>" if nth % 2 else conditional_escape(part)
            for nth, part in enumerate(parts)
        )
    )
