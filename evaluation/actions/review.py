"""Step 3 材料初审: every slot of Table 1 is accepted or returned with its reason."""

from collections.abc import Mapping
from datetime import date, timedelta

from django.utils import timezone
from django.utils.dateformat import format as format_date
from django.utils.translation import gettext as _

from evaluation import correction, permissions, queries, terms, workdays
from evaluation.actions import stamping
from evaluation.actions.application import freeze
from evaluation.actions.moving import changing, moving, note
from evaluation.correction import SEALED_FORM
from evaluation.documents import content
from evaluation.documents.order import order
from evaluation.edition import edition_of
from evaluation.errors import Refused
from evaluation.models import Declaration, Evaluation, FieldDefect, Kind, SlotReview
from evaluation.rulebook import Edition
from evaluation.steps import Actor
from portal.accounts.models import User


def judge_slot(
    user: User,
    evaluation: Evaluation,
    slot: int,
    *,
    accepted: bool,
    reason: str = "",
    clause: str = "",
    seen: str | None = None,
) -> SlotReview:
    """Accept one slot of the current version, or name its defect, and which of the clauses that
    the slot proves it is about where it is about one alone. `seen` is the stamp of the
    verdict that the judge had before their eyes: another one since then is not overwritten."""
    reason, clause = ("", "") if accepted else (reason.strip(), clause)
    if not accepted and not reason:
        raise Refused(_("材料%(slot)s判为不合格时，须写明问题和应补正的内容。") % {"slot": slot})
    with changing(user, evaluation) as current:
        permissions.check_actor(user, current, Actor.SECRETARIAT)
        permissions.check_state(current, "preliminary_review")
        if slot not in [material.number for material in edition_of(current).materials]:
            raise Refused(_("没有序号为%(slot)s的提交材料。") % {"slot": slot})
        if clause and clause not in clauses_of(edition_of(current), slot):
            raise Refused(
                _("材料%(slot)s不证明条款%(clause)s。") % {"slot": slot, "clause": clause}
            )
        declaration = _declaration(current)
        if seen is not None:
            _check_seen(declaration.slot_reviews.filter(slot=slot).first(), seen)
        review, _created = SlotReview.objects.update_or_create(
            declaration=declaration,
            slot=slot,
            defaults={
                "accepted": accepted,
                "reason": reason,
                "clause": clause,
                "reviewed_by": user,
                "reviewed_at": timezone.now(),
            },
        )
        note(
            user, current, "judge_slot", slot=slot, accepted=accepted, reason=reason, clause=clause
        )
        return review


def clauses_of(edition: Edition, slot: int) -> list[str]:
    """The clauses that a slot of Table 1 proves, in the standard's order."""
    return list(dict.fromkeys(indicator.clause for indicator in edition.proved_by(slot)))


def stamp(review: SlotReview | None) -> str:
    """Tells one verdict on a slot from any other."""
    return f"{review.reviewed_by_id}-{review.reviewed_at.timestamp()}" if review else ""


def _check_seen(review: SlotReview | None, seen: str) -> None:
    if stamp(review) == seen or review is None:
        return
    verdict = _("合格") if review.accepted else _("不合格：%(reason)s") % {"reason": review.reason}
    raise Refused(
        _(
            "您打开此页之后，%(name)s已于%(when)s判定材料%(slot)s为“%(verdict)s”，您的判定没有保存。如仍要改判，请核对后再次提交。"
        )
        % {
            "name": review.reviewed_by.name,
            "when": timezone.localtime(review.reviewed_at).strftime("%H:%M"),
            "slot": review.slot,
            "verdict": verdict,
        }
    )


