"""Plans, their editions as documents, what was read from them, decisions about it, adoption."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from lianshu.core.models import Job
from lianshu.core.scope import ScopedModel, ScopedQuerySet, ScopePaths
from lianshu.organisation.models import Region

from .wording import summary


class Plan(ScopedModel):
    """A plan of a region (实施方案, 实施意见, 行动方案 …). Its editions are :class:`Document` rows."""

    class Status(models.TextChoices):
        DRAFT = "draft", "核对中"
        ADOPTED = "adopted", "已采纳"

    scope = ScopePaths(region="region")

    region = models.ForeignKey(Region, models.PROTECT, related_name="plans", verbose_name="地区")
    title = models.CharField("标题", max_length=300)
    doc_no = models.CharField("文号", max_length=60, blank=True)
    issuer = models.CharField("发文单位", max_length=120, blank=True)
    kind = models.CharField("文种", max_length=20, blank=True)
    issued = models.DateField("成文日期", null=True, blank=True)
    published = models.DateField("发布日期", null=True, blank=True)
    start_year = models.PositiveSmallIntegerField("起始年", null=True, blank=True)
    end_year = models.PositiveSmallIntegerField("截止年", null=True, blank=True)
    upper = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="lower", verbose_name="上级方案"
    )
    status = models.CharField("状态", max_length=10, choices=Status.choices, default=Status.DRAFT)
    simulated = models.BooleanField("模拟", default=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="建立人",
    )
    created_at = models.DateTimeField("建立时间", auto_now_add=True)

    class Meta:
        verbose_name = "方案"
        ordering = ["region__path", "-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(start_year=None) | Q(end_year=None) | Q(end_year__gte=F("start_year")),
                name="plan_ends_after_start",
            ),
            models.CheckConstraint(condition=~Q(upper=F("pk")), name="plan_not_its_own_upper"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def latest(self) -> Document | None:
        """The newest edition."""
        return self.documents.order_by("-edition").first()

    @property
    def only_year(self) -> int | None:
        """The year of a plan of one named year, in which its dates without a year lie; None for others."""
        return self.start_year if self.start_year == self.end_year else None

    @property
    def years(self) -> str:
        """``2021—2025年`` or what is known of it."""
        if self.start_year and self.end_year and self.start_year != self.end_year:
            return f"{self.start_year}—{self.end_year}年"
        if self.end_year and not self.start_year:
            return f"到{self.end_year}年"
        return f"{self.start_year}年" if self.start_year else ""


class Document(ScopedModel):
    """One edition of a plan: the file, its text, and what the reader made of it.

    Offsets everywhere count characters of ``text`` (the original, not the repaired text). ``pages`` holds
    the offset at which each page begins, ``outline`` the headings to jump to as
    ``{"start", "end", "level", "number", "heading"}``, ``tables`` the tables as ``{"start", "end", "rows",
    "columns", "cells": [[row, column, start, end], …]}``. ``revision`` grows by one with every decision
    about any of its items, so that two people looking at once can ask "what changed since".
    """

    scope = ScopePaths(region="plan__region")

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="documents", verbose_name="方案")
    edition = models.PositiveSmallIntegerField("版次", default=1)
    previous = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="next", verbose_name="上一版"
    )
    file = models.FileField("原文件", upload_to="plans/%Y/%m")
    name = models.CharField("文件名", max_length=200)
    size = models.PositiveBigIntegerField("大小（字节）", default=0)
    digest = models.CharField("SM3 摘要", max_length=64)
    format = models.CharField("格式", max_length=10, blank=True)
    text = models.TextField("正文", blank=True)
    pages = models.JSONField("分页", default=list)
    outline = models.JSONField("提纲", default=list)
    tables = models.JSONField("表格", default=list)
    facts = models.JSONField("文件要素", default=dict)
    notes = models.JSONField("读取说明", default=list)
    is_plan = models.BooleanField("是方案", default=True)
    reader_version = models.CharField("读取器版本", max_length=40, blank=True)
    read_at = models.DateTimeField("读取时间", null=True, blank=True)
    error = models.CharField("读取失败原因", max_length=400, blank=True)
    job = models.ForeignKey(Job, models.SET_NULL, null=True, related_name="+", verbose_name="读取任务")
    revision = models.PositiveIntegerField("修订号", default=0)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="上传人",
    )
    added_at = models.DateTimeField("上传时间", auto_now_add=True)

    class Meta:
        verbose_name = "方案文件"
        ordering = ["plan_id", "-edition"]
        constraints = [models.UniqueConstraint(fields=["plan", "edition"], name="document_edition")]

    def __str__(self) -> str:
        return f"{self.plan.title}（第{self.edition}版）"

    @property
    def region(self) -> Region:
        return self.plan.region


class ItemQuerySet(ScopedQuerySet):
    def standing(self) -> ItemQuerySet:
        """Items that exist for people: neither taken back nor replaced by their parts."""
        return self.exclude(state__in=[Item.State.REMOVED, Item.State.SPLIT])

    def taken(self) -> ItemQuerySet:
        """Items a person said yes to."""
        return self.filter(state__in=[Item.State.ACCEPTED, Item.State.EDITED])


class Item(ScopedModel):
    """One thing read from a document (or added by a person), and what was decided about it.

    ``fields`` are the values as read (names as in ``Reading.as_dict``), ``decided`` the values a person put
    in their place. ``fingerprint`` names the item within its document by kind, evidence and key values,
    whatever the offsets; ``lineage`` is the fingerprint under which the thing first appeared, kept over
    readings and editions: adoption finds by it what it created before. ``stale``: a newer reading no
    longer finds it, but a decision hangs on it.
    """

    class Kind(models.TextChoices):
        CHAINS = "chains", "产业链"
        MECHANISMS = "mechanisms", "机制"
        TARGETS = "targets", "指标"
        TASKS = "tasks", "任务"
        RECURRING = "recurring", "职责"
        PROJECTS = "projects", "项目"
        ENTERPRISES = "enterprises", "企业"
        ORGS = "orgs", "机构角色"

    class Origin(models.TextChoices):
        READER = "reader", "机器读取"
        PERSON = "person", "人工添加"

    class State(models.TextChoices):
        PENDING = "pending", "待核"
        ACCEPTED = "accepted", "已核"
        EDITED = "edited", "已改"
        REJECTED = "rejected", "不采"
        SPLIT = "split", "已拆分"
        REMOVED = "removed", "已撤回"

    scope = ScopePaths(region="document__plan__region")

    document = models.ForeignKey(Document, models.CASCADE, related_name="items", verbose_name="文件")
    kind = models.CharField("类别", max_length=12, choices=Kind.choices)
    fields = models.JSONField("读取值", default=dict)
    decided = models.JSONField("核定值", null=True, blank=True)
    start = models.PositiveIntegerField("起")
    end = models.PositiveIntegerField("止")
    evidence = models.TextField("原文依据")
    confidence = models.FloatField("把握", default=1.0)
    reason = models.CharField("存疑原因", max_length=300, blank=True)
    rule = models.CharField("规则", max_length=60, blank=True)
    position = models.PositiveIntegerField("次序", default=0)
    fingerprint = models.CharField("指纹", max_length=64)
    lineage = models.CharField("沿革", max_length=64)
    origin = models.CharField("来源", max_length=8, choices=Origin.choices, default=Origin.READER)
    parent = models.ForeignKey(
        "self", models.CASCADE, null=True, blank=True, related_name="parts", verbose_name="拆分自"
    )
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.PENDING)
    stale = models.BooleanField("新读取未见", default=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="核定人",
    )
    decided_at = models.DateTimeField("核定时间", null=True, blank=True)
    revision = models.PositiveIntegerField("修订号", default=0)

    objects = ItemQuerySet.as_manager()

    class Meta:
        verbose_name = "方案条目"
        ordering = ["document_id", "position", "id"]
        indexes = [
            models.Index(fields=["document", "kind", "position"], name="item_document_kind"),
            models.Index(fields=["document", "revision"], name="item_document_revision"),
            models.Index(fields=["lineage"], name="item_lineage"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["document", "fingerprint"], name="item_fingerprint"),
            models.CheckConstraint(condition=Q(end__gt=F("start")), name="item_has_evidence"),
        ]

    #: Below this the reader itself is unsure: the desk shows such items first.
    CERTAIN = 0.8

    def __str__(self) -> str:
        return f"{self.get_kind_display()}：{self.label}"

    @property
    def region(self) -> Region:
        return self.document.plan.region

    @property
    def values(self) -> dict[str, Any]:
        """What holds now: the person's values where there are any, else the reader's."""
        return self.decided if self.decided is not None else self.fields

    @property
    def label(self) -> str:
        """The item's name in one line."""
        values = self.values
        return str(values.get("name") or values.get("title") or values.get("what") or self.evidence[:40])

    @property
    def pieces(self) -> list[str]:
        """Its values in words, the name aside."""
        return summary(self.kind, self.values)

    @property
    def taken(self) -> bool:
        return self.state in (self.State.ACCEPTED, self.State.EDITED)

    @property
    def uncertain(self) -> bool:
        """Waits for a person and the reader was unsure of it."""
        return self.state == self.State.PENDING and self.confidence < self.CERTAIN


