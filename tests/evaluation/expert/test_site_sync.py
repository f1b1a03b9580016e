"""Findings, photos and signatures of devices that had no network: taken in once, overwriting
nothing; and the encrypted file they come in when a device cannot send."""

import base64
import json
import uuid

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils import timezone

from evaluation import findings
from evaluation.actions import experts, site, site_entries
from evaluation.demo.files import example_photo
from evaluation.errors import Refused
from evaluation.models import Evaluation, Kind, Purpose, SiteEntry
from portal.ledger.models import AuditEvent
from tests.evaluation.cast import make_cast, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def prepared(django_db_setup, django_db_blocker):
    """The cast and a case on its visit, made once; each test runs in a savepoint of it."""
    with django_db_blocker.unblock(), transaction.atomic():
        made = make_cast()
        yield made, made.case_in("site_visit").pk
        transaction.set_rollback(True)


@pytest.fixture
def cast(prepared):
    return prepared[0]


@pytest.fixture
def case(prepared, db):
    return Evaluation.objects.get(pk=prepared[1])


def page_of(case):
    return f"/cases/{case.number}/site-visit/"


def finding(user, code, value, *, seen="", after=None, **texts):
    return {
        "kind": "finding",
        "id": str(uuid.uuid4()),
        "author": user.pk,
        "indicator": code,
        "fields": {"value": value, "reason": "现场复测", **texts},
        "seen": seen,
        "after": after,
        "noted_at": timezone.now().isoformat(),
    }


def signature(user, case, side, **more):
    return {
        "kind": "signature",
        "id": str(uuid.uuid4()),
        "author": user.pk,
        "side": side,
        "name": "示例签字人",
        "strokes": [[[10, 20], [300, 200]], [[400, 30]]],
        "covers": findings.stamps(case),
        "signed_at": timezone.now().isoformat(),
        **more,
    }


def send(user, case, thing):
    answer = signed_in(user).post(f"{page_of(case)}sync/", thing, "application/json")
    return answer.status_code, answer.json()


def outcome(user, case, thing):
    return send(user, case, thing)[1]["outcome"]


def observed(case):
    return dict(case.site_records.values_list("indicator", "observed"))


def record_all(cast, case):
    declared = case.declarations.get().values
    for indicator in site.verified_on_site(case):
        site.record(cast.experts[0], case, indicator.code, declared[indicator.code])


# One finding


def test_a_finding_is_recorded_with_its_texts_and_answered_with_its_verdict(cast, case):
    thing = finding(
        cast.experts[0], "pue", "１.31",
        instrument="关口电表", reading="1.308", documented="1.28（材料8）", note="复测两次",
    )  # fmt: skip
    status, told = send(cast.experts[0], case, thing)
    assert (status, told["outcome"]) == (200, "kept")
    record = case.site_records.get()
    assert (record.observed, record.reading, record.documented, record.note) == (
        "1.31", "1.308", "1.28（材料8）", "复测两次",
    )  # fmt: skip
    assert record.noted_at.isoformat() == thing["noted_at"]
    assert "不符合" in told["html"]
    assert "还有 24 项未核验" in told["html"]


def test_the_same_finding_sent_again_is_recorded_once(cast, case):
    thing = finding(cast.experts[0], "pue", "1.31")
    assert [outcome(cast.experts[0], case, thing) for _ in range(3)] == ["kept"] * 3
    assert AuditEvent.objects.filter(action="evaluation.record_site").count() == 1
    assert SiteEntry.objects.count() == 1


def test_it_answers_the_same_after_the_visit_was_closed(cast, case):
    record_all(cast, case)
    before = finding(
        cast.experts[0], "pue", "1.31", seen=findings.stamp(case.site_records.get(indicator="pue"))
    )
    assert outcome(cast.experts[0], case, before) == "kept"
    site.close_visit(cast.experts[0], case)
    assert send(cast.experts[0], case, before)[1]["outcome"] == "kept"
    late = finding(cast.experts[0], "pue", "1.5")
    status, told = send(cast.experts[0], case, late)
    assert (status, told["outcome"]) == (409, "closed")
    assert told["sentences"]


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"value": "0.9"}, "核验值：应为不小于1的数值"),
        ({"value": ""}, "核验值：请填写此项。"),
        ({"value": "1.5", "reason": " "}, "差异原因：核验值与申报值不一致，请写明差异原因。"),
    ],
)
def test_what_is_no_finding_is_refused_in_words_and_stays_on_the_device(
    cast, case, fields, sentence
):
    thing = finding(cast.experts[0], "pue", "1")
    thing["fields"] = {"reason": "x", **fields}
    status, told = send(cast.experts[0], case, thing)
    assert (status, told["outcome"]) == (422, "refused")
    assert any(text.startswith(sentence) for text in told["sentences"])
    assert not SiteEntry.objects.exists()


