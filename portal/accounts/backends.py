"""Who is behind a name and a password."""

from functools import cache
from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Func, IntegerField, OuterRef, QuerySet, Subquery
from django.http import HttpRequest

from portal.accounts import queries
from portal.accounts.actions import sign_in
from portal.accounts.models import User
from portal.notifications.models import Notification


class ByNameOrAddress(AuthenticationBackend):
    """django-allauth's, but for the look-up: one person is looked for and one password hashed.
    allauth tries an address as a login name, too, and so hashes twice where somebody has it:
    the time of an answer would tell which addresses have an account. Where nobody is found, it
    hashes once for nothing."""

    def _authenticate(
        self, request: HttpRequest | None, **credentials: Any
    ) -> AbstractBaseUser | None:
        user = queries.user_named(sign_in.typed_name(credentials))
        return self._check_password(user, credentials["password"])

    def get_user(self, user_id: Any) -> User | None:
        found = next(iter(_readers().filter(pk=user_id)), None)
        return found if self.user_can_authenticate(found) else None


@cache
def _readers() -> QuerySet[User]:
    """With the organisation that the top bar names and the number of unread notifications: one
    query instead of three on every page. Put together once: every request asks it."""
    unread = Notification.objects.filter(user=OuterRef("pk"), read_at__isnull=True).order_by()
    # Not Count, which would group: nothing to count is a null then, and not a nought.
    rows = Func(function="COUNT", template="%(function)s(*)", output_field=IntegerField())
    return (
        User.objects.order_by()
        .select_related("organisation")
        .annotate(unread_notifications=Subquery(unread.values(count=rows)))
    )
