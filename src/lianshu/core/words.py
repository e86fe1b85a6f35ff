"""How numbers, dates, ages and lights are said: one wording for pages, exports and reports."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.utils import timezone

#: light → (icon, word)
LIGHTS: dict[str, tuple[str, str]] = {
    "red": ("alert-circle", "滞后"),
    "amber": ("clock-exclamation", "临期"),
    "green": ("circle-check", "正常"),
    "grey": ("circle-dashed", "缺数"),
}

#: flag → (badge, why)
MARKS: dict[str, tuple[str, str]] = {
    "simulated": ("模拟", "演示用的模拟数据，不是真实情况"),
    "unverified": ("未核验", "还没有经过核验"),
    "claimed": ("自报", "由填报单位自报，尚无佐证"),
    "fictional": ("示例", "示例地区，并不存在"),
}

#: working days before a date from which its light is amber
SOON_WORKDAYS = 3


def number(value: Any, digits: int | None = None) -> str:
    """1234.5 → "1,234.5". Without ``digits`` up to two places, none invented, no trailing zeros."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        try:
            value = Decimal(str(value))
        except ArithmeticError:
            return str(value)
    if digits is not None:
        return f"{value:,.{digits}f}"
    text = f"{value:,.2f}"
    return text.rstrip("0").rstrip(".")


def with_unit(amount: str, unit: str) -> str:
    """``("4.5", "亿元")`` → ``4.5 亿元`` with a space at which no line breaks; a percent sign follows at once."""
    if not unit:
        return amount
    return f"{amount}{unit}" if unit.startswith("%") else f"{amount}\N{NO-BREAK SPACE}{unit}"


def _day(value: Any) -> dt.date | None:
    if isinstance(value, dt.datetime):
        return timezone.localtime(value).date() if timezone.is_aware(value) else value.date()
    if isinstance(value, str) and value:
        return dt.date.fromisoformat(value[:10])
    return value or None


def long_date(value: Any) -> str:
    """2026年3月5日."""
    day = _day(value)
    return f"{day.year}年{day.month}月{day.day}日" if day else ""


def short_date(value: Any) -> str:
    """03-05 in the current year, 2025-03-05 otherwise."""
    day = _day(value)
    if day is None:
        return ""
    return f"{day:%m-%d}" if day.year == timezone.localdate().year else f"{day:%Y-%m-%d}"


def moment(value: Any) -> str:
    """03-05 14:20."""
    if not value:
        return ""
    local = timezone.localtime(value) if timezone.is_aware(value) else value
    return f"{short_date(local)} {local:%H:%M}"


def days_since(value: Any) -> int:
    """Whole days from a date or time until today."""
    day = _day(value)
    return (timezone.localdate() - day).days if day else 0


def ago(value: Any) -> str:
    """刚刚, 20 分钟前, 3 天前, 2 个月前 …; a coming date is 3 天后."""
    if not value:
        return ""
    days = days_since(value)
    if days < 0:
        return f"{-days} 天后"
    if isinstance(value, dt.datetime) and days <= 1:
        minutes = int((timezone.now() - value).total_seconds() // 60)
        if minutes < 1:
            return "刚刚"
        if minutes < 60:
            return f"{minutes} 分钟前"
        if days == 0:
            return f"{minutes // 60} 小时前"
    if days == 0:
        return "今天"
    if days == 1:
        return "昨天"
    if days < 60:
        return f"{days} 天前"
    return f"{days // 30} 个月前" if days < 730 else f"{days // 365} 年前"


def work_clock(due: dt.date, today: dt.date | None = None) -> tuple[str, str]:
    """(words, light) of a due date in working days."""
    from lianshu.reference.workdays import workdays_between

    today = today or timezone.localdate()
    if due == today:
        return "今天到期", "amber"
    if due < today:
        late = max(1, workdays_between(due, today))
        return f"超期 {late} 个工作日", "red"
    left = workdays_between(today, due)
    return f"还剩 {left} 个工作日", "amber" if left <= SOON_WORKDAYS else "green"


def duration(seconds: float) -> str:
    """A span in words: 8 秒, 3 分钟, 1 小时 20 分钟."""
    seconds = max(0, round(seconds))
    if seconds < 60:
        return f"{seconds} 秒"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} 分钟"
    return f"{minutes // 60} 小时 {minutes % 60} 分钟"


def file_size(value: Any) -> str:
    """Bytes in words: 1.2 MB."""
    size = float(value or 0)
    for unit in ("B", "KB", "MB"):
        if size < 1024:
            return f"{number(size, 0 if unit == 'B' else 1)} {unit}"
        size /= 1024
    return f"{number(size, 1)} GB"
