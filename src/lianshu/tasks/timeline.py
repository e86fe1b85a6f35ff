"""The time line of tasks (时间表、任务图) as geometry for an SVG: a bar per task, months across."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from .models import Task
from .selectors import task_light

#: width of the names, of the time axis, of the whole; height of a row and of the head
NAMES, AXIS, ROW, HEAD = 300, 760, 26, 30
_LONGEST = 22


@dataclass(slots=True)
class Bar:
    """One task's bar: ``x``/``width`` in drawing units, ``done`` the width of what is reached."""

    task: Task
    label: str
    y: int
    x: float
    width: float
    done: float
    light: str
    words: str


@dataclass(slots=True)
class Drawing:
    """A whole time line; ``months`` are (x, label, is January)."""

    width: int
    height: int
    bars: list[Bar] = field(default_factory=list)
    months: list[tuple[float, str, bool]] = field(default_factory=list)
    today: float | None = None
    undated: int = 0


def draw(tasks: Sequence[Task], first: dt.date, last: dt.date, today: dt.date) -> Drawing:
    """The time line of dated tasks between two days; ``undated`` counts those without a date."""
    dated = [task for task in tasks if task.due is not None]
    drawing = Drawing(NAMES + AXIS, HEAD + ROW * len(dated) + 6, undated=len(tasks) - len(dated))
    days = (last - first).days + 1

    def place(day: dt.date) -> float:
        return round(NAMES + AXIS * min(max((day - first).days, 0), days) / days, 1)

    month = first.replace(day=1)
    step = 1 if days <= 400 else 3
    while month <= last:
        label = f"{month.month}月" if month.month > 1 and days <= 400 else f"{month.year}年"
        if step == 1 or month.month in (1, 7):
            drawing.months.append((place(month), label, month.month == 1))
        month = dt.date(month.year + (month.month + step - 1) // 12, (month.month + step - 1) % 12 + 1, 1)
    if first <= today <= last:
        drawing.today = place(today)
    for number, task in enumerate(dated):
        start = task.start or max(first, dt.date(task.due.year, 1, 1))
        x, end = place(min(start, task.due)), place(task.due + dt.timedelta(days=1))
        width = max(end - x, 4)
        light, why = task_light(task, today)
        label = f"{task.number} {task.title}".strip()
        drawing.bars.append(
            Bar(
                task,
                label if len(label) <= _LONGEST else label[: _LONGEST - 1] + "…",
                HEAD + ROW * number,
                x,
                width,
                round(width * task.progress / 100, 1),
                light,
                f"{label}：{why}",
            )
        )
    return drawing
