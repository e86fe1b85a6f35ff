"""Rows every room shares: audit log, jobs, attachments, comments, saved views, import runs."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models


class AuditEntry(models.Model):
    """One change, chained to the one before by its SM3 hash. Append-only: the database refuses the rest."""

    at = models.DateTimeField("时间")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, verbose_name="操作人")
    actor_name = models.CharField("操作人姓名", max_length=80)
    action = models.CharField("动作", max_length=40)
    object_type = models.CharField("对象类型", max_length=60)
    object_id = models.CharField("对象编号", max_length=40)
    object_label = models.CharField("对象", max_length=200)
    region_path = models.CharField("地区", max_length=100, blank=True)
    changes = models.JSONField("变更", default=dict)
    note = models.CharField("说明", max_length=400, blank=True)
    previous_hash = models.CharField("前一条", max_length=64)
    hash = models.CharField("摘要", max_length=64, unique=True)

    class Meta:
        verbose_name = "审计记录"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["object_type", "object_id", "-id"], name="audit_object"),
            models.Index(fields=["actor", "-id"], name="audit_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.actor_name} {self.action} {self.object_label}"


class Job(models.Model):
    """Long work as a row: who asked for it, how far it is, what came out.

    ``kind`` names a registered function; ``progress`` is in 0..100; ``owner_process`` and ``beat``
    let a starting process recognise work that a killed process left behind.
    """

    class Status(models.TextChoices):
        WAITING = "waiting", "等待"
        RUNNING = "running", "进行中"
        DONE = "done", "完成"
        FAILED = "failed", "失败"
        CANCELLED = "cancelled", "已取消"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField("类型", max_length=60)
    title = models.CharField("名称", max_length=200)
    status = models.CharField("状态", max_length=12, choices=Status.choices, default=Status.WAITING)
    progress = models.PositiveSmallIntegerField("进度", default=0)
    step = models.CharField("当前步骤", max_length=200, blank=True)
    input = models.JSONField("输入", default=dict)
    result = models.JSONField("结果", default=dict)
    error = models.TextField("错误", blank=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, verbose_name="发起人")
    asked_at = models.DateTimeField("发起时间", auto_now_add=True)
    started_at = models.DateTimeField("开始时间", null=True)
    ended_at = models.DateTimeField("结束时间", null=True)
    beat = models.DateTimeField("最近心跳", null=True)
    owner_process = models.CharField("执行进程", max_length=80, blank=True)
    attempts = models.PositiveSmallIntegerField("次数", default=0)
    cancel_asked = models.BooleanField("要求停止", default=False)

    class Meta:
        verbose_name = "后台任务"
        ordering = ["-asked_at"]
        indexes = [
            models.Index(
                fields=["asked_at"], name="job_waiting", condition=models.Q(status__in=["waiting", "running"])
            ),
        ]

    def __str__(self) -> str:
        return self.title


class AttachedModel(models.Model):
    """Something hung on any row, by type label (``targets.target``) and primary key."""

    object_type = models.CharField(max_length=60)
    object_id = models.CharField(max_length=40)

    class Meta:
        abstract = True
        indexes = [models.Index(fields=["object_type", "object_id"], name="%(class)s_object")]


class Attachment(AttachedModel):
    """A stored file; ``digest`` is the SM3 of its content, ``kind`` what the content proved to be."""

    file = models.FileField("文件", upload_to="attachments/%Y/%m")
    name = models.CharField("文件名", max_length=200)
    kind = models.CharField("类型", max_length=20)
    size = models.PositiveBigIntegerField("大小（字节）")
    digest = models.CharField("摘要", max_length=64)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, verbose_name="上传人")
    added_at = models.DateTimeField("上传时间", auto_now_add=True)

    class Meta(AttachedModel.Meta):
        verbose_name = "附件"
        ordering = ["-added_at"]

    def __str__(self) -> str:
        return self.name


class Comment(AttachedModel):
    """A remark on a row."""

    text = models.TextField("内容", max_length=2000)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="作者")
    at = models.DateTimeField("时间", auto_now_add=True)

    class Meta(AttachedModel.Meta):
        verbose_name = "留言"
        ordering = ["at"]

    def __str__(self) -> str:
        return self.text[:40]


class SavedView(models.Model):
    """A person's saved filters, columns and order of one ledger; ``shared`` ones are offered to all."""

    ledger = models.CharField("台账", max_length=40)
    name = models.CharField("名称", max_length=60)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, verbose_name="所有者")
    shared = models.BooleanField("共享", default=False)
    query = models.JSONField("条件", default=dict)
    columns = models.JSONField("列", default=list)
    is_default = models.BooleanField("默认", default=False)

    class Meta:
        verbose_name = "常用视图"
        constraints = [
            models.UniqueConstraint(fields=["ledger", "owner", "name"], name="saved_view_name"),
        ]

    def __str__(self) -> str:
        return self.name


