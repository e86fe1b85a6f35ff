"""One thread's slots: scenarios in, settled losses out, with the lanes of the kernel kept busy.

A scenario is advanced in one direction, then in the other up to the step the first reached, and so on until
both have settled at the same step: the step at which advancing them together would have stopped. Slots are
refilled as they become free; slow scenarios wait for company rather than hold up the rest.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lianshu.network import kernel
from lianshu.network.kernel_layout import Layout, LongArray
from lianshu.network.kernel_vector import LANES
from lianshu.network.network import FloatArray

SLOTS = 64
SLOT_BYTES = 128 * 2**20  # losses of all slots of one thread, both directions
TINY = 1e-14
_UPSTREAM, _DOWNSTREAM = 0, 1


class StoppedError(Exception):
    """Scenarios were told to stop before they had settled."""


class Pool:
    """Slots of one thread. Arrays are indexed by slot, firms in kernel order.

    Attributes:
        scenario: number of the scenario in each slot, -1 where free.
        up, down: (slots, n) losses so far.
        steps: (2, slots) step reached upstream and downstream.
    """

    def __init__(self, layout: Layout, epsilon: float, slots: int | None = None) -> None:
        """Allocate the slots; `slots` is chosen by memory when None. No result depends on it."""
        n = layout.order.size
        count = slots or int(np.clip(SLOT_BYTES // (16 * max(1, n)), LANES, SLOTS))
        self.layout = layout
        self.scenario = np.full(count, -1, dtype=np.int64)
        self.up = np.zeros((count, n))
        self.down = np.zeros((count, n))
        self.steps = np.zeros((2, count), dtype=np.int64)
        self.index = np.zeros((count, 3))
        self._at_least = np.ones(count, dtype=np.int64)
        self._way = np.zeros(count, dtype=np.int8)
        self._wide = np.zeros((2, count), dtype=np.bool_)
        # The direction that usually settles last goes first: the other then stops at its step in one go.
        self._first = _UPSTREAM if layout.downstream.market.size else _DOWNSTREAM
        self._outcomes = np.zeros(count, dtype=np.uint8)
        self._epsilon = epsilon
        self._tiny = min(TINY, epsilon * 1e-3)
        self._budget = max(256, layout.upstream.weight.size // 48)
        self._work = kernel.scratch(layout)
        self._stalled = False

    def clear(self) -> None:
        """Forget whatever the slots hold."""
        self.scenario[:] = -1

    def free(self) -> LongArray:
        """Slots that can take a scenario."""
        return np.flatnonzero(self.scenario < 0)

    def load(self, slot: int, scenario: int, firms: LongArray, down: FloatArray, up: FloatArray) -> None:
        """Put a scenario into a free slot: direct losses of `firms` (kernel numbers)."""
        self.scenario[slot] = scenario
        self.down[slot] = 0.0
        self.up[slot] = 0.0
        self.down[slot, firms] = down
        self.up[slot, firms] = up
        self.steps[:, slot] = 0
        self._at_least[slot] = 1
        self._way[slot] = self._first
        self._wide[:, slot] = False
        self._outcomes[slot] = kernel.SETTLED

    def advance(self, more_to_come: bool, stop: NDArray[np.uint8]) -> LongArray:
        """Advance all slots and return those whose scenario has settled in both directions.

        Their rows of `index` hold esri, esri_down and esri_up. Raises StoppedError when `stop[0]` is set.
        """
        fewest = LANES - 1 if more_to_come and not self._stalled else 1
        done = []
        moved = False
        for way in (self._first, 1 - self._first):
            slots = np.flatnonzero((self.scenario >= 0) & (self._way == way))
            settled = self._advance_way(way, slots, fewest, stop)
            moved = moved or settled.size > 0
            meets = self.steps[_UPSTREAM, settled] == self.steps[_DOWNSTREAM, settled]
            done.append(settled[meets])
            onward = settled[~meets]
            self._at_least[onward] = self.steps[way, onward]
            self._way[onward] = 1 - way
            self._outcomes[onward] = np.where(self._wide[1 - way, onward], kernel.WIDE, kernel.SETTLED)
        self._stalled = not moved
        finished = np.concatenate(done)
        kernel.summarise(self.down, self.up, finished, self.layout.share, self.index)
        return finished

    def _advance_way(self, way: int, slots: LongArray, fewest: int, stop: NDArray[np.uint8]) -> LongArray:
        direction = self.layout.upstream if way == _UPSTREAM else self.layout.downstream
        losses = self.up if way == _UPSTREAM else self.down
        fixed = (self._epsilon, self._tiny)
        arrays = (self.steps[way], self._at_least, self._outcomes)
        fresh = slots[self._outcomes[slots] != kernel.WIDE]
        if fresh.size:
            kernel.advance_sparse(direction, losses, fresh, *arrays, *fixed, self._budget, self._work, stop)
        wide = slots[self._outcomes[slots] == kernel.WIDE]
        self._wide[way, wide] = True
        if wide.size:
            kernel.advance_dense(direction, losses, wide, *arrays, *fixed, fewest, self._work, stop)
        if stop[0]:
            raise StoppedError
        settled: LongArray = slots[self._outcomes[slots] == kernel.SETTLED]
        return settled
