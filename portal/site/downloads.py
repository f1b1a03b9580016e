"""Sending a public document."""

from django.http import FileResponse

from evaluation.models import Document


def attachment(document: Document, name: str) -> FileResponse:
    """A rendered document as a download, never shown inside the portal's own pages."""
    response = FileResponse(
        document.stored.open("rb"),
        as_attachment=True,
        filename=name,
        content_type="application/pdf",
    )
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
