"""分解表, 年度清单, 时间表: the same tasks as a table to hand round, a year's list, a time line."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST, require_safe

from lianshu.core.asked import key_asked, words_asked, year_asked
from lianshu.core.errors import LianshuError
from lianshu.core.ledger.export import XLSX
from lianshu.core.lens import lens_of
from lianshu.core.scope import get_visible, may, require
from lianshu.core.words import long_date
from lianshu.organisation.models import Unit
from lianshu.plans.models import Plan
from lianshu.targets.acting import act
from lianshu.tasks import selectors, services, timeline
from lianshu.tasks.models import Task
from lianshu.tasks.table import HEADS, table_workbook

LONGEST = 400


def _plans(request: HttpRequest) -> list[Plan]:
    """Plans that have tasks, of what one looks at."""
    rows = Plan.objects.visible_to(request.user).filter(tasks__isnull=False).distinct()
    lens = lens_of(request)
    if lens.region_path:
        rows = rows.filter(region__path__startswith=lens.region_path)
    return list(rows.select_related("region").order_by("region__path", "-id"))


def _chosen(request: HttpRequest, plans: list[Plan]) -> Plan | None:
    asked = key_asked(request.GET, "plan")
    if asked is not None:
        return get_visible(request.user, Plan.objects.select_related("region"), pk=asked)
    return plans[0] if plans else None


def _plan_tasks(user: Any, plan: Plan) -> QuerySet:
    rows = selectors.tasks_visible(user).filter(plan=plan, year=None).exclude(state=Task.State.CANCELLED)
    return rows.order_by("item__position", "id")


def _table(user: Any, plan: Plan) -> tuple[str, str, list[selectors.Section]]:
    """(title, unit line, sections) of a plan's table."""
    sections = selectors.decomposition(_plan_tasks(user, plan)[:LONGEST], timezone.localdate())
    return f"{plan.title}重点任务分解表", plan.issuer or str(plan.region), sections


@require_safe
def table(request: HttpRequest) -> HttpResponse:
    """重点任务分解表 on screen and on paper."""
    plans = _plans(request)
    plan = _chosen(request, plans)
    context: dict[str, Any] = {"plans": plans, "plan": plan, "heads": [head for head, _ in HEADS]}
    if plan is not None:
        title, unit, sections = _table(request.user, plan)
        context |= {
            "title_line": title,
            "unit_line": unit,
            "sections": sections,
            "day": timezone.localdate(),
            "may_edit": may(request.user, "edit"),
        }
    return render(request, "tasks/table.html", context)


@require_safe
def table_xlsx(request: HttpRequest, pk: int, paper: str) -> HttpResponse:
    """The table as a workbook for A4 or A3."""
    plan = get_visible(request.user, Plan.objects.select_related("region"), pk=pk)
    require(request.user, "export", plan)
    if paper not in ("a4", "a3"):
        raise LianshuError("E1002")
    title, unit, sections = _table(request.user, plan)
    content = table_workbook(title, unit, long_date(timezone.localdate()), sections, paper=paper)
    answer = HttpResponse(content, content_type=XLSX)
    name = f"{plan.region}重点任务分解表.xlsx"
    answer["Content-Disposition"] = content_disposition_header(True, name)
    return answer


# --- the year's list


def _year(request: HttpRequest) -> int:
    params = request.GET if request.GET.get("year") else request.POST
    return year_asked(params, "year", timezone.localdate().year)


def _filtered(request: HttpRequest, rows: QuerySet) -> QuerySet:
    """By lead unit, place and project, as key points are asked for."""
    unit = key_asked(request.GET, "unit")
    if unit is not None:
        rows = rows.filter(lead_unit=unit)
    for name in ("place", "project"):
        if words := words_asked(request.GET, name, 120):
            rows = rows.filter(**{name: words})
    return rows


