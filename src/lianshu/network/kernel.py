"""The compiled cascade kernel: advance the losses of scenarios until they settle.

State is the *loss* of each firm, 1 − h: it only grows, and small losses keep their digits. A scenario runs
in two phases. While few firms have lost anything, it is advanced alone along a frontier, link by link
(`advance_sparse`). When the frontier has grown wide, it takes a lane among LANES scenarios advanced
together with every link read once for all of them (`advance_dense`); a lane that settles is held still and
refilled from the queue. The two directions never interact, so each is advanced by itself; only the step at
which a scenario stops is common (`lianshu.network.cascade`).

What is left out: a growth of at most `tiny` since a firm's loss was last passed on, and everything after a
step in which no loss grew by more than `tiny`. The sums of a group differ from the exact ones by at most
`tiny` times the sum of its weights (≤ 1), see docs/benchmarks.md for the measured effect.

Whether a scenario changes phase, and the bits of every number, depend on that scenario alone: not on the
lanes beside it, the batch or the number of threads.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from lianshu.network.kernel_layout import Direction, Layout, LongArray, aligned_rows
from lianshu.network.kernel_vector import LANES, ROWS_AHEAD, add_row, advance_row, share_row
from lianshu.network.network import FloatArray

SETTLED, WIDE, STOPPED = 0, 1, 2  # outcomes; STOPPED and WIDE scenarios can be taken up again
REFILL_AT = 2  # lanes waiting before a pass over all rows is worth its cost


def compiled(function: Callable[..., Any]) -> Any:
    """Compile without the interpreter lock; keep the machine code on disk where some folder allows it."""
    options: dict[str, Any] = {"nogil": True, "error_model": "numpy"}
    try:
        return njit(cache=True, **options)(function)
    except RuntimeError:  # installed read-only for a user without a home: compile anew in each process
        return njit(**options)(function)


class Scratch(NamedTuple):
    """Working arrays of one thread; the first six are all zero between calls of `advance_sparse`."""

    passed: FloatArray
    group_sum: FloatArray
    worst: FloatArray
    mark: LongArray
    market_lost: FloatArray
    value: FloatArray
    touched: NDArray[np.uint32]
    moved: NDArray[np.uint32]
    reached: NDArray[np.uint32]
    lanes: FloatArray
    lanes_next: FloatArray
    shared: FloatArray
    lane_market: FloatArray
    mask: FloatArray
    change: FloatArray


def scratch(layout: Layout) -> Scratch:
    """Allocate the working arrays for one thread; O(firms · LANES + links)."""
    n = layout.order.size
    groups = max(layout.upstream.group_ptr.size, layout.downstream.group_ptr.size)
    markets = layout.downstream.base.size
    return Scratch(
        passed=np.zeros(n),
        group_sum=np.zeros(groups),
        worst=np.zeros(n),
        mark=np.zeros(n, dtype=np.int64),
        market_lost=np.zeros(markets),
        value=np.zeros(n),
        touched=np.zeros(n, dtype=np.uint32),
        moved=np.zeros(n, dtype=np.uint32),
        reached=np.zeros(n, dtype=np.uint32),
        lanes=aligned_rows(n),
        lanes_next=aligned_rows(n),
        shared=aligned_rows(n),
        lane_market=aligned_rows(markets),
        mask=aligned_rows(1),
        change=aligned_rows(1),
    )


@compiled
def advance_sparse(
    way: Direction,
    losses: FloatArray,
    queue: LongArray,
    steps: LongArray,
    at_least: LongArray,
    outcomes: NDArray[np.uint8],
    epsilon: float,
    tiny: float,
    budget: int,
    work: Scratch,
    stop: NDArray[np.uint8],
) -> None:
    """Advance the scenarios in `queue` (rows of the other arrays) one by one along their frontiers, in place.

    A scenario stops when the largest growth of a step ≥ `at_least` is at most `epsilon` (outcome SETTLED),
    or before a step that would cost more than `budget` operations (WIDE), or untouched when `stop[0]` is
    set (STOPPED).
    """
    for row in queue:
        if stop[0]:
            outcomes[row] = STOPPED
        else:
            outcomes[row], steps[row] = _advance_frontier(
                way, losses[row], steps[row], at_least[row], epsilon, tiny, budget, work
            )


@compiled
def _advance_frontier(
    way: Direction,
    loss: FloatArray,
    step: int,
    at_least: int,
    epsilon: float,
    tiny: float,
    budget: int,
    work: Scratch,
) -> tuple[int, int]:
    shares = way.market.size > 0
    passed, group_sum, worst, mark = work.passed, work.group_sum, work.worst, work.mark
    touched, moved, reached = work.touched, work.moved, work.reached
    # `mark` holds 1 for a touched firm and 1 + step once it is among those reached in that step.
    count = 0
    for firm in range(loss.size):
        if loss[firm] > 0.0:
            touched[count] = firm
            moved[count] = firm
            count += 1
            mark[firm] = 1
            if shares:
                work.market_lost[way.market[firm]] += way.size[firm] * loss[firm]
    frontier = count
    outcome = SETTLED
    while True:
        if shares:
            frontier = count
        cost = np.int64(frontier)
        senders = 0
        for position in range(frontier):
            firm = touched[position] if shares else moved[position]
            value = loss[firm]
            if shares:
                size, market = way.size[firm], way.market[firm]
                available = way.base[market] - work.market_lost[market]
                if available > size:
                    value *= size / available
            if value - passed[firm] > tiny:
                moved[senders] = firm
                work.value[senders] = value
                senders += 1
                cost += np.int64(way.out_ptr[firm + np.uint64(1)] - way.out_ptr[firm])
        if senders == 0:
            step = max(step + 1, at_least)
            break
        if cost > budget:
            outcome = WIDE
            break
        step += 1
        arrived = 0
        for position in range(senders):
            firm = moved[position]
            value = work.value[position]
            delta = value - passed[firm]
            passed[firm] = value
            for link in range(way.out_ptr[firm], way.out_ptr[firm + np.uint64(1)]):
                group, row = way.out_group[link], way.out_row[link]
                total = group_sum[group] + way.out_weight[link] * delta
                group_sum[group] = total
                if mark[row] != step + 1:
                    if mark[row] == 0:
                        touched[count] = row
                        count += 1
                    mark[row] = step + 1
                    reached[arrived] = row
                    arrived += 1
                if total > worst[row]:
                    worst[row] = total
        largest = 0.0
        frontier = 0
        for position in range(arrived):
            row = reached[position]
            value = min(1.0, worst[row])
            growth = value - loss[row]
            if growth > 0.0:
                loss[row] = value
                largest = max(largest, growth)
                if shares:
                    work.market_lost[way.market[row]] += way.size[row] * growth
                elif value - passed[row] > tiny:
                    moved[frontier] = row
                    frontier += 1
        if step >= at_least and largest <= epsilon:
            break
    for position in range(count):
        firm = touched[position]
        passed[firm] = 0.0
        worst[firm] = 0.0
        mark[firm] = 0
        place = way.place[firm]
        for group in range(way.row_ptr[place], way.row_ptr[place + 1]):
            group_sum[group] = 0.0
        if shares:
            work.market_lost[way.market[firm]] = 0.0
    return outcome, step


@compiled
def advance_dense(
    way: Direction,
    losses: FloatArray,
    queue: LongArray,
    steps: LongArray,
    at_least: LongArray,
    outcomes: NDArray[np.uint8],
    epsilon: float,
    tiny: float,
    fewest: int,
    work: Scratch,
    stop: NDArray[np.uint8],
) -> None:
    """Advance the scenarios in `queue` (rows of the other arrays) LANES at a time, in place.

    Each stops as in `advance_sparse` (outcome SETTLED). When none waits and fewer than `fewest` are running,
    or when `stop[0]` is set, the running ones are written back as they stand (WIDE), to be taken up again.
    """
    n = losses.shape[1]
    old, new, shared = work.lanes, work.lanes_next, work.shared
    mask, change = work.mask, work.change
    holder = np.full(LANES, -1, dtype=np.int64)
    leaving = np.full(LANES, -1, dtype=np.int64)
    entering = np.full(LANES, -1, dtype=np.int64)
    following, running, idle = 0, 0, LANES
    for lane in range(LANES):
        mask[0, lane] = 0.0
    while True:
        ending = following == queue.size and running < fewest or stop[0] != 0
        if ending or (idle >= REFILL_AT and following < queue.size) or running == 0:
            for lane in range(LANES):
                leaving[lane] = entering[lane] = -1
                if mask[0, lane] == 0.0 or ending:
                    leaving[lane] = holder[lane]
                    holder[lane] = -1
                    if following < queue.size and not ending:
                        entering[lane] = queue[following]
                        holder[lane] = queue[following]
                        outcomes[queue[following]] = WIDE
                        following += 1
                        mask[0, lane] = 1.0
                        running += 1
                        idle -= 1
            _exchange(old, losses, leaving, entering, n)
        if running == 0 or ending:
            return
        for lane in range(LANES):
            change[0, lane] = 0.0
        if way.market.size > 0:
            _market_losses(way, old, work.lane_market)
            for firm in range(n):
                if way.size[firm] > 0.0:
                    share_row(old, firm, way.size[firm], work.lane_market, np.intp(way.market[firm]), shared)
            _advance_rows(way, shared, old, new, mask, change)
        else:
            _advance_rows(way, old, old, new, mask, change)
        old, new = new, old
        for lane in range(LANES):
            if mask[0, lane] != 0.0:
                scenario = holder[lane]
                steps[scenario] += 1
                growth = change[0, lane]
                if growth <= tiny and steps[scenario] < at_least[scenario]:
                    steps[scenario] = at_least[scenario]
                if steps[scenario] >= at_least[scenario] and growth <= epsilon:
                    outcomes[scenario] = SETTLED
                    mask[0, lane] = 0.0
                    running -= 1
                    idle += 1


@compiled
def _advance_rows(
    way: Direction,
    table: FloatArray,
    old: FloatArray,
    new: FloatArray,
    mask: FloatArray,
    change: FloatArray,
) -> None:
    last = way.rows.size - 1
    for place in range(way.rows.size):
        advance_row(
            table,
            way.source,
            way.weight,
            way.group_ptr,
            way.row_ptr[place],
            way.single_ptr[place],
            way.row_ptr[place + 1],
            old,
            new,
            way.rows[place],
            way.rows[min(place + ROWS_AHEAD, last)],
            mask,
            change,
        )


@compiled
def _market_losses(way: Direction, losses: FloatArray, inverse: FloatArray) -> None:
    """Fill `inverse` (markets, LANES) with 1 / output still available; ∞ (no replacement) where none is."""
    for place in range(inverse.shape[0]):
        for lane in range(LANES):
            inverse[place, lane] = 0.0
    for firm in range(losses.shape[0]):
        if way.size[firm] > 0.0:
            add_row(losses, firm, way.size[firm], inverse, np.intp(way.market[firm]))
    for place in range(inverse.shape[0]):
        for lane in range(LANES):
            available = way.base[place] - inverse[place, lane]
            inverse[place, lane] = 1.0 / available if available > 0.0 else np.inf


@compiled
def _exchange(old: FloatArray, losses: FloatArray, leaving: LongArray, entering: LongArray, n: int) -> None:
    """Write settled lanes back and load waiting scenarios, in one pass over the rows."""
    lanes = np.empty(LANES, dtype=np.int64)
    count = 0
    for lane in range(LANES):
        if leaving[lane] >= 0 or entering[lane] >= 0:
            lanes[count] = lane
            count += 1
    for firm in range(n):
        for position in range(count):
            lane = lanes[position]
            out, into = leaving[lane], entering[lane]
            if out >= 0:
                losses[out, firm] = old[firm, lane]
            old[firm, lane] = losses[into, firm] if into >= 0 else 0.0


@compiled
def summarise(
    losses_down: FloatArray, losses_up: FloatArray, rows: LongArray, share: FloatArray, out: FloatArray
) -> None:
    """Weighted sums of max(down, up), down and up losses of the scenarios `rows` into rows of `out`."""
    for scenario in rows:
        both = down = up = 0.0
        for firm in range(share.size):
            lost_down, lost_up = losses_down[scenario, firm], losses_up[scenario, firm]
            if lost_down > 0.0 or lost_up > 0.0:
                weight = share[firm]
                both += weight * max(lost_down, lost_up)
                down += weight * lost_down
                up += weight * lost_up
        out[scenario, 0] = both
        out[scenario, 1] = down
        out[scenario, 2] = up
