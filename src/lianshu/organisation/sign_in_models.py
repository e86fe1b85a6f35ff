"""What the sign-in page keeps: earlier passwords and recent attempts."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class PasswordHistory(models.Model):
    """The digest of a password an account had before; the last ones may not be taken again."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="earlier_passwords")
    password = models.CharField(max_length=128)
    until = models.DateTimeField("用到", auto_now_add=True)

    class Meta:
        verbose_name = "用过的密码"
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.user} {self.until:%Y-%m-%d}"


class SignInAttempt(models.Model):
    """One judged attempt, kept for a day to count by.

    ``name`` and ``device`` are digests: people type passwords into the wrong field. ``device`` is empty for a
    browser on which this account has not signed in before.
    """

    at = models.DateTimeField("时间", auto_now_add=True)
    address = models.CharField("地址", max_length=60)
    name = models.CharField("登录名摘要", max_length=32)
    device = models.CharField("设备摘要", max_length=32, blank=True)
    succeeded = models.BooleanField("成功")

    class Meta:
        verbose_name = "登录尝试"
        ordering = ["id"]
        indexes = [
            models.Index(fields=["address", "at"], name="sign_in_address"),
            models.Index(fields=["name", "at"], name="sign_in_name"),
            models.Index(fields=["at"], name="sign_in_at"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.address}"
