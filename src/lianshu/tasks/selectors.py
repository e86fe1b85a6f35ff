"""Reads of this room: tasks, duties and notices of what one looks at, what is late, counts for chains."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Prefetch, Q, QuerySet

from lianshu.core.scope import get_visible
from lianshu.core.words import SOON_WORKDAYS
from lianshu.organisation.models import Appointment, Chain, Unit
from lianshu.organisation.selectors import chief_chains
from lianshu.reference.periods import Period
from lianshu.reference.time_limits import TimeLimit
from lianshu.reference.workdays import add_workdays

from .models import Duty, Notice, Occurrence, OccurrenceEvidence, Task, TaskReport
from .services.tasks import OPEN

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


def undecided(user: Any, chain: Chain | None = None, action: str = "view") -> list[tuple[Task, TaskReport]]:
    """Open tasks (of a chain) whose standing difficulty nobody has decided about: (task, statement)."""
    rows = tasks_visible(user, action).filter(state__in=OPEN, reports__obstacle__gt="").distinct()
    if chain is not None:
        rows = rows.filter(chain=chain)
    found = []
    for task in rows.prefetch_related(
        Prefetch("reports", queryset=TaskReport.objects.select_related("unit", "by"))
    ):
        reports = list(task.reports.all())
        obstacle = standing_obstacle(reports)
        decided = any(
            one.kind == TaskReport.Kind.DECIDED and obstacle is not None and one.pk > obstacle.pk
            for one in reports
        )
        if obstacle is not None and not decided:
            found.append((task, obstacle))
    return found


def units_under(user: Any, region: Any) -> QuerySet:
    """Units of a region and below that work may be given to."""
    rows = Unit.objects.visible_to(user).filter(Unit.in_force(), region__path__startswith=region.path)
    return rows.select_related("region").order_by("kind", "id")


def late_tasks(user: Any, today: dt.date, **lens: Any) -> QuerySet:
    """Tasks past their date, longest first."""
    return without_parts(tasks_visible(user, **lens).filter(next_due__lt=today)).order_by("next_due", "id")


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


def late_occurrences(user: Any, today: dt.date, **lens: Any) -> QuerySet:
    """Open occurrences past their day."""
    return occurrences_visible(user, **lens).filter(state=Occurrence.State.OPEN, due__lt=today)


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


def late_notices(user: Any, today: dt.date, *, region_path: str = "", chain: int | None = None) -> QuerySet:
    """Supervision notices not answered in time."""
    rows = open_notices(user).filter(due__lt=today, state__in=[Notice.State.SENT, Notice.State.SIGNED])
    return narrowed(rows, region_path, chain).order_by("due", "id")


def late_by_unit(
    tasks: Iterable[Task], occurrences: Iterable[Occurrence], notices: Iterable[Notice]
) -> list[tuple[str, int]]:
    """(unit, how many of its things are late), most first."""
    units = [task.lead_unit for task in tasks]
    units += [row.duty.unit for row in occurrences]
    units += [notice.to_unit for notice in notices]
    found: dict[str, int] = {}
    for unit in units:
        name = str(unit or "未定单位")
        found[name] = found.get(name, 0) + 1
    return sorted(found.items(), key=lambda pair: -pair[1])


# --- whose work it is


def own_unit(user: Any) -> Unit | None:
    """The unit in whose name a person works."""
    return getattr(user, "unit", None)


def my_tasks(user: Any) -> QuerySet:
    """Open tasks led by one's own unit; a chain office also has its chain's tasks nobody leads."""
    unit = own_unit(user)
    if unit is None:
        return Task.objects.none()
    mine = Q(lead_unit=unit)
    if unit.chain_id:
        mine |= Q(lead_unit=None, chain=unit.chain_id)
    return without_parts(tasks_visible(user, "report").filter(mine, state__in=OPEN))


def my_occurrences(user: Any, until: dt.date) -> QuerySet:
    """Open returns of duties owed by one's own unit (or by oneself as a chain's chief) up to a day."""
    unit = own_unit(user)
    mine = Q(pk__in=[])
    if unit is not None:
        mine |= Q(duty__unit=unit) | Q(duty__support_units=unit)
    chains = chief_chains(user)
    if chains:
        mine |= Q(duty__chain__in=chains, duty__unit=None, duty__who__contains="链长")
    rows = occurrences_visible(user).filter(mine, state=Occurrence.State.OPEN, due__lte=until)
    return rows.distinct()


# --- counts for chains


@dataclass(slots=True)
class WorkCount:
    """Open, late and soon-due things of one chain."""

    total: int = 0
    open: int = 0
    red: int = 0
    amber: int = 0

    @property
    def light(self) -> str:
        if self.red:
            return "red"
        if self.amber:
            return "amber"
        return "green" if self.total else "grey"


def task_counts(user: Any, chains: Iterable[Any], today: dt.date) -> dict[int, WorkCount]:
    """{chain id: counts of its tasks}, in one query."""
    ids = [chain.pk for chain in chains]
    soon = add_workdays(today, SOON_WORKDAYS)
    found = {pk: WorkCount() for pk in ids}
    rows = Task.objects.visible_to(user).filter(chain__in=ids).exclude(state=Task.State.CANCELLED)
    for chain, state, due in rows.values_list("chain_id", "state", "next_due"):
        _count(found[chain], state in OPEN, due, today, soon)
    return found


def duty_counts(user: Any, chains: Iterable[Any], today: dt.date) -> dict[int, WorkCount]:
    """{chain id: counts of its duties' returns owed this year so far}, in one query."""
    ids = [chain.pk for chain in chains]
    soon = add_workdays(today, SOON_WORKDAYS)
    found = {pk: WorkCount() for pk in ids}
    rows = (
        Occurrence.objects.visible_to(user)
        .filter(duty__active=True, duty__chain__in=ids, due__lte=soon)
        .filter(Q(due__year=today.year) | Q(state=Occurrence.State.OPEN))
        .exclude(state=Occurrence.State.WAIVED)
    )
    for chain, state, due in rows.values_list("duty__chain_id", "state", "due"):
        _count(found[chain], state == Occurrence.State.OPEN, due, today, soon)
    return found


def _count(count: WorkCount, is_open: bool, due: dt.date | None, today: dt.date, soon: dt.date) -> None:
    count.total += 1
    if not is_open:
        return
    count.open += 1
    if due is not None and due < today:
        count.red += 1
    elif due is not None and due <= soon:
        count.amber += 1


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
