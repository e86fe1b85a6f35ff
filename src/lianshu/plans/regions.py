"""Which region a plan is about."""

from __future__ import annotations

from typing import Any

from lianshu.core.scope import may
from lianshu.organisation.adopting import region_ensure
from lianshu.organisation.models import Region
from lianshu.reference.regions import UnknownRegionError


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
