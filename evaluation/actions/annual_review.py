"""年审 (10.4): opening it, the applicant's part, the findings, the rectification, the conclusion.

The calendar that opens reviews and reminds of them is in reviews.py."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from evaluation import notify, permissions_after, review_figures, terms, uploads
from evaluation.actions import standing
from evaluation.actions.certification import plan_reviews
from evaluation.actions.files import keep
from evaluation.documents import content
from evaluation.documents.content import register
from evaluation.documents.order import order
from evaluation.edition import edition_of, reader_language
from evaluation.errors import Refused
from evaluation.models import (
    CaseFile,
    CertificateState,
    Document,
    Kind,
    Purpose,
    Review,
    ReviewFile,
    ReviewItem,
    ReviewStage,
    ReviewTransition,
)
from evaluation.review_items import asked, keys_for
from evaluation.steps_after import LASTING, REVIEW_FILLING, REVIEW_MOVES, REVIEW_STATES
from portal.accounts.models import User


@dataclass
class Moving:
    """A move under way; the action adds what the history should hold."""

    review: Review
    content: dict[str, Any] = field(default_factory=dict)
    document: Document | None = None


@dataclass(frozen=True)
class Answer:
    """The applicant's word on one item. `version` is that of the item it was typed over."""

    conforms: bool | None
    statement: str
    version: int
    uploads: tuple[UploadedFile, ...] = ()


def locked(review: Review) -> Review:
    """The review as it is now, with its certificate held first."""
    certificate = standing.locked(review.certificate)
    current = Review.objects.select_for_update(of=("self",)).get(pk=review.pk)
    current.certificate = certificate
    return current


@contextmanager
def moving(
    user: User | None,
    review: Review,
    code: str,
    reason: str = "",
    deadline: date | None = None,
) -> Iterator[Moving]:
    """Make a move of the table around what the action does in the block: lock, permission, state,
    history, audit and mail in one transaction. Without a user the calendar makes it."""
    move, reason = REVIEW_MOVES[code], reason.strip()
    with transaction.atomic():
        current = locked(review)
        if user is None:
            permissions_after.check_review_state(current, *move.sources)
        else:
            permissions_after.check_review_move(user, current, move)
        _check_given(move.needs_reason, reason, move.label, move.needs_deadline, deadline)
        source = current.state
        under_way = Moving(current)
        yield under_way
        now = timezone.now()
        current.state = move.target
        if move.target != source:
            current.state_since = now
            current.office_by = terms.review_deadline_of(move.target, timezone.localdate(now))
        if move.needs_deadline:
            current.rectify_by = deadline
        current.closed_at = now if REVIEW_STATES[move.target].ended else None
        current.save()
        done = ReviewTransition.objects.create(
            review=current,
            move=code,
            source=source,
            target=current.state,
            actor=user,
            at=now,
            reason=reason,
            deadline=deadline if move.needs_deadline else None,
            content=under_way.content,
            document=under_way.document,
        )
        standing.note(
            user,
            current.certificate,
            f"review_{code}",
            year=current.year,
            source=source,
            target=current.state,
            reason=reason,
            deadline=str(deadline or ""),
        )
        notify.review_moved(current, done)
    review.refresh_from_db()


def _check_given(
    needs_reason: bool, reason: str, label: Any, needs_deadline: bool, deadline: date | None
) -> None:
    faults = []
    if needs_reason and not reason:
        faults.append(_("请填写%(move)s的理由。") % {"move": label})
    if needs_deadline and (deadline is None or deadline <= timezone.localdate()):
        faults.append(_("期限须在今天之后。"))
    if faults:
        raise Refused(*faults)


def open_review(review: Review) -> None:
    """启动年审: its items are laid out and the notice (年审通知) is sent."""
    with moving(None, review, "open") as move:
        _lay_out(move)


def open_early(user: User, review: Review, reason: str) -> None:
    """提前启动年审: by hand, before its time, with the reason on record; the nearest one only."""
    with moving(user, review, "open_early", reason) as move:
        check_nearest(move.review)
        _lay_out(move)


def check_nearest(review: Review) -> None:
    """Refused while the certificate does not last, or another review comes before."""
    certificate = review.certificate
    if certificate.state not in LASTING:
        raise Refused(_("证书已不在有效期内，不能启动年审。"))
    before = certificate.reviews.filter(closed_at__isnull=True, due_on__lt=review.due_on).first()
    if before is not None:
        raise Refused(_("第%(year)s年年审尚未办结，请先办理。") % {"year": before.year})


