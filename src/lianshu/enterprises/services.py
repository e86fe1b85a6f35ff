"""Writes on firms: the file, places in chains, visits with promises, who is attached to the firm."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils import timezone

from lianshu.core import audit
from lianshu.core.errors import invalid
from lianshu.core.ledger import (
    plain_create,
    plain_create_many,
    plain_delete,
    plain_update,
    plain_update_many,
)
from lianshu.core.scope import SystemActor, may, require, require_in
from lianshu.organisation.models import Appointment, Chain, Person, Unit
from lianshu.organisation.services import appointment_create, appointment_end
from lianshu.reference.credit_code import CreditCodeError, parse_credit_code
from lianshu.tasks.byproducts import count_byproduct
from lianshu.tasks.services.tasks import task_arising

from .models import ChainRole, Enterprise, ServiceLog

SUBJECT = "enterprises.enterprise"

_create, _update = plain_create(Enterprise), plain_update(Enterprise)


def _checked_code(values: dict[str, Any]) -> dict[str, Any]:
    code = (values.get("credit_code") or "").strip().upper()
    if code:
        try:
            parse_credit_code(code)
        except CreditCodeError as error:
            raise invalid(("credit_code", str(error))) from error
    if "credit_code" in values:
        values["credit_code"] = code
    return values


def _as_changed(enterprise: Enterprise, values: dict[str, Any]) -> dict[str, Any]:
    name = values.get("name")
    if name and name != enterprise.name and enterprise.name not in enterprise.aliases:
        values["aliases"] = [*values.get("aliases", enterprise.aliases), enterprise.name]
    return _checked_code(values)


def enterprise_create(user: Any, **values: Any) -> Enterprise:
    """Open a firm's file. Raises E2001 for a wrong credit code or a firm that is there already."""
    return _create(user, **_checked_code(values))


def enterprise_update(user: Any, enterprise: Enterprise, **values: Any) -> Enterprise:
    """Change a firm's file; a former name is kept among its aliases."""
    return _update(user, enterprise, **_as_changed(enterprise, values))


enterprise_create_many = plain_create_many(Enterprise, one=enterprise_create, prepare=_checked_code)
enterprise_update_many = plain_update_many(Enterprise, one=enterprise_update, prepare=_as_changed)
enterprise_delete = plain_delete(Enterprise)


@transaction.atomic
def chain_role_set(
    user: Any, enterprise: Enterprise, *, chain: Chain, role: str, source: str = "", on: dt.date | None = None
) -> ChainRole:
    """Place a firm in a chain, or confirm or change its place."""
    require(user, "edit", chain)
    require(user, "view", enterprise)
    if role not in ChainRole.Role.values:
        raise invalid(("role", "没有这种链上角色"))
    before = ChainRole.objects.filter(enterprise=enterprise, chain=chain).first()
    old = before.get_role_display() if before else None
    place, _ = ChainRole.objects.update_or_create(
        enterprise=enterprise, chain=chain,
        defaults={"role": role, "source": source[:200] or str(user), "confirmed_at": on or timezone.localdate()},
    )  # fmt: skip
    audit.record(user, "上链", enterprise, changes={str(chain): [old, place.get_role_display()]})
    _lead_post(user, place)
    return place


def _lead_post(user: Any, place: ChainRole) -> None:
    """A lead firm is one of the chain's three parties: its place is also a post, ended when it leads no more."""
    posts = Appointment._base_manager.filter(
        Appointment.in_force(), chain=place.chain, role=Appointment.Role.LEAD_FIRM, subject_type=SUBJECT,
        subject_id=place.enterprise_id,
    )  # fmt: skip
    leads = place.role == ChainRole.Role.LEAD
    if leads and not posts.exists():
        appointment_create(
            user, region=place.chain.region, chain=place.chain, role=Appointment.Role.LEAD_FIRM,
            subject_type=SUBJECT, subject_id=place.enterprise_id, subject_name=place.enterprise.name,
            simulated=place.enterprise.simulated,
        )  # fmt: skip
    elif not leads:
        for post in posts:
            appointment_end(user, post, on=timezone.localdate() - dt.timedelta(days=1))


