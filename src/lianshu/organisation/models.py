"""Regions, units, persons, users, chains as bodies, appointments and grants."""

from __future__ import annotations

import datetime as dt
from functools import cached_property

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from lianshu.core.scope import ROLES, GrantView, ScopedModel, ScopedQuerySet, ScopePaths


class Dated(models.Model):
    """Something that holds from a day to a day; open ends mean always."""

    valid_from = models.DateField("起", null=True, blank=True)
    valid_to = models.DateField("止", null=True, blank=True)

    class Meta:
        abstract = True

    @staticmethod
    def today() -> dt.date:
        """The day it is in China."""
        return timezone.localdate()

    @classmethod
    def in_force(cls, day: dt.date | None = None) -> Q:
        """Condition: in force on ``day`` (today)."""
        return cls.in_force_of("", day)

    @classmethod
    def in_force_of(cls, path: str, day: dt.date | None = None) -> Q:
        """The same condition on rows reached over the relation ``path``."""
        day = day or timezone.localdate()
        start, end = (f"{path}__{name}" if path else name for name in ("valid_from", "valid_to"))
        return (Q(**{start: None}) | Q(**{f"{start}__lte": day})) & (
            Q(**{end: None}) | Q(**{f"{end}__gte": day})
        )


class RegionQuerySet(ScopedQuerySet):
    def visible_to(self, user, action: str = "view"):
        from lianshu.core.scope import regions_for

        return self.filter(regions_for(user, action))

    def under(self, region: Region) -> RegionQuerySet:
        """The region and everything below it."""
        return self.filter(path__startswith=region.path)


class Region(ScopedModel, Dated):
    """An administrative region. ``path`` is "/420000/421200/421222/": a subtree is a prefix."""

    class Level(models.TextChoices):
        COUNTRY = "country", "国"
        PROVINCE = "province", "省"
        CITY = "city", "市"
        COUNTY = "county", "县"
        TOWN = "town", "乡镇"

    code = models.CharField("代码", max_length=12, unique=True)
    name = models.CharField("名称", max_length=60)
    short_name = models.CharField("简称", max_length=40, blank=True)
    level = models.CharField("级别", max_length=10, choices=Level.choices)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name="上级"
    )
    path = models.CharField("路径", max_length=100, unique=True)
    fictional = models.BooleanField("示例", default=False)

    objects = RegionQuerySet.as_manager()

    class Meta:
        verbose_name = "地区"
        ordering = ["path"]

    def __str__(self) -> str:
        return self.name


class Chain(ScopedModel, Dated):
    """A key industrial chain of a region, as the body that posts are held for.

    Its map, mechanisms and firms belong to higher rooms; this row is its identity.
    """

    scope = ScopePaths(region="region", chain="pk")

    region = models.ForeignKey(Region, models.PROTECT, related_name="chains", verbose_name="地区")
    name = models.CharField("名称", max_length=60)
    aliases = models.JSONField("别名", default=list, blank=True)
    code = models.CharField("编号", max_length=20, blank=True)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name="上级产业链"
    )
    position = models.CharField("产业定位", max_length=400, blank=True)
    colour = models.PositiveSmallIntegerField("色号", default=0)
    simulated = models.BooleanField("模拟", default=False)

    class Meta:
        verbose_name = "产业链"
        ordering = ["region__path", "id"]
        constraints = [models.UniqueConstraint(fields=["region", "name"], name="chain_name_in_region")]

    def __str__(self) -> str:
        return f"{self.name}产业链"


class Unit(ScopedModel, Dated):
    """A body: leading group, office, department, park, town, association, bank, institute …"""

    class Kind(models.TextChoices):
        GOVERNMENT = "government", "党委政府"
        LEADING_GROUP = "leading_group", "领导小组"
        GENERAL_OFFICE = "general_office", "总链办"
        CHAIN_OFFICE = "chain_office", "链条办"
        TASK_FORCE = "task_force", "工作专班"
        EXPERT_TEAM = "expert_team", "专家团队"
        COMMITTEE = "committee", "专家委员会"
        DEPARTMENT = "department", "部门"
        PARK = "park", "园区"
        TOWN = "town", "乡镇"
        ASSOCIATION = "association", "行业协会"
        BANK = "bank", "银行"
        INSTITUTE = "institute", "高校院所"
        OTHER = "other", "其他"

    scope = ScopePaths(region="region", chain="chain")

    region = models.ForeignKey(Region, models.PROTECT, related_name="units", verbose_name="地区")
    name = models.CharField("名称", max_length=100)
    short_name = models.CharField("简称", max_length=40, blank=True)
    aliases = models.JSONField("别名", default=list, blank=True)
    kind = models.CharField("类别", max_length=20, choices=Kind.choices, default=Kind.DEPARTMENT)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name="上级单位"
    )
    seat = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="seated", verbose_name="设在"
    )
    chain = models.ForeignKey(
        Chain, models.PROTECT, null=True, blank=True, related_name="units", verbose_name="产业链"
    )
    phone = models.CharField("电话", max_length=40, blank=True)
    duty = models.CharField("职责", max_length=1000, blank=True)
    simulated = models.BooleanField("模拟", default=False)

    class Meta:
        verbose_name = "单位"
        ordering = ["region__path", "kind", "id"]
        constraints = [models.UniqueConstraint(fields=["region", "name"], name="unit_name_in_region")]

    def __str__(self) -> str:
        return self.name


