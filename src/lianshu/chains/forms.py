"""Forms of this room."""

from __future__ import annotations

from typing import Any

from django import forms

from lianshu.core.scope import regions_for
from lianshu.organisation.models import Appointment, Chain, Person, Region, Unit

from .models import ChainItem


class MechanismForm(forms.Form):
    """A checklist and its items."""

    region = forms.ModelChoiceField(Region._base_manager.none(), label="地区", empty_label=None)
    name = forms.CharField(label="名称", max_length=60)
    items = forms.CharField(label="事项", widget=forms.Textarea(attrs={"rows": 8}), help_text="每行一项")

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["region"].queryset = Region.objects.filter(regions_for(user, "edit")).order_by("-path")

    def clean_items(self) -> list[str]:
        return [line.strip() for line in self.cleaned_data["items"].splitlines() if line.strip()]


class ChainItemForm(forms.Form):
    """Whether the chain has it, and what proves it."""

    state = forms.ChoiceField(label="状态", choices=ChainItem.State.choices)
    progress = forms.IntegerField(label="进度（%）", min_value=0, max_value=100, required=False)
    person = forms.ModelChoiceField(Person._base_manager.none(), label="人员", required=False)
    unit = forms.ModelChoiceField(Unit._base_manager.none(), label="单位", required=False)
    text = forms.CharField(label="依据（文件名、文号、说明）", max_length=300, required=False)

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = Person.objects.visible_to(user)
        self.fields["unit"].queryset = Unit.objects.visible_to(user)

    def clean_progress(self) -> int:
        return self.cleaned_data["progress"] or 0


class PostForm(forms.Form):
    """A post of the chain's team: somebody known, or a new person by name."""

    role = forms.ChoiceField(label="角色", choices=Appointment.Role.choices)
    person = forms.ModelChoiceField(Person._base_manager.none(), label="人员", required=False)
    new_name = forms.CharField(label="新人员姓名", max_length=40, required=False)
    new_phone = forms.CharField(label="电话", max_length=40, required=False)
    new_field = forms.CharField(label="专业领域", max_length=200, required=False)
    holder_unit = forms.ModelChoiceField(Unit._base_manager.none(), label="或由单位担任", required=False)
    post = forms.CharField(label="职务", max_length=100, required=False)
    subject_name = forms.CharField(label="或企业、机构名称", max_length=120, required=False)
    valid_from = forms.DateField(label="起", required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = Person.objects.visible_to(user)
        self.fields["holder_unit"].queryset = Unit.objects.visible_to(user)


class QuestionForm(forms.Form):
    """A question for an expert."""

    expert = forms.ModelChoiceField(Person._base_manager.none(), label="专家")
    question = forms.CharField(label="请教的问题", widget=forms.Textarea(attrs={"rows": 3}), max_length=1000)

    def __init__(self, *args: Any, chain: Chain, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["expert"].queryset = Person._base_manager.filter(
            Appointment.in_force_of("appointments"),
            appointments__chain=chain,
            appointments__role__in=(Appointment.Role.EXPERT, Appointment.Role.ENVOY),
        ).distinct()
        self.fields["expert"].empty_label = "从本链专家名册选择"
