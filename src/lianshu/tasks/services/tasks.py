"""Tasks made, handed out, reported on, finished, returned, rolled over to the next year."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django.core.files.base import File
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from lianshu.core import audit
from lianshu.core.attachments import attachment_add
from lianshu.core.errors import LianshuError, invalid
from lianshu.core.ledger import plain_create, plain_delete, plain_update
from lianshu.core.notices import notify
from lianshu.core.scope import may, recheck, require
from lianshu.obligations.services import collected, follow, follow_keys
from lianshu.organisation.models import Chain, Region, Unit, User
from lianshu.organisation.selectors import people_of
from lianshu.plans.models import Item, Plan
from lianshu.reference.time_limits import TimeLimit
from lianshu.reference.workdays import add_workdays
from lianshu.tasks.models import Task, TaskReport

State = Task.State
Kind = TaskReport.Kind
#: states in which something is still owed
OPEN = (State.PENDING, State.DOING)

_create, _update, _delete = plain_create(Task), plain_update(Task), plain_delete(Task)


def _next_due(task: Task) -> dt.date | None:
    return task.due if task.state in OPEN else None


def _settle(task: Task) -> Task:
    task.next_due = _next_due(task)
    task.save()
    follow(task)
    return task


def _checked(values: dict[str, Any]) -> None:
    start, due = values.get("start"), values.get("due")
    if start and due and start > due:
        raise invalid(("due", "完成时限早于开始日期。"))


def _dated(values: dict[str, Any], task: Task | None = None) -> dict[str, Any]:
    """Words and day of the time limit made to agree: the one that was changed holds."""
    old_words, old_day = (task.limit, task.due) if task is not None else ("", None)
    words, day = values.get("limit", old_words) or "", values.get("due", old_day)
    if words == old_words and day == old_day:
        return values
    said = TimeLimit.read(words, year=(day or timezone.localdate()).year)
    if words != old_words and day == old_day:
        day = said.day
    elif said.day != day:
        words = ""
    return values | {"limit": words, "due": day}


def _line(
    user: Any, task: Task, kind: str, *, text: str = "", obstacle: str = "", on: dt.date | None = None
) -> TaskReport:
    row = TaskReport(
        task=task,
        kind=kind,
        progress=task.progress,
        text=text.strip()[:1000],
        obstacle=obstacle.strip()[:600],
        unit=getattr(user, "unit", None),
        by=user if getattr(user, "pk", None) else None,
        on=on or timezone.localdate(),
        simulated=task.simulated,
    )
    row.full_clean()
    row.save()
    follow(task)
    return row


@transaction.atomic
def task_create(user: Any, **values: Any) -> Task:
    """A task of one's own making."""
    _checked(values)
    return _settle(_create(user, **_dated(values)))


@transaction.atomic
def task_update(user: Any, task: Task, **values: Any) -> Task:
    """Change a task's facts; progress and state go by reports."""
    _checked({"start": task.start, "due": task.due} | values)
    return _settle(_update(user, task, **_dated(values, task)))


def task_delete(user: Any, task: Task) -> None:
    """Delete a task nobody has reported on."""
    count = task.reports.filter(kind__in=[Kind.PROGRESS, Kind.FINISHED]).count()
    if count:
        raise LianshuError("E1005", what=task.title, count=f" {count} ", children="填报，可以改为取消")
    key, parent = task.pk, task.parent
    _delete(user, task)
    follow_keys(Task, [key])
    if parent is not None:
        follow(parent)


