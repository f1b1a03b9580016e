"""What becomes of a certificate whose nth statement fails, in a process of its own whose database
is DATABASE_URL's: `python -m tools.trust.statements [deliver]`.

Issuing is done once and every statement that writes is noted: of the decision, and with `deliver`
of the worker that makes the PDF and sends the mails. Then, for each of them in a copy of the same
database, a trigger makes just that one fail. A decision that failed must have left nothing, one
whose effects failed must be taken up again, and after that there is one of everything. Prints
what was found as JSON."""

import hashlib
import json
import logging
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import django

django.setup()

from django.apps import apps  # noqa: E402
from django.core import mail  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.db.models import F  # noqa: E402
from django.test.utils import setup_test_environment  # noqa: E402

from evaluation.actions import certification, publication  # noqa: E402
from evaluation.models import Certificate, Evaluation  # noqa: E402
from portal.accounts.models import User  # noqa: E402
from portal.ledger import audit, outbox  # noqa: E402
from portal.ledger.models import AuditEvent, OutboxEntry  # noqa: E402
from tests.evaluation.cast import make_cast  # noqa: E402
from tests.portal.site.copies import scored_case  # noqa: E402
from tools.trust.copies import a_copy  # noqa: E402

WRITES = re.compile(r'^(INSERT INTO|UPDATE|DELETE FROM) "(\w+)"')
Write = tuple[str, int]  # a table, and which of its writes


def prepare() -> int:
    """A case that waits for the decision."""
    cast = make_cast()
    case = scored_case(cast)
    publication.publish(cast.chen, case, 0)
    publication.propose(cast.chen, case)
    deliver()
    return case.pk


def decide(pk: int) -> None:
    certification.certify(User.objects.get(username="zhou"), Evaluation.objects.get(pk=pk))


def deliver() -> None:
    """Everything, as if hours went by: what failed or was claimed is taken up again."""
    for _ in range(outbox.MAX_ATTEMPTS):
        left = OutboxEntry.objects.filter(done_at__isnull=True)
        if not left.exists():
            return
        left.update(not_before=F("created_at"))
        left.filter(claimed_until__isnull=False).update(
            claimed_until=F("claimed_until") - outbox.LEASE - timedelta(seconds=1)
        )
        outbox.sweep()


def try_to(deed: Callable[[], Any]) -> bool:
    try:
        deed()
    except Exception:
        return False
    return True


@contextmanager
def noting() -> Iterator[list[Write]]:
    """The writes of the block, in order."""
    seen: Counter[str] = Counter()
    written: list[Write] = []

    def note(execute: Any, sql: str, *more: Any) -> Any:
        found = WRITES.match(sql)
        if found:
            seen[found[2]] += 1
            written.append((found[2], seen[found[2]]))
        return execute(sql, *more)

    with connection.execute_wrapper(note):
        yield written


def fail_at(table: str, nth: int) -> None:
    """The nth statement that writes to the table fails, once. A sequence counts: it is not rolled
    back with the rest."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE SEQUENCE trial_writes")
        cursor.execute(
            "CREATE FUNCTION trial_fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF nextval('trial_writes') = {nth} THEN RAISE EXCEPTION 'trial: this one fails'; "
            "END IF; RETURN NULL; END $$"
        )
        cursor.execute(
            f"CREATE TRIGGER trial BEFORE INSERT OR UPDATE OR DELETE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION trial_fail()"
        )


def has_failed(nth: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT last_value, is_called FROM trial_writes")
        last, called = cursor.fetchone()
    return called and last >= nth


def everything() -> dict[str, list[Any]]:
    """All that is kept, row by row, but for the cache."""
    kept = {}
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            cursor.execute(f'SELECT t::text FROM "{model._meta.db_table}" t ORDER BY 1')
            kept[model._meta.db_table] = cursor.fetchall()
    return kept


def not_one_of_each(pk: int) -> Iterator[str]:
    """What is lacking or there twice after all is done."""
    made = Certificate.objects.filter(evaluation=pk)
    if len(made) != 1:
        yield f"{len(made)} certificates"
        return
    certificate = made[0]
    counted = {
        "state": (Evaluation.objects.get(pk=pk).state, "certified"),
        "serial": (certificate.number.rsplit("-", 1)[1], "0001"),
        "register": (certificate.entries.count(), 1),
        "reviews": (certificate.reviews.count(), certification.REVIEWS_AHEAD),
        "documents": (certificate.evaluation.documents.filter(kind="certificate").count(), 1),
        "audit": (AuditEvent.objects.filter(action="evaluation.certify").count(), 1),
        "moves": (certificate.evaluation.transitions.filter(move="certify").count(), 1),
        "orders": (
            OutboxEntry.objects.filter(key=f"document:{certificate.document_id}").count(),
            1,
        ),
        "chain": (list(audit.faults()), []),
    }
    for what, (found, wanted) in counted.items():
        if found != wanted:
            yield f"{what}: {found}, not {wanted}"


def not_delivered(pk: int, mails: Counter[str]) -> Iterator[str]:
    left = OutboxEntry.objects.filter(done_at__isnull=True)
    if left:
        yield f"never delivered: {list(left.values_list('key', 'error'))}"
    document = Certificate.objects.get(evaluation=pk).document
    if not document.ready:
        yield "no PDF"
        return
    with document.stored.open("rb") as stored:
        if hashlib.sha256(stored.read()).hexdigest() != document.sha256:
            yield "the PDF is another than was noted"
    missing = mails - sent()
    if missing:
        yield f"not mailed: {sorted(missing)}"


def sent() -> Counter[str]:
    return Counter(f"{letter.to[0]} {letter.subject}" for letter in mail.outbox)


def main(with_effects: bool) -> None:
    setup_test_environment()
    logging.disable(logging.CRITICAL)  # failures are what is wanted here
    call_command("migrate", verbosity=0)
    pk = prepare()
    with a_copy():
        mail.outbox.clear()
        with noting() as of_the_decision:
            decide(pk)
        with noting() as of_its_effects:
            if with_effects:
                deliver()
        mails = sent()
    decided = Counter(table for table, _nth in of_the_decision)
    later = [(table, decided[table] + nth) for table, nth in of_its_effects]
    # How often an entry that waits is set free is the trial's own doing.
    told: dict[str, Any] = {"decision": len(of_the_decision), "effects": len(later), "faults": []}
    twice: Counter[str] = Counter()
    for table, nth in [*of_the_decision, *later]:
        with a_copy():
            mail.outbox.clear()
            before = everything()
            fail_at(table, nth)
            done = try_to(lambda: decide(pk))
            found = []
            if not done:
                changed = [name for name, rows in everything().items() if rows != before[name]]
                found += [f"rolled back but for {name}" for name in changed]
                found += [] if try_to(lambda: decide(pk)) else ["not done the second time"]
            found += not_one_of_each(pk)
            if with_effects:
                for _ in range(3):
                    try_to(deliver)
                found += not_delivered(pk, mails)
                twice += sent() - mails
            if not has_failed(nth):
                found.append("did not fail")
            if done != ((table, nth) in later):
                found.append("failed" if not done else "was done all the same")
            told["faults"] += [f"write {nth} of {table}: {each}" for each in found]
    told["mailed_twice"] = sum(twice.values())
    told["mails"] = sum(mails.values())
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    main("deliver" in sys.argv[1:])
