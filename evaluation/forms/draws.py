"""What a draw needs: how many experts, of which fields, for which days."""

import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from evaluation.actions.draws import MOST_SEATS
from evaluation.pool.exclusions import Need

USUAL_SIZE = {"site": 3, "panel": 5}
USUAL_DAYS = 14


class DrawForm(forms.Form):
    """随机抽取: the size, the required number of each field, the days of the work."""

    size = forms.IntegerField(
        label=_("抽取人数"),
        min_value=1,
        max_value=MOST_SEATS,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    first_day = forms.DateField(
        label=_("工作开始"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    last_day = forms.DateField(
        label=_("工作结束"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    seen = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, duty: str, seen: int, **kwargs: Any) -> None:
        today = timezone.localdate()
        initial: dict[str, Any] = {
            "size": USUAL_SIZE[duty],
            "first_day": today,
            "last_day": today + datetime.timedelta(days=USUAL_DAYS),
            "seen": seen,
        }
        super().__init__(*args, **{"initial": initial, **kwargs})
        self.duty = duty
        for place, field in enumerate(settings.EXPERT_FIELDS):
            self.fields[f"field_{place}"] = forms.IntegerField(
                label=gettext(field),
                required=False,
                min_value=0,
                max_value=MOST_SEATS,
                widget=forms.NumberInput(attrs={"inputmode": "numeric", "placeholder": "0"}),
            )

    @property
    def field_numbers(self) -> list[forms.BoundField]:
        return [self[f"field_{place}"] for place, _field in enumerate(settings.EXPERT_FIELDS)]

    def need(self) -> Need:
        """What was asked, once the form is valid."""
        asked = self.cleaned_data
        numbers = {
            field: asked[f"field_{place}"] or 0
            for place, field in enumerate(settings.EXPERT_FIELDS)
        }
        return Need(
            self.duty,
            asked["size"],
            {field: count for field, count in numbers.items() if count},
            asked["first_day"],
            asked["last_day"],
        )

    def usual_need(self) -> Need:
        """What the page shows before anything was asked."""
        first = self.initial
        return Need(self.duty, first["size"], {}, first["first_day"], first["last_day"])