def _lay_out(move: Moving) -> None:
    evaluation = move.review.certificate.evaluation
    ReviewItem.objects.bulk_create(
        ReviewItem(review=move.review, key=key, position=position)
        for position, key in enumerate(keys_for(evaluation), start=1)
    )
    move.document = order(evaluation, Kind.REVIEW_NOTICE, content.review_notice(move.review))


# The applicant's part


@transaction.atomic
def save_answers(user: User, review: Review, answers: Mapping[str, Answer]) -> None:
    """Keep what the applicant typed and chose. Where another page saved an item meanwhile nothing
    is kept, and the refusal names the items."""
    checked = _checked(answers)
    current = locked(review)
    permissions_after.check_fill(user, current)
    items = {item.key: item for item in current.items.all()}
    changed = [key for key, answer in answers.items() if _differs(items[key], answer)]
    overtaken = [key for key in changed if items[key].version != answers[key].version]
    if overtaken:
        raise Refused(
            _(
                "您打开此页之后，本单位已有人保存过：%(names)s。您填写的内容没有保存，请核对后再保存。"
            )
            % {"names": _("、").join(name_of(current, key) for key in overtaken)}
        )
    for key in changed:
        item, answer = items[key], answers[key]
        item.conforms, item.statement = answer.conforms, answer.statement
        item.version += 1
        item.save(update_fields=["conforms", "statement", "version"])
    files = _keep_files(user, current, items, checked, ReviewStage.DECLARED)
    if changed or files:
        standing.note(
            user, current.certificate, "review_save", year=current.year, items=changed, files=files
        )


def _differs(item: ReviewItem, answer: Answer) -> bool:
    return (item.conforms, item.statement) != (answer.conforms, answer.statement)


Uploads = list[tuple[str, UploadedFile, uploads.Checked]]


def _checked(answers: Mapping[str, Any]) -> Uploads:
    """Every chosen file, checked before anything is kept; all refusals at once."""
    good: Uploads = []
    faults: list[Any] = []
    for key, answer in answers.items():
        for upload in answer.uploads:
            try:
                good.append((key, upload, uploads.check(upload, uploads.MATERIALS)))
            except Refused as refusal:
                faults += refusal.sentences
    if faults:
        raise Refused(*faults)
    return good


def _keep_files(
    user: User, review: Review, items: Mapping[str, ReviewItem], chosen: Uploads, stage: str
) -> list[str]:
    kept = []
    for key, upload, checked in chosen:
        file = keep(
            user,
            review.certificate.evaluation,
            upload,
            checked,
            purpose=Purpose.REVIEW_EVIDENCE,
        )
        ReviewFile.objects.create(item=items[key], file=file, stage=stage)
        kept.append(file.sha256)
    return kept


@transaction.atomic
def remove_file(user: User, review: Review, file: CaseFile) -> None:
    """Take a file out of what will be handed in; what was handed in before keeps it."""
    current = locked(review)
    if file.review_file.stage == ReviewStage.DECLARED:
        permissions_after.check_fill(user, current)
    else:
        permissions_after.check_respond(user, current)
    CaseFile.objects.filter(pk=file.pk, removed_at__isnull=True).update(removed_at=timezone.now())
    standing.note(
        user, current.certificate, "review_remove_file", year=current.year, sha256=file.sha256
    )


def submit(user: User, review: Review) -> None:
    """提交年审材料: frozen as it stands, with the figures of the period."""
    with moving(user, review, "submit") as move:
        faults = what_is_missing(move.review)
        if faults:
            raise Refused(*faults)
        move.review.items.update(met=None, finding="", judged_by=None, judged_at=None)
        move.content = {
            "figures": review_figures.figures(move.review),
            "items": [
                {
                    "key": item.key,
                    "conforms": item.conforms,
                    "statement": item.statement,
                    "files": _files(item, ReviewStage.DECLARED),
                }
                for item in _with_files(move.review)
            ],
        }


def what_is_missing(review: Review) -> list[str]:
    """Everything that keeps the applicant's part from being handed in, in sentences."""
    edition, language = edition_of(review.certificate.evaluation), reader_language()
    faults = []
    for item in _with_files(review):
        about = asked(edition, item.key, language)
        if item.conforms is None:
            faults.append(_("“%(name)s”尚未选择是否符合。") % {"name": about.name})
        if not item.statement.strip():
            faults.append(_("“%(name)s”尚未填写情况说明。") % {"name": about.name})
        if about.evidence and not _files(item, ReviewStage.DECLARED):
            faults.append(_("“%(name)s”须上传证明材料。") % {"name": about.name})
    return faults


