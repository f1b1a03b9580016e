"""The whole case as one ZIP: what is in it, who gets it, and that no change goes unseen."""

import hashlib
import io
import json
import re
import subprocess
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from evaluation.actions import archive as actions
from evaluation.actions import (
    deadlines,
    erasure,
    objections,
    publication,
    result_corrections,
    standing,
)
from evaluation.documents.archive import sealing
from evaluation.documents.archive.making import make
from evaluation.errors import NotAllowed, Refused
from evaluation.models import CaseArchive, Evaluation, Expert, Objection
from portal.accounts.actions import erasure as people_erasure
from portal.accounts.actions import people
from portal.accounts.models import User
from portal.ledger.models import AuditEvent
from tests.access.world import print_documents
from tests.evaluation.after import years
from tests.evaluation.cast import Cast, make_cast, signed_in
from tests.portal.site.copies import withdrawn_case


@pytest.fixture(scope="module")
def scene(django_db_setup: None, django_db_blocker: Any) -> Iterator[tuple[Cast, Evaluation]]:
    """A certified case with one review handed in, walked once for all of these tests."""
    with django_db_blocker.unblock(), transaction.atomic():
        cast = make_cast()
        case = cast.case_in("published")
        given = objections.Given(
            kind="organisation",
            objector="示例异议单位",
            contact="zqcontactqz",
            content="示例异议内容",
        )
        type(case.publication).objects.filter(pk=case.publication.pk).update(working_days=5)
        made, _secret = objections.lodge(case.publication, given, applicant=cast.lin)
        objections.close_objection(cast.chen, made, "rejected", "示例：查无此事。")
        type(case.publication).objects.filter(pk=case.publication.pk).update(working_days=0)
        cast.carry(case, "certified")
        review = years.first_review(case.certificate)
        years.carry(review, cast, "submitted")
        print_documents(case)
        yield cast, case
        transaction.set_rollback(True)


@pytest.fixture
def cast(scene: tuple[Cast, Evaluation], db: None) -> Cast:
    return scene[0]


@pytest.fixture
def case(scene: tuple[Cast, Evaluation], db: None) -> Evaluation:
    return scene[1]


def archived(user: Any, case: Evaluation) -> CaseArchive:
    made = actions.order_archive(user, case)
    make(str(made.pk))
    made.refresh_from_db()
    return made


@pytest.fixture
def zip_file(cast: Cast, case: Evaluation, tmp_path: Path) -> Path:
    """The archive as somebody has it on a disk of their own."""
    made = archived(cast.chen, case)
    path = tmp_path / "case.zip"
    with made.stored.open("rb") as source:
        path.write_bytes(source.read())
    assert sealing.sha256_of(path) == made.sha256
    return path


def test_it_holds_forms_files_papers_records_reviews_and_an_index(
    zip_file: Path, case: Evaluation
) -> None:
    with zipfile.ZipFile(zip_file) as archive:
        names = set(archive.namelist())
        index = archive.read("index.html").decode()
        form = archive.read("forms/version-1.html").decode()
        timeline = json.loads(archive.read("timeline.json"))
        manifest = json.loads(archive.read("manifest.json"))
    for path in (
        "case.json",
        "site/records.html",
        "panel/scores.json",
        "panel/consolidation.html",
        "scores.json",
        "publication/objections.html",
        "certificate/register.html",
        "reviews/year-1/items.html",
        "reviews/year-1/history.json",
        "audit.html",
    ):
        assert path in names
        assert path.endswith(".json") or f'href="{path}"' in index
    assert {row["path"] for row in manifest["files"]} == names - {"manifest.json"}
    assert len([n for n in names if n.startswith("materials/")]) == 10
    assert len([n for n in names if n.startswith("reviews/evidence/")]) == 5
    assert len([n for n in names if n.endswith(".pdf") and n.startswith("documents/")]) == (
        case.documents.exclude(kind="application_print").count()
    )
    assert "示例智算科技有限公司" in form
    assert timeline["rows"][0][1] == "提交了申报书"