class ImportMapping(models.Model):
    """How a unit's workbook heads were matched to a ledger's columns, remembered for the next time."""

    ledger = models.CharField("台账", max_length=40)
    head = models.CharField("表头", max_length=120)
    column = models.CharField("列", max_length=60)
    used = models.PositiveIntegerField("使用次数", default=1)

    class Meta:
        verbose_name = "列对应"
        constraints = [models.UniqueConstraint(fields=["ledger", "head"], name="import_mapping_head")]

    def __str__(self) -> str:
        return f"{self.head} → {self.column}"


class ImportRun(models.Model):
    """One workbook on the import desk, from upload to the single transaction that writes it."""

    class Status(models.TextChoices):
        READING = "reading", "读取中"
        MAPPING = "mapping", "对应列"
        CHECKING = "checking", "检查中"
        READY = "ready", "待确认"
        WRITING = "writing", "写入中"
        DONE = "done", "已导入"
        FAILED = "failed", "未导入"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    ledger = models.CharField("台账", max_length=40)
    name = models.CharField("文件名", max_length=200)
    file = models.FileField("文件", upload_to="imports/%Y/%m")
    heads = models.JSONField("表头", default=list)
    mapping = models.JSONField("列对应", default=dict)
    status = models.CharField("状态", max_length=12, choices=Status.choices, default=Status.MAPPING)
    counts = models.JSONField("计数", default=dict)
    job = models.ForeignKey(Job, models.SET_NULL, null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="导入人")
    at = models.DateTimeField("时间", auto_now_add=True)

    class Meta:
        verbose_name = "导入"
        ordering = ["-at"]

    def __str__(self) -> str:
        return self.name


class ImportRow(models.Model):
    """A row of an import run as judged before writing."""

    class Verdict(models.TextChoices):
        NEW = "new", "新增"
        CHANGED = "changed", "更新"
        SAME = "same", "无变化"
        REFUSED = "refused", "有误"

    run = models.ForeignKey(ImportRun, models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField("行号")
    values = models.JSONField("值", default=dict)
    verdict = models.CharField("结论", max_length=8, choices=Verdict.choices)
    target_id = models.CharField(max_length=40, blank=True)
    changes = models.JSONField("变更", default=dict)
    errors = models.JSONField("错误", default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "number"], name="import_row_number")]
        indexes = [models.Index(fields=["run", "verdict", "number"], name="import_row_verdict")]

    def __str__(self) -> str:
        return f"第{self.number}行"


class Notice(models.Model):
    """A short message to one person that leads to a page; ``key`` keeps it from being said twice."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notices")
    title = models.CharField("内容", max_length=200)
    url = models.CharField("地址", max_length=300, blank=True)
    light = models.CharField("轻重", max_length=8, default="grey")
    key = models.CharField(max_length=120, blank=True)
    at = models.DateTimeField("时间", auto_now_add=True)
    read_at = models.DateTimeField("已读时间", null=True)

    class Meta:
        verbose_name = "通知"
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["user"], name="notice_unread", condition=models.Q(read_at=None)),
            models.Index(fields=["user", "-at"], name="notice_user"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["user", "key"], name="notice_once", condition=~models.Q(key=""))
        ]

    def __str__(self) -> str:
        return self.title


class Setting(models.Model):
    """A named value of the installation (unit's name on the sign-in page, map approval number …)."""

    key = models.CharField(max_length=60, primary_key=True)
    value = models.JSONField()

    class Meta:
        verbose_name = "设置"

    def __str__(self) -> str:
        return self.key
