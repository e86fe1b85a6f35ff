"""Ledgers of bodies, persons and posts."""

from __future__ import annotations

from typing import Any

from django.db import models

from lianshu.core.ledger import Column, Ledger, register

from . import services
from .models import Appointment, Person, Region, Unit


@register
class UnitLedger(Ledger):
    """Units of the region and below."""

    slug = "units"
    title = "单位"
    model = Unit
    nav = ("设置", 20)
    intro = "领导小组、总链办、链条办、部门、园区、乡镇、协会、银行、院所。改名后旧名自动留作别名，方案里写旧名也能对上。"
    columns = (
        Column("name", "名称", link=True, importable=True, required=True),
        Column("short_name", "简称", importable=True),
        Column("kind", "类别", filter=True, importable=True, bulk=True),
        Column("region", "地区", filter="region", importable=True, required=True),
        Column("chain", "产业链", filter="chain"),
        Column("parent", "上级单位", shown=False),
        Column("seat", "设在", shown=False),
        Column("phone", "电话", importable=True, sort=False),
        Column("duty", "职责", importable=True, shown=False, sort=False),
    )
    search = ("name", "short_name", "duty")
    order = ("region__path", "kind", "name")
    form_fields = ("region", "name", "short_name", "kind", "parent", "seat", "chain", "phone", "duty")
    key = ("region", "name")
    panels = "unit"
    create = staticmethod(services.unit_create)
    update = staticmethod(services.unit_update)
    delete = staticmethod(services.unit_delete)
    create_action = edit_action = delete_action = import_action = "manage_units"


@register
class PersonLedger(Ledger):
    """Persons who hold posts."""

    slug = "persons"
    title = "人员"
    model = Person
    nav = ("设置", 30)
    columns = (
        Column("name", "姓名", link=True, importable=True, required=True),
        Column("unit", "单位", filter="row"),
        Column("title", "职务", importable=True),
        Column("field", "专业领域", importable=True, shown=False),
        Column("phone", "电话", importable=True, sort=False),
        Column("region", "地区", filter="region", importable=True, required=True),
    )
    search = ("name", "title", "unit__name", "field")
    order = ("region__path", "name")
    form_fields = ("region", "name", "unit", "title", "field", "phone")
    key = ("region", "name", "title")
    panels = "person"
    create = staticmethod(services.person_create)
    update = staticmethod(services.person_update)
    delete = staticmethod(services.person_delete)
    create_action = edit_action = delete_action = import_action = "manage_units"


@register
class AppointmentLedger(Ledger):
    """Posts: who holds which role in which body or chain, from when to when."""

    slug = "appointments"
    title = "任职"
    model = Appointment
    nav = ("设置", 40)
    intro = (
        "链长、总链长、专班成员、专家、联络员、包保责任人都登记在这里。换人时给前任写上“止”，历任自然留存。"
    )
    columns = (
        Column("role", "角色", filter=True, link=True, importable=True, required=True),
        Column("holder", "担任者", value=lambda post: post.holder, sort=False),
        Column("person", "人员", shown=False),
        Column("post", "职务", importable=True, shown=False),
        Column("chain", "产业链", filter="chain"),
        Column("unit", "所在机构", filter="row"),
        Column("subject_name", "对象", importable=True, shown=False),
        Column("region", "地区", filter="region", importable=True, required=True),
        Column("valid_from", "起", filter="day", importable=True),
        Column("valid_to", "止", filter="day", importable=True),
    )
    search = ("person__name", "post", "holder_unit__name", "chain__name", "unit__name", "subject_name")
    order = ("region__path", "chain_id", "role", "-valid_from")
    form_fields = (
        "region", "role", "person", "post", "holder_unit", "unit", "chain", "subject_name", "valid_from",
        "valid_to", "note",
    )  # fmt: skip
    related = ("person", "holder_unit")
    create = staticmethod(services.appointment_create)
    update = staticmethod(services.appointment_update)
    delete = staticmethod(services.appointment_delete)
    create_action = edit_action = delete_action = import_action = "edit"


@register
class RegionLedger(Ledger):
    """Regions in use: the ones plans were adopted for and everything above them. Read only."""

    slug = "regions"
    title = "地区"
    model = Region
    nav = ("设置", 10)
    intro = "采纳方案时自动建立。代码按国家统计局行政区划。"
    columns = (
        Column("name", "名称", link=True),
        Column("code", "代码"),
        Column("level", "级别", filter=True),
        Column("parent", "上级"),
        Column("chains", "产业链", unit="条", value=lambda region: region.chain_count, sort="chain_count"),
    )
    search = ("name", "code", "short_name")
    order = ("path",)
    panels = "region"
    comment_action = None

    def queryset(self, user: Any, action: str | None = None) -> models.QuerySet:
        rows = Region.objects.visible_to(user, action or self.view_action).select_related("parent")
        return rows.annotate(chain_count=models.Count("chains"))
