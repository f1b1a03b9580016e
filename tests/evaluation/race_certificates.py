"""Decision makers at the same moment, in a process of its own whose database is DATABASE_URL's.
Prints what everyone was told and what is kept, as JSON."""

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

from evaluation.actions import certification, publication, reviews, standing  # noqa: E402
from evaluation.errors import NotAllowed, Refused, WrongState  # noqa: E402
from evaluation.models import Certificate, Evaluation, Proposal, Review  # noqa: E402
from portal.accounts.models import Role, User  # noqa: E402
from portal.ledger import audit  # noqa: E402
from tests.evaluation.cast import Cast, make_cast  # noqa: E402
from tests.portal.site.copies import scored_case  # noqa: E402

CASES = 6


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


def proposed(cast: Cast, base: Any = None) -> Evaluation:
    """A case that waits for its decision, of a base of its own or of this one."""
    case = scored_case(cast)
    if base is not None:
        case.base = base
        case.save()
    publication.publish(cast.chen, case, 0)
    publication.propose(cast.chen, case)
    return case


def main() -> None:
    setup_test_environment()
    call_command("migrate", verbosity=0)
    cast = make_cast()
    second = User.objects.create_user(
        "wu", "wu@example.org", "Example-2026", name="吴明", role=Role.DECIDER
    )
    deciders = (cast.zhou, second)

    def certify(user: User, case: Evaluation) -> Callable[[], Any]:
        return lambda: certification.certify(user, Evaluation.objects.get(pk=case.pk))

    cases = [proposed(cast) for _ in range(CASES)]
    certified = at_once([certify(user, case) for case in cases for user in deciders])
    numbers = sorted(Certificate.objects.values_list("number", flat=True))

    # Two cases of one base.
    base = cases[0].base
    twins = [proposed(cast, base), proposed(cast, base)]
    both = at_once([certify(user, case) for case, user in zip(twins, deciders, strict=True)])
    lasting = list(
        Certificate.objects.filter(base=base, state="valid").values_list("number", flat=True)
    )

    # A revocation is approved while a newer certificate of the base is given.
    old = Certificate.objects.get(evaluation=cases[1])
    proposal = standing.propose(cast.chen, old, "revoke", reason="示例", grounds=["10.4.3"])
    newer = proposed(cast, old.base)
    issue_and_revoke = at_once(
        [
            lambda: standing.approve(second, Proposal.objects.get(pk=proposal.pk)),
            certify(cast.zhou, newer),
        ]
    )
    old.refresh_from_db()

    # Two decide one proposal.
    other = Certificate.objects.get(evaluation=cases[2])
    last = standing.propose(cast.chen, other, "suspend", reason="示例", grounds=["10.4.3"])
    decided = at_once(
        [
            *[lambda: standing.approve(cast.zhou, Proposal.objects.get(pk=last.pk))] * 3,
            *[lambda: standing.decline(second, Proposal.objects.get(pk=last.pk), "示例")] * 3,
        ]
    )
    other.refresh_from_db()

    # Two beats run the calendar while every first review is near.
    Review.objects.filter(year=1, state="planned").update(due_on="2020-01-01")
    at_once([reviews.run_calendar] * 4)
    opened = Review.objects.filter(state="open")
    json.dump(
        {
            "certified": sorted(certified),
            "numbers": len(set(numbers)),
            "both": both,
            "lasting": len(lasting),
            "issue_and_revoke": issue_and_revoke,
            "old": old.state,
            "old_entries": list(old.entries.order_by("pk").values_list("state", flat=True)),
            "new": Certificate.objects.get(evaluation=newer).state,
            "decided": sorted(decided),
            "suspended": [other.state, other.entries.filter(state="suspended").count()],
            "opened": opened.count(),
            "notices": sorted({r.transitions.filter(move="open").count() for r in opened}),
            "reminders": sorted({r.reminders.count() for r in opened}),
            "faults": list(audit.faults()),
        },
        sys.stdout,
    )


if __name__ == "__main__":
    main()
