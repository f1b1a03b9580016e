"""The development portal with its static files as production serves them: hashed and compressed."""

from portal.settings import *  # noqa: F403
from portal.settings import STORAGES

STORAGES = {
    **STORAGES,
    "staticfiles": {"BACKEND": "portal.static_files.ProductionStorage"},
}
WHITENOISE_USE_FINDERS = False
