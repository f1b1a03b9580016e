"""What a page asks before it opens."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.core import ratelimit
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponseBase

from portal.accounts.models import Organisation
from portal.accounts.requests import SignedInRequest

View = Callable[..., HttpResponseBase]


def for_roles(*roles: str) -> Callable[[View], View]:
    """Only these roles may open the page; others learn no more than that."""

    def decorate(view: View) -> View:
        @login_required
        @wraps(view)
        def guarded(request: SignedInRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.user.role not in roles:
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def for_members(view: View) -> View:
    """Pages of the reader's own organisation; for who has none they do not exist."""

    @login_required
    @wraps(view)
    def guarded(request: SignedInRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_applicant:
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


def for_owners(view: View) -> View:
    """Pages on which an owner changes something; to other members they are refused."""

    @for_members
    @wraps(view)
    def guarded(request: SignedInRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_owner:
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded


def own_organisation(request: SignedInRequest) -> Organisation:
    organisation = request.user.organisation
    assert organisation is not None, "a database constraint gives every applicant one"
    return organisation


def too_often(request: HttpRequest) -> bool:
    """Count one sending of a public form, by the sender's address."""
    return not ratelimit.consume(request, action="public_form")


def status(form: BaseForm) -> int:
    """What a page with this form answers. Over the limit of public forms it is unbound, and the
    page says so."""
    return 422 if form.errors else 200
