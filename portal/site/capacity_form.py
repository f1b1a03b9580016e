"""What a task asks for: the finder's form, and the parameters of its API."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from dataaccess import regions
from dataaccess.capacity import ACCELERATORS, REGIONS, Need
from dataaccess.cards import MODEL_LENGTH, CardsWanted, is_model
from dataaccess.distance import Point, reach_km, read_location, seat_of
from dataaccess.shapes import tables, text
from dataaccess.words import printed, reads_english

MOST = 10**12  # beyond what any base could report; keeps sums inside the database's integers
_EXAMPLE_MS = 15
_HALF_ROUND_KM = 20_000  # no two places on the globe lie farther apart
DOMESTIC = "domestic"
REGION_NAMES = {
    "jing_jin_ji": _("京津冀"),
    "yangtze_delta": _("长三角"),
    "greater_bay_area": _("粤港澳大湾区"),
    "cheng_yu": _("成渝"),
}
PAIRS = {pair.key: pair for pair in tables.PAIRS}


# What is asked for by a name of its own, because it stands for several of Table B.1.
_JOINT = {
    "bandwidth": (_("网络带宽"), "Mbps"),
    "gpu_or_npu": (_("GPU 或 NPU 算力"), "PFLOPS"),
}


def resource_name(key: str) -> str:
    return str(_JOINT[key][0]) if key in _JOINT else printed(PAIRS[key].title)


def unit_of(key: str) -> str:
    return _JOINT[key][1] if key in _JOINT else printed(PAIRS[key].unit)


def _provinces() -> list[tuple[str, str]]:
    return regions.province_choices("en" if reads_english() else "zh")


def _areas() -> list[tuple[Any, Any]]:
    return [
        ("", _("不限")),
        (_("经济聚集区（3.8）"), list(REGION_NAMES.items())),
        (_("省份"), _provinces()),
    ]


def _amount(label: Any, unit: str, help_text: Any = "") -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        required=False,
        min_value=0,
        max_value=MOST,
        help_text=help_text,
        widget=forms.NumberInput(attrs={"data-unit": unit, "inputmode": "numeric"}),
    )


class NeedForm(forms.Form):
    """Amounts in the units of Table B.1."""

    accelerator = forms.ChoiceField(
        label=_("加速器类型"),
        choices=lambda: [
            (key, _("不限类型（按 FP16 算力）") if key == "fp16" else resource_name(key))
            for key in ACCELERATORS
        ],
    )
    pflops = forms.IntegerField(
        label=_("所需算力"),
        min_value=1,
        max_value=MOST,
        widget=forms.NumberInput(attrs={"data-unit": "PFLOPS", "inputmode": "numeric"}),
    )
    cards = forms.ChoiceField(
        label=_("国产算力卡"),
        required=False,
        choices=[("", _("任意")), (DOMESTIC, _("国产"))],
        help_text=_("按认定时申报的算力卡清单。"),
    )
    model = forms.CharField(
        label=_("算力卡型号"),
        required=False,
        max_length=MODEL_LENGTH,
        strip=False,
        help_text=_("选填，型号的一部分即可，不分大小写。清单不列厂商，请用型号查找。"),
    )
    memory = _amount(_("内存"), "GB")
    storage = _amount(_("存储空间"), "GB")
    bandwidth = _amount(_("网络带宽"), "Mbps", _("上行、下行都须满足。"))
    cpu_cores = _amount(_("CPU 核数"), "")
    area = forms.ChoiceField(label=_("所在区域"), required=False, choices=_areas)
    origin = forms.ChoiceField(
        label=_("使用方所在省份"),
        required=False,
        choices=lambda: [("", _("不限")), *_provinces()],
        help_text=_("用于计算距离、估算时延，按省会位置计。"),
    )
    location = forms.CharField(
        label=_("使用方坐标"),
        required=False,
        max_length=40,
        help_text=_("选填，BD-09 “经度,纬度”，如 116.43351,39.90851；填写后代替省份。"),
    )
    distance = forms.IntegerField(
        label=_("直线距离不超过"),
        required=False,
        min_value=1,
        max_value=_HALF_ROUND_KM,
        widget=forms.NumberInput(attrs={"data-unit": "km", "inputmode": "numeric"}),
        help_text=_("须填写使用方所在省份或坐标。按基地上报的坐标计。"),
    )
    latency = forms.IntegerField(
        label=_("往返时延不超过"),
        required=False,
        min_value=1,
        max_value=10_000,
        widget=forms.NumberInput(attrs={"data-unit": "ms", "inputmode": "numeric"}),
        help_text=format_lazy(
            _("须填写使用方所在省份或坐标。按光纤估算，{ms} ms 约合直线 {km} km。"),
            ms=_EXAMPLE_MS,
            km=f"{reach_km(_EXAMPLE_MS):,.0f}",
        ),
    )

    def clean_model(self) -> str:
        model: str = self.cleaned_data["model"]
        if model and not is_model(model):
            raise ValidationError(_("请写型号中的字母、数字或汉字，如 910B。"))
        return model

    def clean_location(self) -> Point | None:
        given = text.without_blanks(self.cleaned_data["location"])
        if not given:
            return None
        point = read_location(given)
        if point is None or text.location_fault(given):
            raise ValidationError(
                _("坐标应为“经度,纬度”，经度在前，如 116.43351,39.90851；请更正。")
            )
        return point

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        placed = said.get("origin") or said.get("location") or "location" in self.errors
        if (said.get("latency") or said.get("distance")) and not placed:
            self.add_error("origin", _("限定距离或时延时，请选择使用方所在省份或填写坐标。"))
        return said

    def need(self) -> Need:
        """What was asked for; the form is valid."""
        said = self.cleaned_data
        area = said["area"]
        return Need(
            said["accelerator"],
            said["pflops"],
            memory=said["memory"] or 0,
            storage=said["storage"] or 0,
            bandwidth=said["bandwidth"] or 0,
            cpu_cores=said["cpu_cores"] or 0,
            provinces=frozenset(REGIONS.get(area, (area,) if area else ())),
            origin=said["location"] or seat_of(said["origin"]),
            latency_ms=said["latency"],
            distance_km=said["distance"],
            cards=CardsWanted(said["model"], said["cards"] == DOMESTIC),
        )
