"""Rows for the addresses of targets and figures."""

from lianshu.obligations.services import follow
from lianshu.targets.models import Observation

from .samples import make_target


def cases(world):
    target = make_target(world)
    row = Observation.objects.create(
        indicator=target.indicator, region=world.county, period="2025", value=3, unit=world.office
    )
    follow(row, target)
    one = (target.pk,)
    names = ("page", "source", "split", "hand-down", "define", "take-over", "value")
    return {f"target-{name}": one for name in names} | {"value-decide": (row.pk, "approve")}
