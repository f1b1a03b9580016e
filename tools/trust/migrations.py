"""The numbered migrations backward and forward with so many rows in the tables that they alter, in a
process of its own whose database is DATABASE_URL's: `python -m tools.trust.migrations ROWS`.

Everything goes back to the first tables and forth again; then each row is there as it was, but for
columns that the first tables do not have. Prints the times as JSON."""

import json
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, cast

import django

django.setup()

from django.apps import apps  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.test.utils import setup_test_environment  # noqa: E402
from django.utils import timezone  # noqa: E402

from dataaccess import intake, recount  # noqa: E402
from dataaccess.models import ApiKey, Base  # noqa: E402
from evaluation.models import DraftTable, Evaluation  # noqa: E402
from portal.accounts.models import Organisation, User  # noqa: E402
from portal.ledger import audit  # noqa: E402
from portal.ledger.models import AuditEvent, AuditHead  # noqa: E402
from tests.dataaccess.bodies import base_info, event  # noqa: E402
from tests.evaluation.cast import make_cast  # noqa: E402

APPS = ("ledger", "accounts", "dataaccess", "evaluation")
FIRST = "0001"
BATCH = 2000


def fill(rows: int) -> None:
    """So many accounts, bases, keys, infos, events, drafts with their tables, and audit events; and
    a whole case."""
    people = make_cast()
    case = people.case_in("certified")
    now = timezone.now()
    numbers = range(rows)
    User.objects.bulk_create(
        (
            User(
                username=f"u{n}",
                email=f"u{n}@example.org",
                name=f"示例{n}",
                role="secretariat",
                password="!",
                phone=f"138{n:08d}",
            )
            for n in numbers
        ),
        batch_size=BATCH,
    )
    owner = Organisation.objects.earliest("pk")
    bases = Base.objects.bulk_create(
        (
            Base(
                organisation=owner, code=f"b{n}", name=f"示例{n}", province="370000", city="370100"
            )
            for n in numbers
        ),
        batch_size=BATCH,
    )
    ApiKey.objects.bulk_create(
        (ApiKey(base=base, prefix=f"{n:08d}", digest=f"{n:064d}") for n, base in enumerate(bases)),
        batch_size=BATCH,
    )
    evaluations = Evaluation.objects.bulk_create(
        (
            Evaluation(
                number=f"X{n}",
                organisation=owner,
                base=base,
                edition=case.edition,
                category="province",
                place="山东",
                state="draft",
                state_since=now,
                created_by=people.lin,
                created_at=now,
            )
            for n, base in enumerate(bases)
        ),
        batch_size=BATCH,
    )
    contact = {"name": "示例联系人", "phone": "13800000000", "email": "who@example.org"}
    DraftTable.objects.bulk_create(
        (DraftTable(evaluation=each, key="contact", content=contact) for each in evaluations),
        batch_size=BATCH,
    )
    first = bases[0]
    intake.accept(first, "base_info", json.dumps(base_info()).encode(), received_at=now)
    for start in range(0, rows, BATCH):
        some = [event(攻击事件ID=f"e{n}") for n in range(start, min(rows, start + BATCH))]
        intake.accept(first, "security_event", json.dumps(some).encode(), received_at=now)
    _audit(rows)


def _audit(rows: int) -> None:
    head = AuditHead.objects.get()
    previous, seq, made = head.hash, head.seq, []
    for n in range(rows):
        seq += 1
        made.append(
            AuditEvent(
                seq=seq,
                at=timezone.now() + timedelta(milliseconds=n),
                action="case.note",
                subject=f"case:{n}",
                previous_hash=previous,
                data={},
            )
        )
        made[-1].hash = previous = audit.digest(made[-1])
    with transaction.atomic():
        AuditEvent.objects.bulk_create(made, batch_size=500)
        AuditHead.objects.update(seq=seq, hash=previous)


def everything() -> dict[str, list[Any]]:
    """Each row as the portal reads it (sealed fields opened), without the columns that came later."""
    kept = {}
    for model in apps.get_models():
        if model._meta.app_label not in APPS or model.__name__ in ("Counter",):
            continue
        kept[model._meta.db_table] = list(model._default_manager.order_by("pk").values())
    return kept


def triggers() -> set[str]:
    """What keeps tables from being changed."""
    asked = {
        "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal",
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    }
    with connection.cursor() as cursor:
        cursor.execute(asked[connection.vendor])
        return {name for (name,) in cursor.fetchall()}


def steps(back: bool) -> Iterator[tuple[str, float]]:
    """Each migration undone (or done), and how long it took."""
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    if back:
        targets = [(app, name) for app, name in executor.loader.graph.nodes if name[:4] == FIRST]
        targets = [each for each in targets if each[0] in APPS]
    else:
        targets = executor.loader.graph.leaf_nodes()
    plan = executor.migration_plan(targets)
    began = time.monotonic()
    names = [f"{migration.app_label}.{migration.name}" for migration, _back in plan]
    done: list[tuple[str, float]] = []

    def progress(action: str, migration: Any = None, fake: bool = False) -> None:
        nonlocal began
        if action in ("apply_start", "unapply_start"):
            began = time.monotonic()
        elif action in ("apply_success", "unapply_success"):
            done.append((f"{migration.app_label}.{migration.name}", time.monotonic() - began))

    executor.progress_callback = cast(Any, progress)
    executor.migrate(targets, plan=plan)
    assert len(done) == len(names), (done, names)
    yield from done


def main(rows: int) -> None:
    setup_test_environment()
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    began = time.monotonic()
    fill(rows)
    print(f"{connection.vendor}: filled in {time.monotonic() - began:.0f} s", file=sys.stderr)
    before, guarded = everything(), triggers()
    faults = []
    back = dict(steps(back=True))
    there = set(connection.introspection.table_names())
    forth = dict(steps(back=False))
    after = everything()
    faults += [f"{each} is gone" for each in sorted(guarded - triggers())]
    for table, kept in before.items():
        if table not in there:  # made by a later migration
            continue
        if len(after[table]) != len(kept):
            faults.append(f"{table}: {len(kept)} rows before, {len(after[table])} after")
            continue
        differ = sorted(
            {
                name
                for old, new in zip(kept, after[table], strict=True)
                for name in old
                if old[name] != new[name]
            }
        )
        if differ:
            faults.append(f"{table}: other values in {', '.join(differ)}")
    faults += list(audit.faults())[:3]
    faults += [str(each) for each in recount.differences()][:3]
    json.dump(
        {
            "database": connection.vendor,
            "rows": sum(map(len, before.values())),
            "back": {name: round(took, 2) for name, took in back.items()},
            "forth": {name: round(took, 2) for name, took in forth.items()},
            "faults": faults,
        },
        sys.stdout,
    )
    print()


if __name__ == "__main__":
    main(int(sys.argv[1]))
