"""Accepted mechanisms become checklists of the region's chains."""

from __future__ import annotations

from typing import Any

from django.db import models

from lianshu.organisation.models import Chain
from lianshu.plans.adoption.context import AdoptionContext
from lianshu.plans.adoption.registry import ORDER, Adopter, Proposal, register_adopter
from lianshu.plans.models import Item

from .models import ChainItem, Mechanism, MechanismItem


def chain_items_ensure(mechanism: Mechanism) -> int:
    """Give every chain of the region a row for every item; returns how many were missing."""
    if not mechanism.per_chain:
        return 0
    chains = Chain._base_manager.filter(Chain.in_force(), region=mechanism.region)
    known = set(ChainItem._base_manager.filter(item__mechanism=mechanism).values_list("chain_id", "item_id"))
    rows = [
        ChainItem(chain=chain, item=item, simulated=mechanism.simulated)
        for chain in chains
        for item in mechanism.items.all()
        if (chain.pk, item.pk) not in known
    ]
    ChainItem.objects.bulk_create(rows)
    return len(rows)


def is_checklist(name: str, items: list[str]) -> bool:
    """Whether a formula lists things each chain must have (六个一) rather than work to be done in batches."""
    ones = sum(item.startswith(("一", "1")) for item in items)
    return "个一" in name and bool(items) and "批" not in name or (bool(items) and ones >= len(items) * 0.8)


@register_adopter
class MechanismAdopter(Adopter):
    """Numbered formulas with their items."""

    kind = "mechanisms"
    title = "工作机制"
    order = ORDER["mechanisms"]
    model = Mechanism
    owned = ("items",)

    def propose(self, context: AdoptionContext, item: Item) -> list[Proposal]:
        read = context.values(item)
        name = str(read.get("name") or "").strip()[:60]
        if not name:
            return [Proposal(item, "skip", label=item.label, question="没有名称")]
        items = list(
            dict.fromkeys(str(one).strip()[:80] for one in read.get("items") or [] if str(one).strip())
        )
        values: dict[str, Any] = {"name": name, "items": items}
        existing = (
            context.earlier(item, Mechanism)
            or Mechanism._base_manager.filter(region=context.region, name=name).first()
        )
        if existing is None:
            return [Proposal(item, "create", name, values)]
        known = set(existing.items.values_list("name", flat=True))
        added = [one for one in items if one not in known]
        changes = {"事项": (f"{len(known)} 项", f"增加{'、'.join(added)}")} if added else {}
        action = "change" if changes else "match"
        return [Proposal(item, action, name, values, match_id=existing.pk, changes=changes)]

    def apply(self, context: AdoptionContext, proposal: Proposal) -> models.Model:
        name, items = proposal.values["name"], proposal.values["items"]
        if proposal.match_id:
            mechanism = Mechanism._base_manager.get(pk=proposal.match_id)
        else:
            mechanism = Mechanism(
                region=context.region,
                plan=context.plan,
                name=name,
                per_chain=is_checklist(name, items),
                simulated=context.simulated,
            )
        mechanism.item = proposal.item
        mechanism.full_clean()
        mechanism.save()
        known = set(mechanism.items.values_list("name", flat=True))
        MechanismItem.objects.bulk_create(
            MechanismItem(mechanism=mechanism, name=one, position=position)
            for position, one in enumerate(items, start=len(known))
            if one not in known
        )
        chain_items_ensure(mechanism)
        return mechanism

    def in_use(self, obj: models.Model) -> str:
        count = (
            ChainItem._base_manager.filter(item__mechanism=obj).exclude(state=ChainItem.State.MISSING).count()
        )
        return f"已登记 {count} 项落实情况" if count else ""
