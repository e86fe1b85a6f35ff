"""Scenarios advanced one at a time along their frontiers, link by link: the phase in which few firms have lost.

A scenario's losses stand in a row of n; as long as few firms have lost anything those firms are listed
beside it, so that loading, advancing and summing up cost what the cascade touches and not the network.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lianshu.network.kernel_compile import compiled
from lianshu.network.kernel_layout import Direction, Layout, LongArray
from lianshu.network.kernel_team import claim
from lianshu.network.network import FloatArray

SETTLED, WIDE, STOPPED = 0, 1, 2  # outcomes; STOPPED and WIDE scenarios can be taken up again
UNLISTED = -1


class Slots(NamedTuple):
    """Scenarios of one direction.

    Attributes:
        losses: (slots, n) loss of each firm.
        listed: (slots, n) firms that have lost something, the first `touched` of each row.
        touched: (slots,) number of firms listed; UNLISTED where any firm may have lost something.
        steps: (slots,) steps done.
    """

    losses: FloatArray
    listed: NDArray[np.uint32]
    touched: LongArray
    steps: LongArray


class Rules(NamedTuple):
    """When a scenario stops.

    Attributes:
        epsilon: largest growth of a loss in a step that counts as settled.
        tiny: growth that need not be passed on yet.
        at_least: (slots,) fewest steps.
        outcomes: (slots,) SETTLED, WIDE or STOPPED, written by the kernel.
        stop: (1,) not 0 when all are to stop as they stand.
    """

    epsilon: float
    tiny: float
    at_least: LongArray
    outcomes: NDArray[np.uint8]
    stop: NDArray[np.uint8]


class Scratch(NamedTuple):
    """Working arrays of one thread; all but `value` and the lists are zero between scenarios."""

    passed: FloatArray
    group_sum: FloatArray
    worst: FloatArray
    mark: LongArray
    market_lost: FloatArray
    value: FloatArray
    moved: NDArray[np.uint32]
    reached: NDArray[np.uint32]


def scratch(layout: Layout) -> Scratch:
    """Allocate the working arrays for one thread; O(firms + links)."""
    n = layout.order.size
    return Scratch(
        passed=np.zeros(n),
        group_sum=np.zeros(max(layout.upstream.group_ptr.size, layout.downstream.group_ptr.size)),
        worst=np.zeros(n),
        mark=np.zeros(n, dtype=np.int64),
        market_lost=np.zeros(layout.downstream.base.size),
        value=np.zeros(n),
        moved=np.zeros(n, dtype=np.uint32),
        reached=np.zeros(n, dtype=np.uint32),
    )


@compiled
def load(
    member: int,
    members: int,
    signal: LongArray,
    own: Scratch,
    up: Slots,
    down: Slots,
    into: LongArray,
    start: LongArray,
    firms: LongArray,
    loss_up: FloatArray,
    loss_down: FloatArray,
) -> None:
    """Put scenario k, direct losses of `firms[start[k]:start[k + 1]]`, into slot `into[k]` of both directions.

    A firm that stands in a scenario more than once loses the largest of its losses.
    """
    while True:
        at = claim(signal, 0, 0)
        if at >= into.size:
            return
        slot = into[at]
        for way in range(2):
            slots, loss = (up, loss_up) if way == 0 else (down, loss_down)
            row, listed = slots.losses[slot], slots.listed[slot]
            if slots.touched[slot] == UNLISTED:
                row[:] = 0.0
            else:
                for position in range(slots.touched[slot]):
                    row[listed[position]] = 0.0
            count = 0
            for position in range(start[at], start[at + 1]):
                firm = firms[position]
                if loss[position] > row[firm]:
                    if row[firm] == 0.0:
                        listed[count] = firm
                        count += 1
                    row[firm] = loss[position]
            slots.touched[slot] = count
            slots.steps[slot] = 0


@compiled
def advance_frontiers(
    member: int,
    members: int,
    signal: LongArray,
    own: Scratch,
    way: Direction,
    slots: Slots,
    queue: LongArray,
    rules: Rules,
    budget: int,
) -> None:
    """Advance the scenarios in the slots `queue` one by one along their frontiers, in place.

    A scenario stops when the largest growth of a step ≥ `at_least` is at most `epsilon` (outcome SETTLED),
    or before a step that would cost more than `budget` operations (WIDE), or untouched when `stop[0]` is
    set (STOPPED). Slots must be listed. Members take scenarios in turn.
    """
    while True:
        at = claim(signal, 0, 0)
        if at >= queue.size:
            return
        slot = queue[at]
        if rules.stop[0]:
            rules.outcomes[slot] = STOPPED
        else:
            outcome, step, count = _advance_frontier(
                way,
                slots.losses[slot],
                slots.listed[slot],
                slots.touched[slot],
                slots.steps[slot],
                rules.at_least[slot],
                rules.epsilon,
                rules.tiny,
                budget,
                own,
            )
            rules.outcomes[slot] = outcome
            slots.steps[slot] = step
            slots.touched[slot] = count


@compiled
def _advance_frontier(
    way: Direction,
    loss: FloatArray,
    touched: NDArray[np.uint32],
    count: int,
    step: int,
    at_least: int,
    epsilon: float,
    tiny: float,
    budget: int,
    work: Scratch,
) -> tuple[int, int, int]:
    shares = way.market.size > 0
    passed, group_sum, worst, mark = work.passed, work.group_sum, work.worst, work.mark
    moved, reached = work.moved, work.reached
    # `mark` holds 1 for a touched firm and 1 + step once it is among those reached in that step.
    for position in range(count):
        firm = touched[position]
        moved[position] = firm
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
    return outcome, step, count


@compiled
def summarise(
    member: int,
    members: int,
    signal: LongArray,
    own: Scratch,
    up: Slots,
    down: Slots,
    finished: LongArray,
    share: FloatArray,
    out: FloatArray,
) -> None:
    """Weighted sums of max(down, up), down and up losses of the slots `finished` into those rows of `out`."""
    while True:
        at = claim(signal, 0, 0)
        if at >= finished.size:
            return
        slot = finished[at]
        row_up, row_down = up.losses[slot], down.losses[slot]
        both = lost_down = lost_up = 0.0
        if up.touched[slot] == UNLISTED or down.touched[slot] == UNLISTED:
            for firm in range(share.size):
                both += share[firm] * max(row_down[firm], row_up[firm])
                lost_down += share[firm] * row_down[firm]
                lost_up += share[firm] * row_up[firm]
        else:
            for position in range(down.touched[slot]):
                firm = down.listed[slot, position]
                both += share[firm] * max(row_down[firm], row_up[firm])
                lost_down += share[firm] * row_down[firm]
            for position in range(up.touched[slot]):
                firm = up.listed[slot, position]
                if row_down[firm] == 0.0:
                    both += share[firm] * row_up[firm]
                lost_up += share[firm] * row_up[firm]
        out[slot, 0], out[slot, 1], out[slot, 2] = both, lost_down, lost_up
