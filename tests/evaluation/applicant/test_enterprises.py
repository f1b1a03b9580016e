"""The enterprise list: a page to edit, and the way from and to Excel."""

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import Workbook, load_workbook
from stdnum.cn import uscc

from evaluation.actions import application, enterprises, imports
from evaluation.actions.imports import REPLACE, SKIP
from evaluation.demo.tables import enterprises as example_rows
from evaluation.models import EnterpriseImport, Evaluation
from portal.ledger import outbox
from tests.evaluation.applicant.pages import read, text_of
from tests.evaluation.cast import Cast, signed_in

HEAD = ("企业名称*", "统一社会信用代码", "支撑领域或方向*", "合作方式*", "协议或合同名称、编号")
ROW = ("甲钢铁", "", "高炉诊断", "服务合同", "HT-1")


def code(serial: int) -> str:
    number = f"91370100MA{serial:07d}"
    return number + uscc.calc_check_digit(number)


def sheet(*rows: Any, head: Any = HEAD) -> SimpleUploadedFile:
    book = Workbook()
    page = book.active
    page.append(head)
    for row in rows:
        page.append(row)
    packed = io.BytesIO()
    book.save(packed)
    return SimpleUploadedFile("名单.xlsx", packed.getvalue())


@pytest.fixture
def case(cast: Cast) -> Evaluation:
    return cast.new_case()


@pytest.fixture
def client(cast: Cast) -> Client:
    return signed_in(cast.lin)


def address(case: Evaluation, rest: str = "") -> str:
    return f"/cases/{case.number}/enterprises/{rest}"


def put(cast: Cast, case: Evaluation, rows: list[dict[str, Any]]) -> None:
    version = case.tables.get(key="clustering").version
    application.save_table(cast.lin, case, "clustering", {"enterprises": rows}, version)


def names(case: Evaluation) -> list[str]:
    return list(case.enterprises.values_list("name", flat=True))


def sent(client: Client, case: Evaluation, query: str = "") -> dict[str, Any]:
    """What the page's form would send."""
    return dict(read(client.get(address(case) + query), "enterprise-form").sent)


def imported(cast: Cast, case: Evaluation, upload: SimpleUploadedFile) -> EnterpriseImport:
    """An import as the worker leaves it."""
    begun = enterprises.start_import(cast.lin, case, upload)
    enterprises.read_import(str(begun.pk), "zh-hans")
    begun.refresh_from_db()
    return begun


# The page


def test_typed_rows_are_saved_and_a_cleared_one_is_removed(
    cast: Cast, client: Client, case: Evaluation
) -> None:
    put(cast, case, example_rows(2))
    form = sent(client, case)
    form |= {"enterprises-0-name": "改名的企业", "enterprises-2-name": "新企业"}
    form |= {"enterprises-2-field": "机械", "enterprises-2-document_kind": "contract"}
    form |= {"enterprises-2-credit_code": "９１37 0100-ma0000001" + code(1)[-1].lower()}
    form |= {key: "" for key in form if key.startswith("enterprises-1-") and key[-4:] != "-row"}
    response = client.post(address(case), form)
    assert response["Location"] == address(case)
    assert names(case) == ["改名的企业", "新企业"]
    assert case.enterprises.get(name="新企业").credit_code == code(1)
    assert "已保存：新增1家、修改1家、移除1家。" in text_of(client.get(address(case)))


def test_good_rows_are_kept_and_bad_ones_come_back_as_typed(
    client: Client, case: Evaluation
) -> None:
    typed = {
        "enterprises-0-name": "好企业",
        "enterprises-0-field": "化工",
        "enterprises-0-document_kind": "agreement",
        "enterprises-1-name": "<b>坏企业</b>",
        "enterprises-1-credit_code": code(1)[:-1] + ("0" if code(1)[-1] != "0" else "1"),
        "enterprises-1-document_kind": "contract",
    }
    response = client.post(address(case), typed)
    assert response.status_code == 422
    assert names(case) == ["好企业"]
    form = read(response, "enterprise-form").sent
    assert form["enterprises-1-name"] == ["<b>坏企业</b>"]
    words = text_of(response)
    assert (
        "统一社会信用代码：统一社会信用代码的校验位不正确，请对照营业执照或登记证书逐位核对。"
        in words
    )
    assert "支撑领域或方向：请填写“支撑领域或方向”" in words
    assert "#id_enterprises-1-field" in read(response).links
    form |= {"enterprises-1-credit_code": [""], "enterprises-1-field": ["电力"]}
    assert client.post(address(case), form).status_code == 302
    assert names(case) == ["好企业", "<b>坏企业</b>"]