def test_agreeing_with_the_declared_value_needs_no_value(cast, case):
    thing = {**finding(cast.experts[0], "virtualization", ""), "fields": {}, "confirm": True}
    assert outcome(cast.experts[0], case, thing) == "kept"
    assert observed(case) == {"virtualization": case.declarations.get().values["virtualization"]}


def test_a_device_may_say_that_an_item_could_not_be_verified(cast, case):
    thing = finding(cast.experts[0], "pue", "", unverified="on")
    silent = {**thing, "fields": {"value": "", "unverified": "on", "reason": ""}}
    assert send(cast.experts[0], case, silent)[1]["sentences"] == [
        "差异原因：请写明无法核验的原因。"
    ]
    assert outcome(cast.experts[0], case, thing) == "kept"
    assert observed(case) == {"pue": None}
    later = finding(cast.experts[0], "pue", "1.3", unverified="", after=thing["id"])
    assert outcome(cast.experts[0], case, later) == "kept"
    assert observed(case) == {"pue": "1.3"}


def test_what_no_device_sends_is_refused(cast, case):
    client = signed_in(cast.experts[0])
    for body in (b"", b"[]", b'{"kind": "finding"}', b"\xff", json.dumps({"kind": "x"}).encode()):
        answer = client.post(f"{page_of(case)}sync/", body, "application/json")
        assert (answer.status_code, answer.json()["outcome"]) == (422, "refused")
    unknown = finding(cast.experts[0], "operation_plan", "5")  # judged by the panel
    assert send(cast.experts[0], case, unknown)[0] == 422


def test_another_accounts_findings_are_not_taken_from_this_one(cast, case):
    thing = finding(cast.experts[1], "pue", "1.31")
    status, told = send(cast.experts[0], case, thing)
    assert (status, told["outcome"]) == (409, "other_user")
    assert observed(case) == {}


def test_a_number_of_another_case_gives_nothing_away(cast, case):
    thing = finding(cast.experts[0], "pue", "1.31")
    send(cast.experts[0], case, thing)
    second = cast.case_in("site_visit")
    status, told = send(cast.experts[0], second, thing)
    assert (status, told["outcome"]) == (422, "refused")
    assert observed(second) == {}


# The same item by two people, or on two devices


def test_two_findings_stand_side_by_side_until_a_person_decides(cast, case):
    first, second = cast.experts[:2]
    send(first, case, finding(first, "pue", "1.31"))
    thing = finding(second, "pue", "1.52")
    status, told = send(second, case, thing)
    assert (status, told["outcome"]) == (200, "conflict")
    assert observed(case) == {"pue": "1.31"}
    for text in ("1.31", "1.52", first.name, second.name, "改用 1.52"):
        assert text in told["html"]
    assert outcome(second, case, thing) == "conflict"  # sent again

    entry = case.site_entries.get(outcome="open")
    address = f"{page_of(case)}entries/{entry.pk}/"
    standing = findings.stamp(case.site_records.get())
    client = signed_in(first)
    unexplained = client.post(address, {"choice": f"adopt:{standing}"}, follow=True)
    assert "请写明选定这一份的理由" in unexplained.content.decode()
    assert observed(case) == {"pue": "1.31"}
    reason = {f"reason-{entry.pk}": "复测仍为1.52"}
    client.post(address, {"choice": f"adopt:{standing}"} | reason)
    record = case.site_records.get()
    assert (record.observed, record.recorded_by) == ("1.52", second)
    entry.refresh_from_db()
    assert (entry.outcome, entry.decided_by) == ("adopted", first)
    page = client.get(page_of(case)).content.decode()
    assert "改用 1.52" not in page
    assert "更早的 1 次记录" in page  # what was not chosen stays readable
    # A second press changes nothing.
    client.post(address, {"choice": f"keep:{standing}"} | reason)
    assert observed(case) == {"pue": "1.52"}


def test_keeping_what_stands_sets_the_other_aside(cast, case):
    first, second = cast.experts[:2]
    send(first, case, finding(first, "pue", "1.31"))
    send(second, case, finding(second, "pue", "1.52"))
    entry = case.site_entries.get(outcome="open")
    standing = findings.stamp(case.site_records.get())
    signed_in(second).post(
        f"{page_of(case)}entries/{entry.pk}/",
        {"choice": f"keep:{standing}", f"reason-{entry.pk}": "读数的时段不对"},
    )
    entry.refresh_from_db()
    assert entry.decision_reason == "读数的时段不对"
    assert (entry.outcome, observed(case)) == ("set_aside", {"pue": "1.31"})
    noted = AuditEvent.objects.get(action="evaluation.site_conflict")
    assert noted.data["observed"] == "1.52"