class Decision(models.Model):
    """One step on the reading desk, kept so that it can be taken back and survives a reload.

    ``before`` holds state, decided values, person and time of the touched item as they were; ``group``
    binds the rows of one step (split, bulk accept), undone together.
    """

    item = models.ForeignKey(Item, models.CASCADE, related_name="decisions")
    group = models.UUIDField()
    action = models.CharField("动作", max_length=10)
    before = models.JSONField(default=dict)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    undone = models.BooleanField(default=False)

    class Meta:
        verbose_name = "核对步骤"
        ordering = ["-id"]
        indexes = [models.Index(fields=["by", "-id"], name="decision_by")]

    def __str__(self) -> str:
        return f"{self.action} {self.item_id}"


class Adoption(ScopedModel):
    """One adoption of a plan's accepted items, written in one transaction."""

    scope = ScopePaths(region="plan__region")

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="adoptions", verbose_name="方案")
    document = models.ForeignKey(Document, models.CASCADE, related_name="adoptions", verbose_name="文件")
    choices = models.JSONField("选择", default=dict)
    counts = models.JSONField("计数", default=dict)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="采纳人",
    )
    at = models.DateTimeField("采纳时间", auto_now_add=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="撤回人",
    )
    undone_at = models.DateTimeField("撤回时间", null=True, blank=True)

    class Meta:
        verbose_name = "采纳"
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.plan.title} 第{self.document.edition}版采纳"

    @property
    def region(self) -> Region:
        return self.plan.region


