"""证书查验: whether a certificate stands, by its number, its QR code or its file."""

from dataclasses import dataclass
from typing import Any

from allauth.core import ratelimit
from django.core.cache import cache
from django.core.files.uploadhandler import MemoryFileUploadHandler
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST, require_safe

from dataaccess import regions
from evaluation import queries_public
from evaluation.documents.reading import words_of
from evaluation.documents.signing import Verification, authorities, verify_signature
from evaluation.edition import edition_of, reader_language
from evaluation.models import Certificate, Document
from evaluation.register_words import entry_told
from portal.site.certificates import STANDINGS, number_shape
from portal.site.downloads import attachment

# A file that the register does not hold, by its signature: kind, title, sentence.
UNKNOWN_FILES: dict[str, tuple[str, Any, Any]] = {
    "valid": (
        "attention",
        gettext_lazy("签名有效，但不是名录中的证书"),
        gettext_lazy("文件由本平台签名且未被改动，但名录中没有这份文件，请按证书编号查验。"),
    ),
    "altered": (
        "not_met",
        gettext_lazy("内容在签名后被改动"),
        gettext_lazy(
            "文件有本平台的签名，但现在的内容与签名时不一致，不可信。请按证书编号查验，或下载名录中的原件比对。"
        ),
    ),
    "unknown": (
        "not_met",
        gettext_lazy("不是本平台颁发的证书"),
        gettext_lazy("文件有签名，但不是本平台的签名，与名录中的证书都不一致。"),
    ),
    "unsigned": (
        "not_met",
        gettext_lazy("不是本平台颁发的证书"),
        gettext_lazy(
            "文件没有电子签名，与名录中的证书都不一致。打印后的扫描件没有签名，请按证书编号查验。"
        ),
    ),
}

# The same, where the number of a certificate of the register stands in the file.
ANOTHER_THAN_ISSUED = (
    gettext_lazy("与颁发的证书不一致"),
    gettext_lazy(
        "文件中写有证书编号%(number)s，名录中有这张证书，但此文件与颁发的文件不同：可能被改动过，也可能是打印、扫描或另存的副本。内容以名录记载为准。"
    ),
)

# A stored document never changes, but who is trusted may: so the answer is kept for a while only.
SIGNATURE_KEPT_SECONDS = 3600


@require_safe
def verify(request: HttpRequest) -> HttpResponse:
    """The form; a number that exists leads to its page, any other is explained."""
    number = request.GET.get("number", "").strip()[:100]
    if not number:
        return _form(request, empty="number" in request.GET)
    certificate = queries_public.certificate_of(number)
    if certificate is None:
        return _form(request, number=number, missing=True)
    return redirect("site:certificate", certificate.number)


def _form(request: HttpRequest, status: int = 200, **context: object) -> HttpResponse:
    """The page with both forms, what the states mean, and what is to be said of the last try."""
    context |= {"shape": number_shape(), "standings": STANDINGS}
    return render(request, "site/verify.html", context, status=status)


@require_safe
def certificate(request: HttpRequest, number: str) -> HttpResponse:
    """What the register says of one certificate, with every change of its state."""
    found = queries_public.certificate_of(number)
    if found is None:
        return _form(request, 404, number=number[:100], missing=True)
    if found.number != number:
        return redirect("site:certificate", found.number)
    language = reader_language()
    entries = list(found.entries.select_related("document"))
    reviews = list(found.reviews.filter(closed_at__isnull=True)[:1])
    context = {
        "certificate": found,
        "standing": STANDINGS[found.state],
        "standings": STANDINGS,
        # The newest first.
        "entries": [(entry, entry_told(entry.reason)) for entry in entries[::-1]],
        "latest": entries[-1] if entries else None,
        "latest_told": entry_told(entries[-1].reason) if entries else "",
        "next_review": reviews[0] if reviews else None,
        "notice": found.evaluation.publications.filter(withdrawn_at__isnull=True).first(),
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
def revocation_pdf(request: HttpRequest, number: str) -> FileResponse:
    """撤销公告: public as long as the register is."""
    found = queries_public.certificate_of(number)
    entry = found and found.entries.filter(document__isnull=False).last()
    document = entry.document if entry else None
    if document is None or not document.ready:
        raise Http404
    return attachment(document, f"{number}-revocation.pdf")


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


@csrf_exempt  # until the handler is chosen: the check below reads the body
def verify_file(request: HttpRequest) -> HttpResponse:
    """Whether a file is a certificate of ours, unchanged. It is read in memory and never kept:
    no upload handler here writes to the disk, and what is larger is not read at all."""
    request.upload_handlers = [MemoryFileUploadHandler(request)]
    return _verify_file(request)


@csrf_protect
@require_POST
def _verify_file(request: HttpRequest) -> HttpResponse:
    if not ratelimit.consume(request, action="public_form"):
        return _form(request, 429, limited=True)
    upload = request.FILES.get("file")
    if upload is None:
        return _form(request, 422, no_file=True)
    data = upload.read()
    if not data.startswith(b"%PDF-"):
        return _form(request, 422, not_pdf=True)
    context = {"found": judged(data), "name": upload.name, "checked_at": timezone.now()}
    return render(request, "site/verify_file.html", context)


@dataclass(frozen=True)
class Judged:
    """What is said of a file. `kind` is that of a status tag; the certificate only where the file
    is, byte for byte, the one that the register holds."""

    kind: str
    title: Any
    sentence: Any
    signature: Verification
    certificate: Certificate | None = None
    standing: Any = None
    since: Any = None
    named: Certificate | None = None  # whose number stands in a file that is not the issued one


def judged(data: bytes) -> Judged:
    """The signature first, then the register: a revoked certificate's signature is still sound."""
    certificate = queries_public.certificate_of_file(data)
    found = verify_signature(data)
    if certificate is None:
        kind, title, sentence = UNKNOWN_FILES[found.state]
        named = queries_public.certificate_named_in(words_of(data))
        if named is not None and found.state != "valid":
            another, explained = ANOTHER_THAN_ISSUED
            title = title if found.state == "altered" else another
            sentence = explained % {"number": named.number}
        return Judged(kind, title, sentence, found, named=named)
    standing = STANDINGS[certificate.state]
    latest = certificate.entries.last()
    title = _("签名有效") if found.valid else _("与颁发的文件一致")
    return Judged(
        standing.kind,
        title,
        standing.of_file,
        found,
        certificate,
        standing,
        latest.on if latest else certificate.certified_on,
    )


@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """How to check a certificate's signature without this site."""
    return render(request, "site/verify_offline.html", {"authorities": authorities()})


@require_safe
def authority(request: HttpRequest) -> HttpResponse:
    """The authority's certificates (PEM) that signatures are checked against."""
    known = authorities()
    if not known:
        raise Http404
    response = HttpResponse(
        b"".join(each.pem for each in known), content_type="application/x-pem-file"
    )
    response["Content-Disposition"] = 'attachment; filename="authority.pem"'
    return response
