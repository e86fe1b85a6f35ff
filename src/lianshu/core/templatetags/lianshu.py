"""Template tags of the house; built in for every template."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms, template
from django.db.models.fields import BLANK_CHOICE_DASH
from django.forms import BoundField
from django.template.loader_tags import BLOCK_CONTEXT_KEY
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html, format_html_join, strip_tags
from django.utils.safestring import SafeString, mark_safe

from lianshu.core import words
from lianshu.reference.periods import Period

register = template.Library()

SPRITE = "vendor/tabler-icons-3.51.0/sprite.svg"


@register.simple_tag
def icon(name: str, label: str = "", extra: str = "") -> SafeString:
    """An icon of the sprite; with a ``label`` it is read out, without it is decoration."""
    about = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html(
        '<svg class="icon {}" {}><use href="{}#{}"></use></svg>', extra, about, static(SPRITE), name
    )


@register.simple_tag(takes_context=True)
def page_title(context: template.Context) -> str:
    """The text of the block ``title``, for the head of the page."""
    block = context.render_context[BLOCK_CONTEXT_KEY].get_block("title")
    return strip_tags(block.nodelist.render(context)).strip() if block else ""


@register.simple_tag
def url_if(name: str, *args: Any) -> str:
    """The address of a page, or "" where the room that has it is not installed."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


@register.simple_tag
def light(colour: str, text: str = "") -> SafeString:
    """A light: icon and word, never colour alone. ``text`` replaces the standard word."""
    name, word = words.LIGHTS.get(colour or "grey", words.LIGHTS["grey"])
    return format_html('<span class="light light-{}">{}{}</span>', colour or "grey", icon(name), text or word)


@register.simple_tag
def mark(kind: str) -> SafeString:
    """A badge on a row or figure: simulated 模拟, unverified 未核验, claimed 自报, fictional 示例."""
    word, why = words.MARKS[kind]
    return format_html('<span class="mark mark-{}" title="{}">{}</span>', kind, why, word)


@register.simple_tag
def marks(obj: Any) -> SafeString:
    """The badges a row carries by its own flags (``simulated``, ``unverified``, ``claimed``, ``fictional``)."""
    found = [kind for kind in words.MARKS if getattr(obj, kind, False) is True]
    return format_html_join("", "{}", ((mark(kind),) for kind in found))


@register.simple_tag
def figure(value: Any, unit: str = "", digits: int | None = None, source: str = "") -> SafeString:
    """A number with its unit; with ``source`` (an address) a dotted underline opens where it comes from."""
    if value is None or value == "":
        return format_html('<span class="figure figure-none">{}</span>', "缺数")
    number = format_html('<span class="number">{}</span>', words.number(value, digits))
    behind = format_html('<span class="unit">{}</span>', words.with_unit("", unit)) if unit else ""
    text = format_html('<span class="figure">{}{}</span>', number, behind)
    if source:
        return format_html(
            '<button type="button" class="source" data-source="{}" title="这个数从哪里来">{}</button>',
            source,
            text,
        )
    return text


@register.simple_tag
def change(value: Any, unit: str = "", digits: int = 1) -> SafeString:
    """A change with its direction: ▲ 3.2 个百分点."""
    if value is None:
        return format_html('<span class="change">{}</span>', "—")
    way = "up" if value > 0 else "down" if value < 0 else "flat"
    sign = {"up": "▲", "down": "▼", "flat": "—"}[way]
    spoken = {"up": "上升", "down": "下降", "flat": "持平"}[way]
    return format_html(
        '<span class="change change-{}"><span aria-hidden="true">{}</span>'
        '<span class="visually-hidden">{}</span> {} {}</span>',
        way, sign, spoken, words.number(abs(value), digits), unit,
    )  # fmt: skip


def _say_nothing_chosen(field: forms.Field) -> None:
    """Words in place of Django's row of dashes for an empty choice."""
    dashes = BLANK_CHOICE_DASH[0][1]
    words_for_none = "请选择" if field.required else "（不填）"
    if getattr(field, "empty_label", None) == dashes:
        field.empty_label = words_for_none
    elif isinstance(field, forms.ChoiceField) and not isinstance(field, forms.ModelChoiceField):
        field.widget.choices = [
            (value, words_for_none if label == dashes else label) for value, label in field.choices
        ]