def test_the_same_enterprise_twice_is_refused_and_codes_may_be_exchanged(
    cast: Cast, client: Client, case: Evaluation
) -> None:
    first, second = example_rows(2)
    put(cast, case, [{**first, "credit_code": code(1)}, {**second, "credit_code": code(2)}])
    form = sent(client, case)
    swapped = {"enterprises-0-credit_code": code(2), "enterprises-1-credit_code": code(1)}
    assert client.post(address(case), {**form, **swapped}).status_code == 302
    codes = list(case.enterprises.values_list("credit_code", flat=True))
    assert codes == [code(2), code(1)]
    response = client.post(
        address(case), {**sent(client, case), "enterprises-1-credit_code": code(2)}
    )
    assert "名单中已有这家企业，同一企业只计一次" in text_of(response)
    assert list(case.enterprises.values_list("credit_code", flat=True)) == codes


def test_two_people_on_one_row_see_both_texts(cast: Cast, client: Client, case: Evaluation) -> None:
    put(cast, case, example_rows(1))
    han = signed_in(cast.han)
    mine, theirs = sent(client, case), sent(han, case)
    han.post(address(case), {**theirs, "enterprises-0-field": "韩梅的方向"})
    response = client.post(address(case), {**mine, "enterprises-0-field": "林工的方向"})
    assert response.status_code == 422
    assert "韩梅已改为：韩梅的方向" in text_of(response)
    assert case.enterprises.get().field == "韩梅的方向"
    again = read(response, "enterprise-form").sent
    assert again["enterprises-0-field"] == ["林工的方向"]
    assert client.post(address(case), again).status_code == 302
    assert case.enterprises.get().field == "林工的方向"


def test_a_row_that_another_changed_is_not_removed_unseen(
    cast: Cast, client: Client, case: Evaluation
) -> None:
    put(cast, case, example_rows(2))
    mine = sent(client, case)
    han = signed_in(cast.han)
    han.post(address(case), {**sent(han, case), "enterprises-1-field": "韩梅的方向"})
    response = client.post(address(case), {**mine, "remove_row": "enterprises-1"})
    assert response.status_code == 422
    assert case.enterprises.count() == 2
    assert "“示例启元重型机械有限公司”这一行在您编辑期间已由 韩梅" in text_of(response)


def test_two_thousand_rows_are_pages_of_fifty_and_can_be_searched(
    cast: Cast, client: Client, case: Evaluation
) -> None:
    put(cast, case, example_rows(2000))
    page = client.get(address(case))
    assert len(page.content) < 250_000
    assert "第 1 页，共 40 页" in text_of(page)
    assert len([k for k in sent(client, case, "?page=40") if k.endswith("-name")]) == 53
    form = sent(client, case, "?q=ZS-2025-1999")
    assert form["enterprises-0-document"] == ["战略合作协议 ZS-2025-1999"]
    response = client.post(
        address(case) + "?q=ZS-2025-1999", {**form, "enterprises-0-name": "找到的企业"}
    )
    assert response["Location"] == f"{address(case)}?q=ZS-2025-1999"
    assert case.enterprises.count() == 2000


def test_the_page_asks_the_database_the_same_for_1_and_for_50_rows(
    cast: Cast, client: Client, case: Evaluation
) -> None:
    def queries(count: int) -> int:
        put(cast, case, example_rows(count))
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address(case)).status_code == 200
        return len(captured)

    client.get(address(case))
    assert queries(1) == queries(50)


