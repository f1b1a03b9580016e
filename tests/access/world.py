"""Everyone in every relation to a case, and cases in every state, for one module of tests.

`build()` runs inside one transaction that is taken back afterwards (see conftest.py)."""

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from dataaccess import intake
from dataaccess.actions import centre_keys, data_calls, keys, sandbox
from dataaccess.api.examples import BODIES
from dataaccess.models import ApiKey, Base, CentreKey, Downtime
from evaluation.actions import (
    annual_review,
    application,
    archive,
    calendar,
    draws,
    experts,
    misuse,
    panel,
    pool,
    queue,
    signed_sheets,
    standing,
    usual_reasons,
)
from evaluation.demo import journey
from evaluation.demo.files import example_pdf
from evaluation.demo.tables import PROVINCE_VALUES
from evaluation.models import (
    Dissent,
    Document,
    Duty,
    EnterpriseImport,
    Evaluation,
    Expert,
    ExpertImport,
    FieldDefect,
    Kind,
    MisuseReport,
    Objection,
    ObjectionFile,
    Outcome,
    PaperReceipt,
    Review,
    SiteEntry,
    Upload,
    Volume,
)
from evaluation.pool.exclusions import Need
from portal.accounts.models import Role, User
from tests.access import admissions
from tests.evaluation.cast import Cast, make_cast

# Everyone who may stand before a page. The experts serve on every case of the world that has
# come to their duty: `site` and `leader`, `panel` have pledged; `invited` never answered;
# `recused` declined; `released` was taken off after the pledge; `idle` was never asked.
ROLES = (
    "anonymous",
    "disabled",
    "lin",
    "han",
    "wen",
    "other",
    "site",
    "leader",
    "panel",
    "invited",
    "recused",
    "released",
    "idle",
    "chen",
    "zhou",
    "sysadmin",
    "secadmin",
    "auditor",
)
# Callers of the API: a key of the case's base, of another base, for base info only, revoked, none.
KEYS = ("own", "foreign", "narrow", "revoked", "expired", "none")