@transaction.atomic
def service_log(
    user: Any,
    *,
    enterprise: Enterprise,
    on: dt.date,
    who: str,
    text: str,
    kind: str = ServiceLog.Kind.VISIT,
    chain: Chain | None = None,
    unit: Unit | None = None,
    promise: str = "",
    promise_due: dt.date | None = None,
) -> ServiceLog:
    """Log a visit or service. A promise needs a date and becomes a task of the unit that made it."""
    require_in(user, "report", enterprise.region)
    require(user, "view", enterprise)
    problems = []
    if unit is not None and not _speaks_for(user, unit):
        problems.append(("unit", "只能替本单位登记；别的单位的走访由它自己或链条办、总链办登记"))
    if not who.strip():
        problems.append(("who", "请写明由谁走访或服务"))
    if not text.strip():
        problems.append(("text", "请写明了解到的情况"))
    if on > timezone.localdate():
        problems.append(("on", "日期不能晚于今天"))
    if promise.strip() and promise_due is None:
        problems.append(("promise_due", "答复或承诺要有时限，到期系统会提醒"))
    if problems:
        raise invalid(*problems)
    log = ServiceLog(
        enterprise=enterprise, chain=chain, kind=kind, on=on, who=who.strip(), unit=unit, text=text.strip(),
        promise=promise.strip(), promise_due=promise_due, by=None if isinstance(user, SystemActor) else user,
        simulated=enterprise.simulated,
    )  # fmt: skip
    log.full_clean(exclude=["by"])
    log.save()
    audit.record(user, "登记服务", enterprise, note=f"{on} {who} {text[:120]}")
    if log.promise:
        task_arising(
            user, region=enterprise.region, chain=chain, title=f"兑现对{enterprise}的承诺：{log.promise}",
            text=f"{on.year}年{on.month}月{on.day}日{log.who}走访时答复。", lead_unit=unit, leader=log.who[:80],
            due=promise_due, year=promise_due.year, simulated=log.simulated, note="来自走访承诺", on=on,
        )  # fmt: skip
    if kind in (ServiceLog.Kind.VISIT, ServiceLog.Kind.MEETING):
        count_byproduct(user, "visit", log, on=on, chain=chain, unit=unit, region=enterprise.region)
    return log


def _speaks_for(user: Any, unit: Unit) -> bool:
    """A promise becomes the unit's task: its own people make it, or an office that keeps the region's rows."""
    return may(user, "edit") or may(user, "hand_out") or getattr(user, "unit_id", None) == unit.pk


def attach(
    user: Any,
    enterprise: Enterprise,
    *,
    person: Person | None = None,
    unit: Unit | None = None,
    role: str = Appointment.Role.GUARANTOR,
    post: str = "",
    chain: Chain | None = None,
) -> Appointment:
    """Attach a leader, an envoy or a department to a firm (包保联系). Twice the same is refused."""
    twice = Appointment._base_manager.filter(
        Appointment.in_force(), subject_type=SUBJECT, subject_id=enterprise.pk, person=person, holder_unit=unit,
        role=role,
    )  # fmt: skip
    if (person or unit) and twice.exists():
        raise invalid(("person", f"{person or unit}已经联系{enterprise}"))
    require(user, "edit", enterprise)
    return appointment_create(
        user, region=enterprise.region, role=role, person=person, holder_unit=unit, post=post, chain=chain,
        subject_type=SUBJECT, subject_id=enterprise.pk, subject_name=enterprise.name, simulated=enterprise.simulated,
    )  # fmt: skip


def detach(user: Any, appointment: Appointment, *, on: dt.date | None = None) -> Appointment:
    """End an attachment."""
    return appointment_end(user, appointment, on=on or timezone.localdate())
