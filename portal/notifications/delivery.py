"""What carries a notification out of the house. The outbox tries again what fails."""

from typing import Any

from django.contrib.auth import get_user_model

from portal.ledger import outbox
from portal.notifications.channels import CHANNELS, Message


@outbox.handles("mail")
def deliver_mail(payload: dict[str, Any]) -> None:
    """Send one mail, to the address the person has now; not to one who was disabled meanwhile."""
    user = get_user_model()._default_manager.get(pk=payload["user"])
    if user.is_active and user.email:
        CHANNELS["mail"].send(Message(payload["subject"], payload["body"], user.email))


@outbox.handles("group_chat")
def deliver_to_the_group(payload: dict[str, Any]) -> None:
    """Post one message in the secretariat's group, unless that robot was taken away meanwhile."""
    channel = CHANNELS[payload["channel"]]
    if channel.is_set_up():
        channel.send(Message(payload["subject"], payload["body"]))
