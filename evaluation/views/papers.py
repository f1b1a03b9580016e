"""Which version of the application a document of a case belongs to."""

from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext as _

from evaluation.models import Declaration, Document, Kind

OF_A_VERSION = (Kind.APPLICATION, Kind.RECEIPT)


def with_versions(
    documents: Iterable[Document], declarations: Iterable[Declaration]
) -> list[tuple[Document, str]]:
    """Each document with its version, and what took that one's place; nothing of the others."""
    versions = sorted((each.submitted_at, each.number) for each in declarations)
    return [(document, _version(document, versions)) for document in documents]


def _version(document: Document, versions: list[tuple[datetime, int]]) -> str:
    if document.kind not in OF_A_VERSION or not versions:
        return ""
    number = max((n for at, n in versions if at <= document.ordered_at), default=0)
    newest = versions[-1][1]
    if number == newest:
        return _("第%(version)s版") % {"version": number}
    return _("第%(version)s版，已被第%(newest)s版取代") % {"version": number, "newest": newest}
