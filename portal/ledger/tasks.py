"""What Celery runs for the ledger."""

from celery import shared_task
from celery.signals import worker_ready
from django.utils import timezone

from portal.ledger import anchor, outbox
from portal.ledger.models import Heartbeat


@shared_task(name="ledger.deliver")
def deliver_entry(pk: int) -> None:
    outbox.deliver(pk)


@shared_task(name="ledger.sweep")
def sweep() -> None:
    outbox.sweep()


@shared_task(name="ledger.heartbeat")
def heartbeat() -> None:
    """Shows that broker, beat and worker pass work on to each other; /healthz reads it."""
    Heartbeat.objects.update_or_create(name="worker", defaults={"at": timezone.now()})


@shared_task(name="ledger.anchor")
def anchor_the_audit_chain() -> None:
    """Write down outside the database where the audit chain ends."""
    anchor.append()


@worker_ready.connect
def _first_heartbeat(**_kwargs: object) -> None:
    heartbeat()
