"""What this room hangs on other rooms' pages: panels, agenda, what one handed out, board columns, search."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import Max, Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from lianshu.core.registries import AgendaItem, BoardCell, BoardColumn, NavItem, Panel, registry
from lianshu.core.scope import may
from lianshu.core.words import ago
from lianshu.reference.periods import Period

from . import selectors
from .models import Duty, Notice, Task, TaskReport
from .services.tasks import OPEN

_LIMIT = 12
#: how far ahead duties are shown on 我的工作
_AHEAD = 45


def _where(row: Any) -> dict[str, Any]:
    return {
        "region": str(row.region),
        "chain": str(row.chain or ""),
        "simulated": row.simulated,
    }


# --- panels


def _tasks_of(user: Any, page: str, obj: Any) -> Any:
    rows = selectors.tasks_visible(user)
    if page == "chain":
        return rows.filter(chain=obj)
    if page == "plan":
        return rows.filter(plan=obj, year=None)
    return rows.filter(Q(lead_unit=obj) | Q(support_units=obj)).distinct()


def _duties_of(user: Any, page: str, obj: Any) -> Any:
    rows = selectors.duties_visible(user).filter(active=True)
    if page == "chain":
        return rows.filter(chain=obj)
    if page == "plan":
        return rows.filter(plan=obj)
    return rows.filter(Q(unit=obj) | Q(support_units=obj)).distinct()


def _task_panel(page: str, order: int) -> Panel:
    def render(request: Any, obj: Any) -> str:
        today = timezone.localdate()
        tasks = _tasks_of(request.user, page, obj).exclude(state=Task.State.CANCELLED)
        rows = [(task, *selectors.task_light(task, today)) for task in tasks[:200]]
        return render_to_string("tasks/panel_tasks.html", {"rows": rows}, request=request)

    return Panel(page, "tasks", "任务", render, order, count=lambda u, obj: _tasks_of(u, page, obj).count())


def _duty_panel(page: str, order: int) -> Panel:
    def render(request: Any, obj: Any) -> str:
        today = timezone.localdate()
        duties = list(_duties_of(request.user, page, obj).order_by("id")[:200])
        year = selectors.occurrences_visible(request.user).filter(duty__in=duties, due__year=today.year)
        found: dict[int, list[Any]] = {}
        for row in year:
            found.setdefault(row.duty_id, []).append((row, selectors.occurrence_light(row, today)))
        rows = [(duty, found.get(duty.pk, [])) for duty in duties]
        return render_to_string(
            "tasks/panel_duties.html", {"rows": rows, "year": today.year}, request=request
        )

    return Panel(
        page, "duties", "履职账", render, order, count=lambda u, obj: _duties_of(u, page, obj).count()
    )


# --- my work


def task_agenda(user: Any, today: dt.date) -> Iterable[AgendaItem]:
    """Open tasks of my unit; for who hands out, how many have no unit yet."""
    for task in selectors.my_tasks(user):
        light, why = selectors.task_light(task, today)
        yield AgendaItem(
            key=f"task:{task.pk}",
            kind="任务",
            title=f"{task.number} {task.title}".strip(),
            url=reverse("task-page", args=(task.pk,)),
            verb="填进展",
            due=task.next_due,
            light=light,
            why=why,
            **_where(task),
        )
    if may(user, "adopt"):
        rows = selectors.tasks_visible(user, "edit").filter(lead_unit=None, state__in=OPEN, year=None)
        count = rows.count()
        if count:
            yield AgendaItem(
                key="tasks:unassigned",
                kind="交办",
                title=f"{count} 项任务还没有牵头单位",
                url=f"{reverse('ledger-list', args=('tasks',))}?lead_unit=none",
                verb="去交办",
            )


#: key of a decision that waits: the chief's page shows these with their own form
DECISION = "decide:"


def decision_agenda(user: Any, today: dt.date) -> Iterable[AgendaItem]:
    """Difficulties that wait for the decision of a chief."""
    if not may(user, "decide"):
        return
    for task, obstacle in selectors.undecided(user, action="decide"):
        yield AgendaItem(
            key=f"{DECISION}{task.pk}",
            kind="批示",
            title=f"{task.title}：{obstacle.obstacle}"[:120],
            url=reverse("task-page", args=(task.pk,)),
            verb="定",
            light="amber",
            why=f"{obstacle.unit or task.lead_unit or '未定单位'}，{ago(obstacle.on)}提出",
            **_where(task),
        )


def duty_agenda(user: Any, today: dt.date) -> Iterable[AgendaItem]:
    """Returns of my unit's duties, overdue and coming."""
    for row in selectors.my_occurrences(user, today + dt.timedelta(days=_AHEAD)):
        light, _ = selectors.occurrence_light(row, today)
        period = Period.from_code(row.period).text
        count = f"（{row.done}/{row.needed}）" if row.needed > 1 else ""
        yield AgendaItem(
            key=f"occurrence:{row.pk}",
            kind="报送" if row.duty.counts == "report_filed" else "履职",
            title=f"{row.duty.what} {period}{count}",
            url=reverse("occurrence-prove", args=(row.pk,)),
            verb="登记",
            due=row.due,
            light=light,
            why=row.duty.cadence,  # how late it is the clock beside it says
            **_where(row.duty),
        )


