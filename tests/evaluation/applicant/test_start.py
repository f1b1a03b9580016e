"""Starting an application, and changing what is applied for."""

import pytest

from dataaccess.models import Base
from evaluation.models import Evaluation
from tests.evaluation.applicant.pages import text_of
from tests.evaluation.cast import Cast, signed_in

NEW = {
    "category": "city",
    "place": "潍坊",
    "base": "new",
    "base_name": "示例潍坊智算基地",
    "city": "370700",
}


def test_a_case_for_a_new_base(cast: Cast) -> None:
    response = signed_in(cast.lin).post("/cases/new/", NEW)
    case = Evaluation.objects.get()
    assert response["Location"] == f"/cases/{case.number}/form/"
    assert (case.category, case.place, case.state) == ("city", "潍坊", "draft")
    assert (case.base.name, case.base.province, case.base.city) == (
        "示例潍坊智算基地",
        "370000",
        "370700",
    )
    assert case.base.organisation == cast.organisation


def test_a_case_for_a_base_the_organisation_has(cast: Cast) -> None:
    base = cast.new_case().base
    signed_in(cast.lin).post(
        "/cases/new/", {"category": "industry", "place": "钢铁", "base": base.code}
    )
    assert Evaluation.objects.get(category="industry").base == base
    assert Base.objects.count() == 1


def test_another_organisations_base_is_not_offered(cast: Cast) -> None:
    base = cast.new_case(user=cast.other).base
    response = signed_in(cast.lin).post("/cases/new/", {**NEW, "base": base.code})
    assert response.status_code == 422
    assert base.name not in text_of(signed_in(cast.lin).get("/cases/new/"))
    assert Evaluation.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"category": ""}, "请选择申报类别。"),
        ({"place": ""}, "请填写命名用的地区或行业名称。"),
        ({"place": "（山东）"}, "名称中不要带括号，证书会自动加上。"),
        ({"base_name": ""}, "请填写新基地的名称。"),
        ({"city": ""}, "请选择新基地所在的城市。"),
    ],
)
def test_a_faulty_start_says_what_to_mend_and_keeps_the_rest(
    cast: Cast, change: dict[str, str], sentence: str
) -> None:
    response = signed_in(cast.lin).post("/cases/new/", {**NEW, **change})
    assert response.status_code == 422
    assert sentence in text_of(response)
    kept = "示例潍坊智算基地" if "base_name" not in change else "潍坊"
    assert f'value="{kept}"' in response.content.decode()
    assert Evaluation.objects.count() == 0


def test_only_applicants_start(cast: Cast) -> None:
    for user in (cast.chen, cast.zhou, cast.experts[0], cast.sysadmin):
        response = signed_in(user).post("/cases/new/", NEW)
        assert response.status_code == 403
        assert "只有申报单位可以新建申报。" in text_of(response)
    assert Evaluation.objects.count() == 0


def test_the_scope_changes_while_the_application_is_with_the_applicant(cast: Cast) -> None:
    case = cast.new_case()
    response = signed_in(cast.han).post(
        f"/cases/{case.number}/scope/", {"category": "economic_region", "place": "京津冀"}
    )
    case.refresh_from_db()
    assert response["Location"] == f"/cases/{case.number}/form/"
    assert (case.category, case.place) == ("economic_region", "京津冀")


def test_the_scope_stands_once_submitted(cast: Cast) -> None:
    case = cast.case_in("submitted")
    response = signed_in(cast.lin).post(
        f"/cases/{case.number}/scope/", {"category": "city", "place": "济南"}
    )
    case.refresh_from_db()
    assert response["Location"] == f"/cases/{case.number}/"
    assert (case.category, case.place) == ("province", "山东")
