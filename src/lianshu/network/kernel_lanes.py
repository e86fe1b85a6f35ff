"""Scenarios advanced LANES at a time, every link read once for all of them: the phase in which many firms lose.

A scenario holds a lane until it settles; the lane is then held still and refilled from the queue. A team
shares one set of lanes: each member advances some of the firms, and all meet after each step. The control
flow is followed by every member alike, from the same numbers.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from lianshu.network.kernel_compile import compiled
from lianshu.network.kernel_frontier import SETTLED, UNLISTED, WIDE, Rules, Slots
from lianshu.network.kernel_layout import PIECES, Direction, Layout, LongArray, aligned_rows
from lianshu.network.kernel_team import APART, claim, meet, restock
from lianshu.network.kernel_vector import LANES, advance_rows, share_row, sum_rows
from lianshu.network.network import FloatArray

REFILL_AT = 2  # lanes waiting before a pass over all rows is worth its cost
_MARKETS = 0  # pile of markets; member m's pieces of rows are pile 1 + m


class Lanes(NamedTuple):
    """Working arrays of a team: losses of n firms in LANES scenarios, before and after a step, and shared.

    `growth` is (2, members, LANES): the largest growth each member saw, by even and odd steps; `halt` is
    (2,): whether the first member saw the sign to stop.
    """

    now: FloatArray
    next: FloatArray
    shared: FloatArray
    growth: FloatArray
    halt: LongArray


class Hand(NamedTuple):
    """Working rows of one member, each (1, LANES): lanes running (1.0), growth in this step, 1 / market left."""

    mask: FloatArray
    change: FloatArray
    inverse: FloatArray


def lanes(layout: Layout, members: int) -> Lanes:
    """Allocate the working arrays of a team; O(firms · LANES)."""
    n = layout.order.size
    return Lanes(
        now=aligned_rows(n),
        next=aligned_rows(n),
        shared=aligned_rows(n),
        growth=aligned_rows(2 * members).reshape(2, members, LANES),
        halt=np.zeros(2, dtype=np.int64),
    )


def hand() -> Hand:
    """Allocate the working rows of one member."""
    return Hand(aligned_rows(1), aligned_rows(1), aligned_rows(1))


@compiled
def advance_lanes(
    member: int,
    members: int,
    signal: LongArray,
    own: Hand,
    way: Direction,
    slots: Slots,
    queue: LongArray,
    rules: Rules,
    fewest: int,
    work: Lanes,
) -> None:
    """Advance the scenarios in the slots `queue` LANES at a time, in place.

    Each stops as on its frontier (outcome SETTLED). When none waits and fewer than `fewest` are running, or
    when `stop[0]` is set, the running ones are written back as they stand (WIDE), to be taken up again.
    """
    old, new = work.now, work.next
    mask, change = own.mask, own.change
    holder = np.full(LANES, -1, dtype=np.int64)
    leaving = np.full(LANES, -1, dtype=np.int64)
    entering = np.full(LANES, -1, dtype=np.int64)
    steps = np.zeros(LANES, dtype=np.int64)
    following, running, idle, arrivals, turn = 0, 0, LANES, 0, 0
    halted = False
    for lane in range(LANES):
        mask[0, lane] = 0.0
    while True:
        ending = (following == queue.size and running < fewest) or halted
        if ending or (idle >= REFILL_AT and following < queue.size) or running == 0:
            for lane in range(LANES):
                leaving[lane] = entering[lane] = -1
                if mask[0, lane] == 0.0 or ending:
                    leaving[lane] = holder[lane]
                    if member == 0 and holder[lane] >= 0:
                        slots.steps[holder[lane]] = steps[lane]
                    holder[lane] = -1
                    if following < queue.size and not ending:
                        slot = queue[following]
                        entering[lane] = holder[lane] = slot
                        steps[lane] = slots.steps[slot]
                        if member == 0:
                            rules.outcomes[slot] = WIDE
                            slots.touched[slot] = UNLISTED
                        following += 1
                        mask[0, lane] = 1.0
                        running += 1
                        idle -= 1
            _exchange(way, member, members, old, new, slots.losses, leaving, entering)
            arrivals = meet(members, signal, arrivals)
        if running == 0 or ending or arrivals == APART:
            return
        for lane in range(LANES):
            change[0, lane] = 0.0
        source = old
        if way.market.size > 0:
            _share(way, signal, turn, old, own.inverse, work.shared)
            arrivals = meet(members, signal, arrivals)
            if arrivals == APART:
                return
            source = work.shared
        _advance(way, member, members, signal, turn, source, old, new, mask, change)
        even = turn & 1
        for lane in range(LANES):
            work.growth[even, member, lane] = change[0, lane]
        if member == 0:
            work.halt[even] = rules.stop[0]
        arrivals = meet(members, signal, arrivals)
        if arrivals == APART:
            return
        if member == 0:
            restock(signal, turn)
        halted = work.halt[even] != 0
        old, new = new, old
        turn += 1
        for lane in range(LANES):
            if mask[0, lane] != 0.0:
                growth = 0.0
                for other in range(members):
                    growth = max(growth, work.growth[even, other, lane])
                least = rules.at_least[holder[lane]]
                steps[lane] += 1
                if growth <= rules.tiny:
                    steps[lane] = max(steps[lane], least)
                if steps[lane] >= least and growth <= rules.epsilon:
                    if member == 0:
                        rules.outcomes[holder[lane]] = SETTLED
                    mask[0, lane] = 0.0
                    running -= 1
                    idle += 1


@compiled
def _share(
    way: Direction, signal: LongArray, turn: int, losses: FloatArray, inverse: FloatArray, shared: FloatArray
) -> None:
    """Fill `shared` with the losses weighed by market share: σ · loss, market by market."""
    while True:
        market = claim(signal, turn, _MARKETS)
        if market >= way.base.size:
            return
        first, last = way.market_ptr[market], way.market_ptr[market + 1]
        sum_rows(losses, way.size, first, last, inverse)
        for lane in range(LANES):
            available = way.base[market] - inverse[0, lane]
            # Nothing left on the market: nobody can be replaced.
            inverse[0, lane] = 1.0 / available if available > 0.0 else np.inf
        for firm in range(first, last):
            if way.size[firm] > 0.0:
                share_row(losses, firm, way.size[firm], inverse, np.intp(0), shared)


@compiled
def _advance(
    way: Direction,
    member: int,
    members: int,
    signal: LongArray,
    turn: int,
    source: FloatArray,
    old: FloatArray,
    new: FloatArray,
    mask: FloatArray,
    change: FloatArray,
) -> None:
    """One step of this member's pieces of the rows, then of pieces others have not come to."""
    for offset in range(members):
        whose = (member + offset) % members
        first, last = PIECES * whose // members, PIECES * (whose + 1) // members
        while True:
            piece = first + claim(signal, turn, 1 + whose)
            if piece >= last:
                break
            _advance_rows(way, way.piece_ptr[piece], way.piece_ptr[piece + 1], source, old, new, mask, change)


