"""The end of the chain, written down outside the database, finds what the chain itself cannot."""

import logging
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from portal.ledger import anchor, append_only, audit
from portal.ledger.models import AuditEvent, AuditHead

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def file(settings, tmp_path) -> Path:
    settings.AUDIT_ANCHOR_FILE = str(tmp_path / "elsewhere" / "anchors.txt")
    return Path(settings.AUDIT_ANCHOR_FILE)


def happen(count: int) -> None:
    with transaction.atomic():
        for n in range(count):
            audit.record(None, "case.note", f"case:{n}")


def cut_off_after(seq: int) -> None:
    """By somebody who also sets the head back, so that the chain holds in itself."""
    with append_only.lifted():
        AuditEvent.objects.filter(seq__gt=seq)._raw_delete(using="default")
    AuditHead.objects.update(seq=seq, hash=AuditEvent.objects.get(seq=seq).hash)
    assert list(audit.faults()) == []


def write_anew_from(seq: int) -> None:
    """By somebody who knows how the hashes are made."""
    previous = AuditEvent.objects.get(seq=seq - 1).hash
    with append_only.lifted():
        for event in AuditEvent.objects.filter(seq__gte=seq):
            event.previous_hash = previous
            event.action = "nothing"
            event.hash = previous = audit.digest(event)
            AuditEvent.objects.filter(seq=event.seq).update(
                previous_hash=event.previous_hash, action=event.action, hash=event.hash
            )
    AuditHead.objects.update(hash=previous)
    assert list(audit.faults()) == []


def verified(file: Path, capsys: pytest.CaptureFixture[str]) -> str:
    with pytest.raises(SystemExit) as stop:
        call_command("verify_audit", anchor=file)
    assert stop.value.code == 1
    return capsys.readouterr().err


def test_the_end_is_written_down_when_it_moved(file, capsys):
    assert anchor.append()
    assert file.read_text() == ""
    happen(3)
    for _twice in range(2):
        assert anchor.append()
    happen(2)
    assert anchor.append()
    hashes = dict(AuditEvent.objects.values_list("seq", "hash"))
    kept = anchor.read(file.read_text())
    assert [(each.seq, each.hash) for each in kept] == [(3, hashes[3]), (5, hashes[5])]
    call_command("verify_audit", anchor=file)
    assert capsys.readouterr().out == "5 events, the chain holds and agrees with 2 anchors\n"


def test_a_chain_that_was_cut_off_is_named(file, capsys, caplog):
    happen(5)
    anchor.append()
    cut_off_after(3)
    expected = "the chain ends at event 3, its anchor says 5: 2 were cut off\n"
    assert verified(file, capsys) == expected
    # The next anchor is not written over it, and the log says so.
    before = file.read_text()
    with caplog.at_level(logging.ERROR):
        assert not anchor.append()
    assert "does not contain event 5 any more" in caplog.text
    assert file.read_text() == before


def test_a_chain_that_was_cut_off_and_went_on_is_named(file, capsys):
    happen(5)
    anchor.append()
    cut_off_after(3)
    happen(4)
    assert list(audit.faults()) == []
    expected = "the chain was written anew: event 5 is not the one of its anchor\n"
    assert verified(file, capsys) == expected


def test_a_chain_that_was_written_anew_is_named(file, capsys):
    happen(5)
    anchor.append()
    write_anew_from(2)
    expected = "the chain was written anew: event 5 is not the one of its anchor\n"
    assert verified(file, capsys) == expected


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda lines: ["soon", *lines], "line 1 of the anchor file is no anchor"),
        (lambda lines: lines[::-1], "line 2 of the anchor file goes back"),
        (lambda lines: [lines[0], lines[0], lines[1]], "line 2 of the anchor file goes back"),
    ],
)
def test_a_file_that_was_meddled_with_is_named(file, change, fault):
    for count in (3, 2):
        happen(count)
        anchor.append()
    lines = file.read_text().splitlines()
    file.write_text("\n".join([*change(lines), ""]))
    with pytest.raises(CommandError, match=fault):
        call_command("verify_audit", anchor=file)


def test_a_file_that_is_not_there_is_named(file):
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("verify_audit", anchor=file)
