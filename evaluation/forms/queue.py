"""The queue: its filters beside the chips, and the name of a saved view."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dataaccess import regions
from evaluation import steps
from evaluation.edition import current_edition, reader_language
from evaluation.queries_queue import HOLDERS
from evaluation.rulebook import in_language


class FilterForm(forms.Form):
    """The selects above the queue. What they send is read by queries_queue.Filter."""

    category = forms.ChoiceField(label=_("申报类别"), required=False)
    province = forms.ChoiceField(label=_("省份"), required=False)
    holder = forms.ChoiceField(label=_("办理方"), required=False)
    order = forms.ChoiceField(label=_("排序"), required=False)

    def __init__(self, usual_order: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        orders = [
            ("waiting", _("等待最久在前")),
            ("deadline", _("期限最近在前")),
            ("number", _("案卷号最新在前")),
        ]
        # The order where none is asked is chosen by its own name.
        self.fields["order"].choices = orders  # type: ignore[attr-defined]
        self.initial["order"] = self.initial.get("order") or usual_order
        language = reader_language()
        self._offer(
            "category",
            [(c.code, in_language(c, "name", language)) for c in current_edition().categories],
        )
        for field in self.fields.values():
            field.widget.attrs["class"] = "form-select"
        self._offer("province", regions.province_choices(language))
        self._offer("holder", [(a, steps.ACTOR_NAMES[steps.Actor(a)]) for a in HOLDERS])

    def _offer(self, name: str, choices: list[tuple[str, Any]]) -> None:
        self.fields[name].choices = [("", _("全部")), *choices]  # type: ignore[attr-defined]


class ViewForm(forms.Form):
    """The name of a view, and whether the office sees it too."""

    name = forms.CharField(
        label=_("视图名称"),
        max_length=40,
        widget=forms.TextInput(attrs={"class": "form-control"}),
    )
    shared = forms.BooleanField(label=_("与秘书处共享"), required=False)
