"""Reads on firms."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, Max, OuterRef, QuerySet, Subquery

from lianshu.organisation.models import Appointment

from .models import Enterprise, ServiceLog
from .services import SUBJECT


def contacts_of(enterprise: Enterprise) -> list[Appointment]:
    """Leaders, departments and envoys attached to the firm now."""
    return list(
        Appointment._base_manager.filter(
            Appointment.in_force(), subject_type=SUBJECT, subject_id=enterprise.pk
        ).select_related("person__unit", "holder_unit", "chain__region")
    )


def with_contact(rows: QuerySet) -> QuerySet:
    """Firms annotated with whether somebody is attached, and with the last service's date."""
    attached = Appointment._base_manager.filter(
        Appointment.in_force(), subject_type=SUBJECT, subject_id=OuterRef("pk")
    )
    last = (
        ServiceLog._base_manager.filter(enterprise=OuterRef("pk"))
        .values("enterprise")
        .annotate(last=Max("on"))
        .values("last")
    )
    return rows.annotate(attached=Exists(attached), last_service=Subquery(last))


def without_contact(user: Any) -> QuerySet:
    """Firms of the region nobody is attached to; firms only sought from outside do not count."""
    rows = Enterprise.objects.visible_to(user).exclude(
        state__in=(Enterprise.State.SOUGHT, Enterprise.State.CLOSED)
    )
    return with_contact(rows).filter(attached=False).select_related("region")
