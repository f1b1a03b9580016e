"""The second person's decision on what another proposed."""

from django.utils import timezone
from django.utils.translation import gettext as _

from evaluation.errors import Refused
from evaluation.models.two_persons import TwoPersons
from portal.accounts.models import User


def decide(user: User, proposed: TwoPersons, *, approved: bool, reason: str = "") -> None:
    """Write the decision down. Declining takes a reason; Refused without one."""
    if not approved and not reason.strip():
        raise Refused(_("请填写不予批准的理由。"))
    proposed.approved, proposed.decided_by, proposed.decided_at = approved, user, timezone.now()
    proposed.note = reason.strip()
    proposed.save(update_fields=["approved", "decided_by", "decided_at", "note"])
