"""A certified base and what its reviews need, without walking the seven steps each time."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from evaluation.actions import annual_review, certification, publication
from evaluation.actions.annual_review import Answer, Response
from evaluation.demo.files import example_pdf
from evaluation.demo.tables import PROVINCE_VALUES, example_tables
from evaluation.edition import edition_of
from evaluation.models import Certificate, Declaration, Review
from evaluation.review_items import asked
from tests.evaluation.cast import Cast
from tests.portal.site.copies import scored_case


def certified(cast: Cast) -> Certificate:
    """The certificate of 示例智算科技有限公司, whose 8.4.4 rests on a commitment."""
    case = scored_case(cast)
    edition = edition_of(case)
    Declaration.objects.create(
        evaluation=case,
        number=1,
        tables=example_tables(
            edition, case.category, PROVINCE_VALUES, case.organisation, case.base
        ),
        values=PROVINCE_VALUES,
        digest="0" * 64,
        submitted_by=cast.lin,
        submitted_at=timezone.now(),
    )
    publication.publish(cast.chen, case, 0)
    publication.propose(cast.chen, case)
    return certification.certify(cast.zhou, case)


def first_review(certificate: Certificate) -> Review:
    """The review of the first year, opened."""
    review = certificate.reviews.get(year=1)
    annual_review.open_review(review)
    return review


def answers(review: Review, **changed: Any) -> dict[str, Answer]:
    """An answer to every item, with a file where one is needed."""
    edition = edition_of(review.certificate.evaluation)
    given = {}
    for item in review.items.all():
        files = (example_pdf(f"证明-{item.key}"),) if asked(edition, item.key).evidence else ()
        given[item.key] = Answer(True, f"示例说明：{item.key}。", item.version, files)
    return {**given, **changed}


def carry(review: Review, cast: Cast, to: str, wanting: str = "reporting") -> Review:
    """Take an opened review to a state; `wanting` is the item found not met on the way to a
    rectification."""
    later = timezone.localdate() + timedelta(days=30)
    if to == "open":
        return review
    annual_review.save_answers(cast.lin, review, answers(review))
    annual_review.submit(cast.lin, review)
    if to == "returned":
        annual_review.send_back(cast.chen, review, "示例：请补充演练记录。")
    elif to in ("rectification", "rechecking", "failed"):
        judge_all(review, cast, wanting)
        annual_review.require_rectification(cast.chen, review, "示例：一项不合格。", later)
        if to == "rechecking":
            told = {wanting: Response("示例：已恢复每日上报。")}
            annual_review.save_responses(cast.lin, review, told)
            annual_review.report_rectification(cast.lin, review)
        elif to == "failed":
            annual_review.fail(cast.chen, review, "示例：拒绝整改。")
    elif to == "passed":
        judge_all(review, cast)
        annual_review.conclude(cast.chen, review)
    review.refresh_from_db()
    return review


def judge_all(review: Review, cast: Cast, wanting: str = "") -> None:
    """Every item met, but for one."""
    for item in review.items.all():
        annual_review.judge(
            cast.chen,
            review,
            item.key,
            met=item.key != wanting,
            finding="示例：连续缺报，请恢复每日上报。" if item.key == wanting else "",
        )
