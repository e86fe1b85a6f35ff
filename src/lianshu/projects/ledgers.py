"""The ledger of projects."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from lianshu.core.ledger import Column, Ledger, register

from . import services
from .models import Project


@register
class ProjectLedger(Ledger):
    """Investment projects."""

    slug = "projects"
    title = "项目"
    model = Project
    nav = ("项目", 10)
    intro = "阶段分“自报”和“已核”两列：看过证据的才算已核。"
    columns = (
        Column("name", "项目名称", link=True, importable=True, required=True, aliases=("名称",)),
        Column("chain", "产业链", filter="chain"),
        Column("enterprise", "企业", filter="row"),
        Column("amount", "计划投资", importable=True, filter="number", digits=2, unit_from="amount_unit"),
        Column("amount_unit", "投资单位", importable=True, sort=False, shown=False),
        Column("stage", "阶段（自报）", filter=True, importable=True, bulk=True),
        Column("stage_proven", "阶段（已核）", filter=True),
        Column("lead_unit", "责任单位", filter="row"),
        Column("leader", "包保领导", importable=True, shown=False),
        Column("finish_due", "计划完工", filter="day", importable=True, shown=False),
        Column("region", "地区", filter="region", importable=True, required=True),
    )
    search = ("name", "enterprise__name", "note")
    order = ("region__path", "name")
    form_fields = (
        "region", "name", "chain", "enterprise", "amount", "amount_unit", "stage", "stage_proven", "lead_unit",
        "leader", "started_on", "finish_due", "note",
    )  # fmt: skip
    key = ("region", "name")
    panels = "project"
    create = staticmethod(services.project_create)
    update = staticmethod(services.project_update)
    delete = staticmethod(services.project_delete)
    create_many = staticmethod(services.project_create_many)
    update_many = staticmethod(services.project_update_many)

    def extra_actions(self, user: Any, obj: Any) -> list[tuple[str, str, str]]:
        return [("登记联系包保", reverse("project-attach", args=[obj.pk]), "users")]
