"""Drawing a team, replacing who leaves it, and proving it afterwards."""

import random
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from evaluation.actions import draws, experts, pool
from evaluation.documents import pages
from evaluation.errors import NotAllowed, Refused
from evaluation.models import Assignment, Document, Draw, DrawRound, Expert, Kind
from evaluation.pool import record
from portal.accounts.models import User
from portal.ledger.models import AuditEvent, OutboxEntry
from tests.evaluation.cast import make_cast, signed_in
from tests.evaluation.pool.people import join, need, to_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast():
    return make_cast()


@pytest.fixture
def case(cast):
    return to_staff(cast)


@pytest.fixture
def people(cast):
    """Six of 电力, two of 安全, one who works for the applicant."""
    found = [join(cast, number, "电力") for number in range(1, 7)]
    found += [join(cast, number, "安全") for number in (7, 8)]
    insider = cast.organisation
    return [
        *found,
        join(cast, 9, "安全", employer=insider.name, employer_code=insider.credit_code),
    ]


def drawn(case, **where):
    return set(case.assignments.filter(**where).values_list("expert__name", flat=True))


def redraw(case):
    told = StringIO()
    call_command("redraw", case.number, stdout=told)
    return told.getvalue()


def test_a_draw_invites_the_team_and_keeps_everything(cast, case, people):
    made = draws.draw(cast.chen, case, need(3, 电力=2, 安全=1), seen=0)
    team = list(case.assignments.select_related("expert"))
    assert sorted(each.seat for each in team) == ["安全", "电力", "电力"]
    assert {each.expert.name for each in team if each.seat == "安全"} <= {"池7", "池8"}
    assert all(each.answer_by and each.draw_round.draw == made for each in team)
    # The insider is on the frozen list, with the reason; the seed is 32 bytes.
    assert [c["reasons"] for c in made.candidates if c["name"] == "池9"] == [
        [{"code": "employer", "detail": "示例智算科技有限公司"}]
    ]
    assert len(bytes.fromhex(made.seed)) == 32
    # Audit, timeline, mails and the record as a document.
    event = AuditEvent.objects.get(action="evaluation.draw")
    assert (event.data["seed"], event.data["digest"]) == (made.seed, made.digest)
    assert case.transitions.latest("pk").move == "experts_drawn"
    mailed = OutboxEntry.objects.filter(key__startswith="mail:expert_invitation:")
    assert {entry.payload["user"] for entry in mailed} == {each.expert_id for each in team}
    assert Document.objects.get(kind=Kind.DRAW).content["seed"] == made.seed
    assert "every draw comes out the same" in redraw(case)


def test_too_few_says_which_field_and_draws_nobody(cast, case, people):
    with pytest.raises(Refused) as refused:
        draws.draw(cast.chen, case, need(5, 电力=1, 安全=3), seen=0)
    assert str(refused.value) == (
        "可抽取的专家不足：“安全”领域还缺1位。请调整要求，或先补充专家库。"
    )
    assert (Assignment.objects.count(), Draw.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        (need(0), "一次抽取1至15位专家。"),
        (need(16), "一次抽取1至15位专家。"),
        (need(2, 电力=2, 安全=1), "各领域合计3位，超过抽取人数2位。"),
    ],
)
def test_what_cannot_be_asked(cast, case, asked, sentence):
    with pytest.raises(Refused) as refused:
        draws.draw(cast.chen, case, asked, seen=0)
    assert refused.value.sentences == (sentence,)


def test_a_page_that_is_out_of_date_draws_nobody(cast, case, people):
    draws.draw(cast.chen, case, need(2), seen=0)
    with pytest.raises(Refused):
        draws.draw(cast.chen, case, need(2), seen=0)
    assert case.assignments.count() == 2
    # With the list as it is now, more are drawn, of other employers than those on the team.
    draws.draw(cast.chen, case, need(2), seen=2)
    assert len(drawn(case)) == 4
    assert redraw(case).count("round 0") == 4


