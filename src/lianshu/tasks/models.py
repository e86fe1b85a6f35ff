"""Tasks with owners and dates, recurring duties with their occurrences, supervision notices."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from lianshu.core.scope import ScopedModel, ScopePaths
from lianshu.core.words import number
from lianshu.organisation.models import Chain, Person, Region, Unit
from lianshu.plans.models import Item, Plan
from lianshu.reference.due_days import cadence_words
from lianshu.reference.time_limits import LONGEST, TimeLimit


class Task(ScopedModel):
    """A measure of a plan, or a piece of work handed out: what, who leads, who supports, by when.

    ``limit`` are the words of the plan's time limit (2026年12月, 长期坚持), ``due`` the day they allow.
    ``next_due`` is the stored next moment on which something is owed (the due date while open, else
    null); lists and the agenda ask for it by its partial index.
    """

    class State(models.TextChoices):
        PENDING = "pending", "未启动"
        DOING = "doing", "推进中"
        DONE = "done", "已完成"
        CANCELLED = "cancelled", "已取消"

    scope = ScopePaths(region="region", chain="chain", units=("lead_unit", "support_units"))

    region = models.ForeignKey(Region, models.PROTECT, related_name="tasks", verbose_name="地区")
    plan = models.ForeignKey(
        Plan, models.SET_NULL, null=True, blank=True, related_name="tasks", verbose_name="方案"
    )
    item = models.ForeignKey(
        Item, models.SET_NULL, null=True, blank=True, related_name="tasks", verbose_name="出处"
    )
    chain = models.ForeignKey(
        Chain, models.PROTECT, null=True, blank=True, related_name="tasks", verbose_name="产业链"
    )
    parent = models.ForeignKey(
        "self", models.CASCADE, null=True, blank=True, related_name="children", verbose_name="上级任务"
    )
    number = models.CharField("编号", max_length=40, blank=True)
    section = models.CharField("板块", max_length=120, blank=True)
    title = models.CharField("任务", max_length=200)
    text = models.TextField("内容", blank=True)
    measure = models.CharField("完成标准", max_length=400, blank=True)
    leader = models.CharField("牵头领导", max_length=80, blank=True)
    leader_person = models.ForeignKey(
        Person,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="led_tasks",
        verbose_name="牵头领导（人员）",
    )
    lead_unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="led_tasks", verbose_name="牵头单位"
    )
    support_units = models.ManyToManyField(
        Unit, blank=True, related_name="supported_tasks", verbose_name="配合单位"
    )
    place = models.CharField("重点区域", max_length=80, blank=True)
    project = models.CharField("重点项目", max_length=120, blank=True)
    year = models.PositiveSmallIntegerField("年度", null=True, blank=True)
    start = models.DateField("开始", null=True, blank=True)
    due = models.DateField("完成时限", null=True, blank=True)
    limit = models.CharField("时限原文", max_length=LONGEST, blank=True)
    next_due = models.DateField("下一时限", null=True, blank=True, editable=False)
    state = models.CharField("状态", max_length=10, choices=State, default=State.PENDING)
    progress = models.PositiveSmallIntegerField("进度（%）", default=0)
    done_at = models.DateField("完成日期", null=True, blank=True)
    rolled_from = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="rolled_to", verbose_name="上年任务"
    )
    simulated = models.BooleanField("模拟", default=False)

    class Meta:
        verbose_name = "任务"
        ordering = ["region__path", "plan_id", "id"]
        indexes = [
            models.Index(fields=["next_due"], name="task_next_due", condition=Q(next_due__isnull=False)),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(progress__lte=100), name="task_progress_percent"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}".strip()

    @property
    def time_limit(self) -> TimeLimit:
        """By when: in the plan's words while they still say the day, else in the day's own."""
        said = TimeLimit.read(self.limit, year=self.due.year if self.due else None)
        return said if said.words and said.day == self.due else TimeLimit.of_day(self.due)


class TaskReport(models.Model):
    """One entry of a task's time line: handed out, progress stated, finished, returned, cancelled."""

    class Kind(models.TextChoices):
        HANDED_OUT = "handed_out", "交办"
        PROGRESS = "progress", "填报进展"
        FINISHED = "finished", "办结"
        RETURNED = "returned", "退回"
        CANCELLED = "cancelled", "取消"
        DECIDED = "decided", "批示"

    kind = models.CharField("事项", max_length=10, choices=Kind, default=Kind.PROGRESS)
    task = models.ForeignKey(Task, models.CASCADE, related_name="reports")
    progress = models.PositiveSmallIntegerField("进度（%）")
    text = models.CharField("进展", max_length=1000, blank=True)
    obstacle = models.CharField("困难", max_length=600, blank=True)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, verbose_name="单位")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name="填报人"
    )
    on = models.DateField("日期")
    at = models.DateTimeField("填报时间", auto_now_add=True)
    simulated = models.BooleanField("模拟", default=False)

    class Meta:
        verbose_name = "任务进展"
        ordering = ["-on", "-id"]

    def __str__(self) -> str:
        return f"{self.task} {self.progress}%"


