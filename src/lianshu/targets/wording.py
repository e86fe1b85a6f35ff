"""Targets in words, as offices write them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from lianshu.core.words import with_unit

from .models import Target


def number_words(value: Decimal | None) -> str:
    """``1234.500000`` → ``1,234.5``; None → ``—``."""
    if value is None:
        return "—"
    text = f"{value:,.6f}".rstrip("0").rstrip(".")
    return text or "0"


def amount_words(value: Decimal, unit: str) -> str:
    """A figure with its unit, at most two places: ``12.5 亿元``, ``30%``."""
    text = f"{value:,.2f}".rstrip("0").rstrip(".") if value % 1 else f"{value:,.0f}"
    return with_unit(text, unit)


def day_words(day: dt.date) -> str:
    """Until when a figure holds: ``截至2026年10月``, ``2025年全年``."""
    return f"{day.year}年全年" if (day.month, day.day) == (12, 31) else f"截至{day.year}年{day.month}月"


def target_words(target: Target) -> str:
    """The demand in words: ``到2025年 不低于 300 亿元``, ``每年 新增 15—20 家``."""
    basis = {"growth": "增长", "added": "新增", "share": "占比"}.get(target.basis, "")
    if target.op == Target.Op.RANGE:
        amount = f"{number_words(target.low)}—{number_words(target.high)}"
        sign = ""
    else:
        amount = number_words(target.low if target.low is not None else target.high)
        sign = {">=": "不低于", "<=": "不超过", "~": "约", "=": ""}[target.op]
    unit = target.measure
    parts = (
        target.when.words,
        basis,
        sign,
        with_unit(amount, unit),
    )
    return " ".join(part for part in parts if part)


def demand_words(target: Target) -> str:
    """The demand without its period, for a column that has the period beside it."""
    plain = Target(low=target.low, high=target.high, op=target.op, basis=target.basis, measure=target.measure)
    return target_words(plain)