def task_adopt(
    task: Task | None,
    *,
    item: Item,
    plan: Plan,
    chain: Chain | None,
    number: str,
    section: str,
    title: str,
    text: str,
    measure: str,
    limit: TimeLimit | None,
    units: Sequence[Unit] | None,
    simulated: bool,
) -> Task:
    """A plan's measure as a task: a new one, or ``task`` brought to what the plan now says. ``limit`` and
    ``units`` None: who answers and by when stay as they stand on the task's page.

    Called by the plan's adoption, which asks the gate and writes the audit log for all it does.
    """
    row = task or Task(region=plan.region, plan=plan, simulated=simulated, measure=measure)
    row.item, row.chain, row.number, row.section, row.title, row.text = (
        item,
        chain,
        number,
        section,
        title,
        text,
    )
    if units is not None:
        row.lead_unit = units[0] if units else None
    if limit is not None:
        row.limit, row.due = limit.words, limit.day
    row.full_clean()
    _settle(row)
    if units is not None:
        row.support_units.set(units[1:])
    return row


@transaction.atomic
def task_hand_out(
    user: Any,
    task: Task,
    *,
    lead_unit: Unit,
    support_units: Sequence[Unit] = (),
    due: dt.date | None = None,
    leader: str = "",
    note: str = "",
    on: dt.date | None = None,
) -> Task:
    """Give a task to a unit with a date; tells the people there. For whoever may hand out or edit."""
    if not may(user, "edit", task):
        require(user, "hand_out", task)
    if task.state not in OPEN:
        raise LianshuError("E3001", what=task.title, state=task.get_state_display(), action="交办，请先退回")
    if due is not None and due < (on or timezone.localdate()):
        raise invalid(("due", "完成时限已经过去，请改成今天以后。"))
    before = audit.snapshot(task, ["lead_unit", "due", "leader"])
    task.lead_unit, task.leader = lead_unit, leader.strip()[:80] or task.leader
    if due is not None and due != task.due:
        task.due, task.limit = due, ""
    task.full_clean()
    _settle(task)
    task.support_units.set(unit for unit in support_units if unit != lead_unit)
    words = "、".join(str(unit) for unit in (lead_unit, *task.support_units.all()))
    _line(
        user, task, Kind.HANDED_OUT, text=f"交 {words}" + (f"：{note.strip()}" if note.strip() else ""), on=on
    )
    recheck(user, task, "view")
    audit.record(user, "交办", task, changes=_titled(before, task))
    url = reverse("task-page", args=(task.pk,))
    notify(
        people_of([lead_unit, *task.support_units.all()]), title=f"交办：{task.title}", url=url, light="amber"
    )
    return task


def _titled(before: dict[str, Any], task: Task) -> dict[str, list[Any]]:
    changes = audit.difference(before, audit.snapshot(task, before))
    return {str(Task._meta.get_field(name).verbose_name): pair for name, pair in changes.items()}


@transaction.atomic
def task_report(
    user: Any,
    task: Task,
    *,
    progress: int,
    text: str = "",
    obstacle: str = "",
    on: dt.date | None = None,
    files: Iterable[File] = (),
) -> TaskReport:
    """State how far a task is; a difficulty is shown to the chief until the next report without one."""
    require(user, "report", task)
    _refuse_closed(task, "填报")
    if not 0 <= progress <= 100:
        raise invalid(("progress", "进度应在 0 到 100 之间。"))
    if not text.strip() and not obstacle.strip():
        raise invalid(("text", "请写一句进展或困难。"))
    before = task.progress
    task.progress = progress
    task.state = State.DOING if progress or text.strip() else task.state
    _settle(task)
    row = _line(user, task, Kind.PROGRESS, text=text, obstacle=obstacle, on=on)
    audit.record(user, "填报进展", task, changes={"进度": [f"{before}%", f"{progress}%"]}, note=text[:200])
    _attach(user, task, files)
    return row


