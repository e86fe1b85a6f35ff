"""Charts drawn as inline SVG: no script, no fonts of our own, readable in print and by screen readers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

INK, MUTED, LINE = "#1f2933", "#52606d", "#d9e2ec"
BLUE, PALE, RED = "#1d4e89", "#9fb8d3", "#b42318"
ROW, LABEL_WIDTH, VALUE_WIDTH, WIDTH = 22, 150, 92, 420


@dataclass(frozen=True)
class Bar:
    """One bar: label, lower and upper value (equal when certain), the text at its end, and whether its label is red."""

    label: str
    low: float
    high: float
    text: str
    strong: bool = False


def bars(title: str, rows: Sequence[Bar], *, maximum: float | None = None) -> str:
    """Horizontal bars; the part between ``low`` and ``high`` is pale. Returns an SVG element.

    Raises
    ------
    ValueError : a value is negative, not finite, or low exceeds high.
    """
    for row in rows:
        if not (math.isfinite(row.high) and 0 <= row.low <= row.high):
            raise ValueError(f"「{row.label}」的数值 {row.low}～{row.high} 画不出来")
    top = maximum or max((row.high for row in rows), default=0.0) or 1.0
    height = ROW * len(rows) + 8
    span = WIDTH - LABEL_WIDTH - VALUE_WIDTH
    described = "；".join(f"{row.label} {row.text}" for row in rows)
    parts = [
        f'<svg class="chart" role="img" viewBox="0 0 {WIDTH} {height}" '
        f'aria-label="{escape(title)}：{escape(described)}" font-size="12">',
        f"<title>{escape(title)}</title>",
        f'<line x1="{LABEL_WIDTH}" y1="0" x2="{LABEL_WIDTH}" y2="{height}" stroke="{LINE}"/>',
    ]
    for i, row in enumerate(rows):
        y = 4 + i * ROW
        low, high = span * min(row.low / top, 1.0), span * min(row.high / top, 1.0)
        parts += [
            f'<text x="{LABEL_WIDTH - 6}" y="{y + 14}" text-anchor="end" fill="{RED if row.strong else INK}">{escape(shorten(row.label))}</text>',
            f'<rect x="{LABEL_WIDTH}" y="{y + 3}" width="{high:.1f}" height="{ROW - 8}" fill="{PALE}"/>',
            f'<rect x="{LABEL_WIDTH}" y="{y + 3}" width="{low:.1f}" height="{ROW - 8}" fill="{BLUE}"/>',
            f'<text x="{LABEL_WIDTH + high + 6:.1f}" y="{y + 14}" fill="{MUTED}">{escape(row.text)}</text>',
        ]
    return "".join([*parts, "</svg>"])


def line(title: str, values: Sequence[float], first: str, last: str) -> str:
    """A curve of shares over days with lines at 0 %, 50 % and 100 %. Returns an SVG element.

    Raises
    ------
    ValueError : fewer than two values, or one is not finite or negative.
    """
    if len(values) < 2 or not all(math.isfinite(v) and v >= 0 for v in values):
        raise ValueError("曲线至少要两个非负有限数")
    height, left, wide = 110, 44, 2 * WIDTH
    top = max(1.0, *values)

    def y(value: float) -> float:
        return 8 + (height - 30) * (1 - value / top)

    step = (wide - left - 12) / (len(values) - 1)
    points = " ".join(f"{left + i * step:.1f},{y(v):.1f}" for i, v in enumerate(values))
    grid = "".join(
        f'<line x1="{left}" y1="{y(v):.1f}" x2="{wide - 12}" y2="{y(v):.1f}" stroke="{LINE}"/>'
        f'<text x="{left - 6}" y="{y(v) + 4:.1f}" text-anchor="end" fill="{MUTED}">{v:.0%}</text>'
        for v in (0.0, 0.5, 1.0)
    )
    described = f"{title}：最低 {min(values):.0%}，最后 {values[-1]:.0%}"
    return (
        f'<svg class="chart" role="img" viewBox="0 0 {wide} {height}" aria-label="{escape(described)}" font-size="12">'
        f'<title>{escape(title)}</title>{grid}<polyline points="{points}" fill="none" stroke="{BLUE}" stroke-width="2"/>'
        f'<text x="{left}" y="{height - 4}" fill="{MUTED}">{escape(first)}</text>'
        f'<text x="{wide - 12}" y="{height - 4}" text-anchor="end" fill="{MUTED}">{escape(last)}</text></svg>'
    )


def shorten(text: str, width: int = 24) -> str:
    """Cut a label to a display width (a Chinese character counts 2)."""
    used = 0
    for i, character in enumerate(text):
        used += 2 if ord(character) > 255 else 1
        if used > width:
            return text[: max(i - 1, 1)] + "…"
    return text
