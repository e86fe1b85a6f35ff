"""Indicators, targets with their yearly values, and observations: one fact table for every figure."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce

from lianshu.core.scope import ScopedModel, ScopePaths
from lianshu.organisation.models import Chain, Region, Unit
from lianshu.plans.models import Item, Plan
from lianshu.reference.plan_periods import PlanPeriod


class Indicator(models.Model):
    """What is measured: one row per name and unit, shared by all regions.

    ``nature`` says how the figures of several periods make one: those of a flow add up, of a figure
    cumulated from the year's beginning, of a stock and of a rate the latest one holds.
    """

    class Direction(models.TextChoices):
        HIGHER = "higher", "越高越好"
        LOWER = "lower", "越低越好"

    class Nature(models.TextChoices):
        FLOW = "flow", "当期发生"
        YTD = "ytd", "年初累计"
        STOCK = "stock", "期末存量"
        RATE = "rate", "比率"

    name = models.CharField("名称", max_length=120)
    aliases = models.JSONField("别名", default=list, blank=True)
    unit = models.CharField("计量单位", max_length=20, blank=True)
    definition = models.CharField("口径", max_length=600, blank=True)
    direction = models.CharField("方向", max_length=8, choices=Direction, default=Direction.HIGHER)
    nature = models.CharField("性质", max_length=8, choices=Nature, default=Nature.STOCK)

    class Meta:
        verbose_name = "指标"
        ordering = ["name", "unit"]
        constraints = [models.UniqueConstraint(fields=["name", "unit"], name="indicator_name_unit")]

    def __str__(self) -> str:
        return f"{self.name}（{self.unit}）" if self.unit else self.name


class Target(ScopedModel):
    """A quantified commitment of a region, a chain, a unit: from a plan's sentence or set by the office.

    ``op`` and ``basis`` are those of the reading (``>=``, ``<=``, ``=``, ``~``, ``range``; level, growth,
    added, share, times). ``period`` is a code of `lianshu.reference.plan_periods`, ``when`` the value behind
    it. Parts of a split target point to it by ``whole``; ``upper`` is
    the upper level's target that this one takes over. ``unit`` answers for the target; ``subject_unit`` is
    the town, park or department whose figures it is about, where it is not about the whole region.
    ``handed_down`` offers it to the regions below, who may then read it and take it over.
    """

    class Op(models.TextChoices):
        AT_LEAST = ">=", "不低于"
        AT_MOST = "<=", "不超过"
        EXACT = "=", "达到"
        ABOUT = "~", "约"
        RANGE = "range", "区间"

    class Basis(models.TextChoices):
        LEVEL = "level", "水平"
        GROWTH = "growth", "增长"
        ADDED = "added", "新增"
        SHARE = "share", "占比"
        TIMES = "times", "次数"

    class State(models.TextChoices):
        ACTIVE = "active", "执行中"
        CLOSED = "closed", "已收官"
        WITHDRAWN = "withdrawn", "已撤销"

    scope = ScopePaths(region="region", chain="chain", units=("unit",))

    region = models.ForeignKey(Region, models.PROTECT, related_name="targets", verbose_name="地区")
    chain = models.ForeignKey(
        Chain, models.PROTECT, null=True, blank=True, related_name="targets", verbose_name="产业链"
    )
    unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="targets", verbose_name="责任单位"
    )
    subject_unit = models.ForeignKey(
        Unit,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="measured_targets",
        verbose_name="对象单位",
    )
    plan = models.ForeignKey(
        Plan, models.SET_NULL, null=True, blank=True, related_name="targets", verbose_name="方案"
    )
    item = models.ForeignKey(
        Item, models.SET_NULL, null=True, blank=True, related_name="targets", verbose_name="出处"
    )
    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="targets", verbose_name="指标")
    name = models.CharField("目标", max_length=160)
    low = models.DecimalField("目标值", max_digits=20, decimal_places=6, null=True, blank=True)
    high = models.DecimalField("上限", max_digits=20, decimal_places=6, null=True, blank=True)
    measure = models.CharField("单位", max_length=20, blank=True)
    op = models.CharField("要求", max_length=5, choices=Op, default=Op.AT_LEAST)
    basis = models.CharField("口径", max_length=8, choices=Basis, default=Basis.LEVEL)
    period = models.CharField("时限", max_length=24, default="none")
    coverage = models.CharField("范围", max_length=80, default="region")
    baseline = models.DecimalField("基期值", max_digits=20, decimal_places=6, null=True, blank=True)
    baseline_period = models.CharField("基期", max_length=10, blank=True)
    whole = models.ForeignKey(
        "self", models.CASCADE, null=True, blank=True, related_name="parts", verbose_name="总目标"
    )
    upper = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="lower", verbose_name="承接的上级目标"
    )
    handed_down = models.BooleanField("下达下级承接", default=False)
    background = models.BooleanField("上级目标（背景）", default=False)
    state = models.CharField("状态", max_length=10, choices=State, default=State.ACTIVE)
    note = models.CharField("说明", max_length=400, blank=True)
    simulated = models.BooleanField("模拟", default=False)

    class Meta:
        verbose_name = "目标"
        ordering = ["region__path", "plan_id", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(op="range") | (Q(low__isnull=False) & Q(high__isnull=False)),
                name="target_range_has_both_ends",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def when(self) -> PlanPeriod:
        """When the commitment holds."""
        return PlanPeriod.from_code(self.period)


class TargetYear(models.Model):
    """The value a target asks for in one year (given by the plan, or split by a person)."""

    target = models.ForeignKey(Target, models.CASCADE, related_name="years")
    year = models.PositiveSmallIntegerField("年份")
    value = models.DecimalField("目标值", max_digits=20, decimal_places=6)

    class Meta:
        verbose_name = "年度目标值"
        ordering = ["target_id", "year"]
        constraints = [models.UniqueConstraint(fields=["target", "year"], name="target_year_once")]

    def __str__(self) -> str:
        return f"{self.target} {self.year}"


class Observation(ScopedModel):
    """One figure: indicator × subject × period, with its source. Conflicting figures stand side by side.

    ``period`` is a code of `lianshu.reference.periods` (2025, 2025H1, 2025Q3, 2025-03). A figure replaced by
    a later one of the same unit is kept with ``superseded``. What the own level approved or the upper level
    confirmed is locked until it is returned.
    """

    class Source(models.TextChoices):
        ENTERED = "entered", "填报"
        IMPORTED = "imported", "导入"
        COMPUTED = "computed", "计算"
        PLAN = "plan", "方案原文"

    #: states in which the reporting unit can no longer change a figure
    LOCKED = ("approved", "confirmed")

    class State(models.TextChoices):
        SUBMITTED = "submitted", "已报"
        APPROVED = "approved", "已审"
        CONFIRMED = "confirmed", "上级已认"
        RETURNED = "returned", "退回"

    scope = ScopePaths(region="region", chain="chain", units=("unit",))

    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="observations", verbose_name="指标")
    region = models.ForeignKey(Region, models.PROTECT, related_name="observations", verbose_name="地区")
    chain = models.ForeignKey(
        Chain, models.PROTECT, null=True, blank=True, related_name="observations", verbose_name="产业链"
    )
    subject_unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="measured", verbose_name="对象单位"
    )
    period = models.CharField("期间", max_length=10)
    value = models.DecimalField("数值", max_digits=20, decimal_places=6)
    source = models.CharField("来源", max_length=10, choices=Source, default=Source.ENTERED)
    source_text = models.CharField("来源说明", max_length=300, blank=True)
    unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="reported", verbose_name="填报单位"
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name="填报人"
    )
    at = models.DateTimeField("填报时间", auto_now_add=True)
    state = models.CharField("状态", max_length=10, choices=State, default=State.SUBMITTED)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="审定人",
    )
    decided_at = models.DateTimeField("审定时间", null=True, blank=True)
    reason = models.CharField("退回原因", max_length=300, blank=True)
    superseded = models.BooleanField("已被更新", default=False)
    note = models.CharField("说明", max_length=400, blank=True)
    simulated = models.BooleanField("模拟", default=False)

    class Meta:
        verbose_name = "观测值"
        ordering = ["indicator_id", "period", "id"]
        indexes = [
            models.Index(fields=["indicator", "region", "chain", "period"], name="observation_key"),
        ]
        constraints = [
            # an empty chain or unit is a value of its own here, on SQLite as well
            models.UniqueConstraint(
                "indicator",
                "region",
                Coalesce("chain", 0),
                Coalesce("subject_unit", 0),
                "period",
                Coalesce("unit", 0),
                condition=Q(superseded=False),
                name="observation_one_a_unit",
            )
        ]

    def __str__(self) -> str:
        return f"{self.indicator} {self.period}"
