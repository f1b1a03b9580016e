"""Step 4 现场评估: verified values beside the declared ones, with reason and photo."""

import uuid
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.translation import gettext as _

from evaluation import permissions, queries, uploads
from evaluation.actions.files import keep
from evaluation.actions.moving import changing, moving, note
from evaluation.documents import content
from evaluation.documents.order import order
from evaluation.edition import edition_of, reader_language
from evaluation.errors import Refused
from evaluation.findings import observed_text, outdated, stamp
from evaluation.models import (
    CaseFile,
    Duty,
    Evaluation,
    Kind,
    Outcome,
    Purpose,
    SiteRecord,
)
from evaluation.rulebook import in_language
from evaluation.rulebook.shapes import Indicator
from portal.accounts.models import User


@dataclass(frozen=True)
class Finding:
    """What a site team finds for one indicator. `observed` is in the form of the score contract;
    None where nothing could be verified."""

    observed: Any
    documented: str = ""  # what the materials prove
    instrument: str = ""
    reading: str = ""
    reason: str = ""  # of a difference from the declared value
    note: str = ""

    def texts(self) -> dict[str, str]:
        """All but the value, without blanks around."""
        return {name: value.strip() for name, value in asdict(self).items() if name != "observed"}


def verified_on_site(evaluation: Evaluation) -> list[Indicator]:
    """The indicators a site team verifies: all but those that the panel judges."""
    return [i for i in edition_of(evaluation).indicators if i.kind != "judged"]


def dispatch_team(user: User, evaluation: Evaluation) -> None:
    """派出现场评估组: at least one expert, one of them the leader, who has signed the pledge."""
    with moving(user, evaluation, "dispatch_team") as move:
        team = permissions.active_assignments(move.evaluation, Duty.SITE)
        if not any(member.is_leader for member in team):
            raise Refused(_("请先指派现场评估组组长。"))
        if not any(member.is_leader and member.pledged_at for member in team):
            raise Refused(_("现场评估组组长还没有签署承诺书，请等待其答复或另行指派组长。"))
        move.data = {"team": [member.expert_id for member in team]}


def record(
    user: User,
    evaluation: Evaluation,
    code: str,
    observed: Any,
    *,
    seen: str | None = None,
    **texts: str,
) -> SiteRecord:
    """Write down what was observed for one indicator; None where nothing could be verified, which
    counts as not given. A difference from the declared value needs its reason. `texts` are those
    of :class:`Finding`. `seen` is the stamp of the finding that the recorder had before their
    eyes: another one since then is not overwritten."""
    with changing(user, evaluation) as current:
        permissions.check_site_record(user, current)
        indicator = on_site(current, code)
        if seen is not None:
            _check_seen(current, indicator, seen)
        return write_record(user, current, indicator, Finding(observed, **texts))


def on_site(evaluation: Evaluation, code: str) -> Indicator:
    """The indicator of this code, or Refused where no site team verifies it."""
    indicator = next((i for i in verified_on_site(evaluation) if i.code == code), None)
    if indicator is None:
        raise Refused(_("指标%(code)s不由现场评估核验。") % {"code": code})
    return indicator


def write_record(
    author: User,
    current: Evaluation,
    indicator: Indicator,
    finding: Finding,
    *,
    noted_at: datetime | None = None,
    actor: User | None = None,
    entry: uuid.UUID | None = None,
) -> SiteRecord:
    """Put a finding in its place, with its audit. The caller holds the lock and has checked who
    may. `actor` acts for the author where a file is imported or a conflict decided."""
    dumped = dumped_value(indicator, finding.observed)
    finding = replace(finding, observed=dumped)
    other = differs(current, indicator, finding)
    kept, _created = SiteRecord.objects.update_or_create(
        evaluation=current,
        indicator=indicator.code,
        defaults={
            "observed": dumped,
            "differs": other,
            **finding.texts(),
            "recorded_by": author,
            "recorded_at": timezone.now(),
            "noted_at": noted_at,
        },
    )
    data: dict[str, Any] = {"indicator": indicator.code, "observed": dumped, "differs": other}
    if entry is not None:
        data["entry"] = str(entry)
    if actor is not None and actor != author:
        data |= {"author": author.pk, "author_name": author.name}
    note(actor or author, current, "record_site", **data)
    return kept


