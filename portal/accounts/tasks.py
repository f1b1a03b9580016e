"""What Celery runs for accounts."""

from celery import shared_task
from django.core.management import call_command

from portal.accounts.actions import evidence


@shared_task(name="accounts.clear_sessions")
def clear_sessions() -> None:
    """Remove sessions that ran out; nothing else does."""
    call_command("clearsessions")


@shared_task(name="accounts.forget_the_unused")
def forget_the_unused() -> None:
    """Remove registrations that nobody confirmed, and scans that nothing rests on."""
    evidence.forget_the_unused()
