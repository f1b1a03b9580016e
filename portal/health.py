"""GET /healthz: whether the portal can serve, and the state of each part it needs.

For load balancers, container engines and people on duty; it needs no account and tells no
secret. 200 whenever pages can be served: without broker or worker the portal is degraded, since
mails and PDFs wait in the outbox, but no reader is turned away. 503 without the database.
"""

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import redis
from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from portal.ledger.models import Heartbeat

# Beat sends a heartbeat through the broker every 15 s; four lost ones are an outage.
WORKER_SILENCE = timedelta(seconds=60)
Part = dict[str, Any]


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """Answer `{"status", "database", "broker", "worker"}`; each part with `state` and `detail`."""
    parts = {"database": _database(), "broker": _broker()}
    serves = parts["database"]["state"] == "ok"
    parts["worker"] = _worker() if serves else _part("unknown", "needs the database to tell")
    if not serves:
        status = "unavailable"
    elif all(part["state"] == "ok" for part in parts.values()):
        status = "ok"
    else:
        status = "degraded"
    answer = JsonResponse({"status": status, **parts}, status=200 if serves else 503)
    if not serves:
        answer["Retry-After"] = str(settings.RETRY_AFTER_SECONDS)
    return answer


def _part(state: str, detail: str) -> Part:
    return {"state": state, "detail": detail}


def _database() -> Part:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except (DatabaseError, InterfaceError):
        return _part("down", "no answer")
    return _part("ok", connection.vendor)


def _broker() -> Part:
    if not settings.REDIS_URL:
        folder = Path(str(settings.CELERY_BROKER_TRANSPORT_OPTIONS["data_folder_in"]))
        if os.access(folder, os.W_OK | os.X_OK):
            return _part("ok", "folder")
        return _part("down", "the folder cannot be written")
    try:
        with redis.Redis.from_url(
            settings.REDIS_URL, socket_connect_timeout=2, socket_timeout=2
        ) as client:
            client.ping()
    except redis.RedisError:
        return _part("down", "no answer")
    return _part("ok", "redis")


def _worker() -> Part:
    try:
        last = Heartbeat.objects.filter(name="worker").values_list("at", flat=True).first()
    except DatabaseError:
        return _part("unknown", "the tables are not there: run manage.py migrate")
    if last is None:
        return _part("down", "never seen")
    age = max(timezone.now() - last, timedelta())
    state = "ok" if age <= WORKER_SILENCE else "down"
    return _part(state, f"last seen {int(age.total_seconds())} s ago")
