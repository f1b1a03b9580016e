"""What several documents say in the same way."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from dataaccess.regions import place_name
from evaluation.edition import edition_of
from evaluation.models import Declaration, Evaluation
from evaluation.rulebook import Edition, Indicator
from evaluation.rulebook.certificates import certificate_name

TEXTS = Path(__file__).parent.parent / "texts"
# A dash where there is nothing to print, so that an empty cell never looks forgotten.
NOTHING = "—"
UNVERIFIED = "无法核验"

Json = dict[str, Any]


def day(value: date) -> str:
    """2026年3月1日."""
    return f"{value.year}年{value.month}月{value.day}日"


def moment(value: datetime) -> str:
    """2026年3月1日 14:05, in the portal's time zone."""
    local = timezone.localtime(value)
    return f"{day(local.date())} {local:%H:%M}"


def region(province: str, city: str) -> str:
    """The names of a province and a city of GB/T 2260-2007, from their codes."""
    return place_name(province, city) or NOTHING


def case_facts(evaluation: Evaluation) -> Json:
    """The case as every document names it."""
    edition = edition_of(evaluation)
    category = edition.category(evaluation.category)
    base = evaluation.base
    return {
        "number": evaluation.number,
        "applicant": evaluation.organisation.name,
        "credit_code": evaluation.organisation.credit_code,
        "base": base.name,
        "region": region(base.province, base.city),
        "category": category.name,
        "level": category.level,
        "place": evaluation.place,
        "name_applied_for": certificate_name(edition, evaluation.category, evaluation.place),
        "standard": edition.title,
        "edition": edition.id,
        "issuer": settings.ISSUER_NAME,
        "submitted_on": day(timezone.localtime(evaluation.submitted_at).date())
        if evaluation.submitted_at
        else NOTHING,
    }


def shown(edition: Edition, values: Mapping[str, Any]) -> dict[str, str]:
    """Values of the score contract as a reader sees them, by indicator; 未填报 where none is."""
    clean = edition.parse_values(values).values
    return {i.code: i.show(clean.get(i.code)) for i in edition.indicators}


def shown_observed(edition: Edition, values: Mapping[str, Any]) -> dict[str, str]:
    """The same for what a site team found: an item with no value could not be verified."""
    unverified = {code: UNVERIFIED for code, value in values.items() if value is None}
    return shown(edition, values) | unverified


def requirement(indicator: Indicator, category: str) -> str:
    return indicator.requirement(category).wording


def points(indicator: Indicator) -> str:
    """The maximum of an indicator; those of 8.4 count only together."""
    return NOTHING if indicator.points is None else number(indicator.points)


def number(value: Any) -> str:
    """A number as people write it: 4.50 → 4.5."""
    text = f"{value:f}" if not isinstance(value, str) else value
    return text.rstrip("0").rstrip(".") if "." in text else text


def numeral(count: int) -> str:
    """一, 二 … 九十九, for the numbers of headings."""
    digits = "〇一二三四五六七八九"
    tens, ones = divmod(count, 10)
    return (
        ("" if tens < 2 else digits[tens])
        + ("十" if tens else "")
        + (digits[ones] if ones or not tens else "")
    )


def files_by_slot(declaration: Declaration | None) -> dict[int, list[Json]]:
    """The files of a submitted version by the number of Table 1."""
    found: dict[int, list[Json]] = {}
    if declaration is not None:
        for file in declaration.materials.order_by("slot", "uploaded_at", "id"):
            assert file.slot is not None, "a material has its slot"
            found.setdefault(file.slot, []).append(
                {"name": file.name, "size": size(file.size), "sha256": file.sha256}
            )
    return found


def proof(indicator: Indicator, files: Mapping[int, list[Json]]) -> str:
    """Where an indicator is documented: 材料4（2份）; before there are files, 材料4."""
    if not files:
        return "、".join(f"材料{slot}" for slot in indicator.materials)
    return "、".join(f"材料{slot}（{len(files.get(slot, []))}份）" for slot in indicator.materials)


def size(count: int) -> str:
    """Bytes as people read them, in the units that the pages use: 1.5 MB."""
    amount, unit = float(count), "B"
    for unit in ("B", "KB", "MB", "GB"):
        if amount < 1024 or unit == "GB":
            break
        amount /= 1024
    return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"


def by_dimension(edition: Edition, rows: Iterable[Json]) -> list[Json]:
    """Rows of indicators under the dimension they belong to, in the standard's order; a dimension
    without rows is left out. Each row has its indicator's `code`."""
    rows = list(rows)
    sections = []
    for dimension in edition.dimensions:
        own = [r for r in rows if edition.indicator(r["code"]).dimension == dimension.id]
        if own:
            sections.append(
                {
                    "id": dimension.id,
                    "name": dimension.name,
                    "clause": dimension.clause,
                    "method_clause": dimension.method_clause,
                    "rows": own,
                }
            )
    return sections


@cache
def text_file(name: str) -> Json:
    """One of the texts that the secretariat edits, from evaluation/documents/texts."""
    return tomllib.loads((TEXTS / f"{name}.toml").read_text(encoding="utf-8"))


def filled(text: str, values: Mapping[str, str]) -> str:
    """`text` with each {key} replaced, in one pass: braces inside a value stay as they are.
    KeyError for a key that nobody gives."""
    return re.sub(r"\{(\w+)\}", lambda found: values[found[1]], text)
