"""Many at once on the team of one case, in a process of its own whose database is DATABASE_URL's.
Prints what everyone was told and what stands in the database, as JSON."""

import json
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import IntegrityError, connections  # noqa: E402
from django.test.utils import setup_test_environment  # noqa: E402

from evaluation.actions import draws, experts  # noqa: E402
from evaluation.errors import Refused  # noqa: E402
from evaluation.models import Assignment, Draw, DrawRound, Evaluation  # noqa: E402
from portal.accounts.models import User  # noqa: E402
from tests.evaluation.cast import make_cast  # noqa: E402
from tests.evaluation.pool.people import join, need, to_staff  # noqa: E402

AT_ONCE = 20


def at_once(calls: list[Any]) -> dict[str, int]:
    """How often each outcome came up."""
    start = Barrier(len(calls))

    def run(call: Any) -> str:
        start.wait()
        try:
            call()
            return "done"
        except Refused:
            return "refused"
        except IntegrityError:
            return "caught by the database"
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        return dict(Counter(pool.map(run, calls)))


def fresh(assignment: Assignment) -> Assignment:
    return Assignment.objects.select_related("evaluation", "expert").get(pk=assignment.pk)


def main() -> None:
    setup_test_environment()
    call_command("migrate", verbosity=0)
    cast = make_cast()
    people = [join(cast, number, "电力").user for number in range(1, 13)]
    chen = cast.chen
    told: dict[str, Any] = {}

    case = to_staff(cast)
    told["assigned"] = at_once(
        [
            lambda: experts.assign(
                chen, Evaluation.objects.get(pk=case.pk), people[0], "site", reason="示例"
            )
        ]
        * AT_ONCE
    )
    told["assignments"] = case.assignments.count()

    drawn = to_staff(cast)
    told["drawn"] = at_once(
        [lambda: draws.draw(chen, Evaluation.objects.get(pk=drawn.pk), need(2), seen=0)] * AT_ONCE
    )
    told["draws"] = Draw.objects.filter(evaluation=drawn).count()
    told["team"] = drawn.assignments.count()

    # One who is late accepts while the clock takes them off and the secretariat replaces them.
    late = drawn.assignments.earliest("pk")
    expert = User.objects.get(pk=late.expert_id)
    tomorrow = late.answer_by + timedelta(days=1)
    told["answered"] = at_once(
        [
            lambda: experts.pledge(expert, fresh(late)),
            lambda: experts.mark_unanswered(tomorrow),
            lambda: draws.replace(chen, fresh(late)),
        ]
        * 6
    )
    late.refresh_from_db()
    told["one_end"] = [late.pledged_at is not None, late.released_at is not None]
    told["replaced"] = DrawRound.objects.filter(replaces=late).count()

    # One who declined is replaced by many at once.
    other = drawn.assignments.filter(pledged_at=None, released_at=None).first()
    if other is None:
        draws.draw(chen, drawn, need(1), seen=drawn.assignments.count())
        other = drawn.assignments.latest("pk")
    experts.decline(other.expert, other, "")
    told["replacing"] = at_once([lambda: draws.replace(chen, fresh(other))] * AT_ONCE)
    told["rounds_for_it"] = DrawRound.objects.filter(replaces=other).count()
    call_command("redraw", drawn.number, stdout=sys.stderr)
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    main()
