"""P8: scoring with full explanation, the shortest ways to qualify, a million what-if variants.

Each measure runs beside its baseline in turns, so that both see the same machine, and in seconds of
processor time, which is what "a core" means. One JSON object a line; figures are medians, ratios
are the first over the others. Nine in ten of the made-up declarations do not qualify and have
sentences to build. Run: `python -m benchmarks scoring`.
"""

import json
import random
import sys
import time
from collections.abc import Callable, Mapping
from decimal import Decimal
from statistics import median
from typing import Any

from evaluation.rulebook import CATEGORY_CODES, Edition, load_edition, score
from evaluation.rulebook.whatif import every_total, full_value, paths, with_met

REPETITIONS = 7
DECLARATIONS = 2_000
SEED = 20240726

Work = Callable[[], int]


def interpreted(
    edition: Edition, category: str, values: Mapping[str, Any]
) -> tuple[dict[str, Decimal], bool, list[dict[str, Any]]]:
    """The plain scorer: the same rules, exact decimals and one explanation each, but nothing made
    in advance: the kind, the requirement and the level are looked up for each value."""
    steps: list[dict[str, Any]] = []
    totals = {"A1": Decimal(0), "A2": Decimal(0), "A3": Decimal(100)}
    failed = set()
    for indicator in edition.indicators:
        requirement = indicator.requirement(category)
        value = values.get(indicator.code)
        points = indicator.points
        distance = None
        met = False
        earned = Decimal(0)
        if value is not None:
            if indicator.kind == "threshold":
                limit = requirement.limit
                assert limit is not None
                below = indicator.comparison == "<"
                met = value < limit if below else value >= limit
                distance = value - limit if below else limit - value
            elif indicator.kind == "ordinal":
                keys = [level.key for level in indicator.levels]
                met = keys.index(value) >= keys.index(str(requirement.at_least))
            elif indicator.kind == "judged":
                met = value == points
                earned = value
            elif indicator.kind == "proof" or indicator.input == "flag":
                met = value is True
            elif indicator.input == "list":
                met = all(part in value for part in requirement.needs or {})
            else:
                met = all(
                    part in value and value[part] >= need
                    for part, need in (requirement.needs or {}).items()
                )
        if met and points is not None:
            earned = points
        if not met and (indicator.mandatory or indicator.kind == "proof"):
            failed.add(indicator.dimension)
        if points is not None:
            totals[indicator.dimension] += earned
        steps.append(
            {
                "indicator": indicator,
                "requirement": requirement,
                "value": value,
                "met": met,
                "points": earned,
                "distance": distance,
            }
        )
    for dimension in failed:
        totals[dimension] = Decimal(0)
    total = sum(
        (totals[dimension.id] * dimension.weight for dimension in edition.dimensions), Decimal(0)
    )
    limits = edition.qualification
    reached = min(totals.values()) >= limits.dimension_minimum and total > limits.total_above
    return {**totals, "A": total}, reached, steps


def declarations(edition: Edition) -> list[tuple[str, dict[str, Any]]]:
    """Made-up declarations that meet some of their requirements and miss others."""
    dice = random.Random(SEED)
    made: list[tuple[str, dict[str, Any]]] = []
    for _ in range(DECLARATIONS):
        category = dice.choice(CATEGORY_CODES)
        values: dict[str, Any] = {}
        for indicator in edition.indicators:
            fate = dice.random()
            if fate < 0.05:
                continue
            value = full_value(indicator, category)
            if fate < 0.25:
                value = _worse(value)
            values[indicator.code] = value
        made.append((category, values))
    return made


def _worse(value: Any) -> Any:
    match value:
        case bool():
            return False
        case Decimal():
            return Decimal(1)
        case str():
            return "none"
        case tuple():
            return value[:1]
        case dict():
            return {key: held for key, held in value.items() if isinstance(held, bool)}
    raise TypeError(type(value))


def measure(name: str, unit: str, work: dict[str, Work]) -> dict[str, float]:
    """Run each piece of work in turns; print and return the median rate of each."""
    rates: dict[str, list[float]] = {key: [] for key in work}
    for key in work:
        work[key]()  # warm
    for _ in range(REPETITIONS):
        for key, run in work.items():
            start = time.process_time()
            done = run()
            rates[key].append(done / (time.process_time() - start))
    medians = {key: median(found) for key, found in rates.items()}
    first, *others = medians
    print(
        json.dumps(
            {
                "goal": "P8",
                "measure": name,
                "unit": unit,
                "repetitions": REPETITIONS,
                "median": {key: round(rate) for key, rate in medians.items()},
                "ratio": {key: round(medians[first] / medians[key], 2) for key in others},
            }
        ),
        flush=True,
    )
    return medians


def check_same(edition: Edition, given: list[tuple[str, dict[str, Any]]]) -> None:
    """Both scorers must agree before either is timed."""
    for category, values in given:
        card = score(edition, category, values)
        totals, reached, steps = interpreted(edition, category, values)
        mine = {"A1": card.A1, "A2": card.A2, "A3": card.A3, "A": card.A}
        if mine != totals or card.qualified is not reached:
            raise SystemExit(f"the two scorers disagree on {category} {values}")
        for step, other in zip(card.steps, steps, strict=True):
            if (step.met, step.distance) != (other["met"], other["distance"]):
                raise SystemExit(f"the two scorers disagree on {step.code}")


def check_totals(edition: Edition, category: str, values: dict[str, Any]) -> None:
    """A thousand of the million totals against the scorer."""
    codes, one, totals = every_total(edition, category, values)
    for index in random.Random(SEED).sample(range(len(totals)), 1000):
        met = tuple(code for bit, code in enumerate(codes) if index >> bit & 1)
        if (
            score(edition, category, with_met(edition, category, values, met)).A * one
            != (totals[index])
        ):
            raise SystemExit(f"variant {index} differs from the scorer")


def main() -> int:
    edition = load_edition()
    given = declarations(edition)
    check_same(edition, given)

    def scored() -> int:
        for category, values in given:
            score(edition, category, values)
        return len(given)

    def explained() -> int:
        for category, values in given:
            assert score(edition, category, values).reasons is not None
        return len(given)

    def plainly() -> int:
        for category, values in given:
            interpreted(edition, category, values)
        return len(given)

    def as_json() -> int:
        for category, values in given[:500]:
            score(edition, category, values).as_json()
        return 500

    def found() -> int:
        for category, values in given[:50]:
            paths(edition, category, values)
        return 50

    # Twenty indicators left out: 2 to the 20th variants.
    category = "province"
    values: dict[str, Any] = {i.code: full_value(i, category) for i in edition.indicators[20:]}
    check_totals(edition, category, values)

    def variants() -> int:
        return len(every_total(edition, category, values)[2])

    def one_by_one() -> int:
        for index in range(2_000):
            met = tuple(i.code for i in edition.indicators[:11] if index & 1)
            score(edition, category, with_met(edition, category, values, met))
        return 2_000

    measure(
        "score with a step for each rule",
        "declarations/s",
        {"compiled": scored, "interpreted": plainly},
    )
    measure(
        "score with steps and sentences",
        "declarations/s",
        {"with_reasons": explained, "as_json": as_json},
    )
    measure("shortest ways to qualify", "declarations/s", {"paths": found})
    measure(
        "what-if variants",
        "variants/s",
        {"every_total": variants, "scorer_one_by_one": one_by_one},
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
