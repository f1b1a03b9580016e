"""延长异议的办理期限."""

from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from evaluation import permissions
from evaluation.actions.deadlines import check_later
from evaluation.actions.moving import changing, note
from evaluation.errors import Refused
from evaluation.models import Objection, ObjectionStep
from evaluation.steps import Actor
from portal.accounts.models import User


def extend_objection(user: User, objection: Objection, deadline: date, reason: str) -> None:
    """Put the day off by which an objection is to be closed. The handling record says so, and why;
    reminders of the old day stop, those of the new one come by its own distance."""
    reason = reason.strip()
    with changing(user, objection.publication.evaluation) as current:
        permissions.check_actor(user, current, Actor.SECRETARIAT)
        fresh = Objection.objects.select_for_update().get(pk=objection.pk)
        if not fresh.is_open:
            raise Refused(_("该异议已经办结。"))
        before = fresh.due_on or fresh.received_on
        check_later(before, deadline, reason)
        fresh.reminders.all().delete()
        fresh.due_on = deadline
        fresh.save(update_fields=["due_on"])
        ObjectionStep.objects.create(
            objection=fresh,
            taken_on=timezone.localdate(),
            extends_to=deadline,
            text=reason,
            made_by=user,
            made_at=timezone.now(),
        )
        note(
            user,
            current,
            "extend_objection",
            objection=fresh.number,
            before=str(before),
            after=str(deadline),
            reason=reason,
        )
