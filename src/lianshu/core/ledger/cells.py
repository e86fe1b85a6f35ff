"""A row's values as cells of a page and as plain values of an export."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.html import format_html

from lianshu.core import words
from lianshu.core.templatetags.lianshu import figure

from .declaration import Column, Ledger

NONE = "—"


def raw(ledger: Ledger, column: Column, obj: Any) -> Any:
    """The column's value of a row: choices by their name, relations as rows, lists as lists."""
    if column.value is not None:
        return column.value(obj)
    found: Any = obj
    steps = column.name.split("__")
    for step in steps[:-1]:
        found = getattr(found, step, None)
        if found is None:
            return None
    display = getattr(found, f"get_{steps[-1]}_display", None)
    value = display() if display is not None else getattr(found, steps[-1], None)
    if isinstance(value, models.Manager):
        return list(value.all())
    return value


def is_amount(ledger: Ledger, column: Column) -> bool:
    """Whether the column holds figures (right-aligned)."""
    if column.unit or column.unit_from:
        return True
    field = ledger.field(column.name)
    return (
        column.value is None
        and isinstance(field, (models.IntegerField, models.DecimalField, models.FloatField))
        and not field.choices
        and not field.primary_key
    )


def text(ledger: Ledger, column: Column, obj: Any) -> str:
    """The cell in words; "" for nothing."""
    value = raw(ledger, column, obj)
    if value is None or value == "" or value == []:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, dt.datetime):
        return words.moment(value)
    if isinstance(value, dt.date):
        return words.short_date(value)
    if isinstance(value, (int, float, Decimal)) and is_amount(ledger, column):
        return words.number(value, column.digits)
    if isinstance(value, (list, tuple)):
        return "、".join(str(part) for part in value)
    return str(value)


def unit_of(ledger: Ledger, column: Column, obj: Any) -> str:
    """The unit of a row's figure where the column's head cannot say it; "" otherwise."""
    return text(ledger, ledger.by_name[column.unit_from], obj) if column.unit_from else ""


def cell(ledger: Ledger, column: Column, obj: Any, *, headless: bool = False) -> str:
    """The cell as safe HTML; ``headless`` adds the unit that a list's head would say."""
    if column.render is not None:
        return column.render(obj)
    shown = text(ledger, column, obj)
    if not shown:
        return format_html('<span class="text-secondary cell-none">{}</span>', NONE)
    unit = unit_of(ledger, column, obj) or (column.unit if headless else "")
    return figure(raw(ledger, column, obj), unit, column.digits) if unit else format_html("{}", shown)


def plain(ledger: Ledger, column: Column, obj: Any) -> Any:
    """The value for a workbook: number, date or text (pieces of a list joined by 、)."""
    value = raw(ledger, column, obj)
    if isinstance(value, bool):
        return "是" if value else "否"
    if value is None or isinstance(value, (int, float, dt.date)):
        return value
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, (list, tuple)):
        return "、".join(str(part) for part in value)
    return str(value)
