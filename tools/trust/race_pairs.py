"""What many do at one moment, pair by pair, in a process of its own whose database is
DATABASE_URL's: `python -m tools.trust.race_pairs ROUNDS [PAIR …]`.

Everything is made once; each round begins in a copy of that database, so that 200 rounds are 200
first times. Prints for each pair how the rounds ended, and what was found wrong, as JSON."""

import json
import logging
import sys
import time
from collections import Counter
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from threading import Barrier
from typing import Any

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connections  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import setup_test_environment  # noqa: E402

from dataaccess.actions import keys  # noqa: E402
from dataaccess.errors import Invalid  # noqa: E402
from dataaccess.models import ApiKey, Receipt  # noqa: E402
from evaluation.actions import (  # noqa: E402
    application,
    certification,
    experts,
    meeting,
    panel,
    publication,
    standing,
)
from evaluation.demo import journey  # noqa: E402
from evaluation.demo.tables import PROVINCE_VALUES  # noqa: E402
from evaluation.errors import Conflict, NotAllowed, Refused, WrongState  # noqa: E402
from evaluation.models import (  # noqa: E402
    Certificate,
    Evaluation,
    PanelScore,
    Proposal,
    Transition,
)
from portal.accounts.actions import people  # noqa: E402
from portal.accounts.errors import Refused as RefusedOfAccounts  # noqa: E402
from portal.accounts.models import Role, User  # noqa: E402
from portal.ledger import audit  # noqa: E402
from portal.ledger.models import AuditEvent  # noqa: E402
from tests.dataaccess.bodies import report  # noqa: E402
from tests.dataaccess.conftest import Caller  # noqa: E402
from tests.evaluation.cast import make_cast  # noqa: E402
from tests.evaluation.pool.people import to_staff  # noqa: E402
from tests.portal.site.copies import scored_case  # noqa: E402
from tools.trust.copies import a_copy  # noqa: E402

AT_ONCE = 20
REFUSALS = (NotAllowed, WrongState, Conflict, Refused, RefusedOfAccounts, Invalid)
Call = Callable[[], Any]


@dataclass
class World:
    """What was made before the first round, by key; everything is read anew in each call."""

    draft: int
    submitted: int
    staffing: int
    scoring: int
    decisions: list[int]
    proposal: int
    newer: int
    key: int
    text: str

    def case(self, pk: int) -> Evaluation:
        return Evaluation.objects.get(pk=pk)


def user(name: str) -> User:
    return User.objects.get(username=name)


def make() -> World:
    cast = make_cast()
    User.objects.create_user("wu", "wu@example.org", "Example-2026", name="吴明", role=Role.DECIDER)
    User.objects.create_user(
        "second", "second@example.org", "Example-2026", name="第二位", role=Role.SECURITY_ADMIN
    )
    draft = cast.new_case()
    journey.fill(draft, cast.lin, PROVINCE_VALUES)
    scoring = cast.case_in("panel_preparation")
    pair = cast.experts[2:4]
    for expert in pair:
        experts.pledge(
            expert, experts.assign(cast.chen, scoring, expert, "panel", reason=journey.BY_HAND)
        )
    panel.convene_panel(cast.chen, scoring)
    for expert in pair:
        meeting.sign_in(expert, scoring)
    experts.appoint_leader(cast.chen, scoring.assignments.get(expert=pair[0], duty="panel"), "示例")
    for expert in pair:
        panel.save_scores(expert, scoring, journey.points(scoring))

    def to_decide(base: Any = None) -> Evaluation:
        case = scored_case(cast)
        if base is not None:
            case.base = base
            case.save()
        publication.publish(cast.chen, case, 0)
        publication.propose(cast.chen, case)
        return case

    old = certification.certify(cast.zhou, to_decide())
    proposal = standing.propose(cast.chen, old, "revoke", reason="示例", grounds=["10.4.3"])
    staffing = to_staff(cast)
    key, text = keys.issue(draft.base, actor=None)
    return World(
        draft=draft.pk,
        submitted=cast.case_in("submitted").pk,
        staffing=staffing.pk,
        scoring=scoring.pk,
        decisions=[to_decide().pk for _ in range(AT_ONCE)],
        proposal=proposal.pk,
        newer=to_decide(old.base).pk,
        key=key.pk,
        text=text,
    )


@dataclass
class Told:
    """What each of the calls was told: "done", a refusal's name, or an answer's status."""

    each: list[str]

    def count(self, what: str) -> int:
        return self.each.count(what)


def at_once(calls: list[Call]) -> Told:
    start = Barrier(len(calls))

    def run(call: Call) -> str:
        start.wait()
        try:
            answer = call()
            return str(answer) if isinstance(answer, int) and answer > 1 else "done"
        except REFUSALS as refusal:
            return type(refusal).__name__
        except Exception as error:
            return f"error {type(error).__name__}: {error}"
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        return Told(list(pool.map(run, calls)))