@transaction.atomic
def task_finish(
    user: Any, task: Task, *, text: str, on: dt.date | None = None, files: Iterable[File] = ()
) -> Task:
    """Finish a task with what proves it (words, files)."""
    require(user, "report", task)
    _refuse_closed(task, "办结")
    if not text.strip():
        raise invalid(("text", "请写明完成情况和依据。"))
    task.progress, task.state, task.done_at = 100, State.DONE, on or timezone.localdate()
    _settle(task)
    _line(user, task, Kind.FINISHED, text=text, on=on)
    audit.record(user, "办结", task, note=text[:200])
    _attach(user, task, files)
    handers = User.objects.filter(taskreport__task=task, taskreport__kind=Kind.HANDED_OUT).distinct()
    url = reverse("task-page", args=(task.pk,))
    notify(handers.exclude(pk=getattr(user, "pk", None)), title=f"办结：{task.title}", url=url, light="green")
    return task


@transaction.atomic
def task_return(user: Any, task: Task, *, reason: str, on: dt.date | None = None) -> Task:
    """Give a finished task back with a reason: it is open again."""
    _require_command(user, task)
    if task.state != State.DONE:
        raise LianshuError("E3001", what=task.title, state=task.get_state_display(), action="退回")
    if not reason.strip():
        raise invalid(("reason", "请写明退回原因。"))
    task.state, task.done_at, task.progress = State.DOING, None, min(task.progress, 90)
    _settle(task)
    _line(user, task, Kind.RETURNED, text=reason, on=on)
    audit.record(user, "退回", task, note=reason[:200])
    url = reverse("task-page", args=(task.pk,))
    notify(people_of([task.lead_unit]), title=f"退回：{task.title}", url=url, light="red")
    return task


@transaction.atomic
def task_cancel(user: Any, task: Task, *, reason: str, on: dt.date | None = None) -> Task:
    """Cancel an open task with a reason; it stays in the list."""
    _require_command(user, task)
    _refuse_closed(task, "取消")
    if not reason.strip():
        raise invalid(("reason", "请写明取消原因。"))
    task.state = State.CANCELLED
    _settle(task)
    _line(user, task, Kind.CANCELLED, text=reason, on=on)
    audit.record(user, "取消", task, note=reason[:200])
    return task


#: what a chief may decide about a difficulty: code → words of the time line
DECISIONS = {"agree": "同意", "pass_on": "批转", "meet": "开会研究"}
#: working days within which a meeting that was decided is to be held
_MEETING_WORKDAYS = 5


@transaction.atomic
def task_decide(
    user: Any, task: Task, *, verb: str, text: str = "", unit: Unit | None = None, on: dt.date | None = None
) -> TaskReport:
    """A chief's decision about a difficulty: agree, pass it on to a unit, or have a meeting (which becomes
    a task of the chain office, or of the leading unit, with a date)."""
    require(user, "decide", task)
    _refuse_closed(task, "批示")
    on = on or timezone.localdate()
    if verb not in DECISIONS:
        raise invalid(("verb", "请选择同意、批转或开会。"))
    if verb == "pass_on" and unit is None:
        raise invalid(("unit", "请选择批转给哪个单位。"))
    words = DECISIONS[verb] + (f"：{text.strip()}" if text.strip() else "")
    told = [task.lead_unit]
    if verb == "pass_on":
        require(user, "view", unit)
        words = f"批转 {unit}" + (f"：{text.strip()}" if text.strip() else "")
        task.support_units.add(unit)
        told.append(unit)
    if verb == "meet":
        _meeting(user, task, text, on)
    row = _line(user, task, Kind.DECIDED, text=words, on=on)
    audit.record(user, "批示", task, note=words[:200])
    url = reverse("task-page", args=(task.pk,))
    notify(people_of(told), title=f"批示（{words}）：{task.title}", url=url, light="amber")
    return row


def _meeting(user: Any, task: Task, text: str, on: dt.date) -> Task:
    office = (
        Unit.objects.filter(Unit.in_force(on), chain=task.chain_id, kind=Unit.Kind.CHAIN_OFFICE).first()
        if task.chain_id
        else None
    )
    return task_arising(
        user,
        region=task.region,
        chain=task.chain,
        parent=task,
        plan=task.plan,
        title=f"召开会议研究：{task.title}",
        text=text.strip(),
        lead_unit=office or task.lead_unit,
        start=on,
        due=add_workdays(on, _MEETING_WORKDAYS),
        simulated=task.simulated,
        on=on,
    )


