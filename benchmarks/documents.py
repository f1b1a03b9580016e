"""P9: a warm certificate (render, QR code, signature) and a warm report of the example case, beside
bare WeasyPrint on the same HTML; and the memory of a process over many PDFs."""

import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

REPETITIONS = 7
PDFS = 200
GOAL_CERTIFICATE = 0.25
GOAL_REPORT = 0.6
GOAL_REPORT_PAGES = 8
GOAL_GROWTH = 1.05

Content = tuple[dict[str, Any], str]


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="bench-documents-") as folder:
        contents = _example(Path(folder))
        _times(contents)
        _memory(contents)


def _example(folder: Path) -> dict[str, Content]:
    """What certificate and report of one certified case say, in a database of our own."""
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "READ_DOTENV": "false",
        "VAR_DIR": str(folder),
        "DATABASE_URL": f"sqlite:///{folder}/db.sqlite3",
        "LOG_LEVEL": "ERROR",
    }
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from evaluation.documents.signing import ensure_example_signing_key
    from evaluation.models import Document
    from tests.evaluation.cast import make_cast

    call_command("migrate", verbosity=0)
    case = make_cast().case_in("certified")
    ensure_example_signing_key()
    documents = Document.objects.filter(evaluation=case, kind__in=["certificate", "report"])
    contents = {d.kind: (d.content, d.version_code) for d in documents}
    connection.close()
    return contents


def _make(kind: str, contents: dict[str, Content]) -> bytes:
    """What a worker does for one document, but for keeping the bytes."""
    from evaluation.documents import pages, signing

    made = pages.pdf(kind, pages.html(kind, *contents[kind]))
    return signing.sign(made) if kind == "certificate" else made


def _bare(kind: str, contents: dict[str, Content]) -> Callable[[], bytes]:
    """WeasyPrint as its manual has it: no template, no checks, nothing kept between PDFs."""
    import weasyprint

    from evaluation.documents import pages

    markup = pages.html(kind, *contents[kind])
    sheet = pages.STYLE / ("certificate.css" if kind == "certificate" else "document.css")
    style = sheet.read_text(encoding="utf-8")
    return lambda: weasyprint.HTML(string=markup).write_pdf(
        stylesheets=[weasyprint.CSS(string=style)]
    )


def _times(contents: dict[str, Content]) -> None:
    ways: dict[str, Callable[[], bytes]] = {
        "certificate": lambda: _make("certificate", contents),
        "certificate, bare WeasyPrint": _bare("certificate", contents),
        "report": lambda: _make("report", contents),
        "report, bare WeasyPrint": _bare("report", contents),
    }
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for repetition in range(REPETITIONS + 1):
        for name, way in ways.items():
            began = time.perf_counter()
            made = way()
            if repetition:  # the first one warms
                taken[name].append(time.perf_counter() - began)
            assert made.startswith(b"%PDF-")
    medians = {name: statistics.median(times) for name, times in taken.items()}
    _check_what_was_made(contents)
    count = _pages_of(_make("report", contents))
    for kind, goal in (("certificate", GOAL_CERTIFICATE), ("report", GOAL_REPORT)):
        # The goal is for eight pages; ours may have one more or less.
        allowed = goal * count / GOAL_REPORT_PAGES if kind == "report" else goal
        _print(
            measure=f"warm {kind}, seconds (median of {REPETITIONS})",
            value=round(medians[kind], 3),
            bare=round(medians[f"{kind}, bare WeasyPrint"], 3),
            ratio_to_bare=round(medians[kind] / medians[f"{kind}, bare WeasyPrint"], 2),
            pages=1 if kind == "certificate" else count,
            goal=round(allowed, 3),
            met=medians[kind] <= allowed,
        )
    _print(
        measure="certificates issued a second by one worker (render, QR code, signature)",
        value=round(1 / medians["certificate"], 1),
    )


def _check_what_was_made(contents: dict[str, Content]) -> None:
    from evaluation.documents.signing import verify_signature

    assert verify_signature(_make("certificate", contents)).valid
    assert _pages_of(_make("certificate", contents)) == 1


def _pages_of(pdf: bytes) -> int:
    from io import BytesIO

    from pypdf import PdfReader

    return len(PdfReader(BytesIO(pdf)).pages)


def _memory(contents: dict[str, Content]) -> None:
    """Resident memory after the first tenth of the PDFs and at the end: flat, or a leak."""
    early = 0.0
    for count in range(1, PDFS + 1):
        _make("report" if count % 10 == 0 else "certificate", contents)
        if count == PDFS // 10:
            early = _resident_mib()
    late = _resident_mib()
    _print(
        measure=f"resident MiB of a process after {PDFS // 10} and after {PDFS} PDFs",
        after_a_tenth=round(early),
        at_the_end=round(late),
        ratio=round(late / early, 3),
        goal=GOAL_GROWTH,
        met=late / early <= GOAL_GROWTH,
    )


def _resident_mib() -> float:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("no VmRSS in /proc/self/status")


def _print(**figures: Any) -> None:
    print(json.dumps(figures, ensure_ascii=False), flush=True)
