"""P8: a keystroke of the self-test at the server. P10: the list pages, their queries at few rows
and at many, their time beside the same request answered from values that are already there, and
the secretariat's queue at 10,000 cases. One process, no network, SQLite."""

import hashlib
import json
import math
import os
import statistics
import tempfile
import time
import uuid
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

REPETITIONS = 7
REQUESTS = 40
KEYSTROKES = 200
CASES = 10_000
ROWS = 1_000
GOAL_KEYSTROKE = 10.0
GOAL_QUEUE = 100.0
GOAL_RATIO = 1.6
GOAL_QUERIES = 4
FRAME_QUERIES = 2  # session and user


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="bench-pages-") as folder:
        _prepare(Path(folder))
        _keystroke()
        few = _queries()
        _fill()
        _lists(few)
        _queue()


def _prepare(folder: Path) -> None:
    """An empty database of our own."""
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "READ_DOTENV": "false",
        "VAR_DIR": str(folder),
        "DATABASE_URL": f"sqlite:///{folder}/db.sqlite3",
        "LOG_LEVEL": "ERROR",
    }
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    (folder / "static").mkdir()
    settings.STATIC_ROOT = folder / "static"
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    _people()
    _add(1)


# P8


def _keystroke() -> None:
    """The same form with one more digit each time, as a reader types it."""
    browser = _browser(None)
    from evaluation.demo.tables import PROVINCE_VALUES
    from evaluation.edition import current_edition
    from portal.site.self_test import declared

    edition = current_edition()
    values = edition.parse_values(PROVINCE_VALUES).values
    full = declared(values, "province", edition)
    half = declared(dict(list(values.items())[: len(values) // 2]), "province", edition)
    print("P8 a keystroke of the self-test, ms at the server (median, p95)")
    for name, query in (("empty", "category=province"), ("half filled", half), ("filled", full)):
        times = []
        for count in range(KEYSTROKES + 20):
            path = f"/self-test/score/?{query}&rd_investment={count}"
            started = time.perf_counter()
            response = browser.get(path)
            if count >= 20:
                times.append((time.perf_counter() - started) * 1000)
            assert response.status_code == 200
        _say(f"  {name}", times, GOAL_KEYSTROKE)


# P10


def _pages() -> dict[str, tuple[str | None, str]]:
    """Each list page with who reads it."""
    return {
        "notices": (None, "/notices/"),
        "register": (None, "/register/"),
        "search": (None, "/register/?q=示例基地%20sj-37-00&province=370000"),
        "audit": ("auditor", "/audit/"),
        "cases": ("secretariat", "/cases/"),
        "desk": ("secretariat", "/desk/"),
    }


def _queries() -> dict[str, int]:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = {}
    for name, (username, path) in _pages().items():
        browser = _browser(username)
        browser.get(path)
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(path).status_code == 200, path
        counts[name] = len(queries) - (FRAME_QUERIES if username else 0)
    return counts


def _lists(few: dict[str, int]) -> None:
    many = _queries()
    print(f"P10 list pages at {ROWS} rows ({CASES} cases): queries beyond session and user at one")
    print(
        f"    row and at many (goal ≤ {GOAL_QUERIES}, equal), ms, and times the page without database"
    )
    for name, (username, path) in _pages().items():
        browser = _browser(username)
        whole, bare = _interleaved(partial(browser.get, path), _rendering(browser, path))
        ratio = whole / bare
        good = few[name] == many[name] <= GOAL_QUERIES and ratio <= GOAL_RATIO
        print(
            f"  {name:10} queries {few[name]} / {many[name]}   {whole:6.1f} ms"
            f"   {ratio:.2f} of {bare:.1f} ms (goal ≤ {GOAL_RATIO})   {_verdict(good)}"
        )


def _rendering(browser: Any, path: str) -> Callable[[], Any]:
    """The same request, answered by a view that has the page's values in hand: the same frame,
    session and template, but nothing of the page's own asked of the database."""
    from django.http import HttpRequest, HttpResponse
    from django.template.loader import get_template
    from django.test.utils import setup_test_environment, teardown_test_environment
    from django.urls import clear_url_caches
    from django.urls import path as address

    from portal import urls

    setup_test_environment()  # keeps the context of an answer; much too slow to be measured with
    try:
        response = browser.get(path)
    finally:
        teardown_test_environment()
    template = get_template(response.templates[0].name)
    context = {key: value for layer in response.context[0].dicts for key, value in layer.items()}
    for key in ("request", "user", "csrf_token", "block", "messages"):
        context.pop(key, None)

    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse(template.render(context, request))

    own = f"bench{path}"
    urls.urlpatterns.insert(0, address(own, view))
    clear_url_caches()
    return lambda: browser.get(f"/{own}")


def _queue() -> None:
    browser = _browser("secretariat")
    paths = ["/cases/", "/cases/?page=200", "/cases/?step=3", "/cases/?q=示例", "/desk/"]
    print(f"P10 the queue at {CASES} cases, ms (median, p95; goal p95 ≤ {GOAL_QUEUE:.0f})")
    for path in paths:
        browser.get(path)
        times = []
        for _ in range(REQUESTS):
            started = time.perf_counter()
            response = browser.get(path)
            times.append((time.perf_counter() - started) * 1000)
            assert response.status_code == 200
        _say(f"  {path}", times, GOAL_QUEUE)


# Data


def _people() -> None:
    from portal.accounts.models import Organisation, Role, User

    organisation = Organisation.objects.create(
        name="示例智算科技有限公司", credit_code="91110000MA0000001R"
    )
    for username, role in (
        ("applicant", Role.APPLICANT),
        ("secretariat", Role.SECRETARIAT),
        ("decider", Role.DECIDER),
        ("auditor", Role.AUDIT_ADMIN),
    ):
        User.objects.create(
            username=username,
            email=f"{username}@example.org",
            name=username,
            role=role,
            organisation=organisation if role == Role.APPLICANT else None,
        )


def _fill() -> None:
    _add(CASES - 1)
    from evaluation.models import Certificate, Evaluation, Publication

    counts = (Evaluation.objects.count(), Publication.objects.count(), Certificate.objects.count())
    assert counts == (CASES, ROWS, ROWS), counts


def _add(count: int) -> None:
    """So many cases in turn over the states; the first ones, up to ROWS in all, are certified."""
    from django.db import connection, transaction
    from django.utils import timezone

    from dataaccess.models import Base
    from evaluation import steps
    from evaluation.models import Certificate, Document, Evaluation, Publication, ScoreRun
    from portal.accounts.models import Organisation, User
    from portal.ledger import audit

    now, today = timezone.now(), timezone.localdate()
    organisation = Organisation.objects.get()
    people = {user.username: user for user in User.objects.all()}
    start = Evaluation.objects.count()
    numbers = range(start, start + count)
    states = [state for state in steps.STATES if state != "draft"]
    bases = Base.objects.bulk_create(
        Base(
            organisation=organisation,
            code=f"bench-{n}",
            name=f"示例基地{n}",
            province="370000",
            city="370100",
        )
        for n in numbers
    )
    cases = Evaluation.objects.bulk_create(
        Evaluation(
            number=f"PG2026-{n:05d}",
            organisation=organisation,
            base=base,
            edition="2024",
            category="province",
            place="山东",
            state="certified" if n < ROWS else states[n % len(states)],
            state_since=now - timedelta(minutes=n),
            created_by=people["applicant"],
            created_at=now - timedelta(minutes=n),
            submitted_at=now,
        )
        for n, base in zip(numbers, bases, strict=True)
    )
    certified = [(n, case) for n, case in zip(numbers, cases, strict=True) if n < ROWS]
    result = {"A1": "97", "A2": "95", "A3": "100", "A": "97"}
    runs = ScoreRun.objects.bulk_create(
        ScoreRun(
            evaluation=case,
            edition="2024",
            category="province",
            inputs={},
            result=result,
            digest=hashlib.sha256(json.dumps(result).encode()).hexdigest(),
            total=97,
            qualified=True,
            made_at=now,
        )
        for _, case in certified
    )
    documents = Document.objects.bulk_create(
        Document(
            evaluation=case,
            kind="certificate",
            number=str(uuid.uuid4()),
            title="证书",
            content={},
            version_code="",
            ordered_at=now,
        )
        for _, case in certified
    )
    Publication.objects.bulk_create(
        Publication(
            evaluation=case,
            score_run=run,
            number=f"GS2026-{n:05d}",
            applicant=organisation.name,
            base_name=case.base.name,
            place=case.place,
            starts_on=today,
            working_days=5,
            ends_on=today + timedelta(days=7),
            published_by=people["secretariat"],
            published_at=now,
        )
        for (n, case), run in zip(certified, runs, strict=True)
    )
    Certificate.objects.bulk_create(
        Certificate(
            evaluation=case,
            base=case.base,
            score_run=run,
            number=f"GYZS-2026-SJ-37-{n:04d}",
            name="国家工业互联网大数据中心工业智算基地（山东）省级节点",
            name_en="Industrial Intelligent Computing Base (Shandong), Provincial Node",
            holder=organisation.name,
            category="province",
            province="370000",
            certified_on=today,
            proposed_by=people["secretariat"],
            decided_by=people["decider"],
            document=document,
        )
        for (n, case), run, document in zip(certified, runs, documents, strict=True)
    )
    with transaction.atomic():
        for n in range(start, min(start + count, ROWS)):
            audit.record(people["secretariat"], "evaluation.accept", f"evaluation:{n}", case="PG")
    connection.cursor().execute("ANALYZE")


# Measuring


def _browser(username: str | None) -> Any:
    from django.test import Client

    from portal.accounts.models import User

    browser = Client(headers={"host": "localhost"})
    if username:
        browser.force_login(User.objects.get(username=username))
    return browser


def _interleaved(first: Callable[[], Any], second: Callable[[], Any]) -> tuple[float, float]:
    """The medians of both in ms, measured in turn."""
    first(), second()
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(REPETITIONS * 3):
        for kept, call in zip(times, (first, second), strict=True):
            started = time.perf_counter()
            call()
            kept.append((time.perf_counter() - started) * 1000)
    return statistics.median(times[0]), statistics.median(times[1])


def _say(name: str, times: list[float], goal: float) -> None:
    late = sorted(times)[math.ceil(len(times) * 0.95) - 1]
    print(
        f"{name:24} {statistics.median(times):6.1f} {late:6.1f}   goal ≤ {goal:.0f}"
        f"   {_verdict(late <= goal)}"
    )


def _verdict(good: bool) -> str:
    return "met" if good else "MISSED"
