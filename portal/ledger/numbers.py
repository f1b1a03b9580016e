"""Numbers that are given out once: gaps are allowed, reuse never."""

from django.db import connection

from portal.ledger.models import Counter


def next_number(key: str) -> int:
    """The next number of a series. Holds the series' row until the transaction ends."""
    if not connection.in_atomic_block:
        raise RuntimeError("A number belongs inside the transaction that uses it.")
    counter, _ = Counter.objects.select_for_update().get_or_create(key=key)
    counter.value += 1
    counter.save(update_fields=["value"])
    return counter.value
