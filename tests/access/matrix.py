"""Who may do what with every address of the portal: at least one row for each URL name.

A row says who is let in by GET and by POST; what everybody else meets follows from its rule:

- CASE: a case that one may not see answers as a missing one (404); whoever may see it, but has no
  part in this page, is refused (403, or what `refused` says).
- HIDDEN: as good as missing for whoever has no part in it.
- CLOSED: 403 for whoever it is not for.
- OPEN: for everybody, signed in or not.

But for OPEN, whoever is not signed in, or was disabled since, is led to the login. A method that
a row does not name answers 405."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.db.models import Q

from dataaccess.models import BaseInfo, ConformanceRun, DataCall
from evaluation.models import (
    CalendarDay,
    Dissent,
    Kind,
    ObjectionFile,
    Purpose,
    SavedView,
    UsualReason,
)
from evaluation.steps import MOVES, Actor
from portal.ledger.models import OutboxEntry
from tests.access.world import BEFORE_THE_PANEL, BEFORE_THE_SITE, ROLES, World

Roles = frozenset[str]


def group(names: str) -> Roles:
    members = frozenset(names.split())
    assert members <= set(ROLES), members - set(ROLES)
    return members


EVERYBODY = frozenset(ROLES)
STRANGERS = group("anonymous disabled")
SIGNED_IN = EVERYBODY - STRANGERS
NOBODY: Roles = frozenset()
APPLICANT = group("lin han")  # the owner and the editor of the case's organisation
MEMBERS = APPLICANT | group("wen")  # with its viewer, who reads and never writes
APPLICANTS = APPLICANT | group("other")
SECRETARIAT, DECIDER = group("chen"), group("zhou")
STAFF = SECRETARIAT | DECIDER
EXPERTS = group("site leader panel invited recused released idle")
SITE, PANEL, LEADER = group("site"), group("leader panel"), group("leader")
SYSTEM, SECURITY, AUDIT = group("sysadmin"), group("secadmin"), group("auditor")
ADMINISTRATORS = SYSTEM | SECURITY | AUDIT


def readers(state: str) -> Roles:
    """Who may see a case in this state at all."""
    if state == "draft":
        return MEMBERS
    if state in BEFORE_THE_SITE or state == "correction":
        return MEMBERS | STAFF
    if state in BEFORE_THE_PANEL:
        return MEMBERS | STAFF | SITE
    return MEMBERS | STAFF | SITE | PANEL


class Outcome(StrEnum):
    OK = "ok"  # let in: 2xx, or 409 or 422 for what was sent
    ONWARD = "onward"  # led to another page that is not the login
    LOGIN = "login"
    FORBIDDEN = "forbidden"
    MISSING = "missing"
    METHOD = "method"
    KEY = "key"  # 401: no valid key


OK, ONWARD, LOGIN, FORBIDDEN, MISSING, METHOD, KEY = Outcome
CASE, HIDDEN, CLOSED, OPEN = "case", "hidden", "closed", "open"
Arguments = Callable[[World], list[Any]]


@dataclass(frozen=True)
class Row:
    """One address, in one state of its case. `missing` and `foreign` are the same address with an
    object that does not exist, and with one that belongs to another case or base."""

    name: str
    rule: str
    get: Roles | None = None  # None: the method is not accepted
    post: Roles | None = None
    state: str = ""
    label: str = ""
    args: Arguments = lambda world: []
    missing: Arguments | None = None
    foreign: Arguments | None = None
    refused: Outcome = FORBIDDEN
    opens: Outcome = OK  # what GET does for those let in
    but: Mapping[str, Outcome] = field(default_factory=dict)  # "GET lin": ONWARD

    def __str__(self) -> str:
        return " ".join(part for part in (self.name, self.label, self.state) if part)

    def expected(self, method: str, role: str) -> tuple[Outcome, ...]:
        """The outcomes that are right for this role with the case's own object."""
        if f"{method} {role}" in self.but:
            return (self.but[f"{method} {role}"],)
        if self.rule != OPEN and role in STRANGERS:
            return (LOGIN,)
        allowed = self.get if method == "GET" else self.post
        if allowed is not None and role in allowed:
            return (self.opens,) if method == "GET" else (OK, ONWARD)
        accepted = (self.get or NOBODY) | (self.post or NOBODY)
        if allowed is None and not (self.asks_for_the_role_first and role not in accepted):
            return (METHOD,)
        if self.rule == CASE:
            return (self.refused if role in readers(self.state) else MISSING,)
        return (FORBIDDEN if self.rule == CLOSED else MISSING,)

    @property
    def asks_for_the_role_first(self) -> bool:
        """Pages of one role look at the role before they look at the method."""
        return self.name.startswith(
            ("accounts:", "administration:", "site:audit", "evaluation:pool")
        )

    def without_its_object(self, method: str, role: str) -> tuple[Outcome, ...]:
        """The outcomes that are right where the object is missing or foreign. Whoever is not let
        in may meet the refusal first, or that there is no such thing."""
        expected = self.expected(method, role)
        let_in = (self.get if method == "GET" else self.post) or NOBODY
        if role in let_in and f"{method} {role}" not in self.but:
            return (MISSING,)
        return expected if LOGIN in expected or METHOD in expected else (*expected, MISSING)


# What the addresses are about

NO_CASE, NO_UUID, NO_PK = "PG2000-0001", "00000000-0000-4000-8000-000000000000", 999_999_999
Part = Callable[[Any], Any]


def _case(name: str, state: str, **row: Any) -> Row:
    """A page of the case in this state."""
    return Row(
        f"evaluation:{name}",
        CASE,
        state=state,
        args=lambda world: [world.case(state).number],
        **row,
    )


def _constant(name: str, state: str, value: Any, nothing: Any, **row: Any) -> Row:
    """A page of something that every case has."""
    return Row(
        f"evaluation:{name}",
        CASE,
        state=state,
        label=str(value),
        args=lambda world: [world.case(state).number, value],
        missing=lambda world: [world.case(state).number, nothing],
        **row,
    )


def _part(name: str, state: str, label: str, part: Part, nothing: Any, **row: Any) -> Row:
    """A page of something that belongs to one case alone."""
    return Row(
        f"evaluation:{name}",
        CASE,
        state=state,
        label=label,
        args=lambda world: [world.case(state).number, part(world.case(state))],
        missing=lambda world: [world.case(state).number, nothing],
        foreign=lambda world: [world.case(state).number, part(world.case("other"))],
        **row,
    )


