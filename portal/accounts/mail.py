"""Mail to the portal's people, by the outbox."""

from typing import Any

from django.core.mail import EmailMessage

from portal.accounts.models import User
from portal.ledger import outbox


def put_mail(user: User, key: str, subject: str, body: str) -> None:
    """Put one mail into the outbox, in the transaction of its cause; the same key is never sent
    twice."""
    outbox.put("mail", f"mail:{key}", user=user.pk, subject=subject, body=body)


@outbox.handles("mail")
def deliver_mail(payload: dict[str, Any]) -> None:
    """Send one mail, to the address the person has now; not to one who was disabled meanwhile."""
    user = User.objects.get(pk=payload["user"])
    if user.is_active and user.email:
        EmailMessage(payload["subject"], payload["body"], to=[user.email]).send()