class Person(ScopedModel):
    """A person who holds posts; a post whose holder is not known yet is an Appointment without person."""

    scope = ScopePaths(region="region")

    region = models.ForeignKey(Region, models.PROTECT, related_name="persons", verbose_name="地区")
    name = models.CharField("姓名", max_length=40)
    unit = models.ForeignKey(
        Unit, models.SET_NULL, null=True, blank=True, related_name="persons", verbose_name="单位"
    )
    title = models.CharField("职务", max_length=100, blank=True)
    phone = models.CharField("电话", max_length=40, blank=True)
    field = models.CharField("专业领域", max_length=200, blank=True)
    simulated = models.BooleanField("模拟", default=False)

    class Meta:
        verbose_name = "人员"
        ordering = ["region__path", "name", "id"]

    def __str__(self) -> str:
        return self.name


class Appointment(ScopedModel, Dated):
    """Who holds which role in which body, chain, firm or project, from when to when.

    ``person`` may be open while only the post is known (市长 as 总链长): then ``post`` names it.
    包保, 帮办, 派驻, 联络员, 科技特派员 are appointments too; ``firm`` and ``project`` are held by type
    and number because those rows live in higher rooms.
    """

    class Role(models.TextChoices):
        GENERAL_CHIEF = "general_chief", "总链长"
        COMMISSAR = "commissar", "政委"
        CHIEF = "chief", "链长"
        DEPUTY_CHIEF = "deputy_chief", "副链长"
        LEAD_DEPARTMENT = "lead_department", "牵头部门"
        OFFICE_HEAD = "office_head", "办公室主任"
        OFFICE_DEPUTY = "office_deputy", "办公室副主任"
        FULL_TIME = "full_time", "专职人员"
        GROUP_LEADER = "group_leader", "组长"
        GROUP_MEMBER = "group_member", "成员"
        EXPERT = "expert", "专家"
        ENVOY = "envoy", "科技特派员"
        LIAISON = "liaison", "联络员"
        GUARANTOR = "guarantor", "包保责任人"
        ASSISTANT = "assistant", "帮办领导"
        LEAD_FIRM = "lead_firm", "链主"
        INNOVATION_TEAM = "innovation_team", "链创"
        LEAD_BANK = "lead_bank", "主办行"
        OTHER = "other", "其他"

    scope = ScopePaths(region="region", chain="chain")

    region = models.ForeignKey(Region, models.PROTECT, related_name="appointments", verbose_name="地区")
    role = models.CharField("角色", max_length=20, choices=Role.choices)
    person = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="appointments", verbose_name="人员"
    )
    post = models.CharField("职务", max_length=100, blank=True)
    holder_unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="held", verbose_name="担任单位"
    )
    unit = models.ForeignKey(
        Unit, models.CASCADE, null=True, blank=True, related_name="appointments", verbose_name="所在机构"
    )
    chain = models.ForeignKey(
        Chain, models.CASCADE, null=True, blank=True, related_name="appointments", verbose_name="产业链"
    )
    subject_type = models.CharField("对象类型", max_length=40, blank=True)
    subject_id = models.PositiveBigIntegerField("对象编号", null=True, blank=True)
    subject_name = models.CharField("对象", max_length=120, blank=True)
    seats = models.PositiveSmallIntegerField("名额", default=1)
    note = models.CharField("说明", max_length=400, blank=True)
    simulated = models.BooleanField("模拟", default=False)

    class Meta:
        verbose_name = "任职"
        ordering = ["region__path", "chain_id", "role", "id"]
        indexes = [models.Index(fields=["subject_type", "subject_id"], name="appointment_subject")]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_from=None) | Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                name="appointment_ends_after_start",
            )
        ]

    def __str__(self) -> str:
        return f"{self.holder} {self.get_role_display()}"

    @property
    def holder(self) -> str:
        """The holder in words: person, unit, post, or 待定."""
        if self.person_id:
            return f"{self.person.name}（{self.post or self.person.title}）".replace("（）", "")
        if self.holder_unit_id:
            return self.holder_unit.name
        return self.post or self.subject_name or "待定"