def _file(purpose: Purpose, state: str, get: Roles) -> list[Row]:
    def found(case: Any) -> Any:
        return case.files.filter(purpose=purpose).earliest("uploaded_at", "pk").pk

    return [
        _part("file", state, purpose.value, found, NO_UUID, get=get, refused=MISSING),
        _part("file_preview", state, purpose.value, found, NO_UUID, get=get, refused=MISSING),
        _page("file_page", state, purpose.value, found, get),
    ]


def _page(name: str, state: str, label: str, found: Part, get: Roles) -> Row:
    """The first page of a file as a picture."""
    return Row(
        f"evaluation:{name}",
        CASE,
        state=state,
        label=label,
        get=get,
        refused=MISSING,
        args=lambda world: [world.case(state).number, found(world.case(state)), 1],
        missing=lambda world: [world.case(state).number, NO_UUID, 1],
        foreign=lambda world: [world.case(state).number, found(world.case("other")), 1],
    )


def _document(kind: Kind, state: str, get: Roles, owner: str = "") -> list[Row]:
    def found(case: Any) -> Any:
        documents = case.documents.filter(kind=kind)
        if owner:
            documents = documents.filter(owner__username=owner)
        # The other's case has not every kind.
        return (documents.first() or case.documents.first()).pk

    label = " ".join(part for part in (kind.value, owner) if part)
    return [
        _part(name, state, label, found, NO_UUID, get=get, refused=MISSING)
        for name in ("document", "document_row")
    ]


def _assignment(username: str, duty: str = "panel") -> Part:
    return lambda case: case.assignments.get(expert__username=username, duty=duty).pk


def _objection(case: Any) -> Any:
    return case.publication.objections.earliest("pk").pk


def _objection_file(case: Any) -> list[Any]:
    pk = _objection(case)
    return [case.number, pk, ObjectionFile.objects.get(objection=pk).pk]


def _dissent(case: Any) -> Any:
    return Dissent.objects.get(assignment__evaluation=case).pk


def _sheet(case: Any) -> Any:
    return case.documents.get(kind=Kind.SCORE_SHEET, owner__username="expert4").pk


def _material(case: Any) -> Any:
    return case.files.filter(purpose=Purpose.MATERIAL).earliest("uploaded_at", "pk").pk


def _entry(case: Any) -> Any:
    return case.site_entries.earliest("received_at").pk


def _paper(case: Any) -> Any:
    return case.paper_receipts.get(slot=4).pk


def _volume(case: Any) -> Any:
    return case.volumes.get(declaration__number=1).pk


def _draft_volume(case: Any) -> Any:
    return case.volumes.get(declaration=None).pk


def _dated(case: Any) -> Any:
    return case.files.get(purpose=Purpose.MATERIAL, slot=8, removed_at__isnull=True).pk


def _upload(name: str, *more: Any) -> Row:
    """A file of the case that arrives in pieces."""
    return Row(
        f"evaluation:{name}",
        CASE,
        state="correction",
        post=APPLICANT,
        args=lambda world: [(case := world.case("correction")).number, case.uploads.get().pk, *more],
        missing=lambda world: [world.case("correction").number, NO_UUID, *more],
        foreign=lambda world: [
            world.case("correction").number, world.case("other").uploads.get().pk, *more
        ],
    )  # fmt: skip


def _import(case: Any) -> Any:
    return case.enterprise_imports.earliest("uploaded_at", "pk").pk


def _marked_field(case: Any) -> Any:
    return case.declarations.latest("number").field_defects.get().pk


def _invitation(state: str, username: str, *, of: Roles, duty: str = "panel") -> Row:
    return Row(
        "evaluation:invitation",
        HIDDEN,
        get=of,
        post=of,
        state=state,
        label=username,
        args=lambda world: [_assignment(username, duty)(world.case(state))],
        missing=lambda world: [NO_PK],
    )


def _base(name: str, **row: Any) -> Row:
    return Row(
        f"dataaccess:{name}",
        HIDDEN,
        args=lambda world: [world.base.code],
        missing=lambda world: ["no-such-base"],
        **row,
    )


def _of_base(name: str, kind: str, **row: Any) -> Row:
    """A page of one of a base's things: its keys, its events."""
    return Row(
        f"dataaccess:{name}",
        HIDDEN,
        args=lambda world: [world.base.code, getattr(world.base, kind).latest("pk").pk],
        missing=lambda world: [world.base.code, NO_PK],
        foreign=lambda world: [world.base.code, getattr(world.other_base, kind).latest("pk").pk],
        **row,
    )


READS_BASES = APPLICANTS | MEMBERS | STAFF


def _conformance(name: str, which: str = "open", app: str = "dataaccess", **row: Any) -> Row:
    """A page of a conformance run of lin's organisation, open or finished and printed."""
    mine = Q(base__organisation__users__username="lin", finished_at__isnull=which == "open")
    return Row(
        f"{app}:{name}",
        HIDDEN,
        args=lambda world: [ConformanceRun.objects.get(mine).pk],
        missing=lambda world: [NO_UUID],
        **row,
    )


def _call(name: str, **row: Any) -> Row:
    return Row(
        f"dataaccess:{name}",
        HIDDEN,
        args=lambda world: [DataCall.objects.get(items__base=world.base).pk],
        missing=lambda world: [NO_PK],
        **row,
    )


def _review(*more: Any) -> Arguments:
    return lambda world: [world.review.pk, *(m(world) if callable(m) else m for m in more)]


def _evidence(world: World) -> Any:
    return world.review.items.get(key="energy").files.get().file_id


def _archive(world: World) -> Any:
    return world.case("certified").archives.get().pk


def _forbidden(roles: Roles, *methods: str) -> dict[str, Outcome]:
    return {f"{method} {role}": FORBIDDEN for method in methods for role in roles}


def _open(name: str, **row: Any) -> Row:
    return Row(name, OPEN, get=EVERYBODY, **row)


def _public(name: str, number: Arguments) -> Row:
    return _open(f"site:{name}", args=number, missing=lambda world: ["GS2000-0001"])


def _notice(world: World) -> list[Any]:
    return [world.case("published").publication.number]


def _certificate(world: World) -> list[Any]:
    return [world.case("certified").certificate.number]


# The rows

