"""Refusals become sentences on the page, never tracebacks."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render

from evaluation.errors import NotAllowed, Refused

View = Callable[..., HttpResponseBase]


def case_view(view: View) -> View:
    """A signed-in view of one case. NotAllowed answers 403 with its sentence; any other refusal
    that the view did not show itself leads back to the case with its sentences."""

    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, number: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, number, *args, **kwargs)
        except NotAllowed as refusal:
            return render(request, "403.html", {"reason": str(refusal)}, status=403)
        except Refused as refusal:
            show(request, refusal)
            return redirect("evaluation:case", number)

    return guarded


def led_back(back: Callable[..., str]) -> Callable[[View], View]:
    """The same for pages that are no case: a refusal leads to the address that `back` makes of the
    page's arguments."""

    def decorate(view: View) -> View:
        @login_required
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            try:
                return view(request, *args, **kwargs)
            except NotAllowed as refusal:
                return render(request, "403.html", {"reason": str(refusal)}, status=403)
            except Refused as refusal:
                show(request, refusal)
                return redirect(back(*args, **kwargs))

        return guarded

    return decorate


def show(request: HttpRequest, refusal: Refused) -> None:
    """Put every sentence of a refusal on the next page."""
    for sentence in refusal.sentences:
        messages.error(request, str(sentence))


def add_to_form(form: Form, refusal: Refused) -> None:
    """Show a refusal at the top of the form that was sent, with all that was typed kept."""
    for sentence in refusal.sentences:
        form.add_error(None, str(sentence))