def mark_field(
    user: User, evaluation: Evaluation, table: str, field: str, reason: str
) -> FieldDefect:
    """Name a defect of one field of the form; said again, it replaces the reason."""
    reason = reason.strip()
    if not reason:
        raise Refused(_("请写明这一项存在的问题和应补正的内容。"))
    with changing(user, evaluation) as current:
        permissions.check_actor(user, current, Actor.SECRETARIAT)
        permissions.check_state(current, "preliminary_review")
        if (table, field) not in _fields(current):
            raise Refused(_("请选择申报书中的一项。"))
        defect, _created = FieldDefect.objects.update_or_create(
            declaration=_declaration(current),
            table=table,
            field=field,
            defaults={"reason": reason, "reviewed_by": user, "reviewed_at": timezone.now()},
        )
        note(user, current, "mark_field", table=table, field=field, reason=reason)
        return defect


def unmark_field(user: User, evaluation: Evaluation, defect: int) -> None:
    """Take back the defect of a field, while the review is open."""
    with changing(user, evaluation) as current:
        permissions.check_actor(user, current, Actor.SECRETARIAT)
        permissions.check_state(current, "preliminary_review")
        found = _declaration(current).field_defects.filter(pk=defect).first()
        if found is not None:
            note(user, current, "unmark_field", table=found.table, field=found.field)
            found.delete()


def _fields(evaluation: Evaluation) -> set[tuple[str, str]]:
    return {(table.key, each.key) for table in edition_of(evaluation).form for each in table.fields}


def answer_defects(user: User, evaluation: Evaluation, answers: Mapping[str, str]) -> None:
    """Keep what the applicant says to each defect, by the defect's key."""
    with changing(user, evaluation) as current:
        permissions.check_edit(user, current)
        permissions.check_state(current, "correction")
        for defect in correction.defects_under_correction(current):
            answer = answers.get(defect.key, defect.answer).strip()
            if answer != defect.answer:
                defect.row.answer = answer
                defect.row.save(update_fields=["answer"])
                note(user, current, "answer_defect", defect=defect.key, answer=answer)


def request_correction(user: User, evaluation: Evaluation, deadline: date) -> None:
    """发出补正通知: one notice with every defect; the case goes back to the applicant."""
    if deadline <= timezone.localdate():
        raise Refused(_("补正期限须晚于今天。"))
    if deadline > timezone.localdate() + timedelta(days=terms.LONGEST_DAYS):
        raise Refused(_("补正期限不能超过%(days)s天以后。") % {"days": terms.LONGEST_DAYS})
    with moving(user, evaluation, "request_correction") as move:
        declaration = _declaration(move.evaluation)
        defects = check_correctable(move.evaluation)
        _check_what_was_left(move.evaluation, deadline)
        move.evaluation.deadline = deadline
        move.evaluation.correction_days_left = None
        order(
            move.evaluation,
            Kind.DEFICIENCY_NOTICE,
            content.deficiency_notice(declaration, defects, deadline),
        )
        move.data = {"defects": [str(defect) for defect in defects], "deadline": str(deadline)}


def resubmit(user: User, evaluation: Evaluation) -> Declaration:
    """提交补正材料: a new frozen version. Verdicts stay on slots whose files are the same, and
    whose indicators were declared the same; on the sealed form while it shows this very form.
    Refused where a defect was passed over in silence."""
    with moving(user, evaluation, "resubmit") as move:
        correction.check_settled(move.evaluation)
        before = _declaration(move.evaluation)
        after = freeze(user, move.evaluation)
        _carry_over(before, after)
        move.evaluation.correction_days_left = correction_days_left(move.evaluation)
        move.evaluation.deadline = None
        move.data = {"declaration": after.number, "digest": after.digest}
        return after


def correction_days_left(evaluation: Evaluation) -> int:
    """Working days that the applicant has left for corrections. The clock stands still while the
    case is with the secretariat, and then goes on with what was left."""
    if evaluation.state != "correction" or evaluation.deadline is None:
        return evaluation.correction_days_left or 0
    return workdays.between(timezone.localdate(), evaluation.deadline)


def earliest_correction_deadline(evaluation: Evaluation) -> date | None:
    """The first day that a further notice may set: the applicant keeps what was left, and at
    least one working day. None for the first notice."""
    if evaluation.correction_days_left is None:
        return None
    return workdays.after(timezone.localdate(), max(1, evaluation.correction_days_left))