def differs(evaluation: Evaluation, indicator: Indicator, finding: Finding) -> bool:
    """Whether a finding, its value in stored form, is another than was declared; Refused where
    that, or that nothing could be verified, has no reason."""
    if finding.observed is None and not finding.reason.strip():
        raise Refused(_("“%(name)s”无法核验，请写明原因。") % {"name": named(indicator)})
    declaration = queries.current_declaration(evaluation)
    other = declaration is None or declaration.values.get(indicator.code) != finding.observed
    if other and not finding.reason.strip():
        raise Refused(
            _("“%(name)s”的核验值与申报值不一致，请写明差异原因。") % {"name": named(indicator)}
        )
    return other


def _check_seen(evaluation: Evaluation, indicator: Indicator, seen: str) -> None:
    standing = (
        evaluation.site_records.filter(indicator=indicator.code)
        .select_related("recorded_by")
        .first()
    )
    if standing is None or stamp(standing) == seen:
        return
    raise Refused(
        _(
            "您打开此页之后，%(who)s已于%(when)s把“%(name)s”的核验值记为%(value)s，您填写的内容没有保存。如仍要改记，请核对后再次保存。"
        )
        % {
            "who": standing.recorded_by.name,
            "when": timezone.localtime(standing.recorded_at).strftime("%H:%M"),
            "name": named(indicator),
            "value": observed_text(indicator, standing.observed, reader_language()),
        }
    )


def named(indicator: Indicator) -> str:
    return in_language(indicator, "name", reader_language())


def dumped_value(indicator: Indicator, observed: Any) -> Any:
    if observed is None:
        return None
    value, faults = indicator.parse(observed)
    if faults:
        english = reader_language() == "en"
        raise Refused(*[fault.message_en if english else fault.message for fault in faults])
    return None if value is None else indicator.dump(value)


def add_photo(
    user: User,
    evaluation: Evaluation,
    code: str,
    upload: UploadedFile,
    photo_id: uuid.UUID | None = None,
) -> CaseFile:
    """Keep a photo taken on site for one indicator. `photo_id` is the number a device gave it:
    sent again, it is not kept twice."""
    checked = uploads.check(upload, uploads.IMAGES)
    with changing(user, evaluation) as current:
        permissions.check_site_team(user, current)
        if photo_id is not None and (known := CaseFile.objects.filter(pk=photo_id).first()):
            mine = (current.pk, user.pk, checked.sha256)
            if (known.evaluation_id, known.uploaded_by_id, known.sha256) != mine:
                raise Refused(_("此照片的编号已被占用，请重新选择照片。"))
            return known
        permissions.check_site_record(user, current)
        on_site(current, code)
        where = {"id": photo_id} if photo_id else {}
        file = keep(
            user, current, upload, checked, purpose=Purpose.SITE_PHOTO, indicator=code, **where
        )
        note(user, current, "add_photo", indicator=code, file=str(file.pk), sha256=file.sha256)
        return file


def close_visit(user: User, evaluation: Evaluation) -> None:
    """提交现场评估记录, when every indicator has its observed value."""
    with moving(user, evaluation, "close_visit") as move:
        recorded = set(move.evaluation.site_records.values_list("indicator", flat=True))
        open_items = [i for i in verified_on_site(move.evaluation) if i.code not in recorded]
        if open_items:
            raise Refused(
                _("还有%(count)s项指标未核验：%(names)s。")
                % {"count": len(open_items), "names": _("、").join(map(named, open_items))}
            )
        waiting = move.evaluation.site_entries.filter(outcome=Outcome.OPEN)
        twice = set(waiting.values_list("indicator", flat=True))
        if twice:
            names = [named(i) for i in verified_on_site(move.evaluation) if i.code in twice]
            raise Refused(
                _("“%(names)s”有两份不同的记录，请先在现场核验页选定其一。")
                % {"names": _("”、“").join(names)}
            )
        if old := outdated(move.evaluation):
            raise Refused(
                _("签字之后核验记录有改动，请%(sides)s重新签字。")
                % {"sides": _("、").join(str(s.get_side_display()) for s in old)}
            )
        order(move.evaluation, Kind.SITE_RECORD, content.site_record(move.evaluation))
