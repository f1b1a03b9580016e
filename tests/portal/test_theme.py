"""Light and dark: every token has a value in both, every pair that stands together can be read, and
the reader's choice holds."""

import re
from pathlib import Path

import pytest
from django.test import Client

CSS = Path(__file__).resolve().parents[2] / "static/css"
COLOUR = re.compile(r"--([\w-]+): (#[0-9a-f]{6});")
LIGHT = dict(COLOUR.findall((CSS / "tokens.css").read_text()))
DARK = dict(COLOUR.findall((CSS / "dark.css").read_text()))
THEMES = {"light": LIGHT, "dark": DARK}

TEXT = ["ink", "quiet", "press", "press-hover", "met", "not-met", "missing", "attention"]
# What is written on which ground.
GROUNDS = {
    "paper": [*TEXT, "seal"],
    "wash": [*TEXT, "seal"],
    "press": ["on-press", "paper"],
    "press-hover": ["on-press"],
    "press-tint": ["ink", "press", "press-hover", "quiet"],
    "met-tint": ["met", "ink"],
    "not-met-tint": ["not-met", "ink"],
    "not-met": ["paper"],
    "missing-tint": ["missing", "ink"],
    "attention-tint": ["attention", "ink"],
    "press-1": ["ink"],
    "press-2": ["ink"],
    "press-3": ["on-press"],
}
WALL = {
    "wall-ground": ["wall-ink", "wall-quiet", "wall-press", "wall-4"],
    "wall-wash": ["wall-ink", "wall-quiet"],
    "wall-1": ["wall-ink"],
    "wall-2": ["wall-ink"],
    "wall-3": ["wall-ground"],
    "wall-4": ["wall-ground"],
}
PAIRS = [
    *((theme, ground, text) for theme in THEMES for ground in GROUNDS for text in GROUNDS[ground]),
    *(("light", ground, text) for ground in WALL for text in WALL[ground]),
]


def luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_the_contrast_is_that_of_the_guidelines():
    """The figures of WCAG's own examples."""
    assert contrast("#000000", "#ffffff") == 21
    assert round(contrast("#767676", "#ffffff"), 2) == 4.54


@pytest.mark.parametrize(("theme", "ground", "text"), PAIRS)
def test_text_can_be_read(theme: str, ground: str, text: str):
    assert contrast(THEMES[theme][ground], THEMES[theme][text]) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("ground", ["paper", "wash"])
def test_edges_of_fields_can_be_seen(theme: str, ground: str):
    assert contrast(THEMES[theme][ground], THEMES[theme]["line-field"]) >= 3


def test_every_colour_has_both_values():
    assert {name for name in LIGHT if not name.startswith("wall-")} == set(DARK)


def test_every_colour_that_is_used_has_a_value():
    every = "\n".join(path.read_text() for path in CSS.glob("*.css"))
    used = set(re.findall(r"var\(--([\w-]+)\)", every))
    given = set(re.findall(r"--([\w-]+):", every))
    assert {name for name in used - given if not name.startswith("bs-")} == set()


# The reader's choice

SYSTEM = 'css/dark.css" media="screen and (prefers-color-scheme: dark)"'
ALWAYS = 'css/dark.css" media="screen"'


def head(client: Client) -> str:
    return client.get("/verify/").content.decode().partition("</head>")[0]


def choose(client: Client, theme: str, back: str = "/register/?state=valid"):
    return client.post("/theme/", {"theme": theme, "next": back})


@pytest.mark.django_db
def test_without_a_choice_the_page_is_as_the_readers_system_is(client: Client):
    page = head(client)
    assert (SYSTEM in page, ALWAYS in page) == (True, False)


@pytest.mark.django_db
def test_what_was_chosen_holds_until_something_else_is(client: Client):
    assert choose(client, "dark").url == "/register/?state=valid"
    page = head(client)
    assert (SYSTEM in page, ALWAYS in page) == (False, True)
    choose(client, "light")
    assert "dark.css" not in head(client)
    choose(client, "auto")
    assert SYSTEM in head(client)


@pytest.mark.django_db
def test_the_foot_says_what_is_chosen(client: Client):
    def pressed() -> list[str]:
        page = client.get("/verify/").content.decode()
        return re.findall(r'value="(\w+)" aria-pressed="true"', page)

    assert pressed() == ["auto"]
    choose(client, "dark")
    assert pressed() == ["dark"]


@pytest.mark.django_db
@pytest.mark.parametrize("back", ["https://elsewhere.example/", "//elsewhere.example", ""])
def test_nobody_is_led_elsewhere(client: Client, back: str):
    assert choose(client, "dark", back).url == "/"


@pytest.mark.django_db
def test_a_forged_choice_is_none(client: Client):
    client.cookies["theme"] = 'dark" onload="x'
    assert SYSTEM in head(client)
