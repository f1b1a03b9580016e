"""The WSGI entry point that gunicorn serves."""

import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

application = get_wsgi_application()
# Every page and what it needs is loaded once, before the workers part, not by the first to ask each.
get_resolver().url_patterns  # noqa: B018
