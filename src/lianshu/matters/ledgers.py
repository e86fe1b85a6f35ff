"""The ledger of matters."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from lianshu.core.ledger import Column, Ledger, register

from .models import Matter


@register
class MatterLedger(Ledger):
    """All matters; steps are taken on a matter's own page, not in the ledger."""

    slug = "matters"
    title = "办件台账"
    noun = "办件"
    model = Matter
    nav = ("办件", 20)
    columns = (
        Column("number", "编号", link=True),
        Column("title", "标题"),
        Column("nature", "性质", filter=True),
        Column("kind", "类别", filter=True),
        Column("state", "状态", filter=True),
        Column("due", "当前时限", filter="day"),
        Column("chain", "产业链", filter="chain"),
        Column("enterprise", "企业", filter="row"),
        Column("channel", "来源", filter=True, shown=False),
        Column("received_on", "收到日期", filter="day"),
        Column("closed_on", "销号日期", filter="day", shown=False),
        Column("reopened", "重办", unit="次", shown=False),
        Column("region", "地区", filter="region", shown=False),
    )
    search = ("number", "title", "text", "enterprise__name")
    order = ("-received_on", "-pk")

    def detail_url(self, obj: Any) -> str:
        return reverse("matter", args=[obj.pk])