@dataclass
class World:
    cast: Cast
    people: dict[str, User | None]
    sessions: dict[str, str]
    keys: dict[str, str]
    base: Base
    other_base: Base
    admissions: dict[str, Any]
    misuse: MisuseReport
    pooled: Expert  # works for lin's organisation: never drawn for it
    pool_import: ExpertImport
    states: dict[str, Evaluation] = field(default_factory=dict)
    tried: dict[tuple[str, str, str], tuple[Any, bytes]] = field(default_factory=dict)
    # Answers that lack a protection, with what they lack.
    unprotected: dict[tuple[str, str, str], list[str]] = field(default_factory=dict)
    browser: Client = field(default_factory=lambda: Client(raise_request_exception=False))

    @property
    def centre_key(self) -> CentreKey:
        return CentreKey.objects.earliest("pk")

    def case(self, state: str) -> Evaluation:
        """The case of lin's organisation in this state; "other": the one of the other's. Read anew:
        what a test did to the last one was taken back in the database alone."""
        return Evaluation.objects.get(pk=self.states[state].pk)

    @property
    def review(self) -> Review:
        """The open annual review of the certified case's certificate."""
        return self.case("certified").certificate.reviews.get(year=1)

    def make(self, states: Iterable[str]) -> None:
        """A case of lin's organisation in each of these states, and one of the other's whose
        result is public, on which the same experts serve."""
        for state in states:
            self.states[state] = self._carried(self.cast.new_case(), state)
        if "panel_scoring" in self.states:
            self._draw(self.states["panel_scoring"])
        others = self.cast.new_case(user=self.cast.other)
        self.states["other"] = self._carried(others, "published", self.cast.other)

    def _draw(self, case: Evaluation) -> None:
        """One more of the panel, drawn: there is one in the pool who may be."""
        today = timezone.localdate()
        need = Need("panel", 1, {}, today, today)
        asked = case.assignments.filter(duty="panel").count()
        draws.draw(self.cast.chen, case, need, seen=asked)
        print_documents(case)

    def ask(
        self,
        role: str,
        method: str,
        path: str,
        data: object = None,
        *,
        language: str = "",
        **headers: str,
    ) -> HttpResponse:
        """One request as this role, from a browser without any memory of the last."""
        self.browser.cookies.clear()
        if language:
            self.browser.cookies[settings.LANGUAGE_COOKIE_NAME] = language
        if role in self.sessions:
            self.browser.cookies[settings.SESSION_COOKIE_NAME] = self.sessions[role]
        return getattr(self.browser, method.lower())(path, data, **headers)

    def call(self, key: str, method: str, path: str, body: object = None) -> HttpResponse:
        """One call of the API with this key."""
        self.browser.cookies.clear()
        headers = {"HTTP_AUTHORIZATION": f"Bearer {self.keys[key]}"} if key in self.keys else {}
        return self.browser.generic(
            method, path, json.dumps(body or {}), content_type="application/json", **headers
        )

    def _carried(self, case: Evaluation, state: str, applicant: User | None = None) -> Evaluation:
        players = journey.Cast(
            applicant or self.cast.lin, self.cast.chen, self.cast.zhou, self.cast.experts
        )
        journey.fill(case, players.applicant, PROVINCE_VALUES)
        way = [state]
        if state == "correction":
            journey.carry(case, players, "preliminary_review")
            journey.ask_for_correction(case, players, 4, "示例：缺机房等级证书。")
            way = []
        elif state == "second_version":
            journey.carry(case, players, "submitted")
            application.return_application(self.cast.chen, case, "示例：请补充发展规划。")
            way = ["submitted"]
        elif state not in BEFORE_THE_SITE:
            journey.carry(case, players, "site_visit")
            self._ask_the_others(case, Duty.SITE)
            if state not in BEFORE_THE_PANEL:
                journey.carry(case, players, "panel_scoring")
                self._ask_the_others(case, Duty.PANEL)
        for stop in way:
            if stop in AFTER_SCORING:  # who never answered is not waited for
                waiting = case.assignments.get(duty=Duty.PANEL, expert=self.people["invited"])
                experts.release(self.cast.chen, waiting, "示例：未答复。")
            journey.carry(case, players, stop)
        case.refresh_from_db()
        if state in ("preliminary_review", "published"):
            FieldDefect.objects.create(
                declaration=case.declarations.latest("number"),
                table="other",
                field="features_text",
                reason="示例：请写明节能措施。",
                reviewed_by=self.cast.chen,
                reviewed_at=timezone.now(),
            )
        if state in ("published", "decision_pending", "certified"):
            objection = Objection.objects.create(
                number=f"YY-{case.pk}",
                channel="letter",
                kind="person",
                publication=case.publication,
                objector="示例异议人",
                contact="13000000000",
                content="示例异议",
                received_on=timezone.localdate(),
                recorded_by=self.cast.chen,
                recorded_at=timezone.now(),
            )
            ObjectionFile.objects.create(
                objection=objection,
                name="来函.pdf",
                content_type="application/pdf",
                size=16,
                sha256="0" * 64,
                stored=ContentFile(b"%PDF-1.7 example", "letter.pdf"),
                uploaded_at=timezone.now(),
            )
        if state in ("site_visit", "published"):
            SiteEntry.objects.create(
                evaluation=case,
                indicator="pue",
                author=self.cast.experts[1],
                finding={"observed": "1.5", "reason": "示例：复测"},
                noted_at=timezone.now(),
                received_at=timezone.now(),
                outcome=Outcome.OPEN,
            )
        Volume.objects.create(
            evaluation=case,
            code="x",
            content={},
            ordered_by=players.applicant,
            ordered_at=timezone.now(),
        )
        PaperReceipt.objects.create(
            evaluation=case,
            slot=4,
            received_on=timezone.localdate(),
            noted_by=self.cast.chen,
            noted_at=timezone.now(),
        )
        Upload.objects.create(
            evaluation=case,
            slot=4,
            name="机房等级.pdf",
            size=10,
            piece_size=10,
            begun_by=players.applicant,
            begun_at=timezone.now(),
            touched_at=timezone.now(),
        )
        EnterpriseImport.objects.create(
            evaluation=case,
            name="名单.xlsx",
            uploaded_by=players.applicant,
            uploaded_at=timezone.now(),
            state="ready",
            rows=[{"number": 2, "row": {"name": "示例"}, "errors": {"field": "请填写"}}],
        )
        if state in AFTER_SCORING:
            self._leave_records_of_the_panel(case)
        if state == "panel_consolidation":
            panel.share(self.cast.experts[2], case, journey.points(case))
        if state == "certified":
            open_its_review(case, players)
        print_documents(case)
        return case

    def _leave_records_of_the_panel(self, case: Evaluation) -> None:
        """The member's dissent, not confirmed, and the scan of the member's signed sheet."""
        member = self.cast.experts[3]
        Dissent.objects.create(
            assignment=case.assignments.get(expert=member, duty=Duty.PANEL),
            indicator="public_service",
            text="示例：认为应评3分。",
            recorded_by=self.cast.experts[2],
            recorded_at=timezone.now(),
        )
        sheet = case.documents.get(kind=Kind.SCORE_SHEET, owner=member)
        scan = journey.example_pdf("示例签字评分表")
        signed_sheets.file_signed_sheet(member, case, sheet, sheet.version_code, scan)

    def _ask_the_others(self, case: Evaluation, duty: str) -> None:
        """Invite those who will not serve; who was asked first scores first. Who recused from
        the visit is not asked again for the panel."""
        for role in ("invited", "recused", "released"):
            expert = self.people[role]
            if case.assignments.filter(expert=expert, recused_at__isnull=False).exists():
                continue
            asked = experts.assign(self.cast.chen, case, expert, duty, reason="示例")
            if role == "recused":
                experts.recuse(expert, asked, "示例：存在利害关系。")
            if role == "released":
                experts.pledge(expert, asked)
                experts.release(self.cast.chen, asked, "示例：日程冲突。")


