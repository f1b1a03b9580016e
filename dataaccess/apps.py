from django.apps import AppConfig


class DataAccessConfig(AppConfig):
    name = "dataaccess"
    verbose_name = "Appendix B"

    def ready(self) -> None:
        from dataaccess import (
            contacts,
            tasks,  # noqa: F401  registers the outbox handlers
        )

        contacts.declare_all()
