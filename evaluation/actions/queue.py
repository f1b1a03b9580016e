"""Saved views of the queue, and reminding those who have a case."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import uuid4

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from evaluation import notify, permissions, queries, reissue, steps
from evaluation.actions.moving import note
from evaluation.errors import NotAllowed, Refused
from evaluation.models import CaseReminder, Evaluation, SavedView
from evaluation.steps import Actor
from portal.accounts.models import Role, User
from portal.ledger import audit

MOST_AT_ONCE = 200
MOST_VIEWS = 30


@dataclass(frozen=True)
class Candidate:
    """One chosen case: whom a reminder would reach, or why nobody is reminded."""

    evaluation: Evaluation
    people: Sequence[User]
    refusal: str


def save_view(user: User, name: str, query: str, *, shared: bool) -> SavedView:
    """Keep a filter under a name; the same name again is the same view with another filter."""
    permissions.check_staff(user)
    with transaction.atomic():
        own = SavedView.objects.select_for_update().filter(owner=user)
        if own.exclude(name=name).count() >= MOST_VIEWS:
            raise Refused(
                _("最多保存%(count)s个视图，请先删去不用的视图。") % {"count": MOST_VIEWS}
            )
        view, _new = SavedView.objects.update_or_create(
            owner=user,
            name=name,
            defaults={"query": query, "shared": shared, "created_at": timezone.now()},
        )
        audit.record(user, "queue.save_view", f"view:{view.pk}", name=name, shared=shared)
        return view


def share_view(user: User, view: SavedView, *, shared: bool) -> None:
    """Offer an own view to the office, or keep it to oneself again."""
    _check_owner(user, view)
    with transaction.atomic():
        SavedView.objects.filter(pk=view.pk).update(shared=shared)
        audit.record(user, "queue.share_view", f"view:{view.pk}", name=view.name, shared=shared)


def remove_view(user: User, view: SavedView) -> None:
    """Take an own view away."""
    _check_owner(user, view)
    with transaction.atomic():
        audit.record(user, "queue.remove_view", f"view:{view.pk}", name=view.name)
        SavedView.objects.filter(pk=view.pk).delete()


def _check_owner(user: User, view: SavedView) -> None:
    permissions.check_staff(user)
    if view.owner_id != user.pk:
        raise NotAllowed(_("只能改动自己保存的视图。"))


def candidates(user: User, numbers: Iterable[str]) -> list[Candidate]:
    """The chosen cases as they are now, the longest-waiting first."""
    chosen = queries.cases_for(user).filter(number__in=list(numbers)[:MOST_AT_ONCE])
    today = set(
        CaseReminder.objects.filter(on=timezone.localdate(), evaluation__in=chosen).values_list(
            "evaluation_id", flat=True
        )
    )
    chosen = chosen.annotate(reissue=reissue.stage_if_pending()).order_by("state_since", "pk")
    return [_candidate(case, case.pk in today) for case in chosen]


def _candidate(case: Evaluation, reminded: bool) -> Candidate:
    owner = reissue.holder_of(case)
    if owner == Actor.NOBODY:
        return Candidate(case, [], _("已办结，没有人须办理"))
    if owner == Actor.SECRETARIAT:
        return Candidate(case, [], _("由秘书处自己办理"))
    if reminded:
        return Candidate(case, [], _("今天已经提醒过"))
    people = notify.owners(case)
    if not people:
        role = steps.ACTOR_NAMES[owner]
        return Candidate(case, [], _("没有可提醒的人（%(role)s）") % {"role": role})
    return Candidate(case, people, "")


def remind(user: User, numbers: Iterable[str]) -> int:
    """催办: remind whoever has these cases. A person with several of them is told once; a case is
    reminded of once a day, whoever presses and however often. Returns how many cases it were."""
    if user.role != Role.SECRETARIAT or not user.is_active:
        raise NotAllowed(
            _("此操作须由%(actor)s办理。") % {"actor": steps.ACTOR_NAMES[Actor.SECRETARIAT]}
        )
    now, today = timezone.now(), timezone.localdate()
    with transaction.atomic():
        chosen = {each.evaluation.pk: each for each in candidates(user, numbers)}
        locked = Evaluation.objects.select_for_update(of=("self",)).filter(pk__in=chosen)
        told: dict[User, list[str]] = {}
        count = 0
        for case in locked.select_related("organisation").order_by("pk"):
            candidate = _candidate(case, bool(chosen[case.pk].refusal))
            if candidate.refusal:
                continue
            _sent, new = CaseReminder.objects.get_or_create(
                evaluation=case, on=today, defaults={"sent_by": user, "sent_at": now}
            )
            if not new:
                continue
            count += 1
            note(user, case, "remind", people=[person.pk for person in candidate.people])
            for person in candidate.people:
                told.setdefault(person, []).append(case.number)
        batch = uuid4().hex
        for person, waiting in told.items():
            kind = "expert_reminder" if person.role == Role.EXPERT else "cases_reminder"
            notify.tell(
                [person],
                kind,
                f"reminder:{batch}",
                path=reverse("evaluation:desk"),
                number="、".join(waiting),
                count=len(waiting),
            )
    return count
