"""证书 (7.1, seventh step; named by 10.2): Chinese, with English beneath."""

from datetime import date

from django.conf import settings

from evaluation.documents.content.common import Json, case_facts, day
from evaluation.documents.content.notices import verify_url
from evaluation.edition import edition_of
from evaluation.models import Certificate

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def certificate(certificate: Certificate) -> Json:
    """Name, organisation, number, date and the address where it can be verified. Takes a
    certificate that is not saved yet: its document is ordered first."""
    evaluation = certificate.evaluation
    edition = edition_of(evaluation)
    return {
        "case": case_facts(evaluation),
        "title": "证书",
        "name": certificate.name,
        "name_en": certificate.name_en,
        # A name too long for one line breaks before its place, never inside a word.
        "name_parts": _before_the_place(certificate.name, "（"),
        "name_en_parts": _english_phrases(certificate.name_en),
        "holder": certificate.holder,
        # By it the certificate chooses a type in which long names still fit on its one page.
        "names_length": len(certificate.holder) + len(certificate.base.name),
        "base": certificate.base.name,
        "number": certificate.number,
        "certified_on": day(certificate.certified_on),
        "certified_on_en": _english(certificate.certified_on),
        "standard": edition.title,
        "standard_en": edition.title_en,
        "issuer": settings.ISSUER_NAME,
        "issuer_en": edition.issuer_en if edition.issuer == settings.ISSUER_NAME else "",
        "verify_url": verify_url(certificate.number),
    }


def _before_the_place(name: str, bracket: str) -> list[str]:
    """The name of 10.2 in two parts; the place between its brackets has none of its own."""
    head, found, tail = name.partition(bracket)
    return [head, found + tail]


def _english_phrases(name: str) -> list[str]:
    """The English name in the phrases that stay together on a line, so that no word is alone."""
    head, place = _before_the_place(name, "(")
    base, of, center = head.strip().partition(" of the ")
    return [part for part in (base, f"{of.strip()} {center}".strip(), place) if part]


def _english(value: date) -> str:
    """1 March 2026, without the server's locale."""
    return f"{value.day} {MONTHS[value.month - 1]} {value.year}"