def chain_of(case: Evaluation) -> Iterator[str]:
    """What is wrong with the moves of a case: each begins where the one before ended."""
    moves = list(Transition.objects.filter(evaluation=case).order_by("pk"))
    for before, after in pairwise(moves):
        if before.target != after.source:
            yield f"{after.move} began in {after.source} after {before.target}"
    if moves and moves[-1].target != case.state:
        yield f"the case is {case.state}, its last move led to {moves[-1].target}"


def moved(case: Evaluation, *moves: str) -> int:
    return Transition.objects.filter(evaluation=case, move__in=moves).count()


def expect(what: str, found: object, wanted: object) -> Iterator[str]:
    if found != wanted:
        yield f"{what}: {found}, not {wanted}"


# Each pair yields its calls first, is sent what everyone was told, and then yields what is wrong.
Pair = Generator[Any, Told, None]


def double_submit(world: World) -> Pair:
    lin = user("lin")
    told = yield [lambda: application.submit(lin, world.case(world.draft))] * AT_ONCE
    case = world.case(world.draft)
    yield from expect("submitted", told.count("done"), 1)
    yield from expect("declarations", case.declarations.count(), 1)
    yield from expect("moves", moved(case, "submit"), 1)
    yield from expect("documents", case.documents.filter(kind="application").count(), 1)
    yield from chain_of(case)


