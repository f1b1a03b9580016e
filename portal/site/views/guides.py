"""使用帮助, for everybody."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from evaluation.edition import reader_language
from portal.site import guides as kept


@require_safe
def guides(request: HttpRequest) -> HttpResponse:
    """Every guide with its tasks."""
    return render(request, "site/guides.html", {"guides": kept.guides(reader_language())})


@require_safe
def guide(request: HttpRequest, reader: str) -> HttpResponse:
    """One reader's guide, task by task."""
    if reader not in kept.READERS:
        raise Http404
    language = reader_language()
    found = kept.guide(reader, language)
    first = next((task for task in found.tasks if task.picture), None)
    context = {
        "guide": found,
        "guides": kept.guides(language),
        "tasks": [(task, _picture(task, language, first is task)) for task in found.tasks],
    }
    return render(request, "site/guide.html", context)


def _picture(task: kept.Task, language: str, first: bool) -> dict[str, Any] | None:
    if not task.picture:
        return None
    width, height = kept.size(task.picture, language)
    return {
        "path": kept.picture(task.picture, language),
        "fine": kept.fine_picture(task.picture, language),
        "width": width,
        "height": height,
        "first": first,  # in sight when the page opens: not to wait behind the others
    }
