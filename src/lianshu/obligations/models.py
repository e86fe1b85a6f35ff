"""One row per thing that waits for somebody."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from lianshu.core.scope import ScopedModel, ScopePaths
from lianshu.organisation.models import Chain, Region, Unit, User


class Obligation(ScopedModel):
    """Something that somebody owes: who (a unit, a person, or whoever may do
    an action of the gate there, or holds a role for its chain), what, until when.

    ``key`` names it for good (``task:12``). ``object_type`` and ``object_id`` say behind which row it stands;
    all rows of one object are written together. ``due`` None: no date. It waits from ``opens`` on and until
    ``closes`` (None: at once, for ever). Where several share one thing (supporting units) one row is
    ``counted`` and the others only stand on their holders' desks, so that nothing is counted twice. Rows of
    one ``group`` are shown as one line. The light is no field: it follows from ``due`` and the day.
    """

    scope = ScopePaths(region="region", chain="chain", units=("unit",))

    key = models.CharField("键", max_length=60, unique=True)
    kind = models.CharField("类别", max_length=20)
    object_type = models.CharField(max_length=60)
    object_id = models.CharField(max_length=40)
    region = models.ForeignKey(Region, models.CASCADE, related_name="obligations", verbose_name="地区")
    chain = models.ForeignKey(
        Chain, models.CASCADE, null=True, related_name="obligations", verbose_name="产业链"
    )
    unit = models.ForeignKey(Unit, models.CASCADE, null=True, related_name="obligations", verbose_name="单位")
    person = models.ForeignKey(
        User, models.CASCADE, null=True, related_name="obligations", verbose_name="账号"
    )
    action = models.CharField("凭权限", max_length=20, blank=True)
    role = models.CharField("凭角色", max_length=20, blank=True)
    title = models.CharField("事项", max_length=240)
    address = models.CharField("页面", max_length=200)
    verb = models.CharField("该办", max_length=20)
    note = models.CharField("说明", max_length=240, blank=True)
    group = models.CharField("合并", max_length=60, blank=True)
    due = models.DateField("时限", null=True)
    opens = models.DateField("起", null=True)
    closes = models.DateField("止", null=True)
    given_on = models.DateField("交办日期", null=True)
    given_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", verbose_name="交办人")
    counted = models.BooleanField("计数", default=True)
    simulated = models.BooleanField("模拟", default=False)

    class Meta:
        verbose_name = "待办"
        ordering = [models.F("due").asc(nulls_last=True), "id"]
        indexes = [
            models.Index(fields=["object_type", "object_id"], name="obligation_object"),
            models.Index(fields=["unit", "due"], name="obligation_unit", condition=Q(unit__isnull=False)),
            models.Index(fields=["chain", "kind", "due"], name="obligation_chain", condition=Q(counted=True)),
            models.Index(fields=["due"], name="obligation_due", condition=Q(counted=True)),
            models.Index(fields=["action"], name="obligation_action", condition=~Q(action="")),
            models.Index(fields=["role"], name="obligation_role", condition=~Q(role="")),
            models.Index(fields=["given_by"], name="obligation_given", condition=Q(given_by__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.title