@pytest.mark.parametrize("adopt", [True, False])
def test_the_signed_record_names_both_findings_who_chose_and_why(cast, case, adopt):
    first, second = cast.experts[:2]
    record_all(cast, case)
    site.record(first, case, "pue", "1.31", reason="上午实测", instrument="关口电表")
    send(second, case, finding(second, "pue", "1.52", reading="1.519"))
    entry = case.site_entries.get(outcome="open")
    stood = findings.stamp(case.site_records.get(indicator="pue"))
    site_entries.decide(first, case, entry.pk, adopt=adopt, standing=stood, reason="满载时段的读数")
    site.record(first, case, "pue", "1.28", seen=None)  # verified once more, later
    site.close_visit(first, case)
    (row,) = case.documents.get(kind=Kind.SITE_RECORD).content["decisions"]
    told = {
        side: (row[side]["value"], row[side]["by"], row[side]["difference"], row[side]["reading"])
        for side in ("chosen", "rejected")
    }
    one = ("1.31", first.name, "上午实测", "")
    other = ("1.52", second.name, "现场复测", "1.519")
    chosen, rejected = (other, one) if adopt else (one, other)
    assert told == {"chosen": chosen, "rejected": rejected}
    assert (row["decided_by"], row["reason"]) == (first.name, "满载时段的读数")


def test_a_choice_between_other_findings_than_were_shown_is_refused(cast, case):
    first, second = cast.experts[:2]
    send(first, case, finding(first, "pue", "1.31"))
    send(second, case, finding(second, "pue", "1.52"))
    entry, shown = case.site_entries.get(outcome="open"), case.site_records.get()
    site.record(first, case, "pue", "1.4", reason="第三次测量")
    with pytest.raises(Refused, match="又有新的记录"):
        site_entries.decide(
            second, case, entry.pk, adopt=True, standing=findings.stamp(shown), reason="复测"
        )
    assert observed(case) == {"pue": "1.4"}


def test_the_same_finding_by_two_people_is_no_conflict(cast, case):
    for user in cast.experts[:2]:
        assert outcome(user, case, finding(user, "pue", "1.31")) == "kept"


def test_a_later_finding_of_the_same_device_follows_the_one_that_arrived_unnoticed(cast, case):
    user = cast.experts[0]
    first = finding(user, "pue", "1.31")
    send(user, case, first)  # the answer never reached the device
    second = finding(user, "pue", "1.33", after=first["id"])
    assert outcome(user, case, second) == "kept"
    assert observed(case) == {"pue": "1.33"}


def test_a_corrected_finding_takes_the_place_of_its_own_open_one(cast, case):
    first, second = cast.experts[:2]
    send(first, case, finding(first, "pue", "1.31"))
    wrong = finding(second, "pue", "1.52")
    send(second, case, wrong)
    assert outcome(second, case, finding(second, "pue", "1.5", after=wrong["id"])) == "conflict"
    own = case.site_entries.filter(author=second).order_by("received_at")
    assert [(entry.finding["observed"], entry.outcome) for entry in own] == [
        ("1.52", "replaced"),
        ("1.5", "open"),
    ]


def test_an_undecided_conflict_holds_the_closing_and_the_signatures(cast, case):
    record_all(cast, case)
    send(cast.experts[1], case, finding(cast.experts[1], "pue", "1.52"))
    with pytest.raises(Refused, match="“电能利用效率”有两份不同的记录"):
        site.close_visit(cast.experts[0], case)
    _status, told = send(cast.experts[0], case, signature(cast.experts[0], case, "team"))
    assert told["sentences"] == ["有指标存在两份不同的记录，请选定其一后再签字。"]


# Photos


def photo(user, case, number, content=None, code="pue"):
    upload = content or example_photo()
    data = {"id": number, "author": user.pk, "indicator": code, "photo": upload}
    answer = signed_in(user).post(f"{page_of(case)}photos/", data)
    return answer.status_code, answer.json()


def test_a_photo_sent_again_is_kept_once(cast, case):
    number = str(uuid.uuid4())
    for _ in range(2):
        status, told = photo(cast.experts[0], case, number)
        assert (status, told["outcome"]) == (200, "kept")
    kept = case.files.get(purpose=Purpose.SITE_PHOTO)
    assert (str(kept.pk), kept.indicator) == (number, "pue")
    assert kept.name in told["html"]