MOVERS = {
    Actor.APPLICANT: APPLICANT,
    Actor.SECRETARIAT: SECRETARIAT,
    Actor.DECIDER: DECIDER,
    Actor.SITE_LEADER: SITE,
    Actor.PANEL_EXPERT: PANEL,
}
READERS_PAGES = ("draft", "submitted", "site_visit", "panel_scoring", "certified")
BEFORE_IT_IS_SENT = {f"GET {role}": ONWARD for role in MEMBERS} | {
    f"POST {role}": ONWARD for role in MEMBERS
}

MOVE_ROWS = [
    _constant(
        "move", move.sources[0], code, "no-such-move",
        get=MOVERS[move.actor], post=MOVERS[move.actor],
    )
    for code, move in MOVES.items()
    if move.actor in MOVERS
]  # fmt: skip

CASE_ROWS = [
    *(_case("case", state, get=readers(state)) for state in READERS_PAGES),
    *_file(Purpose.MATERIAL, "draft", MEMBERS),
    *_file(Purpose.MATERIAL, "panel_scoring", readers("panel_scoring")),
    *_file(Purpose.AGREEMENT_SIGNED, "panel_scoring", MEMBERS | STAFF),
    *_file(Purpose.AGREEMENT_FINAL, "panel_scoring", MEMBERS | STAFF),
    *_file(Purpose.SITE_PHOTO, "panel_scoring", STAFF | SITE | PANEL),
    *_file(Purpose.SCORE_SHEET_SIGNED, "panel_consolidation", group("panel")),
    *_file(Purpose.SCORE_SHEET_SIGNED, "published", STAFF | group("panel")),
    *_document(Kind.APPLICATION, "published", readers("published")),
    *_document(Kind.AGREEMENT, "published", MEMBERS | STAFF),
    *_document(Kind.DEFICIENCY_NOTICE, "correction", MEMBERS | STAFF),
    *_document(Kind.PLEDGE, "published", STAFF | LEADER, owner="expert3"),
    *_document(Kind.PLEDGE, "published", STAFF, owner="released"),
    *_document(Kind.VISIT_PLAN, "published", MEMBERS | STAFF | SITE),
    *_document(Kind.SITE_RECORD, "published", readers("published")),
    *_document(Kind.SCORE_SHEET, "panel_consolidation", group("panel"), owner="expert4"),
    *_document(Kind.SCORE_SHEET, "published", STAFF | group("panel"), owner="expert4"),
    *_document(Kind.MINUTES, "published", STAFF | PANEL),
    *_document(Kind.REPORT, "result_pending", STAFF | LEADER),
    *_document(Kind.REPORT, "published", STAFF | LEADER | MEMBERS),
    *_document(Kind.NOTICE, "published", STAFF | MEMBERS),
    *_document(Kind.CERTIFICATE, "certified", STAFF | MEMBERS),
]

APPLICANT_ROWS = [
    Row("evaluation:new", CLOSED, get=APPLICANTS, post=APPLICANTS),
    _case("scope", "draft", get=APPLICANT, post=APPLICANT),
    _case("form", "correction", get=APPLICANT, opens=ONWARD),
    _constant("form_table", "draft", "cover", "no-such-table", get=APPLICANT, post=APPLICANT),
    _constant("form_table", "correction", "cover", "no-such-table", get=APPLICANT, post=APPLICANT),
    _constant("form_autosave", "correction", "cover", "no-such-table", post=APPLICANT),
    _case("enterprises", "correction", get=APPLICANT, post=APPLICANT),
    _case("enterprise_template", "correction", get=APPLICANT),
    _case("enterprise_export", "correction", get=APPLICANT),
    _case("enterprise_import", "correction", get=APPLICANT, post=APPLICANT),
    _part(
        "enterprise_import_one", "correction", "", _import, NO_UUID, get=APPLICANT, post=APPLICANT
    ),
    _part("enterprise_import_state", "correction", "", _import, NO_UUID, get=APPLICANT),
    _part("enterprise_faulty", "correction", "", _import, NO_UUID, get=APPLICANT),
    _constant("declared_enterprises", "panel_scoring", 1, 99, get=readers("panel_scoring")),
    _case("materials", "correction", get=APPLICANT),
    _constant("material_add", "correction", 1, 11, post=APPLICANT),
    _part("material_remove", "correction", "material", _material, NO_UUID, post=APPLICANT),
    _part("material_restore", "correction", "material", _material, NO_UUID, post=APPLICANT),
    _part("material_period", "correction", "", _dated, NO_UUID, post=APPLICANT),
    _constant("upload_begin", "correction", 4, 11, post=APPLICANT),
    _case("order_draft_volume", "correction", post=APPLICANT),
    _upload("upload_piece", 0),
    _upload("upload_finish"),
    _upload("upload_give_up"),
    _case("completeness", "correction", get=APPLICANT),
    _case("preview", "draft", get=MEMBERS),
    _case("preview", "preliminary_review", get=MEMBERS),
    _case("stamp_form", "correction", get=APPLICANT),
    _case("print_form", "correction", post=APPLICANT),
    _part("state_version", "correction", "", _material, NO_UUID, post=APPLICANT),
    _constant("submitted", "panel_scoring", 1, 99, get=MEMBERS),
    *_document(Kind.RECEIPT, "published", MEMBERS | STAFF),
    _constant("declaration", "panel_scoring", 1, 99, get=readers("panel_scoring")),
    _case("correction", "correction", get=APPLICANT, post=APPLICANT),
    _case("own_objection", "published", get=MEMBERS, post=APPLICANT),
    _constant("changes", "second_version", 2, 99, get=readers("second_version")),
]