def test_the_next_in_order_takes_the_seat_of_one_who_leaves(cast, case, people):
    made = draws.draw(cast.chen, case, need(2, 电力=2), seen=0)
    first = case.assignments.earliest("pk")
    with pytest.raises(Refused) as refused:
        draws.replace(cast.chen, first)
    assert str(refused.value) == "该专家仍在本组，不需要补抽。"
    experts.decline(first.expert, first, "没有时间")
    second = draws.replace(cast.chen, first)
    order = [step.id for step in record.again(made, made.rounds.get(number=0))]
    everyone = [each["id"] for each in sorted(
        (c for c in made.candidates if not c["reasons"]),
        key=lambda c: record.lottery.lot(made.seed, c["id"]),
    )]  # fmt: skip
    following = [pk for pk in everyone if pk not in order]
    assert Expert.objects.get(user=second.expert).pk == following[0]
    assert (second.seat, second.draw_round.cause, second.draw_round.number) == (
        "电力", "declined", 1,
    )  # fmt: skip
    with pytest.raises(Refused) as refused:
        draws.replace(cast.chen, first)
    assert "已经补抽过" in str(refused.value)
    # Who cannot come any more by then is passed over, with the reason on record.
    experts.recuse(second.expert, second, "亲属任职")
    gone = Expert.objects.get(pk=following[1])
    pool.retire(cast.chen, gone, "示例：退休")
    third = draws.replace(cast.chen, second)
    assert Expert.objects.get(user=third.expert).pk == following[2]
    assert third.draw_round.barred[str(gone.pk)] == [{"code": "retired", "detail": ""}]
    assert Document.objects.filter(kind=Kind.DRAW).count() == 3
    assert "every draw comes out the same" in redraw(case)


def test_where_the_order_has_run_out_it_is_said(cast, case, people):
    draws.draw(cast.chen, case, need(1, 安全=1), seen=0)
    for _nth in range(2):
        last = case.assignments.latest("pk")
        experts.decline(last.expert, last, "")
        if _nth == 0:
            draws.replace(cast.chen, last)
    with pytest.raises(Refused) as refused:
        draws.replace(cast.chen, last)
    assert "没有可以顺延的专家" in str(refused.value)


def test_a_pool_that_changed_since_changes_nothing(cast, case, people):
    draws.draw(cast.chen, case, need(3, 电力=2, 安全=1), seen=0)
    before = redraw(case)
    chance = random.Random(7)
    for each in people:
        match chance.randrange(4):
            case 0:
                pool.retire(cast.chen, each, "示例")
            case 1:
                Expert.objects.filter(pk=each.pk).update(employer="改了", employer_code="")
            case 2:
                each.field_rows.all().delete()
            case _:
                User.objects.filter(pk=each.user_id).update(name="改了名", is_active=False)
    join(cast, 50, "电力", "安全")
    assert redraw(case) == before


def alter(made: Draw, what: str) -> None:
    """As somebody with the database in hand could."""
    match what:
        case "seed":
            Draw.objects.filter(pk=made.pk).update(seed="0" * 64)
        case "candidates":
            made.candidates[0]["reasons"] = [{"code": "absent", "detail": ""}]
            Draw.objects.filter(pk=made.pk).update(candidates=made.candidates)
        case "seed and digest":
            made.seed = "0" * 64
            Draw.objects.filter(pk=made.pk).update(
                seed=made.seed, digest=record.digest_of_draw(made)
            )
        case "picks":
            first = made.rounds.get()
            first.picks = [{"id": first.picks[0]["id"] + 1, "seat": ""}]
            DrawRound.objects.filter(pk=first.pk).update(
                picks=first.picks, digest=record.digest_of_round(first)
            )
        case "who was invited":
            other = User.objects.exclude(assignments__isnull=False).filter(name__startswith="池")
            made.rounds.get().assignments.update(expert=other.first())
        case "round":
            made.rounds.get().assignments.update(draw_round=None, manual_reason="x")
            made.rounds.all().delete()
        case "draw":
            alter(made, "round")
            made.delete()


@pytest.mark.parametrize(
    ("what", "sentence"),
    [
        ("seed", "were altered: the digest differs"),
        ("candidates", "were altered: the digest differs"),
        ("seed and digest", "the audit trail knows no draw with this digest"),
        ("picks", "the audit trail knows no round with this digest"),
        ("who was invited", "not those who were drawn were invited"),
        ("draw", "its record is gone"),
        ("round", "a round that the audit trail tells of is missing"),
    ],
)
def test_what_was_altered_is_found(cast, case, people, what, sentence):
    alter(draws.draw(cast.chen, case, need(1), seen=0), what)
    with pytest.raises(CommandError) as found:
        redraw(case)
    assert sentence in str(found.value)


