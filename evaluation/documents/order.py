"""Ordering a document: its content is frozen now, its pages are made by a worker."""

import hashlib
import json
from typing import Any

from django.conf import settings
from django.utils import timezone, translation

from evaluation.models import Document, Evaluation, Kind
from portal.accounts.models import User
from portal.ledger import numbers, outbox

# The character in a document's number for its kind: 工智评申〔2026〕12号.
SERIES = {
    Kind.APPLICATION_PRINT: "稿",
    Kind.APPLICATION: "申",
    Kind.RECEIPT: "回",
    Kind.AGREEMENT: "协",
    Kind.DEFICIENCY_NOTICE: "补",
    Kind.PLEDGE: "诺",
    Kind.VISIT_PLAN: "方",
    Kind.SITE_RECORD: "勘",
    Kind.SCORE_SHEET: "分",
    Kind.MINUTES: "审",
    Kind.REPORT: "报",
    Kind.NOTICE: "公",
    Kind.CERTIFICATE: "证",
    Kind.REVIEW_NOTICE: "年",
    Kind.RECTIFICATION_NOTICE: "改",
    Kind.REVOCATION_NOTICE: "撤",
    Kind.DRAW: "抽",
}


def order(
    evaluation: Evaluation,
    kind: Kind,
    content: dict[str, Any],
    owner: User | None = None,
    code: str = "",
) -> Document:
    """Freeze the content, give the document its number, and have it rendered after the commit.
    `code` instead of its own version code: the application carries that of its form."""
    now = timezone.localtime()
    serial = numbers.next_number(f"document:{kind}:{now.year}")
    number = f"工智评{SERIES[kind]}〔{now.year}〕{serial}号"
    frozen = {
        **content,
        "document": {
            "kind": kind.value,
            "number": number,
            "case": evaluation.number,
            "made_at": now.isoformat(timespec="seconds"),
            "example": settings.EXAMPLE_DATA,
        },
    }
    with translation.override(settings.LANGUAGE_CODE):
        title = str(kind.label)
    document = Document.objects.create(
        evaluation=evaluation,
        kind=kind,
        number=number,
        title=title,
        owner=owner,
        content=frozen,
        version_code=code or version_code(frozen),
        ordered_at=now,
    )
    outbox.put("document", f"document:{document.pk}", document=str(document.pk))
    return document


def version_code(content: dict[str, Any]) -> str:
    """Twelve characters that stand on each page and change with any character of the content."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:12].upper()