STAFF_ROWS = [
    _constant("order_volume", "panel_scoring", 1, 99, post=readers("panel_scoring")),
    *(
        _part(name, "panel_scoring", "", _volume, NO_UUID, get=readers("panel_scoring"))
        for name in ("volume", "volume_row")
    ),
    *(
        _part(name, "correction", "draft", _draft_volume, NO_UUID, get=MEMBERS, refused=MISSING)
        for name in ("volume", "volume_row")
    ),
    _case("paper", "preliminary_review", get=MEMBERS | STAFF, post=SECRETARIAT),
    _case("paper", "panel_scoring", get=MEMBERS | STAFF, post=SECRETARIAT),
    _part("withdraw_paper", "preliminary_review", "", _paper, NO_PK, post=SECRETARIAT),
    Row("evaluation:queue_export", HIDDEN, get=STAFF),
    Row("evaluation:remind_cases", HIDDEN, post=SECRETARIAT),
    Row("evaluation:save_view", HIDDEN, post=STAFF),
    Row("evaluation:change_view", HIDDEN, post=SECRETARIAT, missing=lambda world: [NO_PK],
        args=lambda world: [SavedView.objects.get(owner__username="chen").pk]),
    Row("evaluation:usual_reasons", HIDDEN, get=SECRETARIAT, post=SECRETARIAT),
    Row("evaluation:usual_reason", HIDDEN, post=SECRETARIAT, missing=lambda world: [NO_PK],
        args=lambda world: [UsualReason.objects.earliest("pk").pk]),
    Row("evaluation:statistics", HIDDEN, get=STAFF),
    Row("evaluation:count_figures", HIDDEN, post=STAFF),
    Row("evaluation:statistics_table", HIDDEN, get=STAFF, args=lambda world: ["times"],
        missing=lambda world: ["nothing"]),
    _case("review", "preliminary_review", get=STAFF),
    _case("review", "panel_scoring", get=STAFF),
    _constant("judge", "preliminary_review", 1, 11, post=SECRETARIAT),
    _case("mark_field", "preliminary_review", post=SECRETARIAT),
    _part("unmark_field", "preliminary_review", "field", _marked_field, 0, post=SECRETARIAT),
    _case("experts", "panel_scoring", get=STAFF),
    _case("assign", "panel_scoring", get=SECRETARIAT, post=SECRETARIAT, opens=ONWARD),
    _case("draw", "panel_scoring", get=SECRETARIAT, post=SECRETARIAT),
    _part("replace", "panel_scoring", "panel", _assignment("released"), NO_PK, post=SECRETARIAT),
    _part(
        "release", "panel_scoring", "panel", _assignment("expert4"), NO_PK,
        get=SECRETARIAT, post=SECRETARIAT,
    ),
    _part("lead", "panel_scoring", "panel", _assignment("expert4"), NO_PK, post=SECRETARIAT),
    _case("extend", "preliminary_review", get=SECRETARIAT, post=SECRETARIAT),
    _case("extend", "panel_scoring", get=SECRETARIAT, post=SECRETARIAT),
    _case("result", "result_pending", get=STAFF | LEADER),
    _case("result", "published", get=STAFF | LEADER | MEMBERS),
    _case("objections", "published", get=STAFF, post=SECRETARIAT),
    _case("result_correction", "published", get=STAFF, post=STAFF),
    _part("objection", "published", "", _objection, NO_PK, get=STAFF),
    _part("objection_step", "published", "", _objection, NO_PK, post=SECRETARIAT),
    _part("extend_objection", "published", "", _objection, NO_PK, post=SECRETARIAT),
    _part("erase_objector", "published", "", _objection, NO_PK, post=SECRETARIAT),
    _part("close_objection", "published", "", _objection, NO_PK, post=SECRETARIAT),
    Row(
        "evaluation:objection_file", CASE, state="published", get=STAFF,
        args=lambda world: _objection_file(world.case("published")),
        missing=lambda world: [*_objection_file(world.case("published"))[:2], NO_UUID],
        foreign=lambda world: [
            *_objection_file(world.case("published"))[:2],
            _objection_file(world.case("other"))[2],
        ],
    ),
]  # fmt: skip


def _draw(world: World) -> list[Any]:
    return [world.case("panel_scoring").draws.earliest("drawn_at").pk]


def _record(name: str, **row: Any) -> Row:
    """A page of one record of the pool."""
    return Row(
        f"evaluation:{name}",
        CLOSED,
        args=lambda world: [world.pooled.pk],
        missing=lambda world: [NO_PK],
        **row,
    )


READS_DRAWS = SECRETARIAT | AUDIT
POOL_ROWS = [
    Row("evaluation:pool", CLOSED, get=SECRETARIAT),
    Row("evaluation:pool_add", CLOSED, get=SECRETARIAT, post=SECRETARIAT),
    Row("evaluation:pool_invite_all", CLOSED, post=SECRETARIAT),
    _record("pool_record", get=SECRETARIAT, post=SECRETARIAT),
    _record("pool_invite", post=SECRETARIAT),
    _record("pool_retire", get=SECRETARIAT, post=SECRETARIAT),
    _record("pool_restore", post=SECRETARIAT),
    Row("evaluation:pool_template", CLOSED, get=SECRETARIAT),
    Row("evaluation:pool_export", CLOSED, get=SECRETARIAT),
    Row("evaluation:pool_import", CLOSED, get=SECRETARIAT, post=SECRETARIAT),
    *(
        Row(f"evaluation:pool_{name}", CLOSED, get=SECRETARIAT, post=post,
            args=lambda world: [world.pool_import.pk], missing=lambda world: [NO_UUID])
        for name, post in (("import_one", SECRETARIAT), ("import_state", None), ("faulty", None))
    ),
    Row("evaluation:draw_records", HIDDEN, get=READS_DRAWS),
    *(
        Row(f"evaluation:{name}", HIDDEN, get=READS_DRAWS, state="panel_scoring", args=_draw,
            missing=lambda world: [NO_UUID])
        for name in ("draw_record", "draw_document")
    ),
    Row("evaluation:my_work", HIDDEN, get=EXPERTS),
    Row("evaluation:desk_worker", HIDDEN, get=EXPERTS),
    Row("evaluation:own_record", HIDDEN, get=EXPERTS, post=EXPERTS),
]  # fmt: skip

