"""Seeded production networks of any size, for the cascade benchmarks.

Two families: `skewed` (firm sizes and degrees heavy-tailed, buyers follow a recipe of supplying sectors,
as invoice networks do) and `uniform` (every pair equally likely, the hardest case for locality).
"""

from __future__ import annotations

import numpy as np

from lianshu.network.network import Network


def generate(firms: int, links: int, sectors: int, seed: int = 20261122, family: str = "skewed") -> Network:
    """Return a network with `firms` firms, exactly `links` distinct links and `sectors` sectors.

    A third of the class matrix is negligible, a third non-essential, a third essential. Amounts are
    lognormal (σ = 1.5) and, in the skewed family, grow with the size of both firms.
    """
    if links > firms * (firms - 1) // 4:
        raise ValueError("so many links leave no room for distinct random pairs")
    rng = np.random.default_rng(seed)
    sector = rng.permutation(np.arange(firms) % sectors).astype(np.int32)
    classes = rng.integers(0, 3, (sectors, sectors)).astype(np.int8)
    size = rng.lognormal(0.0, 1.2, firms) if family == "skewed" else np.ones(firms)
    keys = np.empty(0, dtype=np.int64)
    recipe = np.argsort(rng.random((sectors, sectors)), axis=1)[:, : max(1, sectors // 4)]
    while keys.size < links:
        want = int((links - keys.size) * 1.3) + 16
        buyer = rng.choice(firms, want, p=size / size.sum())
        if family == "skewed":
            supplier = _suppliers_by_recipe(rng, sector, size, recipe[sector[buyer]])
        else:
            supplier = rng.integers(0, firms, want)
        found = supplier.astype(np.int64) * firms + buyer
        merged = np.concatenate((keys, found[supplier != buyer]))
        _, first = np.unique(merged, return_index=True)
        keys = merged[np.sort(first)][:links]
    supplier, buyer = keys // firms, keys % firms
    amount = rng.lognormal(0.0, 1.5, links) * np.sqrt(size[supplier] * size[buyer]) * 1e4
    network, _ = Network.build(
        firms=[f"F{number:06d}" for number in range(firms)],
        sectors=[f"S{number:03d}" for number in range(sectors)],
        supplier=supplier,
        buyer=buyer,
        amount=amount,
        sector=sector,
        classes=classes,
        simulated=True,
    )
    return network


def _suppliers_by_recipe(
    rng: np.random.Generator, sector: np.ndarray, size: np.ndarray, recipes: np.ndarray
) -> np.ndarray:
    """For each row of `recipes` draw a supplying sector, then a firm of it in proportion to its size."""
    chosen = recipes[np.arange(len(recipes)), rng.integers(0, recipes.shape[1], len(recipes))]
    order = np.argsort(sector, kind="stable")
    running = np.cumsum(size[order])
    starts = np.searchsorted(sector[order], np.arange(sector.max() + 2))
    before = np.concatenate(([0.0], running))
    low, high = before[starts[chosen]], before[starts[chosen + 1]]
    drawn = np.searchsorted(running, low + rng.random(len(chosen)) * (high - low), side="right")
    return order[np.clip(drawn, starts[chosen], starts[chosen + 1] - 1)]
