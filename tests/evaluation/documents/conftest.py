"""Two cases, one certified and one in correction, and what their documents say and look like."""

import copy
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache
from io import BytesIO
from typing import Any

import pytest
from django.db import transaction
from pypdf import PdfReader

from evaluation.actions import annual_review, draws, panel, site, stamping, standing
from evaluation.demo import journey
from evaluation.documents import content, pages
from evaluation.documents.order import order
from evaluation.models import Kind, Review, SiteRecord
from tests.evaluation.cast import make_cast
from tests.evaluation.pool.people import join, need, to_staff

Content = dict[str, Any]
A_DAY = date(2026, 3, 1)
ELSEWHERE = (Kind.DEFICIENCY_NOTICE, Kind.APPLICATION_PRINT)  # of a case in correction


def _visit_with_a_difference(cast: Any, case: Any) -> None:
    """As declared, but for the bandwidth, which was measured below its limit."""
    leader = cast.experts[0]
    journey.carry(case, cast.players(), "site_visit")
    declared = case.declarations.get().values
    for indicator in site.verified_on_site(case):
        if indicator.code != "egress_bandwidth":
            site.record(leader, case, indicator.code, declared[indicator.code])
    site.record(
        leader,
        case,
        "egress_bandwidth",
        "480",
        reason="两条链路中的一条未开通。",
        instrument="网络测试仪 N-1，读数480 Gbps",
        reading="479.6",
        documented="600 Gbps（合同）",
        note="复测两次。",
    )
    site.add_photo(leader, case, "room_grade", journey.example_photo())
    journey.sign(case, leader)
    site.close_visit(leader, case)


def _score_with_dissent(cast: Any, case: Any) -> None:
    """The two experts differ on one indicator, and the panel overrules one observed value."""
    journey.carry(case, cast.players(), "panel_scoring")
    for expert, award in zip(cast.experts[2:4], ("3", "5"), strict=True):
        scores = {**journey.points(case), "industrial_policy": (award, f"评{award}分的理由。")}
        panel.save_scores(expert, case, scores)
        panel.submit_scores(expert, case)
    case.refresh_from_db()
    finals = {**journey.points(case), "industrial_policy": ("4", "合议取整。")}
    journey.hand_in(
        cast.experts[2], case, finals, {"rack_utilization": ("70", "按物理空间重新折算。")}
    )
    case.refresh_from_db()


def _find_fault_and_revoke(cast: Any, case: Any) -> None:
    review = Review.objects.earliest("due_on")
    item = review.items.get(key="reporting")
    item.finding = "示例：连续缺报，请恢复每日上报。"
    order(
        case,
        Kind.RECTIFICATION_NOTICE,
        content.rectification_notice(review, [item], A_DAY, "示例：一项不合格。"),
    )
    proposal = standing.propose(
        cast.chen,
        case.certificate,
        "revoke",
        reason="示例：整改后仍达不到要求。",
        grounds=["10.4.3", "10.3.1"],
    )
    standing.approve(cast.zhou, proposal)


@pytest.fixture(scope="session")
def issued(django_db_setup: None, django_db_blocker: Any) -> dict[str, tuple[Content, str]]:
    """Content and version code of one document of each kind, as the actions ordered them."""
    with django_db_blocker.unblock(), transaction.atomic():
        cast = make_cast()
        case = cast.case_in("site_preparation")
        _visit_with_a_difference(cast, case)
        _score_with_dissent(cast, case)
        journey.carry(case, cast.players(), "certified")
        correction = cast.case_in("correction")
        stamping.print_form(cast.lin, correction)
        annual_review.open_review(Review.objects.earliest("due_on"))
        _find_fault_and_revoke(cast, case)
        assert SiteRecord.objects.filter(differs=True).count() == 1
        join(cast, 1)
        join(cast, 2, employer="示例智算科技有限公司")
        drawn = to_staff(cast)
        draws.draw(cast.chen, drawn, need(1), seen=0)
        documents = [
            *case.documents.all(),
            *correction.documents.filter(kind__in=ELSEWHERE),
            *drawn.documents.all(),
        ]
        found = {d.kind: (d.content, d.version_code) for d in documents}
        transaction.set_rollback(True)
    return found


@pytest.fixture
def said(issued: dict[str, tuple[Content, str]]) -> Callable[[str], Content]:
    """A copy of the content of a kind, to look at or to change."""
    return lambda kind: copy.deepcopy(issued[kind][0])


@pytest.fixture(scope="session")
def printed(issued: dict[str, tuple[Content, str]]) -> Callable[[str], "Printed"]:
    """The PDF of a kind, made once."""

    @cache
    def make(kind: str) -> Printed:
        frozen, version_code = issued[kind]
        return Printed(pages.pdf(kind, pages.html(kind, frozen, version_code)))

    return make


IMPRINT = r"工智评.〔\d{4}〕\d+号案卷PG\d{4}-\d{4}版本\w{1,12}\d{4}-\d\d-\d\d\d\d:\d\d制作示例数据，不具效力"


class Printed:
    """A PDF read back."""

    def __init__(self, pdf: bytes) -> None:
        self.bytes = pdf
        self.reader = PdfReader(BytesIO(pdf))
        self.pages = [page.extract_text() for page in self.reader.pages]

    @property
    def bodies(self) -> list[str]:
        """Each page without blanks, breaks, its number and its imprint."""
        texts = ("".join(page.split()) for page in self.pages)
        return [re.sub(r"—\d+—", "", re.sub(IMPRINT, "", text)) for text in texts]

    @property
    def text(self) -> str:
        """All that is printed, without the breaks of lines and pages."""
        return "".join(self.bodies)

    @property
    def fonts(self) -> set[str]:
        return {
            str(font.get_object()["/BaseFont"]).split("+")[-1]
            for page in self.reader.pages
            for font in page["/Resources"]["/Font"].values()
        }

    def runs(self, page: int) -> list["Run"]:
        """Every run of text of a page, with where it begins."""
        found: list[Run] = []

        def visit(text: str, cm: Any, tm: Any, *_: Any) -> None:
            if text.strip():
                x = cm[0] * tm[4] + cm[2] * tm[5] + cm[4]
                y = cm[1] * tm[4] + cm[3] * tm[5] + cm[5]
                found.append(Run(text, x * 25.4 / 72, y * 25.4 / 72))

        self.reader.pages[page].extract_text(visitor_text=visit)
        return found


@dataclass(frozen=True)
class Run:
    """A run of text; x and y are mm from the left and the bottom of the page."""

    text: str
    x: float
    y: float


def made(kind: str, frozen: Content) -> Printed:
    """Content of a test's own, printed."""
    return Printed(pages.pdf(kind, pages.html(kind, frozen, "0123456789AB")))
