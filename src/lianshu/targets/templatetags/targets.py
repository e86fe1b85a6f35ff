"""Targets' words and bars in templates of this and the higher rooms."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from lianshu.reference.periods import Kind, Period
from lianshu.targets.models import Target
from lianshu.targets.wording import demand_words

register = template.Library()


@register.filter
def demand(target: Target) -> str:
    """What a target asks for, without its period."""
    return demand_words(target)


@register.filter
def when(target: Target) -> str:
    """A target's period in words."""
    return target.when.words or "未定"


@register.filter
def plain(value: Decimal | None) -> str:
    """A figure as one types it: no separators, no trailing zeros."""
    return "" if value is None or value == "" else f"{value.normalize():f}"


@register.filter
def short_period(period: Period) -> str:
    """A column's head: 2026年3月 → 26年3月, 2026年第三季度 → 26年三季度."""
    text = period.text[2:].replace("第", "")
    return text if period.kind is not Kind.YEAR else period.text


@register.simple_tag
def share_bar(share: Any, label: str = "完成") -> SafeString:
    """A proportion as a bar with its figure; "—" where there is none. Over 100 % the bar is full."""
    if share is None:
        return format_html('<span class="text-secondary">{}</span>', "—")
    percent = float(share) * 100
    return format_html(
        '<span class="share-bar"><progress max="100" value="{}" aria-label="{}"></progress>'
        '<span class="number">{}%</span></span>',
        round(min(max(percent, 0), 100)),
        label,
        f"{percent:,.0f}",
    )
