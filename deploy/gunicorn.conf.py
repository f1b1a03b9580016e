"""How gunicorn serves the portal, in development and production; values from the environment."""

import gc
import os
from datetime import timedelta
from logging import INFO, getLogger
from typing import Any

from gunicorn.glogging import Logger

bind = os.environ.get("WEB_BIND", "127.0.0.1:8000")
workers = int(os.environ.get("WEB_PROCESSES", "2"))
threads = int(os.environ.get("WEB_THREADS", "4"))
worker_class = "gthread"
# The application is loaded once and shared by the processes; no connection is open by then.
preload_app = True
timeout = 60
graceful_timeout = 30
keepalive = 5
max_requests = 5000
max_requests_jitter = 500
control_socket_disable = True
if os.path.isdir("/dev/shm"):
    worker_tmp_dir = "/dev/shm"  # a heartbeat file on a slow disk makes workers look dead


def when_ready(server: Any) -> None:
    """Before the first worker is made: what was loaded stays loaded, so no worker's collector looks
    through it again, and no page of memory is copied because it did."""
    gc.collect()
    gc.freeze()


class PortalLogger(Logger):
    """Writes through the portal's own logging (LOGGING in the settings) instead of gunicorn's,
    and in the access log neither addresses nor query strings, which hold what people look for."""

    def setup(self, cfg: Any) -> None:
        self.error_log = getLogger("gunicorn.error")
        self.access_log = getLogger("portal.access")

    @property
    def access_log_enabled(self) -> bool:
        return True

    def access(self, resp: Any, req: Any, environ: dict[str, Any], request_time: timedelta) -> None:
        if not self.access_log.isEnabledFor(INFO):
            return
        answer_headers = {name.lower(): value for name, value in resp.headers}
        milliseconds = round(request_time.total_seconds() * 1000, 1)
        self.access_log.info(
            "%s %s %s",
            environ["REQUEST_METHOD"],
            environ.get("PATH_INFO", ""),
            resp.status_code,
            extra={
                "method": environ["REQUEST_METHOD"],
                "path": environ.get("PATH_INFO", ""),
                "status": resp.status_code,
                "bytes": getattr(resp, "sent", None),
                "milliseconds": milliseconds,
                "request_id": answer_headers.get("x-request-id", ""),
            },
        )


logger_class = PortalLogger
