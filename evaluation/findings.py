"""The findings of a site visit as they stand, and who has signed them so."""

import hashlib
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from evaluation.models import Evaluation, SiteRecord, SiteSignature
from evaluation.rulebook import Indicator


def stamp(record: SiteRecord | None) -> str:
    """Tells one finding on an indicator from any other; empty where there is none."""
    return f"{record.recorded_by_id}-{record.recorded_at.timestamp()}" if record else ""


def observed_text(indicator: Indicator, held: Any, language: str) -> str:
    """A finding's value as a reader sees it, also where nothing could be verified."""
    if held is None:
        return _("无法核验")
    return indicator.show(indicator.parse(held)[0], language)


def stamps(evaluation: Evaluation) -> dict[str, str]:
    """The stamp of each indicator's finding: what a signature covers."""
    return {record.indicator: stamp(record) for record in evaluation.site_records.all()}


def digest(evaluation: Evaluation) -> str:
    """What a signature stands for: changes with any finding."""
    return digest_of(stamps(evaluation))


def digest_of(marks: Mapping[str, str]) -> str:
    """The digest of findings with these stamps, by indicator."""
    lines = sorted(f"{code}={mark}" for code, mark in marks.items())
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def signatures(evaluation: Evaluation) -> dict[str, SiteSignature]:
    """The newest signature of each side, whether or not the findings have changed since."""
    return {signature.side: signature for signature in evaluation.site_signatures.all()}


def outdated(evaluation: Evaluation) -> list[SiteSignature]:
    """The signatures that were given to other findings than those that stand."""
    now = digest(evaluation)
    return [s for s in signatures(evaluation).values() if s.digest != now]
