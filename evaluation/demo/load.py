"""Loading the example data into an empty database."""

from datetime import timedelta

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

from dataaccess.models import Base
from evaluation import queries
from evaluation.actions import (
    application,
    challenges,
    deadlines,
    dissent,
    draws,
    figures,
    panel,
    publication,
    queue,
    stamping,
    usual_reasons,
)
from evaluation.demo import journey
from evaluation.demo.cases import CASES, ExampleCase, declarations
from evaluation.demo.objections import object_to, publish_with_a_correction
from evaluation.demo.people import ORGANISATIONS, PASSWORD, accounts
from evaluation.demo.pool import load_pool
from evaluation.demo.reports import send_reports
from evaluation.demo.requests import load_requests
from evaluation.demo.watch import watch_bases
from evaluation.demo.years import show_the_years_after
from evaluation.models import Duty, Evaluation
from evaluation.pool.exclusions import Need
from portal.accounts.models import Organisation, User
from portal.ledger import outbox


@transaction.atomic
def load() -> None:
    """Accounts, organisations, ten cases spread over the seven steps, and reports."""
    load_people()
    usual_reasons.begin_list()
    load_pool(User.objects.get(username="secretariat"))
    with outbox.left_to_the_sweep():
        for example in CASES:
            _load_case(example)
        load_requests()
    for code, fp16 in (("demo-base", 6700), ("demo-jinghua", 2050)):
        send_reports(Base.objects.select_related("organisation").get(code=code), fp16)
    with outbox.left_to_the_sweep():
        watch_bases()
        show_the_years_after("demo-base", "demo-jinghua", cast_for("jinghua").applicant)
    secretariat = User.objects.get(username="secretariat")
    queue.save_view(secretariat, "待专家办理", "step=5", shared=True)
    figures.count()
    _leave_the_newest_unread()


def _leave_the_newest_unread() -> None:
    """Three unread notifications each, as after some days of work."""
    for user in User.objects.all():
        newest = list(user.notifications.values_list("pk", flat=True)[:3])
        user.notifications.exclude(pk__in=newest).update(read_at=timezone.now())


def load_people() -> None:
    """The example organisations and accounts."""
    Organisation.objects.bulk_create(
        Organisation(name=o.name, credit_code=o.credit_code) for o in ORGANISATIONS
    )
    by_name = {o.name: o for o in Organisation.objects.all()}
    names = {o.key: o.name for o in ORGANISATIONS}
    password = make_password(PASSWORD)
    User.objects.bulk_create(
        User(
            username=account.username,
            email=account.email,
            name=account.name,
            role=account.role,
            organisation=by_name[names[account.organisation]] if account.organisation else None,
            password=password,
            member_role=account.member_role,
        )
        for account in accounts()
    )


def cast_for(organisation_key: str) -> journey.Cast:
    """The people who carry one organisation's case."""
    users = {user.username: user for user in User.objects.select_related("organisation")}
    applicant = "applicant" if organisation_key == "binhai" else f"applicant-{organisation_key}"
    return journey.Cast(
        applicant=users[applicant],
        secretariat=users["secretariat"],
        decider=users["decider"],
        experts=tuple(users[f"expert{n}"] for n in range(1, 5)),
    )


def _load_case(example: ExampleCase) -> None:
    cast = cast_for(example.organisation)
    declaration = declarations()[example.declaration]
    organisation = cast.applicant.organisation
    assert organisation is not None, "applicants belong to an organisation"
    base = Base.objects.create(
        organisation=organisation,
        code=example.base_code,
        name=example.base_name,
        province=example.province,
        city=example.city,
    )
    evaluation = application.start(
        cast.applicant, category=declaration["category"], place=example.place, base=base
    )
    journey.fill(evaluation, cast.applicant, declaration["values"])
    _seal(evaluation, cast)
    if example.state == "published":
        _let_one_doubt_and_dissent(evaluation, cast)
        publication.publish(cast.secretariat, evaluation, working_days=5)
        object_to(evaluation, cast)
    elif example.state == "not_certified":
        journey.carry(evaluation, cast, "result_pending")
        publish_with_a_correction(evaluation, cast)
        journey.carry(evaluation, cast, example.state)
    elif example.state == "panel_scoring":
        _leave_one_sheet_open(evaluation, cast)
    else:
        journey.carry(evaluation, cast, example.state)
    if example.state == "site_visit":
        _draw_one_more(evaluation, cast)
    elif example.state == "preliminary_review" and evaluation.deadline is not None:
        later = evaluation.deadline + timedelta(days=7)
        reason = "示例：申报单位补寄的纸质材料尚在途中。"
        deadlines.extend(cast.secretariat, evaluation, later, reason)


def _draw_one_more(evaluation: Evaluation, cast: journey.Cast) -> None:
    """The site team asks for somebody who knows security: drawn, invited, not answered yet."""
    today = timezone.localdate()
    need = Need(Duty.SITE, 1, {"安全": 1}, today, today + timedelta(days=14))
    asked = evaluation.assignments.filter(duty=Duty.SITE).count()
    draws.draw(cast.secretariat, evaluation, need, seen=asked)


def _seal(evaluation: Evaluation, cast: journey.Cast) -> None:
    """The paper that was printed is the one whose scan lies in slot 1."""
    printed = stamping.print_form(cast.applicant, evaluation)
    scan = queries.draft_materials(evaluation).get(slot=stamping.SLOT)
    stamping.state_version(cast.applicant, evaluation, scan, printed.version_code)


def _let_one_doubt_and_dissent(evaluation: Evaluation, cast: journey.Cast) -> None:
    """One of the panel doubts a verified value and keeps another opinion on a final one."""
    leader, member = cast.experts[2:4]
    journey.carry(evaluation, cast, "panel_scoring")
    challenges.challenge(member, evaluation, "pue", "1.5", "示例：冷却系统用电是否计入，请复核。")
    journey.carry(evaluation, cast, "panel_consolidation")
    seat = evaluation.assignments.get(expert=member, duty=Duty.PANEL)
    dissent.record_dissent(
        member,
        evaluation,
        seat,
        "public_service",
        "示例：认为产学研用一体化平台尚在建设，应少评0.5分。",
    )
    answers = {
        doubt.pk: "示例：能耗台账含冷却系统，核验值不变。"
        for doubt in challenges.counted_challenges(evaluation)
    }
    journey.hand_in(leader, evaluation, journey.points(evaluation), answers=answers)


def _leave_one_sheet_open(evaluation: Evaluation, cast: journey.Cast) -> None:
    """A panel of two that both have signed and one has scored."""
    journey.carry(evaluation, cast, "panel_scoring")
    first = evaluation.assignments.filter(duty=Duty.PANEL).order_by("id").first()
    assert first is not None, "the panel was convened"
    panel.save_scores(first.expert, evaluation, journey.points(evaluation))
    panel.submit_scores(first.expert, evaluation)
