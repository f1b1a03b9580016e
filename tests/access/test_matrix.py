"""Every cell of the matrix, tried through the browser's door."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from dataaccess.models import ConformanceRun
from evaluation.models import ExpertImport
from tests.access import accessibility, headers
from tests.access.matrix import (
    API_ROWS,
    CASE,
    FORBIDDEN,
    KEY,
    LOGIN,
    METHOD,
    MISSING,
    NO_CASE,
    OK,
    ONWARD,
    OPEN,
    ROWS,
    ApiRow,
    Outcome,
    Row,
)
from tests.access.matrix import STATES as STATES  # which cases the world holds
from tests.access.world import KEYS, ROLES, World

pytestmark = pytest.mark.django_db
METHODS = ("GET", "POST")
TOKEN = re.compile(rb'(csrfmiddlewaretoken" value|csrf-token" content)="[^"]*"')


def names(patterns: list[Any], spaces: tuple[str, ...] = ()) -> Iterator[str]:
    """The names of every address of the resolver."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            more = (pattern.namespace,) if pattern.namespace else ()
            yield from names(pattern.url_patterns, spaces + more)
        elif isinstance(pattern, URLPattern):
            assert pattern.name, f"{pattern} has no name"
            yield ":".join([*spaces, pattern.name])


def outcome(response: HttpResponse) -> Outcome | int:
    """What an answer amounts to; the bare status where it is none that may happen."""
    status = response.status_code
    if 300 <= status < 400:
        return LOGIN if response["Location"].startswith(reverse("account_login")) else ONWARD
    # A key's call with an empty body is let in and told what is wrong with it.
    if status in (200, 201, 207, 409, 422) or (
        "api" in response.request["PATH_INFO"] and status == 400
    ):
        return OK
    return {401: KEY, 403: FORBIDDEN, 404: MISSING, 405: METHOD}.get(status, status)


def try_it(
    world: World, role: str, method: str, name: str, args: list[Any]
) -> tuple[Outcome | int, bytes]:
    """One cell, tried once; whatever it changed is taken back. The body without what differs by
    chance: the token and the address itself."""
    path = reverse(name, args=args)
    cell = (role, method, path)
    if cell not in world.tried:
        world.tried[cell] = _tried(world, role, method, path)
    return world.tried[cell]


def _tried(world: World, role: str, method: str, path: str) -> tuple[Outcome | int, bytes]:
    with transaction.atomic():
        response = world.ask(role, method, path)
        found = outcome(response)
        body = response.getvalue()
        if faults := headers.missing(response, role in world.sessions and role != "disabled"):
            world.unprotected[role, method, path] = faults
        transaction.set_rollback(True)
    response.close()
    return found, TOKEN.sub(rb'\1=""', body).replace(path.encode(), b"/here/")


def test_every_address_has_its_row():
    assert {row.name for row in [*ROWS, *API_ROWS]} == set(names(get_resolver().url_patterns))


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("row", ROWS, ids=str)
def test_everyone_meets_what_the_row_says(world: World, row: Row, method: str):
    args = row.args(world)
    met = {role: try_it(world, role, method, row.name, args)[0] for role in ROLES}
    assert {
        role: found for role, found in met.items() if found not in row.expected(method, role)
    } == {}
    unprotected, world.unprotected = world.unprotected, {}
    assert unprotected == {}


def absent(row: Row, world: World) -> dict[str, list[Any]]:
    """The address of a row without its object: a missing case, a missing part, another's part."""
    found = {}
    if row.rule == CASE:
        found["missing case"] = [NO_CASE, *row.args(world)[1:]]
    if row.missing:
        found["missing"] = row.missing(world)
    if row.foreign:
        found["foreign"] = row.foreign(world)
    return found


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    "row", [row for row in ROWS if row.rule == CASE or row.missing or row.foreign], ids=str
)
def test_what_is_anothers_answers_as_what_does_not_exist(world: World, row: Row, method: str):
    wrong = {}
    addresses = absent(row, world)
    for role in ROLES:
        own = try_it(world, role, method, row.name, row.args(world))
        met = {
            what: try_it(world, role, method, row.name, args) for what, args in addresses.items()
        }
        for what, (found, body) in met.items():
            if what == "missing case":
                right = {MISSING} if own[0] != LOGIN and own[0] != METHOD else {own[0]}
            else:
                right = set(row.without_its_object(method, role))
            if found not in right:
                wrong[role, what] = found
            # Whoever meets "missing" cannot tell which of the reasons it was.
            if found == own[0] == MISSING and body != own[1]:
                wrong[role, what] = "another body than for the object that exists"
        if "foreign" in met and met["foreign"] != met["missing"]:
            wrong[role, "foreign"] = "not the same as missing"
    assert wrong == {}


@pytest.mark.parametrize("row", API_ROWS, ids=str)
def test_every_key_meets_what_the_row_says(world: World, row: ApiRow):
    path = reverse(row.name, args=row.args(world))
    met = {}
    for key in KEYS:
        with transaction.atomic():
            met[key] = outcome(world.call(key, row.method, path))
            transaction.set_rollback(True)
    assert met == {key: row.expected(key) for key in KEYS}


