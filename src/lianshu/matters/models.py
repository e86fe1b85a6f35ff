"""Matters: problems, needs, requests and technical questions from receipt to closing (销号)."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from lianshu.core.scope import ScopedModel, ScopePaths
from lianshu.enterprises.models import Enterprise
from lianshu.organisation.models import Chain, Region, Unit


class Matter(ScopedModel):
    """One matter on its way: received, handed out, signed for, answered, confirmed, closed.

    ``due`` is the day by which the present holder must act; null once closed.
    """

    class Nature(models.TextChoices):
        PROBLEM = "problem", "问题诉求"
        QUESTION = "question", "技术问题"
        REQUEST = "request", "请示事项"
        SUGGESTION = "suggestion", "意见建议"

    class Kind(models.TextChoices):
        MONEY = "money", "资金"
        PEOPLE = "people", "人才用工"
        LAND = "land", "土地厂房"
        PLANNING = "planning", "规划建设"
        APPROVAL = "approval", "审批"
        ENERGY = "energy", "用水用电用气"
        TECHNOLOGY = "technology", "技术"
        MARKET = "market", "市场配套"
        POLICY = "policy", "政策兑现"
        OTHER = "other", "其他"

    class Channel(models.TextChoices):
        OFFICE = "office", "部门报送"
        VISIT = "visit", "走访收集"
        TASK_FORCE = "task_force", "专班报送"
        FIRM = "firm", "企业直报"
        MEETING = "meeting", "会议议定"

    class State(models.TextChoices):
        RECEIVED = "received", "待分办"
        HANDED_OUT = "handed_out", "待签收"
        SIGNED = "signed", "办理中"
        ANSWERED = "answered", "待确认"
        DECISION = "decision", "待批示"
        CONFIRMED = "confirmed", "待销号"
        CLOSED = "closed", "已销号"
        WITHDRAWN = "withdrawn", "已撤回"

    #: States in which somebody still owes something.
    OPEN = (State.RECEIVED, State.HANDED_OUT, State.SIGNED, State.ANSWERED, State.DECISION, State.CONFIRMED)

    scope = ScopePaths(region="region", chain="chain", units=("assignments__unit",))

    region = models.ForeignKey(Region, models.PROTECT, related_name="matters", verbose_name="地区")
    chain = models.ForeignKey(
        Chain, models.PROTECT, null=True, blank=True, related_name="matters", verbose_name="产业链"
    )
    number = models.CharField("编号", max_length=30)
    nature = models.CharField("性质", max_length=12, choices=Nature, default=Nature.PROBLEM)
    kind = models.CharField("类别", max_length=12, choices=Kind, blank=True)
    channel = models.CharField("来源", max_length=12, choices=Channel, default=Channel.OFFICE)
    title = models.CharField("标题", max_length=120)
    text = models.TextField("内容", max_length=4000)
    enterprise = models.ForeignKey(
        Enterprise, models.SET_NULL, null=True, blank=True, related_name="matters", verbose_name="企业"
    )
    raised_by_unit = models.ForeignKey(
        Unit, models.SET_NULL, null=True, blank=True, related_name="raised_matters", verbose_name="提出单位"
    )
    raised_by = models.CharField("提出人", max_length=60, blank=True)
    phone = models.CharField("联系电话", max_length=40, blank=True)
    urgent = models.BooleanField("紧急", default=False)
    state = models.CharField("状态", max_length=12, choices=State, default=State.RECEIVED)
    due = models.DateField("当前时限", null=True, blank=True)
    received_on = models.DateField("收到日期")
    closed_on = models.DateField("销号日期", null=True, blank=True)
    reopened = models.PositiveSmallIntegerField("重办次数", default=0)
    satisfied = models.BooleanField("企业满意", null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, verbose_name="登记人")
    at = models.DateTimeField("登记时间", auto_now_add=True)
    simulated = models.BooleanField("模拟", default=False)

    class Meta:
        verbose_name = "办件"
        ordering = ["-received_on", "-id"]
        constraints = [models.UniqueConstraint(fields=["region", "number"], name="matter_number_in_region")]
        indexes = [
            models.Index(fields=["due"], name="matter_due", condition=models.Q(due__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


class Assignment(models.Model):
    """A unit's share of a matter. A returned or replaced one stays as history with ``active`` off."""

    matter = models.ForeignKey(Matter, models.CASCADE, related_name="assignments")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="assignments", verbose_name="承办单位")
    lead = models.BooleanField("主办", default=False)
    due = models.DateField("时限")
    signed_on = models.DateField("签收日期", null=True, blank=True)
    answered_on = models.DateField("答复日期", null=True, blank=True)
    answer = models.TextField("答复", blank=True)
    active = models.BooleanField("有效", default=True)

    class Meta:
        verbose_name = "承办"
        ordering = ["-lead", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["matter", "unit"], condition=models.Q(active=True), name="assignment_unit_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.matter}"


class Step(models.Model):
    """One step on a matter's time line."""

    matter = models.ForeignKey(Matter, models.CASCADE, related_name="steps")
    at = models.DateTimeField("时间", auto_now_add=True)
    on = models.DateField("日期")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True)
    actor_name = models.CharField("经办人", max_length=80)
    action = models.CharField("动作", max_length=20)
    text = models.TextField("内容", blank=True)
    state = models.CharField("之后状态", max_length=12, choices=Matter.State)
    late_days = models.IntegerField("超期工作日", default=0)

    class Meta:
        verbose_name = "办理步骤"
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.action} {self.matter}"