def test_an_archive_made_after_a_revocation_says_so_at_its_top(
    cast: Cast, case: Evaluation
) -> None:
    number = case.certificate.number
    proposal = standing.propose(
        cast.chen, case.certificate, "revoke", reason="示例：拒绝整改。", grounds=["10.4.3"]
    )
    entry = standing.approve(cast.zhou, proposal)
    made = archived(cast.chen, case)
    with made.stored.open("rb") as source, zipfile.ZipFile(source) as archive:
        index = archive.read("index.html").decode()
        facts = json.loads(archive.read("case.json"))
        rows = json.loads(archive.read("timeline.json"))["rows"]
    on = entry.on.isoformat()
    assert facts["state"] == "已认定"
    assert {key: facts[key] for key in facts if key.startswith("certificate")} == {
        "certificate": number,
        "certificate_state": "已取消认定",
        "certificate_since": on,
        "certificate_reason": "示例：拒绝整改。",
    }
    assert f"{number}：<strong>已取消认定</strong>，自{on}起（示例：拒绝整改。）" in index
    assert [row[1] for row in rows[-2:]] == ["批准了认定", "证书状态变更"]
    assert rows[-1][2:] == [cast.zhou.name, "有效", "已取消认定", "示例：拒绝整改。"]


def tables_of(made: CaseArchive, *paths: str) -> dict[str, list[dict[str, Any]]]:
    """Rows of tables of an archive, each by its head."""
    with made.stored.open("rb") as source, zipfile.ZipFile(source) as archive:
        read = {path: json.loads(archive.read(f"{path}.json")) for path in paths}
    return {
        path: [dict(zip(table["head"], row, strict=True)) for row in table["rows"]]
        for path, table in read.items()
    }


def test_corrections_notices_and_the_handling_of_objections_are_in_it(
    cast: Cast, tmp_path: Path
) -> None:
    case = withdrawn_case(cast)
    typed = {"place": case.place, "reason": "示例：多写了字。"}
    deadlines.extend(cast.chen, case, case.deadline + timedelta(days=3), "示例：等来函。")
    declined = result_corrections.propose(cast.chen, case, base_name="示例旧名基地", **typed)
    result_corrections.decline(cast.zhou, declined, "示例：依据不足。")
    right = result_corrections.propose(cast.chen, case, base_name="示例新名基地", **typed)
    result_corrections.approve(cast.zhou, right)
    case.refresh_from_db()
    publication.publish(cast.chen, case, working_days=5)
    given = objections.Given(kind="person", objector="王实名", contact="0531-1", content="漏计")
    objection = objections.record_objection(cast.chen, case, given, timezone.localdate())
    objections.take_step(cast.chen, objection, timezone.localdate(), "示例：电话核实了身份。")
    made = archived(cast.chen, case)
    found = tables_of(
        made, "extensions", "publication/notices", "publication/corrections",
        "publication/objection-steps",
    )  # fmt: skip
    first, second = case.publications.order_by("pk")
    assert [
        (
            row["更正的公示"],
            row["原基地名称"],
            row["更正后的基地名称"],
            row["审批结果"],
            row["审批意见"],
        )
        for row in found["publication/corrections"]
    ] == [
        (first.number, first.base_name, "示例旧名基地", "不予批准", "示例：依据不足。"),
        (first.number, first.base_name, "示例新名基地", "批准", ""),
    ]
    for row in found["publication/corrections"]:
        assert row["理由"] == "示例：多写了字。"
        assert row["提请人"].startswith(f"{cast.chen.name}（")
        assert row["审批人"].startswith(f"{cast.zhou.name}（")
    assert [
        (row["编号"], row["待评估基地"], row["取代"], row["撤回的理由"])
        for row in found["publication/notices"]
    ] == [
        (first.number, first.base_name, "", "公布的名称有误。"),
        (second.number, "示例新名基地", first.number, ""),
    ]
    assert [row["理由"] for row in found["extensions"]] == ["示例：等来函。"]
    steps = [(row["异议"], row["办理经过"]) for row in found["publication/objection-steps"]]
    assert steps == [(objection.number, "示例：电话核实了身份。")]
    # What the new tables say is under the seal, too.
    path = tmp_path / "case.zip"
    with made.stored.open("rb") as source:
        path.write_bytes(source.read())
    assert list(sealing.faults(path)) == []
    rewritten(path, lambda files: files.update({"publication/corrections.json": b"{}"}))
    assert "publication/corrections.json was altered" in "\n".join(sealing.faults(path))
    with zipfile.ZipFile(path) as archive:
        index = archive.read("index.html").decode()
        page = archive.read("publication/corrections.html").decode()
    assert 'href="publication/corrections.html">公布内容的更正' in index
    assert "示例新名基地" in page


