"""Both sides sign the findings of a site visit as they stand."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from evaluation import permissions
from evaluation.actions.moving import changing, note
from evaluation.actions.site import named, verified_on_site
from evaluation.errors import Refused
from evaluation.findings import digest, stamps
from evaluation.models import Evaluation, Outcome, Side, SiteSignature
from portal.accounts.models import User

# The field a signature is drawn in; a device sends points of it.
WIDTH, HEIGHT = 1000, 400
MAX_POINTS = 8000


@dataclass(frozen=True)
class Signature:
    """What someone signed with. `covers`: per indicator the stamp of the record that was on the
    page, or the number of the device's own entry that was to become one."""

    id: uuid.UUID
    side: str
    name: str
    signed_at: datetime
    covers: Mapping[str, str]
    position: str = ""
    strokes: Any = ()


def sign(user: User, evaluation: Evaluation, signature: Signature) -> SiteSignature:
    """Keep a signature, when what stands is what the signer saw. Sent again, it is kept once."""
    strokes = _clean(signature.strokes)
    with changing(user, evaluation) as current:
        permissions.check_site_team(user, current)
        known = SiteSignature.objects.filter(pk=signature.id).first()
        if known is not None:
            if (known.evaluation_id, known.recorded_by_id) != (current.pk, user.pk):
                raise Refused(_("此签字的编号已被占用，请重新签字。"))
            return known
        permissions.check_site_record(user, current)
        _check_complete(current)
        _check_covers(current, signature.covers)
        name = signature.name.strip()
        if signature.side not in Side.values or not name:
            raise Refused(_("请填写签字人姓名。"))
        kept = SiteSignature.objects.create(
            id=signature.id,
            evaluation=current,
            side=signature.side,
            name=name[:50],
            position=signature.position.strip()[:50],
            strokes=strokes,
            digest=digest(current),
            signed_at=min(signature.signed_at, timezone.now()),
            received_at=timezone.now(),
            recorded_by=user,
        )
        note(user, current, "sign_site_record", side=kept.side, digest=kept.digest)
        return kept


def _check_complete(evaluation: Evaluation) -> None:
    recorded = set(evaluation.site_records.values_list("indicator", flat=True))
    missing = [i for i in verified_on_site(evaluation) if i.code not in recorded]
    if missing:
        raise Refused(
            _("还有%(count)s项指标未核验，请核验完毕后再签字：%(names)s。")
            % {"count": len(missing), "names": _("、").join(map(named, missing))}
        )
    if evaluation.site_entries.filter(outcome=Outcome.OPEN).exists():
        raise Refused(_("有指标存在两份不同的记录，请选定其一后再签字。"))


def _check_covers(evaluation: Evaluation, covers: Mapping[str, str]) -> None:
    """Refused where a finding is not the one that was signed."""
    entries = {str(e.pk): e.stamp for e in evaluation.site_entries.exclude(stamp="")}
    standing = stamps(evaluation)
    changed = [
        indicator
        for indicator in verified_on_site(evaluation)
        if entries.get(covers.get(indicator.code, ""), covers.get(indicator.code))
        != standing[indicator.code]
    ]
    if changed:
        raise Refused(
            _("签字时所见的记录已有改动：%(names)s。请核对后由双方重新签字。")
            % {"names": _("、").join(map(named, changed))}
        )


def _clean(strokes: Any) -> list[list[list[int]]]:
    """Lines of whole points inside the field, or Refused."""
    refusal = Refused(_("手写签字无法读取，请重新签字或改为键入姓名。"))
    if not isinstance(strokes, list | tuple) or sum(map(_length, strokes)) > MAX_POINTS:
        raise refusal
    cleaned = []
    for line in strokes:
        points = []
        for point in line:
            match point:
                case [int(x), int(y)] if 0 <= x <= WIDTH and 0 <= y <= HEIGHT:
                    points.append([x, y])
                case _:
                    raise refusal
        cleaned.append(points)
    return [line for line in cleaned if line]


def _length(line: Any) -> int:
    return len(line) if isinstance(line, list | tuple) else MAX_POINTS + 1
