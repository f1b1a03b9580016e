"""The same deliveries by one statement and by the long way, in a process of its own whose database is
DATABASE_URL's. Prints what each way told and left in the database, as JSON."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.forms.models import model_to_dict  # noqa: E402
from psycopg._cursor_base import BaseCursor  # noqa: E402

from dataaccess import events_at_once, intake, recount, report_at_once, windows  # noqa: E402
from dataaccess.actions import keys  # noqa: E402
from dataaccess.models import (  # noqa: E402
    ApiKey,
    Base,
    ComputeReport,
    ComputeTotal,
    DataCall,
    DataCallItem,
    EarlierVersion,
    EventCount,
    EventTotal,
    LatestReport,
    Receipt,
    ReportingMonth,
    SecurityEvent,
    WindowChoice,
)
from portal.accounts.models import Organisation, Role, User  # noqa: E402
from tests.dataaccess.bodies import event, report  # noqa: E402

NOON = datetime(2026, 7, 26, 12, 30, tzinfo=windows.SHANGHAI)
DAY = timedelta(days=1)
# What differs between two deliveries of the same, whatever the way.
OWN = {
    "id",
    "base",
    "key",
    "receipt",
    "replaced_by",
    "report",
    "body_digest",
    "answer",
    "event",
    "province",
}

executed: list[Any] = []
_execute = BaseCursor._execute_gen


def _noted(self: Any, query: Any, *arguments: Any, **options: Any) -> Any:
    executed.append(query)
    return _execute(self, query, *arguments, **options)


@contextmanager
def the_long_way() -> Iterator[None]:
    with (
        patch.object(report_at_once, "keep", return_value=None),
        patch.object(events_at_once, "keep", return_value=None),
    ):
        yield


def deliver(base: Base, key: ApiKey, at: datetime, kind: Any, body: Any, **options: Any) -> Any:
    executed.clear()
    answer = intake.accept(
        base, kind, json.dumps(body).encode(), key=key, received_at=at, **options
    )
    told = {name: value for name, value in answer.body.items() if name != "receipt"}
    return [answer.status, answer.replayed, told, len(executed)]


def reports(base: Base, key: ApiKey, office: User) -> Iterator[Any]:
    """Each a delivery of its own, in this order."""

    def of(at: datetime, body: Any, **options: Any) -> Any:
        return deliver(base, key, at, "compute_report", body, **options)

    yield of(NOON, report())
    yield of(
        NOON + DAY, report(统计日期="2026-07-24"), client_ahead=300
    )  # before the first: makeup
    yield of(NOON + DAY + timedelta(hours=2), report(), idempotency_key="one")  # out of the window
    yield of(NOON + DAY + timedelta(hours=2), report(), idempotency_key="one")
    yield of(NOON + 2 * DAY, report(GPU总算力=1300, 空闲GPU算力=0))  # half of it: no drop
    yield of(NOON + 3 * DAY, report(GPU总算力=649, 空闲GPU算力=0))  # a drop
    yield of(NOON + 4 * DAY, report(FP16总算力=3060))  # 90 % of what was certified
    yield of(NOON + 5 * DAY, report(FP16总算力=3059))
    yield of(NOON + 6 * DAY, report(FP16总算力=3740))
    call = DataCall.objects.create(
        title="x", reason="x", deadline=NOON + 9 * DAY, issued_by=office, issued_at=NOON
    )
    item = DataCallItem.objects.create(call=call, base=base, interface="compute_report")
    yield of(NOON + 7 * DAY, report())
    item.refresh_from_db()
    yield item.answered_at is not None
    yield of(NOON + 8 * DAY, report(), dry_run=True)
    yield of(NOON + 8 * DAY, report())
    yield of(NOON + 9 * DAY, report(GPU总算力=25_999))  # not quite ten times as much
    yield of(NOON + 10 * DAY, report(GPU总算力=2600))  # a drop
    yield of(NOON + 11 * DAY, report(GPU总算力=26_000))  # a rise
    yield of(NOON + 11 * DAY, report(统计日期="2026-05-01"))  # long past, nothing before it


def events(base: Base, key: ApiKey) -> Iterator[Any]:
    def of(at: datetime, *bodies: Any) -> Any:
        return deliver(base, key, at, "security_event", list(bodies))

    done = {"当前防御处理状态": "已处理", "是否仍在攻击": "否"}
    one, two = event(攻击事件ID="one"), event(攻击事件ID="two", 攻击时间="2026-07-25 23:59:59")
    yield of(NOON, one, two)
    yield of(NOON + DAY, one, event(攻击事件ID="three"))
    yield of(NOON + 2 * DAY, {**one, **done}, event(攻击事件ID="four"), two)
    yield of(NOON + 3 * DAY, {**two, "攻击时间": "2026-07-26 00:00:00"})
    yield of(NOON + 4 * DAY, {**one, **done, "攻击事件描述": "同一格"})
    yield of(NOON + 5 * DAY, one, {"攻击事件ID": "bad"})


def left(base: Base) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for model in (
        ComputeReport, LatestReport, ReportingMonth, Receipt, SecurityEvent, EarlierVersion,
        EventCount,
    ):  # fmt: skip
        rows = [
            {name: str(value) for name, value in _values(row).items() if name not in OWN}
            for row in model._default_manager.filter(base=base)
        ]
        found[model.__name__] = sorted(rows, key=str)
    kept = Receipt.objects.filter(base=base)
    found["answers"] = sorted(
        json.dumps({**each.answer, "receipt": ""}, sort_keys=True) for each in kept
    )
    found["own answers"] = all(each.answer["receipt"] == str(each.pk) for each in kept)
    # Counts that moved away stand at nothing.
    found["EventCount"] = [row for row in found["EventCount"] if row["events"] != "0"]
    return found


def _values(row: Any) -> dict[str, Any]:
    return model_to_dict(row, fields=[field.name for field in row._meta.fields])


def a_base(code: str, owner: Organisation, province: str) -> tuple[Base, ApiKey]:
    base = Base.objects.create(
        organisation=owner, code=code, name=code, province=province, category="province",
        certified_fp16=3400,
    )  # fmt: skip
    WindowChoice.objects.create(base=base, window="12:00-13:00", since="2026-07-01")
    return base, keys.issue(base, actor=None)[0]


def main() -> None:
    call_command("migrate", verbosity=0)
    BaseCursor._execute_gen = _noted
    owner = Organisation.objects.create(name="示例", credit_code="91350100M000100Y43")
    office = User.objects.create_user(
        username="chen", email="chen@example.org", name="chen", role=Role.SECRETARIAT
    )
    (short, short_key), (long, long_key) = (
        a_base("short", owner, "370000"), a_base("long", owner, "110000")
    )  # fmt: skip
    told = {"short": [*reports(short, short_key, office), *events(short, short_key)]}
    with the_long_way():
        told["long"] = [*reports(long, long_key, office), *events(long, long_key)]
    totals = {
        province: sorted(
            str(
                {
                    name: value
                    for name, value in _values(row).items()
                    if name not in ("id", "province")
                }
            )
            for row in ComputeTotal.objects.filter(province=province)
        )
        for province in ("370000", "110000")
    }
    used = {key.pk: key.last_used_at for key in ApiKey.objects.all()}
    json.dump(
        {
            "told": told,
            "left": {"short": left(short), "long": left(long)},
            "totals": list(totals.values()),
            "events": sum(EventTotal.objects.values_list("events", flat=True)),
            "used": [bool(used[short_key.pk]), bool(used[long_key.pk])],
            "differences": recount.differences(),
        },
        sys.stdout,
    )


if __name__ == "__main__":
    main()
