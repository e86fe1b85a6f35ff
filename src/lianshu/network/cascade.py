"""Firm-level systemic risk: what is lost when firms stop or shrink (ESRI, Diem et al. 2022).

Scenario by scenario, losses of supplies travel from supplier to buyer and losses of customers from buyer to
supplier, both step by step, until in one step no firm's loss grows by more than ε in either direction. The
index is the weighted sum of the larger of a firm's two losses. ε is part of the result (a tenfold larger ε
can hide a tenth of the loss), so it stands in every record.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from threading import Thread
from typing import overload

import numpy as np

from lianshu.network import kernel_layout
from lianshu.network.cascade_flow import Block, Flow
from lianshu.network.kernel_layout import LongArray
from lianshu.network.kernel_pool import Pool, StoppedError
from lianshu.network.kernel_team import MOST, Team
from lianshu.network.network import FloatArray, Network, NetworkError

DEFAULT_EPSILON = 1e-4
BLOCK = 2048  # scenarios handed out at a time, at most
BLOCK_WORK = 256_000_000  # links and firms × scenarios of a block, about
KEPT_BYTES = 64 * 2**20  # losses of firms in one block, where they are handed out
ALONE = 40_000  # firms up to which each thread advances scenarios of its own; beyond, a team does together


@dataclass(frozen=True)
class Scenario:
    """Direct losses of some firms: `down[i]` and `up[i]` ∈ [0, 1] is what firm `firms[i]` loses itself.

    `up` differs from `down` only where a shock hits supply and demand unequally; None means equal. A firm
    that stands more than once loses the largest of its losses. Raises NetworkError for arrays of different
    lengths.
    """

    name: str
    firms: LongArray
    down: FloatArray
    up: FloatArray | None = None

    def __post_init__(self) -> None:
        """The kernel reads the arrays side by side."""
        if len(self.down) != len(self.firms) or (self.up is not None and len(self.up) != len(self.firms)):
            raise NetworkError(f"情景“{self.name}”的企业与损失个数不同；每家企业要有一个损失。")


class Closures(Sequence[Scenario]):
    """Every firm of `firms` closing alone, made on demand."""

    def __init__(self, network: Network, firms: Sequence[int], *, checked: bool = False) -> None:
        """`firms` are indices; raises NetworkError when one lies outside the network, unless `checked`."""
        if not checked and len(firms) and not (min(firms) >= 0 and max(firms) < network.firm_count):
            raise NetworkError(
                f"企业序号应在 0 到 {network.firm_count - 1} 之间，得到 {min(firms)} 到 {max(firms)}。"
            )
        self.network = network
        self.closing = firms

    def __len__(self) -> int:
        return len(self.closing)

    @overload
    def __getitem__(self, at: int) -> Scenario: ...
    @overload
    def __getitem__(self, at: slice) -> Closures: ...
    def __getitem__(self, at: int | slice) -> Scenario | Closures:
        if isinstance(at, slice):
            return Closures(self.network, self.closing[at], checked=True)
        firm = self.closing[at]
        return Scenario(self.network.firms[firm], np.array([firm], dtype=np.int64), np.ones(1))


@dataclass(frozen=True)
class Shocks:
    """Direct losses of consecutive scenarios: number k hits `firms[start[k]:start[k + 1]]`."""

    start: LongArray
    firms: LongArray
    down: FloatArray
    up: FloatArray

    @classmethod
    def of(cls, scenarios: Sequence[Scenario]) -> Shocks:
        """Lay out scenarios; single closures are not made one by one."""
        if isinstance(scenarios, Closures):
            count = len(scenarios)
            whole = np.ones(count)
            return cls(np.arange(count + 1), np.asarray(scenarios.closing, dtype=np.int64), whole, whole)
        return cls(
            np.cumsum([0, *(scenario.firms.size for scenario in scenarios)]),
            np.concatenate([np.asarray(scenario.firms, dtype=np.int64) for scenario in scenarios]),
            np.concatenate([np.asarray(scenario.down, dtype=np.float64) for scenario in scenarios]),
            np.concatenate([np.asarray(s.down if s.up is None else s.up, np.float64) for s in scenarios]),
        )

    def check(self, firm_count: int) -> None:
        """Raise NetworkError for a firm or a loss the kernel must not see."""
        if self.firms.size and not (self.firms.min() >= 0 and self.firms.max() < firm_count):
            raise NetworkError(f"情景含有不存在的企业序号；序号应在 0 到 {firm_count - 1} 之间。")
        for losses in (self.down, self.up):
            if not ((losses >= 0.0) & (losses <= 1.0)).all():
                raise NetworkError("情景的直接损失应在 0 到 1 之间；三成写 0.3，停产写 1。")


@dataclass(frozen=True)
class CascadeResult:
    """Results of all scenarios of one run; arrays as in `Block`."""

    names: tuple[str, ...]
    esri: FloatArray
    esri_down: FloatArray
    esri_up: FloatArray
    steps: LongArray
    down: FloatArray | None = None
    up: FloatArray | None = None


def names_of(scenarios: Sequence[Scenario]) -> list[str]:
    """Names of the scenarios; of single closures the firms'."""
    if isinstance(scenarios, Closures):
        return [scenarios.network.firms[firm] for firm in scenarios.closing]
    return [scenario.name for scenario in scenarios]


