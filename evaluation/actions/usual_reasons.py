"""The list of usual reasons: what the review of materials offers to choose from."""

import tomllib
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _

from evaluation import steps
from evaluation.errors import NotAllowed
from evaluation.models import UsualReason
from evaluation.steps import Actor
from portal.accounts.models import Role, User
from portal.ledger import audit

FIRST_LIST = Path(__file__).parents[1] / "data" / "usual_reasons.toml"


def save_reason(
    user: User, reason: UsualReason | None, *, slot: int | None, clause: str, text: str
) -> UsualReason:
    """Add a reason, or change one. Verdicts that used it keep the words they were given."""
    _check(user)
    with transaction.atomic():
        kept = reason or UsualReason()
        kept.slot, kept.clause, kept.text = slot, clause.strip(), text.strip()
        kept.save()
        action = "change" if reason else "add"
        audit.record(
            user, f"usual_reason.{action}", f"usual_reason:{kept.pk}",
            slot=slot, clause=kept.clause, text=kept.text,
        )  # fmt: skip
        return kept


def begin_list() -> None:
    """Fill an empty list with what a new installation begins with: the example data are loaded
    into a database from which everything was taken, this list too."""
    if UsualReason.objects.exists():
        return
    entries = tomllib.loads(FIRST_LIST.read_text(encoding="utf-8"))["reason"]
    UsualReason.objects.bulk_create(
        UsualReason(slot=e.get("slot"), clause=e.get("clause", ""), text=e["text"]) for e in entries
    )


def remove_reason(user: User, reason: UsualReason) -> None:
    """Offer a reason no longer."""
    _check(user)
    with transaction.atomic():
        audit.record(user, "usual_reason.remove", f"usual_reason:{reason.pk}", text=reason.text)
        UsualReason.objects.filter(pk=reason.pk).delete()


def _check(user: User) -> None:
    if user.role != Role.SECRETARIAT or not user.is_active:
        actor = steps.ACTOR_NAMES[Actor.SECRETARIAT]
        raise NotAllowed(_("此操作须由%(actor)s办理。") % {"actor": actor})
