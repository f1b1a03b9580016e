"""Whoever is not on a case cannot tell it from one that does not exist: not by what is answered,
not by how much work the answer took, not by how long it took, not by lists, counts or searches."""

import re
import statistics
import time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from evaluation.actions import draws, experts
from evaluation.models import Assignment
from portal.ledger.models import OutboxEntry
from portal.notifications.models import Notification
from tests.evaluation.cast import make_cast, signed_in
from tests.evaluation.pool.people import join, need, to_staff

pytestmark = pytest.mark.django_db

NOBODYS = "PG2000-0001"
PAGES = (
    "", "site-visit/", "scoring/", "consolidation/", "result/", "experts/", "experts/draw/",
    "review/", "versions/1/", "moves/close_scoring/",
)  # fmt: skip
ROUNDS = 15
# An answer for a case that exists may not take half again as long as one for a case that does not,
# nor five milliseconds more: wide enough for a processor that is shared, narrower than reading a
# case takes.
LONGER, MILLISECONDS = 1.5, 5.0


@pytest.fixture
def cast():
    return make_cast()


@pytest.fixture
def case(cast):
    return to_staff(cast)


@pytest.fixture
def strangers(cast, case):
    """Experts in every relation but serving: never asked, asked, accepted, declined, recused, too
    late, released after the pledge."""
    found = {name: join(cast, number).user for number, name in enumerate(
        ("unasked", "asked", "accepted", "declined", "recused", "late", "released"), start=1
    )}  # fmt: skip
    asked = {
        name: experts.assign(cast.chen, case, user, "site", reason="示例")
        for name, user in found.items()
        if name != "unasked"
    }
    for name in ("accepted", "recused"):
        experts.accept(found[name], asked[name])
    experts.recuse(found["recused"], asked["recused"], "示例：亲属任职")
    experts.decline(found["declined"], asked["declined"], "")
    experts.pledge(found["released"], asked["released"])
    experts.release(cast.chen, asked["released"], "示例：出差")
    Assignment.objects.filter(pk=asked["late"].pk).update(answer_by="2020-01-02")
    experts.mark_unanswered()
    return found


def answered(client, path):
    """Status, body without its tokens, and the queries it took."""
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(path)
    body = re.sub(
        r"(csrf-token\" content=|name=\"csrfmiddlewaretoken\" value=)\"\w+\"",
        "",
        answer.content.decode(),
    )
    return answer.status_code, body, len(queries)


def test_the_same_answer_for_the_same_work(cast, case, strangers):
    for name, user in strangers.items():
        client = signed_in(user)
        client.get("/desk/")  # what a session does once is done
        for page in PAGES:
            there = answered(client, f"/cases/{case.number}/{page}")
            nowhere = answered(client, f"/cases/{NOBODYS}/{page}")
            assert there[0] == 404, (name, page)
            assert (there[0], there[2]) == (nowhere[0], nowhere[2]), (name, page)
            assert there[1].replace(case.number, NOBODYS) == nowhere[1], (name, page)


def test_the_same_time_for_a_case_that_exists_and_one_that_does_not(cast, case, strangers):
    """Medians of interleaved requests, of this thread's time on a processor: what other programs take
    of the machine is none of it. What a case costs to read is many times the bound."""
    for name in ("unasked", "recused"):
        client = signed_in(strangers[name])
        took: dict[str, list[float]] = {case.number: [], NOBODYS: []}
        for nth in range(ROUNDS + 2):
            for number in (case.number, NOBODYS) if nth % 2 else (NOBODYS, case.number):
                begun = time.thread_time()
                client.get(f"/cases/{number}/")
                if nth >= 2:  # warm
                    took[number].append(1000 * (time.thread_time() - begun))
        there, nowhere = (statistics.median(took[number]) for number in (case.number, NOBODYS))
        assert there < max(nowhere * LONGER, nowhere + MILLISECONDS), (name, there, nowhere)
        assert nowhere < max(there * LONGER, there + MILLISECONDS), (name, there, nowhere)


def test_anothers_invitation_costs_what_a_missing_one_costs(cast, case, strangers):
    theirs = case.assignments.get(expert=strangers["asked"])
    client = signed_in(strangers["unasked"])
    client.get("/desk/")
    there = answered(client, f"/invitations/{theirs.pk}/")
    nowhere = answered(client, "/invitations/999999/")
    assert (there[0], there[2]) == (404, nowhere[2])
    assert there[1].replace(f"/invitations/{theirs.pk}/", "/invitations/999999/") == nowhere[1]


def test_no_row_no_count_no_hit(cast, case, strangers):
    words = (case.number, case.base.name, cast.organisation.name)
    for name, user in strangers.items():
        client = signed_in(user)
        for page in ("/cases/", "/cases/?q=示例", "/desk/", "/my-work/", "/my-record/"):
            shown = client.get(page).content.decode()
            assert [word for word in words if word in shown] == [], (name, page)
        assert client.get("/cases/").context["page"].paginator.count == 0, name
        # A search that hits and one that cannot answer alike.
        hit = client.get("/cases/", {"q": case.number}).content.decode()
        miss = client.get("/cases/", {"q": NOBODYS}).content.decode()
        assert len(hit) == len(miss), name


def test_no_mail_and_no_notification_names_the_case(cast, case, strangers):
    everyone = {user.pk for user in strangers.values()}
    told = [
        f"{entry.payload['subject']} {entry.payload['body']}"
        for entry in OutboxEntry.objects.filter(kind="mail")
        if entry.payload["user"] in everyone
    ]
    told += [
        f"{row.subject_zh} {row.subject_en} {row.body_zh} {row.body_en} {row.path} {row.case}"
        for row in Notification.objects.filter(user__in=everyone)
    ]
    assert len(told) >= len(strangers) - 1
    for word in (case.number, case.base.name, cast.organisation.name):
        assert [text for text in told if word in text] == []


def test_the_size_of_the_team_shows_nowhere_to_whoever_is_asked(cast, case):
    """The invitation of one of two and of one of ten read alike."""
    alone, among = to_staff(cast), case
    for number in range(1, 11):
        join(cast, number)
    draws.draw(cast.chen, alone, need(1), seen=0)
    experts.mark_unanswered(timezone.localdate().replace(year=2100))
    draws.draw(cast.chen, among, need(10), seen=0)
    pages = []
    for asked in (
        Assignment.objects.get(evaluation=alone),
        Assignment.objects.filter(evaluation=among).earliest("pk"),
    ):
        Assignment.objects.filter(pk=asked.pk).update(released_at=None, left="", release_reason="")
        _status, body, _queries = answered(signed_in(asked.expert), f"/invitations/{asked.pk}/")
        said = body.partition("<main")[2].partition("</main>")[0]
        pages.append(said.replace(f"/invitations/{asked.pk}/", "/invitations/N/"))
    assert (pages[0] == pages[1], "回避" in pages[0]) == (True, True)