EXPERT_ROWS = [
    _invitation("panel_scoring", "invited", of=group("invited")),
    _invitation("panel_scoring", "recused", of=group("recused"), duty="site"),
    _invitation("panel_scoring", "released", of=group("released")),
    _invitation("panel_scoring", "expert4", of=group("panel")),
    _case("site_visit", "site_visit", get=STAFF | SITE, post=SITE, but=BEFORE_IT_IS_SENT),
    _case("site_visit", "panel_scoring", get=readers("panel_scoring"), post=NOBODY,
          but={"POST site": ONWARD}),
    _case("visit_plan", "site_visit", get=MEMBERS | STAFF | SITE),
    _case("visit_plan", "panel_scoring", get=MEMBERS | STAFF | SITE),
    _case("visit_plan_edit", "site_visit", get=SECRETARIAT | SITE, post=SECRETARIAT | SITE),
    _case("visit_plan_confirm", "site_visit", post=APPLICANT),
    _case("visit_plan_change", "site_visit", post=APPLICANT),
    _case("site_worker", "site_visit", get=SITE),
    _case("site_manifest", "site_visit", get=SITE),
    _case("site_sync", "site_visit", get=SITE, post=SITE),
    _case("site_photo", "site_visit", post=SITE),
    _case("site_sign", "site_visit", post=SITE),
    _part("site_decide", "site_visit", "entry", _entry, NO_UUID, post=SITE),
    _case("site_import", "site_visit", get=SITE | SECRETARIAT, post=SITE | SECRETARIAT),
    _constant("site_item", "site_visit", "room_grade", "no-such-item", post=SITE),
    _case("scoring", "panel_scoring", get=PANEL, post=PANEL),
    _case("scoring", "published", get=PANEL, post=NOBODY,
          but={"POST leader": ONWARD, "POST panel": ONWARD}),
    _constant("challenge", "panel_scoring", "pue", "no-such-item", get=PANEL, post=PANEL),
    *(_case("meeting", state, get=PANEL | STAFF) for state in ("panel_scoring", "published")),
    _case("sign_in", "panel_scoring", post=PANEL),
    _part("vote", "panel_scoring", "", _assignment("expert4"), NO_PK, post=PANEL),
    _case("name_leader", "panel_scoring", post=SECRETARIAT),
    _case("dissent", "panel_consolidation", post=PANEL),
    _part("answer_dissent", "panel_consolidation", "", _dissent, NO_PK, post=PANEL),
    _part("signed_sheet", "panel_consolidation", "", _sheet, NO_UUID, refused=MISSING,
          get=group("panel"), post=group("panel")),
    _part("signed_sheet", "published", "", _sheet, NO_UUID, refused=MISSING,
          get=group("panel") | SECRETARIAT, post=group("panel") | SECRETARIAT,
          but={"GET zhou": FORBIDDEN, "POST zhou": FORBIDDEN}),
    _case("opinion", "panel_consolidation", get=PANEL, post=PANEL),
    _case("opinion", "published", get=PANEL, post=NOBODY,
          but={"POST leader": ONWARD, "POST panel": ONWARD}),
    _case("consolidate", "panel_scoring", get=NOBODY, post=NOBODY,
          but={"GET leader": ONWARD, "POST leader": ONWARD}),
    _case("consolidate", "panel_consolidation", get=LEADER, post=LEADER),
    _case("consolidate", "published", get=STAFF | LEADER, post=STAFF | LEADER),
]  # fmt: skip

DESK_ROWS = [
    Row("evaluation:desk", CLOSED, get=SIGNED_IN,
        but={f"GET {role}": ONWARD for role in ADMINISTRATORS}),
    Row("evaluation:cases", HIDDEN, get=SIGNED_IN - ADMINISTRATORS,
        but={f"POST {role}": METHOD for role in ADMINISTRATORS}),
]  # fmt: skip

BASE_ROWS = [
    Row("dataaccess:bases", HIDDEN, get=SIGNED_IN),
    _base("base", get=MEMBERS | STAFF | SECURITY),
    *(_base(name, get=MEMBERS | STAFF) for name in ("events", "events_csv", "events_excel")),
    _base("calendar", get=MEMBERS | STAFF, post=APPLICANT),
    _of_base("cancel_downtime", "downtimes", post=APPLICANT),
    _of_base("event", "security_events", get=MEMBERS | STAFF),
    _base("window", post=APPLICANT),
    _base("new_key", get=APPLICANT | SECURITY, post=APPLICANT | SECURITY),
    _of_base("change_key", "keys", get=APPLICANT | SECURITY, post=APPLICANT | SECURITY),
    _of_base("rotate_key", "keys", post=APPLICANT | SECURITY),
    _of_base("revoke_key", "keys", post=APPLICANT | SECURITY),
    Row("dataaccess:keys", HIDDEN, get=APPLICANTS | SECURITY),
    Row("dataaccess:centre_keys", HIDDEN, get=SECURITY, post=SECURITY),
    Row("dataaccess:change_centre_key", HIDDEN, get=SECURITY, post=SECURITY,
        args=lambda world: [world.centre_key.pk], missing=lambda world: [NO_PK]),
    Row("dataaccess:revoke_centre_key", HIDDEN, post=SECURITY,
        args=lambda world: [world.centre_key.pk], missing=lambda world: [NO_PK]),
    Row("site:capacity", HIDDEN, get=STAFF),
    *(Row(f"site:overview{page}", HIDDEN, get=STAFF)
      for page in (
          "", "_csv", "_excel", "_trend_csv", "_events", "_events_csv", "_list_csv", "_list_excel",
          "_wall",
      )),
    Row("dataaccess:questions", HIDDEN, get=SIGNED_IN),
    Row("dataaccess:question", HIDDEN, get=MEMBERS | STAFF, post=APPLICANT | SECRETARIAT,
        args=lambda world: [world.base.questions.get().pk], missing=lambda world: [NO_PK]),
    Row("dataaccess:data_calls", HIDDEN, get=READS_BASES),
    Row("dataaccess:new_data_call", HIDDEN, get=SECRETARIAT, post=SECRETARIAT),
    _call("data_call", get=READS_BASES - group("other")),
    _call("withdraw_data_call", post=SECRETARIAT),
    _call("remind_data_call", post=SECRETARIAT),
    Row("dataaccess:no_events_of_data_call", HIDDEN, post=APPLICANT,
        args=lambda world: [DataCall.objects.get(items__base=world.base).pk, world.base.code],
        missing=lambda world: [NO_PK, world.base.code]),
    Row("dataaccess:sandbox", HIDDEN, get=APPLICANTS | MEMBERS),
    Row("dataaccess:sandbox_file", HIDDEN, get=APPLICANTS | MEMBERS,
        args=lambda world: ["base.json"], missing=lambda world: ["other.json"]),
    Row("dataaccess:sandbox_key", HIDDEN, post=APPLICANTS),
    Row("dataaccess:start_conformance", HIDDEN, post=APPLICANTS),
    _conformance("conformance_run", get=MEMBERS),
    _conformance("conformance_checks", get=MEMBERS),
    _conformance("practise_data_call", post=APPLICANT),
    _conformance("finish_conformance", post=APPLICANT),
    _conformance("conformance_record", "finished", get=MEMBERS),
    _conformance("file_conformance", "finished", "evaluation", get=MEMBERS, post=MEMBERS),
    _open("dataaccess:schema"),
    _open("dataaccess:docs"),
    _open("dataaccess:edge"),
    _open("dataaccess:edge_download"),
]  # fmt: skip


