"""Reads of this room: tasks, duties and notices of what one looks at, what is late, counts for chains."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Prefetch, QuerySet

from lianshu.core.scope import get_visible
from lianshu.core.words import SOON_WORKDAYS
from lianshu.organisation.models import Appointment, Unit
from lianshu.reference.periods import Period
from lianshu.reference.time_limits import TimeLimit
from lianshu.reference.workdays import add_workdays

from .models import Duty, Notice, Occurrence, OccurrenceEvidence, Task, TaskReport

_TASK = ("region", "chain", "lead_unit", "plan")
_DUTY = ("region", "chain", "unit")


def narrowed(rows: QuerySet, region_path: str = "", chain: int | None = None, path: str = "") -> QuerySet:
    """Rows of the region and chain one looks at; ``path`` leads from the row to its region and chain."""
    if region_path:
        rows = rows.filter(**{f"{path}region__path__startswith": region_path})
    if chain:
        rows = rows.filter(**{f"{path}chain_id": chain})
    return rows


# --- tasks


def tasks_visible(
    user: Any, action: str = "view", *, region_path: str = "", chain: int | None = None
) -> QuerySet:
    """Tasks in sight with what lists show of them."""
    rows = narrowed(Task.objects.visible_to(user, action), region_path, chain)
    return rows.select_related(*_TASK).prefetch_related("support_units")


def task_of(user: Any, pk: int) -> Task:
    """One task through the gate; E1002 otherwise."""
    rows = Task.objects.select_related(*_TASK, "item", "parent", "rolled_from", "leader_person")
    return get_visible(user, rows, pk=pk)


def task_light(task: Task, today: dt.date) -> tuple[str, str]:
    """(light, why) of a task by its state and date."""
    if task.state == Task.State.DONE:
        late = task.due is not None and task.done_at is not None and task.done_at > task.due
        return "green", "已完成（晚于时限）" if late else "已完成"
    if task.state == Task.State.CANCELLED:
        return "grey", "已取消"
    if task.due is None:
        return "grey", _undated(task.time_limit)
    if task.due < today:
        return "red", f"{task.due.month}月{task.due.day}日到期，进度 {task.progress}%"
    if task.due <= add_workdays(today, SOON_WORKDAYS):
        return "amber", f"临近时限，进度 {task.progress}%"
    return "green", f"进度 {task.progress}%"


def _undated(limit: TimeLimit) -> str:
    if not limit.words:
        return "没有定时限"
    return limit.words if limit.standing else f"时限“{limit.words}”没有写明日期"


def time_line(task: Task) -> list[TaskReport]:
    """What happened to a task, newest first."""
    return list(task.reports.select_related("unit", "by").order_by("-on", "-id"))


def standing_obstacle(reports: Sequence[TaskReport]) -> TaskReport | None:
    """The difficulty that stands: that of the latest statement of progress."""
    last = next((one for one in reports if one.kind == TaskReport.Kind.PROGRESS), None)
    return last if last is not None and last.obstacle else None


def chiefs(chains: Iterable[int | None], today: dt.date) -> dict[int, str]:
    """Each chain's chief in words, for the leader's column where a task names none."""
    rows = Appointment._base_manager.filter(
        Appointment.in_force(today), role=Appointment.Role.CHIEF, chain__in=[pk for pk in chains if pk]
    ).select_related("person", "holder_unit")
    found: dict[int, str] = {}
    for row in rows:
        if row.holder != "待定":
            found.setdefault(row.chain_id, row.holder)
    return found


def undecided(user: Any, keys: Sequence[Any]) -> list[tuple[Task, TaskReport]]:
    """Of some tasks those whose standing difficulty nobody has decided about: (task, statement)."""
    if not keys:
        return []
    rows = Task.objects.visible_to(user).filter(pk__in=keys).select_related(*_TASK)
    found = []
    for task in rows.prefetch_related(
        Prefetch("reports", queryset=TaskReport.objects.select_related("unit", "by"))
    ):
        obstacle = standing_decision(list(task.reports.all()))
        if obstacle is not None:
            found.append((task, obstacle))
    return found


def standing_decision(reports: Sequence[TaskReport]) -> TaskReport | None:
    """The standing difficulty that nobody has decided about yet (statements newest first)."""
    obstacle = standing_obstacle(reports)
    if obstacle is None:
        return None
    decided = any(one.kind == TaskReport.Kind.DECIDED and one.pk > obstacle.pk for one in reports)
    return None if decided else obstacle


def units_under(user: Any, region: Any) -> QuerySet:
    """Units of a region and below that work may be given to."""
    rows = Unit.objects.visible_to(user).filter(Unit.in_force(), region__path__startswith=region.path)
    return rows.select_related("region").order_by("kind", "id")


def without_parts(rows: QuerySet) -> QuerySet:
    """Tasks without those of a plan whose work stands on a year's list: the year's part carries the date."""
    parts = Task._base_manager.filter(year__isnull=False, parent__isnull=False)
    return rows.exclude(year=None, pk__in=parts.values("parent"))


# --- duties


def duties_visible(
    user: Any, action: str = "view", *, region_path: str = "", chain: int | None = None
) -> QuerySet:
    """Duties in sight."""
    return narrowed(Duty.objects.visible_to(user, action), region_path, chain).select_related(*_DUTY)


def duty_of(user: Any, pk: int) -> Duty:
    """One duty through the gate."""
    return get_visible(user, Duty.objects.select_related(*_DUTY, "plan", "item"), pk=pk)


def occurrence_of(user: Any, pk: int) -> Occurrence:
    """One occurrence through the gate."""
    rows = Occurrence.objects.select_related("duty__region", "duty__chain", "duty__unit")
    return get_visible(user, rows, pk=pk)


def occurrences_visible(
    user: Any, action: str = "view", *, region_path: str = "", chain: int | None = None
) -> QuerySet:
    """Occurrences of active duties in sight, by their day."""
    rows = Occurrence.objects.visible_to(user, action).filter(duty__active=True)
    rows = narrowed(rows, region_path, chain, "duty__")
    return rows.select_related("duty__region", "duty__chain", "duty__unit").order_by("due", "id")


def occurrence_light(row: Occurrence, today: dt.date) -> tuple[str, str]:
    """(light, words) of one return of a duty."""
    if row.state == Occurrence.State.DONE:
        return "green", "已完成"
    if row.state == Occurrence.State.WAIVED:
        return "grey", "免除"
    count = f"{row.done}/{row.needed} 次" if row.needed > 1 else ""
    if row.due < today:
        return "red", f"超期 {count}".strip()
    if row.due <= add_workdays(today, SOON_WORKDAYS):
        return "amber", f"临期 {count}".strip()
    period = Period.from_code(row.period)
    if period.end < today:  # 次月10日前
        return "green", f"时限未到 {count}".strip()
    if period.start <= today:
        return "green", f"本期进行中 {count}".strip()
    return "green", "未到"


def duty_page(duty: Duty) -> list[Occurrence]:
    """A duty's occurrences with their evidence, latest first."""
    evidence = OccurrenceEvidence.objects.select_related("by")
    return list(duty.occurrences.order_by("-due").prefetch_related(Prefetch("evidence", queryset=evidence)))


