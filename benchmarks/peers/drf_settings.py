"""The portal's settings with a Django of its own: hardly any middleware, one address."""

from portal.settings import *  # noqa: F403

ROOT_URLCONF = "benchmarks.peers.drf_serializer"
MIDDLEWARE = [
    "django.middleware.common.CommonMiddleware",  # says how long an answer is
    "allauth.account.middleware.AccountMiddleware",  # its application insists
]