def _somebody(world: World) -> list[Any]:
    return [world.cast.idle_expert.pk]


OWNER, OWNERS = group("lin"), group("lin other")


def _row(made: Callable[[World], Any], *before: Any) -> dict[str, Any]:
    """An address about a row that `admissions` of the world holds."""
    return {
        "args": lambda world: [*before, made(world).pk],
        "missing": lambda world: [*before, NO_PK],
    }


# Other members are refused before it is asked what was meant.
FOR_OWNERS = {f"{m} {role}": FORBIDDEN for m in ("GET", "POST") for role in ("han", "wen")}
FOR_THE_OWNER = {**FOR_OWNERS, "GET other": METHOD}


ORGANISATION_ROWS = [
    *(
        Row(f"accounts:{name}", OPEN, get=EVERYBODY, post=EVERYBODY)
        for name in ("register", "join", "owner_gone")
    ),
    *(
        _open(f"accounts:{name}") for name in ("register_sent", "recover", "asked")
    ),
    # Without the mailed link there is nothing.
    *(
        Row(f"accounts:{name}", OPEN, get=NOBODY, post=NOBODY)
        for name in ("register_confirm", "invitation")
    ),
    Row("accounts:register_status", OPEN, get=NOBODY,
        but={f"POST {role}": METHOD for role in EVERYBODY}),
    Row("accounts:organisation", HIDDEN, get=MEMBERS | OWNERS),
    Row("accounts:leave", HIDDEN, post=MEMBERS | OWNERS,
        but={"POST han": LOGIN, "POST wen": LOGIN}),
    *(
        Row(f"accounts:{name}", HIDDEN, get=OWNERS, post=OWNERS, but=FOR_OWNERS)
        for name in ("invite", "hand_over", "change_name")
    ),
    *(
        Row(f"accounts:{name}", HIDDEN, post=OWNER, but=FOR_THE_OWNER,
            **_row(lambda world: world.admissions["invitation"]))
        for name in ("resend", "revoke")
    ),
    *(
        Row(f"accounts:{name}", HIDDEN, post=OWNER, but=FOR_THE_OWNER,
            **_row(lambda world: world.cast.han))
        for name in ("change_role", "remove")
    ),
    Row("accounts:answer", HIDDEN, post=OWNER, but=FOR_THE_OWNER,
        **_row(lambda world: world.admissions["join"])),
    Row("accounts:withdraw_name", HIDDEN, post=OWNER, but=FOR_THE_OWNER,
        **_row(lambda world: world.admissions["name"])),
    Row("accounts:admissions", CLOSED, get=SECRETARIAT),
    Row("accounts:admissions", CLOSED, get=SECRETARIAT, label="kind",
        args=lambda world: ["help"], missing=lambda world: ["nothing"]),
    *(
        Row("accounts:admission", CLOSED, get=SECRETARIAT, post=SECRETARIAT, label=kind,
            **_row(lambda world, kind=kind: world.admissions[kind], kind))
        for kind in ("registration", "name", "help")
    ),
    Row("accounts:admission_resend", CLOSED, post=SECRETARIAT,
        **_row(lambda world: world.admissions["accepted"], "registration")),
    Row("accounts:evidence", CLOSED, get=SECRETARIAT | SYSTEM,
        args=lambda world: [world.admissions["registration"].licence.pk],
        missing=lambda world: [NO_UUID]),
]  # fmt: skip


def _notification(world: World) -> list[Any]:
    return [world.cast.lin.notifications.exclude(path="").earliest("pk").pk]


LIN = group("lin")
NOTIFICATION_ROWS = [
    Row("notifications:inbox", CLOSED, get=SIGNED_IN),
    Row("notifications:choices", CLOSED, get=SIGNED_IN, post=SIGNED_IN),
    Row("notifications:read_all", CLOSED, post=SIGNED_IN),
    Row("notifications:open", HIDDEN, get=LIN, opens=ONWARD, args=_notification,
        missing=lambda world: [NO_PK]),
    Row("notifications:read", HIDDEN, post=LIN, args=_notification,
        missing=lambda world: [NO_PK]),
]  # fmt: skip


def _mail(world: World) -> list[Any]:
    return [OutboxEntry.objects.filter(kind="mail").earliest("pk").pk]


def _calendar_day(world: World) -> list[Any]:
    return [CalendarDay.objects.earliest("day").day.isoformat()]


ADMINISTRATION_ROWS = [
    Row("accounts:people", CLOSED, get=SYSTEM | SECURITY),
    Row("accounts:create_person", CLOSED, get=SYSTEM, post=SYSTEM),
    Row("accounts:edit_person", CLOSED, get=SYSTEM, post=SYSTEM, args=_somebody,
        missing=lambda world: [NO_PK]),
    Row("accounts:erase_person", CLOSED, post=SYSTEM, args=_somebody,
        missing=lambda world: [NO_PK]),
    Row("accounts:enable_person", CLOSED, post=SECURITY, args=_somebody,
        missing=lambda world: [NO_PK]),
    Row("accounts:disable_person", CLOSED, post=SECURITY, args=_somebody,
        missing=lambda world: [NO_PK]),
    Row("accounts:organisations", CLOSED, get=SYSTEM | SECURITY),
    Row("accounts:create_organisation", CLOSED, get=SYSTEM, post=SYSTEM),
    Row("administration:settings", CLOSED, get=SYSTEM | SECURITY),
    # The security administrator reads every setting and changes others than these.
    Row("administration:setting", CLOSED, get=SYSTEM, post=SYSTEM,
        args=lambda world: ["deadline_submitted"], missing=lambda world: ["no_such_setting"],
        but={"GET secadmin": MISSING, "POST secadmin": MISSING}),
    Row("administration:reset_setting", CLOSED, post=SYSTEM,
        args=lambda world: ["deadline_submitted"], missing=lambda world: ["no_such_setting"],
        but={"GET secadmin": METHOD, "POST secadmin": MISSING}),
    Row("administration:calendar", CLOSED, get=SYSTEM, post=SYSTEM),
    Row("administration:remove_day", CLOSED, post=SYSTEM, args=_calendar_day,
        missing=lambda world: ["2026-01-06"]),
    Row("administration:outbox", CLOSED, get=SECRETARIAT | SYSTEM),
    Row("administration:outbox_entry", CLOSED, get=SECRETARIAT | SYSTEM, args=_mail,
        missing=lambda world: [NO_PK]),
    *(
        Row(f"administration:{name}", CLOSED, post=SECRETARIAT | SYSTEM, args=_mail,
            missing=lambda world: [NO_PK])
        for name in ("stop_entry", "send_entry")
    ),
    Row("administration:letters", CLOSED, get=SECRETARIAT),
    *(
        Row(f"administration:{name}", CLOSED, get=get, post=SECRETARIAT,
            args=lambda world: ["deficiency_notice"], missing=lambda world: ["no_such_kind"])
        for name, get in (("letter", SECRETARIAT), ("reset_letter", None))
    ),
    Row("site:audit", HIDDEN, get=AUDIT),
    Row("site:audit_export", HIDDEN, post=AUDIT),
]  # fmt: skip