def test_every_link_of_every_page_leads_to_a_file_of_the_archive(zip_file: Path) -> None:
    import posixpath
    import re

    with zipfile.ZipFile(zip_file) as archive:
        names = set(archive.namelist())
        for page in [name for name in names if name.endswith(".html")]:
            text = archive.read(page).decode()
            for link in re.findall(r'(?:href|src)="([^"#:]+)"', text):
                there = posixpath.normpath(posixpath.join(posixpath.dirname(page), link))
                assert there in names, (page, link)


def test_identity_and_contact_of_an_objector_are_left_out(zip_file: Path) -> None:
    with zipfile.ZipFile(zip_file) as archive:
        everything = b"".join(archive.read(name) for name in archive.namelist())
    assert "示例异议内容".encode() in everything
    assert b"zqcontactqz" not in everything


def test_an_untouched_archive_is_found_so_and_known(zip_file: Path) -> None:
    told = io.StringIO()
    call_command("verify_archive", zip_file, stdout=told)
    assert "nothing was changed; made by this portal" in told.getvalue()


def test_one_flipped_byte_is_found_wherever_it_lies(zip_file: Path) -> None:
    whole = zip_file.read_bytes()
    for share in (0.0, 0.1, 0.37, 0.5, 0.75, 0.97, 0.999, 1.0):
        changed = bytearray(whole)
        changed[min(len(whole) - 1, int(len(whole) * share))] ^= 1
        zip_file.write_bytes(changed)
        assert list(sealing.faults(zip_file)), share


def rewritten(path: Path, change: Any) -> None:
    """The archive packed anew by another program, with a change."""
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    change(files)
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda files: files.pop("timeline.html"), "timeline.html is missing"),
        (lambda files: files.update({"more.txt": b"x"}), "more.txt was added"),
        (lambda files: files.update({"case.json": b"{}"}), "case.json was altered"),
        (lambda files: files.pop("manifest.json"), "manifest.json is missing"),
    ],
)
def test_what_is_missing_added_or_altered_is_named(
    zip_file: Path, change: Any, said: str, capsys: Any
) -> None:
    rewritten(zip_file, change)
    with pytest.raises(SystemExit):
        call_command("verify_archive", zip_file)
    faults = capsys.readouterr().err
    assert "the seal is missing" in faults
    assert said in faults


def test_another_file_under_the_same_name_is_not_the_portals(zip_file: Path, capsys: Any) -> None:
    """Packed anew with a seal of its own: only the portal's own record tells."""
    manifest = sealing.manifest_of(zip_file)
    writer = sealing.Writer(zip_file)
    writer.text("case.json", "{}")
    writer.close({"archive": manifest["archive"], "case": manifest["case"]})
    assert list(sealing.faults(zip_file)) == []
    with pytest.raises(SystemExit):
        call_command("verify_archive", zip_file)
    assert "this portal made another file" in capsys.readouterr().err


def test_it_is_ordered_once_at_a_time_and_made_once(cast: Cast, case: Evaluation) -> None:
    first = actions.order_archive(cast.chen, case)
    with transaction.atomic(), pytest.raises(Refused, match="正在生成"):
        actions.order_archive(cast.zhou, case)
    make(str(first.pk))
    first.refresh_from_db()
    kept = first.sha256
    make(str(first.pk))
    first.refresh_from_db()
    assert first.sha256 == kept


def test_who_may_have_it_and_who_took_it(cast: Cast, case: Evaluation) -> None:
    with pytest.raises(NotAllowed):
        actions.order_archive(cast.lin, case)
    made = archived(cast.chen, case)
    zhou = signed_in(cast.zhou)
    here = f"/cases/{case.number}/archives/"
    assert made.sha256 in zhou.get(here).content.decode()
    answer = zhou.get(f"{here}{made.pk}/archive.zip")
    assert answer["Content-Type"] == "application/zip"
    event = AuditEvent.objects.latest("seq")
    assert (event.action, event.actor) == ("evaluation.read_archive", cast.zhou)
    for user, status in ((cast.lin, 403), (cast.other, 404), (cast.auditor, 404)):
        assert signed_in(user).get(f"{here}{made.pk}/archive.zip").status_code == status


