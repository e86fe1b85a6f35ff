"""Acts that take two administrators, the codes that come in two halves, and what followed from them."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone


class JointAct(models.Model):
    """An act asked for by one administrator and done when another has confirmed it.

    ``detail`` holds the arguments of the act (of a grant: role, region, days; of a code: the working days it
    holds). ``asked_office`` is the office of the asker at that time: who confirms must hold another.
    """

    class Kind(models.TextChoices):
        FIRST_PASSWORD = "first_password", "新账号首次设密"
        RESET_PASSWORD = "reset_password", "重置密码"
        SWITCH_OFF = "switch_off", "停用管理员账号"
        SWITCH_ON = "switch_on", "启用管理员账号"
        GIVE_GRANT = "give_grant", "授予管理员角色"
        END_GRANT = "end_grant", "收回管理员角色"

    class State(models.TextChoices):
        WAITING = "waiting", "待复核"
        CONFIRMED = "confirmed", "已复核"
        REFUSED = "refused", "已退回"
        WITHDRAWN = "withdrawn", "已撤回"

    kind = models.CharField("事项", max_length=20, choices=Kind.choices)
    subject = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="joint_acts", verbose_name="账号"
    )
    detail = models.JSONField("内容", default=dict)
    words = models.CharField("内容说明", max_length=300, blank=True)
    reason = models.CharField("事由", max_length=200)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="asked_acts", verbose_name="申请人"
    )
    asked_office = models.CharField("申请人角色", max_length=20)
    asked_at = models.DateTimeField("申请时间", auto_now_add=True)
    expires_at = models.DateTimeField("过期时间")
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.WAITING)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="decided_acts",
        verbose_name="复核人",
    )
    decided_at = models.DateTimeField("复核时间", null=True)
    answer = models.CharField("退回原因", max_length=200, blank=True)

    class Meta:
        verbose_name = "复核事项"
        ordering = ["-id"]
        constraints = [
            # grants may wait side by side; a second code or switch for the same account may not
            models.UniqueConstraint(
                fields=["subject", "kind"],
                name="joint_act_waiting_once",
                condition=Q(state="waiting") & ~Q(kind__in=["give_grant", "end_grant"]),
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}：{self.subject}"

    @property
    def lapsed(self) -> bool:
        """Whether nobody answered in time."""
        return self.state == self.State.WAITING and self.expires_at <= timezone.now()

    @property
    def region(self) -> Any:
        """Where the account belongs: the audit log files the act there."""
        return self.subject.region


class SplitCode(models.Model):
    """A one-time code in two halves, one seen by the asker, one by who confirmed; only digests are kept.

    It sets a password and opens no session.
    """

    act = models.OneToOneField(JointAct, models.CASCADE, related_name="code", verbose_name="复核事项")
    first = models.CharField("第一半摘要", max_length=64)
    second = models.CharField("第二半摘要", max_length=64, blank=True)
    valid_until = models.DateTimeField("有效至", null=True)
    failures = models.PositiveSmallIntegerField("输错次数", default=0)
    used_at = models.DateTimeField("使用时间", null=True)
    void = models.BooleanField("作废", default=False)

    class Meta:
        verbose_name = "一次性码"

    def __str__(self) -> str:
        return f"一次性码：{self.act.subject}"

    @property
    def lapsed(self) -> bool:
        """Whether the holder did not come in time."""
        return self.valid_until is not None and self.valid_until <= timezone.now()


class Handover(models.Model):
    """That an account was entered with a credential which came from others: by a code in halves or from the
    server's console. What the account does is marked until an audit administrator has asked its holder."""

    class Kind(models.TextChoices):
        FIRST = "first", "首次设密后"
        RESET = "reset", "重置后"

    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="handovers", verbose_name="账号"
    )
    kind = models.CharField("类别", max_length=10, choices=Kind.choices)
    words = models.CharField("经过", max_length=200)
    address = models.CharField("地址", max_length=60, blank=True)
    at = models.DateTimeField("时间", auto_now_add=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="settled", verbose_name="核实人"
    )
    settled_at = models.DateTimeField("核实时间", null=True)
    known = models.BooleanField("本人知情", null=True)

    class Meta:
        verbose_name = "凭据交接"
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.account}{self.get_kind_display().removesuffix('后')}"

    @property
    def region(self) -> Any:
        """Where the account belongs."""
        return self.account.region
