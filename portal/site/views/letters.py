"""信函模板: the words of every notification, which the secretariat may change."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from portal.accounts.actions import wording as actions
from portal.accounts.models import Role
from portal.accounts.requests import SignedInRequest
from portal.accounts.views.guards import for_roles, status
from portal.notifications.kinds import GROUP_NAMES, VARIABLES, Kind, table
from portal.notifications.models import Wording
from portal.notifications.telling import in_a_letter
from portal.notifications.wording import Words, example, faults, templates

LANGUAGES = (("zh-hans", gettext_lazy("中文")), ("en", gettext_lazy("英文")))


class WordingForm(forms.Form):
    """Subject and body in both languages, checked against the variables of the kind."""

    def __init__(self, *args: Any, kind: Kind, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        now = templates(kind)
        for language, name in LANGUAGES:
            self.fields[f"subject-{language}"] = forms.CharField(
                label=_("%(language)s主题") % {"language": name},
                max_length=200,
                initial=now[language].subject,
            )
            self.fields[f"body-{language}"] = forms.CharField(
                label=_("%(language)s正文") % {"language": name},
                max_length=5000,
                initial=now[language].body,
                widget=forms.Textarea(attrs={"rows": 9}),
            )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for language, words in self.words().items():
            for field, sentences in faults(self.kind, words).items():
                if f"{field}-{language}" in data:  # else it was refused already
                    self.add_error(f"{field}-{language}", sentences)
        return data

    def words(self) -> dict[str, Words]:
        data = self.cleaned_data
        return {
            language: Words(
                data.get(f"subject-{language}", ""),
                data.get(f"body-{language}", "").replace("\r\n", "\n"),
            )
            for language, _name in LANGUAGES
        }


@for_roles(Role.SECRETARIAT)
@require_safe
def letters(request: SignedInRequest) -> HttpResponse:
    """Every kind, and whether its words are the portal's or the secretariat's."""
    kept: dict[str, Wording] = {}
    for row in Wording.objects.select_related("changed_by").order_by("changed_at"):
        kept[row.kind] = row
    groups = [
        (name, [(kind, kept.get(kind.code)) for kind in table().values() if kind.group == group])
        for group, name in GROUP_NAMES.items()
    ]
    return render(request, "administration/letters.html", {"groups": groups})


@for_roles(Role.SECRETARIAT)
def letter(request: SignedInRequest, code: str) -> HttpResponse:
    """Change the words of one kind, or look at them with example values first."""
    kind = _kind(code)
    form = WordingForm(request.POST if request.method == "POST" else None, kind=kind)
    if request.method == "POST" and form.is_valid() and "preview" not in request.POST:
        if actions.change_wording(request.user, kind, form.words()):
            messages.success(request, _("已保存“%(label)s”的模板。") % {"label": kind.label})
        return redirect("administration:letters")
    words = form.words() if form.is_bound and form.is_valid() else templates(kind)
    context = {
        "form": form,
        "kind": kind,
        "variables": [(name, VARIABLES[name], name in kind.needed) for name in kind.allowed],
        "previews": [
            _preview(kind, words[language], language, name) for language, name in LANGUAGES
        ],
        "changed": Wording.objects.filter(kind=code).exists(),
    }
    return render(request, "administration/letter.html", context, status=status(form))


@for_roles(Role.SECRETARIAT)
@require_POST
def reset(request: SignedInRequest, code: str) -> HttpResponse:
    """The portal's own words again."""
    kind = _kind(code)
    actions.reset_wording(request.user, kind)
    messages.success(request, _("“%(label)s”已恢复默认模板。") % {"label": kind.label})
    return redirect("administration:letter", code)


def _preview(kind: Kind, words: Words, language: str, name: Any) -> dict[str, Any]:
    filled = example(kind, words, language)
    who = example(kind, Words("-", "{name}"), language).body
    path = "" if kind.letter else "/"
    return {
        "language": language,
        "name": name,
        "subject": filled.subject,
        "body": in_a_letter(who, filled.body, path, language),
    }


def _kind(code: str) -> Kind:
    kind = table().get(code)
    if kind is None:
        raise Http404
    return kind