class AdoptionEffect(models.Model):
    """What one accepted item did to one row of another room. ``values`` are the item's values then.

    ``before``/``after`` hold the raw values (as JSON) of the fields that changed; for ``create`` before is
    empty. ``lineage`` and ``slot`` identify the item and, where an item gives several rows (one office per
    chain), which of them this is.
    """

    class Action(models.TextChoices):
        CREATE = "create", "新建"
        MATCH = "match", "对应"
        CHANGE = "change", "更新"

    adoption = models.ForeignKey(Adoption, models.CASCADE, related_name="effects")
    item = models.ForeignKey(Item, models.SET_NULL, null=True, related_name="effects")
    kind = models.CharField("类别", max_length=20)
    lineage = models.CharField("沿革", max_length=64, blank=True)
    slot = models.CharField("分项", max_length=120, blank=True)
    action = models.CharField("动作", max_length=8, choices=Action.choices)
    object_type = models.CharField("对象类型", max_length=60)
    object_id = models.CharField("对象编号", max_length=40)
    label = models.CharField("对象", max_length=300)
    values = models.JSONField("采纳时的条目值", default=dict)
    before = models.JSONField("之前", default=dict)
    after = models.JSONField("之后", default=dict)
    position = models.PositiveIntegerField("次序", default=0)
    kept = models.CharField("撤回时保留的原因", max_length=300, blank=True)

    class Meta:
        verbose_name = "采纳结果"
        ordering = ["adoption_id", "position", "id"]
        indexes = [
            models.Index(fields=["object_type", "object_id"], name="effect_object"),
            models.Index(fields=["lineage", "slot"], name="effect_lineage"),
        ]

    def __str__(self) -> str:
        return f"{self.get_action_display()} {self.label}"
