"""Checklists: every chain of a region has a row for every item of the region's mechanisms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lianshu.organisation.models import Chain

from .models import ChainItem, Mechanism


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
    """Whether a formula lists things each chain must have (六个一) rather than work done in batches."""
    if not items or "批" in name:
        return False
    return "个一" in name or sum(item.startswith(("一", "1")) for item in items) >= len(items) * 0.8


@dataclass(frozen=True, slots=True)
class Checklist:
    """One mechanism as one chain has it."""

    mechanism: Mechanism
    items: list[ChainItem]

    @property
    def present(self) -> int:
        return sum(item.state == ChainItem.State.PRESENT for item in self.items)

    @property
    def missing(self) -> list[ChainItem]:
        return [item for item in self.items if item.state != ChainItem.State.PRESENT]


def checklists_of(chain: Chain) -> list[Checklist]:
    """The chain's checklists with their items in order, in one query."""
    rows = (
        ChainItem._base_manager.filter(chain=chain, item__mechanism__per_chain=True)
        .select_related("item__mechanism", "person", "unit")
        .order_by("item__mechanism_id", "item__position", "item_id")
    )
    found: dict[int, Checklist] = {}
    for row in rows:
        mechanism = row.item.mechanism
        found.setdefault(mechanism.pk, Checklist(mechanism, [])).items.append(row)
    return list(found.values())


def matrix(user: Any, mechanism: Mechanism) -> list[tuple[Chain, list[ChainItem | None], int]]:
    """Chains the person sees × items of one mechanism: (chain, cells in the items' order, how many are there)."""
    items = list(mechanism.items.all())
    chains = list(
        Chain.objects.visible_to(user)
        .filter(Chain.in_force(), region=mechanism.region)
        .select_related("region")
    )
    rows = ChainItem._base_manager.filter(chain__in=chains, item__in=items).select_related("person", "unit")
    cells = {(row.chain_id, row.item_id): row for row in rows}
    table = []
    for chain in chains:
        line = [cells.get((chain.pk, item.pk)) for item in items]
        table.append(
            (chain, line, sum(cell is not None and cell.state == ChainItem.State.PRESENT for cell in line))
        )
    return table
