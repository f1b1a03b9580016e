"""The Celery application. Tasks live in each app's tasks.py; every one is safe to run twice."""

import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

app = Celery("portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def _leave_logging_alone(**_kwargs: Any) -> None:
    """A receiver keeps Celery from setting up logging over what the settings say."""
