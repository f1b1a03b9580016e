"""Choosing the window in which a base reports (clause 8.4.4 a)."""

from django.db import transaction
from django.utils.translation import gettext as _

from dataaccess import windows
from dataaccess.errors import Invalid
from dataaccess.models import Base
from dataaccess.permissions import check_choose_window
from portal.accounts.models import User
from portal.ledger import audit


def choose(base: Base, name: str, *, actor: User | None) -> None:
    """From now on deliveries are judged by this window; what was judged before stays."""
    if actor is not None:
        check_choose_window(actor, base)
    if name not in [window.name for window in windows.WINDOWS]:
        raise Invalid(_("请在三个上报时段中选择一个。"))
    with transaction.atomic():
        locked = Base.objects.select_for_update(no_key=True).get(pk=base.pk)
        if locked.window != name:
            audit.record(
                actor, "base.window_chosen", f"base:{base.code}", before=locked.window, after=name
            )
            Base.objects.filter(pk=base.pk).update(window=name)
    base.window = name
