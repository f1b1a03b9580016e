"""A mail whose subject is folded as mail readers expect it."""

from email.header import Header
from typing import Any

from django.core.mail import EmailMessage


class Letter(EmailMessage):
    """Django encodes a long subject as if its line began with it, and the generator then breaks
    the line after "Subject:": readers show a leading blank. Here the name of the header is counted."""

    def message(self, *args: Any, **kwargs: Any) -> Any:
        message = super().message(*args, **kwargs)
        subject = str(self.subject)
        if "Subject" in message and not subject.isascii():
            # The lines were looked at for breaks by Django just before.
            message.replace_header("Subject", Header(subject, "utf-8", header_name="Subject"))
        return message
