"""What each official document says, as JSON: names, texts, figures as text, clauses.

A document's content is frozen when it is ordered. Everything the template prints is in it, so that
rendering recalculates nothing and later changes of a case do not change what was issued. Official
documents are Chinese, whatever language the person who caused them reads; the certificate has
English beneath."""

from evaluation.documents.content.agreement import agreement
from evaluation.documents.content.application import application, application_print
from evaluation.documents.content.certificate import certificate
from evaluation.documents.content.draw import draw
from evaluation.documents.content.notices import (
    deficiency_notice,
    notice,
    rectification_notice,
    review_notice,
    revocation_notice,
)
from evaluation.documents.content.panel import minutes, score_sheet
from evaluation.documents.content.pledge import pledge
from evaluation.documents.content.receipt import receipt
from evaluation.documents.content.report import report
from evaluation.documents.content.site import site_record
from evaluation.documents.content.visit_plan import visit_plan
from evaluation.documents.content.volume import volume

__all__ = [
    "agreement",
    "application",
    "application_print",
    "certificate",
    "deficiency_notice",
    "draw",
    "minutes",
    "notice",
    "pledge",
    "receipt",
    "rectification_notice",
    "report",
    "review_notice",
    "revocation_notice",
    "score_sheet",
    "site_record",
    "visit_plan",
    "volume",
]