PUBLIC_ROWS = [
    _open("healthz"),
    _open("site:favicon", opens=ONWARD),
    _open("site:robots"),
    _open("site:sitemap"),
    Row("site:theme", OPEN, post=EVERYBODY),
    Row("set_language", OPEN, get=EVERYBODY, post=EVERYBODY, opens=ONWARD),
    *(
        _open(f"site:{name}")
        for name in (
            "home", "search", "guides", "about", "indicators", "steps", "readings", "self_test", "self_test_score",
            "notices", "register", "register_csv", "register_json", "verify", "verify_offline",
        )
    ),
    _open("site:guide", args=lambda world: ["applicant"], missing=lambda world: ["nobody"]),
    # Only where DEBUG is on.
    *(
        Row(f"site:{name}", OPEN, get=NOBODY, post=NOBODY)
        for name in ("styleguide", "styleguide_application")
    ),
    Row("site:verify_file", OPEN, post=EVERYBODY),
    # No key signs in the tests.
    Row("site:authority", OPEN, get=NOBODY),
    Row("site:misuse", OPEN, get=EVERYBODY, post=EVERYBODY),
    _open("site:misuse_find", opens=ONWARD),
    _open("site:misuse_receipt", args=lambda world: [world.misuse.receipt],
          missing=lambda world: ["JB2000-0001-AAAAAA"]),
    # Nothing was revoked.
    Row("site:revocation_pdf", OPEN, get=NOBODY, args=lambda world: _certificate(world)),
    *(_public(name, _notice) for name in ("notice", "notice_document", "notice_pdf")),
    Row("site:object", OPEN, get=EVERYBODY, post=EVERYBODY, args=_notice,
        missing=lambda world: ["GS2000-0001"]),
    Row("site:objection_state", OPEN, get=EVERYBODY, post=EVERYBODY),
    # Only in the browser that lodged one.
    Row("site:objection_received", OPEN, get=NOBODY),
    *(
        _public(name, _certificate)
        for name in ("certificate", "certificate_document", "certificate_pdf")
    ),
]  # fmt: skip

BOTH = ("GET", "POST")
READS_CERTIFICATES = MEMBERS | STAFF
EXPERTS_AND_MEMBERS = MEMBERS | SITE | PANEL
# Certificates and their annual reviews. A suspension of this certificate waits for its decision,
# and its review is with the applicant: what else may be done leads back with the reason.
AFTER_ROWS = [
    Row("evaluation:certificate", HIDDEN, get=READS_CERTIFICATES, args=_certificate,
        missing=lambda world: [NO_CASE]),
    Row("evaluation:propose_change", HIDDEN, get=SECRETARIAT, post=SECRETARIAT, opens=ONWARD,
        args=lambda world: [*_certificate(world), "revoke"],
        missing=lambda world: [*_certificate(world), "no-such-change"],
        but=_forbidden(READS_CERTIFICATES - SECRETARIAT, *BOTH)),
    Row("evaluation:proposal", HIDDEN, get=STAFF, post=DECIDER,
        args=lambda world: [world.case("certified").certificate.proposals.get().pk],
        missing=lambda world: [NO_PK], but=_forbidden(SECRETARIAT, "POST")),
    Row("evaluation:annual_reviews", HIDDEN, get=MEMBERS | group("other") | STAFF),
    Row("evaluation:annual_review", HIDDEN, get=READS_CERTIFICATES, args=_review(),
        missing=lambda world: [NO_PK]),
    Row("evaluation:review_form", HIDDEN, get=APPLICANT, post=APPLICANT, args=_review(),
        missing=lambda world: [NO_PK], but=_forbidden(READS_CERTIFICATES - APPLICANT, *BOTH)),
    # The office reads what was handed in, and this lies in a draft.
    Row("evaluation:review_file", HIDDEN, get=MEMBERS, args=_review(_evidence),
        missing=_review(NO_UUID)),
    Row("evaluation:review_file_remove", HIDDEN, post=APPLICANT, args=_review(_evidence),
        missing=_review(NO_UUID), but=_forbidden(READS_CERTIFICATES - APPLICANT, "POST")),
    Row("evaluation:judge_item", HIDDEN, post=SECRETARIAT, args=_review("energy"),
        missing=_review("nothing"), but=_forbidden(READS_CERTIFICATES - SECRETARIAT, "POST")),
    Row("evaluation:review_move", HIDDEN, get=SECRETARIAT, post=SECRETARIAT, opens=ONWARD,
        args=_review("send_back"), missing=_review("nothing"),
        but=_forbidden(READS_CERTIFICATES - SECRETARIAT, *BOTH)),
    Row("evaluation:archives", HIDDEN, get=STAFF, post=STAFF,
        args=lambda world: [world.case("certified").number],
        missing=lambda world: [NO_CASE], but=_forbidden(EXPERTS_AND_MEMBERS, *BOTH)),
    *(
        Row(f"evaluation:{name}", HIDDEN, get=STAFF, opens=opens,
            args=lambda world: [world.case("certified").number, _archive(world)],
            missing=lambda world: [world.case("certified").number, NO_UUID],
            but=_forbidden(EXPERTS_AND_MEMBERS, "GET"))
        # It is still in the making.
        for name, opens in (("archive_row", OK), ("archive_zip", ONWARD))
    ),
    Row("evaluation:misuse_reports", HIDDEN, get=SECRETARIAT),
    Row("evaluation:misuse_report", HIDDEN, get=SECRETARIAT, post=SECRETARIAT,
        args=lambda world: [world.misuse.pk], missing=lambda world: [NO_PK]),
    Row("evaluation:erase_reporter", HIDDEN, post=SECRETARIAT,
        args=lambda world: [world.misuse.pk], missing=lambda world: [NO_PK]),
    Row("evaluation:misuse_file", HIDDEN, get=SECRETARIAT,
        args=lambda world: [world.misuse.pk, world.misuse.files.get().pk],
        missing=lambda world: [world.misuse.pk, NO_UUID]),
]  # fmt: skip