class UserManager(BaseUserManager):
    def create_user(self, username: str, password: str | None = None, **values) -> User:
        user = self.model(username=username, **values)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """A sign-in account. What it may do stands in its grants, nowhere else."""

    username = models.CharField("登录名", max_length=60, unique=True)
    name = models.CharField("姓名", max_length=40)
    person = models.ForeignKey(
        Person, models.SET_NULL, null=True, blank=True, related_name="users", verbose_name="人员"
    )
    unit = models.ForeignKey(
        Unit, models.SET_NULL, null=True, blank=True, related_name="users", verbose_name="单位"
    )
    is_active = models.BooleanField("启用", default=True)
    must_change_password = models.BooleanField("下次登录须改密码", default=False)
    password_changed_at = models.DateTimeField("改密时间", null=True, blank=True)
    last_address = models.CharField("上次登录地址", max_length=60, blank=True)
    #: counted up when all open sessions are to end although the password stays
    epoch = models.PositiveIntegerField("会话批次", default=0)
    #: what entries in the audit log say about acts of this account, and until when (see Handover)
    mark = models.CharField("标记", max_length=12, blank=True)
    marked_until = models.DateTimeField("标记至", null=True, blank=True)
    created_at = models.DateTimeField("建立时间", auto_now_add=True)
    simulated = models.BooleanField("模拟", default=False)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["name"]
    objects = UserManager()

    class Meta:
        verbose_name = "账号"
        ordering = ["username"]

    def __str__(self) -> str:
        return self.name

    @cached_property
    def _grants(self) -> tuple[GrantView, ...]:
        rows = (
            self.grants.filter(Grant.in_force())
            .select_related("region")
            .prefetch_related("chains")
            .order_by("id")
        )
        return tuple(
            GrantView(
                role=row.role,
                region_path=row.region.path,
                region_name=row.region.name,
                chains=frozenset(chain.pk for chain in row.chains.all()),
                unit=row.unit_id,
            )
            for row in rows
        )

    def grants_in_force(self) -> tuple[GrantView, ...]:
        """Today's grants; read once per request."""
        return self._grants if self.is_active else ()

    @cached_property
    def region(self) -> Region | None:
        """Where the account belongs: its unit's region, else that of its first grant; the audit log files
        what is done to the account there."""
        if self.unit is not None:
            return self.unit.region
        grant = self.grants.select_related("region").order_by("id").first() if self.pk else None
        return grant.region if grant is not None else None

    @property
    def audit_mark(self) -> str:
        """The mark that the audit log puts before what this account does now, or ""."""
        if self.mark and self.marked_until is not None and self.marked_until > timezone.now():
            return self.mark
        return ""

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        plain = super()._get_session_auth_hash(secret)
        return f"{self.epoch}{plain}" if self.epoch else plain


class Grant(Dated):
    """A role given to a user: region-and-below × chains × own unit. ``chains`` empty means every chain."""

    user = models.ForeignKey(User, models.CASCADE, related_name="grants", verbose_name="账号")
    role = models.CharField(
        "角色", max_length=20, choices=[(code, name) for code, (name, _) in ROLES.items()]
    )
    region = models.ForeignKey(Region, models.PROTECT, related_name="grants", verbose_name="地区及以下")
    chains = models.ManyToManyField(Chain, blank=True, related_name="grants", verbose_name="限产业链")
    unit = models.ForeignKey(
        Unit, models.CASCADE, null=True, blank=True, related_name="grants", verbose_name="限本单位事项"
    )
    given_by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="given_grants", verbose_name="授权人"
    )
    given_at = models.DateTimeField("授权时间", auto_now_add=True)

    class Meta:
        verbose_name = "授权"
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.user.name}：{self.region.name} {self.get_role_display()}"


# the rest of this room's rows, by what they are for
from .joint_models import Handover, JointAct, SplitCode  # noqa: E402, F401
from .sign_in_models import PasswordHistory, SignInAttempt  # noqa: E402, F401
