"""Figures counted ahead: how long each step takes, and how bases score by indicator.

They need a walk through all moves and all scores, so they are counted by the clock (tasks.py) or
when somebody asks, and the page of the statistics only reads them."""

import math
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import groupby
from statistics import median
from typing import Any

from django.utils import timezone

from evaluation import steps
from evaluation.models import Figures, ScoreRun, Transition
from evaluation.rulebook import plain

HOUR = timedelta(hours=1)
CHUNK = 2_000


def count() -> Figures:
    """Count anew and keep it. Safe to run twice."""
    figures, _new = Figures.objects.update_or_create(
        pk=1,
        defaults={
            "made_at": timezone.now(),
            "steps": list(_steps()),
            "indicators": list(_indicators()),
        },
    )
    return figures


def _steps() -> Iterator[dict[str, Any]]:
    stays: dict[int, list[float]] = defaultdict(list)
    moves = (
        Transition.objects.order_by("evaluation_id", "at", "id")
        .values_list("evaluation_id", "source", "target", "at")
        .iterator(chunk_size=CHUNK)
    )
    for _case, made in groupby(moves, key=lambda move: move[0]):
        for number, length in stays_of((source, target, at) for _pk, source, target, at in made):
            stays[number].append(round(length / HOUR, 2))
    for step in steps.STEPS:
        lengths = sorted(stays[step.number])
        yield {
            "step": step.number,
            "stays": len(lengths),
            "median": round(median(lengths), 2) if lengths else None,
            "p90": lengths[math.ceil(len(lengths) * 0.9) - 1] if lengths else None,
        }


Move = tuple[str, str, datetime]


def stays_of(moves: Iterator[Move]) -> Iterator[tuple[int, timedelta]]:
    """How long one case stayed in each step it has left for a later one, or in which it was
    decided. The first step begins with the submission; a step entered again is another stay."""
    since: datetime | None = None
    for source, target, at in moves:
        left, entered = steps.STATES[source].step, steps.STATES[target].step
        decided = steps.STATES[target].ended and target != "withdrawn"
        if source == "draft":
            since = at
        elif entered > left or decided:
            if since is not None:
                yield left, at - since
            since = at
        elif entered < left:
            since = at


def _indicators() -> Iterator[dict[str, Any]]:
    """By the score that counts of each case: the last one."""
    runs = (
        ScoreRun.objects.order_by("evaluation_id", "-made_at", "-id")
        .values_list("evaluation_id", "result")
        .iterator(chunk_size=CHUNK)
    )
    found: dict[str, dict[str, Any]] = {}
    for _case, made in groupby(runs, key=lambda run: run[0]):
        result = next(made)[1]
        for row in result.get("indicators", ()):
            tally = found.setdefault(
                row["code"], {"runs": 0, "points": Decimal(0), "failed": 0, "missing": 0}
            )
            tally["runs"] += 1
            tally["points"] += Decimal(row["points"] or 0)
            tally["failed"] += not row["met"]
            tally["missing"] += row["state"] == "missing"
    for code, tally in found.items():
        mean = (tally.pop("points") / tally["runs"]).quantize(Decimal("0.01"))
        yield {"code": code, **tally, "mean": plain(mean)}
