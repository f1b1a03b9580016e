"""A pool for tests: everyone joined, each of an employer of their own unless said otherwise."""

from typing import Any

from django.contrib.auth.hashers import make_password
from django.utils import timezone
from stdnum.cn import uscc

from evaluation.actions import pool
from evaluation.models import Evaluation, Expert
from evaluation.pool.exclusions import Need
from portal.accounts.models import Role, User
from tests.evaluation.cast import Cast

NOBODY = make_password(None)


def code(serial: int) -> str:
    """A credit code that nobody has."""
    number = f"91110000MAPP{serial:05d}"
    return str(number + uscc.calc_check_digit(number))


def join(cast: Cast, serial: int, *fields: str, joined: bool = True, **facts: Any) -> Expert:
    """One more expert of the pool."""
    if joined:
        User.objects.create(
            username=f"pool{serial}", email=f"pool{serial}@example.org", name=f"池{serial}",
            role=Role.EXPERT, password=NOBODY,
        )  # fmt: skip
    given = {"employer": f"单位{serial}", "employer_code": code(serial), "fields": fields, **facts}
    person = pool.Person(name=f"池{serial}", email=f"pool{serial}@example.org")
    return pool.add(cast.chen, person, pool.Facts(**given))


def need(size: int = 1, duty: str = "site", **fields: int) -> Need:
    """So many experts, for today."""
    today = timezone.localdate()
    return Need(duty, size, fields, today, today)


def to_staff(cast: Cast, state: str = "site_preparation") -> Evaluation:
    """A case that waits for its team. What it declares does not matter here, so it is put there
    at once."""
    case = cast.new_case()
    Evaluation.objects.filter(pk=case.pk).update(state=state, submitted_at=timezone.now())
    case.refresh_from_db()
    return case
