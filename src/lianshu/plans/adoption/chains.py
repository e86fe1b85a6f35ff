"""Accepted chains become the region's chains."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import models

from lianshu.organisation.adopting import alias_add, chain_adopt, chain_rename
from lianshu.organisation.models import Chain
from lianshu.plans.models import Item

from .chain_names import match_chain
from .context import AdoptionContext
from .registry import ORDER, Adopter, Proposal, changed_since, register_adopter

#: Colours of chains are numbered 0..11; the style sheet names them.


@register_adopter
class ChainAdopter(Adopter):
    """Key industry chains as bodies (their map, firms and mechanisms belong to higher rooms)."""

    kind = "chains"
    title = "产业链"
    order = ORDER["chains"]
    model = Chain
    page = "chain"

    def propose(self, context: AdoptionContext, item: Item) -> list[Proposal]:
        name = str(context.values(item).get("name") or "").strip()
        if not name:
            return [Proposal(item, "skip", label=item.label, question="没有名称")]
        values = {"name": name}
        existing = context.earlier(item, Chain)
        doubtful: list[tuple[Chain, float]] = []
        if existing is None:
            existing, doubtful = match_chain(name, context.all_chains())
        if existing is not None:
            if existing.name != name and context.revised(item, Chain) and not _named_elsewhere(context, name):
                changes = {"名称": (existing.name, name)}
                return [Proposal(item, "change", name, values, match_id=existing.pk, changes=changes)]
            return [Proposal(item, "match", existing.name, values, match_id=existing.pk)]
        answer = context.answer(self.kind, item)
        if not answer or answer == "create":
            context.planned_chains.append(name)
        if doubtful:
            return [
                Proposal(
                    item,
                    "ask",
                    name,
                    values,
                    candidates=[(chain.pk, str(chain)) for chain, _ in doubtful],
                    question=f"方案里的“{name}”是已有的哪条产业链？",
                )
            ]
        return [Proposal(item, "create", name, values)]

    def matched(self, context: AdoptionContext, proposal: Proposal, obj: models.Model) -> None:
        name = proposal.values["name"]
        context.add_chain(obj, name)
        if name != obj.name and name not in obj.aliases and context.choices.get(proposal.key) == str(obj.pk):
            alias_add(obj, name)

    def in_use(self, rows: Sequence[models.Model]) -> dict[Any, str]:
        return changed_since(rows)

    def apply(self, context: AdoptionContext, proposal: Proposal) -> models.Model:
        name = proposal.values["name"]
        if proposal.match_id:
            known = Chain._base_manager.select_related("region").get(pk=proposal.match_id)
            chain = chain_rename(known, name)
        else:
            chain = chain_adopt(region=context.region, name=name, simulated=context.simulated)
        context.add_chain(chain, name)
        return chain


def _named_elsewhere(context: AdoptionContext, name: str) -> bool:
    """A chain of this name exists beside the one to be renamed: renaming would break the unique name."""
    return any(chain.name == name for chain in context.all_chains())
