"""The form of a target: its period as people say it instead of as a code."""

from __future__ import annotations

from typing import Any

from django import forms

from lianshu.core.ledger.forms import LedgerForm
from lianshu.reference.plan_periods import UNDATED, PlanPeriod, PlanPeriodError, PlanPeriodKind

_KINDS = (
    (PlanPeriodKind.BY, "到某年"),
    (PlanPeriodKind.ANNUAL, "每年"),
    (PlanPeriodKind.YEAR, "某一年"),
    (PlanPeriodKind.WITHIN, "几年内"),
    (PlanPeriodKind.NONE, "未定"),
)


def _period(kind: str, first: int | None, last: int | None) -> PlanPeriod:
    if kind in (PlanPeriodKind.NONE, ""):
        return UNDATED
    if first is None and kind != PlanPeriodKind.ANNUAL:
        raise forms.ValidationError("请填写年份或年数。")
    try:
        return PlanPeriod(PlanPeriodKind(kind), first, last if kind == PlanPeriodKind.ANNUAL else None)
    except PlanPeriodError as error:
        raise forms.ValidationError(f"{error}。") from error


class TargetForm(LedgerForm):
    """The ledger's form with the period in three fields."""

    def __init__(self, data: Any = None, *, obj: Any = None, initial: Any = None, **rest: Any) -> None:
        when = obj.when if obj is not None else UNDATED
        values = {"period_kind": when.kind, "period_first": when.first, "period_last": when.last}
        values |= dict(initial or {})
        super().__init__(data, obj=obj, initial=values, **rest)
        select = forms.Select(attrs={"class": "form-select"})
        self.fields["period_kind"] = forms.ChoiceField(
            label="时限", choices=_KINDS, initial="none", widget=select, required=False
        )
        for name, label, hint in (
            ("period_first", "年份或年数", "到哪年、哪一年、几年内；每年的填起始年，可空"),
            ("period_last", "每年：截止年", "只有“每年”要填，可空"),
        ):
            number = forms.NumberInput(attrs={"class": "form-control"})
            self.fields[name] = forms.IntegerField(
                label=label, help_text=hint, required=False, min_value=1, max_value=2199, widget=number
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        kind = cleaned.get("period_kind") or ""
        try:
            cleaned["period"] = _period(kind, cleaned.get("period_first"), cleaned.get("period_last")).code
        except forms.ValidationError as error:
            self.add_error("period_first", error)
        return cleaned

    @property
    def values(self) -> dict[str, Any]:
        hidden = ("version", "period_kind", "period_first", "period_last")
        return {name: value for name, value in self.cleaned_data.items() if name not in hidden}
