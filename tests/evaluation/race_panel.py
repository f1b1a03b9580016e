"""Experts, leaders and the secretariat of one panel at the same moment, in a process of its own
whose database is DATABASE_URL's. Prints what everyone was told and what is kept, as JSON."""

import json
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connections  # noqa: E402
from django.test.utils import setup_test_environment  # noqa: E402

from evaluation.actions import experts, meeting, opinions, panel  # noqa: E402
from evaluation.demo import journey  # noqa: E402
from evaluation.errors import NotAllowed, Refused, WrongState  # noqa: E402
from evaluation.models import (  # noqa: E402
    Consolidation,
    Evaluation,
    PanelScore,
    ScoreRun,
    Transition,
)
from portal.ledger.models import AuditEvent  # noqa: E402
from tests.evaluation.cast import make_cast  # noqa: E402


def at_once(calls: list[Callable[[], Any]]) -> list[str]:
    """Run all at one moment: "done", or the name of the refusal."""
    start = Barrier(len(calls))

    def run(call: Callable[[], Any]) -> str:
        start.wait()
        try:
            call()
        except (NotAllowed, WrongState) as refusal:
            return type(refusal).__name__
        except Refused:
            return "Refused"
        finally:
            connections.close_all()
        return "done"

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def main() -> None:
    setup_test_environment()
    call_command("migrate", verbosity=0)
    cast = make_cast()
    one, two = cast.experts[2:4]
    case = cast.case_in("panel_preparation")
    seats = {}
    for expert in (one, two):
        seats[expert.pk] = experts.assign(cast.chen, case, expert, "panel", reason="示例")
        experts.pledge(expert, seats[expert.pk])
    panel.convene_panel(cast.chen, case)

    def again() -> Evaluation:
        return Evaluation.objects.get(pk=case.pk)

    def each(action: Callable[..., Any], *more: Any) -> list[Callable[[], Any]]:
        return [lambda e=e: action(e, again(), *more) for e in (one, two)]

    at_once(each(meeting.sign_in) * 5)
    # Both vote for themselves and for the other, and the secretariat names one, all at once.
    votes = [
        lambda e=e, s=s: meeting.vote(e, again(), seats[s.pk])
        for e in (one, two)
        for s in (one, two)
    ]
    named = [
        lambda e=e: experts.appoint_leader(cast.chen, again().assignments.get(expert=e), "示例理由")
        for e in (one, two)
    ]
    at_once([*votes, *named] * 3)
    leaders = case.assignments.filter(duty="panel", is_leader=True).count()
    for expert in (one, two):
        panel.save_scores(expert, case, journey.points(case))
    # Score and close: both hand in while the secretariat closes the round again and again, and
    # while both still try to change their points.
    worse = dict.fromkeys(journey.points(case), ("1", "示例：改低。"))
    handed_in = at_once(
        [
            *each(panel.submit_scores) * 4,
            *[lambda: panel.close_scoring(cast.chen, again())] * 4,
            *each(panel.save_scores, worse) * 4,
        ]
    )
    kept = {
        str(points)
        for points in PanelScore.objects.filter(indicator="public_service").values_list(
            "points", flat=True
        )
    }
    after = at_once(each(panel.save_scores, worse))
    unchanged = {
        str(points)
        for points in PanelScore.objects.filter(indicator="public_service").values_list(
            "points", flat=True
        )
    }
    # Two leaders: the secretariat replaces the leader while both consolidate.
    finals = {
        code: (str(points), "示例：合议。") for code, (points, _why) in journey.points(case).items()
    }
    shared = panel.share(case.assignments.get(duty="panel", is_leader=True).expert, again(), finals)
    for member in opinions.unread(again(), shared):
        opinions.read_opinion(member.expert, again(), shared.number)
    consolidated = at_once(
        [
            *each(panel.consolidate, finals) * 8,
            *named * 2,
        ]
    )
    json.dump(
        {
            "signed_in": AuditEvent.objects.filter(action="evaluation.sign_in").count(),
            "leaders": leaders,
            "handed_in": sorted(handed_in[:8]),
            "closings": Transition.objects.filter(target="panel_consolidation")
            .exclude(source="panel_consolidation")
            .count(),
            "sheets": case.documents.filter(kind="score_sheet").count(),
            "after": after,
            "locked": kept == unchanged,
            "consolidated": sorted(consolidated[:16]),
            "runs": ScoreRun.objects.count(),
            "finals": Consolidation.objects.count(),
            "state": again().state,
        },
        sys.stdout,
    )


if __name__ == "__main__":
    main()