@pytest.mark.parametrize("row", API_ROWS, ids=str)
def test_a_session_is_no_key(world: World, row: ApiRow):
    path = reverse(row.name, args=row.args(world))
    met = {outcome(world.ask(role, row.method, path)) for role in ROLES}
    assert met == {row.nobody}


def test_another_bases_receipt_answers_as_one_that_does_not_exist(world: World):
    own, missing = API_ROWS[3], API_ROWS[4]
    answers = [
        world.call("foreign", "GET", reverse(row.name, args=row.args(world)))
        for row in (own, missing)
    ]
    assert [answer.json() for answer in answers] == [answers[0].json()] * 2
    assert {answer.status_code for answer in answers} == {404}


def test_public_addresses_of_cases_that_are_not_public_answer_as_missing(world: World):
    """Only what was published has a public address: no number of a case leads anywhere."""
    number = world.case("panel_scoring").number
    for name in ("site:notice", "site:certificate"):
        there = world.ask("anonymous", "GET", reverse(name, args=[number]))
        nowhere = world.ask("anonymous", "GET", reverse(name, args=[NO_CASE]))
        assert there.status_code == nowhere.status_code == 404
        bodies = [TOKEN.sub(rb'\1=""', answer.content) for answer in (there, nowhere)]
        assert bodies[0].replace(number.encode(), b"") == bodies[1].replace(NO_CASE.encode(), b"")


# Pages of some states, opened in another one; what somebody sends who may not; what is not there.
ELSEWHERE = [
    ("GET", "scope", "preliminary_review", [], "lin", {}, ONWARD),
    ("GET", "scope", "correction", [], "lin", {}, ONWARD),
    ("GET", "correction", "draft", [], "lin", {}, ONWARD),
    ("GET", "extend", "certified", [], "chen", {}, ONWARD),
    ("POST", "dissent", "panel_scoring", [], "leader", {}, ONWARD),
    ("POST", "name_leader", "site_visit", [], "chen", {}, ONWARD),
    ("POST", "name_leader", "published", [], "chen", {}, ONWARD),
    ("POST", "form_table", "correction", ["other"], "lin", {"writer": "0"}, FORBIDDEN),
    ("POST", "scoring", "published", [], "panel", {"public_service-points": "x"}, ONWARD),
    ("GET", "paper", "draft", [], "lin", {}, MISSING),
    ("GET", "changes", "second_version", [1], "chen", {}, MISSING),
    ("GET", "changes", "second_version", [2], "chen", {"from": "2"}, MISSING),
    ("GET", "result_correction", "panel_scoring", [], "chen", {}, MISSING),
    ("GET", "result", "panel_scoring", [], "chen", {}, FORBIDDEN),
    ("POST", "unmark_field", "draft", [0], "lin", {}, MISSING),
    ("POST", "unmark_field", "preliminary_review", [0], "chen", {}, MISSING),
    ("GET", "challenge", "panel_scoring", ["public_service"], "panel", {}, MISSING),  # is judged
]


@pytest.mark.parametrize("cell", ELSEWHERE, ids=lambda cell: " ".join(map(str, cell[:3])))
def test_what_is_asked_elsewhere_or_otherwise(world: World, cell: tuple[Any, ...]):
    method, name, state, more, role, sent, right = cell
    path = reverse(f"evaluation:{name}", args=[world.case(state).number, *more])
    with transaction.atomic():
        answer = world.ask(role, method, path, sent)
        transaction.set_rollback(True)
    assert outcome(answer) == right


def test_a_period_that_cannot_be_read_shows_nobody_the_draft(world: World):
    case = world.case("correction")
    file = case.files.filter(purpose="material").earliest("uploaded_at", "pk")
    path = reverse("evaluation:material_period", args=[case.number, file.pk])
    met = {role: outcome(world.ask(role, "POST", path, {"from": "x"})) for role in ("wen", "chen")}
    assert met == dict.fromkeys(met, FORBIDDEN)


def test_a_record_that_is_not_printed_yet_is_not_there(world: World):
    run = ConformanceRun.objects.get(
        base__organisation__users__username="lin", finished_at__isnull=False
    )
    path = reverse("dataaccess:conformance_record", args=[run.pk])
    with transaction.atomic():
        printed = world.ask("lin", "GET", path)
        ConformanceRun.objects.filter(pk=run.pk).update(rendered_at=None)
        waiting = world.ask("lin", "GET", path)
        transaction.set_rollback(True)
    assert [outcome(printed), outcome(waiting)] == [OK, MISSING]
    printed.close()


def test_an_import_without_faults_has_no_list_of_them(world: World):
    case = world.case("correction")
    begun = case.enterprise_imports.earliest("uploaded_at", "pk")
    path = reverse("evaluation:enterprise_faulty", args=[case.number, begun.pk])
    with transaction.atomic():
        case.enterprise_imports.update(rows=[])
        answer = world.ask("lin", "GET", path)
        transaction.set_rollback(True)
    assert outcome(answer) == MISSING


