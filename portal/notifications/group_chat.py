"""What is also posted in the secretariat's group chat."""

from portal.ledger import outbox
from portal.notifications.channels import GROUP_CHATS
from portal.notifications.wording import Words


def post(key: str, words: Words, url: str) -> None:
    """One message in each group chat that is set up."""
    for name, channel in GROUP_CHATS.items():
        if channel.is_set_up():
            outbox.put(
                "group_chat",
                f"{name}:{key}",
                channel=name,
                subject=words.subject,
                body=f"{words.body}\n\n{url}",
            )
