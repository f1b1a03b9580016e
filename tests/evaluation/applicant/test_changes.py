"""Two versions side by side: fields, rows and files that differ, and nothing else."""

from django.urls import reverse

from evaluation import queries
from evaluation.actions import application, materials, review
from evaluation.demo.files import example_pdf
from evaluation.models import Evaluation
from tests.evaluation.applicant.pages import text_of
from tests.evaluation.cast import Cast, signed_in


def _save(cast: Cast, case: Evaluation, key: str, **content: object) -> None:
    table = case.tables.get(key=key)
    application.save_table(cast.lin, case, key, {**table.content, **content}, table.version)


def _changes(cast: Cast, case: Evaluation, version: int, query: str = "") -> str:
    address = reverse("evaluation:changes", args=[case.number, version]) + query
    return text_of(signed_in(cast.chen).get(address))


def test_a_changed_field_is_shown_with_both_texts_and_the_rest_is_not(cast: Cast) -> None:
    case = cast.case_in("returned")
    _save(cast, case, "other", features_text="示例新特色。")
    application.submit(cast.lin, case)
    words = _changes(cast, case, 2)
    assert "申报书第 1 版到第 2 版的修改" in words
    assert words.count("示例新特色。") == 1
    assert "表1" not in words


def test_rows_are_told_as_changed_added_and_taken_out(cast: Cast) -> None:
    case = cast.case_in("returned")
    rows = queries.enterprise_rows(case)
    changed = {**rows[0], "field": "示例改后的领域"}
    _save(
        cast,
        case,
        "clustering",
        enterprises=[changed, *rows[2:], {**rows[1], "name": "示例新增制造有限公司"}],
    )
    application.submit(cast.lin, case)
    response = signed_in(cast.chen).get(reverse("evaluation:changes", args=[case.number, 2]))
    (change,) = [
        each.rows
        for table in response.context["tables"]
        for each in table.fields
        if each.rows is not None
    ]
    assert [row[0].text for row in change.changed] == [rows[0]["name"]]
    assert [cell.before for cell in change.changed[0] if cell.before] == [rows[0]["field"]]
    assert [row[0][0] for row in change.added] == ["示例新增制造有限公司"]
    assert [row[0][0] for row in change.removed] == [rows[1]["name"]]


def test_a_replaced_file_is_shown_in_its_slot(cast: Cast) -> None:
    case = cast.case_in("correction")
    old = case.files.get(slot=4)
    materials.remove_material(cast.lin, case, old.pk)
    materials.add_material(cast.lin, case, 4, example_pdf("示例机房等级证书"))
    review.resubmit(cast.lin, case)
    response = signed_in(cast.chen).get(reverse("evaluation:changes", args=[case.number, 2]))
    (slot,) = response.context["slots"]
    assert (slot.number, [f.name for f in slot.removed], [f.name for f in slot.added]) == (
        4,
        [old.name],
        ["示例机房等级证书.pdf"],
    )


def test_equal_versions_say_so_and_a_first_version_has_nothing_to_compare(cast: Cast) -> None:
    case = cast.case_in("returned")
    application.submit(cast.lin, case)
    assert "两个版本的填写内容和材料相同。" in _changes(cast, case, 2)
    client = signed_in(cast.chen)
    for version, query in ((1, ""), (2, "?from=2"), (2, "?from=3"), (3, ""), (2, "?from=x1")):
        address = reverse("evaluation:changes", args=[case.number, version]) + query
        expected = 200 if query == "?from=x1" else 404
        assert client.get(address).status_code == expected, (version, query)


def test_any_earlier_version_can_be_chosen(cast: Cast) -> None:
    case = cast.case_in("returned")
    _save(cast, case, "other", features_text="示例第二版。")
    application.submit(cast.lin, case)
    application.return_application(cast.chen, case, "示例：再改。")
    _save(cast, case, "other", features_text="示例第三版。")
    application.submit(cast.lin, case)
    assert "示例第二版。" in _changes(cast, case, 3)
    assert "示例第二版。" not in _changes(cast, case, 3, "?from=1")