def _with_files(review: Review) -> Iterable[ReviewItem]:
    return review.items.prefetch_related("files__file")


def _files(item: ReviewItem, stage: str) -> list[dict[str, str]]:
    return [
        {"id": str(each.file_id), "name": each.file.name, "sha256": each.file.sha256}
        for each in item.files.all()
        if each.stage == stage and each.file.removed_at is None
    ]


# The findings


@transaction.atomic
def judge(user: User, review: Review, key: str, *, met: bool, finding: str = "") -> ReviewItem:
    """合格 or 不合格 for one item; what is wrong and to be done goes into the notice as it is."""
    finding = "" if met else finding.strip()
    if not met and not finding:
        raise Refused(_("判为不合格时，须写明存在的问题和整改要求。"))
    current = locked(review)
    permissions_after.check_judge(user, current)
    item = _item(current, key)
    item.met, item.finding, item.judged_by, item.judged_at = met, finding, user, timezone.now()
    item.save(update_fields=["met", "finding", "judged_by", "judged_at"])
    standing.note(
        user, current.certificate, "review_judge", year=current.year, item=key, met=met,
        finding=finding,
    )  # fmt: skip
    return item


def send_back(user: User, review: Review, reason: str) -> None:
    """退回补充材料: what was submitted is no basis for a judgment yet."""
    with moving(user, review, "send_back", reason):
        pass


def conclude(user: User, review: Review) -> None:
    """作出合格结论, when every item was judged and found met."""
    with moving(user, review, "conclude") as move:
        check_passable(move.review)
        _pass(user, move.review, register.passed(move.review.year))


def check_passable(review: Review) -> None:
    """Refused unless every item was judged and found met."""
    items = list(review.items.all())
    _check_all_judged(review, [item for item in items if item.met is None])
    if any(item.met is False for item in items):
        raise Refused(_("有不合格的项目，请发出整改通知。"))


def check_rectifiable(review: Review) -> list[ReviewItem]:
    """The unmet items; Refused while one is not judged, or where none is unmet."""
    items = list(review.items.all())
    if review.state not in REVIEW_FILLING:
        _check_all_judged(review, [item for item in items if item.met is None])
    unmet = [item for item in items if item.met is False]
    if not unmet:
        raise Refused(_("没有判为不合格的项目，不需要整改。"))
    return unmet


def require_rectification(user: User, review: Review, reason: str, deadline: date) -> None:
    """发出整改通知 with every unmet item; the register says 整改中 from now on."""
    with moving(user, review, "require_rectification", reason, deadline) as move:
        unmet = check_rectifiable(move.review)
        _order_rectification(move, unmet, deadline, reason)
        certificate = move.review.certificate
        if certificate.state == CertificateState.VALID:
            text = register.to_rectify(move.review.year, deadline)
            standing.enter(
                user, certificate, CertificateState.RECTIFICATION, text, grounds=["10.4.3"]
            )


def extend(user: User, review: Review, reason: str, deadline: date) -> None:
    """延长整改期限, with the reason on record; reminders count to the new day."""
    with moving(user, review, "extend", reason, deadline) as move:
        before = move.review.rectify_by
        if before is not None and deadline <= before:
            raise Refused(_("新的期限须晚于原期限%(day)s。") % {"day": before.isoformat()})


# The rectification


@dataclass(frozen=True)
class Response:
    """What the applicant did about one item."""

    text: str
    uploads: tuple[UploadedFile, ...] = ()


@transaction.atomic
def save_responses(user: User, review: Review, responses: Mapping[str, Response]) -> None:
    """Keep what the applicant tells of the rectification."""
    checked = _checked(responses)
    current = locked(review)
    permissions_after.check_respond(user, current)
    items = {item.key: item for item in to_rectify(current)}
    changed = [k for k, given in responses.items() if items[k].response != given.text.strip()]
    for key in changed:
        items[key].response = responses[key].text.strip()
        items[key].save(update_fields=["response"])
    files = _keep_files(user, current, items, checked, ReviewStage.RECTIFIED)
    if changed or files:
        standing.note(
            user, current.certificate, "review_rectify", year=current.year, items=changed,
            files=files,
        )  # fmt: skip


def to_rectify(review: Review) -> list[ReviewItem]:
    """The items that were not met and not yet found put right."""
    return list(review.items.filter(met=False).exclude(solved=True))


