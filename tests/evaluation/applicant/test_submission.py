"""The sealed paper and the screen carry one code; a submission is confirmed; a form is copied."""

from urllib.parse import unquote

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from evaluation import queries
from evaluation.actions import application, materials, stamping
from evaluation.demo import journey
from evaluation.demo.files import example_pdf
from evaluation.demo.tables import PROVINCE_VALUES
from evaluation.errors import NotAllowed
from evaluation.models import Document, Evaluation, Kind
from portal.notifications.models import Notification
from tests.evaluation.applicant.pages import read, text_of
from tests.evaluation.cast import Cast, signed_in


@pytest.fixture
def case(cast: Cast) -> Evaluation:
    """Filled, without a scan of the sealed form."""
    case = cast.new_case()
    journey.fill(case, cast.lin, PROVINCE_VALUES)
    materials.remove_material(cast.lin, case, case.files.get(slot=1).pk)
    return case


def code_of(case: Evaluation) -> str:
    return application.form_code(case, application.tables_of(case))


def change_the_form(cast: Cast, case: Evaluation, text: str) -> None:
    table = case.tables.get(key="other")
    content = {**table.content, "features_text": text}
    application.save_table(cast.lin, case, "other", content, table.version)


def upload_scan(cast: Cast, case: Evaluation, title: str = "盖章申报书") -> None:
    materials.add_material(cast.lin, case, 1, example_pdf(title))


def test_the_code_changes_with_the_form_and_its_scope_and_with_nothing_else(
    cast: Cast, case: Evaluation
) -> None:
    first = code_of(case)
    materials.add_material(cast.lin, case, 5, example_pdf("示例新材料"))
    assert code_of(case) == first
    application.change_scope(cast.lin, case, category="industry", place="钢铁")
    scope = code_of(case)
    change_the_form(cast, case, "余热供暖。")
    assert len({first, scope, code_of(case)}) == 3
    change_the_form(cast, case, "余热供暖。")
    application.change_scope(cast.lin, case, category="province", place="山东")
    assert code_of(case) != first
    page = signed_in(cast.lin).get(f"/cases/{case.number}/preview/")
    assert f"申报书版本码 {code_of(case)}" in text_of(page)


def test_the_same_form_is_printed_once_and_a_changed_one_anew(cast: Cast, case: Evaluation) -> None:
    client = signed_in(cast.lin)
    for _press in range(2):
        assert client.post(f"/cases/{case.number}/stamp/print/").status_code == 302
    (first,) = stamping.prints(case)
    assert first.version_code == code_of(case)
    assert first.content["version"] == ""
    assert {len(material["files"]) for material in first.content["materials"]} == {0}
    change_the_form(cast, case, "余热供暖。")
    client.post(f"/cases/{case.number}/stamp/print/")
    second = stamping.prints(case).first()
    assert second is not None
    assert second.version_code == code_of(case) != first.version_code


def test_the_applicant_is_told_which_version_the_scan_shows(cast: Cast, case: Evaluation) -> None:
    client = signed_in(cast.lin)

    def told() -> str:
        found = {}
        for page in ("completeness", "stamp"):
            context = client.get(f"/cases/{case.number}/{page}/").context
            found[page] = context["stamp"]
        assert len(set(found.values())) == 1
        return found["stamp"]

    assert told() == "none"
    printed = stamping.print_form(cast.lin, case)
    upload_scan(cast, case)
    assert told() == "unknown"  # what was printed last is not what was signed
    page = text_of(client.get(f"/cases/{case.number}/materials/"))
    assert "盖章版本未核对：请填写扫描件页脚的版本码" in page
    scan = case.files.get(slot=1, removed_at=None)
    client.post(f"/cases/{case.number}/stamp/{scan.pk}/", {"code": printed.version_code[:4]})
    assert told() == "same"
    change_the_form(cast, case, "余热供暖。")
    assert told() == "other"
    words = text_of(client.get(f"/cases/{case.number}/moves/submit/"))
    assert f"的版本码是 {printed.version_code}，" in words
    assert f"现在的申报书是 {code_of(case)}" in words
    # It is told, not forbidden; who reads the version sees it too.
    application.submit(cast.lin, case)
    version = case.declarations.get()
    assert version.form_code == code_of(case) != printed.version_code
    page = text_of(signed_in(cast.chen).get(f"/cases/{case.number}/versions/1/"))
    assert f"版本码 {version.form_code} ! 盖章扫描件是另一版本" in page


