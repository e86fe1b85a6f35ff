"""Forms made from a ledger's declaration; rooms may give a form class of their own."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db import models

from lianshu.core.errors import LianshuError

from .declaration import Ledger

#: more rows than this are looked up by typing instead of offered in a list
SELECT_LIMIT = 300


class ListField(forms.CharField):
    """A list of words in one line, separated by 、 or commas."""

    def prepare_value(self, value: Any) -> Any:
        return "、".join(str(part) for part in value) if isinstance(value, (list, tuple)) else value

    def to_python(self, value: Any) -> Any:
        if isinstance(value, (list, tuple)):
            return list(value)
        text = (value or "").replace("，", "、").replace(",", "、").replace("；", "、").replace(";", "、")
        return [part.strip() for part in text.split("、") if part.strip()]


class RowInput(forms.TextInput):
    """A text field that offers rows while one types."""

    template_name = "core/ledger/row_input.html"

    def __init__(self, address: str) -> None:
        super().__init__()
        self.address = address

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"]["address"] = self.address
        return context


class RowField(forms.Field):
    """A row of a large register by its name; refuses unknown and doubtful names."""

    def __init__(self, rows: models.QuerySet, address: str, **values: Any) -> None:
        super().__init__(widget=RowInput(address), **values)
        self.rows = rows

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, models.Model):
            return str(value)
        if isinstance(value, int):
            return str(self.rows.filter(pk=value).first() or "")
        return value

    def to_python(self, value: Any) -> Any:
        if not value:
            return None
        if isinstance(value, models.Model):
            return value
        found = list(self.rows.filter(name=str(value).strip())[:2])
        if not found:
            raise forms.ValidationError(f"没有找到“{value}”。请从提示中选一个。")
        if len(found) > 1:
            raise forms.ValidationError(f"有多个“{value}”，请先在台账里改成不同的名称。")
        return found[0]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return self.prepare_value(initial) != data


def row_choices(user: Any, field: models.Field) -> models.QuerySet:
    """The rows a person may choose for a relation."""
    rows = field.related_model._default_manager.all()
    return rows.visible_to(user) if hasattr(rows, "visible_to") else rows


def form_field(ledger: Ledger, user: Any, name: str) -> forms.Field:
    """The form field of one model field, with choices through the gate."""
    field = ledger.field(name)
    if field is None:
        raise LookupError(f"ledger {ledger.slug!r} has no field {name!r}")
    label = ledger.title_of(name)
    column = ledger.by_name.get(name)
    hint = (column.help if column else "") or str(field.help_text or "")
    if isinstance(field, models.JSONField):
        return ListField(label=label, required=False, help_text=hint or "多个用顿号隔开")
    if field.many_to_one or field.one_to_one:
        rows = row_choices(user, field)
        required = not field.blank
        if rows[: SELECT_LIMIT + 1].count() > SELECT_LIMIT and "name" in {
            one.name for one in field.related_model._meta.get_fields()
        }:
            return RowField(rows, ledger.url("pick", name), label=label, required=required, help_text=hint)
        return forms.ModelChoiceField(
            rows,
            label=label,
            required=required,
            help_text=hint,
            empty_label="请选择" if required else "（无）",
        )
    if field.many_to_many:
        return forms.ModelMultipleChoiceField(
            row_choices(user, field),
            label=label,
            required=not field.blank,
            help_text=hint,
            widget=forms.CheckboxSelectMultiple,
        )
    made = field.formfield()
    if made is None:
        raise LookupError(f"ledger {ledger.slug!r}: field {name!r} cannot be edited")
    made.label, made.help_text = label, hint
    if column is not None and column.unit:
        made.label = column.head
    return made


def _dress(field: forms.Field) -> None:
    if isinstance(field.widget, forms.CheckboxSelectMultiple):
        field.widget.attrs["class"] = "form-check-input"
    elif isinstance(field, forms.DateField):
        field.widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    elif isinstance(field.widget, forms.Textarea):
        field.widget.attrs["rows"] = 3
    elif isinstance(field, forms.CharField) and (field.max_length or 0) >= 400:
        field.widget = forms.Textarea(attrs={"rows": 3, "maxlength": str(field.max_length)})
    field.error_messages |= {"required": f"请填写{field.label}。"}


def _preset_only_choice(field: forms.ModelChoiceField) -> None:
    """What must be chosen and leaves no choice (the one region of a county's clerk) is chosen already."""
    if field.required and not isinstance(field, forms.ModelMultipleChoiceField):
        found = list(field.queryset[:2])
        if len(found) == 1:
            field.initial = found[0]


class LedgerForm(forms.Form):
    """The form of a ledger's row; problems a service finds are shown beside their fields."""

    version = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(
        self,
        data: Any = None,
        *,
        ledger: Ledger,
        user: Any,
        obj: Any = None,
        initial: dict[str, Any] | None = None,
        fields: tuple[str, ...] = (),
    ) -> None:
        values = dict(initial or {})
        names = fields or ledger.form_fields
        if obj is not None:
            for name in names:
                field = ledger.field(name)
                many = field is not None and field.many_to_many
                values[name] = list(getattr(obj, name).all()) if many else getattr(obj, name)
        super().__init__(data, initial=values)
        self.label_suffix = ""
        for name in names:
            self.fields[name] = form_field(ledger, user, name)
        for name, field in self.fields.items():
            _dress(field)
            if obj is None and name not in values and isinstance(field, forms.ModelChoiceField):
                _preset_only_choice(field)

    @property
    def values(self) -> dict[str, Any]:
        """The cleaned values for a service."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}

    def take_refusal(self, error: LianshuError) -> bool:
        """Show a service's refusal in the form; False for one that is not about the input."""
        if error.status not in (409, 422) and error.code != "E1003":
            return False
        for name, sentence in error.problems or [("", error.sentence)]:
            self.add_error(name if name in self.fields else None, sentence)
        return True