def report_rectification(user: User, review: Review) -> None:
    """提交整改情况 for every item that is still open."""
    with moving(user, review, "report_rectification") as move:
        items = [item for item in _with_files(move.review) if item.met is False and not item.solved]
        open_items = [item for item in items if not item.response.strip()]
        if open_items:
            raise Refused(
                *(
                    _("“%(name)s”尚未填写整改情况。") % {"name": name_of(move.review, item.key)}
                    for item in open_items
                )
            )
        move.content = {
            "items": [
                {
                    "key": item.key,
                    "response": item.response,
                    "files": _files(item, ReviewStage.RECTIFIED),
                }
                for item in items
            ]
        }
        move.review.items.filter(solved=False).update(
            solved=None, recheck="", rechecked_by=None, rechecked_at=None
        )


@transaction.atomic
def recheck(user: User, review: Review, key: str, *, solved: bool, text: str = "") -> ReviewItem:
    """复查 one item: put right, or what is still wanting."""
    text = "" if solved else text.strip()
    if not solved and not text:
        raise Refused(_("判为未完成整改时，须写明仍存在的问题。"))
    current = locked(review)
    permissions_after.check_recheck(user, current)
    item = _item(current, key)
    if item.met is not False:
        raise Refused(_("这一项不需要整改。"))
    item.solved, item.recheck = solved, text
    item.rechecked_by, item.rechecked_at = user, timezone.now()
    item.save(update_fields=["solved", "recheck", "rechecked_by", "rechecked_at"])
    standing.note(
        user, current.certificate, "review_recheck", year=current.year, item=key, solved=solved,
        text=text,
    )  # fmt: skip
    return item


def accept_rectification(user: User, review: Review) -> None:
    """通过整改复查, when every item was found put right: the register says 有效 again."""
    with moving(user, review, "accept_rectification") as move:
        unmet = list(move.review.items.filter(met=False))
        _check_all_judged(move.review, [item for item in unmet if item.solved is None])
        if any(item.solved is False for item in unmet):
            raise Refused(_("还有未完成整改的项目，请要求继续整改或作出不合格结论。"))
        _pass(user, move.review, register.rectified(move.review.year))


def reject_rectification(user: User, review: Review, reason: str, deadline: date) -> None:
    """要求继续整改 of the items that are still wanting, with a new deadline and notice."""
    with moving(user, review, "reject_rectification", reason, deadline) as move:
        unmet = list(move.review.items.filter(met=False))
        _check_all_judged(move.review, [item for item in unmet if item.solved is None])
        wanting = [item for item in unmet if item.solved is False]
        if not wanting:
            raise Refused(_("各项均已完成整改，请通过整改复查。"))
        _order_rectification(move, wanting, deadline, reason)


def fail(user: User, review: Review, reason: str) -> None:
    """作出不合格结论 (10.4.3). Whether the certification is revoked is decided apart, by two
    persons."""
    with moving(user, review, "fail", reason) as move:
        certificate = move.review.certificate
        text = register.failed(move.review.year, reason.strip())
        standing.enter(user, certificate, certificate.state, text, grounds=["10.4.3"])


def _pass(user: User, review: Review, text: str) -> None:
    """The register says so; what was being rectified is valid again."""
    certificate = review.certificate
    state = certificate.state
    others = certificate.reviews.exclude(pk=review.pk).filter(
        state__in=("rectification", "rechecking")
    )
    if state == CertificateState.RECTIFICATION and not others.exists():
        state = CertificateState.VALID
    standing.enter(user, certificate, state, text, grounds=["10.4.1"])
    plan_reviews(certificate)


def _order_rectification(
    move: Moving, items: list[ReviewItem], deadline: date, reason: str
) -> None:
    frozen = content.rectification_notice(move.review, items, deadline, reason.strip())
    evaluation = move.review.certificate.evaluation
    move.document = order(evaluation, Kind.RECTIFICATION_NOTICE, frozen)


def _check_all_judged(review: Review, unjudged: list[ReviewItem]) -> None:
    if unjudged:
        raise Refused(
            _("还有%(count)s项未作出判断：%(names)s。")
            % {
                "count": len(unjudged),
                "names": _("、").join(name_of(review, item.key) for item in unjudged),
            }
        )


def _item(review: Review, key: str) -> ReviewItem:
    item = review.items.filter(key=key).first()
    if item is None:
        raise Refused(_("本次年审没有这个项目。"))
    return item


def name_of(review: Review, key: str) -> str:
    """An item's name in the reader's language."""
    return asked(edition_of(review.certificate.evaluation), key, reader_language()).name
