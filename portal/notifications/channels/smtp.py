"""Mail, by the server of EMAIL_URL."""

from django.core.mail import EmailMessage

from portal.notifications.channels.message import Message


class Smtp:
    def is_set_up(self) -> bool:
        return True  # in production nothing starts without it

    def send(self, message: Message) -> None:
        EmailMessage(message.subject, message.body, to=[message.to]).send()
