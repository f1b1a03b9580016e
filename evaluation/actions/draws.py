"""随机抽取 and 补抽: the pool is judged and frozen, then the seed is taken, then the algorithm runs;
what came out is invited. Record, assignments, mails and audit are one transaction."""

import secrets
from collections.abc import Sequence
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from evaluation import permissions, steps
from evaluation.actions import experts
from evaluation.actions.moving import changing, note
from evaluation.documents import content
from evaluation.documents.order import order
from evaluation.errors import Refused
from evaluation.models import Assignment, Draw, DrawRound, Evaluation, Expert, Kind, Transition
from evaluation.pool import exclusions, lottery, record
from evaluation.pool.exclusions import Judge, Need
from evaluation.steps import Actor
from portal.accounts.models import User

MOST_SEATS = 15
SEED_BYTES = 32
Cause = DrawRound.Cause


def draw(user: User, evaluation: Evaluation, need: Need, *, seen: int) -> Draw:
    """Draw a team, or more members for one. `seen`: how many were asked for this duty when the
    page was opened; where somebody else was quicker, nothing is drawn twice.

    Refused, field by field, where the pool cannot fill every seat; then nobody is drawn."""
    with changing(user, evaluation) as current:
        permissions.check_actor(user, current, Actor.SECRETARIAT)
        permissions.check_state(current, *steps.ASSIGNABLE[need.duty], user=user)
        _check(need)
        if current.assignments.filter(duty=need.duty).count() != seen:
            raise Refused(_("打开页面后，本组已有新的抽取或指派。请核对名单后再抽取。"))
        judge = Judge(current, need.duty, timezone.localdate())
        frozen = exclusions.candidates(judge, exclusions.in_pool(), need)
        standing = judge.team()
        employers = [member["employer"] for member in standing]
        short = lottery.lacking(exclusions.tickets(frozen), need.seats, employers)
        if short:
            raise Refused(_too_few(short))
        made = Draw(
            evaluation=current,
            duty=need.duty,
            algorithm=lottery.ALGORITHM,
            seed=secrets.token_hex(SEED_BYTES),
            requirement=need.as_json(),
            candidates=frozen,
            drawn_by=user,
            drawn_at=timezone.now(),
        )
        made.digest = record.digest_of_draw(made)
        made.save(force_insert=True)
        first = _round(user, made, 0, need.seats, standing, {}, Cause.FIRST)
        note(
            user, current, "draw", draw=str(made.pk), duty=made.duty, seed=made.seed,
            digest=made.digest, round_digest=first.digest,
        )  # fmt: skip
        _tell(user, current, first, "experts_drawn")
        return made


def replace(user: User, assignment: Assignment) -> Assignment:
    """补抽: the next in the order of the same draw takes the seat of one who is off the case. Who
    cannot serve any more by now is passed over, with the reason in the record."""
    with changing(user, assignment.evaluation) as current:
        permissions.check_actor(user, current, Actor.SECRETARIAT)
        permissions.check_state(current, *steps.ASSIGNABLE[assignment.duty], user=user)
        assignment.refresh_from_db()
        earlier = assignment.draw_round
        if earlier is None:
            raise Refused(_("该专家不是抽取产生的，没有可以顺延的名单。请另行抽取。"))
        if assignment.recused_at is None and assignment.released_at is None:
            raise Refused(_("该专家仍在本组，不需要补抽。"))
        if DrawRound.objects.filter(replaces=assignment).exists():
            raise Refused(_("这个席位已经补抽过，请刷新页面查看。"))
        drawn = earlier.draw
        seats = [assignment.seat]
        judge = Judge(current, drawn.duty, timezone.localdate())
        barred = _barred(judge, drawn, seats)
        standing = judge.team()
        left = record.still_open(drawn, barred)
        if lottery.lacking(left, seats, [member["employer"] for member in standing]):
            raise Refused(
                _("本次抽取的名单中没有可以顺延的专家。请另行抽取，或说明理由后直接指派。")
            )
        number = drawn.rounds.count()
        cause = Cause.RECUSED if assignment.recused_at else Cause(assignment.left)
        made = _round(user, drawn, number, seats, standing, barred, cause, assignment)
        note(
            user, current, "redraw", draw=str(drawn.pk), round=number, cause=cause,
            replaces=assignment.pk, round_digest=made.digest,
        )  # fmt: skip
        _tell(user, current, made, "expert_replaced")
        return made.assignments.get()


def _check(need: Need) -> None:
    wrong = []
    if not 1 <= need.size <= MOST_SEATS:
        wrong.append(_("一次抽取1至%(most)s位专家。") % {"most": MOST_SEATS})
    named = sum(need.fields.values())
    if named > need.size:
        wrong.append(
            _("各领域合计%(named)s位，超过抽取人数%(size)s位。")
            % {"named": named, "size": need.size}
        )
    if need.last_day < need.first_day:
        wrong.append(_("工作结束日期不能早于开始日期。"))
    if wrong:
        raise Refused(*wrong)


def _too_few(short: dict[str, int]) -> str:
    return _("可抽取的专家不足：%(lack)s。请调整要求，或先补充专家库。") % {
        "lack": _("，").join(exclusions.lack(short))
    }


def _barred(judge: Judge, drawn: Draw, seats: Sequence[str]) -> dict[str, Any]:
    """Who of those that could be drawn at first cannot any more, or was drawn already."""
    need = exclusions.need_of(drawn.requirement, drawn.duty)
    open_at_first = {ticket.id for ticket in exclusions.tickets(drawn.candidates)}
    records = {row.pk: row for row in exclusions.in_pool().filter(pk__in=open_at_first)}
    barred = {}
    for pk in sorted(open_at_first):
        found = (
            judge.reasons(records[pk], need, seats)
            if pk in records
            else [{"code": "retired", "detail": ""}]
        )
        if found:
            barred[str(pk)] = found
    for pk in record.drawn_before(drawn):
        barred.setdefault(str(pk), [{"code": "drawn", "detail": ""}])
    return barred


def _round(
    user: User,
    drawn: Draw,
    number: int,
    seats: list[str],
    standing: list[dict[str, Any]],
    barred: dict[str, Any],
    cause: str,
    replaces: Assignment | None = None,
) -> DrawRound:
    """Fill the seats, keep the round, and invite those who were drawn."""
    steps_taken = lottery.walk(
        drawn.seed,
        record.still_open(drawn, barred),
        seats,
        [member["employer"] for member in standing],
    )
    made = DrawRound(
        draw=drawn,
        number=number,
        seats=seats,
        standing=standing,
        barred=barred,
        picks=lottery.picks(steps_taken),
        cause=cause,
        replaces=replaces,
        made_by=user,
        made_at=timezone.now(),
    )
    made.digest = record.digest_of_round(made)
    made.save()
    people = {row.pk: row.user for row in Expert.objects.select_related("user").filter(
        pk__in=[pick["id"] for pick in made.picks]
    )}  # fmt: skip
    for pick in made.picks:
        experts.ask(
            user,
            drawn.evaluation,
            people[pick["id"]],
            drawn.duty,
            draw_round=made,
            seat=pick["seat"],
        )
    return made


def _tell(user: User, evaluation: Evaluation, made: DrawRound, event: str) -> None:
    """The timeline, and the record as a document."""
    Transition.objects.create(
        evaluation=evaluation,
        move=event,
        source=evaluation.state,
        target=evaluation.state,
        actor=user,
        actor_role=Actor.SECRETARIAT,
        at=timezone.now(),
    )
    order(evaluation, Kind.DRAW, content.draw(made.draw))
