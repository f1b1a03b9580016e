"""The pool's pages: records, invitations, what an expert looks after, and Excel."""

import io
import re

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from openpyxl import Workbook, load_workbook

from evaluation.actions import experts, pool, pool_import
from evaluation.models import Expert, ExpertImport, ImportState, Tie
from portal.accounts.models import Invitation, User
from portal.ledger import outbox
from portal.ledger.models import AuditEvent
from tests.evaluation.cast import make_cast, signed_in
from tests.evaluation.pool.people import code, join, to_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast():
    return make_cast()


@pytest.fixture
def office(cast):
    return signed_in(cast.chen)


def rows_of(kind, *rows):
    """A formset's fields as a browser sends them."""
    sent = {f"{kind}-TOTAL_FORMS": len(rows), f"{kind}-INITIAL_FORMS": 0}
    for number, row in enumerate(rows):
        sent |= {f"{kind}-{number}-{key}": value for key, value in row.items()}
    return sent


def filled(**changed):
    return {
        "name": "池专家", "email": "pool@example.org", "phone": "0531-0000001", "title": "教授",
        "employer": "示例大学", "employer_code": code(77), "fields_at_home": ["电力", "安全"],
        "term_from": "2026-01-01", "term_to": "2028-12-31", "version": "",
        **rows_of("ties"), **rows_of("absences"), **changed,
    }  # fmt: skip


def test_an_expert_is_added_invited_and_joins(cast, office, django_capture_on_commit_callbacks):
    former = {
        "kind": "former",
        "organisation": "示例厂",
        "credit_code": code(8),
        "until": "2025-1-1",
    }
    answer = office.post("/pool/new/", filled(**rows_of("ties", former)))
    record = Expert.objects.get()
    assert answer["Location"] == f"/pool/{record.pk}/"
    assert (record.employer_code, record.user.is_active) == (code(77), False)
    assert [row.field for row in record.field_rows.all()] == ["电力", "安全"]
    assert str(record.ties.get().until) == "2025-01-01"
    assert office.get("/pool/").context["waiting"] == 1
    assert [r["label"] for r in office.get("/pool/?state=waiting").context["rows"]] == ["未启用"]

    office.post("/pool/invite/")
    assert Invitation.objects.get().organisation is None
    outbox.sweep()
    (sent,) = [m for m in mail.outbox if m.to == ["pool@example.org"]]
    link = re.search(r"https?://[^/]+(/organisation/invitation/\S+)", sent.body)
    assert link is not None
    browser = signed_in(cast.lin)
    browser.logout()
    assert "加入专家库" in browser.get(link[1]).content.decode()
    word = "correct-horse-27"
    told = {"name": "池专家", "phone": "0531-0000002", "password1": word, "password2": word}
    assert browser.post(link[1], told)["Location"] == "/accounts/login/"
    user = User.objects.get(email="pool@example.org")
    assert (user.is_active, user.role, user.phone) == (True, "expert", "0531-0000002")
    # The link works once, and nobody invites an account that is in use.
    assert browser.get(link[1]).status_code == 410
    office.post(f"/pool/{record.pk}/invite/")
    assert Invitation.objects.count() == 1


def test_everything_wrong_is_said_at_once_and_nothing_typed_is_lost(office):
    sent = filled(
        name="", email="not-a-mail", employer_code="91110000MA0000001X", fields_at_home=[],
        term_to="2020-01-01",
        **rows_of("ties", {"kind": "former", "organisation": "", "credit_code": code(1)}),
        **rows_of("absences", {"first_day": "2026-02-02", "last_day": "2026-02-01"}),
    )  # fmt: skip
    answer = office.post("/pool/new/", sent)
    forms = answer.context["forms"]
    assert answer.status_code == 422
    assert sorted(forms.form.errors) == [
        "email", "employer_code", "fields_at_home", "name", "term_to",
    ]  # fmt: skip
    assert [sorted(row.errors) for row in forms.ties] == [["organisation", "until"]]
    assert [sorted(row.errors) for row in forms.absences] == [["last_day"]]
    assert "not-a-mail" in answer.content.decode()
    assert not Expert.objects.exists()


def test_more_rows_are_given_without_saving(office):
    answer = office.post("/pool/new/", {**filled(), "more": "ties"})
    assert (answer.status_code, len(answer.context["forms"].ties.forms)) == (200, 3)
    assert not Expert.objects.exists()


def test_a_mailbox_of_somebody_else_is_refused(cast, office):
    answer = office.post("/pool/new/", filled(email="lin@example.org"))
    assert answer.status_code == 422
    assert "是另一个账号的邮箱" in answer.content.decode()
    join(cast, 1)
    answer = office.post("/pool/new/", filled(email="pool1@example.org"))
    assert "专家库中已有邮箱为pool1@example.org的专家" in answer.content.decode()