def approve_and_withdraw(world: World) -> Pair:
    lin, chen = user("lin"), user("chen")
    told = yield [
        lambda: application.accept(chen, world.case(world.submitted)),
        lambda: application.withdraw(lin, world.case(world.submitted), "示例"),
    ] * (AT_ONCE // 2)
    case = world.case(world.submitted)
    yield from expect("done", told.count("done"), 1)
    yield from expect("moves", moved(case, "accept", "withdraw"), 1)
    agreements = case.documents.filter(kind="agreement").count()
    yield from expect("agreements", agreements, int(case.state == "agreement_signing"))
    yield from chain_of(case)


def two_deciders(world: World) -> Pair:
    zhou, wu, pk = user("zhou"), user("wu"), world.decisions[0]
    told = yield [
        lambda: certification.certify(zhou, world.case(pk)),
        lambda: certification.decline(wu, world.case(pk), "示例"),
    ] * (AT_ONCE // 2)
    case = world.case(pk)
    yield from expect("done", told.count("done"), 1)
    certificates = Certificate.objects.filter(evaluation=case).count()
    yield from expect("certificates", certificates, int(case.state == "certified"))
    yield from chain_of(case)


def score_and_close(world: World) -> Pair:
    one, two, chen = user("expert3"), user("expert4"), user("chen")
    worse = dict.fromkeys(journey.points(world.case(world.scoring)), ("1", "示例：改低。"))
    yield [
        lambda: panel.submit_scores(one, world.case(world.scoring)),
        lambda: panel.submit_scores(two, world.case(world.scoring)),
        lambda: panel.save_scores(one, world.case(world.scoring), worse),
        lambda: panel.save_scores(two, world.case(world.scoring), worse),
        lambda: panel.close_scoring(chen, world.case(world.scoring)),
    ] * (AT_ONCE // 5)
    case = world.case(world.scoring)
    yield from expect("handed in", moved(case, "submit_scores"), 2)
    yield from expect("state", case.state, "panel_consolidation")
    yield from expect("sheets", case.documents.filter(kind="score_sheet").count(), 2)
    for sheet in case.assignments.filter(duty="panel"):
        # What is kept is what was printed when the sheet was locked.
        printed = case.documents.get(kind="score_sheet", owner=sheet.expert).content["judged"]
        kept = dict(PanelScore.objects.filter(assignment=sheet).values_list("indicator", "reason"))
        yield from expect("printed", {row["code"]: row["reason"] for row in printed}, kept)
    yield from expect("closed besides", moved(case, "close_scoring"), 0)
    yield from chain_of(case)


def edit_after_lock(world: World) -> Pair:
    lin, han = user("lin"), user("han")
    before = world.case(world.draft).tables.get(key="other")

    def edit() -> None:
        case = world.case(world.draft)
        content = {**before.content, "features_text": f"改{time.monotonic_ns()}"}
        application.save_table(han, case, "other", content, before.version)

    told = yield [edit, lambda: application.submit(lin, world.case(world.draft))] * (AT_ONCE // 2)
    case = world.case(world.draft)
    frozen = case.declarations.get()
    yield from expect("submitted", moved(case, "submit"), 1)
    kept = case.tables.get(key="other").content
    yield from expect("the table after the lock", kept, frozen.tables["other"])
    if told.count("done") not in (1, 2):
        yield f"{told.count('done')} done"
    yield from chain_of(case)


def one_assignment(world: World) -> Pair:
    chen, expert = user("chen"), user("expert1")
    told = (
        yield [
            lambda: experts.assign(chen, world.case(world.staffing), expert, "site", reason="示例")
        ]
        * AT_ONCE
    )
    yield from expect("assigned", told.count("done"), 1)
    yield from expect("kept", world.case(world.staffing).assignments.count(), 1)


def certificate_numbers(world: World) -> Pair:
    zhou, wu = user("zhou"), user("wu")
    first = Certificate.objects.count()
    told = yield [
        lambda pk=pk, by=by: certification.certify(by, world.case(pk))
        for pk, by in zip(world.decisions, [zhou, wu] * AT_ONCE, strict=False)
    ]
    yield from expect("certified", told.count("done"), AT_ONCE)
    numbers = sorted(
        int(number.rsplit("-", 1)[1])
        for number in Certificate.objects.values_list("number", flat=True)
    )
    yield from expect("numbers", numbers, list(range(1, first + AT_ONCE + 1)))


def issue_and_revoke(world: World) -> Pair:
    zhou, wu = user("zhou"), user("wu")
    old = Proposal.objects.get(pk=world.proposal).certificate_id
    told = yield [
        lambda: certification.certify(zhou, world.case(world.newer)),
        lambda: standing.approve(wu, Proposal.objects.get(pk=world.proposal)),
    ] * (AT_ONCE // 2)
    before, new = (
        Certificate.objects.get(pk=old),
        Certificate.objects.get(evaluation=world.newer),
    )
    yield from expect("the new one", new.state, "valid")
    entries = list(before.entries.order_by("pk").values_list("state", flat=True))
    yield from expect("the old one's entries", entries, ["valid", before.state])
    if before.state not in ("revoked", "superseded"):
        yield f"the old one is {before.state}"
    yield from expect("done", told.count("done"), 2 if before.state == "revoked" else 1)
    yield from chain_of(world.case(world.newer))


def rotate_and_use(world: World) -> Pair:
    told = yield [
        lambda: Caller(Client(), world.text).report(report()).status_code,
        lambda: bool(
            keys.rotate(ApiKey.objects.get(pk=world.key), actor=None, overlap=timedelta(1))
        ),
    ] * (AT_ONCE // 2)
    yield from expect("rotated", told.count("done"), 1)
    kept = told.count("200") + told.count("201")
    yield from expect("used", kept, AT_ONCE // 2)
    yield from expect("receipts", Receipt.objects.count(), kept)


def revoke_and_use(world: World) -> Pair:
    told = yield [
        lambda: Caller(Client(), world.text).report(report()).status_code,
        lambda: keys.revoke(ApiKey.objects.get(pk=world.key), actor=None) or 1,
    ] * (AT_ONCE // 2)
    kept = told.count("200") + told.count("201")
    yield from expect("answered", kept + told.count("401"), AT_ONCE // 2)
    yield from expect("receipts", Receipt.objects.count(), kept)
    yield from expect("told of", AuditEvent.objects.filter(action="api_key.revoked").count(), 1)
    after = Caller(Client(), world.text).report(report()).status_code
    yield from expect("after it was revoked", after, 401)


def last_administrator(world: World) -> Pair:
    def disable(actor: str, whom: str) -> Call:
        return lambda: people.disable_user(user(actor), user(whom))

    told = yield [disable("secadmin", "second"), disable("second", "secadmin")] * (AT_ONCE // 2)
    left = User.objects.filter(role=Role.SECURITY_ADMIN, is_active=True).count()
    yield from expect("left", left, 1)
    disabled = AuditEvent.objects.filter(action="accounts.disable_user").count()
    yield from expect("told of", disabled, 1)
    if not told.count("done"):
        yield "nobody was disabled"


PAIRS: dict[str, Callable[[World], Pair]] = {
    pair.__name__: pair
    for pair in (
        double_submit,
        approve_and_withdraw,
        two_deciders,
        score_and_close,
        edit_after_lock,
        one_assignment,
        certificate_numbers,
        issue_and_revoke,
        rotate_and_use,
        revoke_and_use,
        last_administrator,
    )
}


def one_round(pair: Callable[[World], Pair], world: World) -> tuple[str, list[str]]:
    """How it ended, in a line, and what is wrong."""
    running = pair(world)
    calls = next(running)
    told = at_once(calls)
    faults = []
    try:
        found = running.send(told)
        while True:
            faults.append(found)
            found = next(running)
    except StopIteration:
        pass
    faults += [each for each in told.each if each.startswith("error")]
    faults += audit.faults()
    ended = ", ".join(f"{count} {what}" for what, count in sorted(Counter(told.each).items()))
    return ended, faults


def main(rounds: int, names: list[str]) -> None:
    setup_test_environment()
    logging.disable(logging.WARNING)  # a refused call is no news here
    call_command("migrate", verbosity=0)
    world = make()
    told: dict[str, Any] = {}
    for name in names or PAIRS:
        ends: Counter[str] = Counter()
        faults: list[str] = []
        began = time.monotonic()
        for _ in range(rounds):
            with a_copy():
                ended, found = one_round(PAIRS[name], world)
            ends[ended] += 1
            faults += found
        told[name] = {
            "ends": dict(ends.most_common()),
            "faults": faults,
            "seconds": round(time.monotonic() - began, 1),
        }
        print(name, json.dumps(told[name], ensure_ascii=False), file=sys.stderr, flush=True)
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
