"""送阅: what the leader means to hand in is put before the experts who have scored, so that a dissent
has something to dissent from. Handed in is only what was put before them last."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from evaluation import notify, permissions, steps
from evaluation.actions.dissent import dissents
from evaluation.actions.moving import changing, note
from evaluation.dissents import dissent_about
from evaluation.edition import edition_of, reader_language
from evaluation.errors import NotAllowed, NotConfirmed, Refused
from evaluation.models import Assignment, Dissent, Duty, Evaluation, Opinion, OpinionReading
from evaluation.rulebook import in_language
from evaluation.steps import Actor
from portal.accounts.models import User

Content = dict[str, Any]


def standing_opinion(evaluation: Evaluation) -> Opinion | None:
    """What was put before the panel last and is not handed in yet."""
    return evaluation.opinions.filter(handed_in_at__isnull=True).order_by("-number").first()


def put_before_the_panel(user: User, current: Evaluation, content: Content) -> Opinion:
    """Keep this opinion as its next version and tell the other experts; what they have before
    them already is not put before them again. The caller holds the lock and has checked who may."""
    standing = standing_opinion(current)
    if standing is not None and standing.content == content:
        return standing
    newest = current.opinions.order_by("-number").first()
    opinion = Opinion.objects.create(
        evaluation=current,
        number=newest.number + 1 if newest else 1,
        leader=user,
        content=content,
        shared_at=timezone.now(),
    )
    note(user, current, "share_opinion", number=opinion.number)
    notify.tell_of_case(
        [member.expert for member in readers(current) if member.expert_id != user.pk],
        "opinion_shared",
        f"opinion:{opinion.pk}",
        current,
        path=reverse("evaluation:opinion", args=[current.number]),
    )
    return opinion


def readers(evaluation: Evaluation) -> list[Assignment]:
    """The experts before whom an opinion is put: those who sit and have handed in their sheets."""
    panel = permissions.active_assignments(evaluation, Duty.PANEL)
    return [member for member in panel if member.sheet_submitted_at is not None]


def read_opinion(user: User, evaluation: Evaluation, number: int) -> None:
    """已阅: the expert has read this version. Said twice, the first time counts."""
    with changing(user, evaluation) as current:
        own = check_reader(user, current)
        opinion = standing_opinion(current)
        if opinion is None or opinion.number != number:
            raise Refused(_("组长送阅了新的评审意见，请阅看后再确认。"))
        _reading, new = OpinionReading.objects.get_or_create(
            opinion=opinion, assignment=own, defaults={"read_at": timezone.now()}
        )
        if new:
            note(user, current, "read_opinion", number=opinion.number, assignment=own.pk)


def check_reader(user: User, evaluation: Evaluation) -> Assignment:
    """The reader's own seat; NotAllowed for all but the experts who have scored, and while any
    sheet is open."""
    permissions.check_actor(user, evaluation, Actor.PANEL_EXPERT)
    permissions.check_state(evaluation, "panel_consolidation")
    own = permissions.serving(user, evaluation, Duty.PANEL)
    assert own is not None, "check_actor came first"
    if own.sheet_submitted_at is None:
        raise NotAllowed(_("提交评分表后才能阅看评审意见。"))
    return own


def unread(evaluation: Evaluation, opinion: Opinion) -> list[Assignment]:
    """The other experts who have not said that they read this version."""
    done = set(opinion.readings.values_list("assignment_id", flat=True))
    return [
        member
        for member in readers(evaluation)
        if member.expert_id != opinion.leader_id and member.pk not in done
    ]


def check_put_before(current: Evaluation, content: Content) -> Opinion:
    """The opinion as it was put before the panel. Refused where something else was, and where a
    verified value of a mandatory indicator is changed that an expert has not read."""
    opinion = standing_opinion(current)
    if opinion is None or opinion.content != content:
        raise Refused(_("要提交的内容与送评审专家阅看的不同，请重新核对并送阅后再提交。"))
    edition, language = edition_of(current), reader_language()
    grave = [
        in_language(edition.indicator(code), "name", language)
        for code in content["overrules"]
        if edition.indicator(code).mandatory
    ]
    waiting = [member.expert.name for member in unread(current, opinion)]
    if grave and waiting:
        raise Refused(
            _("改定了必备项“%(names)s”的核验值，须待%(people)s阅看后才能提交。")
            % {"names": _("”、“").join(grave), "people": _("、").join(waiting)}
        )
    return opinion


def check_unread(
    current: Evaluation, opinion: Opinion, confirmed: Collection[int]
) -> list[Assignment]:
    """Who has not read the opinion that is handed in now. Raises NotConfirmed until the leader has
    said yes to each of them by their seat's key; who has read it since needs no yes any more."""
    waiting = unread(current, opinion)
    if not {member.pk for member in waiting} <= set(confirmed):
        names = _("、").join(member.expert.name for member in waiting)
        raise NotConfirmed(
            _("%(people)s还没有阅看评审意见。") % {"people": names},
            waiting=[member.pk for member in waiting],
        )
    return waiting


def handed_in_opinion(evaluation: Evaluation) -> Opinion | None:
    """The opinion that the panel gave last."""
    return evaluation.opinions.filter(handed_in_at__isnull=False).order_by("-number").first()


def may_read_afterwards(user: User, evaluation: Evaluation) -> bool:
    """Whether this expert scored, and the panel's opinion was handed in: it stays to be read."""
    later = steps.STATES[evaluation.state].step > 5
    if not later or not permissions.is_actor(user, evaluation, Actor.PANEL_EXPERT):
        return False
    own = permissions.serving(user, evaluation, Duty.PANEL)
    scored = own is not None and own.sheet_submitted_at is not None
    return scored and handed_in_opinion(evaluation) is not None


def dissent_marks(evaluation: Evaluation) -> dict[str, Dissent]:
    """All dissent by a mark that changes with every word and answer: what a page was made from."""
    return {
        f"{each.pk}-{each.recorded_at.timestamp()}-{bool(each.confirmed_at)}-{bool(each.remark)}": each
        for each in dissents(evaluation)
    }


def check_seen(current: Evaluation, seen: Sequence[str]) -> None:
    """Refused where dissent came, went or changed since the page was made."""
    now: Mapping[str, Dissent] = dissent_marks(current)
    edition, language = edition_of(current), reader_language()
    news = [
        _("%(expert)s对“%(name)s”的保留意见")
        % {
            "expert": each.assignment.expert.name,
            "name": dissent_about(edition, each, language),
        }
        for mark, each in now.items()
        if mark not in seen
    ]
    if news:
        raise Refused(
            _("您打开本页之后有新增或改动：%(news)s。请核对后再提交。")
            % {"news": _("；").join(news)}
        )
    if set(seen) - now.keys():
        raise Refused(_("您打开本页之后，有保留意见被撤回。请核对后再提交。"))
