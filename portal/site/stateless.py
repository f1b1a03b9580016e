"""Answers that are the same for every reader."""

from collections.abc import Callable
from functools import wraps

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse

View = Callable[..., HttpResponse]


def stateless(view: View) -> View:
    """An answer for nobody in particular: who asks is not looked up and the session not touched,
    so that it costs no query, not even the idle timeout's. Not for a page with the frame."""

    @wraps(view)
    def answer(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        request.user = AnonymousUser()
        # The session middleware saves what it finds here, and leaves alone what it does not.
        del request.session
        return view(request, *args, **kwargs)

    return answer
