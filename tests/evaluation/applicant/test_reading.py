"""The draft's preview for its applicant, and submitted versions for all who may read the case."""

from django.db import connection
from django.test.utils import CaptureQueriesContext

from evaluation.actions import application
from evaluation.demo.tables import enterprises
from tests.evaluation.applicant.pages import text_of
from tests.evaluation.cast import Cast, signed_in


def test_the_preview_shows_the_draft_to_its_applicant_alone(cast: Cast) -> None:
    case = cast.case_in("submitted")
    words = text_of(signed_in(cast.han).get(f"/cases/{case.number}/preview/"))
    assert "表 7 产业集聚" in words
    assert "示例启元钢铁有限公司" in words
    for user in (cast.chen, cast.zhou):
        assert signed_in(user).get(f"/cases/{case.number}/preview/").status_code == 403
    assert signed_in(cast.other).get(f"/cases/{case.number}/preview/").status_code == 404


def test_a_submitted_version_shows_values_against_the_categorys_requirements(cast: Cast) -> None:
    case = cast.case_in("submitted")
    words = text_of(signed_in(cast.chen).get(f"/cases/{case.number}/versions/1/"))
    assert "算力峰值≥1000PFlops1080PFLOPS✓符合10/10" in words.replace(" ", "")
    assert "PUE＜1.3 1.28" in words
    assert "4.5分（自评）" in words.replace(" ", "")
    assert "合计1600，舍去小数得1600个标准机架" in words


def test_who_may_read_a_version(cast: Cast) -> None:
    case = cast.case_in("panel_scoring")
    address = f"/cases/{case.number}/versions/1/"
    for user in (cast.lin, cast.han, cast.chen, cast.zhou, cast.experts[2]):
        assert "评估申报书 第 1 版" in text_of(signed_in(user).get(address))
    for user in (cast.other, cast.idle_expert, cast.sysadmin, cast.auditor):
        assert signed_in(user).get(address).status_code == 404
    assert signed_in(cast.lin).get(f"/cases/{case.number}/versions/2/").status_code == 404


def test_an_earlier_version_stays_as_it_was(cast: Cast) -> None:
    case = cast.case_in("returned")
    table = case.tables.get(key="other")
    application.save_table(
        cast.lin, case, "other", {"features_text": "第二版的特色。"}, table.version
    )
    application.submit(cast.lin, case)
    client = signed_in(cast.chen)
    first = text_of(client.get(f"/cases/{case.number}/versions/1/"))
    second = text_of(client.get(f"/cases/{case.number}/versions/2/"))
    assert "第二版的特色。" not in first
    assert "已有新版本" in first
    assert "第二版的特色。" in second
    assert "现行版本" in second


def test_a_draft_after_a_return_is_not_shown_to_the_secretariat(cast: Cast) -> None:
    case = cast.case_in("returned")
    table = case.tables.get(key="other")
    application.save_table(cast.lin, case, "other", {"features_text": "未提交。"}, table.version)
    assert "未提交。" not in text_of(signed_in(cast.chen).get(f"/cases/{case.number}/versions/1/"))


def test_the_preview_asks_the_database_the_same_for_1_and_for_300_rows(cast: Cast) -> None:
    case = cast.new_case()
    client = signed_in(cast.lin)
    client.get(f"/cases/{case.number}/preview/")

    def queries(count: int) -> int:
        version = case.tables.get(key="clustering").version
        application.save_table(
            cast.lin, case, "clustering", {"enterprises": enterprises(count)}, version
        )
        with CaptureQueriesContext(connection) as captured:
            assert client.get(f"/cases/{case.number}/preview/").status_code == 200
        return len(captured)

    assert queries(1) == queries(300)
