"""What an applicant waits for: a table of the form saved by itself, 5,000 enterprises from Excel, and
the materials bound into one PDF (10 files of 20 scanned pages). Each beside the bare work: one row
written, openpyxl reading the cells, pypdf appending the files. One process, no network, SQLite."""

import io
import json
import os
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

REPETITIONS = 5
SAVES = 30
ROWS = 5_000
FILES, PAGES = 10, 20
GOAL_IMPORT = 10.0  # seconds

Ways = dict[str, Callable[[], None]]


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="bench-applicant-") as folder:
        case, client = _prepare(Path(folder))
        _save(case, client)
        _import(case)
        _bind(case, Path(folder))


def _prepare(folder: Path) -> tuple[Any, Any]:
    """A draft of its own in an empty database, and its applicant's browser."""
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "READ_DOTENV": "false",
        "VAR_DIR": str(folder),
        "DATABASE_URL": f"sqlite:///{folder}/db.sqlite3",
        "LOG_LEVEL": "ERROR",
    }
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.test.utils import setup_test_environment

    setup_test_environment()  # lets the client's host in
    (folder / "static").mkdir()
    settings.STATIC_ROOT = folder / "static"
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    from tests.evaluation.cast import make_cast, signed_in

    cast = make_cast()
    return cast.new_case(), signed_in(cast.lin)


def _save(case: Any, client: Any) -> None:
    """A keystroke's save of the largest table: request, checks, score, answer; beside the update of
    one row alone, with the same durability."""
    from evaluation.models import DraftTable

    address = f"/cases/{case.number}/form/technical/autosave/"
    typed = {"racks-0-rated_kw": "5", "racks-0-count": "600", "racks-0-in_use": "450"}
    count = 0

    def through_the_portal() -> None:
        nonlocal count
        for _ in range(SAVES):
            count += 1
            version = case.tables.get(key="technical").version
            sent = {**typed, "egress_bandwidth": str(count), "version": str(version), "base": "{}"}
            answer = client.post(address, sent)
            assert answer.status_code == 200, answer.content

    def one_row() -> None:
        nonlocal count
        for _ in range(SAVES):
            count += 1
            table = case.tables.get(key="technical")
            table.content = {**table.content, "egress_bandwidth": str(count)}
            table.save()

    taken = _measured({"portal": through_the_portal, "bare": one_row})
    assert DraftTable.objects.get(evaluation=case, key="technical").version > SAVES
    _print(
        measure=f"saving a table of the form, milliseconds (median of {REPETITIONS} x {SAVES})",
        value=round(taken["portal"] / SAVES * 1000, 1),
        bare_row=round(taken["bare"] / SAVES * 1000, 1),
        ratio_to_bare=round(taken["portal"] / taken["bare"], 1),
    )


def _import(case: Any) -> None:
    """Read and check a workbook as the worker does, then take it in; beside openpyxl, which reads
    the cells and checks nothing."""
    from openpyxl import load_workbook

    from evaluation.actions import enterprises, imports
    from evaluation.models import Enterprise, EnterpriseImport
    from portal.ledger import outbox
    from portal.ledger.models import OutboxEntry

    book = _workbook(case)
    user = case.created_by

    def through_the_portal() -> None:
        from django.core.files.uploadedfile import SimpleUploadedFile

        begun = enterprises.start_import(user, case, SimpleUploadedFile("名单.xlsx", book))
        entry = OutboxEntry.objects.get(key=f"enterprise_import:{begun.pk}")
        assert outbox.deliver(entry.pk)
        enterprises.take_import(user, case, begun.pk, imports.SKIP)
        taken = EnterpriseImport.objects.get(pk=begun.pk)
        assert taken.outcome["added"] == ROWS, taken.outcome
        assert Enterprise.objects.filter(evaluation=case).count() == ROWS
        Enterprise.objects.filter(evaluation=case).delete()

    def cells_alone() -> None:
        rows = load_workbook(io.BytesIO(book), read_only=True).worksheets[0].iter_rows()
        assert sum(1 for _ in rows) >= ROWS

    taken = _measured({"portal": through_the_portal, "bare": cells_alone})
    _print(
        measure=f"importing {ROWS} enterprises from Excel, seconds (median of {REPETITIONS})",
        value=round(taken["portal"], 2),
        bare_openpyxl=round(taken["bare"], 2),
        ratio_to_bare=round(taken["portal"] / taken["bare"], 2),
        goal=GOAL_IMPORT,
        met=taken["portal"] <= GOAL_IMPORT,
    )


