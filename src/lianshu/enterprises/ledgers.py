"""The ledger of firms and the ledger of services."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.urls import reverse

from lianshu.core.ledger import Column, Ledger, register

from . import selectors, services
from .models import Enterprise, ServiceLog


def _roles(firm: Enterprise) -> str:
    return "、".join(f"{place.chain.name}（{place.get_role_display()}）" for place in firm.chain_roles.all())


@register
class EnterpriseLedger(Ledger):
    """One file per firm."""

    slug = "enterprises"
    title = "企业"
    model = Enterprise
    nav = ("企业", 10)
    intro = "一企一档。方案里点到名的企业采纳后自动建档，可从工作簿批量导入更新。"
    columns = (
        Column("name", "企业名称", link=True, importable=True, required=True, aliases=("名称", "单位名称")),
        Column("short_name", "简称", importable=True, shown=False),
        Column("credit_code", "统一社会信用代码", importable=True, aliases=("信用代码", "社会信用代码")),
        Column("chain_roles__chain", "产业链角色", filter="chain", value=_roles, sort=False),
        Column("products", "主要产品", importable=True),
        Column("state", "状态", filter=True, importable=True, bulk=True),
        Column("attached", "有人联系", value=lambda firm: "是" if firm.attached else "否", sort="attached"),
        Column("last_service", "最近服务", value=lambda firm: firm.last_service, sort="last_service"),
        Column("contact", "联系人", importable=True, shown=False),
        Column("phone", "联系电话", importable=True, shown=False, sort=False),
        Column("region", "地区", filter="region", importable=True, required=True),
    )
    search = ("name", "short_name", "credit_code", "products")
    order = ("region__path", "name")
    form_fields = (
        "region", "name", "short_name", "credit_code", "industry", "products", "site", "contact", "phone", "state",
    )  # fmt: skip
    key = ("region", "name")
    panels = "enterprise"
    create = staticmethod(services.enterprise_create)
    update = staticmethod(services.enterprise_update)
    delete = staticmethod(services.enterprise_delete)
    create_many = staticmethod(services.enterprise_create_many)
    update_many = staticmethod(services.enterprise_update_many)

    def queryset(self, user: Any, action: str | None = None) -> models.QuerySet:
        rows = super().queryset(user, action).prefetch_related("chain_roles__chain")
        return selectors.with_contact(rows)

    def extra_actions(self, user: Any, obj: Any) -> list[tuple[str, str, str]]:
        return [("登记走访服务", reverse("service-new", args=[obj.pk]), "notes")]


@register
class ServiceLedger(Ledger):
    """Visits and services; logged on the firm's page."""

    slug = "services"
    title = "走访服务"
    model = ServiceLog
    nav = ("企业", 20)
    columns = (
        Column("on", "日期", link=True, filter="day"),
        Column("enterprise", "企业", filter="row"),
        Column("kind", "类别", filter=True),
        Column("who", "由谁"),
        Column("unit", "单位", filter="row", shown=False),
        Column("chain", "产业链", filter="chain"),
        Column("text", "情况", sort=False),
        Column("promise", "答复或承诺", sort=False),
        Column("promise_due", "承诺时限", filter="day"),
    )
    search = ("enterprise__name", "who", "text", "promise")
    order = ("-on", "-pk")