def test_two_who_save_do_not_overwrite_each_other_unseen(cast, office):
    record = join(cast, 1, "电力")
    page = f"/pool/{record.pk}/"
    mine = filled(email="pool1@example.org", version=record.version)
    pool.change(
        cast.chen, record, pool.Person("池1", "pool1@example.org"),
        pool.Facts(employer="改过的单位", employer_code=code(5), fields=("网络",)),
        version=record.version,
    )  # fmt: skip
    answer = office.post(page, mine)
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "改过的单位" in html
    assert 'value="示例大学"' in html
    record.refresh_from_db()
    assert record.employer == "改过的单位"
    again = {**mine, "version": answer.context["forms"].form["version"].value()}
    assert office.post(page, again).status_code == 302
    record.refresh_from_db()
    assert record.employer == "示例大学"


def test_an_expert_looks_after_the_own_record_and_only_that(cast):
    record = join(cast, 1, "电力", term_to=timezone.localdate())
    browser = signed_in(record.user)
    assert "请核对并补全" in browser.get("/my-record/").content.decode()
    sent = {
        "phone": "0531-0000009", "title": "研究员", "employer": "新单位", "employer_code": code(3),
        "version": record.version, "fields_at_home": ["安全"], "term_to": "2099-01-01",
        "name": "别名", **rows_of("absences", {"first_day": "2026-08-01", "last_day": "2026-08-09"}),
        **rows_of("ties", {"kind": "consultancy", "organisation": "示例公司", "since": "2026-01-01"}),
    }  # fmt: skip
    assert browser.post("/my-record/", sent).status_code == 302
    record = Expert.objects.get(pk=record.pk)
    assert (record.employer, record.user.name, record.confirmed_at is None) == (
        "新单位", "池1", False,
    )  # fmt: skip
    assert (record.term_to, [r.field for r in record.field_rows.all()]) == (
        timezone.localdate(), ["电力"],
    )  # fmt: skip
    event = AuditEvent.objects.filter(action="evaluation.change_expert").latest("seq")
    assert event.actor == record.user
    assert event.data["employer"] == ["单位1", "新单位"]
    assert event.data["absences"] == [[], [["2026-08-01", "2026-08-09"]]]
    for other in (cast.chen, cast.lin, cast.auditor):
        assert signed_in(other).get("/my-record/").status_code == 404


def test_who_retires_is_out_with_the_reason_and_can_come_back(cast, office):
    record = join(cast, 1)
    assert office.post(f"/pool/{record.pk}/retire/", {"reason": " "}).status_code == 422
    office.post(f"/pool/{record.pk}/retire/", {"reason": "退休"})
    assert [r["record"].pk for r in office.get("/pool/").context["rows"]] == []
    assert [r["label"] for r in office.get("/pool/?state=retired").context["rows"]] == ["已退出"]
    office.post(f"/pool/{record.pk}/restore/")
    assert [r["record"].pk for r in office.get("/pool/").context["rows"]] == [record.pk]


def test_the_list_is_searched_and_filtered(cast, office):
    first, second = join(cast, 1, "电力"), join(cast, 2, "网络", "电力")

    def found(**query):
        return [row["record"].pk for row in office.get("/pool/", query).context["rows"]]

    assert found() == [first.pk, second.pk]
    assert found(q="池2") == [second.pk]
    assert found(q=code(1)) == [first.pk]
    assert found(field="网络") == [second.pk]
    assert found(q="无此人\x00") == []


HEAD = [
    "姓名*", "邮箱*", "联系电话", "专业领域*", "工作单位*", "单位信用代码*", "聘期至", "曾任职单位", "咨询单位", "不便参加的日期",
]  # fmt: skip


def workbook(*rows):
    book = Workbook()
    for row in (HEAD, *rows):
        book.active.append(row)
    kept = io.BytesIO()
    book.save(kept)
    return SimpleUploadedFile("专家.xlsx", kept.getvalue())


def taken(cast, *rows, duplicates="skip"):
    begun = pool_import.start(cast.chen, workbook(*rows))
    pool_import.read(str(begun.pk), "")
    begun.refresh_from_db()
    assert begun.state == ImportState.READY, begun.error
    return pool_import.take(cast.chen, begun.pk, duplicates).outcome


GOOD = [
    "张工", "zhang@example.org", "0531", "电力，安全", "示例一院", code(1), "2028年1月2日",
    f"示例厂|{code(2)}|2024-05-06；另一厂||2020/1/2", "示例公司|| 2025-01-01 |",
]  # fmt: skip


def test_experts_come_in_from_excel(cast):
    assert taken(cast, GOOD) == {"added": 1, "replaced": 0, "skipped": 0, "faulty": 0}
    record = Expert.objects.get()
    assert (record.user.name, str(record.term_to)) == ("张工", "2028-01-02")
    assert {r.field for r in record.field_rows.all()} == {"电力", "安全"}
    assert [(t.kind, t.organisation, t.credit_code, str(t.until)) for t in record.ties.all()] == [
        ("former", "示例厂", code(2), "2024-05-06"),
        ("former", "另一厂", "", "2020-01-02"),
        ("consultancy", "示例公司", "", "None"),
    ]


