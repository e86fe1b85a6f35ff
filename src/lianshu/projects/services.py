"""Writes on projects."""

from __future__ import annotations

from typing import Any

from lianshu.core.errors import invalid
from lianshu.core.ledger import (
    plain_create,
    plain_create_many,
    plain_delete,
    plain_update,
    plain_update_many,
)
from lianshu.core.scope import require
from lianshu.organisation.models import Appointment, Person, Unit
from lianshu.organisation.services import appointment_create

from .models import Project

SUBJECT = "projects.project"

project_create = plain_create(Project)
project_update = plain_update(Project)
project_create_many = plain_create_many(Project, one=project_create)
project_update_many = plain_update_many(Project, one=project_update)
project_delete = plain_delete(Project)


def project_attach(
    user: Any, project: Project, *, person: Person | None = None, unit: Unit | None = None
) -> Appointment:
    """Attach a leader or a department to a project (包保). Twice the same is refused."""
    twice = Appointment._base_manager.filter(
        Appointment.in_force(), subject_type=SUBJECT, subject_id=project.pk, person=person, holder_unit=unit
    )
    if (person or unit) and twice.exists():
        raise invalid(("person", f"{person or unit}已经联系{project}"))
    require(user, "edit", project)
    return appointment_create(
        user, region=project.region, role=Appointment.Role.GUARANTOR, person=person, holder_unit=unit,
        chain=project.chain, subject_type=SUBJECT, subject_id=project.pk, subject_name=project.name[:120],
        simulated=project.simulated,
    )  # fmt: skip
