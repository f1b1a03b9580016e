"""An applicant's sandbox: its test key, a run of the interfaces, and the record of what passed."""

import hashlib
import json
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from dataaccess import conformance, windows
from dataaccess.actions import keys
from dataaccess.errors import Invalid, NotAllowed
from dataaccess.models import (
    ApiKey,
    Base,
    ConformanceAttempt,
    ConformanceRun,
    DataCall,
    DataCallItem,
    WindowChoice,
)
from portal.accounts.models import User
from portal.ledger import audit, numbers, outbox

KEY_LASTS = timedelta(days=90)
PRACTICE = timedelta(hours=2)
# A run keeps so many calls; a program gone wild does not fill the table.
MOST_ATTEMPTS = 2000
_MOST_ERRORS = 20


def check_use(user: User) -> None:
    """The sandbox belongs to an applicant's organisation; a viewer only looks."""
    if not user.may_write:
        raise NotAllowed(_("接口测试由申报单位的负责人或填报人进行。"))


def sandbox_of(user: User) -> Base:
    """The organisation's sandbox, made when it is first asked for."""
    check_use(user)
    base, _created = Base.everything.get_or_create(
        organisation=user.organisation,
        sandbox=True,
        defaults={"code": f"sandbox-{user.organisation_id}", "name": _("接口测试沙箱")},
    )
    return base


def issue_key(user: User) -> tuple[ApiKey, str]:
    """A test key; the one before it ends at once, so that there is never more than one."""
    base = sandbox_of(user)
    with transaction.atomic():
        Base.everything.select_for_update(no_key=True).get(pk=base.pk)
        for earlier in base.keys.filter(revoked_at__isnull=True):
            keys.revoke(earlier, actor=user)
        return keys.issue(base, actor=user, valid_until=timezone.now() + KEY_LASTS)


def start(user: User, window: str) -> ConformanceRun:
    """Begin a run in this window; an open one goes on. In a sandbox the choice holds at once."""
    base = sandbox_of(user)
    if window not in [each.name for each in windows.WINDOWS]:
        raise Invalid(_("请在三个上报时段中选择一个。"))
    now = timezone.now()
    with transaction.atomic():
        Base.everything.select_for_update(no_key=True).get(pk=base.pk)
        running = base.conformance_runs.filter(finished_at__isnull=True).first()
        if running is not None:
            return running
        WindowChoice.objects.update_or_create(
            base=base,
            since=windows.day_of(now),
            defaults={"window": window, "chosen_by": user, "chosen_at": now},
        )
        run = ConformanceRun.objects.create(base=base, started_by=user, started_at=now)
        audit.record(user, "conformance.started", f"base:{base.code}", run=str(run.pk))
    return run


def practise_call(user: User, run: ConformanceRun) -> None:
    """A data call to the sandbox alone, to be answered within two hours."""
    check_use(user)
    now = timezone.now()
    with transaction.atomic():
        current = _open(run)
        DataCall.objects.filter(
            items__base=current.base_id, items__answered_at__isnull=True
        ).update(withdrawn_at=now)
        call = DataCall.objects.create(
            title=_("接口测试：数据统计演练"),
            reason=_("请在截止前上报最新算力信息。"),
            deadline=now + PRACTICE,
            issued_by=user,
            issued_at=now,
        )
        DataCallItem.objects.create(call=call, base_id=current.base_id, interface="compute_report")


def finish(user: User, run: ConformanceRun) -> ConformanceRun:
    """Freeze what the run has shown, give the record its number, and have the PDF made."""
    check_use(user)
    with transaction.atomic():
        current = _open(run)
        now = timezone.localtime()
        current.number = f"工智接测〔{now.year}〕{numbers.next_number(f'conformance:{now.year}')}号"  # not translated: the number of an official document
        with translation.override(settings.LANGUAGE_CODE):
            found = conformance.results(current)
            current.record = _record(current, found, now.isoformat(timespec="seconds"))
        current.passed = all(result.passed for result in found)
        current.finished_at = now
        current.save(update_fields=["number", "record", "passed", "finished_at"])
        audit.record(
            user,
            "conformance.finished",
            f"base:{current.base.code}",
            run=str(current.pk),
            number=current.number,
            passed=current.passed,
        )
        outbox.put("conformance", f"conformance:{current.pk}", run=str(current.pk))
    return current


def _open(run: ConformanceRun) -> ConformanceRun:
    current = (
        ConformanceRun.objects.select_for_update(of=("self",)).select_related("base").get(pk=run.pk)
    )
    if current.finished_at is not None:
        raise Invalid(_("这次测试已经结束。"))
    return current


def _record(run: ConformanceRun, found: list[conformance.Result], made_at: str) -> dict[str, Any]:
    seen = run.attempts.exclude(source="")
    record = {
        "title": _("数据接入接口测试记录"),
        "organisation": run.base.organisation.name,
        "credit_code": run.base.organisation.credit_code,
        "window": conformance.window_of(run),
        "started_at": _moment(run.started_at),
        "finished_at": _moment(timezone.now()),
        "calls": run.attempts.count(),
        "sources": sorted(set(seen.values_list("source", flat=True)))[:20],
        "agents": sorted(set(seen.exclude(agent="").values_list("agent", flat=True)))[:20],
        "checks": [
            {
                "clause": result.check.clause,
                "title": str(result.check.title),
                "how": str(result.check.how),
                "passed": result.passed,
                "at": _moment(result.passed_at) if result.passed_at else "",
                "receipt": result.receipt,
                "said": result.said,
            }
            for result in found
        ],
        "passed": all(result.passed for result in found),
    }
    text = json.dumps(record, sort_keys=True, ensure_ascii=False)
    digest = hashlib.sha256(text.encode()).hexdigest()[:12].upper()
    return record | {
        "version_code": digest,
        "document": {
            "kind": "conformance",
            "number": run.number,
            "case": "",
            "made_at": made_at,
            "example": settings.EXAMPLE_DATA,
        },
    }


def _moment(moment: Any) -> str:
    return f"{moment.astimezone(windows.SHANGHAI):%Y-%m-%d %H:%M:%S}"


def note(base: Base, **seen: Any) -> None:
    """Keep one call of a sandbox's program while a run is open."""
    run = ConformanceRun.objects.filter(base=base, finished_at__isnull=True).first()
    if run is None or run.attempts.count() >= MOST_ATTEMPTS:
        return
    errors = seen.pop("errors", [])[:_MOST_ERRORS]
    ConformanceAttempt.objects.create(run=run, at=timezone.now(), errors=errors, **seen)
