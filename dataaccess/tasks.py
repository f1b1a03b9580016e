"""What Celery runs for the data access. Each is safe to run twice and late."""

from celery import shared_task

from dataaccess import rollups
from dataaccess.actions import (
    closing,
    data_calls,
    questions,
    retention,
)


@shared_task(name="dataaccess.judge_closed_windows")
def judge_closed_windows() -> None:
    closing.judge_closed_windows()


@shared_task(name="dataaccess.remind_of_data_calls")
def remind_of_data_calls() -> None:
    data_calls.send_reminders()


@shared_task(name="dataaccess.watch_reports")
def watch_reports() -> None:
    questions.watch()


@shared_task(name="dataaccess.keep_storage")
def keep_storage() -> None:
    retention.keep_storage()


@shared_task(name="dataaccess.fold_event_totals")
def fold_event_totals() -> None:
    while rollups.fold_event_totals():
        pass