class Cascade:
    """A network made ready for cascades; reusable for any number of runs."""

    def __init__(
        self,
        network: Network,
        *,
        epsilon: float = DEFAULT_EPSILON,
        market: bool = True,
        threads: int | None = None,
        block: int | None = None,
    ) -> None:
        """Lay the network out.

        Args:
            network: n firms and their links.
            epsilon: largest growth of a loss in one step that still counts as movement; 0 < ε < 1.
            market: weigh a supplier's loss by how hard it is to replace on its market (σ).
            threads: worker threads, one per processor this program may use when None; no result depends on
                it. More threads than processors slow a team down: its members wait for each other each step.
            block: scenarios handed out at a time; chosen by memory when None; no result depends on it.

        Raises:
            NetworkError: for an ε outside (0, 1), or a network without any weight.
        """
        if not 0.0 < epsilon < 1.0:
            raise NetworkError(f"容差 ε 应大于 0 且小于 1，得到 {epsilon}。")
        if network.firm_count == 0:
            raise NetworkError("网络里没有企业，无法推演；请先导入企业表。")
        if not network.loss_weights.sum() > 0:
            raise NetworkError("所有企业的权重都是零，损失无从加总；请补上营业收入，或换一种权重。")
        self.network = network
        self.epsilon = epsilon
        self.market = market
        self.threads = threads or _processors()
        self.layout = kernel_layout.build(network, market)
        self.block = block
        self._idle: list[Pool] = []

    def closures(self, firms: Sequence[int] | None = None) -> Closures:
        """Single closures of the firms with these indices (all firms when None)."""
        return Closures(self.network, range(self.network.firm_count) if firms is None else firms)

    def run(
        self,
        scenarios: Sequence[Scenario],
        *,
        keep_losses: bool = False,
        progress: Callable[[int], None] | None = None,
    ) -> CascadeResult:
        """Run all scenarios and collect the results.

        `keep_losses` keeps the (scenarios, n) losses of firms, 16 bytes each; `progress` is called with the
        number of scenarios done.
        """
        index = np.empty((len(scenarios), 3))
        steps = np.empty(len(scenarios), dtype=np.int64)
        shape = (len(scenarios), self.network.firm_count) if keep_losses else (0, 0)
        down, up = np.empty(shape), np.empty(shape)
        for part in self.blocks(scenarios, keep=len(scenarios) if keep_losses else 0):
            rows = slice(part.start, part.start + part.steps.size)
            index[rows], steps[rows] = part.index, part.steps
            if part.down is not None and part.up is not None:
                down[rows], up[rows] = part.down, part.up
            if progress is not None:
                progress(rows.stop)
        return CascadeResult(
            names=tuple(names_of(scenarios)),
            esri=index[:, 0],
            esri_down=index[:, 1],
            esri_up=index[:, 2],
            steps=steps,
            down=down if keep_losses else None,
            up=up if keep_losses else None,
        )

    def blocks(self, scenarios: Sequence[Scenario], *, keep: int = 0, start: int = 0) -> Iterator[Block]:
        """Yield results block by block, in order, from scenario `start` on.

        The losses of firms are handed out for blocks that contain one of the first `keep` scenarios. When
        the consumer stops early (or on Ctrl-C) the threads are told to stop and joined.
        """
        size = self.block or self._block_size()
        if keep > start:
            size = min(size, max(1, KEPT_BYTES // (16 * self.network.firm_count)))
        flow = Flow(start, len(scenarios), size, keep, self.network.firm_count)
        # Not an executor: the interpreter would wait at its end for the threads of a run nobody reads on.
        threads = [
            Thread(target=self._work, args=(members, flow, scenarios), daemon=False)
            for members in self._teams()
        ]
        try:
            for thread in threads:
                thread.start()
            yield from flow
        finally:
            flow.stop[0] = 1
            for thread in threads:
                if thread.ident is not None:
                    thread.join()

    def _block_size(self) -> int:
        """Blocks small enough to lose little when stopped."""
        return int(np.clip(BLOCK_WORK // (self.network.link_count + self.network.firm_count + 1), 64, BLOCK))

    def _teams(self) -> list[int]:
        """Members of each team: one while a network's lanes fit beside each other in the caches."""
        size = 1 if self.network.firm_count <= ALONE else MOST
        full, rest = divmod(self.threads, size)
        return [size] * full + ([rest] if rest else [])

    def _work(self, members: int, flow: Flow, scenarios: Sequence[Scenario]) -> None:
        try:
            pool = self._pool(members)
            while not flow.over():
                free = pool.free()
                taken = flow.take(free.size)
                if taken:
                    self._load(pool, free[: len(taken)], taken, scenarios)
                elif free.size == pool.scenario.size:
                    if flow.finished():
                        self._idle.append(pool)
                        return
                    flow.wait()
                    continue
                self._hand_over(pool, pool.advance(flow.more_to_come(), flow.stop), flow)
        except StoppedError:
            return
        except BaseException as error:  # told to the reader of the results, who raises it
            flow.fail(error)

    def _pool(self, members: int) -> Pool:
        """A pool an earlier run has left empty, or a new one."""
        for pool in list(self._idle):
            if pool.team.members == members:
                with suppress(ValueError):  # another thread was faster
                    self._idle.remove(pool)
                    return pool
        return Pool(self.layout, self.epsilon, Team(members))

    def _load(self, pool: Pool, slots: LongArray, numbers: range, scenarios: Sequence[Scenario]) -> None:
        shocks = Shocks.of(scenarios[numbers.start : numbers.stop])
        shocks.check(self.network.firm_count)
        firms = self.layout.rank[shocks.firms]
        pool.load(slots, np.arange(numbers.start, numbers.stop), shocks.start, firms, shocks.down, shocks.up)

    def _hand_over(self, pool: Pool, settled: LongArray, flow: Flow) -> None:
        if not settled.size:
            return
        numbers = pool.scenario[settled]
        losses = (np.empty((0, 0)), np.empty((0, 0)))
        if flow.kept(numbers):
            up, down = (way.losses[settled][:, self.layout.rank] for way in pool.ways)
            losses = (down, up)
        flow.put(numbers, pool.index[settled], pool.ways[0].steps[settled], *losses)
        pool.scenario[settled] = -1


def _processors() -> int:
    """Processors this program may use: fewer than the machine has where it was given some of them."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def group_members(network: Network, grouping: str) -> dict[str, LongArray]:
    """Firms of each sector, chain, or value of a label such as region or park, in a fixed order; none is empty.

    A firm stands in every chain it belongs to; firms without a label form the group "". Raises NetworkError
    when the firms have no such label.
    """
    if grouping == "sector":
        members = {code: np.flatnonzero(network.sector == at) for at, code in enumerate(network.sectors)}
    elif grouping == "chain":
        members = {name: np.asarray(firms, dtype=np.int64) for name, firms in sorted(network.chains.items())}
    elif grouping in network.labels:
        labels = np.array(network.labels[grouping])
        members = {str(label): np.flatnonzero(labels == label) for label in np.unique(labels)}
    else:
        raise NetworkError(f"企业表没有“{grouping}”一列，不能按它汇总；请补上这一列。")
    return {group: firms for group, firms in members.items() if firms.size}


def group_losses(
    network: Network, grouping: str, down: FloatArray, up: FloatArray
) -> list[tuple[str, float, float, float, float]]:
    """Losses of one scenario by sector, chain, or a label such as region or park.

    Returns (group, weight, loss_down, loss_up, loss) for each of `group_members`: `weight` is the sum of the
    firms' weights, the losses are shares of it, `loss` of the larger of each firm's two.
    """
    weights = network.loss_weights
    both = np.maximum(down, up)
    rows = []
    for group, firms in group_members(network, grouping).items():
        weight = float(weights[firms].sum())
        own = weights[firms] / (weight if weight > 0 else 1.0)
        rows.append(
            (group, weight, float(own @ down[firms]), float(own @ up[firms]), float(own @ both[firms]))
        )
    return rows
