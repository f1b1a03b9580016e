from django.apps import AppConfig


class RecoveryConfig(AppConfig):
    name = "portal.recovery"
    label = "recovery"
    verbose_name = "Backup and restore"
