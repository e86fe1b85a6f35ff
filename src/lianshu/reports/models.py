"""What units must file (收报), the reports made of it, and the score sheets of the chain offices."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from lianshu.core.scope import ScopedModel, ScopePaths
from lianshu.organisation.models import Chain, Region, Unit
from lianshu.tasks.models import Duty


class Collection(ScopedModel):
    """A call to file: a year's work plans, a month's reports, year-end reports, charts.

    ``headings`` are the parts asked for; a filing answers each. ``period`` is a period code or "".
    """

    class Kind(models.TextChoices):
        YEAR_PLAN = "year_plan", "年度工作计划"
        DEVELOPMENT_PLAN = "development_plan", "发展规划"
        YEAR_LIST = "year_list", "年度工作清单"
        CHARTS = "charts", "产业链图表"
        MONTH = "month", "月报"
        QUARTER = "quarter", "季报"
        YEAR_END = "year_end", "年终报告"
        OTHER = "other", "其他材料"

    scope = ScopePaths(region="region")

    region = models.ForeignKey(Region, models.PROTECT, related_name="collections", verbose_name="地区")
    kind = models.CharField("类别", max_length=20, choices=Kind)
    title = models.CharField("名称", max_length=120)
    period = models.CharField("期间", max_length=10, blank=True)
    due = models.DateField("报送时限")
    headings = models.JSONField("报送内容", default=list)
    duty = models.ForeignKey(
        Duty, models.SET_NULL, null=True, blank=True, related_name="collections", verbose_name="对应职责"
    )
    closed = models.BooleanField("已结束", default=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, verbose_name="发起人")
    at = models.DateTimeField("发起时间", auto_now_add=True)
    simulated = models.BooleanField("模拟", default=False)

    class Meta:
        verbose_name = "收报"
        ordering = ["-due", "-id"]

    def __str__(self) -> str:
        return self.title


class Filing(ScopedModel):
    """One unit's answer to a call, for one chain where it is asked by chain."""

    class State(models.TextChoices):
        OWED = "owed", "未报"
        FILED = "filed", "已报"
        RETURNED = "returned", "退回"
        ACCEPTED = "accepted", "已收"

    scope = ScopePaths(region="collection__region", chain="chain", units=("unit",))

    collection = models.ForeignKey(Collection, models.CASCADE, related_name="filings", verbose_name="收报")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="filings", verbose_name="报送单位")
    chain = models.ForeignKey(
        Chain, models.PROTECT, null=True, blank=True, related_name="filings", verbose_name="产业链"
    )
    state = models.CharField("状态", max_length=10, choices=State, default=State.OWED)
    sections = models.JSONField("内容", default=list)
    version = models.PositiveSmallIntegerField("版次", default=0)
    filed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name="报送人"
    )
    filed_on = models.DateField("报送日期", null=True, blank=True)
    remark = models.CharField("审收意见", max_length=400, blank=True)
    reminded_on = models.DateField("催报日期", null=True, blank=True)
    simulated = models.BooleanField("模拟", default=False)

    class Meta:
        verbose_name = "报送"
        ordering = ["collection_id", "unit__name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["collection", "unit", "chain"], name="filing_once_a_chain"),
            models.UniqueConstraint(
                fields=["collection", "unit"], condition=models.Q(chain=None), name="filing_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.collection}"

    @property
    def region(self) -> Region:
        return self.collection.region


class FilingVersion(models.Model):
    """What was filed, version by version."""

    filing = models.ForeignKey(Filing, models.CASCADE, related_name="versions")
    number = models.PositiveSmallIntegerField("版次")
    sections = models.JSONField("内容", default=list)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True)
    at = models.DateTimeField("时间", auto_now_add=True)

    class Meta:
        verbose_name = "报送版次"
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["filing", "number"], name="filing_version_once")]

    def __str__(self) -> str:
        return f"{self.filing} 第{self.number}版"


class Report(ScopedModel):
    """A report of the office, drafted from filings and figures, edited, then issued and frozen."""

    class State(models.TextChoices):
        DRAFT = "draft", "草稿"
        ISSUED = "issued", "已发出"

    scope = ScopePaths(region="region")

    region = models.ForeignKey(Region, models.PROTECT, related_name="reports", verbose_name="地区")
    title = models.CharField("标题", max_length=120)
    period = models.CharField("期间", max_length=10, blank=True)
    to = models.CharField("主送", max_length=200, blank=True)
    body = models.TextField("正文", blank=True)
    state = models.CharField("状态", max_length=8, choices=State, default=State.DRAFT)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, verbose_name="起草人")
    made_on = models.DateField("起草日期")
    issued_on = models.DateField("发出日期", null=True, blank=True)
    simulated = models.BooleanField("模拟", default=False)

    class Meta:
        verbose_name = "报告"
        ordering = ["-made_on", "-id"]

    def __str__(self) -> str:
        return self.title


class ScoreSheet(ScopedModel):
    """A score sheet for a period: criteria with their points. Published sheets are frozen."""

    scope = ScopePaths(region="region")

    region = models.ForeignKey(Region, models.PROTECT, related_name="score_sheets", verbose_name="地区")
    title = models.CharField("名称", max_length=120)
    period = models.CharField("期间", max_length=10, blank=True)
    criteria = models.JSONField("评分项", default=list)
    published_on = models.DateField("公布日期", null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, verbose_name="建立人")
    simulated = models.BooleanField("模拟", default=False)

    class Meta:
        verbose_name = "评分表"
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.title

    @property
    def full_points(self) -> int:
        return sum(one["points"] for one in self.criteria)


class Score(models.Model):
    """Points of one unit for one criterion, with the reason."""

    sheet = models.ForeignKey(ScoreSheet, models.CASCADE, related_name="scores")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="scores", verbose_name="单位")
    criterion = models.PositiveSmallIntegerField("评分项序号")
    points = models.DecimalField("得分", max_digits=6, decimal_places=2)
    reason = models.CharField("依据", max_length=300, blank=True)

    class Meta:
        verbose_name = "得分"
        ordering = ["sheet_id", "unit_id", "criterion"]
        constraints = [models.UniqueConstraint(fields=["sheet", "unit", "criterion"], name="score_once")]

    def __str__(self) -> str:
        return f"{self.unit} {self.points}"