def test_a_photo_that_is_none_or_has_no_number_is_refused_in_words(cast, case):
    fake = SimpleUploadedFile("照片.jpg", b"<script>alert(1)</script>")
    status, told = photo(cast.experts[0], case, str(uuid.uuid4()), fake)
    assert (status, told["outcome"]) == (422, "refused")
    assert "照片.jpg" in told["sentences"][0]
    assert photo(cast.experts[0], case, "1")[0] == 422
    assert not case.files.filter(purpose=Purpose.SITE_PHOTO).exists()


# Signatures


def test_both_sides_sign_and_a_later_change_asks_for_new_signatures(cast, case):
    leader = cast.experts[0]
    record_all(cast, case)
    for side in ("team", "applicant"):
        thing = signature(leader, case, side)
        assert [outcome(leader, case, thing) for _ in range(2)] == ["kept", "kept"]
    assert case.site_signatures.count() == 2
    assert findings.outdated(case) == []
    site.record(leader, case, "pue", "1.31", reason="复测")
    assert len(findings.outdated(case)) == 2
    with pytest.raises(Refused, match="请现场评估组、申报单位重新签字"):
        site.close_visit(leader, case)
    for side in ("team", "applicant"):
        send(leader, case, signature(leader, case, side))
    site.close_visit(leader, case)
    assert case.state == "panel_preparation"


def test_a_signature_covers_what_its_device_was_about_to_send(cast, case):
    leader = cast.experts[0]
    record_all(cast, case)
    standing = findings.stamps(case)
    thing = finding(leader, "pue", "1.31", seen=standing["pue"])
    signed = signature(leader, case, "applicant", covers={**standing, "pue": thing["id"]})
    send(leader, case, thing)
    assert outcome(leader, case, signed) == "kept"


def test_a_signature_of_other_findings_is_refused_and_names_them(cast, case):
    record_all(cast, case)
    signed = signature(cast.experts[0], case, "applicant")
    site.record(cast.experts[1], case, "pue", "1.31", reason="复测")
    status, told = send(cast.experts[0], case, signed)
    assert status == 422
    assert "电能利用效率" in told["sentences"][0]
    assert "重新签字" in told["sentences"][0]
    assert not case.site_signatures.exists()


@pytest.mark.parametrize(
    "more", [{"name": " "}, {"side": "nobody"}, {"strokes": [[[1001, 5]]]}, {"strokes": ["x"]}]
)
def test_what_is_no_signature_is_refused(cast, case, more):
    record_all(cast, case)
    assert (
        send(cast.experts[0], case, {**signature(cast.experts[0], case, "team"), **more})[0] == 422
    )
    assert not case.site_signatures.exists()


def test_a_name_can_be_typed_without_script(cast, case):
    record_all(cast, case)
    client = signed_in(cast.experts[0])
    digest = client.get(page_of(case)).context["digest"]
    data = {"side": "applicant", "name": "示例陪同人", "position": "主任", "digest": digest}
    client.post(f"{page_of(case)}signatures/", data)
    assert not case.site_signatures.exists()  # a name alone is no signature until it is said so
    data["typed"] = "on"
    client.post(f"{page_of(case)}signatures/", data)
    kept = case.site_signatures.get()
    assert (kept.name, kept.position, kept.strokes) == ("示例陪同人", "主任", [])
    site.record(cast.experts[1], case, "pue", "1.31", reason="复测")
    client.post(f"{page_of(case)}signatures/", data)  # the page is of yesterday
    assert case.site_signatures.count() == 1


# The encrypted file


def state_of(user, case):
    return signed_in(user).get(f"{page_of(case)}sync/").json()


def written_file(user, case, things, *, number=None):
    """As static/js/site/export.js writes it."""
    key = base64.b64decode(state_of(user, case)["key"])
    nonce = b"0" * 12
    head = json.dumps(
        {
            "format": "site-visit/1",
            "case": number or case.number,
            "user": user.pk,
            "iv": base64.b64encode(nonce).decode(),
        }
    ).encode()
    return head + b"\n" + AESGCM(key).encrypt(nonce, json.dumps(things).encode(), head)


def bring(importer, case, content):
    upload = SimpleUploadedFile("x.visit", content)
    return signed_in(importer).post(f"{page_of(case)}import/", {"visit_file": upload})