@transaction.atomic
def task_arising(
    user: Any,
    *,
    region: Region,
    chain: Chain | None,
    title: str,
    lead_unit: Unit | None,
    due: dt.date,
    note: str = "",
    on: dt.date | None = None,
    **facts: Any,
) -> Task:
    """A task that follows from another act (a decision, a promise made on a visit): made, handed to its unit
    and told to the people there in one go. The act it follows from has asked the gate. ``facts`` are further
    fields of the task.
    """
    row = Task(region=region, chain=chain, title=title[:200], lead_unit=lead_unit, due=due, **facts)
    row.full_clean()
    _settle(row)
    words = f"交 {lead_unit or '未定单位'}" + (f"：{note}" if note else "")
    _line(user, row, Kind.HANDED_OUT, text=words, on=on)
    audit.record(user, "交办", row, note=note)
    url = reverse("task-page", args=(row.pk,))
    notify(people_of([lead_unit]), title=f"交办：{row.title}", url=url, light="amber")
    return row


def _require_command(user: Any, task: Task) -> None:
    """Who hands out may also return and cancel."""
    if not may(user, "approve", task):
        require(user, "hand_out", task)


def _refuse_closed(task: Task, verb: str) -> None:
    if task.state not in OPEN:
        raise LianshuError("E3001", what=task.title, state=task.get_state_display(), action=verb)


def _attach(user: Any, task: Task, files: Iterable[File]) -> None:
    for file in files:
        attachment_add(user, task, file=file)


@transaction.atomic
def tasks_roll_over(user: Any, tasks: Iterable[Task], year: int) -> list[Task]:
    """Put tasks on the list of ``year``: a task of a plan becomes that year's part of it, an unfinished
    task of an earlier year is carried over. What is on the list already is not put there twice."""
    if not 2000 <= year <= 2199:
        raise invalid(("year", f"“{year}”不是可用的年份。"))
    made = []
    with audit.collected(), collected():
        for source in tasks:
            require(user, "edit", source)
            whole = source if source.year is None else source.parent
            known = Task._base_manager.filter(year=year).exclude(state=State.CANCELLED)
            if source.year == year or known.filter(rolled_from=source).exists():
                continue
            if whole is not None and known.filter(parent=whole).exists():
                continue
            made.append(_carried(user, source, whole, year))
    return made


def _carried(user: Any, source: Task, whole: Task | None, year: int) -> Task:
    row = Task(
        region=source.region, plan=source.plan, item=source.item, chain=source.chain, parent=whole,
        number=source.number, section=source.section, title=source.title, text=source.text,
        measure=source.measure, leader=source.leader, leader_person=source.leader_person,
        lead_unit=source.lead_unit, place=source.place, project=source.project, year=year,
        start=dt.date(year, 1, 1), due=_same_day(source, year), simulated=source.simulated,
        rolled_from=source if source.year is not None else None,
    )  # fmt: skip
    row.full_clean()
    _settle(row)
    if whole is not None:
        # its work stands on the year's list now
        follow(whole)
    row.support_units.set(source.support_units.all())
    audit.record(user, f"列入{year}年清单", row, note=f"来自{source.year or '方案'}")
    return row


def _same_day(source: Task, year: int) -> dt.date:
    """The day of the year on which the new task is owed: a plan's task by its own day where that lies in
    the year, else by the year's end; a year's task on the same day of the next year."""
    due, end = source.due, dt.date(year, 12, 31)
    if due is None or (source.year is None and due.year != year):
        return end
    try:
        return due.replace(year=year)
    except ValueError:  # 29 February
        return dt.date(year, 2, 28)
