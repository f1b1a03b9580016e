"""The years after certification: one review that waits for its applicant, one for the secretariat,
and a report of misuse. The calendar would open the reviews months later."""

from evaluation.actions import annual_review, misuse
from evaluation.actions.annual_review import Answer
from evaluation.demo.files import example_pdf
from evaluation.edition import edition_of
from evaluation.models import Certificate, Review
from evaluation.review_items import asked
from portal.accounts.models import User


def show_the_years_after(open_base: str, submitted_base: str, applicant: User) -> None:
    """Open the first review of both bases; `applicant` hands in that of the second."""
    for code in (open_base, submitted_base):
        annual_review.open_review(_first_review(code))
    review = _first_review(submitted_base)
    annual_review.save_answers(applicant, review, _answers(review))
    annual_review.submit(applicant, review)
    misuse.report(
        kind="commercial",
        about="示例招商咨询有限公司",
        certificate=Certificate.objects.get(base__code=submitted_base),
        content="示例：该公司以“国家工业互联网大数据中心工业智算基地”的名义召开招商推介会，收取会务费。",
        where="示例：某市会展中心",
    )


def _first_review(code: str) -> Review:
    return Review.objects.select_related("certificate").get(certificate__base__code=code, year=1)


def _answers(review: Review) -> dict[str, Answer]:
    edition = edition_of(review.certificate.evaluation)
    found = {}
    for item in review.items.all():
        about = asked(edition, item.key)
        files = (example_pdf(f"示例年审材料-{about.name}"),) if about.evidence else ()
        found[item.key] = Answer(True, f"示例：{about.name}符合要求。", item.version, files)
    return found
