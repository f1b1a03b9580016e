"""What is applied for: the category, the place it is named after, and the base."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dataaccess import regions
from dataaccess.models import Base
from evaluation.edition import reader_language
from evaluation.models import Evaluation
from evaluation.rulebook import Edition, in_language

NEW_BASE = "new"


class ScopeForm(forms.Form):
    """The category and its place. Used as it is to change a draft's scope."""

    category = forms.ChoiceField(
        label=gettext_lazy("申报类别"),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("请选择申报类别。")},
    )
    place = forms.CharField(
        label=gettext_lazy("拟认定名称中的（XX）"),
        max_length=32,
        error_messages={"required": gettext_lazy("请填写命名用的地区或行业名称。")},
        help_text=gettext_lazy(
            "填省、市、经济区、枢纽或行业的名称，例如“山东”“潍坊市”“钢铁”，不带括号；证书上的名称由此组成。"
        ),
    )

    def __init__(self, *args: Any, edition: Edition, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = reader_language()
        field = self.fields["category"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            (
                each.code,
                _("%(name)s（%(level)s）")
                % {
                    "name": in_language(each, "name", language),
                    "level": in_language(each, "level", language),
                },
            )
            for each in edition.categories
        ]

    def clean_place(self) -> str:
        place: str = self.cleaned_data["place"]
        if any(character in place for character in "（）()"):
            raise forms.ValidationError(_("名称中不要带括号，证书会自动加上。"))
        return place


class StartForm(ScopeForm):
    """A new application: its scope, and a base of the organisation or a new one."""

    field_order = ["source", "with_files", "category", "place", "base", "base_name", "city"]

    source = forms.ChoiceField(
        label=gettext_lazy("以本单位已有的申报为底稿"),
        required=False,
        help_text=gettext_lazy(
            "复制申报书各表的内容；签署日期和承诺须重新填写，申报书须重新盖章。"
        ),
    )
    with_files = forms.BooleanField(
        label=gettext_lazy("把提交材料一并带来（材料1申报书除外）"),
        required=False,
        initial=True,
        help_text=gettext_lazy(
            "各文件重新检查后成为新申报的文件，SHA-256不变；请核对其期间和有效期是否仍然适用。"
        ),
    )

    base = forms.ChoiceField(
        label=gettext_lazy("待评估基地"),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("请选择待评估基地，或选择“新的基地”。")},
    )
    base_name = forms.CharField(
        label=gettext_lazy("新基地名称"),
        max_length=256,
        required=False,
        help_text=gettext_lazy("与证明材料上的名称一致。"),
    )
    city = forms.ChoiceField(
        label=gettext_lazy("新基地所在省份和城市"),
        required=False,
        help_text=gettext_lazy(
            "按省份分组，代码依 GB/T 2260-2007，名称用现名；打开列表后输入城市名称可以快速定位。"
        ),
    )

    def __init__(
        self, *args: Any, bases: list[Base], sources: list[Evaluation], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.sources = {case.number: case for case in sources}
        if not sources:
            del self.fields["with_files"]
        source = self.fields["source"]
        assert isinstance(source, forms.ChoiceField)
        source.choices = [
            ("", _("不复制，从空白开始")),
            *((case.number, f"{case.number} {case.base.name}（{case.place}）") for case in sources),
        ]
        self.bases = {base.code: base for base in bases}
        base, city = self.fields["base"], self.fields["city"]
        assert isinstance(base, forms.ChoiceField)
        assert isinstance(city, forms.ChoiceField)
        base.choices = [
            *((each.code, _base_label(each)) for each in bases),
            (NEW_BASE, _("新的基地")),
        ]
        base.initial = self.initial.get("base") or (bases[0].code if bases else NEW_BASE)
        city.choices = [("", _("请选择")), *city_groups()]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("base") == NEW_BASE:
            if not cleaned.get("base_name"):
                self.add_error("base_name", _("请填写新基地的名称。"))
            elif cleaned["base_name"] in {base.name for base in self.bases.values()}:
                self.add_error("base_name", _("本单位已有同名的基地，请在“选择基地”中选择它。"))
            if not cleaned.get("city") and "city" not in self.errors:
                self.add_error("city", _("请选择新基地所在的城市。"))
        return cleaned

    def to_start(self) -> dict[str, Any]:
        """What the action `start` takes."""
        given = self.cleaned_data
        scope = {
            "category": given["category"],
            "place": given["place"],
            "source": self.sources.get(given["source"]),
        }
        if given["base"] != NEW_BASE:
            return {**scope, "base": self.bases[given["base"]]}
        city = given["city"]
        return {
            **scope,
            "base_name": given["base_name"],
            "province": f"{city[:2]}0000",
            "city": city,
        }


def _base_label(base: Base) -> str:
    where = regions.place_name(base.province, base.city, reader_language())
    return _("%(name)s（%(where)s）") % {"name": base.name, "where": where} if where else base.name


def city_groups() -> list[tuple[str, list[tuple[str, str]]]]:
    """Every city under its province, as choices of one select."""
    return regions.grouped_city_choices(reader_language())


def scope_of(evaluation: Evaluation) -> dict[str, str]:
    """The scope as it stands, to begin a change from."""
    return {"category": evaluation.category, "place": evaluation.place}
