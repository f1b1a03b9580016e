"""Choosing the window in which a base reports (clause 8.4.4 a)."""

from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from dataaccess import windows
from dataaccess.days import windows_of
from dataaccess.errors import Invalid
from dataaccess.models import Base, WindowChoice
from dataaccess.permissions import check_choose_window
from portal.accounts.models import User
from portal.ledger import audit


def choose(base: Base, name: str, *, actor: User | None) -> date | None:
    """From tomorrow on the base reports in this window; today and before stay as they were.
    Returns the first day, or None where nothing changes. Choosing today's window again takes a
    change back that has not begun."""
    if actor is not None:
        check_choose_window(actor, base)
    if name not in [window.name for window in windows.WINDOWS]:
        raise Invalid(_("请在三个上报时段中选择一个。"))
    now = timezone.now()
    today = windows.day_of(now)
    with transaction.atomic():
        Base.objects.select_for_update(no_key=True).get(pk=base.pk)
        chosen = windows_of(base)
        coming = chosen.after(today)
        if name == (coming[1] if coming else chosen.on(today)):
            return None
        base.window_choices.filter(since__gt=today).delete()
        since = None
        if name != chosen.on(today):
            since = today + timedelta(days=1)
            WindowChoice.objects.create(
                base=base, window=name, since=since, chosen_by=actor, chosen_at=now
            )
        audit.record(
            actor,
            "base.window_chosen",
            f"base:{base.code}",
            before=chosen.on(today),
            after=name,
            since=since.isoformat() if since else "",
        )
    return since
