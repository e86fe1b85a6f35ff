"""One team's slots: scenarios in, settled losses out, with the lanes of the kernel kept busy.

A scenario is advanced in one direction, then in the other up to the step the first reached, and so on until
both have settled at the same step: the step at which advancing them together would have stopped. Slots are
refilled as they become free; slow scenarios wait for company rather than hold up the rest. The two
directions never interact before the end.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lianshu.network import kernel_frontier, kernel_lanes
from lianshu.network.kernel_frontier import SETTLED, UNLISTED, WIDE, Rules, Slots
from lianshu.network.kernel_layout import Layout, LongArray
from lianshu.network.kernel_team import Team
from lianshu.network.kernel_vector import LANES
from lianshu.network.network import FloatArray

SLOTS = 64
SLOT_BYTES = 128 * 2**20  # losses of all slots of one team, both directions
TINY = 1e-14
_UPSTREAM, _DOWNSTREAM = 0, 1


class StoppedError(Exception):
    """Scenarios were told to stop before they had settled."""


class Pool:
    """Slots of one team. Arrays are indexed by slot, firms in kernel order.

    Attributes:
        team: the threads that work on the slots.
        scenario: number of the scenario in each slot, -1 where free.
        ways: the slots' losses, upstream and downstream.
        index: (slots, 3) esri, esri_down and esri_up of settled slots.
    """

    def __init__(self, layout: Layout, epsilon: float, team: Team, slots: int | None = None) -> None:
        """Allocate the slots; `slots` is chosen by memory when None. No result depends on it."""
        n = layout.order.size
        count = slots or int(np.clip(SLOT_BYTES // (16 * max(1, n)), LANES, SLOTS))
        self.layout = layout
        self.scenario = np.full(count, -1, dtype=np.int64)
        self.ways = tuple(
            Slots(
                losses=np.zeros((count, n)),
                listed=np.zeros((count, n), dtype=np.uint32),
                touched=np.zeros(count, dtype=np.int64),
                steps=np.zeros(count, dtype=np.int64),
            )
            for _ in range(2)
        )
        self.index = np.zeros((count, 3))
        self._way = np.zeros(count, dtype=np.int8)
        # The direction that usually settles last goes first: the other then stops at its step in one go.
        self._first = _UPSTREAM if layout.downstream.market.size else _DOWNSTREAM
        self._rules = Rules(
            epsilon=epsilon,
            tiny=min(TINY, epsilon * 1e-3),
            at_least=np.ones(count, dtype=np.int64),
            outcomes=np.zeros(count, dtype=np.uint8),
            stop=np.zeros(1, dtype=np.uint8),
        )
        self._budget = max(256, layout.upstream.weight.size // 48)
        self.team = team
        self._scratch = [kernel_frontier.scratch(layout) for _ in range(team.members)]
        self._hands = [kernel_lanes.hand() for _ in range(team.members)]
        self._lanes = kernel_lanes.lanes(layout, team.members)
        self._stalled = False

    def free(self) -> LongArray:
        """Slots that can take a scenario."""
        return np.flatnonzero(self.scenario < 0)

    def load(
        self,
        slots: LongArray,
        scenarios: LongArray,
        start: LongArray,
        firms: LongArray,
        down: FloatArray,
        up: FloatArray,
    ) -> None:
        """Put scenarios into free slots: number k has direct losses of `firms[start[k]:start[k + 1]]`."""
        self.scenario[slots] = scenarios
        self._way[slots] = self._first
        self._rules.at_least[slots] = 1
        self._rules.outcomes[slots] = SETTLED
        self.team.call(kernel_frontier.load, self._scratch, *self.ways, slots, start, firms, up, down)

    def advance(self, more_to_come: bool, stop: NDArray[np.uint8]) -> LongArray:
        """Advance all slots and return those whose scenario has settled in both directions.

        Raises StoppedError when `stop[0]` is set.
        """
        rules = self._rules._replace(stop=stop)
        fewest = LANES - 1 if more_to_come and not self._stalled else 1
        done = []
        moved = False
        for way in (self._first, 1 - self._first):
            slots = np.flatnonzero((self.scenario >= 0) & (self._way == way))
            settled = self._advance_way(way, slots, fewest, rules)
            moved = moved or settled.size > 0
            here, there = self.ways[way], self.ways[1 - way]
            meets = here.steps[settled] == there.steps[settled]
            done.append(settled[meets])
            onward = settled[~meets]
            rules.at_least[onward] = here.steps[onward]
            self._way[onward] = 1 - way
            rules.outcomes[onward] = np.where(there.touched[onward] == UNLISTED, WIDE, SETTLED)
        self._stalled = not moved
        finished = np.concatenate(done)
        self.team.call(
            kernel_frontier.summarise, self._scratch, *self.ways, finished, self.layout.share, self.index
        )
        return finished

    def _advance_way(self, way: int, slots: LongArray, fewest: int, rules: Rules) -> LongArray:
        direction = self.layout.upstream if way == _UPSTREAM else self.layout.downstream
        fresh = slots[rules.outcomes[slots] != WIDE]
        if fresh.size:
            self.team.call(
                kernel_frontier.advance_frontiers,
                self._scratch,
                direction,
                self.ways[way],
                fresh,
                rules,
                self._budget,
            )
        wide = slots[rules.outcomes[slots] == WIDE]
        if wide.size:
            self.team.call(
                kernel_lanes.advance_lanes,
                self._hands,
                direction,
                self.ways[way],
                wide,
                rules,
                fewest,
                self._lanes,
            )
        if rules.stop[0]:
            raise StoppedError
        settled: LongArray = slots[rules.outcomes[slots] == SETTLED]
        return settled
