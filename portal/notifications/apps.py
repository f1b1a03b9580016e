from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "portal.notifications"
    label = "notifications"
    verbose_name = "Notifications in the portal and by mail"

    def ready(self) -> None:
        from portal.ledger import runtime
        from portal.notifications import (
            delivery,  # noqa: F401  registers what sends mail
            hold,
        )

        runtime.declare(*hold.SETTINGS)
