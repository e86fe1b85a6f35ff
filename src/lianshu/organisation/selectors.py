"""Reads of this room."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from lianshu.core.scope import ADMINISTRATORS, grants_of

from .models import Grant, Handover, Region, Unit, User


def administered(user: Any, action: str) -> QuerySet[User]:
    """The accounts an administrator may do ``action`` with: those whose unit and whose grants all lie in the
    administrator's regions, and those that belong nowhere yet."""
    regions = Region.objects.visible_to(user, action)
    today = timezone.localdate()
    standing = Grant.objects.filter(Q(valid_to=None) | Q(valid_to__gte=today))
    outside = standing.exclude(region__in=regions)
    rows = User.objects.filter(Q(unit=None) | Q(unit__region__in=regions))
    return rows.exclude(pk__in=outside.values("user"))


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


def handover_lines(user: Any) -> list[str]:
    """What stands on an account's own pages after it was entered with what others gave out: until an audit
    administrator has asked its holder, or for the days its acts are marked. The account cannot clear it."""
    if not user.audit_mark:
        return []
    handover = user.handovers.exclude(known=True).first()
    if handover is None:
        return []
    what = "首次设置" if handover.kind == Handover.Kind.FIRST else "重置"
    return [
        f"您的密码于 {timezone.localtime(handover.at):%Y-%m-%d %H:%M} {what}（{handover.words}）。"
        "不是您本人办理的，请立即告诉审计管理员。审计管理员向您核实后，这一行才会消失。"
    ]
