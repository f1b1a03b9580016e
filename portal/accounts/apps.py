from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "portal.accounts"
    label = "accounts"
    verbose_name = "Users and organisations"

    def ready(self) -> None:
        from portal.accounts import (
            contacts,
            letters,  # noqa: F401  registers what sends mail
            rules,
        )
        from portal.ledger import runtime

        runtime.declare(*rules.SETTINGS)
        contacts.declare_all()
