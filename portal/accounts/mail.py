"""Words already written, told to one person: see portal.notifications, where `tell` is."""

from portal.notifications.telling import put_mail

__all__ = ["put_mail"]
