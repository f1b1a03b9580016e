"""No page's number of queries grows with what it shows (P10)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from dataaccess.models import Base, ConformanceRun
from tests.access.many import multiply
from tests.access.world import World, build

pytestmark = pytest.mark.django_db

READER = 2  # the session, and the user with what the top bar says of them
PLAIN = 4  # what a list may ask beyond those (goal P10)
STATES = (
    "draft",
    "submitted",
    "preliminary_review",
    "site_visit",
    "panel_scoring",
    "panel_consolidation",
    "published",
    "decision_pending",
    "certified",
)


@dataclass(frozen=True)
class Page:
    role: str
    name: str
    state: str = ""
    args: Callable[[World], list[Any]] = lambda world: []
    query: str = ""
    part: Any = None  # what stands after the number of the case
    grows: bool = True  # whether fifty more rows make the page longer

    def __str__(self) -> str:
        return " ".join(part for part in (self.name, self.state, self.query, self.role) if part)

    def path(self, world: World) -> str:
        args = [world.case(self.state).number] if self.state else self.args(world)
        args = args if self.part is None else [*args, self.part]
        return reverse(self.name, args=args) + self.query


def _base(world: World) -> list[Any]:
    return [world.base.code]


def _run(world: World) -> list[Any]:
    return [ConformanceRun.objects.get(base=_sandbox(world), finished_at__isnull=True).pk]


def _sandbox(world: World) -> Base:
    return Base.everything.get(sandbox=True, organisation=world.cast.organisation)


def _call(world: World) -> list[Any]:
    return [world.base.data_call_items.earliest("pk").call_id]


def _event(world: World) -> list[Any]:
    return [world.base.code, world.base.security_events.earliest("pk").pk]


def _notice(world: World) -> list[Any]:
    return [world.case("published").publication.number]


def _certificate(world: World) -> list[Any]:
    return [world.case("certified").certificate.number]


def _review(world: World) -> list[Any]:
    return [world.review.pk]


def _draw(world: World) -> list[Any]:
    return [world.case("panel_scoring").draws.earliest("drawn_at", "pk").pk]


def _record(world: World) -> list[Any]:
    return [world.pooled.pk]


def _kind(kind: str) -> Callable[[World], list[Any]]:
    return lambda world: [kind]


LISTS = [
    *(Page(role, "evaluation:desk")
      for role in ("lin", "chen", "zhou", "site", "leader", "panel")),
    *(Page(role, "evaluation:cases") for role in ("lin", "chen", "zhou", "panel")),
    Page("chen", "evaluation:cases", query="?q=示例&step=7"),
    Page("chen", "evaluation:cases", query="?show=all&province=370000&order=deadline"),
    Page("chen", "evaluation:statistics", grows=False),
    *(Page(role, "notifications:inbox") for role in ("lin", "chen")),
    *(Page(role, "evaluation:annual_reviews") for role in ("lin", "chen", "zhou")),
    Page("chen", "administration:outbox", grows=False),
    Page("chen", "administration:letters", grows=False),
    Page("sysadmin", "administration:settings", grows=False),
    Page("sysadmin", "administration:calendar", query="?year=2026"),
    Page("sysadmin", "accounts:people"),
    Page("secadmin", "accounts:people"),
    Page("sysadmin", "accounts:organisations"),
    Page("auditor", "site:audit", grows=False),
    Page("chen", "evaluation:pool"),
    *(Page(role, "evaluation:draw_records") for role in ("chen", "auditor")),
    *(Page(role, "evaluation:my_work") for role in ("site", "panel")),
    *(Page(role, "dataaccess:bases") for role in ("lin", "chen", "secadmin")),
    *(Page(role, "dataaccess:data_calls") for role in ("lin", "chen")),
    Page("lin", "dataaccess:sandbox"),
    *(Page(role, "dataaccess:keys") for role in ("lin", "secadmin")),
    Page("chen", "dataaccess:questions"),
    Page("lin", "dataaccess:questions"),
    Page("chen", "site:capacity", query="?accelerator=fp16&pflops=1", grows=False),
    Page("chen", "evaluation:misuse_reports"),
    Page("anonymous", "site:home", grows=False),
    *(Page(role, "site:search", query="?q=示例基地", grows=False)
      for role in ("anonymous", "lin", "chen", "panel", "sysadmin")),
    Page("anonymous", "site:notices"),
    Page("anonymous", "site:register"),
    Page("anonymous", "site:register_csv"),
    Page("anonymous", "site:register_json"),
    Page("anonymous", "site:indicators", grows=False),
    Page("anonymous", "site:readings", grows=False),
    Page("anonymous", "site:steps", grows=False),
    Page("anonymous", "site:about", grows=False),
    Page("anonymous", "site:guides", grows=False),
    Page("anonymous", "site:guide", args=lambda world: ["expert"], grows=False),
]  # fmt: skip
# Pages of one case or base, which show many things.
WORKING = [
    Page("lin", "dataaccess:base", args=_base),
    Page("chen", "dataaccess:base", args=_base),
    Page("secadmin", "dataaccess:base", args=_base),
    Page("lin", "dataaccess:events", args=_base),
    Page("chen", "site:capacity", query="?accelerator=fp16&pflops=1&model=X", grows=False),
    Page("chen", "site:overview", grows=False),
    Page("chen", "site:overview_events"),
    Page("chen", "site:overview_wall", grows=False),
    Page("lin", "dataaccess:calendar", args=_base),
    Page("chen", "dataaccess:calendar", args=_base),
    Page("lin", "dataaccess:conformance_run", args=_run),
    Page("chen", "dataaccess:data_call", args=_call),
    Page("lin", "dataaccess:event", args=_event, grows=False),
    Page("anonymous", "site:notice", args=_notice, grows=False),
    Page("anonymous", "site:certificate", args=_certificate),
    Page("chen", "evaluation:misuse_report", args=lambda world: [world.misuse.pk]),
    *(Page(role, "evaluation:annual_review", args=_review, grows=False)
      for role in ("lin", "chen")),
    Page("lin", "evaluation:review_form", args=_review, grows=False),
    *(Page(role, "evaluation:certificate", args=_certificate) for role in ("lin", "chen")),
    Page("lin", "evaluation:case", "draft"),
    *(Page(role, "evaluation:case", "panel_scoring")
      for role in ("lin", "chen", "site", "panel", "leader")),
    *(Page(role, "evaluation:case", "certified") for role in ("lin", "chen", "zhou", "leader")),
    Page("lin", "evaluation:form_table", "draft", part="cover", grows=False),
    Page("lin", "evaluation:enterprises", "draft"),
    Page("lin", "evaluation:materials", "draft"),
    Page("lin", "evaluation:completeness", "draft", grows=False),
    Page("lin", "evaluation:preview", "draft"),
    Page("chen", "evaluation:declaration", "published", part=1),
    Page("chen", "evaluation:review", "preliminary_review"),
    Page("chen", "evaluation:paper", "preliminary_review"),
    Page("chen", "evaluation:experts", "site_visit"),
    Page("chen", "evaluation:experts", "panel_scoring"),
    Page("zhou", "evaluation:experts", "panel_scoring"),
    Page("chen", "evaluation:draw", "panel_scoring"),
    Page("auditor", "evaluation:draw_record", args=_draw, grows=False),
    Page("chen", "evaluation:pool_record", args=_record),
    Page("site", "evaluation:own_record", grows=False),
    Page("chen", "evaluation:extend", "panel_scoring"),
    Page("site", "evaluation:site_visit", "site_visit"),
    Page("panel", "evaluation:scoring", "panel_scoring"),
    Page("leader", "evaluation:consolidate", "panel_consolidation"),
    Page("chen", "evaluation:consolidate", "published"),
    Page("lin", "evaluation:result", "published"),
    Page("chen", "evaluation:result", "published"),
    Page("chen", "evaluation:objections", "published"),
    Page("chen", "evaluation:result_correction", "published", grows=False),
    Page("lin", "evaluation:own_objection", "published", grows=False),
    Page("anonymous", "site:object", args=_notice, grows=False),
    Page("zhou", "evaluation:move", "decision_pending", part="certify", grows=False),
    Page("lin", "accounts:organisation"),
    Page("chen", "accounts:admissions"),
    *(Page("chen", "accounts:admissions", args=_kind(kind), query=f"?state=all&q=&kind={kind}")
      for kind in ("name", "help")),
]  # fmt: skip


@dataclass(frozen=True)
class Measured:
    queries: list[str]
    length: int


Counts = dict[str, tuple[Measured, Measured]]


@pytest.fixture(scope="module")
def counts(django_db_setup: None, django_db_blocker: Any) -> Iterator[Counts]:
    """Each page with one of everything, and with fifty more."""
    with django_db_blocker.unblock(), transaction.atomic():
        world = build()
        world.make(STATES)
        pages = [*LISTS, *WORKING]
        few = {str(page): measured(world, page) for page in pages}
        multiply(world)
        yield {str(page): (few[str(page)], measured(world, page)) for page in pages}
        transaction.set_rollback(True)


def measured(world: World, page: Page) -> Measured:
    path = page.path(world)
    world.ask(page.role, "GET", path)  # what a process reads once is read
    with CaptureQueriesContext(connection) as asked:
        response = world.ask(page.role, "GET", path)
        body = response.getvalue()
    assert response.status_code == 200, f"{page}: {response.status_code}"
    return Measured(
        [q["sql"] for q in asked.captured_queries if "SAVEPOINT" not in q["sql"]], len(body)
    )


@pytest.mark.parametrize("page", [*LISTS, *WORKING], ids=str)
def test_fifty_more_rows_cost_not_one_query_more(counts: Counts, page: Page):
    few, many = counts[str(page)]
    assert len(many.queries) == len(few.queries)
    assert many.length > few.length or not page.grows, "the copies are not on the page"


@pytest.mark.parametrize("page", LISTS, ids=str)
def test_a_plain_list_asks_little(counts: Counts, page: Page):
    most = PLAIN + (0 if page.role == "anonymous" else READER)
    queries = counts[str(page)][1].queries
    assert len(queries) <= most, "\n".join(queries)
