"""Who comes upon what: a word in every confidential field, looked for as everybody everywhere."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from tests.access.canaries import MOMENTS, PEOPLE, WORDS, Scene, Told
from tests.access.matrix import (
    ADMINISTRATORS,
    AUDIT,
    LEADER,
    MEMBERS,
    NOBODY,
    PANEL,
    SECRETARIAT,
    SECURITY,
    SITE,
    STAFF,
    SYSTEM,
    Roles,
    group,
)

pytestmark = [pytest.mark.django_db, pytest.mark.long]

ACCOUNTS = SYSTEM | SECURITY  # who look after accounts see whose they are
EXPERTS = ("site", "leader", "panel", "invited", "recused", "released", "idle")
CASE = MEMBERS | STAFF | SITE | PANEL  # everybody who works on the case
Readers = tuple[Roles, Roles, Roles, Roles]  # at each of the four moments


def always(readers: Roles) -> Readers:
    return (readers, readers, readers, readers)


# Who may read a field. Whoever is not named never comes upon its word.
MAY_READ: dict[str, Readers] = {
    # Names. The site team is known to the applicant it visits; the panel to nobody but those who
    # assign it and those who meet in it. Nobody learns who declined. The audit log names everybody
    # who acted or was acted on.
    # Later moments have it further back in the log than the first page.
    "name.site": (CASE | ACCOUNTS | AUDIT, *(CASE | ACCOUNTS,) * 3),
    "name.leader": always(PANEL | STAFF | ACCOUNTS | AUDIT),
    "name.panel": always(PANEL | STAFF | ACCOUNTS | AUDIT),
    "name.invited": always(group("invited") | STAFF | ACCOUNTS | AUDIT),
    "name.recused": always(group("recused") | STAFF | ACCOUNTS | AUDIT),
    "name.released": always(group("released") | STAFF | ACCOUNTS | AUDIT),
    "name.idle": always(group("idle") | SECRETARIAT | ACCOUNTS),  # in the pool
    "name.lin": always(CASE | ACCOUNTS),  # submitted the application
    "name.han": always(MEMBERS | SECRETARIAT | ACCOUNTS),  # to whom mail goes: the outbox
    "name.wen": (
        *(MEMBERS | SECRETARIAT | ACCOUNTS,) * 2,  # to whom mail went last: the outbox
        *(MEMBERS | ACCOUNTS,) * 2,
    ),
    "name.other": (
        *(group("other") | SECRETARIAT | ACCOUNTS,) * 2,  # likewise
        *(group("other") | ACCOUNTS,) * 2,
    ),
    "name.chen": always(STAFF | ACCOUNTS),
    # Who decides is met in a case when it comes to the decision.
    "name.zhou": (*(group("zhou") | ACCOUNTS,) * 2, *(STAFF | ACCOUNTS,) * 2),
    "name.sysadmin": always(ACCOUNTS),
    "name.secadmin": always(ACCOUNTS),
    "name.auditor": always(group("auditor") | ACCOUNTS),
    # Addresses and telephone numbers: in full one's own, in full to the owner those of members; to
    # whoever else needs them at times by a button that is audited.
    **{f"mail.{role}": always(NOBODY) for role in PEOPLE},
    "mail.lin": always(group("lin")),
    **{f"mail.{role}": always(group(f"lin {role}")) for role in ("han", "wen")},
    "mail.other": always(group("other")),
    # An expert keeps the own record up.
    **{f"mail.{role}": always(group(role)) for role in EXPERTS},
    **{f"phone.{role}": always(NOBODY) for role in PEOPLE},
    # The own account in the list of all.
    **{
        f"{what}.{role}": always(group(role))
        for what in ("mail", "phone")
        for role in ("sysadmin", "secadmin")
    },
    # Whose account and whose record in the pool the world has open for putting right.
    "mail.idle": always(group("idle") | SYSTEM | SECRETARIAT),
    "phone.idle": always(group("idle") | SYSTEM | SECRETARIAT),
    "applicant.phone": always(CASE),  # on the printed form; masked on the pages
    # What was written.
    "draft": always(MEMBERS),
    "other.draft": always(group("other")),
    "returned": always(CASE | AUDIT),
    "defect": always(MEMBERS | STAFF | AUDIT),
    "site.reason": always(CASE),
    "reason.leader": (LEADER, LEADER | STAFF, LEADER | STAFF, LEADER | STAFF),
    "reason.panel": (group("panel"), PANEL | STAFF, PANEL | STAFF, PANEL | STAFF),
    # The panel's members have read the opinion before it was handed in, and keep the minutes.
    "reason.final": (
        NOBODY,
        PANEL | STAFF,
        PANEL | STAFF | MEMBERS,
        PANEL | STAFF | MEMBERS,
    ),
    "doubt": (group("panel"), PANEL | STAFF, PANEL | STAFF, PANEL | STAFF),
    "answer": (NOBODY, PANEL | STAFF, PANEL | STAFF, PANEL | STAFF),
    "reservation": (NOBODY, PANEL | STAFF, PANEL | STAFF, PANEL | STAFF),
    "recusal": always(SECRETARIAT),
    "release": always(STAFF | AUDIT),
    "manual": always(STAFF | AUDIT),  # why an expert was assigned without a draw
    # The pool: the office, and each expert the own record.
    "pool.title": always(SECRETARIAT | group("idle")),
    "pool.employer": always(SECRETARIAT | group("idle")),
    "pool.tie": always(SECRETARIAT | group("idle")),
    "send_back": (NOBODY, NOBODY, STAFF | AUDIT, STAFF | AUDIT),
    # Who objects, what they say and what was done about it: the office alone. How to reach them
    # only on asking, which is audited.
    **dict.fromkeys(
        (
            "objector",
            "objection.content",
            "objection.file",
            "objection.step",
            "objection.answer",
        ),
        (NOBODY, NOBODY, STAFF, STAFF),
    ),
    **{f"objection.{field}": always(NOBODY) for field in ("identity", "person", "contact", "mail")},
    **dict.fromkeys(
        ("own_objection", "own_objection.answer"),
        (NOBODY, NOBODY, STAFF | MEMBERS, STAFF | MEMBERS),
    ),
    "review.draft": (NOBODY, NOBODY, NOBODY, MEMBERS),
    "proposal": (NOBODY, NOBODY, NOBODY, STAFF | AUDIT),
    **{f"misuse.{field}": always(SECRETARIAT) for field in ("content", "note")},
    **{f"misuse.{field}": always(NOBODY) for field in ("reporter", "contact")},
    "event": always(MEMBERS | STAFF),
    "other.event": always(group("other") | STAFF),
}


@pytest.fixture(scope="module")
def told(django_db_setup: None, django_db_blocker: Any) -> Iterator[dict[str, Told]]:
    """What everybody came upon at each moment."""
    with django_db_blocker.unblock(), transaction.atomic():
        scene = Scene()
        found = {}
        for moment in MOMENTS:
            getattr(scene, f"go_on_to_{moment}")()
            found[moment] = scene.look()
        yield found
        transaction.set_rollback(True)


def test_every_word_is_declared():
    assert set(MAY_READ) == set(WORDS)


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_field_is_read_by_those_who_may_and_nobody_else(told: dict[str, Told], moment: str):
    found, nth = told[moment], MOMENTS.index(moment)
    leaks = {
        (name, role): places[:3]
        for (name, role), places in found.where.items()
        if role not in MAY_READ[name][nth]
    }
    assert leaks == {}
    # Whoever may read it finds it, too: the search can see.
    hidden = {name: MAY_READ[name][nth] - found.readers(name) for name in WORDS}
    assert {name: sorted(roles) for name, roles in hidden.items() if roles} == {}


# What the table must never come to allow, whatever is written into it.


@pytest.mark.parametrize("moment", MOMENTS)
def test_the_applicant_never_learns_who_judged_and_what_each_gave(
    told: dict[str, Told], moment: str
):
    hidden = [
        f"{field}.{role}"
        for field in ("name", "mail", "phone")
        for role in ("leader", "panel", "invited", "recused", "released", "idle")
    ]
    hidden += ["reason.leader", "reason.panel", "recusal", "release", "send_back"]
    for name in hidden:
        assert told[moment].readers(name) & {"lin", "han", "wen", "other"} == set()


def test_who_scores_learns_nothing_of_the_others_points(told: dict[str, Told]):
    """Not even one who has handed in, nor the secretariat."""
    assert told["scoring"].readers("reason.leader") == {"leader"}
    assert told["scoring"].readers("reason.panel") == {"panel"}


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("role", ["invited", "recused", "released", "idle", "other"])
def test_who_does_not_serve_learns_nothing(told: dict[str, Told], moment: str, role: str):
    own = {f"name.{role}"} if role == "other" else {f"name.{role}", f"mail.{role}"}
    if role == "other":
        own |= {"mail.other", "other.draft", "other.event"}
    if role == "idle":  # reads the own record
        own |= {"phone.idle", "pool.title", "pool.employer", "pool.tie"}
    assert {name for name, reader in told[moment].where if reader == role} == own


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("role", ["anonymous", "disabled"])
def test_the_public_sees_no_person_and_nothing_of_the_case(
    told: dict[str, Told], moment: str, role: str
):
    assert {name for name, reader in told[moment].where if reader == role} == set()


@pytest.mark.parametrize("moment", MOMENTS)
def test_who_administers_accounts_sees_nothing_of_cases(told: dict[str, Told], moment: str):
    for role in ADMINISTRATORS - AUDIT:
        seen = {name for name, reader in told[moment].where if reader == role}
        accounts = ("name.", "mail.", "phone.")
        assert {name for name in seen if not name.startswith(accounts)} == set()