BEFORE_THE_SITE = (
    "second_version",
    "draft",
    "submitted",
    "agreement_signing",
    "agreement_countersigning",
    "preliminary_review",
    "site_preparation",
)
BEFORE_THE_PANEL = ("site_visit", "panel_preparation")
AFTER_SCORING = ("panel_consolidation", "result_pending", "published", "decision_pending",
                 "certified")  # fmt: skip


def open_its_review(case: Evaluation, players: journey.Cast) -> None:
    """The first annual review is open with one answer in its draft; a suspension is proposed."""
    review = case.certificate.reviews.get(year=1)
    annual_review.open_review(review)
    answer = annual_review.Answer(True, "示例", 0, (example_pdf("示例证明"),))
    annual_review.save_answers(players.applicant, review, {"energy": answer})
    standing.propose(
        players.secretariat, case.certificate, "suspend", reason="示例", grounds=["10.4.3"]
    )
    archive.order_archive(players.secretariat, case)


def print_documents(case: Evaluation) -> None:
    """Give every document and volume of a case its file. What is printed is tested elsewhere."""
    example = b"%PDF-1.7 example"
    sha256, size = hashlib.sha256(example).hexdigest(), len(example)
    for volume in case.volumes.all():
        volume.stored.save("example.pdf", ContentFile(example), save=False)
        volume.made_at, volume.sha256, volume.size = timezone.now(), sha256, size
        volume.save()
    for document in Document.objects.filter(evaluation=case, rendered_at__isnull=True):
        document.stored.save("example.pdf", ContentFile(example), save=False)
        document.rendered_at, document.sha256, document.size = timezone.now(), sha256, size
        document.progress = 100
        document.save()