def test_an_outdated_print_is_not_taken_for_the_form(cast: Cast, case: Evaluation) -> None:
    client = signed_in(cast.lin)
    old = stamping.print_form(cast.lin, case)
    change_the_form(cast, case, "余热供暖。")
    new = stamping.print_form(cast.lin, case)
    page = client.get(f"/cases/{case.number}/stamp/")
    assert (page.context["current"], page.context["outdated"]) == (new, [old])
    assert "以前的 1 份盖章稿，已过期 申报书在这些盖章稿之后又有改动" in text_of(page)
    upload_scan(cast, case)
    file = case.files.get(slot=1, removed_at=None)
    address = f"/cases/{case.number}/stamp/{file.pk}/"

    def shown() -> list[tuple[str, bool, bool]]:
        found = stamping.scans(case, new.version_code)
        return [(scan.code, scan.from_text, scan.same) for scan in found]

    assert shown() == [("", False, False)]
    for typed, refusal in (("0FFF", "没有版本码以0FFF开头的盖章稿"), ("0F", "的前4位或更多")):
        for back in ({}, {"back": "materials"}):
            page = client.post(address, {"code": typed, **back})
            assert page.status_code == 422
            assert refusal in text_of(page)
            assert f'id="code-{file.pk}" name="code" value="{typed}"' in page.content.decode()
    client.post(address, {"code": f" {old.version_code[:5].lower()} "})
    assert shown() == [(old.version_code, False, False)]
    told = text_of(client.get(f"/cases/{case.number}/materials/"))
    assert f"扫描件的版本码{old.version_code}已过期，现在的申报书是{new.version_code}" in told


def test_the_code_is_stated_in_the_slot_of_the_scan(cast: Cast, case: Evaluation) -> None:
    client = signed_in(cast.lin)
    page = f"/cases/{case.number}/materials/"
    upload_scan(cast, case)
    scan = case.files.get(slot=1, removed_at=None)
    assert "本案卷还没有生成过盖章稿" in text_of(client.get(page))
    printed = stamping.print_form(cast.lin, case)
    address = f"/cases/{case.number}/stamp/{scan.pk}/"
    assert f'action="{address}#scan-{scan.pk}"' in client.get(page).content.decode()
    said = {"code": printed.version_code[:4], "back": "materials"}
    answer = client.post(address, said)
    assert answer["Location"] == f"{page}#scan-{scan.pk}"
    words = text_of(client.get(page))
    assert f"✓ 与现在的申报书一致 {printed.version_code}" in words
    assert "盖章版本未核对" not in words


def test_the_secretariat_is_told_where_it_accepts_and_reviews(cast: Cast, case: Evaluation) -> None:
    printed = stamping.print_form(cast.lin, case)
    upload_scan(cast, case, "盖章件")
    scan = case.files.get(slot=1, removed_at=None)
    stamping.state_version(cast.lin, case, scan, printed.version_code)
    change_the_form(cast, case, "余热供暖。")
    application.submit(cast.lin, case)
    staff = signed_in(cast.chen)
    told = (
        f"“{scan.name}”的版本码是{printed.version_code}（由申报单位填写），"
        f"提交的申报书是{code_of(case)}：盖章之后申报书又有改动，盖章的不是所提交的内容。"
    )
    assert told in text_of(staff.get(f"/cases/{case.number}/")).replace(" ", "")
    for move in ("accept", "return_application"):
        page = staff.get(f"/cases/{case.number}/moves/{move}/")
        assert told in text_of(page).replace(" ", "")
    cast.carry(case, "preliminary_review")
    page = staff.get(f"/cases/{case.number}/review/")
    assert f"{told}需要重新盖章的，请判为不合格并写明。" in text_of(page).replace(" ", "")


def test_the_secretariat_is_told_of_a_scan_whose_version_nobody_stated(
    cast: Cast, case: Evaluation
) -> None:
    upload_scan(cast, case)
    application.submit(cast.lin, case)
    staff = signed_in(cast.chen)
    told = (
        f"申报单位没有填写扫描件页脚的版本码。请打开扫描件，看页脚的版本码是否为 {code_of(case)}；"
    )
    assert told in text_of(staff.get(f"/cases/{case.number}/moves/accept/"))
    cast.carry(case, "preliminary_review")
    assert told in text_of(staff.get(f"/cases/{case.number}/review/"))


def test_the_code_is_read_from_a_file_that_holds_it_as_text(cast: Cast, case: Evaluation) -> None:
    client = signed_in(cast.lin)
    old = stamping.print_form(cast.lin, case)
    change_the_form(cast, case, "余热供暖。")
    new = stamping.print_form(cast.lin, case)
    scan = example_pdf(f"盖章申报书 版本 {old.version_code} 第1页")
    client.post(f"/cases/{case.number}/materials/1/", {"file": scan})
    (found,) = stamping.scans(case, new.version_code)
    assert (found.code, found.from_text, found.same) == (old.version_code, True, False)


