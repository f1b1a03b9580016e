"""Making the pages of an ordered document. Safe to run twice, or by two workers at once."""

import hashlib
import secrets

from django.conf import settings
from django.core.files.base import ContentFile
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from evaluation.documents import pages, signing
from evaluation.documents.pictures import small_jpeg
from evaluation.models import Document, Kind, Purpose


def render(document_id: str) -> None:
    """Make the PDF of a document, keep its bytes, and mark it rendered.

    A document that was rendered already is left as it is. What goes wrong is written into its
    `error` as a sentence and raised again, so that the outbox tries later."""
    document = Document.objects.get(pk=document_id)
    if document.ready:
        return
    try:
        with translation.override(settings.LANGUAGE_CODE):
            _keep(document, _make(document))
    except Exception as failure:
        _note_failure(document, failure)
        raise


def _make(document: Document) -> bytes:
    _progress(document, 10)
    markup = pages.html(document.kind, document.content, document.version_code)
    _progress(document, 25)
    made = pages.pdf(
        document.kind,
        markup,
        _photos(document),
        lambda percent: _progress(document, percent),
    )
    if document.kind == Kind.CERTIFICATE:
        made = signing.sign(made)
    _progress(document, 90)
    return made


def _photos(document: Document) -> pages.Photos:
    """The photographs of this document's own case, read only when the page asks for them."""
    if document.kind != Kind.SITE_RECORD:
        return {}
    photos = document.evaluation.files.filter(purpose=Purpose.SITE_PHOTO)
    return {str(photo.pk): lambda photo=photo: small_jpeg(photo) for photo in photos}  # type: ignore[misc]


def _keep(document: Document, made: bytes) -> None:
    """Store the bytes and mark the document; the first of two workers wins, the other cleans up.

    Each attempt has a name of its own, so that nobody ever deletes the winner's file."""
    field = document.stored
    name = field.field.generate_filename(document, f"{document.pk}-{secrets.token_hex(4)}.pdf")
    stored = field.storage.save(name, ContentFile(made))
    won = Document.objects.filter(pk=document.pk, rendered_at__isnull=True).update(
        stored=stored,
        size=len(made),
        sha256=hashlib.sha256(made).hexdigest(),
        rendered_at=timezone.now(),
        progress=100,
        error="",
    )
    if not won:
        field.storage.delete(stored)


def _progress(document: Document, percent: int) -> None:
    """Saved as it goes, so that a page can show it."""
    Document.objects.filter(pk=document.pk, rendered_at__isnull=True).update(progress=percent)


def _note_failure(document: Document, failure: Exception) -> None:
    with translation.override(settings.LANGUAGE_CODE):
        sentence = (
            str(failure)
            if isinstance(failure, (pages.CannotMakePages, signing.CannotSign))
            else _("文档生成失败，系统将自动重试；如多次失败，请联系系统管理员。")
        )
    Document.objects.filter(pk=document.pk, rendered_at__isnull=True).update(
        error=sentence, progress=0
    )