def test_a_case_without_a_draw(case):
    with pytest.raises(CommandError):
        redraw(case)


def test_only_the_secretariat_draws_and_only_in_its_time(cast, case, people):
    for user in (cast.zhou, cast.lin, cast.auditor, cast.idle_expert):
        with pytest.raises(NotAllowed):
            draws.draw(user, case, need(1), seen=0)
    late = to_staff(cast, "preliminary_review")
    with pytest.raises(Refused):
        draws.draw(cast.chen, late, need(1), seen=0)


def test_the_page_shows_who_is_kept_out_and_draws(cast, case, people):
    client = signed_in(cast.chen)
    page = f"/cases/{case.number}/experts/draw/"
    context = client.get(page).context
    assert (context["pool_size"], context["eligible"], context["short"]) == (9, 8, [])
    assert dict(context["by_field"])["电力"] == 6
    assert [(each["name"], each["told"]) for each in context["excluded"]] == [
        ("池9", ["任职于申报单位：示例智算科技有限公司"])
    ]
    today = timezone.localdate().isoformat()
    # The fields in the order of the setting: 产业, 算力, 网络, 电力, 安全, 数据.
    sent = {"size": 4, "field_4": 3, "first_day": today, "last_day": today, "seen": 0}
    looked = client.post(page, {**sent, "look": "1"})
    assert (looked.status_code, looked.context["short"]) == (200, ["“安全”领域还缺1位"])
    refused = client.post(page, sent)
    assert refused.status_code == 422
    assert "“安全”领域还缺1位" in refused.content.decode()
    assert 'value="3"' in refused.content.decode()
    done = client.post(page, {**sent, "field_4": 2})
    assert done["Location"] == f"/cases/{case.number}/experts/"
    assert {"池7", "池8"} < drawn(case)
    assert "池9" not in drawn(case)
    shown = client.get(f"/cases/{case.number}/experts/").content.decode()
    assert "抽取：安全" in shown


def test_wrong_input_keeps_what_was_typed(cast, case, people):
    answer = signed_in(cast.chen).post(
        f"/cases/{case.number}/experts/draw/",
        {"size": "many", "field_3": "-1", "first_day": "tomorrow", "last_day": "", "seen": "0"},
    )
    assert answer.status_code == 422
    assert sorted(answer.context["form"].errors) == ["field_3", "first_day", "last_day", "size"]
    assert "tomorrow" in answer.content.decode()


def test_the_record_is_read_by_the_secretariat_and_the_audit_administrator(cast, case, people):
    made = draws.draw(cast.chen, case, need(2, 安全=1), seen=0)
    first = case.assignments.earliest("pk")
    experts.accept(first.expert, first)
    experts.recuse(first.expert, first, "金丝雀回避理由")
    draws.replace(cast.chen, first)
    for user in (cast.chen, cast.auditor):
        client = signed_in(user)
        assert made.evaluation.number in client.get("/draws/").content.decode()
        html = client.get(f"/draws/{made.pk}/").content.decode()
        for shown in (made.seed, made.digest, "池9", "任职于申报单位", "第 1 次补抽", "申请回避"):
            assert shown in html
        assert "金丝雀回避理由" not in html
    assert signed_in(cast.auditor).get(f"/cases/{case.number}/").status_code == 404
    for user in (cast.zhou, cast.lin, first.expert, cast.sysadmin):
        assert signed_in(user).get(f"/draws/{made.pk}/").status_code == 404
        assert signed_in(user).get("/draws/").status_code == 404


def test_the_printed_record_holds_what_repeating_takes(cast, case, people):
    made = draws.draw(cast.chen, case, need(2, 安全=1), seen=0)
    document = Document.objects.get(kind=Kind.DRAW)
    html = pages.html("draw", document.content, document.version_code)
    html = html.replace("</span><span>", "")  # a digest is printed in two halves
    for shown in (made.seed, made.algorithm, "1×安全，1×不限领域", "池9", "任职于申报单位"):
        assert shown in html
    # Only the secretariat has it among the papers of the case; it names the whole pool.
    assert document.number in signed_in(cast.chen).get(f"/cases/{case.number}/").content.decode()
    assert (
        document.number not in signed_in(cast.zhou).get(f"/cases/{case.number}/").content.decode()
    )