def test_two_prints_have_two_names(cast: Cast, case: Evaluation) -> None:
    printed = stamping.print_form(cast.lin, case)
    Document.objects.filter(pk=printed.pk).update(
        stored="documents/x.pdf", size=1, sha256="0" * 64, rendered_at=timezone.now()
    )
    default_storage.save("documents/x.pdf", ContentFile(b"x"))
    answer = signed_in(cast.lin).get(f"/cases/{case.number}/documents/{printed.pk}/")
    assert f"-{case.number}-{printed.version_code}.pdf" in unquote(answer["Content-Disposition"])


def test_paper_and_submitted_version_carry_the_same_code_and_staff_see_no_print(
    cast: Cast, case: Evaluation
) -> None:
    printed = stamping.print_form(cast.lin, case)
    upload_scan(cast, case)
    scan = case.files.get(slot=1, removed_at=None)
    stamping.state_version(cast.lin, case, scan, printed.version_code)
    application.submit(cast.lin, case)
    official = case.documents.get(kind=Kind.APPLICATION)
    assert official.version_code == printed.version_code
    assert stamping.stamp_of(case.declarations.get()) == "same"
    address = f"/cases/{case.number}/documents/{printed.pk}/row/"
    assert signed_in(cast.lin).get(address).status_code == 200
    assert signed_in(cast.chen).get(address).status_code == 404


def test_a_submission_is_confirmed_with_a_receipt_and_can_be_withdrawn(
    cast: Cast, case: Evaluation
) -> None:
    upload_scan(cast, case)
    client = signed_in(cast.lin)
    answer = client.post(f"/cases/{case.number}/moves/submit/")
    assert answer["Location"] == f"/cases/{case.number}/versions/1/submitted/"
    page = client.get(answer["Location"])
    words = text_of(page)
    assert "申报书第 1 版已提交" in words
    assert "起由秘书处办理，贵单位暂时不需要做什么。秘书处核对申报书后受理或退回修改。" in words
    kinds = {document.kind for document in page.context["documents"]}
    assert kinds == {Kind.APPLICATION, Kind.RECEIPT}
    receipt = Document.objects.get(kind=Kind.RECEIPT)
    assert receipt.content["form_code"] == case.declarations.get().form_code
    assert [len(material["files"]) for material in receipt.content["materials"]] == [1] * 10
    (told,) = Notification.objects.filter(user=cast.han, kind="application_received")
    assert told.subject_zh == f"案卷{case.number}：已收到申报书"
    assert told.path == answer["Location"]
    withdraw = f"/cases/{case.number}/moves/withdraw/"
    assert withdraw in read(page).links
    client.post(withdraw, {"reason": "示例：另行申报。"})
    assert withdraw not in read(client.get(answer["Location"])).links
    case.refresh_from_db()
    assert case.state == "withdrawn"
    last = Notification.objects.filter(user=cast.lin, case=case.number).latest("id")
    assert (last.subject_zh, last.subject_en) == (
        f"案卷{case.number}：申报已撤回",
        f"Case {case.number}: application withdrawn",
    )


def test_a_submitted_form_is_taken_back_changed_and_submitted_again(
    cast: Cast, case: Evaluation
) -> None:
    upload_scan(cast, case)
    client = signed_in(cast.lin)
    client.post(f"/cases/{case.number}/moves/submit/")
    recall = f"/cases/{case.number}/moves/recall/"
    for page in ("versions/1/submitted/", "moves/withdraw/", ""):
        assert recall in read(client.get(f"/cases/{case.number}/{page}")).links
    answer = client.post(recall, follow=True)
    assert "申报书已撤回，可以修改。" in text_of(answer)
    case.refresh_from_db()
    assert (case.state, queries.draft_materials(case).count()) == ("draft", 10)
    last = Notification.objects.filter(user=cast.lin, case=case.number).latest("id")
    assert last.subject_zh == f"案卷{case.number}：申报书已撤回修改"
    last = Notification.objects.filter(user=cast.chen, case=case.number).latest("id")
    assert last.subject_zh == f"案卷{case.number}：申报单位已撤回申报书修改"
    # The secretariat goes on seeing the version that it received, and no more.
    change_the_form(cast, case, "余热供暖。")
    staff = signed_in(cast.chen)
    assert staff.get(f"/cases/{case.number}/versions/1/").status_code == 200
    assert "余热供暖。" not in text_of(staff.get(f"/cases/{case.number}/"))
    client.post(f"/cases/{case.number}/moves/submit/")
    case.refresh_from_db()
    assert (case.state, case.declarations.count()) == ("submitted", 2)
    application.accept(cast.chen, case)
    assert client.post(recall, follow=True).status_code != 500
    case.refresh_from_db()
    assert case.state == "agreement_signing"


