"""Scenarios handed to the teams as they ask for them, results handed out block by block in order.

Teams take scenarios from one queue, so no lane idles at a block's end; a block is only what is handed out
at a time. No team runs further ahead than WINDOW blocks of the first open one: that bounds the memory of
results waiting for an earlier one, and what an interruption can lose.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from lianshu.network.kernel_layout import LongArray
from lianshu.network.network import FloatArray

WINDOW = 4  # blocks


@dataclass(frozen=True)
class Block:
    """Results of consecutive scenarios `start` … `start + len(steps)`.

    `index` is (scenarios, 3): esri, esri_down, esri_up. `down` and `up` are (scenarios, n) losses in the
    network's firm order, present when they were asked for.
    """

    start: int
    index: FloatArray
    steps: LongArray
    down: FloatArray | None = None
    up: FloatArray | None = None


class Flow:
    """The queue of one run, shared by its teams."""

    def __init__(self, start: int, count: int, size: int, keep: int, firms: int) -> None:
        """Scenarios `start` … `count` in blocks of `size`; losses of `firms` firms for blocks before `keep`."""
        self.stop = np.zeros(1, dtype=np.uint8)
        self._start, self._count, self._size = start, count, size
        self._keep, self._firms = keep, firms
        self._following = start
        self._yielded = 0
        self._open: dict[int, Block] = {}
        self._left: dict[int, int] = {}
        self._error: BaseException | None = None
        self._changed = threading.Condition()

    def take(self, most: int) -> range:
        """Up to `most` scenarios to advance next; empty when there are none, or none yet."""
        with self._changed:
            ahead = self._start + (self._yielded + WINDOW) * self._size
            last = min(self._following + most, self._count, ahead)
            taken = range(self._following, max(last, self._following))
            self._following = taken.stop
            return taken

    def more_to_come(self) -> bool:
        """Whether `take` may give more later, apart from what holds the first open block."""
        with self._changed:
            return self._following < min(self._count, self._start + (self._yielded + WINDOW) * self._size)

    def put(
        self, scenarios: LongArray, index: FloatArray, steps: LongArray, down: FloatArray, up: FloatArray
    ) -> None:
        """Results of settled scenarios; `down` and `up` are read only where losses are kept."""
        numbers, offsets = np.divmod(scenarios - self._start, self._size)
        with self._changed:
            for row, (number, offset) in enumerate(zip(numbers.tolist(), offsets.tolist(), strict=True)):
                block = self._block(number)
                block.index[offset], block.steps[offset] = index[row], steps[row]
                if block.down is not None and block.up is not None:
                    block.down[offset], block.up[offset] = down[row], up[row]
                self._left[number] -= 1
            self._changed.notify_all()

    def kept(self, scenarios: LongArray) -> bool:
        """Whether the losses of any of these scenarios are to be handed out."""
        first = (int(scenarios.min(initial=self._count)) - self._start) // self._size
        return self._start + first * self._size < self._keep

    def fail(self, error: BaseException) -> None:
        """Tell the reader of the results that a team could not go on."""
        with self._changed:
            self._error = self._error or error
            self._changed.notify_all()

    def wait(self) -> None:
        """Wait until results have been handed out or the run is stopped: nothing can be taken before."""
        with self._changed:
            self._changed.wait(0.1)

    def over(self) -> bool:
        """Whether the teams are to go home: told to, or the program ends with the run left half read."""
        return bool(self.stop[0]) or not threading.main_thread().is_alive()

    def finished(self) -> bool:
        """Whether every scenario has been taken, or the run was stopped."""
        return bool(self.stop[0]) or self._following >= self._count

    def __iter__(self) -> Iterator[Block]:
        """Blocks in order, as they become complete; raises what a team failed with."""
        number = 0
        while self._start + number * self._size < self._count:
            with self._changed:
                while self._left.get(number, 1) > 0:
                    if self._error is not None:
                        raise self._error
                    self._changed.wait(0.5)  # with an end: an interrupt is seen only between waits on Windows
                del self._left[number]
                block = self._open.pop(number)
                number += 1
                self._yielded = number
                self._changed.notify_all()
            yield block

    def _block(self, number: int) -> Block:
        if number not in self._open:
            start = self._start + number * self._size
            size = min(self._size, self._count - start)
            kept = (size, self._firms) if start < self._keep else None
            self._open[number] = Block(
                start=start,
                index=np.empty((size, 3)),
                steps=np.empty(size, dtype=np.int64),
                down=np.empty(kept) if kept else None,
                up=np.empty(kept) if kept else None,
            )
            self._left[number] = size
        return self._open[number]
