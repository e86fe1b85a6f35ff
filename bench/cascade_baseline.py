"""The batched SciPy transcription of the cascade: the baseline the compiled kernel is measured against.

Slots (buyer, essential supplying sector) with a sparse matrix E, non-essential purchases N, upstream U;
one step for B scenarios is three sparse products and a segmented maximum; converged columns are dropped.
Written from the formulas; O(links · B) per step, O((firms + slots) · B) memory, no firms × sectors array.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from lianshu.network.network import ESSENTIAL, NON_ESSENTIAL, Network


@dataclass(frozen=True)
class Layout:
    """Sparse matrices of one network, ready for `cascade`."""

    essential: sparse.csr_array
    slot_starts: np.ndarray
    slot_owners: np.ndarray
    other: sparse.csr_array
    upstream: sparse.csr_array
    market_sum: sparse.csr_array
    sales: np.ndarray
    market: np.ndarray
    weights: np.ndarray


def prepare(network: Network) -> Layout:
    """Build the matrices; revenue and costs corrections are left out (the benchmarks use none)."""
    n, m = network.firm_count, network.sector_count
    supplier, buyer, amount = network.supplier, network.buyer, network.amount
    product = network.sector[supplier]
    importance = network.classes[product, network.sector[buyer]]
    slot_key = buyer.astype(np.int64) * m + product
    _, slot_of_link = np.unique(slot_key, return_inverse=True)
    bought = np.bincount(slot_of_link, weights=amount)[slot_of_link]
    must = importance == ESSENTIAL
    slots, slot = np.unique(slot_key[must], return_inverse=True)
    owners, starts = np.unique(slots // m, return_index=True)
    essential = sparse.csr_array(
        (amount[must] / bought[must], (slot, supplier[must])), shape=(max(1, slots.size), n)
    )
    some = importance == NON_ESSENTIAL
    other = sparse.csr_array(
        (amount[some] / network.purchases[buyer[some]], (buyer[some], supplier[some])), shape=(n, n)
    )
    upstream = sparse.csr_array((amount / network.sales[supplier], (supplier, buyer)), shape=(n, n))
    market = network.markets
    market_sum = sparse.csr_array((network.sales, (market, np.arange(n))), shape=(m, n))
    return Layout(
        essential, starts, owners, other, upstream, market_sum, network.sales, market, network.loss_weights
    )


def cascade(layout: Layout, remaining: np.ndarray, epsilon: float, shares: bool = True) -> np.ndarray:
    """Return per scenario esri, esri_down, esri_up, steps for `remaining` capacities (n, B)."""
    n, width = remaining.shape
    results = np.empty((width, 4))
    columns = np.arange(width)
    floor = remaining.copy()
    down, up = floor.copy(), floor.copy()
    share = layout.weights / layout.weights.sum()
    steps = 0
    while columns.size:
        steps += 1
        lost = 1.0 - down
        if shares:
            available = layout.market_sum @ down
            with np.errstate(divide="ignore", invalid="ignore"):
                ratio = layout.sales[:, None] / available[layout.market]
            lost *= np.fmin(1.0, ratio)
        bound = np.minimum(floor, 1.0 - layout.other @ lost)
        if layout.slot_owners.size:
            missing = layout.essential @ lost
            worst = np.maximum.reduceat(missing, layout.slot_starts, axis=0)
            bound[layout.slot_owners] = np.minimum(bound[layout.slot_owners], 1.0 - worst)
        new_down = np.maximum(0.0, bound)
        new_up = np.maximum(0.0, np.minimum(floor, 1.0 - layout.upstream @ (1.0 - up)))
        change = np.maximum((down - new_down).max(axis=0), (up - new_up).max(axis=0))
        down, up = new_down, new_up
        done = change <= epsilon
        if done.any():
            both = np.minimum(down[:, done], up[:, done])
            at = columns[done]
            results[at, 0] = share @ (1.0 - both)
            results[at, 1] = share @ (1.0 - down[:, done])
            results[at, 2] = share @ (1.0 - up[:, done])
            results[at, 3] = steps
            keep = ~done
            columns, floor, down, up = columns[keep], floor[:, keep], down[:, keep], up[:, keep]
    return results


def single_closures(
    layout: Layout, firms: np.ndarray, epsilon: float, shares: bool, batch: int
) -> np.ndarray:
    """Close each of `firms` alone, `batch` scenarios at a time; rows as `cascade` gives them."""
    n = layout.sales.size
    rows = []
    for start in range(0, len(firms), batch):
        part = firms[start : start + batch]
        remaining = np.ones((n, part.size))
        remaining[part, np.arange(part.size)] = 0.0
        rows.append(cascade(layout, remaining, epsilon, shares))
    return np.concatenate(rows)