def test_a_submitted_version_keeps_its_list(cast: Cast) -> None:
    case = cast.case_in("returned")
    frozen = case.declarations.get().tables["clustering"]["enterprises"]
    assert len(frozen) == 26
    put(cast, case, example_rows(1))
    assert case.declarations.get().tables["clustering"]["enterprises"] == frozen
    answer = signed_in(cast.chen).get(f"/cases/{case.number}/versions/1/enterprises.xlsx")
    cells = load_workbook(io.BytesIO(answer.content)).worksheets[0]
    assert cells.max_row == 27
    assert cells["A2"].value == frozen[0]["name"]


# Excel


def test_the_template_has_formats_choices_and_an_explanation(
    client: Client, case: Evaluation
) -> None:
    response = client.get(address(case, "template.xlsx"))
    book = load_workbook(io.BytesIO(response.content))
    page, explained = book.worksheets
    assert tuple(cell.value for cell in page[1]) == HEAD
    assert page.column_dimensions["B"].number_format == "@"
    rules = {str(rule.sqref): rule for rule in page.data_validations.dataValidation}
    assert rules["D2:D5001"].formula1 == '"合作协议,服务合同,其他"'
    assert rules["B2:B5001"].type == "textLength"
    assert [row[0].value for row in explained.iter_rows(min_row=2, max_row=6)] == [
        head.rstrip("*") for head in HEAD
    ]


def test_an_export_is_inert_and_comes_back_the_same(
    cast: Cast, client: Client, case: Evaluation
) -> None:
    evil = [
        {"name": f"{sign}cmd|' /C calc'!A0", "field": "化工", "document_kind": "other"}
        for sign in "=+-@"
    ]
    put(cast, case, evil)
    content = client.get(address(case, "list.xlsx")).content
    page = load_workbook(io.BytesIO(content)).worksheets[0]
    assert [(page.cell(n, 1).data_type, page.cell(n, 1).quotePrefix) for n in range(2, 6)] == [
        ("s", True)
    ] * 4
    begun = imported(cast, case, SimpleUploadedFile("名单.xlsx", content))
    assert [row.row for row in imports.rows_of(begun)] == evil


def test_every_wrong_cell_is_named_at_once(cast: Cast, client: Client, case: Evaluation) -> None:
    begun = imported(
        cast,
        case,
        sheet(
            ROW,
            ("", "123", "方向", "口头约定", ""),
            ("乙化工", float(int("1" * 15)), "长" * 257, "合作协议", ""),
        ),
    )
    page = client.get(address(case, f"import/{begun.pk}/"))
    words = text_of(page)
    for sentence in (
        "请填写“企业名称”",
        "统一社会信用代码为18位，当前为3位。",
        "应为合作协议、服务合同、其他之一",
        "统一社会信用代码为18位，当前为15位。",
        "应在256字以内，实际257字",
    ):
        assert sentence in words
    assert "导入合格的 1 行" in words
    assert case.enterprises.count() == 0
    faulty = client.get(address(case, f"import/{begun.pk}/faulty.xlsx")).content
    cells = load_workbook(io.BytesIO(faulty)).worksheets[0]
    assert cells["B2"].value == "123"
    assert cells["B2"].comment.text == "原第3行：统一社会信用代码为18位，当前为3位。"
    assert cells["A3"].comment is None
    assert (
        client.post(address(case, f"import/{begun.pk}/"), {"duplicates": SKIP}).status_code == 302
    )
    assert names(case) == ["甲钢铁"]


