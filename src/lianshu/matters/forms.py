"""Forms of matters."""

from __future__ import annotations

from typing import Any

from django import forms

from lianshu.core.scope import regions_for
from lianshu.enterprises.models import Enterprise
from lianshu.organisation.models import Chain, Region, Unit

from .models import Matter


class ReceiveForm(forms.ModelForm):
    """A new matter. Choices are those the person may see."""

    class Meta:
        model = Matter
        fields = (
            "region", "chain", "nature", "kind", "channel", "title", "text", "enterprise", "raised_by_unit",
            "raised_by", "phone", "urgent",
        )  # fmt: skip
        widgets = {"text": forms.Textarea(attrs={"rows": 5})}

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        regions = Region.objects.filter(regions_for(user, "view")).order_by("-path")
        self.fields["region"].queryset = regions
        self.fields["region"].empty_label = None
        self.fields["chain"].queryset = Chain.objects.visible_to(user).select_related("region")
        self.fields["chain"].empty_label = "不属于某一条产业链"
        self.fields["enterprise"].queryset = Enterprise.objects.visible_to(user)
        self.fields["raised_by_unit"].queryset = Unit.objects.visible_to(user)
        self.fields["kind"].choices = [("", "待分办时确定"), *Matter.Kind.choices]
        unit = getattr(user, "unit", None)
        if unit is not None and not self.is_bound:
            self.initial.setdefault("raised_by_unit", unit.pk)
            self.initial.setdefault("region", unit.region_id)
            self.initial.setdefault("chain", unit.chain_id)


class HandOutForm(forms.Form):
    """Sort and hand out."""

    kind = forms.ChoiceField(label="类别", choices=Matter.Kind.choices)
    lead = forms.ModelChoiceField(Unit._base_manager.none(), label="主办单位")
    support = forms.ModelMultipleChoiceField(Unit._base_manager.none(), label="协办单位", required=False)
    days = forms.IntegerField(label="办理时限（工作日）", min_value=1, max_value=90)
    text = forms.CharField(label="交办意见", required=False, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = Unit.objects.visible_to(user).select_related("region").order_by("name")
        self.fields["lead"].queryset = self.fields["support"].queryset = units
        self.fields["support"].widget.attrs["size"] = 5


class WordsForm(forms.Form):
    """A step that needs words only; the label is set by the step."""

    text = forms.CharField(label="说明", widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, label: str, required: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].label = label
        self.fields["text"].required = required
