"""Writes on bodies, persons, chains and appointments. Every write is audited and re-checked by the gate."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils import timezone

from lianshu.core import audit
from lianshu.core.errors import invalid
from lianshu.core.ledger.services import plain_create, plain_delete, plain_update
from lianshu.core.scope import require

from .models import Appointment, Chain, Person, Unit

_create_body = {model: plain_create(model, action="manage_units") for model in (Unit, Person)}
_update_body = {model: plain_update(model, action="manage_units") for model in (Unit, Person)}

# -- units -----------------------------------------------------------------------------------------


def unit_create(user: Any, **values: Any) -> Unit:
    """Create a unit; raises E2001 for a second unit of that name in the region."""
    return _create_body[Unit](user, **values)


def unit_update(user: Any, unit: Unit, **values: Any) -> Unit:
    """Change a unit; a former name is kept among its aliases, so that plans that use it still find it."""
    new_name = values.get("name")
    if new_name and new_name != unit.name and unit.name not in unit.aliases:
        values["aliases"] = [*values.get("aliases", unit.aliases), unit.name]
    return _update_body[Unit](user, unit, **values)


def unit_delete(user: Any, unit: Unit) -> None:
    """Delete a unit nothing points to; raises E1005 otherwise."""
    plain_delete(Unit, action="manage_units")(user, unit)


# -- persons ---------------------------------------------------------------------------------------


def person_create(user: Any, **values: Any) -> Person:
    """Create a person."""
    return _create_body[Person](user, **values)


@transaction.atomic
def person_of_team(user: Any, chain: Chain, **values: Any) -> Person:
    """Register a person for a chain's team: who keeps the chain may, without keeping the region's persons."""
    require(user, "edit", chain)
    person = Person(region=chain.region, simulated=chain.simulated, **values)
    person.full_clean()
    person.save()
    audit.record(user, "新建", person, note=f"登记为{chain}成员")
    return person


def person_update(user: Any, person: Person, **values: Any) -> Person:
    """Change a person."""
    return _update_body[Person](user, person, **values)


def person_delete(user: Any, person: Person) -> None:
    """Delete a person who holds no post; raises E1005 otherwise."""
    plain_delete(Person, action="manage_units")(user, person)


# -- chains as bodies ------------------------------------------------------------------------------


def chain_create(user: Any, **values: Any) -> Chain:
    """Create a chain; it gets the first colour its region does not use yet."""
    region = values.get("region")
    if "colour" not in values and region is not None:
        used = set(Chain._base_manager.filter(region=region).values_list("colour", flat=True))
        values["colour"] = next(number for number in range(len(used) + 1) if number not in used)
    return plain_create(Chain)(user, **values)


def chain_update(user: Any, chain: Chain, **values: Any) -> Chain:
    """Change a chain; a former name is kept among its aliases."""
    new_name = values.get("name")
    if new_name and new_name != chain.name and chain.name not in chain.aliases:
        values["aliases"] = [*values.get("aliases", chain.aliases), chain.name]
    return plain_update(Chain)(user, chain, **values)


def chain_delete(user: Any, chain: Chain) -> None:
    """Delete a chain nothing hangs on; raises E1005 otherwise."""
    plain_delete(Chain)(user, chain)


# -- appointments ----------------------------------------------------------------------------------

#: Roles held by one person (or post) at a time within their body or chain.
SINGLE_ROLES = (
    Appointment.Role.GENERAL_CHIEF,
    Appointment.Role.COMMISSAR,
    Appointment.Role.CHIEF,
    Appointment.Role.OFFICE_HEAD,
    Appointment.Role.GROUP_LEADER,
)


def _appointment_action(chain: Chain | None) -> str:
    # A chain's office keeps its own team's names; bodies of the region belong to the general office.
    return "edit" if chain is not None else "manage_units"


def appointment_create(user: Any, *, replace: bool = False, **values: Any) -> Appointment:
    """Appoint somebody. For a role that one person holds at a time the earlier holder must have ended.

    With ``replace`` the earlier holder's appointment ends on the day before ``valid_from`` (today when
    open). Raises E2001 when the seat is taken, or when neither holder nor post is named.
    """
    appointment = Appointment(**values)
    if not (
        appointment.person_id or appointment.holder_unit_id or appointment.post or appointment.subject_name
    ):
        raise invalid(("person", "请选择人员、单位，或写明由什么职务担任"))
    action = _appointment_action(appointment.chain)
    with transaction.atomic():
        if appointment.role in SINGLE_ROLES:
            _free_seat(user, appointment, replace)
        return plain_create(Appointment, action=action)(user, **values)


def _free_seat(user: Any, new: Appointment, replace: bool) -> None:
    start = new.valid_from or timezone.localdate()
    holders = Appointment._base_manager.filter(
        Appointment.in_force(start),
        region=new.region,
        role=new.role,
        unit=new.unit,
        chain=new.chain,
        subject_type=new.subject_type,
        subject_id=new.subject_id,
    )
    for holder in holders:
        if not replace:
            raise invalid(("role", f"现由{holder.holder}担任{holder.get_role_display()}，请先写明其离任日期"))
        if holder.valid_from and holder.valid_from >= start:
            raise invalid(("valid_from", f"{holder.holder}自{holder.valid_from}起任职，新任职须在其后开始"))
        appointment_end(user, holder, on=start - dt.timedelta(days=1))


def appointment_update(user: Any, appointment: Appointment, **values: Any) -> Appointment:
    """Change an appointment. A post that leaves its chain, or enters one, is the region's matter."""
    both = appointment.chain is not None and values.get("chain", appointment.chain) is not None
    action = "edit" if both else "manage_units"
    return plain_update(Appointment, action=action)(user, appointment, **values)


def appointment_end(user: Any, appointment: Appointment, *, on: dt.date) -> Appointment:
    """End an appointment with ``on`` as its last day; the row stays as history."""
    return appointment_update(user, appointment, valid_to=on)


def appointment_delete(user: Any, appointment: Appointment) -> None:
    """Delete an appointment entered by mistake."""
    action = _appointment_action(appointment.chain)
    plain_delete(Appointment, action=action)(user, appointment)
