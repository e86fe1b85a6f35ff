"""Ledgers of this room: tasks, recurring duties, supervision notices."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from lianshu.core.ledger import Column, Ledger, register
from lianshu.core.templatetags.lianshu import light

from . import services
from .byproducts import byproduct_label
from .calendar import canonical_due
from .models import Duty, Notice, Task
from .selectors import task_light

_DUE_HELP = "每期哪天前：每月写 5日前 或 次月10日前，每季度写 末月25日前，每年写 1月底前，每周写 周五前，也可以写 结束后10个工作日内"


def _task_cell(task: Task) -> str:
    colour, why = task_light(task, timezone.localdate())
    return format_html("{} <span class='text-secondary'>{}</span>", light(colour), why)


@register
class TaskLedger(Ledger):
    """All tasks: of plans, of the year's list, and one's own."""

    slug = "tasks"
    title = "任务台账"
    noun = "任务"
    intro = "方案里的重点任务、年度清单和自己立的任务"
    model = Task
    nav = ("目标任务", 20)
    columns = (
        Column("number", "编号", importable=True),
        Column("title", "任务", link=True, importable=True, required=True, aliases=("重点任务", "任务名称")),
        Column("region", "地区", filter=True, importable=True, required=True, shown=False),
        Column("chain", "产业链", filter=True, importable=True),
        Column("section", "板块", filter="text", importable=True, shown=False),
        Column("lead_unit", "牵头单位", filter="row", importable=True, bulk=True),
        Column("due", "完成时限", filter=True, importable=True, bulk=True,
               render=lambda task: format_html("{}", task.time_limit.words or "—")),
        Column("limit", "时限原文", filter="text", importable=True, shown=False,
               help="方案的原话，如 2026年12月、长期坚持；能看出日期的自动填进完成时限"),
        Column("progress", "进度", unit="%", filter=True),
        Column("state", "状态", filter=True),
        Column("light", "灯", render=_task_cell, value=lambda task: task_light(task, timezone.localdate())[1],
               sort="next_due"),
        Column("leader", "牵头领导", importable=True, shown=False),
        Column("measure", "完成标准", importable=True, shown=False),
        Column("text", "内容", importable=True, shown=False),
        Column("place", "重点区域", filter="text", importable=True, shown=False),
        Column("project", "重点项目", filter="text", importable=True, shown=False),
        Column("year", "年度", filter=True, importable=True, shown=False),
        Column("start", "开始", importable=True, shown=False),
        Column("done_at", "完成日期", filter=True, shown=False),
        Column("plan", "方案", filter="row", shown=False),
        Column("simulated", "模拟", filter=True, shown=False),
    )  # fmt: skip
    search = ("title", "number", "section", "project")
    order = ("region__path", "plan_id", "id")
    form_fields = (
        "region", "chain", "number", "section", "title", "text", "measure", "leader", "lead_unit",
        "support_units", "place", "project", "year", "start", "due", "limit",
    )  # fmt: skip
    key = ("region", "year", "number", "title")
    create = staticmethod(services.task_create)
    update = staticmethod(services.task_update)
    delete = staticmethod(services.task_delete)

    def detail_url(self, obj: Task) -> str:
        return reverse("task-page", args=(obj.pk,))


@register
class DutyLedger(Ledger):
    """What returns: reports, meetings, updates, trips."""

    slug = "duties"
    title = "常规职责"
    noun = "职责"
    intro = "每年、每季、每月要做的事；到期情况在职责日历"
    model = Duty
    nav = ("目标任务", 30)
    columns = (
        Column("what", "职责", link=True, importable=True, required=True),
        Column("region", "地区", filter=True, importable=True, required=True),
        Column("chain", "产业链", filter=True, importable=True),
        Column("who", "由谁", importable=True),
        Column("unit", "责任单位", filter="row", importable=True, bulk=True),
        Column("to", "向谁", importable=True, shown=False),
        Column("every", "周期", filter=True, importable=True),
        Column("times", "每期次数", importable=True, digits=None),
        Column(
            "due", "时限", filter="text", importable=True, aliases=("时限要求", "报送时限"), help=_DUE_HELP
        ),
        Column(
            "anchor", "时点", filter=True, importable=True, shown=False, help="没有写时限时按期初或期末排"
        ),
        Column("byproduct", "自动计数", value=lambda duty: byproduct_label(duty.counts), sort="counts"),
        Column("active", "执行中", filter=True, bulk=True),
        Column("starts", "起算日", importable=True, shown=False),
        Column("ends", "截止日", importable=True, shown=False),
        Column("plan", "方案", filter="row", shown=False),
        Column("simulated", "模拟", filter=True, shown=False),
    )
    search = ("what", "who")
    order = ("region__path", "plan_id", "id")
    form_fields = (
        "region", "chain", "what", "who", "to", "unit", "support_units", "every", "times", "due",
        "anchor", "counts", "active", "starts", "ends",
    )  # fmt: skip
    key = ("region", "chain", "what")
    create = staticmethod(services.duty_create)
    update = staticmethod(services.duty_update)
    delete = staticmethod(services.duty_delete)

    def detail_url(self, obj: Duty) -> str:
        return reverse("duty-page", args=(obj.pk,))

    def check_import(self, user: Any, values: dict[str, Any], obj: Any) -> list[tuple[str, str]]:
        """The day must be one that the cadence has."""
        every, due = (values.get(name, getattr(obj, name, "")) for name in ("every", "due"))
        try:
            canonical_due(every or "", due or "")
        except ValueError as error:
            return [("due", str(error))]
        return []


@register
class NoticeLedger(Ledger):
    """Supervision notices and circulars; written on the overdue page or here with 发督办单."""

    slug = "notices"
    title = "督办通报"
    noun = "督办通报"
    intro = "督办单和通报：发出、签收、反馈、办结"
    model = Notice
    nav = ("目标任务", 36)
    columns = (
        Column("number", "编号", link=True),
        Column("title", "标题"),
        Column("kind", "类别", filter=True),
        Column("to_unit", "发往单位", filter="row"),
        Column("region", "地区", filter=True),
        Column("chain", "产业链", filter=True),
        Column("due", "反馈时限", filter=True),
        Column("state", "状态", filter=True),
        Column("sent_by", "发出人", shown=False),
        Column("sent_at", "发出时间", filter=True),
        Column("answered_at", "反馈时间", shown=False),
        Column("simulated", "模拟", filter=True, shown=False),
    )
    search = ("number", "title", "to_unit__name")
    order = ("-sent_at", "-id")

    def detail_url(self, obj: Notice) -> str:
        return reverse("notice-page", args=(obj.pk,))