class Duty(ScopedModel):
    """Something that returns: reports, meetings, updates of charts, trips.

    ``every`` is week, month, quarter, half-year, year, event, or "" where the plan names no cadence;
    ``times`` how often in one period (0.5 a month is every other month). ``due`` is the day named for one
    return, a phrase of `lianshu.reference.due_days` (5日前, 末月25日前, 次月10日前); where it is "" the
    ``anchor`` says whether the period's beginning or its end is meant. A duty "per chain" has a row for
    each chain. ``counts`` names the by-product of other rooms that fulfils it without a second entry
    (see `lianshu.tasks.byproducts`).
    """

    class Every(models.TextChoices):
        WEEK = "week", "每周"
        MONTH = "month", "每月"
        QUARTER = "quarter", "每季度"
        HALF_YEAR = "half-year", "每半年"
        YEAR = "year", "每年"
        EVENT = "event", "需要时"

    class Anchor(models.TextChoices):
        START = "start", "期初"
        END = "end", "期末"

    scope = ScopePaths(region="region", chain="chain", units=("unit", "support_units"))

    region = models.ForeignKey(Region, models.PROTECT, related_name="duties", verbose_name="地区")
    plan = models.ForeignKey(
        Plan, models.SET_NULL, null=True, blank=True, related_name="duties", verbose_name="方案"
    )
    item = models.ForeignKey(
        Item, models.SET_NULL, null=True, blank=True, related_name="duties", verbose_name="出处"
    )
    chain = models.ForeignKey(
        Chain, models.PROTECT, null=True, blank=True, related_name="duties", verbose_name="产业链"
    )
    unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="duties", verbose_name="责任单位"
    )
    support_units = models.ManyToManyField(
        Unit, blank=True, related_name="supported_duties", verbose_name="配合单位"
    )
    what = models.CharField("职责", max_length=200)
    who = models.CharField("由谁", max_length=120, blank=True)
    to = models.CharField("向谁", max_length=120, blank=True)
    every = models.CharField("周期", max_length=10, choices=Every, blank=True)
    times = models.DecimalField("每期次数", max_digits=6, decimal_places=2, default=1)
    due = models.CharField("时限", max_length=20, blank=True)
    anchor = models.CharField("时点", max_length=5, choices=Anchor, default=Anchor.END)
    counts = models.CharField("计数的副产品", max_length=40, blank=True)
    active = models.BooleanField("执行中", default=True)
    starts = models.DateField("起算日", null=True, blank=True)
    ends = models.DateField("截止日", null=True, blank=True)
    simulated = models.BooleanField("模拟", default=False)

    class Meta:
        verbose_name = "常规职责"
        verbose_name_plural = "常规职责"
        ordering = ["region__path", "plan_id", "id"]

    def __str__(self) -> str:
        return self.what

    @property
    def cadence(self) -> str:
        """How often and by which day, in words: 每月5日前, 每年 4 次; "" without a cadence."""
        return cadence_words(self.get_every_display(), number(self.times), self.due) if self.every else ""


