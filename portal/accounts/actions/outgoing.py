"""What the office does with mail that is on its way: stop it, send it again."""

from django.db import transaction
from django.utils.translation import gettext as _

from portal.accounts.errors import Refused
from portal.accounts.models import Role, User
from portal.accounts.permissions import check_role
from portal.ledger import audit, outbox
from portal.ledger.models import OutboxEntry

HANDLERS = (Role.SECRETARIAT, Role.SYSTEM_ADMIN)


@transaction.atomic
def stop(actor: User, entry: OutboxEntry) -> None:
    """Stop a mail before it goes."""
    check_role(actor, *HANDLERS)
    if not outbox.stop(entry.pk):
        raise Refused(_("这封邮件已经发出、正在发送或已经中止，不能再中止。"))
    audit.record(actor, "outbox.stop", f"outbox:{entry.pk}", key=entry.key)


@transaction.atomic
def send_again(actor: User, entry: OutboxEntry) -> None:
    """Send a mail now: one that failed or was stopped, or once more one that went."""
    check_role(actor, *HANDLERS)
    state = entry.state
    if not outbox.send_again(entry.pk):
        raise Refused(_("这封邮件正在发送，请稍后再看。"))
    audit.record(actor, "outbox.send_again", f"outbox:{entry.pk}", key=entry.key, state=state)
