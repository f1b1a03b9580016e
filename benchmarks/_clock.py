"""A clock that stands still while others use the machine."""

import time

_alone: set[int] = set()


def processor() -> float:
    """Seconds that this process and its database connection's have worked. Helpers that the database
    would call in are switched off: they would work uncounted."""
    from django.db import connection

    connection.ensure_connection()
    pid = connection.connection.info.backend_pid
    if pid not in _alone:
        with connection.cursor() as cursor:
            cursor.execute("SET max_parallel_workers_per_gather = 0")
        _alone.add(pid)
    with open(f"/proc/{pid}/schedstat", encoding="ascii") as told:
        return time.process_time() + int(told.read().split()[0]) / 1e9
