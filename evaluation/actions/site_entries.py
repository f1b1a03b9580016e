"""Findings that devices kept while they had no network: taken in once, overwriting nothing."""

import uuid
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from evaluation import permissions
from evaluation.actions.moving import changing, note
from evaluation.actions.site import (
    Finding,
    differs,
    dumped_value,
    on_site,
    write_record,
)
from evaluation.errors import Refused
from evaluation.findings import stamp
from evaluation.models import Evaluation, Outcome, SiteEntry, SiteRecord
from portal.accounts.models import User


@dataclass(frozen=True)
class Sent:
    """One finding as a device sends it. `seen` is the stamp of the record its author had before
    their eyes, `after` the device's own earlier entry for the same item, which may have
    arrived without the device knowing."""

    id: uuid.UUID
    indicator: str
    finding: Finding
    noted_at: datetime
    seen: str = ""
    after: uuid.UUID | None = None


def take_in(
    author: User, evaluation: Evaluation, sent: Sent, *, imported_by: User | None = None
) -> SiteEntry:
    """Record what a device sent, or keep it beside the finding that stands when its author had
    not seen that one. The same entry again answers as the first time.

    `imported_by` hands in a file that the author's device wrote. Raises Refused in sentences for
    what is no finding; then the device still holds it."""
    with changing(author, evaluation) as current:
        permissions.check_site_team(author, current)
        known = SiteEntry.objects.filter(pk=sent.id).first()
        if known is not None:
            if (known.evaluation_id, known.author_id) != (current.pk, author.pk):
                raise Refused(_("此记录的编号已被占用，请重新保存该项。"))
            return known
        permissions.check_site_record(author, current)
        indicator = on_site(current, sent.indicator)
        finding = Finding(dumped_value(indicator, sent.finding.observed), **sent.finding.texts())
        entry = SiteEntry(
            id=sent.id,
            evaluation=current,
            indicator=indicator.code,
            author=author,
            finding=asdict(finding),
            noted_at=min(sent.noted_at, timezone.now()),
            received_at=timezone.now(),
            imported_by=imported_by,
            outcome=Outcome.OPEN,
        )
        before = _own_earlier(author, current, sent)
        standing = current.site_records.filter(indicator=indicator.code).first()
        if standing is None or _may_follow(standing, finding, sent, before):
            record = write_record(
                author,
                current,
                indicator,
                finding,
                noted_at=entry.noted_at,
                actor=imported_by,
                entry=entry.pk,
            )
            entry.outcome, entry.stamp = Outcome.KEPT, stamp(record)
        else:
            differs(current, indicator, finding)
            note(
                imported_by or author,
                current,
                "site_conflict",
                indicator=indicator.code,
                entry=str(entry.pk),
                observed=finding.observed,
            )
        if before is not None and before.outcome == Outcome.OPEN:
            before.outcome = Outcome.REPLACED
            before.save(update_fields=["outcome"])
        entry.save(force_insert=True)
        return entry


def decide(
    user: User,
    evaluation: Evaluation,
    entry_id: uuid.UUID,
    *,
    adopt: bool,
    standing: str,
    reason: str,
) -> SiteEntry:
    """Choose between the finding that stands and an open entry, and say why. `standing` is the
    stamp of the one that was shown beside the entry: the choice was between these two, no others.
    Both stay on record."""
    with changing(user, evaluation) as current:
        permissions.check_site_record(user, current)
        entry = current.site_entries.filter(pk=entry_id).select_related("author").first()
        if entry is None or entry.outcome != Outcome.OPEN:
            raise Refused(_("这份记录已经处理过，请核对现在的核验值。"))
        if not reason.strip():
            raise Refused(_("请写明选定这一份的理由，例如复测的结果。"))
        indicator = on_site(current, entry.indicator)
        record = (
            current.site_records.filter(indicator=entry.indicator)
            .select_related("recorded_by")
            .first()
        )
        if stamp(record) != standing:
            raise Refused(_("您打开此页之后，该项又有新的记录，请核对后再选定。"))
        entry.decided_by, entry.decided_at = user, timezone.now()
        entry.decision_reason = reason.strip()
        entry.outcome = Outcome.ADOPTED if adopt else Outcome.SET_ASIDE
        entry.beside = _as_it_stood(record)
        if adopt:
            made = write_record(
                entry.author,
                current,
                indicator,
                Finding(**entry.finding),
                noted_at=entry.noted_at,
                actor=user,
                entry=entry.pk,
            )
            entry.stamp = stamp(made)
        entry.save()
        note(
            user,
            current,
            "decide_site_entry",
            indicator=entry.indicator,
            entry=str(entry.pk),
            outcome=entry.outcome,
            reason=entry.decision_reason,
        )
        return entry


def _as_it_stood(record: SiteRecord | None) -> dict[str, Any] | None:
    """The finding beside which an entry was decided: it may be written over now or later, and the
    signed record names both."""
    if record is None:
        return None
    names = ("observed", "documented", "instrument", "reading", "reason", "note")
    return {name: getattr(record, name) for name in names} | {
        "by": record.recorded_by.name,
        "at": (record.noted_at or record.recorded_at).isoformat(),
    }


def _own_earlier(author: User, current: Evaluation, sent: Sent) -> SiteEntry | None:
    """The entry of the same author for the same item that this one comes after."""
    if sent.after is None:
        return None
    return current.site_entries.filter(
        pk=sent.after, author=author, indicator=sent.indicator
    ).first()


def _may_follow(
    standing: SiteRecord, finding: Finding, sent: Sent, before: SiteEntry | None
) -> bool:
    """Whether the author knew the finding that stands, or says the very same."""
    if stamp(standing) == sent.seen or (before is not None and stamp(standing) == before.stamp):
        return True
    said = asdict(finding)
    return all(getattr(standing, name) == value for name, value in said.items())
