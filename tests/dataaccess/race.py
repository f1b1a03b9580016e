"""Twenty programs at once, in a process of its own whose database is DATABASE_URL's.

Prints what they were told and what stands in the database, as JSON."""

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier
from typing import Any

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connections  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import setup_test_environment  # noqa: E402
from django.utils import timezone  # noqa: E402

from dataaccess import intake, months, recount  # noqa: E402
from dataaccess.actions import keys, retention  # noqa: E402
from dataaccess.models import Base, ComputeReport, EarlierVersion, Receipt, SecurityEvent  # noqa: E402
from portal.accounts.models import Organisation  # noqa: E402
from tests.dataaccess.bodies import event, report  # noqa: E402
from tests.dataaccess.conftest import Caller  # noqa: E402

PROGRAMS = 20


def at_once(text: str, calls: list[Any]) -> list[Any]:
    start = Barrier(len(calls))

    def run(call: Any) -> Any:
        caller = Caller(Client(), text)
        start.wait()
        try:
            answer = call(caller)
            return [answer.status_code, answer.json(), answer.has_header("Idempotent-Replayed")]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def retention_by_month(base: Base) -> dict[str, Any]:
    """Events received in April 2026 and now, and which months have a table before and after."""
    now = timezone.now()
    old = datetime(2026, 4, 30, 15, 59, tzinfo=UTC)
    body = json.dumps([event(攻击事件ID="old"), event(攻击事件ID="older")]).encode()
    intake.accept(base, "security_event", body, received_at=old)
    told = event(攻击事件ID="old", 当前防御处理状态="处理中", 是否仍在攻击="否")
    changed = intake.accept(base, "security_event", json.dumps(told).encode(), received_at=now)
    april = "2026-04-01" in map(str, months.stored())
    gone = retention.keep_storage(datetime(2028, 5, 1, tzinfo=UTC))
    ahead = [str(month) for month in months.stored()]
    return {
        "changed": changed.body["updated"],
        "april": april,
        "gone": gone,
        "kept": SecurityEvent.objects.count(),
        "months": ahead[0:1] + ahead[-1:],
        "differences": recount.differences(),
    }


def odd_texts(base: Base) -> dict[str, list[str]]:
    """What a delivery of a few events and one of many keep of texts that a copy must escape."""
    odd = [
        "a\tb",
        "a\nb",
        "a\r\nb",
        "\\N",
        "\\.",
        "a\\",
        "\"{'",
        "x\u2028y",
        "\u00e9\ud55c\U0001f600",
    ]
    kept = {}
    for name, size in (("few", len(odd)), ("many", 150)):
        sent = [
            event(攻击事件ID=f"{name}{n:03}", 攻击事件描述=odd[n % len(odd)]) for n in range(size)
        ]
        intake.accept(base, "security_event", json.dumps(sent).encode())
        found = SecurityEvent.objects.filter(event_id__startswith=name).order_by("event_id")
        kept[name] = list(found.values_list("description", flat=True)[: len(odd)])
    return {"sent": odd, **kept}


def single_events(text: str) -> dict[str, list[Any]]:
    """One new event from all sides: with one Idempotency-Key, with none, and told otherwise."""
    three = {"Idempotency-Key": "three"}
    one, two = event(攻击事件ID="one"), event(攻击事件ID="two")
    said = [event(攻击事件ID="two", 攻击事件描述=str(number)) for number in range(PROGRAMS)]
    return {
        "keyed": at_once(text, [lambda each: each.events(one, headers=three)] * PROGRAMS),
        "plain": at_once(text, [lambda each: each.events(two)] * PROGRAMS),
        "changed": at_once(text, [lambda each, body=body: each.events(body) for body in said]),
    }


def main() -> None:
    setup_test_environment()
    call_command("migrate", verbosity=0)
    owner = Organisation.objects.create(name="示例", credit_code="91350100M000100Y43")
    base = Base.objects.create(organisation=owner, code="jinan", name="济南示例基地")
    _key, text = keys.issue(base, actor=None)
    headers = {"Idempotency-Key": "one"}
    same = at_once(text, [lambda caller: caller.report(report(), headers=headers)] * PROGRAMS)
    headers_two = {"Idempotency-Key": "two"}
    two_bodies = at_once(
        text,
        [
            lambda caller, idle=number % 2: caller.report(
                report(空闲CPU核数=idle), headers=headers_two
            )
            for number in range(PROGRAMS)
        ],
    )
    batches = at_once(
        text,
        [
            lambda caller, shift=number: caller.events(
                [
                    event(攻击事件ID=f"e{(each * 7 + shift) % 40}", 攻击事件描述=f"{shift}")
                    for each in range(40)
                ]
            )
            for number in range(PROGRAMS)
        ],
    )
    json.dump(
        {
            "same": same,
            "two_bodies": two_bodies,
            "batches": batches,
            "receipts": Receipt.objects.count(),
            "reports": ComputeReport.objects.count(),
            "events": SecurityEvent.objects.count(),
            "earlier_events": EarlierVersion.objects.filter(kind="security_event").count(),
            "differences": recount.differences(),
            "retention": retention_by_month(base),
            "odd": odd_texts(base),
            "singles": single_events(text),
            "still": recount.differences(),
        },
        sys.stdout,
    )


if __name__ == "__main__":
    main()
