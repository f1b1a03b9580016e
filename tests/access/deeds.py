"""Who may do what, asked of the actions themselves: the pages before them may ask, too, but what is
written by another way (a file that is imported, an API to come) passes here alone.

A deed stands for an action with the least it needs to be asked. `by`: who is let in; whoever else asks
is told NotAllowed. `states`: where a case may be."""

import io
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import openpyxl
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from dataaccess.actions import (
    centre_keys,
    data_calls,
    downtime,
    keys,
    questions,
    sandbox,
    window,
)
from dataaccess.models import CentreKey, ConformanceRun, DataCall
from evaluation import steps, terms, uploads
from evaluation.actions import (
    annual_review,
    application,
    archive,
    calendar,
    challenges,
    deadlines,
    dissent,
    draws,
    enterprises,
    erasure,
    experts,
    materials,
    meeting,
    misuse,
    objection_terms,
    objections,
    opinions,
    panel,
    paper,
    pool,
    pool_import,
    queue,
    result_corrections,
    review,
    signed_sheets,
    site,
    site_entries,
    site_import,
    site_signatures,
    stamping,
    standing,
    usual_reasons,
    visit_plans,
    volumes,
)
from evaluation.actions.files import keep
from evaluation.actions.moving import moving
from evaluation.demo.files import example_pdf, example_photo
from evaluation.documents.order import order
from evaluation.models import (
    CalendarDay,
    CaseFile,
    Dissent,
    Kind,
    Proposal,
    Purpose,
    ResultCorrection,
    ReviewStage,
    SavedView,
    SiteSignature,
    UsualReason,
)
from evaluation.pool.exclusions import Need
from evaluation.steps import Actor
from portal.accounts.actions import (
    administration,
    help,
    members,
    names,
    outgoing,
    people,
    registration,
    wording,
)
from portal.accounts.actions import erasure as of_people
from portal.accounts.actions import experts as accounts_of_experts
from portal.accounts.models import User
from portal.ledger.models import OutboxEntry
from tests.access.matrix import (
    APPLICANT,
    APPLICANTS,
    DECIDER,
    EXPERTS,
    LEADER,
    MOVERS,
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
from tests.access.world import World

TODAY = timezone.localdate()
WHY = "示例：理由。"
# A case in each kind of state; the world has one of every deed's.
STATES = ("draft", "correction", "preliminary_review", "site_visit", "panel_scoring",
          "panel_consolidation", "published", "certified")  # fmt: skip
EDIT = steps.EDITABLE
AFTER = ("panel_consolidation", "published", "certified")
GIVEN = objections.Given("person", "示例异议人", "13000000000", WHY, "1")


@dataclass(frozen=True)
class Deed:
    name: str
    by: Roles
    do: Callable[[World, User, Any], Any]
    state: str = ""
    states: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()  # the other states in which there is what it is about

    def __str__(self) -> str:
        return self.name


def _assignment(case: Any, username: str, duty: str = "panel") -> Any:
    return case.assignments.get(expert__username=username, duty=duty)


def _dissent_of(case: Any, username: str) -> Dissent:
    assignment = _assignment(case, username)
    found = Dissent.objects.filter(assignment=assignment).first()
    return found or Dissent.objects.create(
        assignment=assignment, indicator="public_service", text=WHY,
        recorded_by=assignment.expert, recorded_at=timezone.now(),
    )  # fmt: skip


def _sheet(world: World, owner: User | None = None) -> Any:
    sheet = world.case("panel_consolidation").documents.get(
        kind=Kind.SCORE_SHEET, owner__username="expert4"
    )
    if owner is not None:
        sheet.owner_id = owner.pk
    return sheet


def _correction(world: World, case: Any) -> ResultCorrection:
    return ResultCorrection.objects.create(
        evaluation=case, publication=case.publications.latest("pk"), before={}, after={},
        reason=WHY, proposed_by=world.cast.chen, proposed_at=timezone.now(),
    )  # fmt: skip


def _scan(world: World, case: Any) -> CaseFile:
    """A scan of the sealed form, in whose text stands the code of a version that was printed."""
    code = "0123456789AB"
    order(case, Kind.APPLICATION_PRINT, {}, code=code)
    upload = example_pdf(code)
    checked = uploads.check(upload, uploads.MATERIALS)
    return keep(world.cast.lin, case, upload, checked, purpose=Purpose.MATERIAL, slot=stamping.SLOT)


def _emptied(case: Any) -> Any:
    """A case without materials: where there is no file, no later check of one holds anybody up."""
    case.files.filter(purpose=Purpose.MATERIAL).update(removed_at=timezone.now())
    return case


def _evidence(world: World, stage: ReviewStage) -> CaseFile:
    """The file in the draft of the review, as evidence of this stage."""
    file: CaseFile = world.review.items.get(key="energy").files.get().file
    file.review_file.stage = stage
    return file


def _photo(case: Any) -> Any:
    return case.files.filter(purpose=Purpose.SITE_PHOTO).earliest("uploaded_at", "pk").pk


def _signature(case: Any, known: bool = False) -> site_signatures.Signature:
    pk = SiteSignature.objects.filter(evaluation=case).first().pk if known else uuid.uuid4()
    return site_signatures.Signature(pk, "team", "示例", timezone.now(), {})


def _sent(case: Any, known: bool = False) -> site_entries.Sent:
    pk = case.site_entries.earliest("received_at").pk if known else uuid.uuid4()
    return site_entries.Sent(pk, "pue", site.Finding("1.4"), timezone.now())


def example_sheet() -> SimpleUploadedFile:
    packed = io.BytesIO()
    openpyxl.Workbook().save(packed)
    return SimpleUploadedFile("名单.xlsx", packed.getvalue())


def _run() -> ConformanceRun:
    return ConformanceRun.objects.filter(
        base__organisation__users__username="lin", finished_at__isnull=True
    ).earliest("pk")


PLAN = visit_plans.Plan(TODAY, TODAY, "示例地点", "示例联系人", "1", [])
NEED = Need("panel", 1, {}, TODAY, TODAY)
NEW = {"category": "province", "place": "山东"}

OF_A_CASE = [
    Deed("change scope", APPLICANT, lambda w, u, c: application.change_scope(
        u, c, category="province", place="山东"), "draft", ("draft", "returned")),
    Deed("save a table", APPLICANT, lambda w, u, c: application.save_table(
        u, c, "other", {}, 0), "correction", EDIT),
    Deed("save enterprises", APPLICANT, lambda w, u, c: enterprises.save_lines(
        u, c, [], []), "correction", EDIT),
    Deed("import enterprises", APPLICANT, lambda w, u, c: enterprises.start_import(
        u, c, example_sheet()), "correction", EDIT),
    Deed("take an import", APPLICANT, lambda w, u, c: enterprises.take_import(
        u, c, uuid.uuid4(), ""), "correction", EDIT),
    Deed("drop an import", APPLICANT, lambda w, u, c: enterprises.drop_import(
        u, c, uuid.uuid4()), "correction", EDIT),
    Deed("add a material", APPLICANT, lambda w, u, c: materials.check_slot(u, c, 1),
         "correction", EDIT),
    Deed("copy materials", APPLICANT, lambda w, u, c: materials.copy_materials(
        u, _emptied(w.case("draft")), c), "correction", EDIT),
    Deed("copy another's materials", NOBODY, lambda w, u, c: materials.copy_materials(
        u, w.case("other"), c), "correction"),
    Deed("remove a material", APPLICANT, lambda w, u, c: materials.remove_material(
        u, c, uuid.uuid4()), "correction", EDIT),
    Deed("restore a material", APPLICANT, lambda w, u, c: materials.restore_material(
        u, c, uuid.uuid4()), "correction", EDIT),
    Deed("set a period", APPLICANT, lambda w, u, c: materials.set_period(
        u, c, uuid.uuid4(), None, None), "correction", EDIT),
    Deed("answer defects", APPLICANT, lambda w, u, c: review.answer_defects(u, c, {}),
         "correction", ("correction",)),
    Deed("print the form", APPLICANT, lambda w, u, c: stamping.print_form(u, c),
         "correction", EDIT),
    Deed("state a version", APPLICANT, lambda w, u, c: stamping.state_version(
        u, c, c.files.first(), ""), "correction", EDIT),
    Deed("read which version a scan shows", APPLICANT, lambda w, u, c: stamping.read_version(
        u, c, _scan(w, c)), "correction", EDIT),
    Deed("order a draft volume", APPLICANT, lambda w, u, c: volumes.order_volume(u, c),
         "correction", EDIT),
    Deed("judge a slot", SECRETARIAT, lambda w, u, c: review.judge_slot(
        u, c, 4, accepted=False, clause="", reason=WHY),
        "preliminary_review", ("preliminary_review",)),
    Deed("mark a field", SECRETARIAT, lambda w, u, c: review.mark_field(
        u, c, "other", "features_text", WHY), "preliminary_review", ("preliminary_review",)),
    Deed("unmark a field", SECRETARIAT, lambda w, u, c: review.unmark_field(u, c, 0),
         "preliminary_review", ("preliminary_review",)),
    Deed("note paper", SECRETARIAT, lambda w, u, c: paper.note_paper(u, c, [4], TODAY),
         "preliminary_review"),
    Deed("withdraw paper", SECRETARIAT, lambda w, u, c: paper.withdraw_paper(u, c, 0),
         "preliminary_review"),
    Deed("extend", SECRETARIAT, lambda w, u, c: deadlines.extend(u, c, TODAY, WHY),
         "preliminary_review", tuple(terms.WORKING_DAYS)),
    Deed("assign", SECRETARIAT, lambda w, u, c: experts.assign(
        u, c, w.cast.idle_expert, "panel", reason=WHY), "panel_scoring", steps.ASSIGNABLE["panel"]),
    Deed("draw", SECRETARIAT, lambda w, u, c: draws.draw(u, c, NEED, seen=-1),
         "panel_scoring", steps.ASSIGNABLE["panel"]),
    Deed("release", SECRETARIAT, lambda w, u, c: experts.release(
        u, _assignment(c, "expert4"), WHY), "panel_scoring", ("panel_scoring",), AFTER),
    Deed("replace", SECRETARIAT, lambda w, u, c: draws.replace(u, _assignment(c, "released")),
         "panel_scoring", ("panel_scoring",), AFTER),
    Deed("appoint a leader", SECRETARIAT, lambda w, u, c: experts.appoint_leader(
        u, _assignment(c, "expert4"), WHY), "panel_scoring", steps.LEADABLE["panel"], AFTER[1:]),
    Deed("accept an invitation", group("invited"), lambda w, u, c: experts.accept(
        u, _assignment(c, "invited")), "panel_scoring"),
    Deed("recuse", group("invited"), lambda w, u, c: experts.recuse(
        u, _assignment(c, "invited"), WHY), "panel_scoring"),
    Deed("save a plan", SECRETARIAT | SITE, lambda w, u, c: visit_plans.save(u, c, PLAN),
         "site_visit", steps.PLANNABLE),
    Deed("send a plan", SECRETARIAT | SITE, lambda w, u, c: visit_plans.send(u, c, PLAN),
         "site_visit", steps.PLANNABLE),
    Deed("confirm a plan", APPLICANT, lambda w, u, c: visit_plans.confirm(u, c, 9),
         "site_visit", steps.PLANNABLE),
    Deed("ask for another plan", APPLICANT, lambda w, u, c: visit_plans.ask_change(
        u, c, 9, reason=WHY), "site_visit", steps.PLANNABLE),
    Deed("record a finding", SITE, lambda w, u, c: site.record(u, c, "pue", "1.4"),
         "site_visit", ("site_visit",)),
    Deed("add a photo", SITE, lambda w, u, c: site.add_photo(u, c, "pue", example_photo("例")),
         "site_visit", ("site_visit",)),
    Deed("send a photo again", SITE, lambda w, u, c: site.add_photo(
        u, c, "pue", example_photo("例"), _photo(c)), "panel_scoring"),
    Deed("take in a finding", SITE, lambda w, u, c: site_entries.take_in(u, c, _sent(c)),
         "site_visit", ("site_visit",)),
    Deed("send a finding again", SITE, lambda w, u, c: site_entries.take_in(
        u, c, _sent(c, known=True)), "published"),
    Deed("decide between findings", SITE, lambda w, u, c: site_entries.decide(
        u, c, uuid.uuid4(), adopt=True, standing="", reason=WHY), "site_visit", ("site_visit",)),
    Deed("sign on site", SITE, lambda w, u, c: site_signatures.sign(u, c, _signature(c)),
         "site_visit", ("site_visit",)),
    Deed("send a signature again", SITE, lambda w, u, c: site_signatures.sign(
        u, c, _signature(c, known=True)), "panel_scoring"),
    Deed("import a visit", SITE | SECRETARIAT, lambda w, u, c: site_import.check_may_import(u, c),
         "site_visit", ("site_visit",)),
    Deed("sign in to the meeting", PANEL, lambda w, u, c: meeting.sign_in(u, c),
         "panel_scoring", ("panel_scoring",)),
    Deed("vote", PANEL, lambda w, u, c: meeting.vote(u, c, _assignment(c, "expert4")),
         "panel_scoring", ("panel_scoring",)),
    Deed("save scores", PANEL, lambda w, u, c: panel.save_scores(u, c, {}),
         "panel_scoring", ("panel_scoring",)),
    Deed("challenge", PANEL, lambda w, u, c: challenges.challenge(u, c, "pue", "1.4", WHY),
         "panel_scoring", ("panel_scoring",)),
    Deed("withdraw a challenge", PANEL, lambda w, u, c: challenges.withdraw_challenge(
        u, c, "pue"), "panel_scoring", ("panel_scoring",)),
    Deed("put before the panel", LEADER, lambda w, u, c: panel.share(u, c, {}),
         "panel_consolidation", ("panel_consolidation",)),
    Deed("keep a draft of the opinion", LEADER, lambda w, u, c: panel.keep_draft(u, c, {}),
         "panel_consolidation", ("panel_consolidation",)),
    Deed("read the opinion", PANEL, lambda w, u, c: opinions.read_opinion(u, c, 99),
         "panel_consolidation", ("panel_consolidation",)),
    Deed("record one's own dissent", PANEL, lambda w, u, c: dissent.record_dissent(
        u, c, c.assignments.filter(expert=u, duty="panel").first() or _assignment(c, "expert4"),
        "public_service", WHY), "panel_consolidation", ("panel_consolidation",)),
    Deed("record the leader's dissent", LEADER, lambda w, u, c: dissent.record_dissent(
        u, c, _assignment(c, "expert3"), "public_service", WHY), "panel_consolidation"),
    Deed("confirm a dissent", group("panel"), lambda w, u, c: dissent.confirm_dissent(
        u, c, _dissent_of(c, "expert4")), "panel_consolidation"),
    Deed("remark on a dissent", group("panel"), lambda w, u, c: dissent.remark_dissent(
        u, c, _dissent_of(c, "expert4"), WHY), "panel_consolidation"),
    Deed("remove a member's dissent", PANEL, lambda w, u, c: dissent.remove_dissent(
        u, c, _dissent_of(c, "expert4")), "panel_consolidation"),
    Deed("remove the leader's dissent", LEADER, lambda w, u, c: dissent.remove_dissent(
        u, c, _dissent_of(c, "expert3")), "panel_consolidation"),
    Deed("file a member's signed sheet", SECRETARIAT | group("panel"),
         lambda w, u, c: signed_sheets.file_signed_sheet(u, c, _sheet(w), "", example_photo("例")),
         "panel_consolidation"),
    Deed("file one's own signed sheet", PANEL, lambda w, u, c: signed_sheets.file_signed_sheet(
        u, c, _sheet(w, owner=u), "", example_photo("例")), "panel_consolidation"),
    Deed("record an objection", SECRETARIAT, lambda w, u, c: objections.record_objection(
        u, c, GIVEN, TODAY),
        "published", objections.RECORDABLE),
    Deed("lodge an objection", APPLICANT, lambda w, u, c: objections.lodge(
        c.publication, GIVEN, applicant=u), "published"),
    Deed("take a step", SECRETARIAT, lambda w, u, c: objections.take_step(
        u, c.publication.objections.earliest("pk"), TODAY, WHY), "published"),
    Deed("extend an objection", SECRETARIAT, lambda w, u, c: objection_terms.extend_objection(
        u, c.publication.objections.earliest("pk"), TODAY + timezone.timedelta(days=99), WHY), "published"),
    Deed("close an objection", SECRETARIAT, lambda w, u, c: objections.close_objection(
        u, c.publication.objections.earliest("pk"), "rejected", WHY), "published"),
    Deed("erase an objector", SECRETARIAT, lambda w, u, c: erasure.erase_objector(
        u, c.publication.objections.earliest("pk"), WHY), "published"),
    Deed("propose a correction", SECRETARIAT, lambda w, u, c: result_corrections.propose(
        u, c, base_name="示例", place="山东", reason=WHY), "published"),
    Deed("approve a correction", DECIDER, lambda w, u, c: result_corrections.approve(
        u, _correction(w, c)), "published"),
    Deed("decline a correction", DECIDER, lambda w, u, c: result_corrections.decline(
        u, _correction(w, c), WHY), "published"),
    Deed("order an archive", STAFF, lambda w, u, c: archive.order_archive(u, c), "certified"),
    Deed("hand out an archive", STAFF, lambda w, u, c: archive.hand_out(u, c.archives.get()),
         "certified"),
    Deed("propose a change", SECRETARIAT, lambda w, u, c: standing.propose(
        u, c.certificate, "suspend", reason=WHY), "certified"),
    Deed("approve a change", DECIDER, lambda w, u, c: standing.approve(
        u, Proposal.objects.get(certificate=c.certificate)), "certified"),
    Deed("decline a change", DECIDER, lambda w, u, c: standing.decline(
        u, Proposal.objects.get(certificate=c.certificate), WHY), "certified"),
    Deed("answer a review", APPLICANT, lambda w, u, c: annual_review.save_answers(
        u, w.review, {}), "certified"),
    Deed("hand in a review", APPLICANT, lambda w, u, c: annual_review.submit(u, w.review),
         "certified"),
    Deed("remove evidence", APPLICANT, lambda w, u, c: annual_review.remove_file(
        u, w.review, _evidence(w, ReviewStage.DECLARED)), "certified"),
    Deed("remove evidence of a rectification", APPLICANT, lambda w, u, c: annual_review.remove_file(
        u, w.review, _evidence(w, ReviewStage.RECTIFIED)), "certified"),
    Deed("judge a review", SECRETARIAT, lambda w, u, c: annual_review.judge(
        u, w.review, "energy", met=True), "certified"),
    Deed("respond in a review", APPLICANT, lambda w, u, c: annual_review.save_responses(
        u, w.review, {}), "certified"),
    Deed("recheck a review", SECRETARIAT, lambda w, u, c: annual_review.recheck(
        u, w.review, "energy", solved=True), "certified"),
]  # fmt: skip

OF_THE_OFFICE = [
    Deed("take on a report of misuse", SECRETARIAT, lambda w, u, c: misuse.take_on(u, w.misuse)),
    Deed("note on a report of misuse", SECRETARIAT, lambda w, u, c: misuse.write_note(
        u, w.misuse, WHY)),
    Deed("close a report of misuse", SECRETARIAT, lambda w, u, c: misuse.close(
        u, w.misuse, outcome="not_found", answer=WHY)),
    Deed("erase a reporter", SECRETARIAT, lambda w, u, c: erasure.erase_reporter(u, w.misuse, WHY)),
    Deed("add to the pool", SECRETARIAT, lambda w, u, c: pool.add(
        u, pool.Person(name="示例", email="new@example.org"), pool.Facts(employer="示例"))),
    Deed("change in the pool", SECRETARIAT, lambda w, u, c: pool.change(
        u, w.pooled, pool.Person(name="示例", email="new@example.org"), pool.Facts(employer="示例"),
        version=0)),
    Deed("change one's own record", EXPERTS, lambda w, u, c: pool.change_own(
        u, "1", pool.Facts(employer="示例"), version=0)),
    Deed("retire from the pool", SECRETARIAT, lambda w, u, c: pool.retire(u, w.pooled, WHY)),
    Deed("restore to the pool", SECRETARIAT, lambda w, u, c: pool.restore(u, w.pooled)),
    Deed("invite to the pool", SECRETARIAT, lambda w, u, c: pool.invite(u, w.pooled)),
    Deed("import the pool", SECRETARIAT, lambda w, u, c: pool_import.start(u, example_photo("例"))),
    Deed("take the pool's import", SECRETARIAT, lambda w, u, c: pool_import.take(
        u, w.pool_import.pk, "")),
    Deed("drop the pool's import", SECRETARIAT, lambda w, u, c: pool_import.drop(
        u, w.pool_import.pk)),
    Deed("save a view", STAFF, lambda w, u, c: queue.save_view(u, "示例", "step=3", shared=True)),
    Deed("share a view", SECRETARIAT, lambda w, u, c: queue.share_view(
        u, SavedView.objects.get(owner__username="chen"), shared=False)),
    Deed("remove a view", SECRETARIAT, lambda w, u, c: queue.remove_view(
        u, SavedView.objects.get(owner__username="chen"))),
    Deed("remind", SECRETARIAT, lambda w, u, c: queue.remind(u, [])),
    Deed("save a usual reason", SECRETARIAT, lambda w, u, c: usual_reasons.save_reason(
        u, None, slot=None, clause="", text=WHY)),
    Deed("remove a usual reason", SECRETARIAT, lambda w, u, c: usual_reasons.remove_reason(
        u, UsualReason.objects.earliest("pk"))),
    Deed("enter a day", SYSTEM, lambda w, u, c: calendar.enter_day(u, TODAY, False, WHY)),
    Deed("remove a day", SYSTEM, lambda w, u, c: calendar.remove_day(
        u, CalendarDay.objects.earliest("pk").day)),
    Deed("start an application", APPLICANTS, lambda w, u, c: application.start(
        u, **NEW, base_name="示例新基地", province="370000", city="370100")),
    Deed("start for a base", APPLICANT, lambda w, u, c: application.start(u, **NEW, base=w.base)),
    Deed("start from an earlier application", APPLICANT, lambda w, u, c: application.start(
        u, **NEW, source=w.case("certified"))),
]  # fmt: skip

OF_BASES = [
    Deed("issue a centre key", SECURITY, lambda w, u, c: centre_keys.issue(
        label="示例", networks=[], actor=u)),
    Deed("change a centre key", SECURITY, lambda w, u, c: centre_keys.change(
        CentreKey.objects.earliest("pk"), label="示例新用途", networks=[], actor=u)),
    Deed("change a centre key", SECURITY, lambda w, u, c: centre_keys.change(
        CentreKey.objects.earliest("pk"), label="示例", networks=[], actor=u)),
    Deed("revoke a centre key", SECURITY, lambda w, u, c: centre_keys.revoke(
        CentreKey.objects.earliest("pk"), actor=u)),
    Deed("issue a data call", SECRETARIAT, lambda w, u, c: data_calls.issue(
        title="示例", reason=WHY, interfaces=["compute_report"], bases=[w.base],
        deadline=timezone.now(), actor=u)),
    Deed("withdraw a data call", SECRETARIAT, lambda w, u, c: data_calls.withdraw(
        DataCall.objects.earliest("pk"), actor=u)),
    Deed("say that no event happened", APPLICANT, lambda w, u, c: data_calls.say_no_events(
        DataCall.objects.get(items__base=w.base), w.base, actor=u)),
    Deed("remind of a data call", SECRETARIAT, lambda w, u, c: data_calls.remind(
        DataCall.objects.earliest("pk"), actor=u)),
    Deed("announce a downtime", APPLICANT, lambda w, u, c: downtime.announce(
        w.base, date(2099, 2, 1), date(2099, 2, 2), WHY, actor=u)),
    Deed("cancel a downtime", APPLICANT, lambda w, u, c: downtime.cancel(
        w.base.downtimes.latest("pk"), actor=u)),
    Deed("choose a window", APPLICANT, lambda w, u, c: window.choose(
        w.base, "07:00-08:00", actor=u)),
    Deed("issue a key", APPLICANT | SECURITY, lambda w, u, c: keys.issue(w.base, actor=u)),
    Deed("change a key", APPLICANT | SECURITY, lambda w, u, c: keys.change(
        w.base.keys.filter(revoked_at=None, valid_until=None).latest("pk"), actor=u,
        networks=["192.0.2.0/24"], purpose="示例")),
    Deed("rotate a key", APPLICANT | SECURITY, lambda w, u, c: keys.rotate(
        w.base.keys.earliest("pk"), actor=u, overlap=timezone.timedelta(0))),
    Deed("change a key", APPLICANT | SECURITY, lambda w, u, c: keys.change(
        w.base.keys.earliest("pk"), actor=u, networks=[], purpose="示例")),
    Deed("revoke a key", APPLICANT | SECURITY, lambda w, u, c: keys.revoke(
        w.base.keys.latest("pk"), actor=u)),
    Deed("answer a question", APPLICANT, lambda w, u, c: questions.answer(
        w.base.questions.latest("pk"), WHY, actor=u)),
    Deed("close a question", SECRETARIAT, lambda w, u, c: questions.close(
        w.base.questions.latest("pk"), WHY, actor=u)),
    Deed("make a key for practice", APPLICANTS, lambda w, u, c: sandbox.issue_key(u)),
    Deed("call for practice", APPLICANTS, lambda w, u, c: sandbox.practise_call(u, _run())),
    Deed("finish a run", APPLICANTS, lambda w, u, c: sandbox.finish(u, _run())),
]  # fmt: skip

OWNERS = group("lin other")
OF_ACCOUNTS = [
    Deed("change a setting", SYSTEM, lambda w, u, c: administration.change_setting(
        u, "objection_working_days", 5)),
    Deed("reset a setting", SYSTEM, lambda w, u, c: administration.reset_setting(
        u, "objection_working_days")),
    Deed("change a setting of security", SECURITY, lambda w, u, c: administration.change_setting(
        u, "password_min_length", 12)),
    Deed("erase a person", SYSTEM, lambda w, u, c: of_people.erase_person(
        u, w.people["disabled"], WHY)),
    Deed("open an expert's account", SECRETARIAT, lambda w, u, c: accounts_of_experts.open_account(
        u, name="示例", email="new@example.org")),
    Deed("invite an expert", SECRETARIAT, lambda w, u, c: accounts_of_experts.invite(
        u, w.cast.idle_expert)),
    Deed("invite who asked", group("lin"), lambda w, u, c: help.invite_asker(
        u, w.admissions["join"], "editor")),
    Deed("decline who asked", group("lin"), lambda w, u, c: help.decline_asker(
        u, w.admissions["join"])),
    Deed("appoint an owner", SECRETARIAT, lambda w, u, c: help.appoint(
        u, w.admissions["help"], name="示例", email="heir@example.org", reason=WHY, leaving=[])),
    Deed("refuse an owner", SECRETARIAT, lambda w, u, c: help.refuse(
        u, w.admissions["help"], WHY)),
    Deed("invite a member", OWNERS, lambda w, u, c: members.invite(
        u, name="示例", email="new@example.org", member_role="editor")),
    Deed("resend an invitation", SECRETARIAT | group("lin"), lambda w, u, c: members.resend(
        u, w.admissions["invitation"])),
    Deed("revoke an invitation", SECRETARIAT | group("lin"), lambda w, u, c: members.revoke(
        u, w.admissions["invitation"])),
    Deed("ask for a new name", OWNERS, lambda w, u, c: names.ask(
        u, new_name="示例", evidence=w.admissions["name"].evidence)),
    Deed("withdraw a new name", group("lin"), lambda w, u, c: names.withdraw(
        u, w.admissions["name"])),
    Deed("accept a new name", SECRETARIAT, lambda w, u, c: names.accept(u, w.admissions["name"])),
    Deed("refuse a new name", SECRETARIAT, lambda w, u, c: names.refuse(
        u, w.admissions["name"], WHY)),
    Deed("stop a mail", SECRETARIAT | SYSTEM, lambda w, u, c: outgoing.stop(
        u, OutboxEntry.objects.latest("pk"))),
    Deed("send a mail again", SECRETARIAT | SYSTEM, lambda w, u, c: outgoing.send_again(
        u, OutboxEntry.objects.latest("pk"))),
    Deed("create an organisation", SYSTEM, lambda w, u, c: people.create_organisation(
        u, name="示例", credit_code="91110000MA0000009X")),
    Deed("create a user", SYSTEM, lambda w, u, c: people.create_user(u)),
    Deed("change a user", SYSTEM, lambda w, u, c: people.change_user(
        u, w.cast.idle_expert, name="示例", email="new@example.org", phone="", organisation=None)),
    Deed("enable a user", SECURITY, lambda w, u, c: people.enable_user(u, w.people["disabled"])),
    Deed("disable a user", SECURITY, lambda w, u, c: people.disable_user(u, w.cast.idle_expert)),
    Deed("accept a registration", SECRETARIAT, lambda w, u, c: registration.accept(
        u, w.admissions["registration"])),
    Deed("refuse a registration", SECRETARIAT, lambda w, u, c: registration.refuse(
        u, w.admissions["registration"], WHY)),
    Deed("change wording", SECRETARIAT, lambda w, u, c: wording.change_wording(u, None, {})),
]  # fmt: skip


def _move(code: str) -> Callable[[World, User, Any], Any]:
    """The frame of a move alone: who makes it and from where."""

    def do(world: World, user: User, case: Any) -> None:
        with moving(user, case, code, WHY):
            pass

    return do


MAKE_MOVES = MOVERS | {Actor.PANEL_LEADER: LEADER}
OF_A_CASE += [
    Deed(f"move: {code}", MAKE_MOVES[move.actor], _move(code), move.sources[0], move.sources)
    for code, move in steps.MOVES.items()
    if move.actor in MAKE_MOVES and move.sources[0] in STATES
]

DEEDS = [*OF_A_CASE, *OF_THE_OFFICE, *OF_BASES, *OF_ACCOUNTS]