@register.simple_tag
def dressed(field: BoundField) -> SafeString:
    """A form field with the kit's class for its kind, unless its widget names one itself."""
    widget = field.field.widget
    _say_nothing_chosen(field.field)
    if "class" in widget.attrs:
        return field.as_widget()
    if isinstance(widget, forms.CheckboxInput):
        name = "form-check-input"
    else:
        name = "form-select" if isinstance(widget, forms.Select) else "form-control"
    return field.as_widget(attrs={"class": name})


@register.filter
def num(value: Any, digits: int | None = None) -> str:
    """Thousands separators: 1,234.5."""
    return words.number(value, digits)


@register.filter
def percent(value: Any) -> str:
    """A value in per cent with one place: 37.5 → 37.5%."""
    return "" if value in (None, "") else f"{words.number(value, 1)}%"


@register.filter
def share(value: Any) -> str:
    """A proportion in 0..1 as per cent with one place: 0.375 → 37.5%."""
    return "" if value in (None, "") else f"{words.number(float(value) * 100, 1)}%"


@register.filter
def longdate(value: Any) -> str:
    """2026年3月5日."""
    return words.long_date(value)


@register.filter
def shortdate(value: Any) -> str:
    """03-05 in the current year, 2025-03-05 otherwise."""
    return words.short_date(value)


@register.filter
def moment(value: Any) -> str:
    """Day and time: 03-05 14:20."""
    return words.moment(value)


@register.filter
def duration(seconds: Any) -> str:
    """A number of seconds in words: 3 分钟."""
    return words.duration(float(seconds))


@register.simple_tag
def timespan(start: dt.datetime, end: dt.datetime) -> str:
    """The time between two moments in words."""
    return words.duration((end - start).total_seconds())


@register.filter
def filesize(value: Any) -> str:
    """Bytes in words: 1.2 MB."""
    return words.file_size(value)


@register.filter
def period(code: str) -> str:
    """A period's code in words: 2026Q4 → 2026年第四季度; "" for none."""
    return Period.from_code(code).text if code else ""


@register.simple_tag
def age(value: Any, period_days: int = 0) -> SafeString:
    """How old a datum is; amber once older than ``period_days`` (0: no limit)."""
    if not value:
        return format_html('<span class="age age-none">{}</span>', "从未更新")
    days = words.days_since(value)
    late = bool(period_days) and days > period_days
    return format_html(
        '<time class="age{}" datetime="{}" title="{}">{}{}</time>',
        " age-old" if late else "", value.isoformat(), words.long_date(value),
        icon("clock-exclamation") if late else "", words.ago(value),
    )  # fmt: skip


@register.simple_tag
def workclock(due: dt.date | None, done: bool = False) -> SafeString:
    """A due date in working days: 还剩 2 个工作日, 今天到期, 超期 1 个工作日."""
    if due is None or done:
        return mark_safe("")
    text, colour = words.work_clock(due)
    name = words.LIGHTS[colour][0]
    return format_html(
        '<time class="light light-{}" datetime="{}" title="{}">{}{}</time>',
        colour, due.isoformat(), words.long_date(due), icon(name), text,
    )  # fmt: skip


@register.filter
def highlight(text: Any, query: str) -> SafeString:
    """The searched words marked in a text."""
    text, query = str(text), str(query or "").strip()
    if not query:
        return format_html("{}", text)
    parts, start, lower = [], 0, text.lower()
    while (at := lower.find(query.lower(), start)) >= 0:
        parts.append(format_html("{}<mark>{}</mark>", text[start:at], text[at : at + len(query)]))
        start = at + len(query)
    parts.append(text[start:])
    return format_html_join("", "{}", ((part,) for part in parts))


@register.filter
def get(mapping: Any, key: Any) -> Any:
    """A dictionary's value by a variable key."""
    return mapping.get(key) if hasattr(mapping, "get") else None
