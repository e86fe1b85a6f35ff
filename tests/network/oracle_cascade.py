"""The cascade written plainly with dense matrices: slow, short, and the measure of the compiled kernel."""

from __future__ import annotations

import numpy as np

from lianshu.network.network import ESSENTIAL, NON_ESSENTIAL, Network


def dense_cascade(
    network: Network,
    remaining: np.ndarray,
    epsilon: float,
    market: bool,
    remaining_up: np.ndarray | None = None,
) -> tuple[np.ndarray, np.ndarray, int]:
    """Remaining activity h^d and h^u (n,) of one scenario and the steps taken, by the formulas as printed."""
    n, m = network.firm_count, network.sector_count
    flow = np.zeros((n, n))
    flow[network.supplier, network.buyer] = network.amount
    sector, sales, bought = network.sector, flow.sum(axis=1), flow.sum(axis=0)
    product = np.zeros((m, n))
    np.add.at(product, sector, flow)
    importance = network.classes[sector][:, sector]
    with np.errstate(divide="ignore", invalid="ignore"):
        down_share = np.where(importance == ESSENTIAL, flow / product[sector], 0.0)
        down_share += np.where(importance == NON_ESSENTIAL, flow / bought[None, :], 0.0)
        turnover = sales if network.revenue is None else np.where(network.revenue > 0, network.revenue, sales)
        up_share = np.where(flow > 0, flow / turnover[:, None], 0.0)
        down_share = np.nan_to_num(down_share)
        if network.costs is not None:
            known = (network.costs > 0) & (bought > 0)
            down_share *= np.where(known, bought / network.costs, 1.0)[None, :]
    must = network.classes[:, sector] == ESSENTIAL
    some = network.classes[:, sector] == NON_ESSENTIAL
    markets = network.markets
    floor_up = remaining if remaining_up is None else remaining_up
    down, up = remaining.copy(), floor_up.copy()
    steps = 0
    while True:
        steps += 1
        sigma = np.ones(n)
        if market:
            available = np.bincount(markets, weights=sales * down, minlength=m)[markets]
            sigma = np.where(available > sales, sales / np.where(available > 0, available, 1.0), 1.0)
        short = np.zeros((m, n))
        np.add.at(short, sector, (sigma * (1.0 - down))[:, None] * down_share)
        essential = np.where(must, 1.0 - short, 1.0).min(axis=0)
        linear = 1.0 - np.where(some, short, 0.0).sum(axis=0)
        new_down = np.maximum(0.0, np.minimum(remaining, np.minimum(essential, linear)))
        new_up = np.maximum(0.0, np.minimum(floor_up, 1.0 - up_share @ (1.0 - up)))
        change = max((down - new_down).max(), (up - new_up).max())
        down, up = new_down, new_up
        if change <= epsilon:
            return down, up, steps
