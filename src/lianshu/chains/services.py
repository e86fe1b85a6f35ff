"""Writes of this room: mechanisms and their items, consultations of experts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from lianshu.core import audit
from lianshu.core.errors import LianshuError, invalid
from lianshu.core.scope import SystemActor, recheck, require
from lianshu.organisation.models import Appointment, Chain, Person, Region, Unit
from lianshu.organisation.services import appointment_create, person_of_team

from .checklist import chain_items_ensure
from .models import ChainItem, Consultation, Mechanism, MechanismItem


@transaction.atomic
def mechanism_save(
    user: Any, *, region: Region, name: str, items: Sequence[str], mechanism: Mechanism | None = None
) -> Mechanism:
    """Create or change a checklist. Items keep what chains have recorded as long as their words stay.

    Raises E2001 without name or items, or when an item to be taken out has records of chains.
    """
    names = list(dict.fromkeys(words.strip()[:80] for words in items if words.strip()))
    if not name.strip() or not names:
        raise invalid(("items", "请填写机制名称和至少一个事项"))
    if mechanism is None:
        mechanism = Mechanism(region=region)
        before: dict[str, Any] = {}
    else:
        require(user, "edit", mechanism)
        before = {"名称": mechanism.name, "事项": "、".join(item.name for item in mechanism.items.all())}
    mechanism.name = name.strip()[:60]
    mechanism.per_chain = True
    clash = Mechanism._base_manager.filter(region=region, name=mechanism.name).exclude(pk=mechanism.pk)
    if clash.exists():
        raise invalid(("name", f"已有名为“{mechanism.name}”的机制"))
    mechanism.save()
    recheck(user, mechanism)
    for item in mechanism.items.exclude(name__in=names):
        recorded = item.chain_items.exclude(state=ChainItem.State.MISSING).count()
        if recorded:
            raise invalid(("items", f"“{item.name}”已有 {recorded} 条产业链登记了落实情况，不能去掉"))
        item.delete()
    for position, words in enumerate(names):
        MechanismItem.objects.update_or_create(
            mechanism=mechanism, name=words, defaults={"position": position}
        )
    chain_items_ensure(mechanism)
    after = {"名称": mechanism.name, "事项": "、".join(names)}
    audit.record(
        user, "修改机制" if before else "建立机制", mechanism, changes=audit.difference(before, after)
    )
    return mechanism


@transaction.atomic
def chain_item_update(
    user: Any,
    item: ChainItem,
    *,
    state: str,
    progress: int = 0,
    person: Person | None = None,
    unit: Unit | None = None,
    text: str = "",
) -> ChainItem:
    """Record whether a chain has an item. 有 needs proof: a person, a unit, words or an attached file."""
    from lianshu.core.attachments import attachments_of

    require(user, "edit", item)
    if state not in ChainItem.State.values:
        raise invalid(("state", "没有这种状态"))
    if not 0 <= progress <= 100:
        raise invalid(("progress", "进度在 0 到 100 之间"))
    proven = person or unit or text.strip() or attachments_of(item).exists()
    if state == ChainItem.State.PRESENT and not proven:
        raise invalid(("text", "登记为“有”要写明依据：人员、单位、文件名，或上传附件"))
    before = audit.snapshot(item)
    item.state, item.person, item.unit, item.text = state, person, unit, text.strip()[:300]
    item.progress = 100 if state == ChainItem.State.PRESENT else progress
    item.save()
    recheck(user, item)
    audit.record(user, "登记落实", item, changes=audit.difference(before, audit.snapshot(item)))
    return item


@transaction.atomic
def consultation_ask(
    user: Any, *, chain: Chain, expert: Person, question: str, on: dt.date | None = None
) -> Consultation:
    """Ask an expert of the chain's register."""
    require(user, "edit", chain)
    if not question.strip():
        raise invalid(("question", "请写明要请教的问题"))
    registered = Appointment._base_manager.filter(
        Appointment.in_force(),
        chain=chain,
        person=expert,
        role__in=(Appointment.Role.EXPERT, Appointment.Role.ENVOY),
    )
    if not registered.exists():
        raise invalid(("expert", f"{expert}不在{chain}的专家名册里，请先登记"))
    made = Consultation.objects.create(
        chain=chain,
        expert=expert,
        question=question.strip(),
        asked_on=on or timezone.localdate(),
        asked_by=None if isinstance(user, SystemActor) else user,
        simulated=chain.simulated,
    )
    audit.record(user, "咨询专家", made)
    return made


@transaction.atomic
def consultation_answer(
    user: Any, consultation: Consultation, *, opinion: str, on: dt.date | None = None
) -> Consultation:
    """File the expert's opinion; a filed opinion is not rewritten."""
    require(user, "edit", consultation)
    consultation = Consultation._base_manager.select_for_update().get(pk=consultation.pk)
    if consultation.answered_on:
        raise LianshuError("E3001", what=consultation, state="已归档", action="改写意见")
    if not opinion.strip():
        raise invalid(("opinion", "请填写专家意见"))
    consultation.opinion = opinion.strip()
    consultation.answered_on = on or timezone.localdate()
    consultation.save()
    audit.record(user, "专家意见归档", consultation)
    return consultation


@transaction.atomic
def team_add(
    user: Any,
    chain: Chain,
    *,
    role: str,
    person: Person | None = None,
    new_name: str = "",
    new_phone: str = "",
    new_field: str = "",
    holder_unit: Unit | None = None,
    post: str = "",
    subject_name: str = "",
    valid_from: dt.date | None = None,
) -> Appointment:
    """Put somebody on the chain's team. Who keeps the chain may also register a new person for it."""
    require(user, "edit", chain)
    if person is None and new_name.strip():
        person = person_of_team(
            user,
            chain,
            name=new_name.strip(),
            phone=new_phone.strip(),
            field=new_field.strip(),
            title=post.strip(),
        )
    return appointment_create(
        user,
        region=chain.region,
        chain=chain,
        role=role,
        person=person,
        holder_unit=holder_unit,
        post=post.strip(),
        subject_name=subject_name.strip(),
        valid_from=valid_from,
        simulated=chain.simulated,
    )
