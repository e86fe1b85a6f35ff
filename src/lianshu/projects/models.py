"""Investment projects: what is claimed of their stage, and what is proven."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from lianshu.core.scope import ScopedModel, ScopePaths
from lianshu.enterprises.models import Enterprise
from lianshu.organisation.models import Chain, Region, Unit
from lianshu.plans.models import Item, Plan


class Project(ScopedModel):
    """A single named project. ``amount`` is the planned investment in ``amount_unit`` (亿元, 万元).

    ``stage`` is what somebody says (自报) until ``stage_proven`` names the stage whose evidence was seen.
    """

    class Stage(models.TextChoices):
        LEAD = "lead", "线索"
        PLANNED = "planned", "谋划"
        SIGNED = "signed", "签约"
        STARTED = "started", "开工"
        BUILDING = "building", "建设"
        CONTINUED = "continued", "续建"
        PRODUCING = "producing", "投产"
        SCALED = "scaled", "入规"
        STOPPED = "stopped", "终止"

    scope = ScopePaths(region="region", chain="chain", units=("lead_unit",))

    region = models.ForeignKey(Region, models.PROTECT, related_name="projects", verbose_name="地区")
    chain = models.ForeignKey(
        Chain, models.PROTECT, null=True, blank=True, related_name="projects", verbose_name="产业链"
    )
    name = models.CharField("名称", max_length=160)
    enterprise = models.ForeignKey(
        Enterprise, models.SET_NULL, null=True, blank=True, related_name="projects", verbose_name="企业"
    )
    amount = models.DecimalField("计划投资", max_digits=14, decimal_places=4, null=True, blank=True)
    amount_unit = models.CharField("单位", max_length=10, default="亿元", blank=True)
    stage = models.CharField("阶段（自报）", max_length=10, choices=Stage, blank=True)
    stage_proven = models.CharField("阶段（已核）", max_length=10, choices=Stage, blank=True)
    lead_unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="projects", verbose_name="责任单位"
    )
    leader = models.CharField("包保领导", max_length=80, blank=True)
    started_on = models.DateField("开工日期", null=True, blank=True)
    finish_due = models.DateField("计划完工", null=True, blank=True)
    note = models.CharField("说明", max_length=600, blank=True)
    plan = models.ForeignKey(
        Plan, models.SET_NULL, null=True, blank=True, related_name="projects", verbose_name="方案"
    )
    item = models.ForeignKey(
        Item, models.SET_NULL, null=True, blank=True, related_name="projects", verbose_name="出处"
    )
    simulated = models.BooleanField("模拟", default=False)

    class Meta:
        verbose_name = "项目"
        ordering = ["region__path", "id"]
        constraints = [
            models.UniqueConstraint(fields=["region", "name"], name="project_name_in_region"),
            models.CheckConstraint(
                condition=Q(amount=None) | Q(amount__gte=0), name="project_amount_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return self.name
