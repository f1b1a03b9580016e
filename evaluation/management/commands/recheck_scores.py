"""Proof that every score run still comes out as it was recorded."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from evaluation.actions.panel import run_digest
from evaluation.models import ScoreRun
from evaluation.rulebook import load_edition, score


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
                    f"Score run {run.pk} of case {run.evaluation.number}: {difference}", returncode=1
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
    result = card.as_json()
    changed = [key for key in {**result, **run.result} if result.get(key) != run.result.get(key)]
    if changed:
        key = changed[0]
        return f"{key} was {run.result.get(key)!r} and is now {result.get(key)!r}"
    if run.digest != run_digest(run.category, run.inputs, run.result):
        return "its digest does not fit its inputs and result"
    if card.A.quantize(run.total) != run.total or card.qualified != run.qualified:
        return "its total or conclusion does not fit its result"
    return ""
