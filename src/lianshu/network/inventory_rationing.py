"""Who gets how much when a firm cannot deliver all that is ordered."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lianshu.network.kernel_compile import compiled
from lianshu.network.network import FloatArray, IntArray

TIE = 1e-9  # relative: orders this close to the level reached count as served in full
ENOUGH = 1e-12  # relative: a round short by less than this is still held


def ration_to_level(
    supplier: IntArray,
    normal_flow: FloatArray,
    orders: FloatArray,
    demand: FloatArray,
    output: FloatArray,
    asked: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """Deliveries per link and to final demand when every supplier raises all to a common level.

    The level λ of a supplier solves Σ base · min(λ, order / base) = output over its customers and final
    demand, base being normal deliveries. Solving for λ at once, instead of filling round by round, leaves
    no ties to decide.
    """
    n = output.size
    arriving, final = orders.copy(), demand.copy()
    scarce = output < asked
    links = np.flatnonzero(scarce[supplier] & (orders > 0))
    ends = np.flatnonzero(scarce & (demand > 0))
    owner = np.concatenate((supplier[links].astype(np.int64), ends))
    base = np.concatenate((normal_flow[links], demand[ends]))
    order = np.concatenate((orders[links], demand[ends]))
    if owner.size == 0:
        return arriving, final
    ratio = order / base
    rank = np.lexsort((np.arange(owner.size), ratio, owner))
    owner_r, base_r, order_r, ratio_r = owner[rank], base[rank], order[rank], ratio[rank]
    starts = np.flatnonzero(np.diff(owner_r, prepend=-1))
    group = np.cumsum(np.diff(owner_r, prepend=-1) != 0) - 1
    before = _running(order_r, starts, group)
    left = np.add.reduceat(base_r, starts)[group] - _running(base_r, starts, group)
    enough = before + ratio_r * left >= output[owner_r] * (1.0 - TIE)
    served = np.bincount(group, weights=~enough, minlength=starts.size).astype(np.int64)
    last = np.diff(np.append(starts, owner_r.size)) - 1
    at = starts + np.minimum(served, last)
    level = np.zeros(n)
    level[owner_r[at]] = (output[owner_r[at]] - before[at]) / left[at]
    given = base * np.minimum(np.maximum(0.0, level[owner]), ratio)
    arriving[links], final[ends] = given[: links.size], given[links.size :]
    return arriving, final


def _running(values: FloatArray, starts: NDArray[np.int64], group: NDArray[np.int64]) -> FloatArray:
    """Sum of the values before each one within its group."""
    sums = np.cumsum(values) - values
    return np.asarray(sums - sums[starts][group], dtype=np.float64)


@compiled
def ration_in_rounds(
    by_supplier: NDArray[np.int64],
    bounds: NDArray[np.int64],
    normal_flow: FloatArray,
    orders: FloatArray,
    demand: FloatArray,
    output: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """Deliveries per link and to final demand, filled in rounds as the published simulator does.

    Each round raises all who are still waiting to the smallest order left, as a share of normal deliveries
    (final demand: 1), while the output suffices; the rest goes by normal deliveries. Two slips of that
    program are kept because its figures show them: final demand is set aside in every round even after it
    is served, and customers who order nothing receive goods in the first round. Links of supplier i are
    `by_supplier[bounds[i]:bounds[i + 1]]`.
    """
    arriving, final = np.zeros_like(orders), np.zeros_like(demand)
    waiting = np.zeros(orders.size, dtype=np.bool_)
    for firm in range(demand.size):
        links = by_supplier[bounds[firm] : bounds[firm + 1]]
        for link in links:
            waiting[link] = True
        final_waits = True
        left, reached = output[firm], 0.0
        while True:
            lowest = np.inf
            base = demand[firm]
            for link in links:
                if waiting[link]:
                    base += normal_flow[link]
                    if orders[link] > 0.0:
                        lowest = min(lowest, orders[link] / normal_flow[link])
            if final_waits:
                lowest = min(lowest, 1.0)
            if lowest == np.inf:
                break
            step = lowest - reached
            if step * base > left * (1.0 + ENOUGH):
                base = demand[firm] if final_waits else 0.0
                for link in links:
                    if waiting[link] and orders[link] > 0.0:
                        base += normal_flow[link]
                for link in links:
                    if waiting[link] and orders[link] > 0.0:
                        arriving[link] += left * normal_flow[link] / base
                if final_waits:
                    final[firm] += left * demand[firm] / base
                break
            for link in links:
                if waiting[link]:
                    arriving[link] += step * normal_flow[link]
                    waiting[link] = orders[link] / normal_flow[link] > lowest * (1.0 + TIE)
            if final_waits:
                final[firm] += step * demand[firm]
                final_waits = lowest * (1.0 + TIE) < 1.0
            left -= step * base
            reached = lowest
    return arriving, final