class Occurrence(ScopedModel):
    """One return of a duty: its period, the day it is owed, how many are needed and how many are proven."""

    class State(models.TextChoices):
        OPEN = "open", "待完成"
        DONE = "done", "已完成"
        WAIVED = "waived", "免除"

    scope = ScopePaths(
        region="duty__region", chain="duty__chain", units=("duty__unit", "duty__support_units")
    )

    duty = models.ForeignKey(Duty, models.CASCADE, related_name="occurrences", verbose_name="职责")
    period = models.CharField("期间", max_length=10)
    due = models.DateField("时限")
    needed = models.PositiveSmallIntegerField("应完成（次）", default=1)
    done = models.PositiveSmallIntegerField("已完成（次）", default=0)
    state = models.CharField("状态", max_length=8, choices=State, default=State.OPEN)
    done_at = models.DateField("完成日期", null=True, blank=True)
    note = models.CharField("说明", max_length=300, blank=True)

    class Meta:
        verbose_name = "职责期次"
        ordering = ["due", "id"]
        constraints = [models.UniqueConstraint(fields=["duty", "period"], name="occurrence_once_a_period")]
        indexes = [models.Index(fields=["due"], name="occurrence_open", condition=Q(state="open"))]

    def __str__(self) -> str:
        return f"{self.duty} {self.period}"


class OccurrenceEvidence(models.Model):
    """What proves a duty was done: a by-product elsewhere in the system, or a person's note with a file."""

    occurrence = models.ForeignKey(Occurrence, models.CASCADE, related_name="evidence")
    on = models.DateField("日期")
    text = models.CharField("内容", max_length=300)
    object_type = models.CharField("副产品类型", max_length=60, blank=True)
    object_id = models.CharField("副产品编号", max_length=40, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name="登记人"
    )
    simulated = models.BooleanField("模拟", default=False)

    class Meta:
        verbose_name = "履职凭证"
        ordering = ["on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["occurrence", "object_type", "object_id"],
                condition=~Q(object_id=""),
                name="evidence_counts_once",
            )
        ]

    def __str__(self) -> str:
        return self.text


class Notice(ScopedModel):
    """A supervision notice (督办单) or a circular (通报): who is asked, about what, until when, the answer."""

    class Kind(models.TextChoices):
        SUPERVISION = "supervision", "督办单"
        CIRCULAR = "circular", "通报"

    class State(models.TextChoices):
        SENT = "sent", "已发出"
        SIGNED = "signed", "已签收"
        ANSWERED = "answered", "已反馈"
        CLOSED = "closed", "已办结"

    scope = ScopePaths(region="region", chain="chain", units=("to_unit",))

    region = models.ForeignKey(Region, models.PROTECT, related_name="notices", verbose_name="地区")
    chain = models.ForeignKey(
        Chain, models.PROTECT, null=True, blank=True, related_name="notices", verbose_name="产业链"
    )
    kind = models.CharField("类别", max_length=12, choices=Kind, default=Kind.SUPERVISION)
    number = models.CharField("编号", max_length=40)
    title = models.CharField("标题", max_length=160)
    text = models.TextField("内容")
    to_unit = models.ForeignKey(Unit, models.PROTECT, related_name="notices", verbose_name="发往单位")
    task = models.ForeignKey(
        Task, models.SET_NULL, null=True, blank=True, related_name="notices", verbose_name="关联任务"
    )
    occurrence = models.ForeignKey(
        Occurrence, models.SET_NULL, null=True, blank=True, related_name="notices", verbose_name="关联职责"
    )
    due = models.DateField("反馈时限", null=True, blank=True)
    state = models.CharField("状态", max_length=10, choices=State, default=State.SENT)
    answer = models.TextField("反馈", blank=True)
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name="发出人"
    )
    sent_at = models.DateTimeField("发出时间", auto_now_add=True)
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="签收人",
    )
    signed_at = models.DateTimeField("签收时间", null=True, blank=True)
    answered_at = models.DateTimeField("反馈时间", null=True, blank=True)
    closed_at = models.DateTimeField("办结时间", null=True, blank=True)
    simulated = models.BooleanField("模拟", default=False)

    class Meta:
        verbose_name = "督办通报"
        ordering = ["-sent_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["region", "number"], name="notice_number_in_region")]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"
