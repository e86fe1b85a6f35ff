"""Accepted mechanisms become checklists of the region's chains."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import models

from lianshu.plans.adoption.context import AdoptionContext
from lianshu.plans.adoption.registry import ORDER, Adopter, Proposal, register_adopter
from lianshu.plans.models import Item

from .checklist import chain_items_ensure, is_checklist
from .models import ChainItem, Mechanism, MechanismItem


@register_adopter
class MechanismAdopter(Adopter):
    """Numbered formulas with their items."""

    kind = "mechanisms"
    title = "工作机制"
    order = ORDER["mechanisms"]
    model = Mechanism
    page = "mechanism"
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

    def in_use(self, rows: Sequence[models.Model]) -> dict[Any, str]:
        told = ChainItem._base_manager.filter(item__mechanism__in=rows).exclude(state=ChainItem.State.MISSING)
        counts = told.order_by().values_list("item__mechanism").annotate(n=models.Count("pk"))
        return {pk: f"已登记 {count} 项落实情况" for pk, count in counts}