def _to_show(kind: str, find: Callable[[World], Any], who: Roles) -> Row:
    """The button that shows masked contact data in full."""
    return Row(
        "contacts:show", HIDDEN, post=who, label=kind, args=lambda world: [kind, find(world)],
        missing=lambda world: [kind, NO_PK],
    )  # fmt: skip


CONTACT_ROWS = [
    _to_show("person", lambda world: world.cast.lin.pk, SECRETARIAT | SYSTEM | SECURITY),
    _to_show("registration", lambda world: world.admissions["registration"].pk, SECRETARIAT),
    _to_show("help", lambda world: world.admissions["help"].pk, SECRETARIAT),
    _to_show("objection", lambda world: _objection(world.case("published")), SECRETARIAT),
    _to_show("misuse", lambda world: world.misuse.pk, SECRETARIAT),
    _to_show(
        "declaration",
        lambda world: world.case("published").declarations.latest("number").pk,
        SECRETARIAT,
    ),
    _to_show("base_info", lambda world: BaseInfo.objects.earliest("pk").pk, SECRETARIAT),
]

WHO_IS_IN_GOES_ON = {f"{m} {role}": ONWARD for m in ("GET", "POST") for role in SIGNED_IN}
ACCOUNT_ROWS = [
    # Nobody changes the address that a password is reset by.
    Row("account_email", OPEN, get=NOBODY, post=NOBODY),
    Row("account_confirm_email", OPEN, get=EVERYBODY, post=NOBODY,
        args=lambda world: ["no-such-key"]),
    Row("account_email_verification_sent", OPEN, get=NOBODY, post=NOBODY),
    Row("account_confirm_login_code", CLOSED, get=SIGNED_IN, post=SIGNED_IN, opens=ONWARD),
    Row("account_login", OPEN, get=EVERYBODY, post=EVERYBODY, but=WHO_IS_IN_GOES_ON),
    _open("account_signup", opens=ONWARD),
    Row("account_logout", OPEN, get=EVERYBODY, post=EVERYBODY,
        but={f"GET {role}": ONWARD for role in STRANGERS}),
    _open("account_inactive"),
    Row("account_reauthenticate", CLOSED, get=SIGNED_IN, post=SIGNED_IN),
    Row("account_change_password", CLOSED, get=SIGNED_IN, post=SIGNED_IN),
    Row("account_set_password", CLOSED, get=SIGNED_IN, post=SIGNED_IN, opens=ONWARD),
    Row("account_reset_password", OPEN, get=EVERYBODY, post=EVERYBODY),
    _open("account_reset_password_done"),
    Row("account_reset_password_from_key", OPEN, get=EVERYBODY, post=EVERYBODY,
        args=lambda world: ["1", "no-such-key"]),
    _open("account_reset_password_from_key_done"),
    Row("mfa_index", CLOSED, get=SIGNED_IN),
    Row("mfa_authenticate", CLOSED, get=SIGNED_IN, post=SIGNED_IN, opens=ONWARD),
    Row("mfa_reauthenticate", CLOSED, get=SIGNED_IN, post=SIGNED_IN, opens=ONWARD),
    Row("mfa_activate_totp", CLOSED, get=SIGNED_IN, post=SIGNED_IN, opens=ONWARD),
    # Nobody of the cast has turned the second factor on.
    Row("mfa_deactivate_totp", HIDDEN, get=NOBODY, post=NOBODY),
    Row("mfa_view_recovery_codes", HIDDEN, get=NOBODY),
    Row("mfa_generate_recovery_codes", CLOSED, get=SIGNED_IN, post=SIGNED_IN, opens=ONWARD),
    Row("mfa_download_recovery_codes", HIDDEN, get=NOBODY, post=NOBODY),
]  # fmt: skip

ROWS = [
    *DESK_ROWS,
    *CASE_ROWS,
    *APPLICANT_ROWS,
    *STAFF_ROWS,
    *POOL_ROWS,
    *EXPERT_ROWS,
    *MOVE_ROWS,
    *BASE_ROWS,
    *ORGANISATION_ROWS,
    *NOTIFICATION_ROWS,
    *ADMINISTRATION_ROWS,
    *CONTACT_ROWS,
    *PUBLIC_ROWS,
    *AFTER_ROWS,
    *ACCOUNT_ROWS,
]


@dataclass(frozen=True)
class ApiRow:
    """One call: what each key meets. A session is no key."""

    name: str
    method: str
    own: Outcome
    foreign: Outcome
    narrow: Outcome
    args: Arguments = lambda world: []
    nobody: Outcome = KEY  # a revoked key, one that ran out, none

    def __str__(self) -> str:
        return f"{self.name} {self.method}"

    def expected(self, key: str) -> Outcome:
        return {"own": self.own, "foreign": self.foreign, "narrow": self.narrow}.get(
            key, self.nobody
        )


def _receipt(world: World) -> list[Any]:
    return [world.base.receipts.earliest("received_at").pk]


API_ROWS = [
    ApiRow("dataaccess:base_info", "PUT", OK, OK, OK),
    ApiRow("dataaccess:compute_reports", "POST", OK, OK, FORBIDDEN),
    ApiRow("dataaccess:security_events", "POST", OK, OK, FORBIDDEN),
    ApiRow("dataaccess:receipt", "GET", OK, MISSING, OK, args=_receipt),
    ApiRow("dataaccess:receipt", "GET", MISSING, MISSING, MISSING, args=lambda world: [NO_UUID]),
    ApiRow("dataaccess:status", "GET", OK, OK, OK),
    ApiRow("dataaccess:base_info", "POST", METHOD, METHOD, METHOD),
    ApiRow("dataaccess:status", "POST", METHOD, METHOD, METHOD),
    ApiRow("dataaccess:unknown", "GET", MISSING, MISSING, MISSING, lambda world: ["x"], MISSING),
    ApiRow("dataaccess:unknown", "POST", MISSING, MISSING, MISSING, lambda world: ["x"], MISSING),
    # A base's key is none of the command centre's.
    ApiRow("site:capacity_api", "GET", KEY, KEY, KEY),
]

STATES = sorted({row.state for row in ROWS if row.state})
