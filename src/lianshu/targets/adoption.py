"""Accepted targets become rows of this room."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db import models

from lianshu.obligations.services import follow
from lianshu.plans.adoption.context import AdoptionContext
from lianshu.plans.adoption.registry import ORDER, Adopter, Proposal, register_adopter
from lianshu.plans.models import Item

from .models import Indicator, Observation, Target
from .services.targets import indicator_for
from .wording import target_words

_FIELDS = ("name", "low", "high", "unit", "op", "basis", "period", "scope")


def _number(value: Any) -> Decimal | None:
    return None if value is None or value == "" else Decimal(str(value))


def _slots(context: AdoptionContext, scope: str) -> list[tuple[str, str]]:
    """(slot, chain name) of the rows a target gives: one, or one per chain."""
    if scope.startswith("chain:"):
        return [("", scope.removeprefix("chain:"))]
    if scope == "each_chain":
        names = context.chain_names()
        if names:
            return [(name, name) for name in names]
    return [("", "")]


@register_adopter
class TargetAdopter(Adopter):
    """Quantified commitments: indicator, subject, comparator, value, period."""

    kind = "targets"
    title = "目标指标"
    order = ORDER["targets"]
    model = Target
    owned = ("years", "parts")

    def propose(self, context: AdoptionContext, item: Item) -> list[Proposal]:
        read = context.values(item)
        name = str(read.get("name") or "").strip()
        if not name or read.get("low") is None and read.get("high") is None:
            return [Proposal(item, "skip", label=item.label, question="没有名称或数值")]
        proposals = []
        for slot, chain_name in _slots(context, str(read.get("scope") or "region")):
            values = {key: read.get(key) for key in _FIELDS} | {"chain": chain_name}
            values["name"] = name
            existing = context.earlier(item, Target, slot) or self._same(context, values)
            label = f"{chain_name}：{name}" if slot else name
            if existing is None:
                proposals.append(Proposal(item, "create", label, values, slot=slot))
                continue
            follow = context.revised(item, Target, slot)
            changes = self._changes(existing, values) if follow else {}
            action = "change" if changes else "match"
            proposals.append(
                Proposal(item, action, label, values, match_id=existing.pk, changes=changes, slot=slot)
            )
        return proposals

    def _same(self, context: AdoptionContext, values: dict[str, Any]) -> Target | None:
        chain = context.chain(values["chain"])
        if values["chain"] and chain is None:
            return None
        return Target._base_manager.filter(
            plan=context.plan,
            chain=chain,
            name=values["name"],
            measure=values["unit"] or "",
            basis=values["basis"] or "level",
            period=values["period"] or "none",
            low=_number(values["low"]),
            high=_number(values["high"]),
        ).first()

    def _changes(self, target: Target, values: dict[str, Any]) -> dict[str, tuple[str, str]]:
        new = Target(
            low=_number(values["low"]),
            high=_number(values["high"]),
            measure=values["unit"] or "",
            op=values["op"] or ">=",
            basis=values["basis"] or "level",
            period=values["period"] or "none",
        )
        before, after = target_words(target), target_words(new)
        changes = {"要求": (before, after)} if before != after else {}
        if target.name != values["name"]:
            changes["目标"] = (target.name, values["name"])
        return changes

    def apply(self, context: AdoptionContext, proposal: Proposal) -> models.Model:
        values = proposal.values
        target = (
            Target._base_manager.get(pk=proposal.match_id)
            if proposal.match_id
            else Target(region=context.region, plan=context.plan, simulated=context.simulated)
        )
        target.item = proposal.item
        target.chain = context.chain(values["chain"])
        target.name = values["name"][:160]
        target.low, target.high = _number(values["low"]), _number(values["high"])
        target.measure = values["unit"] or ""
        target.op = values["op"] or Target.Op.AT_LEAST
        target.basis = values["basis"] or Target.Basis.LEVEL
        target.period = values["period"] or "none"
        target.coverage = values["scope"] or "region"
        target.background = values["scope"] == "upper"
        target.indicator = indicator_for(target)
        target.full_clean()
        target.save()
        follow(target)
        return target

    def in_use(self, rows: Sequence[models.Model]) -> dict[Any, str]:
        told = Observation._base_manager.filter(indicator__in={obj.indicator_id for obj in rows}).order_by()
        subjects = told.values_list("indicator", "region", "chain").annotate(n=models.Count("pk"))
        counts = {(indicator, region, chain): n for indicator, region, chain, n in subjects}
        found = {obj.pk: counts.get((obj.indicator_id, obj.region_id, obj.chain_id), 0) for obj in rows}
        return {pk: f"已填报 {count} 个数值" for pk, count in found.items() if count}

    def remove(self, rows: Sequence[models.Model]) -> None:
        super().remove(rows)
        # an indicator that neither a target nor a figure needs any more was made for these targets
        Indicator._base_manager.filter(
            pk__in={obj.indicator_id for obj in rows}, targets=None, observations=None
        ).delete()
