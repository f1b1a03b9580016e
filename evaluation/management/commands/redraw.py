from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from evaluation.models import Draw
from evaluation.pool import record
from portal.ledger import audit
from portal.ledger.models import AuditEvent


class Command(BaseCommand):
    """Repeat the draws of a case from their records alone. Prints who comes out; ends with an
    error where that differs from who was drawn, or where a record was altered."""

    help = "Repeats the draws of experts for a case and proves that the same names come out."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("case", help="number of the case")

    def handle(self, *args: Any, **options: Any) -> None:
        case = options["case"]
        draws = list(Draw.objects.filter(evaluation__number=case).select_related("evaluation"))
        told = list(
            AuditEvent.objects.filter(
                case=case, action__in=["evaluation.draw", "evaluation.redraw"]
            ).values_list("data", flat=True)
        )
        if not draws and not told:
            raise CommandError(f"{case}: no draw is on record.")
        wrong = [f"audit trail: {fault}" for fault in audit.faults()]
        kept = {str(draw.pk) for draw in draws}
        wrong += [
            f"{gone}: the audit trail tells of this draw, its record is gone"
            for gone in sorted({data["draw"] for data in told} - kept)
        ]
        for draw in draws:
            about = [data for data in told if data.get("draw") == str(draw.pk)]
            names = {each["id"]: each["name"] for each in draw.candidates}
            self.stdout.write(f"{draw.pk} {draw.duty} {draw.drawn_at:%Y-%m-%d %H:%M:%S%z}")
            self.stdout.write(f"  algorithm {draw.algorithm}, seed {draw.seed}")
            for each in draw.rounds.all():
                for step in record.again(draw, each):
                    if step.seat is not None:
                        seat = step.seat or "any field"
                        self.stdout.write(
                            f"  round {each.number}: {names.get(step.id, '?')} ({step.id}) for {seat}, "
                            f"lot {step.lot[:16]}"
                        )
            wrong += [f"{draw.pk}: {fault}" for fault in record.faults(draw, about)]
        if wrong:
            raise CommandError("\n".join(wrong))
        self.stdout.write(f"{case}: every draw comes out the same.")
