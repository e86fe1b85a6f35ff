"""Rows for regions that a plan is about, made from the reference data when they are missing."""

from __future__ import annotations

from typing import Any

from lianshu.core.scope import may
from lianshu.organisation.models import Region
from lianshu.reference.regions import Level, UnknownRegionError, regions

_LEVELS = {
    Level.PROVINCE: Region.Level.PROVINCE,
    Level.CITY: Region.Level.CITY,
    Level.COUNTY: Region.Level.COUNTY,
}


def region_ensure(code: str) -> Region:
    """The row of a region with all regions above it, created from the reference data where missing.

    Raises `lianshu.reference.regions.UnknownRegionError` for a code that is neither stored nor known.
    """
    stored = Region._base_manager.filter(code=code).first()
    if stored is not None:
        return stored
    table = regions()
    parent: Region | None = None
    for part in table.path(code):
        known = table.get(part)
        row = Region._base_manager.filter(code=part).first()
        if row is None:
            row = Region._base_manager.create(
                code=part,
                name=known.name,
                short_name=known.short if known.short != known.name else "",
                level=_LEVELS[known.level],
                parent=parent,
                path=f"{parent.path if parent else '/'}{part}/",
                fictional=known.fictional,
            )
        parent = row
    if parent is None:
        raise UnknownRegionError(f"没有代码为“{code}”的行政区划，请核对代码。")
    return parent


def region_recognised(facts: dict[str, Any]) -> Region | None:
    """The region that a reading's facts name: a stored one of that code or name, else made from the
    reference data; None when the text does not say or the name is nobody's."""
    code, name = facts.get("region_code"), facts.get("region")
    if name:
        stored = list(Region._base_manager.filter(name=name)[:2])
        if len(stored) == 1:
            return stored[0]
    if code:
        try:
            return region_ensure(str(code))
        except UnknownRegionError:
            return None
    return None


def may_keep_plans(user: Any, region: Region) -> bool:
    """Whether ``user`` may upload and correct plans of a region."""
    return may(user, "edit", region)
