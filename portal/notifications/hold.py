"""How long a mail waits before it goes, so that it can still be stopped."""

from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.ledger import runtime
from portal.ledger.runtime import Setting, Whole

SETTINGS = (
    Setting(
        "mail_hold_minutes",
        "mail",
        _("通知邮件延迟发送"),
        _("通知邮件等待这么久才发出，其间可以在“发件箱”中止；账号类邮件不延迟。0 表示立即发送。"),
        Whole(0, 1440),
        lambda: 0,
        unit=_("分钟"),
    ),
)


def until() -> datetime | None:
    """When a mail that is decided now may go; None where it goes at once."""
    minutes = runtime.read("mail_hold_minutes")
    return timezone.now() + timedelta(minutes=minutes) if minutes else None
