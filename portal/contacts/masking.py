"""Contact data as those see them who need not know them: 138****1234, l***@example.org."""

import re

EMAIL = re.compile(r"([^\s@，,；;（(]+)@([^\s@，,；;）)]+)")
NUMBER = re.compile(r"\+?\d(?:[\d\- ]*\d)?[Xx]?")
LETTER = re.compile(r"[^\W\d_]")


def email(text: str) -> str:
    """The first letter and the domain."""
    return EMAIL.sub(lambda found: f"{found[1][0]}***@{found[2]}", text)


def phone(text: str) -> str:
    """The first three and the last four digits; of short numbers the last two."""
    places = [place for place, sign in enumerate(text) if sign.isdigit()]
    first, last = (3, 4) if len(places) >= 8 else (0, 2 if len(places) > 4 else 0)
    covered = set(places[first : len(places) - last])
    return "".join("*" if place in covered else sign for place, sign in enumerate(text))


def identity(text: str) -> str:
    """The first three signs and the last two; of short ones none."""
    if len(text) < 8:
        return "*" * len(text)
    return text[:3] + "*" * (len(text) - 5) + text[-2:]


def name(text: str) -> str:
    """The first letter."""
    return f"{text[0]}**" if text else ""


def contact(text: str) -> str:
    """What somebody typed as the way to be reached: addresses and numbers as above, of all other
    words nothing."""
    shown, end = [], 0
    for found in re.finditer(f"{EMAIL.pattern}|{NUMBER.pattern}", text):
        shown.append(LETTER.sub("*", text[end : found.start()]))
        shown.append(email(found[0]) if "@" in found[0] else phone(found[0]))
        end = found.end()
    return "".join([*shown, LETTER.sub("*", text[end:])])