def _workbook(case: Any) -> bytes:
    """The portal's own template, filled: each enterprise with a sound credit code."""
    from stdnum.cn import uscc

    from evaluation.edition import edition_of
    from evaluation.enterprises.rows import list_sheet
    from evaluation.sheets import workbook

    asked = list_sheet(edition_of(case))
    kind = next(c for c in asked.columns if c.key == "document_kind").choices[0]
    rows = []
    for nth in range(ROWS):
        number = f"91370100MAB{nth:06d}"
        rows.append(
            {
                "name": f"示例制造企业{nth:04d}有限公司",
                "credit_code": number + uscc.calc_check_digit(number),
                "field": "汽车零部件质量检测",
                "document_kind": kind.key,
                "document": f"服务合同{nth:04d}",
            }
        )
    return workbook.export(asked, rows)


def _bind(case: Any, folder: Path) -> None:
    """The volume as the worker makes it: counted, laid out, numbered, bookmarked, stored; beside
    pypdf, which appends the same files to each other. And the memory it takes."""
    from django.core.files.uploadedfile import SimpleUploadedFile
    from pypdf import PdfReader, PdfWriter

    from evaluation.actions import materials, volumes
    from evaluation.models import Volume
    from portal.ledger import outbox
    from portal.ledger.models import OutboxEntry

    user = case.created_by
    scans = [_scan(nth) for nth in range(FILES)]
    for nth, scan in enumerate(scans):
        materials.add_material(user, case, nth % 10 + 1, SimpleUploadedFile(f"{nth}.pdf", scan))

    def through_the_portal() -> None:
        Volume.objects.all().delete()
        volume = volumes.order_volume(user, case)
        entry = OutboxEntry.objects.filter(kind="volume").latest("pk")
        assert outbox.deliver(entry.pk)
        volume.refresh_from_db()
        assert volume.ready
        assert volume.pages >= FILES * PAGES
        volume.stored.delete(save=False)

    def appended() -> None:
        writer = PdfWriter()
        for scan in scans:
            writer.append(io.BytesIO(scan))
        writer.write(folder / "appended.pdf")
        assert len(PdfReader(folder / "appended.pdf").pages) == FILES * PAGES

    through_the_portal()
    grown = _most_memory_during(through_the_portal)
    taken = _measured({"portal": through_the_portal, "bare": appended})
    _print(
        measure=f"binding {FILES} files of {PAGES} scanned pages into one PDF, seconds"
        f" (median of {REPETITIONS})",
        value=round(taken["portal"], 2),
        bare_pypdf=round(taken["bare"], 2),
        ratio_to_bare=round(taken["portal"] / taken["bare"], 2),
        megabytes=round(sum(map(len, scans)) / 1024**2),
        most_memory_added_mib=round(grown),
    )


def _scan(seed: int) -> bytes:
    """A PDF of pages that do not compress, as scans do not."""
    from PIL import Image

    leaves = [Image.frombytes("RGB", (620, 877), os.urandom(620 * 877 * 3)) for _ in range(PAGES)]
    made = io.BytesIO()
    leaves[0].save(
        made, "PDF", save_all=True, append_images=leaves[1:], quality=60, title=str(seed)
    )
    return made.getvalue()


def _most_memory_during(way: Callable[[], None]) -> float:
    """How many MiB of its own the process had at most, beyond what it had before."""
    most = before = _own_memory()
    over = threading.Event()

    def watch() -> None:
        nonlocal most
        while not over.wait(0.005):
            most = max(most, _own_memory())

    watcher = threading.Thread(target=watch)
    watcher.start()
    way()
    over.set()
    watcher.join()
    return most - before


def _own_memory() -> float:
    """Without what lies in files, which the system takes back when it needs the room."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("RssAnon"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("no RssAnon in /proc/self/status")


def _measured(ways: Ways) -> dict[str, float]:
    """The median of each, one after the other in turn; the first round warms."""
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for repetition in range(REPETITIONS + 1):
        for name, way in ways.items():
            began = time.perf_counter()
            way()
            if repetition:
                taken[name].append(time.perf_counter() - began)
    return {name: statistics.median(times) for name, times in taken.items()}


def _print(**figures: Any) -> None:
    print(json.dumps(figures, ensure_ascii=False), flush=True)