def test_an_import_of_experts_without_faults_has_no_list_of_them(world: World):
    path = reverse("evaluation:pool_faulty", args=[world.pool_import.pk])
    with transaction.atomic():
        ExpertImport.objects.update(rows=[])
        answer = world.ask("chen", "GET", path)
        transaction.set_rollback(True)
    assert outcome(answer) == MISSING


def test_where_nobody_was_invited_no_invitation_is_sent_again(world: World):
    """A registration that is not accepted yet has led to none."""
    waiting = world.admissions["registration"]
    path = reverse("accounts:admission_resend", args=["registration", waiting.pk])
    assert outcome(world.ask("chen", "POST", path)) == MISSING


def test_rows_are_open_only_where_it_is_meant():
    """Whoever opens an address to strangers has to say so here, too."""
    assert {row.name for row in ROWS if row.rule == OPEN} == {
        "healthz",
        "set_language",
        "accounts:register",
        "accounts:register_sent",
        "accounts:register_confirm",  # with the mailed link, as the next ones
        "accounts:register_status",
        "accounts:invitation",
        "accounts:recover",
        "accounts:join",
        "accounts:owner_gone",
        "accounts:asked",
        "account_login",
        "account_signup",
        "account_logout",
        "account_inactive",
        "account_email",  # for nobody
        "account_confirm_email",
        "account_email_verification_sent",
        "account_reset_password",
        "account_reset_password_done",
        "account_reset_password_from_key",
        "account_reset_password_from_key_done",
        "dataaccess:schema",
        "dataaccess:docs",
        "dataaccess:edge",
        "dataaccess:edge_download",
        "site:home",
        "site:about",
        "site:guides",
        "site:guide",
        "site:search",
        "site:theme",
        "site:favicon",
        "site:robots",
        "site:sitemap",
        "site:indicators",
        "site:steps",
        "site:readings",
        "site:self_test",
        "site:self_test_score",
        "site:notices",
        "site:notice",
        "site:notice_document",
        "site:notice_pdf",
        "site:object",
        "site:objection_received",
        "site:objection_state",
        "site:register",
        "site:register_csv",
        "site:register_json",
        "site:verify",
        "site:verify_file",
        "site:verify_offline",
        "site:authority",
        "site:revocation_pdf",
        "site:misuse",
        "site:misuse_find",
        "site:misuse_receipt",
        "site:styleguide",  # only where DEBUG is on
        "site:styleguide_application",
        "site:certificate",
        "site:certificate_document",
        "site:certificate_pdf",
    }


# One of each kind of reader; a viewer reads without the forms.
READERS = (
    "anonymous", "lin", "wen", "chen", "zhou", "site", "leader", "panel", "invited",
    "sysadmin", "secadmin", "auditor",
)  # fmt: skip
# So many pages show nearly every kind of element in every place it stands in.
COVERING = 30


@pytest.mark.browser
@pytest.mark.skipif(not accessibility.WALK, reason="AXE=cover or AXE=every asks for this walk")
def test_no_page_of_any_reader_has_a_fault_of_accessibility(world: World) -> None:
    pages: dict[str, str] = {}
    asked: dict[str, tuple[str, str]] = {}
    for row in ROWS:
        shown: set[tuple[str, str]] = (
            set()
        )  # a page that shows another reader the same is seen once
        for role in READERS:
            if row.get and row.opens == OK and row.expected("GET", role) == (OK,):
                args = row.args(world)
                found, body = try_it(world, role, "GET", row.name, args)
                if found != OK or not body.lstrip().startswith(b"<!DOCTYPE html>"):
                    continue
                html = body.decode()
                new = accessibility.parts(html) - shown
                shown |= new
                if new:
                    where = f"{row} as {role}"
                    pages[where] = html
                    asked[where] = (role, reverse(row.name, args=args))
    every = accessibility.WALK == "every"
    looks = []
    for where in pages if every else accessibility.covering(pages, COVERING):
        role, path = asked[where]
        # Asked for once more: what is compared above has its own address taken out, of home every "/".
        chinese = world.ask(role, "GET", path).getvalue().decode()
        english = world.ask(role, "GET", path, language="en").getvalue().decode()
        widths = [("desk", accessibility.DESK), ("phone", accessibility.PHONE)]
        # A theme for each language: what is too faint in one is so in either.
        versions: list[tuple[str, accessibility.Theme, str]] = [
            ("zh", "light", chinese),
            ("en", "dark", english),
        ]
        for language, theme, html in versions:
            for name, size in widths if every else [widths.pop(0)]:
                at = f"{where}, {language}, {theme}, {name}"
                looks.append(accessibility.Look(at, html, size, theme))
    found = accessibility.faults(looks)
    assert found == {}, json.dumps(found, ensure_ascii=False, indent=1)