def test_each_wrong_cell_is_told(cast, office):
    bad = ["", "zhang", "", "电力、法律", "", code(1)[:-1] + "0", "明年", "示例厂|x|昨天；厂", ""]
    begun = pool_import.start(cast.chen, workbook(GOOD, bad))
    pool_import.read(str(begun.pk), "")
    begun.refresh_from_db()
    errors = begun.rows[1]["errors"]
    assert sorted(errors) == [
        "email", "employer", "employer_code", "fields", "former", "name", "term_to",
    ]  # fmt: skip
    assert errors["fields"].startswith("没有“法律”领域")
    assert errors["former"].startswith("第1项：统一社会信用代码为18位")
    assert errors["former"].endswith("第2项：缺离职日期")
    page = office.get(f"/pool/import/{begun.pk}/").content.decode()
    assert "邮箱地址不正确" in page
    book = load_workbook(io.BytesIO(office.get(f"/pool/import/{begun.pk}/faulty.xlsx").content))
    assert "邮箱地址不正确" in book.active["B2"].comment.text
    done = office.post(f"/pool/import/{begun.pk}/", {"duplicates": "skip"})
    assert done["Location"] == f"/pool/import/{begun.pk}/"
    assert Expert.objects.count() == 1


def test_duplicates_are_skipped_or_replace_and_keep_the_days_away(cast):
    taken(cast, GOOD)
    record = Expert.objects.get()
    record.absences.create(first_day="2026-01-01", last_day="2026-01-02")
    newer = ["张总", *GOOD[1:4], "示例二院", code(4), "", "", ""]
    assert taken(cast, newer)["skipped"] == 1
    assert taken(cast, GOOD, newer, duplicates="replace")["replaced"] == 1
    record = Expert.objects.get()
    assert (record.user.name, record.employer, record.absences.count()) == ("张总", "示例二院", 1)
    assert not Tie.objects.exists()


def test_a_mailbox_of_the_staff_is_a_fault_of_its_row(cast):
    row = [GOOD[0], "chen@example.org", *GOOD[2:]]
    assert taken(cast, row, GOOD) == {"added": 1, "replaced": 0, "skipped": 0, "faulty": 1}


def test_what_is_exported_can_be_taken_in_again(cast, office):
    taken(cast, GOOD)
    content = office.get("/pool/experts.xlsx").content
    begun = pool_import.start(cast.chen, SimpleUploadedFile("again.xlsx", content))
    pool_import.read(str(begun.pk), "")
    begun.refresh_from_db()
    found = pool_import.looked_through(begun)
    assert ([len(found.faulty), len(found.new)], len(found.in_list)) == ([0, 0], 1)
    before = pool.facts_of(Expert.objects.get())
    pool_import.take(cast.chen, begun.pk, "replace")
    assert pool.facts_of(Expert.objects.get()) == before


def test_days_away_come_in_and_go_out_with_the_workbook(cast, office):
    away = [*GOOD, "2026-12-01至2026-12-05；2027年1月4日"]
    assert taken(cast, away)["added"] == 1
    days = [
        (str(each.first_day), str(each.last_day)) for each in Expert.objects.get().absences.all()
    ]
    assert days == [("2026-12-01", "2026-12-05"), ("2027-01-04", "2027-01-04")]
    book = load_workbook(io.BytesIO(office.get("/pool/experts.xlsx").content))
    assert book["专家名单"]["M2"].value == "2026-12-01至2026-12-05；2027-01-04"
    wrong = [*away[:-1], "2026-12-05至2026-12-01；明天"]
    assert taken(cast, wrong)["faulty"] == 1


def test_the_export_tells_what_each_expert_served_in(cast, office):
    expert = join(cast, 1).user
    case = to_staff(cast)
    experts.assign(cast.chen, case, expert, "site", is_leader=True, reason="示例")
    book = load_workbook(io.BytesIO(office.get("/pool/experts.xlsx").content))
    (_head, row) = book["参加评估的记录"].iter_rows(values_only=True)
    assert (row[0], row[2], row[4], row[6]) == (expert.name, case.number, "现场评估", "待答复")


def test_an_import_is_taken_once_and_a_dropped_one_never(cast):
    begun = pool_import.start(cast.chen, workbook(GOOD))
    pool_import.read(str(begun.pk), "")
    pool_import.drop(cast.chen, begun.pk)
    with pytest.raises(pool_import.imports.Refused):
        pool_import.take(cast.chen, begun.pk, "skip")
    assert ExpertImport.objects.get().state == ImportState.DROPPED
