"""The pieces of the look on one page, for those who build and check pages. Development only."""

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from dataaccess.trend import Point, Trend, trend

EXAMPLES = Path(__file__).parent / "styleguide_examples.json"
DAYS_FROM_NOW = re.compile(r"[+-]\d+d")


class ExampleForm(forms.Form):
    """One field of each kind."""

    base_name = forms.CharField(
        label="基地名称", max_length=256, help_text="与营业执照或立项批复一致。"
    )
    category = forms.ChoiceField(
        label="申报类别",
        choices=[("", "请选择"), ("province", "省级区域"), ("city", "地市级区域")],
    )
    fp16_peak = forms.DecimalField(
        label="FP16算力峰值",
        help_text="稠密理论峰值，按算力卡清单计算。",
        widget=forms.NumberInput(attrs={"data-unit": "PFLOPS"}),
    )
    started_on = forms.DateField(
        label="投入运行日期", widget=forms.DateInput(attrs={"type": "date"}), required=False
    )
    virtualization = forms.MultipleChoiceField(
        label="算力虚拟化能力",
        choices=[("compute", "计算"), ("storage", "存储"), ("network", "网络")],
        widget=forms.CheckboxSelectMultiple,
    )
    room_grade = forms.ChoiceField(
        label="机房等级",
        choices=[("A", "A级"), ("B", "B级"), ("C", "C级")],
        widget=forms.RadioSelect,
    )
    summary = forms.CharField(label="基地概况", help_text="不超过 2000 字。", widget=forms.Textarea)
    scan = forms.FileField(label="盖章扫描件", help_text="PDF、JPG 或 PNG。", required=False)
    truthful = forms.BooleanField(label="承诺所填内容真实、准确、完整")


def _revive(value: Any) -> Any:
    """The examples with their dates: "+5d" is five days from now, so that they never look stale."""
    if isinstance(value, dict):
        return {key: _revive(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_revive(inner) for inner in value]
    if isinstance(value, str) and DAYS_FROM_NOW.fullmatch(value):
        return timezone.localtime() + timedelta(days=int(value[:-1]))
    return value


def _example_trend() -> Trend:
    last = timezone.localdate()
    first = last - timedelta(days=89)
    days = (first + timedelta(days=nth) for nth in range(90))
    return trend(
        [Point(day, 2600, 700 + day.weekday() * 60) for day in days if day.day != 13], first, last
    )


def styleguide(request: HttpRequest, page: str = "components") -> HttpResponse:
    """Every component with realistic content; 404 unless DEBUG."""
    if not settings.DEBUG:
        raise Http404
    examples = _revive(json.loads(EXAMPLES.read_text(encoding="utf-8")))
    refused = ExampleForm({"base_name": "", "fp16_peak": "-", "category": "province"})
    refused.is_valid()
    for level, text in examples.pop("messages").items():
        messages.add_message(request, getattr(messages, level), text)
    return render(
        request,
        f"styleguide/{page}.html",
        {
            **examples,
            "form": ExampleForm(initial={"base_name": examples["base"], "fp16_peak": "1260"}),
            "refused": refused,
            "page_obj": Paginator(range(120), 20).page(3),
            "trend": _example_trend(),
            "sizes": [14, 16, 18, 22, 28, 36],
        },
    )
