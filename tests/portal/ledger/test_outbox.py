"""The outbox: decided effects happen once, also when workers die or the broker is away."""

from datetime import timedelta

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone

from portal.ledger import outbox
from portal.ledger.models import OutboxEntry

pytestmark = pytest.mark.django_db

SENT: list[str] = []


@outbox.handles("test-bell")
def ring(payload):
    if payload["text"] == "broken":
        raise ValueError("the bell is broken")
    SENT.append(payload["text"])


@pytest.fixture(autouse=True)
def _quiet():
    SENT.clear()


def put(text: str = "ding", key: str = "bell:1") -> OutboxEntry:
    with transaction.atomic():
        return outbox.put("test-bell", key, text=text)


def test_an_entry_is_delivered_once():
    entry = put()
    assert [outbox.deliver(entry.pk), outbox.deliver(entry.pk)] == [True, False]
    assert SENT == ["ding"]


def test_the_same_key_is_one_effect():
    assert put("ding").pk == put("dong").pk
    assert outbox.sweep() == 1
    assert SENT == ["ding"]


def test_a_claimed_entry_is_left_to_its_worker_until_the_claim_runs_out():
    entry = put()
    now = timezone.now()
    OutboxEntry.objects.filter(pk=entry.pk).update(claimed_until=now + outbox.LEASE)
    assert outbox.deliver(entry.pk) is False
    with time_machine.travel(now + outbox.LEASE + timedelta(seconds=1), tick=False):
        assert outbox.sweep() == 1
    assert SENT == ["ding"]


def test_a_failure_is_kept_and_tried_again_later():
    entry = put("broken")
    assert outbox.deliver(entry.pk) is False
    entry.refresh_from_db()
    assert (entry.attempts, entry.error, entry.done_at) == (
        1,
        "ValueError: the bell is broken\n",
        None,
    )
    assert outbox.sweep() == 0
    with time_machine.travel(timezone.now() + timedelta(hours=2), tick=False):
        outbox.sweep()
    entry.refresh_from_db()
    assert entry.attempts == 2


def test_what_a_mail_server_says_is_kept_without_the_address():
    @outbox.handles("refusing")
    def refuse(payload):
        raise ValueError("{'wang.wu@example.org': (550, b'no such user <wang.wu@example.org>')}")

    with transaction.atomic():
        entry = outbox.put("refusing", "refusing:1")
    outbox.deliver(entry.pk)
    entry.refresh_from_db()
    assert entry.error.strip() == (
        "ValueError: {'w***@example.org': (550, b'no such user <w***@example.org>')}"
    )


def test_an_entry_that_keeps_failing_is_given_up_and_stays_to_be_looked_at():
    entry = put("broken")
    for attempt in range(1, outbox.MAX_ATTEMPTS + 3):
        with time_machine.travel(timezone.now() + timedelta(hours=2 * attempt), tick=False):
            outbox.sweep()
    entry.refresh_from_db()
    assert entry.attempts == outbox.MAX_ATTEMPTS
    assert entry.failed_at is not None


def test_one_broken_entry_does_not_hold_up_the_others():
    put("broken", "bell:1")
    put("dong", "bell:2")
    assert outbox.sweep() == 1
    assert SENT == ["dong"]


@pytest.mark.django_db(transaction=True)
def test_what_was_rolled_back_is_never_delivered():
    with transaction.atomic():
        outbox.put("test-bell", "bell:1", text="ding")
        transaction.set_rollback(True)
    assert outbox.sweep() == 0
    assert SENT == []
