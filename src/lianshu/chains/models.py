"""Mechanisms (六个一, 七个一, 四个一批 …) and, per chain, which of their items exist."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from lianshu.core.scope import ScopedModel, ScopePaths
from lianshu.organisation.models import Chain, Person, Region, Unit
from lianshu.plans.models import Item, Plan


class Mechanism(ScopedModel):
    """A numbered formula of a plan with its items; ``per_chain`` ones are a checklist of every chain."""

    scope = ScopePaths(region="region")

    region = models.ForeignKey(Region, models.PROTECT, related_name="mechanisms", verbose_name="地区")
    plan = models.ForeignKey(
        Plan, models.SET_NULL, null=True, blank=True, related_name="mechanisms", verbose_name="方案"
    )
    item = models.ForeignKey(
        Item, models.SET_NULL, null=True, blank=True, related_name="mechanisms", verbose_name="出处"
    )
    name = models.CharField("名称", max_length=60)
    per_chain = models.BooleanField("每条产业链逐项落实", default=True)
    note = models.CharField("说明", max_length=400, blank=True)
    simulated = models.BooleanField("模拟", default=False)

    class Meta:
        verbose_name = "工作机制"
        ordering = ["region__path", "id"]
        constraints = [models.UniqueConstraint(fields=["region", "name"], name="mechanism_name_in_region")]

    def __str__(self) -> str:
        return self.name


class MechanismItem(models.Model):
    """One of the "ones": what every chain must have."""

    mechanism = models.ForeignKey(Mechanism, models.CASCADE, related_name="items", verbose_name="机制")
    name = models.CharField("事项", max_length=80)
    position = models.PositiveSmallIntegerField("次序", default=0)

    class Meta:
        verbose_name = "机制事项"
        ordering = ["mechanism_id", "position", "id"]
        constraints = [models.UniqueConstraint(fields=["mechanism", "name"], name="mechanism_item_once")]

    def __str__(self) -> str:
        return self.name


class ChainItem(ScopedModel):
    """Whether one chain has one item, with the person, unit or file that proves it."""

    class State(models.TextChoices):
        MISSING = "missing", "缺"
        DOING = "doing", "在办"
        PRESENT = "present", "有"

    scope = ScopePaths(region="chain__region", chain="chain")

    chain = models.ForeignKey(Chain, models.CASCADE, related_name="mechanism_items", verbose_name="产业链")
    item = models.ForeignKey(MechanismItem, models.CASCADE, related_name="chain_items", verbose_name="事项")
    state = models.CharField("状态", max_length=8, choices=State, default=State.MISSING)
    progress = models.PositiveSmallIntegerField("进度（%）", default=0)
    person = models.ForeignKey(
        Person, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="人员"
    )
    unit = models.ForeignKey(
        Unit, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="单位"
    )
    text = models.CharField("依据", max_length=300, blank=True)
    updated_at = models.DateTimeField("更新时间", auto_now=True)
    simulated = models.BooleanField("模拟", default=False)

    class Meta:
        verbose_name = "机制落实"
        ordering = ["chain_id", "item__mechanism_id", "item__position"]
        constraints = [models.UniqueConstraint(fields=["chain", "item"], name="chain_item_once")]

    def __str__(self) -> str:
        return f"{self.chain} {self.item}"

    @property
    def region(self) -> Region:
        return self.chain.region


class Consultation(ScopedModel):
    """A question put to an expert of a chain, and the opinion filed."""

    scope = ScopePaths(region="chain__region", chain="chain")

    chain = models.ForeignKey(Chain, models.CASCADE, related_name="consultations", verbose_name="产业链")
    expert = models.ForeignKey(Person, models.PROTECT, related_name="consultations", verbose_name="专家")
    question = models.CharField("请教的问题", max_length=1000)
    asked_on = models.DateField("提出日期")
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="提出人"
    )
    opinion = models.TextField("专家意见", blank=True, max_length=8000)
    answered_on = models.DateField("答复日期", null=True, blank=True)
    simulated = models.BooleanField("模拟", default=False)

    class Meta:
        verbose_name = "专家咨询"
        ordering = ["-asked_on", "-id"]

    def __str__(self) -> str:
        return f"{self.expert}：{self.question[:40]}"

    @property
    def region(self) -> Region:
        return self.chain.region
