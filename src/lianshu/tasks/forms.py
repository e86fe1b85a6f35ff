"""Small forms of this room's pages."""

from __future__ import annotations

from typing import Any

from django import forms

from lianshu.core.ledger.forms import row_choices
from lianshu.organisation.models import Unit

from .models import Notice, Task
from .selectors import units_under


def _date(label: str, *, required: bool = False, help_text: str = "") -> forms.DateField:
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "form-control"})
    return forms.DateField(label=label, required=required, widget=widget, help_text=help_text)


def _text(label: str, rows: int, limit: int, *, required: bool = True, hint: str = "") -> forms.CharField:
    attrs = {"class": "form-control", "rows": rows, "placeholder": hint}
    return forms.CharField(
        label=label,
        required=required,
        max_length=limit,
        widget=forms.Textarea(attrs=attrs),
        error_messages={"required": f"请填写{label}。"},
    )


def _line(label: str, limit: int, *, required: bool = True) -> forms.CharField:
    widget = forms.TextInput(attrs={"class": "form-control"})
    return forms.CharField(
        label=label,
        required=required,
        max_length=limit,
        widget=widget,
        error_messages={"required": f"请填写{label}。"},
    )


def _choice(label: str, rows: Any, *, required: bool = True) -> forms.ModelChoiceField:
    return forms.ModelChoiceField(
        rows,
        label=label,
        required=required,
        empty_label="请选择" if required else "（无）",
        widget=forms.Select(attrs={"class": "form-select"}),
        error_messages={"required": f"请选择{label}。"},
    )


class HandOutForm(forms.Form):
    """To whom, until when."""

    def __init__(self, data: Any = None, *, user: Any, task: Task) -> None:
        initial = {
            "lead_unit": task.lead_unit,
            "support_units": list(task.support_units.all()),
            "due": task.due,
            "leader": task.leader,
        }
        super().__init__(data, initial=initial, label_suffix="")
        units = units_under(user, task.region)
        self.fields["lead_unit"] = _choice("牵头单位", units)
        self.fields["support_units"] = forms.ModelMultipleChoiceField(
            units,
            label="责任（配合）单位",
            required=False,
            widget=forms.SelectMultiple(attrs={"class": "form-select", "size": 6}),
            help_text="按住 Ctrl 可选多个",
        )
        self.fields["due"] = _date("完成时限")
        self.fields["leader"] = _line("牵头领导", 80, required=False)
        self.fields["note"] = _line("交办要求", 300, required=False)


class NoticeForm(forms.Form):
    """A supervision notice or a circular."""

    def __init__(self, data: Any = None, *, user: Any, initial: Any = None) -> None:
        super().__init__(data, initial=initial, label_suffix="")
        kind = forms.ChoiceField(
            label="类别", choices=Notice.Kind.choices, widget=forms.Select(attrs={"class": "form-select"})
        )
        self.fields["kind"] = kind
        rows = row_choices(user, Notice._meta.get_field("to_unit")).filter(Unit.in_force())
        self.fields["to_unit"] = _choice("发往单位", rows.select_related("region"))
        self.fields["title"] = _line("标题", 160)
        self.fields["text"] = _text("内容", 5, 4000)
        self.fields["due"] = _date("反馈时限", help_text="督办单不填，按 5 个工作日算；通报不填，不要求反馈")


class EvidenceForm(forms.Form):
    """One time of a duty, proven by a note."""

    def __init__(self, data: Any = None, *, initial: Any = None) -> None:
        super().__init__(data, initial=initial, label_suffix="")
        self.fields["on"] = _date("日期", required=True)
        self.fields["text"] = _text("做了什么", 3, 300, hint="时间、地点、参加人、结果")
