"""Telling people what a base has not done, in the portal and by mail."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from dataaccess.models import ApiKey, Base, DataCall, Question
from dataaccess.question_words import sentence
from dataaccess.shapes import KINDS, TABLES
from dataaccess.words import printed
from portal.accounts.models import Role, User
from portal.notifications.telling import tell

# A mail names so many bases and gives the number of the others.
_MOST_NAMED = 50
# What is told of a call, by what became of it.
_OF_CALL = {
    "issued": "data_call",
    "withdrawn": "data_call_withdrawn",
    "overdue": "data_call_overdue",
}


def operators(base: Base) -> QuerySet[User]:
    """The people of the organisation that runs a base."""
    return User.objects.filter(
        is_active=True, role=Role.APPLICANT, organisation_id=base.organisation_id
    )


def centre() -> QuerySet[User]:
    """Those who watch every base: the command centre's part is the secretariat's."""
    return User.objects.filter(is_active=True, role=Role.SECRETARIAT)


def window_closed_empty(day: date, window: str, bases: Sequence[Base]) -> None:
    """Tell each operator of each base, and each of the centre of all of them."""
    for base in bases:
        tell(
            operators(base),
            "window_missed",
            f"empty-window:{base.pk}:{day}",
            path=page(base),
            base=base.name,
            day=day,
            window=window,
        )
    tell(
        centre(),
        "windows_missed",
        f"empty-window:{day}:{window}",
        path=reverse("dataaccess:bases") + "?today=missing",
        day=day,
        window=window,
        count=len(bases),
        names=_names(bases),
    )


def questions_asked(base: Base, questions: Sequence[Question]) -> None:
    """Tell each operator once what in a report of the base calls for an answer."""
    tell(
        operators(base),
        "question",
        f"question:{questions[0].pk}",
        path=_page_of(base, questions, "open"),
        base=base.name,
        day=questions[0].day,
        what=_sentences(questions),
    )


def questions_settled(base: Base, questions: Sequence[Question]) -> None:
    """Tell each operator that corrected data leave nothing to answer."""
    tell(
        operators(base),
        "question_settled",
        f"question:{questions[0].pk}:settled",
        path=_page_of(base, questions, "closed"),
        base=base.name,
        day=questions[0].day,
        what=_sentences(questions),
    )


def _page_of(base: Base, questions: Sequence[Question], state: str) -> str:
    if len(questions) == 1:
        return reverse("dataaccess:question", args=[questions[0].pk])
    return f"{reverse('dataaccess:questions')}?state={state}&base={base.code}"


def _sentences(questions: Sequence[Question]) -> Callable[[], str]:
    """What is asked, a line for each question, said in the reader's language."""
    return lambda: "\n".join(sentence(question) for question in questions)


def question_answered(question: Question) -> None:
    """Tell the centre that an answer came. An answer that is changed is told again."""
    tell(
        centre(),
        "question_answered",
        f"question:{question.pk}:{question.answered_at}",
        path=reverse("dataaccess:question", args=[question.pk]),
        base=question.base.name,
        day=question.day,
    )


def question_closed(question: Question) -> None:
    """Tell each operator that nothing more is asked, and what the centre remarked."""
    tell(
        operators(question.base),
        "question_closed",
        f"question:{question.pk}:closed",
        path=reverse("dataaccess:question", args=[question.pk]),
        base=question.base.name,
        day=question.day,
        remark=question.remark or _said_nothing,
    )


def _said_nothing() -> str:
    return _("无")


def key_revoked(key: ApiKey) -> None:
    """Tell each operator that somebody else has ended a key: its programs are refused now."""
    tell(
        operators(key.base),
        "key_revoked",
        f"key:{key.pk}:revoked",
        path=reverse("dataaccess:keys"),
        base=key.base.name,
        prefix=key.prefix,
    )


def key_changed(key: ApiKey) -> None:
    """Tell each operator that somebody else has changed the networks that a key may come from."""
    tell(
        operators(key.base),
        "key_changed",
        f"key:{key.pk}:changed:{timezone.now().isoformat()}",
        path=reverse("dataaccess:keys"),
        base=key.base.name,
        prefix=key.prefix,
        networks=_("、").join(key.networks) or _("不限"),
    )


def data_call(call: DataCall, bases: Sequence[Base], mark: str) -> None:
    """Tell each operator of each base: of the call, its withdrawal, or a reminder."""
    for base in bases:
        tell(
            operators(base),
            _OF_CALL.get(mark, "data_call_reminder"),
            f"data-call:{call.pk}:{mark}:{base.pk}",
            path=page(base),
            base=base.name,
            **_about(call),
        )


def data_call_overdue(call: DataCall, bases: Sequence[Base]) -> None:
    """Tell each of the centre who has not answered by the deadline."""
    tell(
        centre(),
        "data_calls_unanswered",
        f"data-call:{call.pk}:overdue",
        path=reverse("dataaccess:data_call", args=[call.pk]),
        count=len(bases),
        names=_names(bases),
        **_about(call),
    )


def _about(call: DataCall) -> dict[str, Any]:
    asked = set(call.items.values_list("interface", flat=True))
    return {
        "title": call.title,
        "reason": call.reason,
        "deadline": call.deadline,
        "interfaces": lambda: _("、").join(
            printed(TABLES[kind].title) for kind in KINDS if kind in asked
        ),
    }


def _names(bases: Sequence[Base]) -> Callable[[], str]:
    """The bases by name and code, said in the reader's language."""

    def said() -> str:
        names = [
            f"{base.name}（{base.code}）" for base in bases[:_MOST_NAMED]
        ]  # not translated: punctuation of names that are Chinese
        if len(bases) > _MOST_NAMED:
            names.append(_("……等共%(count)s个") % {"count": len(bases)})
        return "\n".join(names)

    return said


def page(base: Base) -> str:
    return reverse("dataaccess:base", args=[base.code])