def notice_agenda(user: Any, today: dt.date) -> Iterable[AgendaItem]:
    """Notices my unit has to sign or answer; answers waiting for me."""
    unit = selectors.own_unit(user)
    mine = Q(state=Notice.State.ANSWERED, sent_by=user)
    if unit is not None:
        mine |= Q(to_unit=unit, state__in=[Notice.State.SENT, Notice.State.SIGNED])
    for row in selectors.open_notices(user).filter(mine):
        answered = row.state == Notice.State.ANSWERED
        verb = "看反馈" if answered else "签收" if row.state == Notice.State.SENT else "反馈"
        yield AgendaItem(
            key=f"notice:{row.pk}",
            kind=row.get_kind_display(),
            title=f"{row.number} {row.title}",
            url=reverse("notice-page", args=(row.pk,)),
            verb=verb,
            due=None if answered else row.due,
            light="red" if row.due and row.due < today and not answered else "amber",
            **_where(row),
        )


def handed_out(user: Any, today: dt.date) -> Iterable[AgendaItem]:
    """Tasks and notices I gave to others and that are still open: in whose hands, since when."""
    rows = (
        selectors.tasks_visible(user)
        .filter(reports__by=user, reports__kind=TaskReport.Kind.HANDED_OUT, state__in=OPEN)
        .annotate(given=Max("reports__on"))
        .order_by("next_due", "id")
    )
    for task in rows[:50]:
        light, why = selectors.task_light(task, today)
        yield AgendaItem(
            key=f"task:{task.pk}",
            kind="任务",
            title=task.title,
            url=reverse("task-page", args=(task.pk,)),
            verb="看",
            due=task.next_due,
            light=light,
            why=f"在{task.lead_unit or '未定单位'}，{ago(task.given)}交办，{why}",
            **_where(task),
        )
    sent = selectors.open_notices(user).filter(
        sent_by=user, state__in=[Notice.State.SENT, Notice.State.SIGNED]
    )
    for row in sent[:50]:
        yield AgendaItem(
            key=f"notice:{row.pk}",
            kind=row.get_kind_display(),
            title=f"{row.number} {row.title}",
            url=reverse("notice-page", args=(row.pk,)),
            verb="看",
            due=row.due,
            light="red" if row.due and row.due < today else "amber",
            why=f"在{row.to_unit}，{row.get_state_display()}，{ago(row.sent_at)}发出",
            **_where(row),
        )


# --- board


def _cells(counts: Callable[..., Any], address: Callable[[int, bool], str]) -> Callable[..., Any]:
    def cells(user: Any, chains: Iterable[Any], today: dt.date) -> dict[int, BoardCell]:
        found = {}
        for pk, count in counts(user, chains, today).items():
            if not count.total:
                continue
            words = (
                f"{count.red} / {count.total}"  # the light beside it says 滞后
                if count.red
                else f"{count.total - count.open} 完成 / {count.total}"
            )
            number = count.red or count.amber or count.open
            found[pk] = BoardCell(count.light, number, words, address(pk, bool(count.red)))
        return found

    return cells


def _task_url(chain: int, late: bool) -> str:
    return (
        f"{reverse('overdue')}?chain={chain}"
        if late
        else f"{reverse('ledger-list', args=('tasks',))}?chain={chain}"
    )


def _duty_url(chain: int, late: bool) -> str:
    return (
        f"{reverse('overdue')}?chain={chain}"
        if late
        else f"{reverse('ledger-list', args=('duties',))}?chain={chain}"
    )


def search(user: Any, text: str) -> Iterable[tuple[str, str, str]]:
    """Tasks, duties and notices by their words."""
    for task in selectors.tasks_visible(user).filter(title__icontains=text)[:_LIMIT]:
        yield f"{task.title}（{task.region}）", "任务", reverse("task-page", args=(task.pk,))
    for duty in selectors.duties_visible(user).filter(what__icontains=text)[:_LIMIT]:
        where = duty.chain.name if duty.chain_id else str(duty.region)
        yield f"{duty.what}（{where}）", "职责", reverse("duty-page", args=(duty.pk,))
    notices = Notice.objects.visible_to(user).filter(Q(title__icontains=text) | Q(number__icontains=text))
    for row in notices[:_LIMIT]:
        yield str(row), row.get_kind_display(), reverse("notice-page", args=(row.pk,))


def install() -> None:
    """Register everything; called once from registration."""
    for page, order in (("chain", 50), ("plan", 40), ("unit", 50)):
        registry.panels.append(_task_panel(page, order))
        registry.panels.append(_duty_panel(page, order + 5))
    registry.agenda += [task_agenda, decision_agenda, duty_agenda, notice_agenda]
    registry.handed_out.append(handed_out)
    registry.board += [
        BoardColumn("tasks", "任务", _cells(selectors.task_counts, _task_url), 20),
        BoardColumn("duties", "职责", _cells(selectors.duty_counts, _duty_url), 30),
    ]
    registry.searches.append(search)
    section = registry.menu_items.setdefault("目标任务", [])
    section += [
        NavItem("任务分解表", "tasks-table", order=22),
        NavItem("年度清单", "tasks-year", order=24),
        NavItem("时间表", "tasks-timeline", order=26),
        NavItem("职责日历", "duties-month", order=32, prefixes=("/duties/year/",)),
        NavItem("督查督办", "overdue", order=34),
    ]
    registry.creators += [
        NavItem("任务", "ledger-create", "checklist", 10, action="edit", args=("tasks",)),
        NavItem("督办单", "notice-new", "speakerphone", 30, action="hand_out"),
    ]


def counts() -> dict[str, Callable[[], int]]:
    """The figures of ``lianshu status --json``."""
    return {"tasks": Task._base_manager.count, "duties": Duty._base_manager.count}