@pytest.mark.parametrize(
    ("choice", "fields", "told"),
    [
        (SKIP, ["旧", "先"], "已导入1行，跳过重复2行。"),
        (REPLACE, ["新", "后"], "已导入1行，替换2行。"),
    ],
)
def test_duplicates_by_code_are_found_and_skipped_or_replaced(
    cast: Cast, client: Client, case: Evaluation, choice: str, fields: list[str], told: str
) -> None:
    listed = {"name": "老", "credit_code": code(1), "field": "旧", "document_kind": "other"}
    put(cast, case, [listed])
    begun = imported(
        cast,
        case,
        sheet(
            ("老企业", code(1), "新", "其他", ""),
            ("丙", code(2), "先", "其他", ""),
            ("丙", code(2), "后", "其他", ""),
        ),
    )
    words = text_of(client.get(address(case, f"import/{begun.pk}/")))
    assert "名单第 1 行" in words
    assert "文件第 3 行" in words
    client.post(address(case, f"import/{begun.pk}/"), {"duplicates": choice})
    assert list(case.enterprises.values_list("field", flat=True)) == fields
    assert told in text_of(client.get(address(case)))


def test_an_import_is_taken_in_once_and_read_once(
    cast: Cast, client: Client, case: Evaluation
) -> None:
    begun = imported(cast, case, sheet(ROW))
    before = begun.rows
    enterprises.read_import(str(begun.pk), "zh-hans")
    begun.refresh_from_db()
    assert begun.rows == before
    one = address(case, f"import/{begun.pk}/")
    assert client.post(one, {"duplicates": SKIP}).status_code == 302
    again = client.post(one, {"duplicates": SKIP})
    assert again.status_code == 422
    assert "这次导入已经处理过" in text_of(again)
    assert names(case) == ["甲钢铁"]


def test_the_upload_is_read_by_a_worker_and_the_page_shows_how_far(
    client: Client, case: Evaluation
) -> None:
    response = client.post(address(case, "import/"), {"file": sheet(ROW)})
    page = client.get(response["Location"])
    assert "排队等待检查" in text_of(page)
    outbox.sweep()
    state = client.get(response["Location"] + "state/")
    assert state["HX-Refresh"] == "true"
    assert "导入这 1 行" in text_of(client.get(response["Location"]))


@pytest.mark.parametrize(
    ("upload", "sentence"),
    [
        (sheet(ROW, head=("甲", "乙", "丙")), "没有找到列名。请下载模板"),
        (
            sheet(ROW, head=("企业名称", "统一社会信用代码")),
            "缺少“支撑领域或方向”列，请在第1行补上。",
        ),
        (sheet(), "列名下面没有数据，请填写后重新上传。"),
    ],
)
def test_a_sheet_that_is_no_list_is_refused_in_words(
    cast: Cast, client: Client, case: Evaluation, upload: SimpleUploadedFile, sentence: str
) -> None:
    begun = imported(cast, case, upload)
    assert begun.state == "failed"
    assert sentence in text_of(client.get(address(case, f"import/{begun.pk}/")))


def test_a_file_that_is_no_workbook_is_refused_at_once(client: Client, case: Evaluation) -> None:
    upload = SimpleUploadedFile("名单.xlsx", b"name,code\n")
    response = client.post(address(case, "import/"), {"file": upload})
    assert response.status_code == 422
    assert "文件“名单.xlsx”的内容不是可接受的类型，请上传：XLSX。" in text_of(response)
    assert client.post(address(case, "import/"), {}).status_code == 422


def test_more_rows_than_the_list_holds_are_refused(
    cast: Cast, client: Client, case: Evaluation, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = enterprises.list_field(enterprises.edition_of(case))
    begun = imported(cast, case, sheet(ROW, ("乙", "", "方向", "其他", "")))
    monkeypatch.setitem(asked.__dict__, "max_rows", 2)
    put(cast, case, example_rows(1))
    response = client.post(address(case, f"import/{begun.pk}/"), {"duplicates": SKIP})
    assert "名单已有1行，再加2行超过2行的上限，请先删减。" in text_of(response)
    assert case.enterprises.count() == 1


def test_a_submitted_case_takes_in_nothing_more(cast: Cast) -> None:
    case = cast.case_in("returned")
    begun = imported(cast, case, sheet(ROW))
    cast.carry(case, "submitted")
    response = signed_in(cast.lin).post(address(case, f"import/{begun.pk}/"), {"duplicates": SKIP})
    assert response["Location"] == f"/cases/{case.number}/"
    assert case.enterprises.count() == 26
