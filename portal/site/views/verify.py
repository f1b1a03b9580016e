"""证书查验: whether a certificate stands, by its number or its QR code."""

from django.core.cache import cache
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from dataaccess import regions
from evaluation import queries_public
from evaluation.documents.signing import Verification, verify_signature
from evaluation.edition import edition_of, reader_language
from evaluation.models import Certificate, Document
from portal.site.certificates import STANDINGS
from portal.site.downloads import attachment

# A stored document never changes, but who is trusted may: so the answer is kept for a while only.
SIGNATURE_KEPT_SECONDS = 3600


@require_safe
def verify(request: HttpRequest) -> HttpResponse:
    """The form; a number that exists leads to its page, any other is explained."""
    number = request.GET.get("number", "").strip()[:100]
    if not number:
        return render(request, "site/verify.html")
    certificate = queries_public.certificate_of(number)
    if certificate is None:
        return render(request, "site/verify.html", {"number": number, "missing": True})
    return redirect("site:certificate", certificate.number)


@require_safe
def certificate(request: HttpRequest, number: str) -> HttpResponse:
    """What the register says of one certificate, with every change of its state."""
    found = queries_public.certificate_of(number)
    if found is None:
        return render(
            request, "site/verify.html", {"number": number[:100], "missing": True}, status=404
        )
    if found.number != number:
        return redirect("site:certificate", found.number)
    language = reader_language()
    entries = list(found.entries.all())
    reviews = list(found.reviews.filter(closed_at__isnull=True)[:1])
    context = {
        "certificate": found,
        "standing": STANDINGS[found.state],
        "standings": STANDINGS,
        "entries": entries,
        "latest": entries[-1] if entries else None,
        "next_review": reviews[0] if reviews else None,
        "stands": found.state in queries_public.STANDING,
        "category": edition_of(found.evaluation).category(found.category),
        "province": regions.province_name(found.province, language),
        "signature": signature(found.document),
        "downloadable": queries_public.may_be_downloaded(found),
        "checked_at": timezone.now(),
    }
    return render(request, "site/certificate.html", context)


@require_safe
def certificate_pdf(request: HttpRequest, number: str) -> FileResponse:
    """The certificate itself, for checking its signature offline."""
    found = queries_public.certificate_of(number)
    if found is None or not queries_public.may_be_downloaded(found):
        raise Http404
    return attachment(found.document, f"{found.number}.pdf")


@require_safe
def certificate_document(request: HttpRequest, number: str) -> HttpResponse:
    """How far the certificate's PDF is; the page asks again until it can be downloaded."""
    found = queries_public.certificate_of(number)
    if found is None or found.state not in queries_public.STANDING:
        raise Http404
    return render(request, "site/certificate_document.html", _document(found))


def _document(certificate: Certificate) -> dict[str, object]:
    return {
        "certificate": certificate,
        "signature": signature(certificate.document),
        "downloadable": queries_public.may_be_downloaded(certificate),
    }


def signature(document: Document) -> Verification | None:
    """What the stored PDF's signature says; None while there is no PDF, or none that can be read:
    the register's word does not wait for the files."""
    if not document.ready:
        return None
    key = f"signature:{document.sha256}"
    kept: Verification | None = cache.get(key)
    if kept is None:
        try:
            with document.stored.open("rb") as file:
                kept = verify_signature(file.read())
        except OSError:
            return None
        cache.set(key, kept, SIGNATURE_KEPT_SECONDS)
    return kept
