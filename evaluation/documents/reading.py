"""The words of a PDF that anybody hands in: read by a program of its own, from memory, with a limit
on time and memory."""

import subprocess

from evaluation.documents.previewing import LIMITS, SECONDS

PAGES = "2"


def words_of(pdf: bytes) -> str:
    """Text and title of the first pages; as much as can be read of a damaged file, or nothing."""
    text = _run(pdf, "pdftotext", "-q", "-enc", "UTF-8", "-l", PAGES, "-", "-")
    return text + "\n" + _run(pdf, "pdfinfo", "-enc", "UTF-8", "-")


def _run(pdf: bytes, program: str, *arguments: str) -> str:
    try:
        done = subprocess.run(  # noqa: S603 -- nothing of the file is an argument
            [*LIMITS, program, *arguments],
            input=pdf,
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
    except (subprocess.TimeoutExpired, OSError):
        return ""
    return done.stdout.decode("utf-8", "replace")
