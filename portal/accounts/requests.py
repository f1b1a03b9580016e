"""What a view that only signed-in people reach is given."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from portal.accounts.models import User


class SignedInRequest(HttpRequest):
    """For the type checker: behind `login_required` the user is never the anonymous one."""

    user: User
    htmx: HtmxDetails
