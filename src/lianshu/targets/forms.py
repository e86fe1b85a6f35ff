"""The form of a target: its period as people say it instead of as a code."""

from __future__ import annotations

from typing import Any

from django import forms

from lianshu.core.ledger.forms import LedgerForm

_KINDS = (
    ("by", "到某年"),
    ("annual", "每年"),
    ("year", "某一年"),
    ("within", "几年内"),
    ("none", "未定"),
)


def period_code(kind: str, first: int | None, last: int | None) -> str:
    """``("by", 2027, None)`` → ``by:2027``; raises ValidationError where a year is missing."""
    if kind == "annual":
        return f"annual:{first}-{last}" if first and last else f"annual:{first}" if first else "annual"
    if kind == "none":
        return "none"
    if first is None:
        raise forms.ValidationError("请填写年份或年数。")
    if kind == "within":
        return f"within:{first}y"
    return f"{kind}:{first}"


def period_parts(code: str) -> tuple[str, int | None, int | None]:
    """The reverse of :func:`period_code`."""
    kind, _, rest = code.partition(":")
    first, _, last = rest.rstrip("y").partition("-")
    return kind, int(first) if first else None, int(last) if last else None


class TargetForm(LedgerForm):
    """The ledger's form with the period in three fields."""

    def __init__(self, data: Any = None, *, obj: Any = None, initial: Any = None, **rest: Any) -> None:
        kind, first, last = period_parts(obj.period if obj is not None else "none")
        values = {"period_kind": kind, "period_first": first, "period_last": last} | dict(initial or {})
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
        kind = cleaned.get("period_kind") or "none"
        try:
            cleaned["period"] = period_code(kind, cleaned.get("period_first"), cleaned.get("period_last"))
        except forms.ValidationError as error:
            self.add_error("period_first", error)
        return cleaned

    @property
    def values(self) -> dict[str, Any]:
        hidden = ("version", "period_kind", "period_first", "period_last")
        return {name: value for name, value in self.cleaned_data.items() if name not in hidden}