def by_day(rows: Iterable[Occurrence]) -> dict[dt.date, list[Occurrence]]:
    """Occurrences by the day they are owed."""
    found: dict[dt.date, list[Occurrence]] = defaultdict(list)
    for row in rows:
        found[row.due].append(row)
    return found


# --- supervision


def notice_of(user: Any, pk: int) -> Notice:
    """One notice through the gate."""
    rows = Notice.objects.select_related(
        "region", "chain", "to_unit", "task", "occurrence__duty", "sent_by", "signed_by"
    )
    return get_visible(user, rows, pk=pk)


def open_notices(user: Any, action: str = "view") -> QuerySet:
    """Notices not closed yet."""
    return (
        Notice.objects.visible_to(user, action)
        .exclude(state=Notice.State.CLOSED)
        .select_related("region", "chain", "to_unit")
    )


# --- the decomposition table


@dataclass(slots=True)
class TableRow:
    """A row of the task decomposition table."""

    number: int
    task: Task
    leader: str
    lead: str
    support: str
    due: str


@dataclass(slots=True)
class Section:
    """Rows of the table that share a section; its cell is merged."""

    name: str
    rows: list[TableRow] = field(default_factory=list)


def decomposition(tasks: Iterable[Task], today: dt.date) -> list[Section]:
    """The table's rows by section, numbered through, in the order of the plan."""
    rows = list(tasks)
    leaders = chiefs({task.chain_id for task in rows}, today)
    sections: list[Section] = []
    for number, task in enumerate(rows, 1):
        name = task.section or (task.plan.title if task.plan else "其他")
        if not sections or sections[-1].name != name:
            sections.append(Section(name))
        sections[-1].rows.append(
            TableRow(
                number,
                task,
                task.leader or leaders.get(task.chain_id or 0, ""),
                str(task.lead_unit or ""),
                "、".join(unit.name for unit in task.support_units.all()),
                task.time_limit.words or "—",
            )
        )
    return sections
