"""Making an ordered document: once, whoever comes twice; a failure says why and is tried again."""

import hashlib
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.files.storage import default_storage
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pypdf import PdfReader

from evaluation.actions import application
from evaluation.documents import pages, render, signing
from evaluation.models import Document, Kind
from portal.ledger import outbox
from portal.ledger.models import OutboxEntry
from tests.evaluation.cast import Cast, make_cast

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _files_of_this_test(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"
    settings.VAR_DIR = tmp_path


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def agreement(cast: Cast) -> Document:
    """Ordered, not made."""
    case = cast.case_in("submitted")
    application.accept(cast.chen, case)
    return case.documents.get(kind=Kind.AGREEMENT)


def test_a_document_is_made_once_and_kept(agreement: Document) -> None:
    assert (agreement.progress, agreement.ready) == (0, False)
    render.render(str(agreement.pk))
    agreement.refresh_from_db()
    kept = agreement.stored.read()
    assert agreement.ready
    assert (agreement.progress, agreement.error) == (100, "")
    assert agreement.size == len(kept)
    assert agreement.sha256 == hashlib.sha256(kept).hexdigest()
    assert "示例智算科技有限公司" in PdfReader(BytesIO(kept)).pages[0].extract_text()

    at, name = agreement.rendered_at, agreement.stored.name
    render.render(str(agreement.pk))
    agreement.refresh_from_db()
    assert (agreement.rendered_at, agreement.stored.name) == (at, name)


def test_the_second_of_two_workers_leaves_nothing_behind(
    agreement: Document, settings: Any
) -> None:
    slower = Document.objects.get(pk=agreement.pk)
    render.render(str(agreement.pk))
    agreement.refresh_from_db()
    # It read the row before the first one finished.
    render._keep(slower, render._make(slower))
    slower.refresh_from_db()
    assert slower.stored.name == agreement.stored.name
    assert default_storage.exists(agreement.stored.name)
    folder = Path(settings.MEDIA_ROOT) / Path(agreement.stored.name).parent
    assert [file.name for file in folder.iterdir()] == [Path(agreement.stored.name).name]


def test_progress_is_kept_as_it_goes(agreement: Document) -> None:
    with CaptureQueriesContext(connection) as queries:
        render.render(str(agreement.pk))
    steps = [
        int(query["sql"].split('"progress" = ')[1].split()[0].rstrip(","))
        for query in queries
        if '"progress" = ' in query["sql"]
    ]
    assert steps == [10, 25, 60, 80, 90, 100]


def test_made_again_later_it_is_the_same_document(agreement: Document) -> None:
    with time_machine.travel("2030-01-01 08:00 +0800"):
        once = render._make(agreement)
    assert render._make(agreement) == once


def test_nothing_is_recalculated(agreement: Document, cast: Cast) -> None:
    """What the case becomes later does not reach a document that was ordered."""
    cast.organisation.name = "改名后的公司"
    cast.organisation.save()
    render.render(str(agreement.pk))
    agreement.refresh_from_db()
    text = "".join(page.extract_text() for page in PdfReader(agreement.stored).pages)
    assert "改名后的公司" not in text
    assert "示例智算科技有限公司" in text


def test_a_failure_is_told_in_a_sentence_and_raised(
    agreement: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "SERIF", "A-Font-That-Is-Nowhere")
    with pytest.raises(pages.CannotMakePages):
        render.render(str(agreement.pk))
    agreement.refresh_from_db()
    assert agreement.error == (
        "本机缺少中文宋体（Noto Serif CJK SC），文档中的汉字无法显示；请安装fonts-noto-cjk。"
    )
    assert (agreement.ready, agreement.progress, agreement.stored.name) == (False, 0, "")


def test_an_unexpected_failure_names_no_internals(agreement: Document) -> None:
    Document.objects.filter(pk=agreement.pk).update(content={"document": {}})
    with pytest.raises(KeyError):
        render.render(str(agreement.pk))
    agreement.refresh_from_db()
    assert agreement.error == "文档生成失败，系统将自动重试；如多次失败，请联系系统管理员。"


def test_the_outbox_tries_again_and_clears_the_error(agreement: Document) -> None:
    entry = OutboxEntry.objects.get(key=f"document:{agreement.pk}")
    frozen = agreement.content
    Document.objects.filter(pk=agreement.pk).update(content={"document": {}})
    assert outbox.deliver(entry.pk) is False
    Document.objects.filter(pk=agreement.pk).update(content=frozen)
    OutboxEntry.objects.filter(pk=entry.pk).update(not_before=entry.created_at)
    assert outbox.deliver(entry.pk) is True
    agreement.refresh_from_db()
    assert (agreement.ready, agreement.error) == (True, "")


def test_missing_subset_library_is_named(
    agreement: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    from weasyprint.text import ffi

    monkeypatch.setattr(ffi, "harfbuzz_subset", None)
    pages._weasyprint.cache_clear()
    try:
        with pytest.raises(pages.CannotMakePages, match="libharfbuzz-subset0"):
            render.render(str(agreement.pk))
    finally:
        pages._weasyprint.cache_clear()


def test_certificate_and_photographs_of_a_whole_case(cast: Cast) -> None:
    case = cast.case_in("certified")
    signing.ensure_example_signing_key()
    documents = {d.kind: d for d in case.documents.filter(kind__in=["certificate", "site_record"])}
    for document in documents.values():
        render.render(str(document.pk))
        document.refresh_from_db()
    assert signing.verify_signature(documents["certificate"].stored.read()).state == "valid"
    record = PdfReader(documents["site_record"].stored)
    assert len(record.pages[0].images) == 1  # WeasyPrint lists all images with every page
    assert case.certificate.document.pk == documents["certificate"].pk


def test_a_photograph_of_another_case_is_not_shown(cast: Cast) -> None:
    mine, other = cast.case_in("panel_preparation"), cast.case_in("panel_preparation")
    record = mine.documents.get(kind=Kind.SITE_RECORD)
    foreign = other.files.get(purpose="site_photo")
    record.content["photos"][0]["files"][0]["file"] = str(foreign.pk)
    record.save(update_fields=["content"])
    render.render(str(record.pk))
    record.refresh_from_db()
    assert len(PdfReader(record.stored).pages[0].images) == 0
