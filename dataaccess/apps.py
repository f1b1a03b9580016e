from django.apps import AppConfig


class DataAccessConfig(AppConfig):
    name = "dataaccess"
    verbose_name = "Appendix B"
