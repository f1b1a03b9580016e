"""The edition and the ten example declarations, whose scores were worked out by hand."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from evaluation.rulebook import Edition, load_edition

EXAMPLES: list[dict[str, Any]] = json.loads(
    Path(__file__).with_name("examples.json").read_text("utf-8"), parse_float=Decimal
)


@pytest.fixture(scope="session")
def edition() -> Edition:
    return load_edition("2024")


@pytest.fixture(params=EXAMPLES, ids=lambda example: example["name"])
def example(request: pytest.FixtureRequest) -> dict[str, Any]:
    found: dict[str, Any] = request.param
    return found


def figures(name: str) -> dict[str, Any]:
    """The raw values of one example, a fresh copy."""
    found = next(e for e in EXAMPLES if e["name"] == name)
    return json.loads(json.dumps(found["values"], default=str))
