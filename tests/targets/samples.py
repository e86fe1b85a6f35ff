"""Targets for tests; every figure is made up for a place that does not exist."""

from __future__ import annotations

from decimal import Decimal

from lianshu.obligations.services import follow
from lianshu.plans.models import Plan
from lianshu.targets.models import Target
from lianshu.targets.services.targets import indicator_for


def make_target(world, name="工业总产值", low="300", *, plan=None, **values) -> Target:
    values = {"measure": "亿元", "period": "by:2027", "region": world.county} | values
    nature = values.pop("nature", None)
    target = Target(name=name, low=None if low is None else Decimal(low), plan=plan, **values)
    nature = values.pop("nature", None)
    target.indicator = indicator_for(target)
    if nature:
        target.indicator.nature = nature
        target.indicator.save()
    target.save()
    follow(target)
    return target


def make_plan(world, start=2024, end=2027, **values) -> Plan:
    return Plan.objects.create(
        region=world.county, title="青澜县示例方案", start_year=start, end_year=end, **values
    )
