"""What a public page makes a first visitor load: its style sheets and scripts, compressed as they
are served, stay small, and a script comes only with the page that needs it."""

import re
from functools import cache
from pathlib import Path

import brotli
import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import reverse

from evaluation.models import Certificate
from tests.access.matrix import OK, OPEN, ROWS
from tests.portal.site.test_misuse import sent

KB = 1000
LIMIT = 100 * KB
LINKED = re.compile(r'<(?:link rel="stylesheet" href|script src)="/static/([^"]+)"')
# The pages that nobody has to sign in for.
PUBLIC = sorted(
    row.name
    for row in ROWS
    if row.rule == OPEN and row.opens == OK and "anonymous" in (row.get or ())
)


@cache
def weight(name: str) -> int:
    """Bytes of a static file as a browser gets it."""
    path = finders.find(name)
    assert path, name
    return len(brotli.compress(Path(path).read_bytes()))


@pytest.fixture
def files(client: Client, certificate: Certificate) -> dict[str, list[str]]:
    """The style sheets and scripts of each public page."""
    notice = [certificate.evaluation.publication.number]
    of = {
        "site:guide": ["applicant"],
        "site:notice": notice,
        "site:notice_document": notice,
        "site:notice_pdf": notice,
        "site:object": notice,
        "site:misuse_receipt": [sent(client).receipt],
        "site:certificate": [certificate.number],
        "site:certificate_document": [certificate.number],
        "site:certificate_pdf": [certificate.number],
        "account_confirm_email": ["no-such-key"],
        "account_reset_password_from_key": ["1", "no-such-key"],
    }
    found = {}
    for name in PUBLIC:
        answer = client.get(reverse(name, args=of.get(name)))
        if answer.get("Content-Type", "").startswith("text/html"):
            page = answer.content.decode()
            if "<html" in page:  # not a part of one that htmx asks for
                found[name] = LINKED.findall(page)
    return found


def test_a_public_page_loads_less_than_100_kb_of_styles_and_scripts(
    files: dict[str, list[str]],
) -> None:
    weights = {name: sum(map(weight, linked)) for name, linked in files.items()}
    assert len(weights) > 25
    assert {name: size for name, size in weights.items() if size > LIMIT} == {}
    # The frame's own files are found in the page: the sum is no sum of nothing.
    assert min(weights.values()) > 40 * KB


def test_only_the_page_that_needs_a_script_loads_it(files: dict[str, list[str]]) -> None:
    """Charts are tables and SVG from the server: no page loads a script for them."""
    of_every_page = set.intersection(*map(set, files.values()))
    own = {
        name: [file for file in linked if file.endswith(".js") and file not in of_every_page]
        for name, linked in files.items()
    }
    assert {name: scripts for name, scripts in own.items() if scripts} == {
        "site:self_test": ["js/self-test.js"]
    }
