"""Ledgers of this room: targets and figures."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.urls import reverse
from django.utils import timezone

from lianshu.core.errors import LianshuError
from lianshu.core.ledger import Column, Ledger, register
from lianshu.reference.periods import Period

from . import services
from .forms import TargetForm
from .models import Observation, Target
from .services.values import amount_read, period_read
from .wording import demand_words


@register
class TargetLedger(Ledger):
    """All targets, to look up, correct, import and export; lights are on 目标进度."""

    slug = "targets"
    title = "目标台账"
    noun = "目标"
    intro = "方案采纳来的和自己设的目标；进度和灯在“目标进度”"
    model = Target
    nav = ("目标任务", 40)
    columns = (
        Column("name", "目标", link=True, importable=True, required=True, aliases=("指标", "目标名称")),
        Column("region", "地区", filter=True, importable=True, required=True),
        Column("chain", "产业链", filter=True, importable=True),
        Column("demand", "要求", value=demand_words, sort="low"),
        Column("when", "时限说明", value=lambda target: target.when.words or "未定", sort="period"),
        Column("unit", "责任单位", filter="row", importable=True, bulk=True),
        Column("subject_unit", "对象单位", filter="row", importable=True, shown=False),
        Column("low", "目标值", importable=True, shown=False, unit_from="measure"),
        Column("high", "上限", importable=True, shown=False, unit_from="measure"),
        Column("measure", "单位", importable=True, shown=False, aliases=("计量单位",)),
        Column("op", "比较", filter=True, importable=True, shown=False),
        Column("basis", "口径", filter=True, importable=True, shown=False),
        Column(
            "period",
            "时限代码",
            importable=True,
            shown=False,
            help="by:2027 到2027年；annual 每年；year:2026 2026年；within:5y 五年内；none 未定",
        ),
        Column("baseline", "基期值", importable=True, shown=False, unit_from="measure"),
        Column("baseline_period", "基期", importable=True, shown=False),
        Column("plan", "方案", filter="row", shown=False),
        Column("state", "状态", filter=True, bulk=True),
        Column("background", "上级目标（背景）", filter=True, shown=False),
        Column("handed_down", "下达下级承接", filter=True, shown=False),
        Column("simulated", "模拟", filter=True, shown=False),
        Column("note", "说明", importable=True, shown=False),
    )
    search = ("name", "indicator__name")
    order = ("region__path", "chain_id", "id")
    related = ("indicator",)
    form_fields = (
        "region", "chain", "name", "measure", "basis", "op", "low", "high", "unit", "subject_unit",
        "baseline", "baseline_period", "state", "note",
    )  # fmt: skip
    form_class = TargetForm
    key = ("region", "chain", "subject_unit", "name", "period", "basis", "measure")
    create = staticmethod(services.target_create)
    update = staticmethod(services.target_update)
    delete = staticmethod(services.target_delete)

    def detail_url(self, obj: Target) -> str:
        return reverse("target-page", args=(obj.pk,))


def _period_of(code: object) -> Period:
    return period_read(str(code), today=timezone.localdate())


def _period_text(observation: Observation) -> str:
    return Period.from_code(observation.period).text


@register
class ObservationLedger(Ledger):
    """Every standing figure with who reported it; the import desk of 填报."""

    slug = "observations"
    title = "填报数台账"
    noun = "填报数"
    intro = "每个数是谁报的、报的哪一期；已审定的锁定"
    model = Observation
    nav = ("目标任务", 50)
    columns = (
        Column("indicator", "指标", link=True, filter="row", importable=True, required=True),
        Column("region", "地区", filter=True, importable=True, required=True),
        Column("chain", "产业链", filter=True, importable=True),
        Column("subject_unit", "对象单位", filter="row", importable=True),
        Column("period_text", "期间", value=_period_text, sort="period"),
        Column(
            "period",
            "期间代码",
            filter="period",
            importable=True,
            required=True,
            shown=False,
            aliases=("期间", "报告期"),
            help="2026 年，2026H1 上半年，2026Q3 三季度，2026-03 三月",
        ),
        Column("value", "数值", importable=True, required=True, unit_from="measure"),
        Column("measure", "单位", value=lambda one: one.indicator.unit, sort="indicator__unit", shown=False),
        Column("unit", "填报单位", filter="row", importable=True),
        Column("state", "状态", filter=True),
        Column("source", "来源", filter=True, shown=False),
        Column("source_text", "来源说明", importable=True, shown=False),
        Column("by", "填报人", shown=False),
        Column("at", "填报时间", filter=True, shown=False),
        Column("note", "说明", importable=True, shown=False),
        Column("simulated", "模拟", filter=True, shown=False),
    )
    search = ("indicator__name",)
    order = ("-period", "indicator__name", "id")
    form_fields = (
        "region",
        "chain",
        "subject_unit",
        "indicator",
        "period",
        "value",
        "unit",
        "source_text",
        "note",
    )
    key = ("indicator", "region", "chain", "subject_unit", "period", "unit")
    create = staticmethod(services.observation_create)
    update = staticmethod(services.observation_update)
    create_action = "report"
    edit_action = "report"

    def queryset(self, user: Any, action: str | None = None) -> models.QuerySet:
        return super().queryset(user, action).filter(superseded=False)

    def check_import(self, user: Any, values: dict[str, Any], obj: Any) -> list[tuple[str, str]]:
        """A sound period, a figure, no lock: said in the preview already."""
        problems = []
        for name, read in (("period", _period_of), ("value", amount_read)):
            try:
                read(values.get(name))
            except LianshuError as error:
                problems.append((name, error.sentence))
        if obj is not None and obj.state in Observation.LOCKED:
            problems.append(("value", f"这个数{obj.get_state_display()}，已锁定；要改请先退回"))
        return problems
