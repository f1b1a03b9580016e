"""What Celery runs for the evaluation. Each is safe to run twice."""

from typing import Any

from celery import shared_task

from evaluation.actions import (
    deadlines,
    enterprises,
    experts,
    figures,
    objection_mail,
    objection_reminders,
    objections,
    pool_import,
    reviews,
    uploading,
)
from portal.ledger import outbox


@outbox.handles("conformance")
def render_conformance(payload: dict[str, Any]) -> None:
    """Make the PDF of a conformance run's record."""
    from evaluation.documents.conformance import render

    render(payload["run"])


@outbox.handles("archive")
def make_archive(payload: dict[str, Any]) -> None:
    """Make the ZIP of a case."""
    from evaluation.documents.archive.making import make

    make(payload["archive"])


@outbox.handles("document")
def render_document(payload: dict[str, Any]) -> None:
    """Make the pages of an ordered document. Imported late: WeasyPrint costs half a second."""
    from evaluation.documents.render import render

    render(payload["document"])


@outbox.handles("volume")
def bind_volume(payload: dict[str, Any]) -> None:
    """Bind the materials of a case into one PDF."""
    from evaluation.documents.volume import make

    make(payload["volume"], payload["code"])


@outbox.handles("enterprise_import")
def read_enterprises(payload: dict[str, Any]) -> None:
    """Read and check an Excel file of enterprises."""
    enterprises.read_import(payload["enterprise_import"], payload["language"])


@outbox.handles("objection_mail")
def mail_objector(payload: dict[str, Any]) -> None:
    """Tell an objector that the objection came in, or what the answer is."""
    objection_mail.deliver(payload)


@shared_task(name="evaluation.forget_unused_files")
def forget_unused_files() -> None:
    """Remove files of objections that were never lodged."""
    objections.forget_the_unused()


@outbox.handles("expert_import")
def read_experts(payload: dict[str, Any]) -> None:
    """Read and check an Excel file of experts."""
    pool_import.read(payload["expert_import"], payload["language"])


@shared_task(name="evaluation.remind_reviews")
def remind_reviews() -> None:
    reviews.run_calendar()


@shared_task(name="evaluation.remind_deadlines")
def remind_deadlines() -> None:
    deadlines.remind_deadlines()
    objection_reminders.remind_objections()


@shared_task(name="evaluation.sweep_uploads")
def sweep_uploads() -> None:
    """Delete uploads that nobody took up again."""
    uploading.sweep()


@shared_task(name="evaluation.count_figures")
def count_figures() -> None:
    figures.count()


@shared_task(name="evaluation.mark_unanswered")
def mark_unanswered() -> None:
    """Take off the experts who did not answer in time."""
    experts.mark_unanswered()
