"""A key that is rotated, revoked and used at the same moment, in a process of its own whose
database is DATABASE_URL's. Prints what everyone was told, as JSON."""

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connections  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import setup_test_environment  # noqa: E402
from django.utils import timezone  # noqa: E402

from dataaccess.actions import closing, keys  # noqa: E402
from dataaccess.errors import Invalid  # noqa: E402
from dataaccess.models import ApiKey, Base, WindowClosing  # noqa: E402
from portal.accounts.models import Organisation, Role, User  # noqa: E402
from portal.ledger.models import OutboxEntry  # noqa: E402
from tests.dataaccess.bodies import report  # noqa: E402
from tests.dataaccess.conftest import Caller  # noqa: E402


def at_once(calls: list[Any]) -> list[Any]:
    start = Barrier(len(calls))

    def run(call: Any) -> Any:
        start.wait()
        try:
            return call()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def main() -> None:
    setup_test_environment()
    call_command("migrate", verbosity=0)
    owner = Organisation.objects.create(name="示例", credit_code="91350100M000100Y43")
    base = Base.objects.create(organisation=owner, code="jinan", name="济南示例基地")
    User.objects.create_user("lin", "lin@example.org", role=Role.APPLICANT, organisation=owner)
    key, text = keys.issue(base, actor=None)

    def use() -> int:
        return int(Caller(Client(), text).report(report()).status_code)

    def rotate() -> str:
        try:
            return keys.rotate(ApiKey.objects.get(pk=key.pk), actor=None, overlap=timedelta(1))[1]
        except Invalid:
            return "refused"

    told = at_once([use, rotate] * 10)
    successor = next(each for each in told[1::2] if each != "refused")

    def revoke() -> bool:
        return keys.revoke(ApiKey.objects.get(pk=key.pk), actor=None)

    revoked = at_once([use, revoke] * 10)
    after = use()
    settings.API_RATE_LIMIT = 7
    paced = at_once([lambda: Caller(Client(), successor).send("GET", "status").status_code] * 20)

    # Late on the day after tomorrow, whatever the hour is now: two days without a report.
    later = timezone.localtime().replace(hour=23) + timedelta(days=2)
    WindowClosing.objects.create(
        date=later - timedelta(days=5), window="07:00-08:00", judged_at=timezone.now(),
        expected=0, empty=0,
    )  # fmt: skip
    at_once([lambda: closing.judge_closed_windows(later)] * 5)
    json.dump(
        {
            "used": told[0::2],
            "rotated": sorted(each != "refused" for each in told[1::2]),
            "keys": ApiKey.objects.count(),
            "after": after,
            "revoked": sorted(revoked[1::2]),
            "while_revoked": sorted(set(revoked[0::2])),
            "paced": sorted(paced),
            "closings": WindowClosing.objects.count(),
            "distinct": WindowClosing.objects.values("date", "window").distinct().count(),
            "mails": sorted(OutboxEntry.objects.values_list("payload__subject", flat=True)),
        },
        sys.stdout,
    )


if __name__ == "__main__":
    main()
