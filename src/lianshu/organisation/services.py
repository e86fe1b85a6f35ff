"""Writes on bodies, persons, chains and appointments. Every write is audited and re-checked by the gate."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone

from lianshu.core import audit
from lianshu.core.errors import LianshuError, invalid
from lianshu.core.scope import recheck, require

from .models import Appointment, Chain, Person, Unit


def _clean(obj: models.Model) -> None:
    """Run the model's own checks and turn them into one refusal with a sentence per field."""
    try:
        obj.full_clean()
    except ValidationError as error:
        problems = [
            (field, f"{_words(obj, field)}：{text}" if field != "__all__" else text)
            for field, texts in error.message_dict.items()
            for text in texts
        ]
        raise invalid(*problems) from error


def _words(obj: models.Model, field: str) -> str:
    return str(obj._meta.get_field(field).verbose_name)


def _require_region(user: Any, action: str, region: models.Model) -> None:
    """The writer needs the action region-wide in the row's region."""
    require(user, "view", region)
    probe = type(region).objects.visible_to(user, action).filter(pk=region.pk)
    if not probe.exists():
        require(user, action, region)


def _create(user: Any, obj: models.Model, action: str) -> Any:
    with transaction.atomic():
        _clean(obj)
        obj.save()
        recheck(user, obj, action)
        audit.record(user, "新建", obj, changes=audit.difference({}, audit.snapshot(obj)))
    return obj


def _update(user: Any, obj: models.Model, action: str, values: dict[str, Any]) -> Any:
    require(user, action, obj)
    with transaction.atomic():
        before = audit.snapshot(obj)
        for name, value in values.items():
            setattr(obj, name, value)
        _clean(obj)
        obj.save()
        recheck(user, obj, action)
        changes = audit.difference(before, audit.snapshot(obj))
        if changes:
            audit.record(user, "修改", obj, changes=changes)
    return obj


def _delete(user: Any, obj: models.Model, action: str) -> None:
    require(user, action, obj)
    with transaction.atomic():
        audit.record(user, "删除", obj, changes=audit.difference(audit.snapshot(obj), {}))
        try:
            obj.delete()
        except models.ProtectedError as error:
            count = len(error.protected_objects)
            kinds = sorted({str(row._meta.verbose_name) for row in error.protected_objects})
            raise LianshuError("E1005", what=obj, count=count, children="、".join(kinds)) from error


# -- units -----------------------------------------------------------------------------------------


def unit_create(user: Any, **values: Any) -> Unit:
    """Create a unit; raises E2001 for a second unit of that name in the region."""
    return _create(user, Unit(**values), "manage_units")


def unit_update(user: Any, unit: Unit, **values: Any) -> Unit:
    """Change a unit; a former name is kept among its aliases, so that plans that use it still find it."""
    new_name = values.get("name")
    if new_name and new_name != unit.name and unit.name not in unit.aliases:
        values["aliases"] = [*values.get("aliases", unit.aliases), unit.name]
    return _update(user, unit, "manage_units", values)


def unit_delete(user: Any, unit: Unit) -> None:
    """Delete a unit nothing points to; raises E1005 otherwise."""
    _delete(user, unit, "manage_units")


def unit_merge(user: Any, *, keep: Unit, away: Unit) -> Unit:
    """Merge a duplicate into ``keep``: everything pointing to ``away`` moves over, its names become aliases.

    Raises E2001 when the two belong to different regions or are the same row.
    """
    require(user, "manage_units", keep)
    require(user, "manage_units", away)
    if keep.pk == away.pk or keep.region_id != away.region_id:
        raise invalid(("away", "只能合并同一地区的两个不同单位"))
    with transaction.atomic():
        for relation in Unit._meta.related_objects:
            if relation.many_to_many:
                _merge_many(relation, keep, away)
            else:
                relation.related_model._base_manager.filter(**{relation.field.name: away}).update(
                    **{relation.field.name: keep}
                )
        names = [*keep.aliases, away.name, away.short_name, *away.aliases]
        keep.aliases = [name for name in dict.fromkeys(names) if name and name != keep.name]
        audit.record(user, "合并", keep, changes={"合并单位": [away.name, keep.name]})
        away.delete()
        keep.save()
    return keep


def _merge_many(relation: Any, keep: Unit, away: Unit) -> None:
    through = relation.through
    own, other = relation.field.m2m_reverse_field_name(), relation.field.m2m_field_name()
    existing = set(through._base_manager.filter(**{own: keep}).values_list(f"{other}_id", flat=True))
    rows = through._base_manager.filter(**{own: away})
    rows.filter(**{f"{other}_id__in": existing}).delete()
    rows.update(**{own: keep})


# -- persons ---------------------------------------------------------------------------------------


def person_create(user: Any, **values: Any) -> Person:
    """Create a person."""
    return _create(user, Person(**values), "manage_units")


def person_update(user: Any, person: Person, **values: Any) -> Person:
    """Change a person."""
    return _update(user, person, "manage_units", values)


def person_delete(user: Any, person: Person) -> None:
    """Delete a person who holds no post; raises E1005 otherwise."""
    _delete(user, person, "manage_units")


# -- chains as bodies ------------------------------------------------------------------------------


def chain_create(user: Any, **values: Any) -> Chain:
    """Create a chain; it gets the first colour its region does not use yet."""
    chain = Chain(**values)
    if "colour" not in values and chain.region_id:
        used = set(Chain._base_manager.filter(region=chain.region).values_list("colour", flat=True))
        chain.colour = next(number for number in range(len(used) + 1) if number not in used)
    return _create(user, chain, "edit")


def chain_update(user: Any, chain: Chain, **values: Any) -> Chain:
    """Change a chain; a former name is kept among its aliases."""
    new_name = values.get("name")
    if new_name and new_name != chain.name and chain.name not in chain.aliases:
        values["aliases"] = [*values.get("aliases", chain.aliases), chain.name]
    return _update(user, chain, "edit", values)


def chain_delete(user: Any, chain: Chain) -> None:
    """Delete a chain nothing hangs on; raises E1005 otherwise."""
    _delete(user, chain, "delete")


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
        return _create(user, appointment, action)


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
    """Change an appointment."""
    return _update(user, appointment, _appointment_action(appointment.chain), values)


def appointment_end(user: Any, appointment: Appointment, *, on: dt.date) -> Appointment:
    """End an appointment with ``on`` as its last day; the row stays as history."""
    return _update(user, appointment, _appointment_action(appointment.chain), {"valid_to": on})


def appointment_delete(user: Any, appointment: Appointment) -> None:
    """Delete an appointment entered by mistake."""
    _delete(user, appointment, _appointment_action(appointment.chain))