def _year_tasks(request: HttpRequest, year: int) -> QuerySet:
    lens = lens_of(request)
    rows = selectors.tasks_visible(request.user, region_path=lens.region_path, chain=lens.chain_id)
    return rows.filter(year=year).exclude(state=Task.State.CANCELLED).order_by("due", "id")


@require_safe
def year_list(request: HttpRequest) -> HttpResponse:
    """工作要点与工作清单: a year's tasks with place, project, date and owner."""
    year, today = _year(request), timezone.localdate()
    every = list(_year_tasks(request, year)[:LONGEST])
    rows = list(_filtered(request, _year_tasks(request, year))[:LONGEST])
    lens = lens_of(request)
    sources = selectors.tasks_visible(
        request.user, "edit", region_path=lens.region_path, chain=lens.chain_id
    ).filter(year=None, parent=None)
    unfinished = _year_tasks(request, year).filter(state__in=["pending", "doing"]).count()
    return render(
        request,
        "tasks/year.html",
        {
            "year": year,
            "rows": [(task, *selectors.task_light(task, today)) for task in rows],
            "total": len(every),
            "done": sum(task.state == Task.State.DONE for task in every),
            "unfinished": unfinished,
            "units": sorted({task.lead_unit for task in every if task.lead_unit}, key=lambda unit: unit.pk),
            "places": sorted({task.place for task in every if task.place}),
            "projects": sorted({task.project for task in every if task.project}),
            "sources": sources.exclude(children__year=year).exclude(state="cancelled").count(),
            "may_edit": may(request.user, "edit"),
        },
    )


@require_POST
def year_fill(request: HttpRequest) -> HttpResponse:
    """Fill a year's list from the plans' tasks, or carry the unfinished ones to the next year."""
    year, lens = _year(request), lens_of(request)
    rows = selectors.tasks_visible(
        request.user, "edit", region_path=lens.region_path, chain=lens.chain_id
    ).select_related("parent", "item", "leader_person")
    if request.POST.get("what") == "next":
        sources, to = rows.filter(year=year, state__in=["pending", "doing"]), year + 1
    else:
        sources, to = rows.filter(year=None, parent=None).exclude(state=Task.State.CANCELLED), year
    made: list[Task] = []
    return act(
        request,
        f"{reverse('tasks-year')}?year={to}",
        lambda: made.extend(services.tasks_roll_over(request.user, list(sources), to)),
        f"已列入 {to} 年清单；清单里已有的没有重复列。",
    )


@require_safe
def time_line(request: HttpRequest) -> HttpResponse:
    """时间表、任务图: a bar per task over the months of a year, or over the years of a plan."""
    year, today = _year(request), timezone.localdate()
    lens = lens_of(request)
    plan = key_asked(request.GET, "plan")
    rows = selectors.tasks_visible(request.user, region_path=lens.region_path, chain=lens.chain_id)
    rows = rows.exclude(state=Task.State.CANCELLED)
    first, last = dt.date(year, 1, 1), dt.date(year, 12, 31)
    chosen = None
    if plan is not None:
        chosen = get_visible(request.user, Plan.objects.select_related("region"), pk=plan)
        rows = rows.filter(plan=chosen, year=None)
        first = dt.date(chosen.start_year or year, 1, 1)
        last = dt.date(max(chosen.end_year or year, first.year), 12, 31)
    else:
        # the year's own part of a plan's task stands for it
        rows = rows.exclude(
            pk__in=Task._base_manager.filter(year=year, parent__isnull=False).values("parent")
        )
        rows = rows.filter(Q(due__gte=first, start__lte=last) | Q(due__gte=first, due__lte=last))
    rows = _filtered(request, rows).order_by("due", "id")
    unit = key_asked(request.GET, "unit")
    return render(
        request,
        "tasks/timeline.html",
        {
            "drawing": timeline.draw(list(rows.distinct()[:150]), first, last, today),
            "year": year,
            "plan": chosen,
            "plans": _plans(request),
            "unit": Unit.objects.visible_to(request.user).filter(pk=unit).first()
            if unit is not None
            else None,
        },
    )