@compiled
def _advance_rows(
    way: Direction,
    first: int,
    last: int,
    source: FloatArray,
    old: FloatArray,
    new: FloatArray,
    mask: FloatArray,
    change: FloatArray,
) -> None:
    advance_rows(
        source,
        way.source,
        way.weight,
        way.group_ptr,
        way.row_ptr,
        way.single_ptr,
        way.rows,
        first,
        last,
        old,
        new,
        mask,
        change,
    )


@compiled
def _exchange(
    way: Direction,
    member: int,
    members: int,
    old: FloatArray,
    new: FloatArray,
    losses: FloatArray,
    leaving: LongArray,
    entering: LongArray,
) -> None:
    """Write settled lanes back and load waiting scenarios, in one pass over this member's share of the firms.

    Firms without links never change: no step visits them, so both tables hold their losses.
    """
    chosen = np.empty(LANES, dtype=np.int64)
    count = 0
    for lane in range(LANES):
        if leaving[lane] >= 0 or entering[lane] >= 0:
            chosen[count] = lane
            count += 1
    n = old.shape[0]
    for firm in range(n * member // members, n * (member + 1) // members):
        for position in range(count):
            lane = chosen[position]
            out, into = leaving[lane], entering[lane]
            if out >= 0:
                losses[out, firm] = old[firm, lane]
            loss = losses[into, firm] if into >= 0 else 0.0
            old[firm, lane] = loss
            if way.alone[firm]:
                new[firm, lane] = loss
