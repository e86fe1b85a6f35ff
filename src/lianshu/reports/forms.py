"""Forms of calls, reports and score sheets."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from lianshu.core.scope import regions_for
from lianshu.organisation.models import Chain, Region, Unit
from lianshu.reference.periods import Period
from lianshu.tasks.models import Duty

from .models import Collection


def _period(text: str) -> str:
    if not text:
        return ""
    try:
        return Period.from_code(text.strip()).code
    except ValueError as error:
        raise ValidationError("期间写成 2026、2026Q1 或 2026-03 这样的形式") from error


class OfficeForm(forms.Form):
    """Common part: the region for which the office acts, and the period."""

    region = forms.ModelChoiceField(Region._base_manager.none(), label="地区", empty_label=None)
    period = forms.CharField(
        label="期间",
        required=False,
        max_length=10,
        help_text="年 2026，季 2026Q1，月 2026-03；不分期的可不填",
    )

    def __init__(self, *args: Any, user: Any, action: str = "hand_out", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["region"].queryset = Region.objects.filter(regions_for(user, action)).order_by("-path")

    def clean_period(self) -> str:
        return _period(self.cleaned_data["period"])


class CollectionForm(OfficeForm):
    """A call to file."""

    kind = forms.ChoiceField(label="类别", choices=Collection.Kind.choices)
    title = forms.CharField(label="名称", max_length=120)
    due = forms.DateField(label="报送时限", widget=forms.DateInput(attrs={"type": "date"}))
    units = forms.ModelMultipleChoiceField(
        Unit._base_manager.none(), label="报送单位", required=False, help_text="按住 Ctrl 可多选"
    )
    chains = forms.ModelMultipleChoiceField(
        Chain._base_manager.none(), label="按产业链报送（由各链条办填报）", required=False
    )
    duty = forms.ModelChoiceField(
        Duty._base_manager.none(),
        label="对应的常规职责",
        required=False,
        help_text="选定后，报送一次就记一次履职，不用另外登记",
    )
    headings = forms.CharField(
        label="报送内容",
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="每行一项，如：主要指标、工作进展、存在问题",
    )
    field_order = ("region", "kind", "title", "period", "due", "units", "chains", "duty", "headings")

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        self.fields["units"].queryset = Unit.objects.visible_to(user).order_by("name")
        self.fields["chains"].queryset = Chain.objects.visible_to(user).select_related("region")
        self.fields["duty"].queryset = (
            Duty.objects.visible_to(user).filter(active=True, counts="report_filed").select_related("chain")
        )
        for name in ("units", "chains"):
            self.fields[name].widget.attrs["size"] = 6

    def clean_headings(self) -> list[str]:
        return [line.strip() for line in self.cleaned_data["headings"].splitlines() if line.strip()]


class DraftForm(OfficeForm):
    """Which period's report to draft."""

    field_order = ("region", "period")

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, user=user, action="approve", **kwargs)
        self.fields["period"].required = True


class ReportForm(forms.Form):
    """The text of a report."""

    title = forms.CharField(label="标题", max_length=120)
    to = forms.CharField(label="主送", max_length=200, required=False)
    body = forms.CharField(label="正文", widget=forms.Textarea(attrs={"rows": 24}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)


class SheetForm(OfficeForm):
    """A score sheet."""

    title = forms.CharField(label="名称", max_length=120)
    criteria = forms.CharField(
        label="评分项",
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="每行一项：名称 满分，如：任务完成 40",
    )
    field_order = ("region", "title", "period", "criteria")

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, user=user, action="approve", **kwargs)

    def clean_criteria(self) -> list[tuple[str, int]]:
        found = []
        for number, line in enumerate(self.cleaned_data["criteria"].splitlines(), start=1):
            if not line.strip():
                continue
            match = re.fullmatch(r"(.*[^\s，,：:])[\s，,：:]++(\d{1,3})\s*分?", line.strip())
            if match is None:
                raise ValidationError(f"第 {number} 行“{line.strip()}”没有写满分")
            found.append((match[1], int(match[2])))
        return found
