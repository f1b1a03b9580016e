"""What the trial of issuing does in the portal's own process, whose database is DATABASE_URL's:
`prepare N`, `certify`, `recover` and `check`. Each prints JSON or a line for each deed."""

import hashlib
import json
import sys
from datetime import timedelta

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db.models import Count, F  # noqa: E402
from django.test.utils import setup_test_environment  # noqa: E402

from evaluation.actions import certification, publication  # noqa: E402
from evaluation.models import Certificate, Document, Evaluation  # noqa: E402
from portal.accounts.models import User  # noqa: E402
from portal.ledger import audit, outbox  # noqa: E402
from portal.ledger.models import OutboxEntry  # noqa: E402
from tests.evaluation.cast import make_cast  # noqa: E402
from tests.portal.site.copies import scored_case  # noqa: E402

WAITING = "decision_pending"


def prepare(count: int) -> None:
    """So many cases that wait for the decision."""
    setup_test_environment()
    call_command("migrate", verbosity=0)
    cast = make_cast()
    for _ in range(count):
        case = scored_case(cast)
        publication.publish(cast.chen, case, 0)
        publication.propose(cast.chen, case)


def certify() -> None:
    """Decide every case that waits; each line is written after its commit."""
    zhou = User.objects.get(username="zhou")
    for pk in Evaluation.objects.filter(state=WAITING).order_by("pk").values_list("pk", flat=True):
        made = certification.certify(zhou, Evaluation.objects.get(pk=pk))
        print(pk, made.number, flush=True)


def recover() -> None:
    """Later: what a killed worker had claimed is free again, and the sweep takes it up."""
    OutboxEntry.objects.filter(claimed_until__isnull=False).update(
        claimed_until=F("claimed_until") - outbox.LEASE - timedelta(seconds=1)
    )
    while outbox.sweep():
        pass


def check() -> None:
    """What is kept, as JSON."""
    certificates = list(Certificate.objects.select_related("document").order_by("number"))
    json.dump(
        {
            "decided": {str(each.evaluation_id): each.number for each in certificates},
            "waiting": Evaluation.objects.filter(state=WAITING).count(),
            "without_pages": [each.number for each in certificates if not _whole(each.document)],
            "twice": list(
                Document.objects.filter(kind="certificate")
                .values("evaluation")
                .annotate(times=Count("pk"))
                .filter(times__gt=1)
                .values_list("evaluation__number", flat=True)
            ),
            "left": list(
                OutboxEntry.objects.filter(done_at__isnull=True).values_list("key", flat=True)
            ),
            "faults": list(audit.faults()),
        },
        sys.stdout,
    )


def _whole(document: Document | None) -> bool:
    """The stored file is there and is the one whose digest was noted."""
    if document is None or not document.ready:
        return False
    with document.stored.open("rb") as stored:
        return hashlib.sha256(stored.read()).hexdigest() == document.sha256


if __name__ == "__main__":
    step, *more = sys.argv[1:]
    {
        "prepare": lambda: prepare(int(more[0])),
        "certify": certify,
        "recover": recover,
        "check": check,
    }[step]()
