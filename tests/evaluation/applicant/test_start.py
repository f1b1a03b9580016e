"""Starting an application, and changing what is applied for."""

import pytest

from dataaccess.models import Base
from evaluation.actions import application
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


@pytest.mark.parametrize(
    ("category", "place", "taken"),
    [
        ("province", "山东", True),
        ("province", "山东省", True),
        ("province", "江苏", False),
        ("city", "潍坊市", True),
        ("city", "济南", False),
        ("industry", "钢铁", True),  # not named after where the base lies
        ("economic_region", "长三角", True),
    ],
)
def test_a_province_or_city_is_the_one_the_base_lies_in(
    cast: Cast, category: str, place: str, taken: bool
) -> None:
    response = signed_in(cast.lin).post(
        "/cases/new/", {**NEW, "category": category, "place": place}
    )
    assert Evaluation.objects.exists() == taken
    if not taken:
        assert "基地位于山东省潍坊市，该类别以所在地命名" in text_of(response)
        assert f'value="{place}"' in response.content.decode()


def test_a_base_applies_for_a_category_once_at_a_time(cast: Cast) -> None:
    first = cast.new_case()
    again = {"category": "province", "place": "山东", "base": first.base.code}
    response = signed_in(cast.lin).post("/cases/new/", again)
    assert f"该基地已有同一类别的在办案卷{first.number}（填报中）" in text_of(response)
    signed_in(cast.lin).post("/cases/new/", {**again, "category": "industry", "place": "钢铁"})
    second = Evaluation.objects.get(category="industry")
    changed = {"category": "province", "place": "山东"}
    response = signed_in(cast.lin).post(f"/cases/{second.number}/scope/", changed)
    assert first.number in text_of(response)
    application.withdraw(cast.lin, first, "示例：暂缓。")
    assert signed_in(cast.lin).post("/cases/new/", again).status_code == 302


def test_a_new_base_does_not_take_the_name_of_another(cast: Cast) -> None:
    signed_in(cast.lin).post("/cases/new/", NEW)
    response = signed_in(cast.lin).post("/cases/new/", {**NEW, "category": "industry"})
    assert "本单位已有同名的基地" in text_of(response)
    assert Base.objects.count() == 1


@pytest.mark.parametrize("same", [True, False])
def test_a_copy_for_another_base_leaves_its_location_behind(cast: Cast, same: bool) -> None:
    source = cast.new_case()
    content = {"location": "济南市示例路1号", "contact_address": "济南市示例路2号"}
    application.save_table(cast.lin, source, "base", content, 0)
    base = {"base": source.base.code} if same else {"base": "new", "base_name": "示例新基地"}
    signed_in(cast.lin).post(
        "/cases/new/",
        {**NEW, **base, "category": "industry", "place": "钢铁", "source": source.number},
    )
    copied = Evaluation.objects.get(category="industry").tables.get(key="base").content
    assert copied == (content if same else {"contact_address": "济南市示例路2号"})