def test_the_page_before_submitting_shows_what_is_fixed(cast: Cast, case: Evaluation) -> None:
    upload_scan(cast, case)
    words = text_of(signed_in(cast.lin).get(f"/cases/{case.number}/moves/submit/"))
    assert "提交后形成申报书第 1 版，连同材料一并固定，不能再改" in words
    assert "国家工业互联网大数据中心工业智算基地（山东）省级节点" in words
    assert f"申报书版本码 {code_of(case)} 提交材料 10 个文件" in words


def test_the_case_page_tells_what_comes_next_and_keeps_withdrawal_apart(
    cast: Cast, case: Evaluation
) -> None:
    upload_scan(cast, case)
    application.submit(cast.lin, case)
    client = signed_in(cast.han)
    page = client.get(f"/cases/{case.number}/")
    words = text_of(page)
    assert "起由秘书处办理，贵单位暂时不需要做什么。" in words
    assert "受理后平台生成评估咨询服务协议" in words
    assert (page.context["moves"], page.context["withdrawal"].code) == ([], "withdraw")
    assert [event.actor for event in page.context["timeline"].events] == ["林工"]
    staff = signed_in(cast.chen)
    seen = staff.get(f"/cases/{case.number}/").context["timeline"].events
    assert [str(event.actor) for event in seen] == ["申报单位"]
    refused = client.get(f"/cases/{case.number}/form/head/", follow=True)
    assert f"案卷{case.number}现为“待受理”，不能进行此操作。" in text_of(refused)
    answer = staff.post(f"/cases/{case.number}/moves/accept/", follow=True)
    assert "申报已受理，协议正在生成。下一步：申报单位签章后上传协议。" in text_of(answer)


def test_a_form_is_copied_without_what_is_signed_and_without_materials(
    cast: Cast, case: Evaluation
) -> None:
    application.withdraw(cast.lin, case, "示例：暂缓。")
    client = signed_in(cast.han)
    page = client.get(f"/cases/new/?from={case.number}")
    form = page.context["form"]
    assert (form["source"].value(), form["place"].value()) == (case.number, "山东")
    answer = client.post(
        "/cases/new/",
        {"source": case.number, "category": "city", "place": "济南市", "base": case.base.code},
    )
    copy = Evaluation.objects.exclude(pk=case.pk).get()
    assert answer["Location"] == f"/cases/{copy.number}/form/"
    assert copy.base == case.base
    before, after = application.tables_of(case), application.tables_of(copy)
    assert after["clustering"] == before["clustering"]
    assert after["technical"] == before["technical"]
    assert after["organisation"] == {
        **before["organisation"],
        "entity_type": "city",
        "place_name": "济南市",
    }
    assert before["opinion"].keys() - after["opinion"].keys() == {"truthful", "signed_on"}
    assert before["cover"].keys() - after["cover"].keys() == {"filled_on"}
    assert not copy.files.exists()


def test_the_files_of_an_earlier_application_are_taken_along(cast: Cast, case: Evaluation) -> None:
    upload_scan(cast, case)
    application.withdraw(cast.lin, case, "示例：暂缓。")
    answer = signed_in(cast.han).post(
        "/cases/new/",
        {
            "source": case.number,
            "with_files": "on",
            "category": "city",
            "place": "济南市",
            "base": case.base.code,
        },
    )
    assert answer.status_code == 302
    copy = Evaluation.objects.exclude(pk=case.pk).get()
    fields = ("slot", "name", "sha256", "period_from", "period_to")
    held = queries.draft_materials(case).exclude(slot=1).order_by("slot")
    taken = queries.draft_materials(copy).order_by("slot")
    assert list(taken.values_list(*fields)) == list(held.values_list(*fields))
    assert {file.uploaded_by for file in taken} == {cast.han}
    assert {file.stored.name for file in taken} & {file.stored.name for file in held} == set()


def test_only_applications_of_ones_own_organisation_are_copied(
    cast: Cast, case: Evaluation
) -> None:
    page = signed_in(cast.other).get(f"/cases/new/?from={case.number}")
    assert dict(page.context["form"]["source"].field.choices) == {"": "不复制，从空白开始"}
    with pytest.raises(NotAllowed):
        application.start(
            cast.other,
            category="city",
            place="济南市",
            base_name="示例他山基地",
            province="370000",
            city="370100",
            source=case,
        )
