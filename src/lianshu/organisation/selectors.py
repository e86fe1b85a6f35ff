"""Reads of this room."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from lianshu.core.scope import ADMINISTRATORS, grants_of

from .models import Grant, Unit, User


def people_of(units: Iterable[Unit | None]) -> list[User]:
    """The accounts of some units that are told about the unit's work: switched on and with a business right
    in force. An account that merely names the unit hears nothing."""
    granted = Grant.objects.filter(Grant.in_force()).exclude(role__in=ADMINISTRATORS)
    return list(
        User.objects.filter(
            unit__in=[unit for unit in units if unit is not None],
            is_active=True,
            pk__in=granted.values("user"),
        )
    )


def chief_chains(user: Any) -> set[int]:
    """Chains whose chief a person is by grant."""
    return {pk for grant in grants_of(user) if grant.role == "chief" for pk in grant.chains}