def build() -> World:
    """The cast with sessions and keys; two bases that have reported; no case yet."""
    cast = make_cast()
    university = cast.idle_expert.organisation

    def expert(username: str, name: str) -> User:
        return User.objects.create_user(
            username,
            f"{username}@example.org",
            "Example-2026",
            name=name,
            role=Role.EXPERT,
            organisation=university,
        )

    disabled = User.objects.create_user(
        "gone", "gone@example.org", "Example-2026", name="已离任", role=Role.APPLICANT,
        organisation=cast.organisation,
    )  # fmt: skip
    people: dict[str, User | None] = {
        "anonymous": None,
        "disabled": disabled,
        "lin": cast.lin,
        "han": cast.han,
        "wen": cast.wen,
        "other": cast.other,
        "site": cast.experts[0],
        "leader": cast.experts[2],
        "panel": cast.experts[3],
        "invited": expert("invited", "专家许"),
        "recused": expert("recused", "专家吕"),
        "released": expert("released", "专家施"),
        "idle": cast.idle_expert,
        "chen": cast.chen,
        "zhou": cast.zhou,
        "sysadmin": cast.sysadmin,
        "secadmin": cast.secadmin,
        "auditor": cast.auditor,
    }
    assert tuple(people) == ROLES
    sessions = {role: _session(user) for role, user in people.items() if user}
    User.objects.filter(pk=disabled.pk).update(is_active=False)
    base = _base(cast.organisation.pk, "base-own")
    other_base = _base(cast.other_organisation.pk, "base-other")
    for each in (base, other_base):
        data_calls.issue(
            title="示例统计",
            reason="示例事由",
            interfaces=["compute_report"],
            bases=[each],
            deadline=timezone.now() + timedelta(days=2),
            actor=cast.chen,
        )
    calendar.enter_day(cast.sysadmin, date(2026, 1, 5), False, "示例：临时放假。")
    for user in (cast.lin, cast.other):
        run = sandbox.finish(user, sandbox.start(user, "07:00-08:00"))
        run.stored.save("example.pdf", ContentFile(b"%PDF-1.7 example"), save=False)
        run.rendered_at, run.sha256, run.passed = timezone.now(), "0" * 64, True
        run.save()
        sandbox.start(user, "07:00-08:00")
    for each in (base, other_base):
        each.questions.create(
            rule="frozen", mark="2026-07-01", day="2026-07-07", asked_at=timezone.now(),
            facts={"since": "2026-07-01", "reports": 7},
        )  # fmt: skip
    centre_keys.issue(label="示例调度程序", networks=[], actor=cast.secadmin)
    reported = misuse.report(
        kind="fees", about="示例单位", content="示例情况", files=[example_pdf("示例附件")]
    )
    usual_reasons.begin_list()
    queue.save_view(cast.chen, "示例视图", "step=3", shared=True)
    return World(
        cast,
        people,
        sessions,
        _keys(base, other_base),
        base,
        other_base,
        admissions.make(cast),
        reported,
        _pool(cast, expert),
        ExpertImport.objects.create(
            name="专家.xlsx",
            uploaded_by=cast.chen,
            uploaded_at=timezone.now(),
            state="ready",
            rows=[{"number": 2, "row": {"name": "示例"}, "errors": {"email": "请填写"}}],
        ),
    )


def _pool(cast: Cast, expert: Callable[[str, str], User]) -> Expert:
    """Two records of the pool: one who may be drawn for lin's organisation, and one who may not."""
    drawn = pool.Facts(employer="示例大学", employer_code="91110000MA000000AG")
    person = pool.Person(name="专家蓝", email=expert("drawn", "专家蓝").email)
    pool.add(cast.chen, person, drawn)
    pooled = pool.Facts(
        employer=cast.organisation.name,
        employer_code=cast.organisation.credit_code,
        ties=(("consultancy", "示例咨询公司", "", None, None),),
    )
    person = pool.Person(name="专家白", email=expert("pooled", "专家白").email)
    return pool.add(cast.chen, person, pooled)


def _session(user: User) -> str:
    client = Client()
    client.force_login(user)
    # As one that has been used: a fresh one writes when it was seen first.
    session = client.session
    session["seen"] = int(timezone.now().timestamp()) + 3600
    session.save()
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def _base(organisation: int, code: str) -> Base:
    base = Base.objects.create(
        organisation_id=organisation,
        code=code,
        name=f"示例{code}",
        province="370000",
        city="370100",
    )
    at = datetime(2026, 3, 2, 23, 10, tzinfo=UTC)  # 07:10 of the 3rd in Shanghai
    intake.accept(base, "base_info", json.dumps(BODIES["base_info"]).encode(), received_at=at)
    report = {"统计日期": "2026-03-03", **BODIES["compute_report"]}
    intake.accept(base, "compute_report", json.dumps(report).encode(), received_at=at)
    events = json.dumps([BODIES["security_event"]]).encode()
    intake.accept(base, "security_event", events, received_at=at)
    Downtime.objects.create(
        base=base, first_day=date(2099, 1, 1), last_day=date(2099, 1, 2), announced_at=at
    )
    return base


def _keys(base: Base, other_base: Base) -> dict[str, str]:
    def text(of: Base, **how: object) -> str:
        return keys.issue(of, actor=None, **how)[1]

    revoked, revoked_text = keys.issue(base, actor=None)
    keys.revoke(revoked, actor=None)
    expired, expired_text = keys.issue(base, actor=None)
    now = timezone.now()
    ApiKey.objects.filter(pk=expired.pk).update(
        created_at=now - timedelta(days=2), valid_until=now - timedelta(days=1)
    )
    return {
        "own": text(base),
        "foreign": text(other_base),
        "narrow": text(base, scopes=["base_info"]),
        "revoked": revoked_text,
        "expired": expired_text,
    }
