"""Who may not be drawn, as a table: what stands on record, and the reasons that follow."""

from datetime import timedelta

import pytest
from django.utils import timezone

from evaluation.actions import experts, pool
from evaluation.models import Assignment, Evaluation, Expert
from evaluation.pool.exclusions import Judge, Need, in_pool, years_before
from portal.accounts.models import Evidence, NameChange, User
from tests.evaluation.cast import Cast, make_cast
from tests.evaluation.pool.people import code, join, need, to_staff

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate()
DAY = timedelta(days=1)
EDGE = years_before(TODAY, 3)  # EXPERT_CONFLICT_YEARS


def reasons(case: Evaluation, record: Expert, asked: Need) -> list[str]:
    fresh = Expert.objects.select_related("user").get(pk=record.pk)
    judge = Judge(case, asked.duty, TODAY)
    return [each["code"] for each in judge.reasons(fresh, asked, asked.seats)]


APPLICANT = ("示例智算科技有限公司", "91110000MA0000001R")
OTHER_NAME = "别的名字有限公司"


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, []),
        # The present employer, by code or by name, whatever the other says.
        ({"employer": OTHER_NAME, "employer_code": APPLICANT[1]}, ["employer"]),
        ({"employer": "示例智算科技 有限公司", "employer_code": ""}, ["employer"]),
        # Former employers for three years, to the day.
        ({"ties": ((("former", OTHER_NAME, APPLICANT[1], None, EDGE)),)}, ["former"]),
        ({"ties": ((("former", OTHER_NAME, APPLICANT[1], None, EDGE - DAY)),)}, []),
        ({"ties": ((("former", APPLICANT[0], "", None, TODAY)),)}, ["former"]),
        ({"ties": ((("former", "另一家", code(999), None, TODAY)),)}, []),
        # Consultancies: still running, ended within three years, ended before.
        ({"ties": ((("consultancy", OTHER_NAME, APPLICANT[1], EDGE, None)),)}, ["consultancy"]),
        ({"ties": ((("consultancy", OTHER_NAME, APPLICANT[1], None, EDGE)),)}, ["consultancy"]),
        ({"ties": ((("consultancy", OTHER_NAME, APPLICANT[1], None, EDGE - DAY)),)}, []),
        # Whatever else binds them, however long ago.
        ({"ties": ((("conflict", APPLICANT[0], "", None, EDGE - DAY)),)}, ["conflict"]),
        # Days away and term, both ends included.
        ({"absences": ((TODAY - DAY, TODAY),)}, ["absent"]),
        ({"absences": ((TODAY + DAY, TODAY + DAY),)}, []),
        ({"term_from": TODAY, "term_to": TODAY}, []),
        ({"term_from": TODAY + DAY}, ["term"]),
        ({"term_to": TODAY - DAY}, ["term"]),
        # Fields.
        ({"fields": ("网络",)}, ["field"]),
        ({"fields": ("网络", "电力")}, []),
        # Several at once, each listed.
        (
            {
                "employer_code": APPLICANT[1],
                "absences": ((TODAY, TODAY),),
                "fields": ("网络",),
            },
            ["absent", "employer", "field"],
        ),
    ],
)
def test_what_stands_on_record(facts, expected):
    cast = make_cast()
    case = to_staff(cast)
    record = join(cast, 1, **{"fields": ("电力",), **facts})
    assert reasons(case, record, need(电力=1)) == expected


def test_a_former_name_of_the_applicant_counts():
    cast = make_cast()
    case = to_staff(cast)
    scan = Evidence.objects.create(
        name="x.pdf", content_type="application/pdf", size=1, sha256="0" * 64,
        uploaded_at=timezone.now(),
    )  # fmt: skip
    NameChange.objects.create(
        organisation=cast.organisation, old_name="示例旧名有限公司", new_name="示例新名有限公司",
        evidence=scan, asked_by=cast.lin, created_at=timezone.now(), outcome="accepted",
        decided_at=timezone.now(), decided_by=cast.chen,
    )  # fmt: skip
    record = join(cast, 1, ties=((("conflict", "示例旧名有限公司", "", None, None)),))
    assert reasons(case, record, need()) == ["conflict"]


def serve(case: Evaluation, user: User, cast: Cast, duty: str = "site") -> Assignment:
    return experts.assign(cast.chen, case, user, duty, reason="示例：试")


def test_what_happened_on_this_case():
    cast = make_cast()
    case = to_staff(cast)
    team, declined, recused, released = (join(cast, number) for number in range(1, 5))
    serve(case, team.user, cast)
    experts.decline(declined.user, serve(case, declined.user, cast), "")
    experts.recuse(recused.user, serve(case, recused.user, cast), "示例：亲属")
    experts.release(cast.chen, serve(case, released.user, cast), "示例：出差")
    late = join(cast, 5)
    asked = serve(case, late.user, cast)
    experts.mark_unanswered(asked.answer_by + DAY)
    got = {r.pk: reasons(case, r, need()) for r in (team, declined, recused, released, late)}
    assert got == {
        # `team` did not answer in time, either.
        team.pk: ["lapsed"],
        declined.pk: ["declined"],
        recused.pk: ["recused"],
        released.pk: ["released"],
        late.pk: ["lapsed"],
    }
    # The panel is another matter: there only the recusal counts.
    panel = need(duty="panel")
    assert reasons(case, recused, panel) == ["recused"]
    assert [reasons(case, r, panel) for r in (team, declined, released)] == [[], [], []]


def test_who_is_on_the_team_whose_employer_is_and_who_serves_on_the_visit():
    cast = make_cast()
    case = to_staff(cast)
    member = join(cast, 1)
    colleague = join(cast, 2, employer=member.employer, employer_code=member.employer_code)
    serve(case, member.user, cast)
    assert reasons(case, member, need()) == ["team"]
    assert reasons(case, colleague, need()) == ["same_employer"]
    assert reasons(case, member, need(duty="panel")) == ["other_duty"]


def test_recent_service_on_the_same_applicant():
    cast = make_cast()
    record = join(cast, 1)
    earlier = to_staff(cast)
    asked = serve(earlier, record.user, cast)
    experts.pledge(record.user, asked)
    case = to_staff(cast)
    assert reasons(case, record, need()) == ["recent"]
    # Two years to the day, and of another applicant not at all.
    edge = timezone.localtime().replace(hour=12) - (TODAY - years_before(TODAY, 2))
    Assignment.objects.filter(pk=asked.pk).update(pledged_at=edge)
    assert reasons(case, record, need()) == ["recent"]
    Assignment.objects.filter(pk=asked.pk).update(pledged_at=edge - DAY)
    assert reasons(case, record, need()) == []


def test_no_service_is_too_recent_where_the_setting_says_so(settings):
    settings.EXPERT_SERVICE_YEARS = 0
    cast = make_cast()
    record = join(cast, 1)
    earlier = to_staff(cast)
    experts.pledge(record.user, serve(earlier, record.user, cast))
    assert reasons(to_staff(cast), record, need()) == []


def test_an_account_without_effect_and_a_disabled_one():
    cast = make_cast()
    case = to_staff(cast)
    waiting = join(cast, 1, joined=False)
    disabled = join(cast, 2)
    User.objects.filter(pk=disabled.user_id).update(is_active=False)
    assert reasons(case, waiting, need()) == ["account"]
    assert reasons(case, disabled, need()) == ["account"]


def test_who_retired_is_not_in_the_pool():
    cast = make_cast()
    record = join(cast, 1)
    assert [each.pk for each in in_pool()] == [record.pk]
    pool.retire(cast.chen, record, "示例：退休")
    assert list(in_pool()) == []
