"""A ledger for the tests of the machine itself: the units of the fictional county."""

from __future__ import annotations

from lianshu.core.ledger import Column, Ledger, plain_create, plain_delete, plain_update, register
from lianshu.organisation.models import Unit


@register
class SampleLedger(Ledger):
    slug = "sample-units"
    title = "样例单位"
    noun = "单位"
    model = Unit
    columns = (
        Column("name", "名称", link=True, importable=True, required=True, aliases=("单位名称",)),
        Column("short_name", "简称", importable=True),
        Column("kind", "类别", filter=True, importable=True, bulk=True),
        Column("region", "地区", filter=True, importable=True, required=True),
        Column("chain", "产业链", filter=True, importable=True),
        Column("parent", "上级单位", filter="row", importable=True, shown=False),
        Column("aliases", "别名", importable=True, shown=False),
        Column("valid_from", "成立日期", filter=True, importable=True),
        Column("phone", "电话", filter="text", importable=True, bulk=True),
        Column("simulated", "模拟", filter=True, shown=False),
        Column("people", "人数", value=lambda unit: len(unit.name), unit="人", shown=False),
    )
    search = ("name", "short_name")
    order = ("region__path", "name")
    form_fields = (
        "region",
        "name",
        "short_name",
        "kind",
        "chain",
        "parent",
        "aliases",
        "valid_from",
        "phone",
    )
    key = ("region", "name")
    create = plain_create(Unit)
    update = plain_update(Unit)
    delete = plain_delete(Unit)
