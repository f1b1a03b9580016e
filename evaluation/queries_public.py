"""Reads for everybody: what was published, and nothing of what led to it."""

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Replace, Upper

from dataaccess import regions
from evaluation.models import Certificate, CertificateState, Publication, Review

# Certificates whose holder may call the base certified.
STANDING = (CertificateState.VALID, CertificateState.RECTIFICATION)
# Dashes that keyboards and copying make of the one in a certificate's number.
DASHES = re.compile("[‐‑‒–—―−－﹣ー_]")
# What may be a certificate's number in a text, and how many of them are looked up.
WORDS = re.compile(r"[\w-]{4,64}")
MOST_WORDS = 400
# A certificate's number without its dashes, as people type it.
PLAIN_NUMBER = Upper(Replace("number", Value("-"), Value("")))


@dataclass(frozen=True)
class RegisterFigures:
    """The register in four numbers."""

    valid: int
    rectification: int
    suspended: int
    provinces: int


def register_figures() -> RegisterFigures:
    """How the register stands. One query."""
    return RegisterFigures(
        **Certificate.objects.aggregate(
            valid=Count("pk", filter=Q(state=CertificateState.VALID)),
            rectification=Count("pk", filter=Q(state=CertificateState.RECTIFICATION)),
            suspended=Count("pk", filter=Q(state=CertificateState.SUSPENDED)),
            provinces=Count("province", distinct=True, filter=Q(state__in=STANDING)),
        )
    )


def register() -> QuerySet[Certificate]:
    """名录: every certificate that was given, also those that no longer stand; what a row shows."""
    return (
        Certificate.objects.select_related("base")
        .only(
            "number",
            "name",
            "name_en",
            "holder",
            "category",
            "province",
            "certified_on",
            "state",
            "base__name",
        )
        .order_by("-certified_on", "number")
    )


def with_next_review(certificates: QuerySet[Certificate]) -> QuerySet[Any]:
    """The same with `next_review_on`, the day of the review that is still to be done: none where
    the certification is over."""
    due = Review.objects.filter(certificate=OuterRef("pk"), closed_at__isnull=True)
    return certificates.annotate(next_review_on=Subquery(due.order_by("year").values("due_on")[:1]))


def search(
    certificates: QuerySet[Certificate],
    *,
    text: str = "",
    category: str = "",
    province: str = "",
    state: str = "",
) -> QuerySet[Certificate]:
    """Those that fit every given part; "" fits all. Of the text each word must be found, in the
    number (with or without its dashes), a name, the holder, the base or the province."""
    for word in unicodedata.normalize("NFKC", text).split():
        certificates = certificates.annotate(plain=PLAIN_NUMBER).filter(_has(word))
    exact = {"category": category, "province": province, "state": state}
    return certificates.filter(**{name: value for name, value in exact.items() if value})


def _has(word: str) -> Q:
    number = clean_number(word)
    found = Q(number__icontains=number)
    if number.replace("-", ""):
        found |= Q(plain__contains=number.replace("-", ""))
    wide = word.replace("(", "（").replace(")", "）")  # as Chinese names are kept
    for field, text in {"name": wide, "name_en": word, "holder": wide, "base__name": wide}.items():
        found |= Q(**{f"{field}__icontains": text})
    named = [
        code
        for language in ("zh", "en")
        for code, name in regions.province_choices(language)
        if word.casefold() in name.casefold()
    ]
    return found | Q(province__in=named)


def standing_by_province() -> dict[str, int]:
    """How many certificates stand in each province that has any. One query."""
    return dict(
        Certificate.objects.filter(state__in=STANDING)
        .order_by()
        .values_list("province")
        .annotate(count=Count("pk"))
    )


def clean_number(text: str) -> str:
    """A certificate's number as it was meant: wide characters, blanks, lower case and other
    dashes are what paper, keyboards and chat programs make of it."""
    return DASHES.sub("-", re.sub(r"\s", "", unicodedata.normalize("NFKC", text))).upper()


def certificate_of(text: str) -> Certificate | None:
    """The certificate whose number a reader typed, without its dashes too; None for no such."""
    wanted = clean_number(text)
    bare = wanted.replace("-", "")
    if not bare or "\x00" in bare:
        return None
    certificates = Certificate.objects.select_related(
        "base", "document", "evaluation", "superseded_by"
    )
    found = certificates.filter(number=wanted).first()
    if found is not None:
        return found
    return certificates.annotate(plain=PLAIN_NUMBER).filter(plain=bare).first()


def certificate_of_file(data: bytes) -> Certificate | None:
    """The certificate whose PDF these bytes are, exactly; None for any other."""
    return (
        Certificate.objects.select_related("base", "document", "evaluation")
        .filter(document__sha256=hashlib.sha256(data).hexdigest())
        .first()
    )


def certificate_named_in(text: str) -> Certificate | None:
    """The first certificate whose number stands in a text."""
    words = list(dict.fromkeys(WORDS.findall(text)))[:MOST_WORDS]
    numbers = [word for word in words if any(sign.isdigit() for sign in word)]
    found = {each.number: each for each in Certificate.objects.filter(number__in=numbers)}
    return next((found[number] for number in numbers if number in found), None)


def notices() -> QuerySet[Publication]:
    """公示: the published results, the newest first (they are kept in the order they come)."""
    return Publication.objects.select_related(
        "evaluation__organisation", "score_run", "document", "corrects"
    ).order_by("-pk")


def notice_rows() -> QuerySet[Publication]:
    """The same for a list: what a row shows, without the scorecards and documents behind it."""
    return (
        Publication.objects.select_related("evaluation", "score_run")
        .only(
            "number",
            "applicant",
            "base_name",
            "place",
            "working_days",
            "ends_on",
            "withdrawn_at",
            "evaluation__edition",
            "evaluation__category",
            "score_run__qualified",
        )
        .order_by("-pk")
    )


def open_on(notices: QuerySet[Publication], day: date) -> QuerySet[Publication]:
    """Those that take objections on this day."""
    return notices.filter(_taking(day))


def ended_on(notices: QuerySet[Publication], day: date) -> QuerySet[Publication]:
    """Those whose period is over on this day, and those withdrawn."""
    return notices.exclude(_taking(day))


def _taking(day: date) -> Q:
    return Q(working_days__gt=0, ends_on__gte=day, withdrawn_at__isnull=True)


def notice_counts(day: date) -> dict[str, int]:
    """How many notices are open and how many ended. One query."""
    counted = Publication.objects.order_by().aggregate(
        total=Count("pk"), open=Count("pk", filter=_taking(day))
    )
    return {"open": counted["open"], "ended": counted["total"] - counted["open"]}


def may_be_downloaded(certificate: Certificate) -> bool:
    """Whether the register still hands out the certificate: not once it no longer stands."""
    return certificate.state in STANDING and certificate.document.ready