def _check_what_was_left(evaluation: Evaluation, deadline: date) -> None:
    earliest = earliest_correction_deadline(evaluation)
    if earliest is not None and deadline < earliest:
        raise Refused(
            _("上次补正还余%(days)s个工作日，补正期限不得早于%(day)s。")
            % {
                "days": evaluation.correction_days_left,
                "day": format_date(earliest, _("Y年n月j日")),
            }
        )


def pass_review(user: User, evaluation: Evaluation) -> None:
    """通过材料初审, when every slot was accepted."""
    with moving(user, evaluation, "pass_review") as move:
        check_passable(move.evaluation)


def check_passable(evaluation: Evaluation) -> None:
    """Refused unless every slot was accepted and no field is marked."""
    verdicts = _verdicts(evaluation)
    _check_paper_judged(evaluation, verdicts)
    defects = [review.slot for review in verdicts if not review.accepted]
    if not defects and _declaration(evaluation).field_defects.exists():
        raise Refused(_("申报书中还有标为需补正的内容，不能通过初审；请发出补正通知或取消标记。"))
    if defects:
        raise Refused(
            _("材料%(slots)s判为不合格，不能通过初审；请发出补正通知。")
            % {"slots": _("、").join(map(str, defects))}
        )


def _check_paper_judged(evaluation: Evaluation, verdicts: list[SlotReview]) -> None:
    """A paper that shows another version is judged beside the form that came with it: an earlier
    verdict does not speak of the two."""
    declaration = _declaration(evaluation)
    earlier = [
        review
        for review in verdicts
        if review.slot == SEALED_FORM and review.reviewed_at < declaration.submitted_at
    ]
    if earlier and stamping.stamp_of(declaration) == "other":
        raise Refused(
            _("材料%(slot)s的盖章扫描件是另一版本，请对照本版申报书重新判定。")
            % {"slot": SEALED_FORM}
        )


def check_correctable(evaluation: Evaluation) -> list[SlotReview | FieldDefect]:
    """What the notice will list; Refused while a slot has no verdict, or where nothing is wrong."""
    _check_paper_judged(evaluation, _verdicts(evaluation))
    defects = correction.found_in(_declaration(evaluation))
    if not defects:
        raise Refused(_("没有判为不合格的材料或内容，无需补正；请直接通过材料初审。"))
    return defects


def _declaration(evaluation: Evaluation) -> Declaration:
    declaration = queries.current_declaration(evaluation)
    assert declaration is not None, "a case under review was submitted"
    return declaration


def _verdicts(evaluation: Evaluation) -> list[SlotReview]:
    """The verdicts on every slot; Refused names the slots that have none."""
    verdicts = list(_declaration(evaluation).slot_reviews.all())
    judged = {review.slot for review in verdicts}
    open_slots = [m.number for m in edition_of(evaluation).materials if m.number not in judged]
    if open_slots:
        raise Refused(
            _("还有材料未审核：%(slots)s。请逐项作出判定。")
            % {"slots": _("、").join(map(str, open_slots))}
        )
    return verdicts


def _carry_over(before: Declaration, after: Declaration) -> None:
    def hashes(declaration: Declaration, slot: int) -> list[str]:
        return sorted(declaration.materials.filter(slot=slot).values_list("sha256", flat=True))

    edition = edition_of(after.evaluation)

    # Other words than those that were judged, or than those that were sealed, are looked at anew.
    to_seal_anew = before.form_code != after.form_code or stamping.stamp_of(after) == "other"

    def declared_the_same(slot: int) -> bool:
        if slot == SEALED_FORM and to_seal_anew:
            return False
        return all(
            before.values.get(indicator.code) == after.values.get(indicator.code)
            for indicator in edition.proved_by(slot)
        )

    for review in before.slot_reviews.filter(accepted=True):
        same = hashes(before, review.slot) == hashes(after, review.slot)
        if same and declared_the_same(review.slot):
            SlotReview.objects.create(
                declaration=after,
                slot=review.slot,
                accepted=True,
                reviewed_by=review.reviewed_by,
                reviewed_at=review.reviewed_at,
            )
