"""Forms of firms."""

from __future__ import annotations

from typing import Any

from django import forms

from lianshu.organisation.models import Appointment, Chain, Person, Unit

from .models import ChainRole, ServiceLog


class ServiceForm(forms.Form):
    """A visit or service."""

    kind = forms.ChoiceField(label="类别", choices=ServiceLog.Kind.choices)
    on = forms.DateField(label="日期", widget=forms.DateInput(attrs={"type": "date"}))
    who = forms.CharField(label="由谁", max_length=80)
    unit = forms.ModelChoiceField(Unit._base_manager.none(), label="单位", required=False)
    chain = forms.ModelChoiceField(Chain._base_manager.none(), label="产业链", required=False)
    text = forms.CharField(label="情况", widget=forms.Textarea(attrs={"rows": 4}), max_length=1000)
    promise = forms.CharField(
        label="答复或承诺", max_length=400, required=False, help_text="填了会自动建成任务"
    )
    promise_due = forms.DateField(
        label="承诺时限", required=False, widget=forms.DateInput(attrs={"type": "date"})
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = Unit.objects.visible_to(user)
        self.fields["chain"].queryset = Chain.objects.visible_to(user).select_related("region")
        if not self.is_bound:
            self.initial.setdefault("who", str(user))
            self.initial.setdefault("unit", getattr(user, "unit_id", None))


class AttachForm(forms.Form):
    """Who is attached to the firm."""

    role = forms.ChoiceField(
        label="角色",
        choices=[
            (role.value, role.label)
            for role in (Appointment.Role.GUARANTOR, Appointment.Role.ASSISTANT, Appointment.Role.ENVOY)
        ],
    )
    person = forms.ModelChoiceField(Person._base_manager.none(), label="人员", required=False)
    unit = forms.ModelChoiceField(Unit._base_manager.none(), label="或部门", required=False)
    chain = forms.ModelChoiceField(Chain._base_manager.none(), label="产业链", required=False)

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = Person.objects.visible_to(user)
        self.fields["unit"].queryset = Unit.objects.visible_to(user)
        self.fields["chain"].queryset = Chain.objects.visible_to(user).select_related("region")


class PlaceForm(forms.Form):
    """A firm's place in a chain."""

    chain = forms.ModelChoiceField(Chain._base_manager.none(), label="产业链")
    role = forms.ChoiceField(label="链上角色", choices=ChainRole.Role.choices)

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["chain"].queryset = Chain.objects.visible_to(user, "edit").select_related("region")
