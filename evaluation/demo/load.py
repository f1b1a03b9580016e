"""Loading the example data into an empty database."""

from django.contrib.auth.hashers import make_password
from django.db import transaction

from dataaccess.models import Base
from evaluation import queries
from evaluation.actions import application, panel, publication, stamping
from evaluation.demo import journey
from evaluation.demo.cases import CASES, ExampleCase, declarations
from evaluation.demo.objections import object_to, publish_with_a_correction
from evaluation.demo.people import ORGANISATIONS, PASSWORD, accounts
from evaluation.demo.reports import send_reports
from evaluation.demo.requests import load_requests
from evaluation.demo.watch import watch_bases
from evaluation.models import Duty, Evaluation
from portal.accounts.models import Organisation, User
from portal.ledger import outbox


@transaction.atomic
def load() -> None:
    """Accounts, organisations, ten cases spread over the seven steps, and reports."""
    load_people()
    with outbox.left_to_the_sweep():
        for example in CASES:
            _load_case(example)
        load_requests()
    for code, fp16 in (("demo-base", 6700), ("demo-jinghua", 2050)):
        send_reports(Base.objects.select_related("organisation").get(code=code), fp16)
    with outbox.left_to_the_sweep():
        watch_bases()


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
        journey.carry(evaluation, cast, "result_pending")
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


def _seal(evaluation: Evaluation, cast: journey.Cast) -> None:
    """The paper that was printed is the one whose scan lies in slot 1."""
    printed = stamping.print_form(cast.applicant, evaluation)
    scan = queries.draft_materials(evaluation).get(slot=stamping.SLOT)
    stamping.state_version(cast.applicant, evaluation, scan, printed.version_code)


def _leave_one_sheet_open(evaluation: Evaluation, cast: journey.Cast) -> None:
    """A panel of two that both have signed and one has scored."""
    journey.carry(evaluation, cast, "panel_scoring")
    first = evaluation.assignments.filter(duty=Duty.PANEL).order_by("id").first()
    assert first is not None, "the panel was convened"
    panel.save_scores(first.expert, evaluation, journey.points(evaluation))
    panel.submit_scores(first.expert, evaluation)
