"""Proof that every score run still comes out as it was recorded."""

from decimal import Decimal
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from evaluation.actions.panel import run_digest
from evaluation.models import ScoreRun
from evaluation.rulebook import load_edition, score

# The total is kept to four places.
FINEST = Decimal("0.0001")
MISSING = object()


class Command(BaseCommand):
    help = (
        "Score every run again from its stored inputs and compare result and digest. "
        "Exit status 1, naming the first run that differs."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        count = 0
        runs = ScoreRun.objects.select_related("evaluation").order_by("pk")
        for run in runs.iterator(chunk_size=500):
            difference = _difference(run)
            if difference:
                raise CommandError(
                    f"Score run {run.pk} of case {run.evaluation.number}: {difference}",
                    returncode=1,
                )
            count += 1
        self.stdout.write(f"{count} score runs come out as recorded.\n")


def _difference(run: ScoreRun) -> str:
    """What differs from the record, or nothing."""
    edition = load_edition(run.edition)
    parsed = edition.parse_values(run.inputs)
    if parsed.faults:
        return f"its inputs are refused now: {parsed.faults[0]}"
    card = score(edition, run.category, parsed.values)
    path = _first_change(run.result, card.as_json())
    if path:
        return f"{path} does not come out as recorded"
    if run.digest != run_digest(run.category, run.inputs, run.result):
        return "its digest does not fit its inputs and result"
    if abs(card.A - run.total) >= FINEST or card.qualified != run.qualified:
        return "its total or conclusion does not fit its result"
    return ""


def _first_change(recorded: Any, now: Any, path: str = "result") -> str:
    """Where what was recorded differs from now, or nothing. A key that the scorer has learned to
    add since is no difference: nothing that was recorded has changed."""
    if isinstance(recorded, dict) and isinstance(now, dict):
        found = (
            _first_change(value, now.get(key, MISSING), f"{path}.{key}")
            for key, value in recorded.items()
        )
        return next(filter(None, found), "")
    if isinstance(recorded, list) and isinstance(now, list) and len(recorded) == len(now):
        found = (
            _first_change(old, new, f"{path}[{index}]")
            for index, (old, new) in enumerate(zip(recorded, now, strict=True))
        )
        return next(filter(None, found), "")
    return "" if recorded == now else path
