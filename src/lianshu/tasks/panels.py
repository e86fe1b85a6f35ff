"""What this room hangs on other rooms' pages: panels, search, navigation."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from lianshu.core.registries import NavItem, Panel, registry

from . import selectors
from .models import Duty, Notice, Task

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
