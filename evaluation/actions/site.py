"""Step 4 现场评估: verified values beside the declared ones, with reason and photo."""

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
from evaluation.models import CaseFile, Duty, Evaluation, Kind, Purpose, SiteRecord
from evaluation.rulebook import in_language
from evaluation.rulebook.shapes import Indicator
from portal.accounts.models import User


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
    reason: str = "",
    instrument: str = "",
    seen: str | None = None,
) -> SiteRecord:
    """Write down what was observed for one indicator; None where nothing could be verified, which
    counts as not given. A difference from the declared value needs its reason. `seen` is the
    stamp of the finding that the recorder had before their eyes: another one since then is not
    overwritten."""
    with changing(user, evaluation) as current:
        permissions.check_site_record(user, current)
        indicator = next((i for i in verified_on_site(current) if i.code == code), None)
        if indicator is None:
            raise Refused(_("指标%(code)s不由现场评估核验。") % {"code": code})
        if seen is not None:
            _check_seen(current, indicator, seen)
        dumped = _dumped(indicator, observed)
        declaration = queries.current_declaration(current)
        differs = declaration is None or declaration.values.get(code) != dumped
        if differs and not reason.strip():
            raise Refused(
                _("“%(name)s”的核验值与申报值不一致，请写明差异原因。")
                % {"name": _named(indicator)}
            )
        kept, _created = SiteRecord.objects.update_or_create(
            evaluation=current,
            indicator=code,
            defaults={
                "observed": dumped,
                "differs": differs,
                "reason": reason.strip(),
                "instrument": instrument.strip(),
                "recorded_by": user,
                "recorded_at": timezone.now(),
            },
        )
        note(
            user,
            current,
            "record_site",
            indicator=code,
            observed=dumped,
            differs=differs,
        )
        return kept


def stamp(record: SiteRecord | None) -> str:
    """Tells one finding on an indicator from any other."""
    return f"{record.recorded_by_id}-{record.recorded_at.timestamp()}" if record else ""


def _check_seen(evaluation: Evaluation, indicator: Indicator, seen: str) -> None:
    standing = (
        evaluation.site_records.filter(indicator=indicator.code)
        .select_related("recorded_by")
        .first()
    )
    if standing is None or stamp(standing) == seen:
        return
    value = None if standing.observed is None else indicator.parse(standing.observed)[0]
    raise Refused(
        _(
            "您打开此页之后，%(who)s已于%(when)s把“%(name)s”的核验值记为%(value)s，您填写的内容没有保存。如仍要改记，请核对后再次保存。"
        )
        % {
            "who": standing.recorded_by.name,
            "when": timezone.localtime(standing.recorded_at).strftime("%H:%M"),
            "name": _named(indicator),
            "value": indicator.show(value, reader_language()),
        }
    )


def _named(indicator: Indicator) -> str:
    return in_language(indicator, "name", reader_language())


def _dumped(indicator: Indicator, observed: Any) -> Any:
    if observed is None:
        return None
    value, faults = indicator.parse(observed)
    if faults:
        english = reader_language() == "en"
        raise Refused(*[fault.message_en if english else fault.message for fault in faults])
    return None if value is None else indicator.dump(value)


def add_photo(user: User, evaluation: Evaluation, code: str, upload: UploadedFile) -> CaseFile:
    """Keep a photo taken on site for one indicator."""
    checked = uploads.check(upload, uploads.IMAGES)
    with changing(user, evaluation) as current:
        permissions.check_site_record(user, current)
        if code not in [i.code for i in verified_on_site(current)]:
            raise Refused(_("指标%(code)s不由现场评估核验。") % {"code": code})
        file = keep(user, current, upload, checked, purpose=Purpose.SITE_PHOTO, indicator=code)
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
                % {"count": len(open_items), "names": _("、").join(map(_named, open_items))}
            )
        order(move.evaluation, Kind.SITE_RECORD, content.site_record(move.evaluation))