def test_a_file_is_taken_in_once_in_the_name_of_who_wrote_it(cast, case):
    author, importer = cast.experts[:2]
    things = [
        finding(author, "pue", "1.31"),
        {
            "kind": "photo", "id": str(uuid.uuid4()), "author": author.pk, "indicator": "pue",
            "name": "电表.png", "bytes": base64.b64encode(example_photo().read()).decode(),
            "noted_at": timezone.now().isoformat(),
        },
        finding(author, "room_grade", "Z"),
    ]  # fmt: skip
    content = written_file(author, case, things)
    for _ in range(2):
        answer = bring(importer, case, content)
        assert [one.outcome for one in answer.context["brought"]] == ["kept", "kept", "refused"]
    record = case.site_records.get()
    assert (record.observed, record.recorded_by) == ("1.31", author)
    assert case.files.get(purpose=Purpose.SITE_PHOTO).uploaded_by == author
    assert case.site_entries.get().imported_by == importer
    event = AuditEvent.objects.get(action="evaluation.record_site")
    assert (event.actor, event.data["author"]) == (importer, author.pk)
    # The device sends the same later by itself.
    assert outcome(author, case, things[0]) == "kept"
    assert SiteEntry.objects.count() == 1


def test_the_secretariat_may_bring_it_too_and_a_conflict_waits_for_the_team(cast, case):
    site.record(cast.experts[1], case, "pue", "1.4", reason="复测")
    content = written_file(cast.experts[0], case, [finding(cast.experts[0], "pue", "1.31")])
    answer = bring(cast.chen, case, content)
    assert answer.context["conflicts"] == 1
    assert observed(case) == {"pue": "1.4"}


def test_a_changed_a_foreign_or_a_made_up_file_is_refused_in_words(cast, case):
    author = cast.experts[0]
    good = written_file(author, case, [finding(author, "pue", "1.31")])
    second = cast.case_in("site_visit")
    other = written_file(author, second, [finding(author, "pue", "1.31")])
    renamed = other.replace(second.number.encode(), case.number.encode(), 1)
    as_another = good.replace(
        f'"user": {author.pk}'.encode(), f'"user": {cast.experts[1].pk}'.encode(), 1
    )
    for content, sentence in (
        (good[:-1] + bytes([good[-1] ^ 1]), "文件无法解密"),
        (as_another, "文件无法解密"),
        (renamed, "文件无法解密"),
        (other, f"此文件属于案卷{second.number}，不能导入案卷{case.number}。"),
        (b"%PDF-1.7", "这不是现场评估页导出的文件"),
        (b'{"format": "site-visit/1", "case": [], "user": "x", "iv": "!"}\n', "这不是现场评估页"),
    ):
        answer = bring(author, case, content)
        assert answer.status_code == 422
        assert sentence in answer.content.decode()
    assert observed(case) == {}


def test_a_file_of_someone_who_was_taken_off_the_case_is_refused(cast, case):
    author = cast.experts[1]
    content = written_file(author, case, [finding(author, "pue", "1.31")])
    experts.release(cast.chen, case.assignments.get(expert=author), "示例：日程冲突。")
    answer = bring(cast.experts[0], case, content)
    assert [one.outcome for one in answer.context["brought"]] == ["refused"]
    assert observed(case) == {}


# The app


def test_the_state_tells_what_to_preload_while_the_visit_is_open(cast, case):
    told = state_of(cast.experts[0], case)
    materials = case.declarations.get().materials
    assert (told["user"], told["recording"]) == (cast.experts[0].pk, True)
    assert [(f["slot"], f["size"]) for f in told["files"]] == list(
        materials.order_by("slot").values_list("slot", "size")
    )
    assert told["key"] != state_of(cast.experts[1], case)["key"]
    record_all(cast, case)
    site.close_visit(cast.experts[0], case)
    told = state_of(cast.experts[0], case)
    assert (told["recording"], told["files"]) == (False, [])


def test_the_page_can_be_installed_and_reaches_no_further_than_the_visit(cast, case):
    client = signed_in(cast.experts[0])
    manifest = client.get(f"{page_of(case)}manifest.json").json()
    assert manifest["scope"] == manifest["start_url"] == page_of(case)
    assert [icon["sizes"] for icon in manifest["icons"]] == ["192x192", "512x512"]
    worker = client.get(f"{page_of(case)}worker.js")
    assert worker["Content-Type"].startswith("text/javascript")
    policy = client.get(page_of(case))["Content-Security-Policy"]
    assert "worker-src 'self'" in policy
    assert "img-src 'self' data: blob:" in policy
    assert "unsafe" not in policy
    assert "blob:" not in client.get("/desk/")["Content-Security-Policy"]
