"""The audit chain: what was written stays, and any change is found and named."""

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from portal.accounts.models import User
from portal.ledger import append_only, audit
from portal.ledger.models import AuditEvent, AuditHead

pytestmark = pytest.mark.django_db


@pytest.fixture
def chain():
    chen = User.objects.create(
        username="chen", email="chen@example.org", name="陈静", role="secretariat"
    )
    for n in range(1, 6):
        audit.record(chen, "case.note", f"case:{n}", case="PG2026-0001", text=f"第{n}条")
    return list(AuditEvent.objects.all())


def tamper(sql: str, *values: object) -> None:
    """Somebody who may do anything with the database."""
    with append_only.lifted(), connection.cursor() as cursor:
        cursor.execute(sql, values)


def test_each_event_holds_the_hash_of_the_one_before(chain):
    assert [event.seq for event in chain] == [1, 2, 3, 4, 5]
    assert [event.previous_hash for event in chain[1:]] == [event.hash for event in chain[:-1]]
    assert list(audit.faults()) == []


def test_an_altered_event_is_named(chain):
    tamper("UPDATE ledger_auditevent SET actor_name = 'wu' WHERE seq = 3")
    assert list(audit.faults()) == ["event 3 was altered"]


def test_a_deleted_event_is_named(chain):
    tamper("DELETE FROM ledger_auditevent WHERE seq = 2")
    assert list(audit.faults()) == ["event 2 is missing: event 3 follows event 1"]


def test_a_cut_off_end_is_named(chain):
    tamper("DELETE FROM ledger_auditevent WHERE seq = 5")
    assert list(audit.faults()) == ["the chain ends at event 4, its head says 5"]


def test_two_swapped_events_are_named(chain):
    tamper("UPDATE ledger_auditevent SET seq = 99 WHERE seq = 3")
    tamper("UPDATE ledger_auditevent SET seq = 3 WHERE seq = 4")
    tamper("UPDATE ledger_auditevent SET seq = 4 WHERE seq = 99")
    assert list(audit.faults()) == ["event 3 does not follow from event 2"]


def test_a_head_set_back_is_named(chain):
    AuditHead.objects.update(seq=4, hash=chain[3].hash)
    assert list(audit.faults()) == ["the chain ends at event 5, its head says 4"]


COLUMNS = 'at, actor_id, actor_name, action, subject, "case", data, previous_hash'


def test_an_event_set_before_the_first_is_named(chain):
    tamper(
        f"INSERT INTO ledger_auditevent (seq, hash, {COLUMNS}) "
        f"SELECT 0, 'x', {COLUMNS} FROM ledger_auditevent WHERE seq = 1"
    )
    assert list(audit.faults()) == ["event 0 was inserted"]


def test_an_event_set_between_two_is_named(chain):
    for seq in (5, 4, 3):
        tamper("UPDATE ledger_auditevent SET seq = seq + 1 WHERE seq = %s", seq)
    tamper(
        f"INSERT INTO ledger_auditevent (seq, hash, {COLUMNS}) "
        f"SELECT 3, 'x', {COLUMNS} FROM ledger_auditevent WHERE seq = 2"
    )
    assert list(audit.faults()) == ["event 3 does not follow from event 2"]


def test_an_event_set_after_the_last_is_named(chain):
    tamper(
        f"INSERT INTO ledger_auditevent (seq, hash, {COLUMNS}) "
        f"SELECT 6, 'x', {COLUMNS} FROM ledger_auditevent WHERE seq = 5"
    )
    assert list(audit.faults()) == ["event 6 does not follow from event 5"]


def test_the_table_only_grows_whoever_writes(chain):
    events = AuditEvent.objects.filter(seq=3)
    with pytest.raises(DatabaseError, match="the audit trail only grows"), transaction.atomic():
        events.update(action="nothing")
    with pytest.raises(DatabaseError, match="the audit trail only grows"), transaction.atomic():
        events._raw_delete(using="default")
    if connection.vendor == "postgresql":
        # Foreign keys that wait for the commit would refuse it first.
        connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE")
        empty = "TRUNCATE ledger_auditevent"
        with pytest.raises(DatabaseError, match="the audit trail only grows"), transaction.atomic():
            connection.cursor().execute(empty)
    assert list(AuditEvent.objects.all()) == chain
    assert list(audit.faults()) == []


def test_events_are_neither_changed_nor_deleted_by_the_portal(chain):
    with pytest.raises(TypeError, match="never deleted"):
        chain[0].delete()
    with pytest.raises(Exception, match=r"UNIQUE|unique|duplicate"), transaction.atomic():
        chain[0].save()


def test_the_command_says_that_the_chain_holds(chain, capsys):
    call_command("verify_audit")
    assert capsys.readouterr().out == "5 events, the chain holds\n"


def test_the_command_fails_with_the_first_fault(chain, capsys):
    tamper("UPDATE ledger_auditevent SET action = 'x' WHERE seq = 1")
    with pytest.raises(SystemExit) as stop:
        call_command("verify_audit")
    assert stop.value.code == 1
    assert capsys.readouterr().err == "event 1 was altered\n"


@pytest.mark.django_db(transaction=True)
def test_an_event_outside_the_transaction_of_its_change_is_a_mistake():
    with pytest.raises(RuntimeError, match="inside the transaction"):
        audit.record(None, "case.note", "case:1")


@pytest.mark.django_db(transaction=True)
def test_an_example_database_can_be_emptied_and_only_grows_afterwards(settings):
    for _twice in range(2):
        with transaction.atomic():
            audit.record(None, "case.note", "case:1")
        call_command("flush", interactive=False, verbosity=0)
        assert AuditEvent.objects.count() == 0
    with transaction.atomic():
        audit.record(None, "case.note", "case:1")
    with pytest.raises(DatabaseError, match="the audit trail only grows"):
        AuditEvent.objects.update(action="nothing")
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="nothing is emptied here"):
        call_command("flush", interactive=False)
    assert AuditEvent.objects.count() == 1
    settings.PRODUCTION = False
