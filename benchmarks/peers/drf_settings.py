"""The portal's settings with a Django of its own: hardly any middleware, one address."""

from portal.settings import *  # noqa: F403

ROOT_URLCONF = "benchmarks.peers.drf_serializer"
MIDDLEWARE = ["allauth.account.middleware.AccountMiddleware"]  # it insists