def test_names_that_people_chose_lead_nowhere_else(tmp_path: Path) -> None:
    path = tmp_path / "names.zip"
    writer = sealing.Writer(path)
    assert writer.add("files/a.pdf", b"1") == "files/a.pdf"
    assert writer.add("files/A.pdf", b"2") == "files/A-2.pdf"
    assert writer.add("manifest.json", b"3") == "manifest-2.json"
    writer.close({"case": "PG2026-0001"})
    assert list(sealing.faults(path)) == []


def test_a_reader_without_the_portal_finds_words_not_inner_values(zip_file: Path) -> None:
    with zipfile.ZipFile(zip_file) as archive:
        pages = {
            name: archive.read(name).decode()
            for name in archive.namelist()
            if name.endswith(".html") and not name.startswith("documents/")
        }
    for name, page in pages.items():
        for inner in ("True", "[&#x27;", "{&#x27;", "economic_region", "provincial", "370100"):
            assert inner not in page, (name, inner)
    assert "山东省济南市" in pages["forms/version-1.html"]
    assert 'href="../forms/version-1-clustering-enterprises.html"' in pages["forms/version-1.html"]
    assert "企业名称" in pages["forms/version-1-clustering-enterprises.html"]
    assert "计算资源虚拟化" in pages["scores/run-1.html"]
    assert "合格" in pages["review/verdicts.html"]
    assert 'href="materials/01/' in pages["materials.html"]
    assert "情况说明" in pages["reviews/year-1/items.html"]
    assert "按时上报率" in pages["reviews/year-1/figures.html"]


def test_the_unpacked_folder_is_checked_with_sha256sum(zip_file: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(zip_file) as archive:
        archive.extractall(tmp_path / "case")
    check = ["sha256sum", "-c", "--quiet", "SHA256SUMS"]
    assert subprocess.run(check, cwd=tmp_path / "case", check=False).returncode == 0
    (tmp_path / "case" / "timeline.html").write_text("changed")
    told = subprocess.run(check, cwd=tmp_path / "case", check=False, capture_output=True, text=True)
    assert "timeline.html: FAILED" in told.stdout


def words_of(made: CaseArchive) -> str:
    """Everything that can be read in an archive: its files, and what its papers were printed from."""
    with made.stored.open("rb") as stored, zipfile.ZipFile(stored) as held:
        said = [held.read(name).decode("utf-8", "replace") for name in held.namelist()]
    printed = made.evaluation.documents.values_list("content", flat=True)
    return "\n".join([*said, *map(str, printed)])


def test_what_was_erased_stands_in_no_archive_made_before_or_after(
    cast: Cast, case: Evaluation
) -> None:
    """How to reach a person was never in one; an objector's name goes with the rest."""
    expert = cast.experts[2]
    User.objects.filter(pk=expert.pk).update(email="zqmail@example.org", phone="zqphoneqz")
    Expert.objects.filter(user=expert).delete()
    objection = case.publication.objections.get()
    Objection.objects.filter(pk=objection.pk).update(
        kind="person", objector="zqnameqz", identity="zqidentityqz", email="zqown@example.org",
        closed_at=timezone.now() - timedelta(days=1095),
    )  # fmt: skip
    before = archived(cast.chen, case)
    people.disable_user(cast.secadmin, expert)
    people_erasure.erase_person(cast.sysadmin, expert, "本人申请")
    erasure.erase_objector(cast.chen, objection, "期满")
    after = archived(cast.chen, case)
    held = {made: set(re.findall(r"zq[a-z]+", words_of(made))) for made in (before, after)}
    assert held == {before: {"zqnameqz"}, after: set()}
    # The name of who scored stays, and what was handed out before is still known as whole.
    assert expert.name in words_of(after)
    for made in (before, after):
        made.refresh_from_db()
        with made.stored.open("rb") as stored:
            assert hashlib.sha256(stored.read()).hexdigest() == made.sha256
