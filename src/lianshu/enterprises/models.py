"""One file per firm: identity, places in chains, visits and promises."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from lianshu.core.scope import ScopedModel, ScopePaths
from lianshu.organisation.models import Chain, Region, Unit
from lianshu.plans.models import Item, Plan


class Enterprise(ScopedModel):
    """A firm. ``region`` is the region whose office keeps the file; a firm sought from outside (招引目标)
    is kept by the region that seeks it. ``origin`` says where the row came from."""

    class State(models.TextChoices):
        OPERATING = "operating", "在营"
        BUILDING = "building", "在建"
        SOUGHT = "sought", "招引目标"
        CLOSED = "closed", "已关停"
        UNKNOWN = "unknown", "未核验"

    scope = ScopePaths(region="region")

    region = models.ForeignKey(Region, models.PROTECT, related_name="enterprises", verbose_name="地区")
    name = models.CharField("名称", max_length=120)
    short_name = models.CharField("简称", max_length=60, blank=True)
    aliases = models.JSONField("别名", default=list, blank=True)
    credit_code = models.CharField("统一社会信用代码", max_length=18, blank=True)
    industry = models.CharField("行业代码", max_length=6, blank=True)
    products = models.CharField("主要产品", max_length=300, blank=True)
    site = models.ForeignKey(
        Unit, models.SET_NULL, null=True, blank=True, related_name="sited", verbose_name="所在园区乡镇"
    )
    contact = models.CharField("联系人", max_length=40, blank=True)
    phone = models.CharField("联系电话", max_length=40, blank=True)
    state = models.CharField("状态", max_length=10, choices=State, default=State.UNKNOWN)
    plan = models.ForeignKey(
        Plan, models.SET_NULL, null=True, blank=True, related_name="enterprises", verbose_name="方案"
    )
    item = models.ForeignKey(
        Item, models.SET_NULL, null=True, blank=True, related_name="enterprises", verbose_name="出处"
    )
    simulated = models.BooleanField("模拟", default=False)

    class Meta:
        verbose_name = "企业"
        ordering = ["region__path", "name"]
        constraints = [
            models.UniqueConstraint(fields=["region", "name"], name="enterprise_name_in_region"),
            models.UniqueConstraint(
                fields=["region", "credit_code"], condition=~Q(credit_code=""), name="enterprise_credit_code"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ChainRole(models.Model):
    """A firm's place in a chain: lead firm, backbone, sought …"""

    class Role(models.TextChoices):
        LEAD = "lead", "链主"
        BACKBONE = "backbone", "龙头"
        SUPPORTING = "supporting", "配套"
        SOUGHT = "sought", "招引目标"
        PARTNER = "partner", "合作"
        MEMBER = "member", "链上企业"

    enterprise = models.ForeignKey(
        Enterprise, models.CASCADE, related_name="chain_roles", verbose_name="企业"
    )
    chain = models.ForeignKey(Chain, models.CASCADE, related_name="enterprise_roles", verbose_name="产业链")
    role = models.CharField("角色", max_length=10, choices=Role, default=Role.MEMBER)
    source = models.CharField("来源", max_length=200, blank=True)
    confirmed_at = models.DateField("确认日期", null=True, blank=True)

    class Meta:
        verbose_name = "链上角色"
        ordering = ["chain_id", "role", "enterprise_id"]
        constraints = [models.UniqueConstraint(fields=["enterprise", "chain"], name="chain_role_once")]

    def __str__(self) -> str:
        return f"{self.enterprise} {self.chain} {self.get_role_display()}"


class ServiceLog(ScopedModel):
    """A visit or a service: who went, when, what was said, what was promised."""

    class Kind(models.TextChoices):
        VISIT = "visit", "走访"
        SERVICE = "service", "科技服务"
        CALL = "call", "电话联系"
        MEETING = "meeting", "现场办公"

    scope = ScopePaths(region="enterprise__region", chain="chain", units=("unit",))

    enterprise = models.ForeignKey(Enterprise, models.CASCADE, related_name="services", verbose_name="企业")
    chain = models.ForeignKey(
        Chain, models.SET_NULL, null=True, blank=True, related_name="services", verbose_name="产业链"
    )
    kind = models.CharField("类别", max_length=8, choices=Kind, default=Kind.VISIT)
    on = models.DateField("日期")
    who = models.CharField("由谁", max_length=80)
    unit = models.ForeignKey(
        Unit, models.SET_NULL, null=True, blank=True, related_name="services", verbose_name="单位"
    )
    text = models.CharField("情况", max_length=1000)
    promise = models.CharField("答复或承诺", max_length=400, blank=True)
    promise_due = models.DateField("承诺时限", null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, verbose_name="登记人")
    at = models.DateTimeField("登记时间", auto_now_add=True)
    simulated = models.BooleanField("模拟", default=False)

    class Meta:
        verbose_name = "服务记录"
        ordering = ["-on", "-id"]

    def __str__(self) -> str:
        return f"{self.on} {self.enterprise} {self.get_kind_display()}"

    @property
    def region(self) -> Region:
        return self.enterprise.region
